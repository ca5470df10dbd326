"""`district.toml` beside the CSV files: what Clever knows about a district and no file of Clever's says.

It is this mock's own. Without it, or for what it leaves out, the district is named after its folder, begins
with `CREATED`, and has an id that its name alone determines.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from mock_clever.clock import moment
from mock_clever.ids import is_object_id, object_id
from mock_clever.roster.problems import Report
from mock_clever.sis import DistrictRow

FILE = "district.toml"
CREATED = "2026-08-10T16:08:05.000Z"
_PLACE = re.compile(r"(.*) \(at line (\d+), column \d+\)", re.DOTALL)
_KEY = re.compile(r"(.*) - at `\$\.(\w+).*`", re.DOTALL)


def read(directory: Path, problems: Report, warnings: Report) -> DistrictRow:
    """The district a folder holds. Faults go to the reports, and a row of defaults comes back."""
    text = _text(directory, problems)
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.fullmatch(str(error))
        said, line = (place[1], int(place[2])) if place else (str(error), None)
        problems(FILE, line, None, said, "Correct the TOML; texts stand in double quotes")
        given = {}
    for key in given.keys() - set(DistrictRow.__struct_fields__):
        known = ", ".join(DistrictRow.__struct_fields__)
        warnings(FILE, _line(text, key), key, "no such setting", f"It is left out; there are {known}")
    defaults = _defaults(given, directory)
    try:
        row = msgspec.convert(defaults | given, DistrictRow)
    except msgspec.ValidationError as error:
        found = _KEY.fullmatch(str(error))
        said, key = (found[1], found[2]) if found else (str(error), "")
        problems(FILE, _line(text, key), key or None, said, "Correct the value")
        return DistrictRow(**_defaults({}, directory))
    if not is_object_id(row.id):
        message = f"{row.id!r} is no Clever id"
        problems(FILE, _line(text, "id"), "id", message, "Write 24 digits of 0-9 and a-f, or leave it out")
    if not _is_moment(row.created):
        message = f"{row.created!r} is no moment"
        problems(FILE, _line(text, "created"), "created", message, f"Write it like {CREATED}")
    return row


def named(directory: Path) -> dict[str, Any]:
    """What the file says, of a folder that was read without a problem; empty when there is no file."""
    return tomllib.loads(_text(directory, Report()))


def written(row: DistrictRow) -> str:
    """A district as TOML."""
    values = ((name, getattr(row, name)) for name in row.__struct_fields__)
    return "".join(f"{name} = {_toml(value)}\n" for name, value in values if value is not None)


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _text(directory: Path, problems: Report) -> str:
    path = directory / FILE
    try:
        if path.exists() and not path.is_file():
            problems(FILE, None, None, "this is no ordinary file", "Put a file there, or nothing")
            return ""
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        said = f"byte {error.start + 1} is not UTF-8"
        problems(FILE, error.object[: error.start].count(b"\n") + 1, None, said, "Save the file as UTF-8")
    except OSError as error:
        problems(FILE, None, None, f"cannot be read ({error.strerror})", "Make it readable")
    return ""


def _defaults(given: dict[str, Any], directory: Path) -> dict[str, Any]:
    name = str(given.get("name") or directory.resolve().name or "district")
    created = str(given.get("created", CREATED))
    second = int(moment(created)) if _is_moment(created) else 0
    portal = "-".join(re.findall(r"[a-z0-9]+", name.lower()))
    return {
        "name": name,
        "created": created,
        "id": object_id(second, "district", name),
        "portal": portal or "demo",
    }


def _is_moment(text: str) -> bool:
    try:
        return 0 <= moment(text) < 2**32
    except ValueError:
        return False


def _line(text: str, key: str) -> int | None:
    starts = re.compile(rf'\s*"?{re.escape(key)}"?\s*=')
    lines = (number for number, line in enumerate(text.splitlines(), 1) if starts.match(line))
    return next(lines, None)
