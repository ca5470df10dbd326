"""The published swagger files as JSON Schemas that allow nothing they do not name, and where an answer departs.

A departure is told as ("Definition.key", how): "key" not published, or another "values", "format" or "type". All
envelopes of lists are the one definition `list`, those of records `one`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from envelope import Checker

from mock_clever.versions.schema import DATE, DATETIME, ID

SPEC = Path(__file__).parents[2] / "shared" / "reference" / "spec"
FORMATS = {"datetime": DATETIME, "date-time": DATETIME, "date": DATE, "mongo-id": ID}
HOW = {"pattern": "format", "enum": "values"}

Departure = tuple[str, str]


def here() -> bool:
    """Whether the published files are beside this checkout."""
    return SPEC.is_dir()


@cache
def read(name: str) -> dict[str, Any]:
    """One of the files, by version. Skips the test where they are not."""
    if not here():
        pytest.skip("the published specifications are not beside this checkout")
    found: dict[str, Any] = yaml.load((SPEC / f"{name}.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    if "Link" not in found["definitions"]:  # attendance speaks of those of the Data API (data-api 9.8)
        found["definitions"] |= {"Link": read("v3.1")["definitions"]["Link"]} if name != "v1.2" else {}
    return found


def paths(name: str) -> dict[str, Any]:
    """Every operation's answers by path, with the version before it."""
    return {
        f"/{name.partition('-')[0]}{path}": there["get"]["responses"]
        for path, there in read(name)["paths"].items()
        if "get" in there
    }


def says(name: str, path: str, status: str) -> bool:
    """Whether the file speaks of that status at all."""
    return status in map(str, paths(name)[path])


@cache
def published(name: str, path: str, status: str = "200") -> Checker:
    """What the file says of the answer of that status."""
    answer = {str(code): said for code, said in paths(name)[path].items()}[status]
    if "$ref" in answer:
        answer = read(name)["responses"][answer["$ref"].rpartition("/")[2]]
    found = read(name)["definitions"]
    definitions = {title: _converted(has, _titled(title, has)) for title, has in found.items()}
    return Checker(_converted(answer["schema"], "answer") | {"definitions": definitions})


@cache
def published_event(name: str, type: str) -> Checker:
    """What the file says of an event of that type: the keys of every event and, beside them, its own."""
    found = read(name)["definitions"]
    properties = {
        key: has for part in (found["Event"], found[type]["allOf"][1]) for key, has in part["properties"].items()
    }
    definitions = {title: _converted(has, _titled(title, has)) for title, has in found.items() if "." not in title}
    event = _converted({"type": "object", "properties": properties}, "event")
    return Checker(event | {"definitions": definitions})


def _titled(title: str, facts: dict[str, Any]) -> str:
    """What a definition is told by: the envelopes of all lists are `list`, those of all records `one`."""
    held = facts["properties"].get("data", {}) if "Response" in title else {}
    if "$ref" in held:
        return "one"
    return "list" if held else title


def _converted(facts: dict[str, Any], title: str) -> dict[str, Any]:
    """A schema of swagger 2.0 as one of JSON Schema: closed, null where `x-nullable`, with titles to tell by."""
    if "$ref" in facts:
        return {"$ref": facts["$ref"]}
    kept = {key: value for key, value in facts.items() if key in ("type", "enum", "pattern", "required")}
    kept |= FORMATS.get(facts.get("format", ""), {}) | {"title": title}
    if facts.get("x-nullable") and "type" in kept:
        kept["type"] = [kept["type"], "null"]
        kept |= {"enum": [*kept["enum"], None]} if "enum" in kept else {}
    if "items" in facts:
        kept["items"] = _converted(facts["items"], f"{title}[]")
    if "properties" in facts:
        kept["properties"] = {
            name: _converted(has, f"{title}.{name}") for name, has in facts["properties"].items()
        }
        kept["additionalProperties"] = False
    return kept


def departures(checker: Checker, body: Any) -> dict[Departure, str]:
    """Where a body is not as published, and an example of each."""
    found: dict[Departure, str] = {}
    for error in checker.errors(body):
        title, how = checker.broken(error)["title"], error.kind.name
        if how == "additionalProperties":
            found |= {(f"{title}.{key}", "key"): f"{error.instance_path}" for key in error.kind.unexpected}
        else:
            found[title, HOW.get(how, how)] = f"{error.instance_path}: {error.message}"[:200]
    return found
