"""What changed since the run before: by finding ids, and never at the price of the run that was just made."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from telling import result, told

from certification_suite.reports import comparison
from certification_suite.running.runner import Result

BEFORE = [
    result("SSO-01", "fail"),
    result("SSO-02", "fail"),
    result("SSO-03", "pass"),
    result("SSO-04", "fail", cause="one"),
    result("SSO-05", "fail"),
    result("SSO-06", "needs review"),
]
NOW = [
    result("SSO-01", "pass"),
    result("SSO-02", "fail"),
    result("SSO-03", "fail"),
    result("SSO-04", "fail", cause="two"),
    result("SSO-06", "not applicable"),
    result("SSO-07", "could not run"),
]


def compared(before: Iterable[Result], now: Iterable[Result]) -> dict[str, Any]:
    return comparison.compare(told(list(before)), told(list(now)))


def test_each_finding_is_fixed_new_still_or_gone() -> None:
    rows = [(row["change"], row["finding"], row["note"]) for row in compared(BEFORE, NOW)["rows"]]
    assert rows == [
        ("fixed", "SSO-01/fail/broke", ""),
        ("new", "SSO-03/fail/broke", ""),
        ("new", "SSO-04/fail/two", ""),
        ("new", "SSO-07/could-not-run/broke", "not judged by the run before"),
        ("still", "SSO-02/fail/broke", ""),
        ("gone", "SSO-04/fail/one", "fail for another reason"),
        ("gone", "SSO-05/fail/broke", "not judged by this run"),
        ("gone", "SSO-06/needs-review/broke", "not applicable now"),
    ]


def test_the_counts_are_a_sentence() -> None:
    assert comparison.sentence(compared(BEFORE, NOW)) == "1 fixed, 3 new, 1 still, 3 gone"
    assert comparison.sentence(compared(NOW[:1], NOW[:1])) == "nothing found, then and now"
    assert comparison.sentence(None) == ""


def test_nothing_changes_between_a_run_and_itself() -> None:
    assert {row["change"] for row in compared(BEFORE, BEFORE)["rows"]} == {"still"}


def test_names_and_numbers_of_a_run_do_not_make_a_finding_new() -> None:
    again = [replace(one, observed="Somebody else.", seconds=9.0) for one in BEFORE]
    assert {row["change"] for row in compared(BEFORE, again)["rows"]} == {"still"}


def test_the_run_before_is_read_from_its_report(tmp_path: Path) -> None:
    path, now = tmp_path / "report.json", told(NOW)
    assert comparison.since(path, now) is None
    path.write_text(json.dumps(told(BEFORE)))
    assert comparison.since(path, now) == compared(BEFORE, NOW)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "cannot be read"),
        ("{", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ("[]", "has format none"),
        ('{"format": 1, "results": []}', "has format 1, and this is format 2"),
        ('{"format": 2}', "is not a report"),
        ('{"format": 2, "at": "x", "results": [{"id": "SSO-01"}]}', "is not a report"),
        (
            '{"format": 2, "at": "x", "results": [{"id": "A", "title": "", "verdict": "", "finding": {}}]}',
            "not a report",
        ),
    ],
)
def test_a_report_that_cannot_be_compared_with_is_said_and_stops_nothing(
    tmp_path: Path, text: str, why: str
) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    found = comparison.since(path, told(NOW))
    assert found is not None and found["with"] is None and found["rows"] == []
    assert why in comparison.sentence(found)


def test_a_report_that_is_a_folder_or_no_text_is_said(tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    (tmp_path / "other.json").write_bytes(b"\xff\xfe\x00")
    for name in ("report.json", "other.json"):
        assert "cannot be read" in comparison.sentence(comparison.since(tmp_path / name, told(NOW)))
