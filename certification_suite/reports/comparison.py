"""What changed since the run before: findings fixed, new, still there, and gone without being fixed.

Findings are compared by their ids. A finding is *fixed* when its requirement passes now, *new* when the run before
did not have it, *still* there when both have it, and *gone* when this run neither has it nor can call it fixed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from certification_suite.reports.machine import FORMAT

CHANGES = {
    "fixed": "found by the run before; the requirement passes now",
    "new": "not found by the run before",
    "still": "found by both runs",
    "gone": "found by the run before; this run neither finds it nor passes the requirement",
}
Row = Mapping[str, Any]


class NoComparison(Exception):
    """There is a report of an earlier run, and it cannot be compared with; the message says why."""


def since(path: Path, now: Mapping[str, Any]) -> dict[str, Any] | None:
    """This run compared with the one whose report lies there; none where none does. What is unusable is said."""
    try:
        before = read(path)
    except NoComparison as why:
        return {"with": None, "counts": dict.fromkeys(CHANGES, 0), "rows": [], "note": str(why)}
    return compare(before, now) if before else None


def read(path: Path) -> dict[str, Any] | None:
    """The report of the run before; none where there was no run. Raises NoComparison."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise NoComparison(f"{path.name} of the run before cannot be read: {error}") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        told = found.get("format") if isinstance(found, dict) else "none"
        raise NoComparison(f"{path.name} of the run before has format {told}, and this is format {FORMAT}.")
    if not _has_rows(found):
        raise NoComparison(
            f"{path.name} of the run before is not a report: its results are not what they should be."
        )
    return found


def _has_rows(found: Mapping[str, Any]) -> bool:
    rows = found.get("results")
    return (
        isinstance(found.get("at"), str)
        and isinstance(rows, list)
        and all(
            isinstance(row, dict)
            and all(isinstance(row.get(key), str) for key in ("id", "title", "verdict"))
            and isinstance(row.get("finding"), str | None)
            for row in rows
        )
    )


def compare(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The comparison as report.json holds it."""
    rows = changes(before["results"], now["results"])
    counts = Counter(row["change"] for row in rows)
    return {
        "with": before["at"],
        "counts": {change: counts[change] for change in CHANGES},
        "rows": rows,
        "note": "",
    }


def changes(before: list[Row], now: list[Row]) -> list[dict[str, str]]:
    """Each finding of either run with what became of it, in the order of CHANGES."""
    was, found = _findings(before), _findings(now)
    judged_then, judged_now = {row["id"] for row in before}, {row["id"]: row for row in now}
    told = [_gone(row, judged_now.get(row["id"])) for finding, row in was.items() if finding not in found]
    for finding, row in found.items():
        if finding in was:
            told.append(_told("still", row, ""))
        else:
            told.append(_told("new", row, "" if row["id"] in judged_then else "not judged by the run before"))
    order = list(CHANGES)
    return sorted(told, key=lambda row: order.index(row["change"]))


def _findings(rows: list[Row]) -> dict[str, Row]:
    return {row["finding"]: row for row in rows if row["finding"]}


def _gone(row: Row, today: Row | None) -> dict[str, str]:
    """What became of a finding that this run does not have."""
    if today is None:
        return _told("gone", row, "not judged by this run")
    if today["verdict"] == "pass":
        return _told("fixed", row, "")
    same = today["verdict"] == row["verdict"]
    return _told("gone", row, f"{today['verdict']} for another reason" if same else f"{today['verdict']} now")


def _told(change: str, row: Row, note: str) -> dict[str, str]:
    told = {"change": change, "finding": row["finding"], "id": row["id"], "title": row["title"]}
    return told | {"verdict": row["verdict"], "note": note}


def sentence(comparison: Mapping[str, Any] | None) -> str:
    """The comparison in a few words, e.g. “2 fixed, 1 new, 3 still”; nothing where there is none to make."""
    if comparison is None:
        return ""
    if comparison["with"] is None:
        return f"No comparison: {comparison['note']}"
    counted = [f"{count} {change}" for change, count in comparison["counts"].items() if count]
    return ", ".join(counted) or "nothing found, then and now"
