"""The security findings of a run as SARIF 2.1.0, for code scanning. What is not about security is not told here.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; the suite sees an app from outside, so a place
is a page and a requirement, never a line of source.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from certification_suite.reports.security import WEAKNESSES
from certification_suite.verdicts import Fail, NeedsReview

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
TOOL = "mock-clever certify"
KINDS = {Fail.word: "fail", NeedsReview.word: "review"}
"""The verdicts that are told, and what SARIF calls them (§3.27.9)."""

Row = Mapping[str, Any]


def document(run: Mapping[str, Any]) -> dict[str, Any]:
    """The log of a run as reports/machine.py documents it; the rules are those that the run judged."""
    judged = [row for row in run["results"] if row["id"] in WEAKNESSES]
    places = {row["id"]: number for number, row in enumerate(judged)}
    found = [row for row in judged if row["security"] and row["verdict"] in KINDS]
    version = (run["environment"] or {}).get("suite")
    driver: dict[str, Any] = {"name": TOOL, "rules": [_rule(row) for row in judged]}
    if version:
        driver["version"] = version
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "automationDetails": {"id": f"clever-certification/{_slug(run['app']['programmes'])}/"},
                "invocations": [
                    {"executionSuccessful": run["exit_code"] != 3, "startTimeUtc": _utc(run["at"])},
                ],
                "columnKind": "unicodeCodePoints",
                "results": [_result(row, places[row["id"]], run["app"]["base_url"]) for row in found],
            }
        ],
    }


def _slug(programmes: Iterable[str]) -> str:
    return "+".join(programmes)


def _utc(at: str) -> str:
    return at.replace("+00:00", "Z")


def _rule(row: Row) -> dict[str, Any]:
    weakness = WEAKNESSES[row["id"]]
    asked = f"{row['says']} {row['why']}"
    return {
        "id": row["id"],
        "name": "".join(word.capitalize() for word in row["title"].replace("-", " ").split() if word.isalnum()),
        "shortDescription": {"text": row["title"]},
        "fullDescription": {"text": row["says"]},
        "help": {
            "text": f"{asked} {row['source']}",
            "markdown": f"{asked}\n\n[{row['source'].removeprefix('https://')}]({row['source']}) · "
            f"CWE-{weakness.cwe} {weakness.name}",
        },
        "helpUri": row["source"],
        "defaultConfiguration": {"level": "error" if row["decides"] else "warning"},
        "properties": {
            "tags": ["security", f"external/cwe/cwe-{weakness.cwe:03}", row["programme"], row["level"]],
            "security-severity": f"{weakness.severity:.1f}",
            "precision": "high",
        },
    }


def _result(row: Row, place: int, base_url: str) -> dict[str, Any]:
    failed = row["verdict"] == Fail.word
    level = ("error" if row["decides"] else "warning") if failed else "none"
    expected = f" Expected: {row['expected']}" if failed else ""
    return {
        "ruleId": row["id"],
        "ruleIndex": place,
        "kind": KINDS[row["verdict"]],
        "level": level,
        "message": {"text": f"{row['observed']}{expected} Next: {row['next_step']}"},
        "locations": [_location(row, base_url)],
        "partialFingerprints": {"findingId/v1": hashlib.sha256(row["finding"].encode()).hexdigest()},
        "properties": {
            "finding": row["finding"],
            "replay": row["replay"],
            "evidence": [told["line"] for told in (*row["evidence"]["injected"], *row["evidence"]["exchanges"])],
        },
    }


def _location(row: Row, base_url: str) -> dict[str, Any]:
    """The last page that was judged, or the app's address; and the requirement in its programme."""
    seen = [page["url"] for page in row["evidence"]["pages"] if urlsplit(page["url"]).scheme in ("http", "https")]
    return {
        "physicalLocation": {"artifactLocation": {"uri": _plain(seen[-1] if seen else base_url)}},
        "logicalLocations": [
            {
                "name": row["id"],
                "fullyQualifiedName": f"{row['programme']}/{row['id']}",
                "kind": "resource",
            }
        ],
    }


def _plain(url: str) -> str:
    """The address without its query, which differs from run to run, and without what a URI may not hold."""
    return quote(url.partition("?")[0].partition("#")[0], safe="/:@!$&'()*+,;=%[]~")
