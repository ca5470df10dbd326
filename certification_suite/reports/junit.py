"""The run as JUnit XML, for CI: a suite for each programme, a case for each requirement, replay as a property."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from certification_suite.catalogue import PROGRAMMES
from certification_suite.verdicts import PASS, CouldNotRun, Fail

NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TAGS = {Fail.word: "failure", CouldNotRun.word: "error"}
"""What JUnit calls a verdict; it calls the others skipped."""

PROPERTIES = ("replay", "source", "level", "finding", "carried")
Row = Mapping[str, Any]


def document(run: Mapping[str, Any]) -> bytes:
    """The report of a run as reports/machine.py documents it."""
    root = ElementTree.Element("testsuites", name=_safe(f"Clever certification of {run['app']['name']}"))
    for programme in PROGRAMMES:
        cases = [row for row in run["results"] if row["programme"] == programme]
        if cases:
            _suite(root, programme, cases, run["at"])
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _suite(root: ElementTree.Element, programme: str, cases: Sequence[Row], at: str) -> None:
    words = [case["verdict"] for case in cases]
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=programme,
        tests=str(len(cases)),
        failures=str(words.count(Fail.word)),
        errors=str(words.count(CouldNotRun.word)),
        skipped=str(sum(word not in (PASS, *TAGS) for word in words)),
        time=f"{sum(case['seconds'] for case in cases):.3f}",
        timestamp=at[:19],
    )
    for case in cases:
        _case(suite, programme, case)


def _case(suite: ElementTree.Element, programme: str, row: Row) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=f"clever.{programme}",
        name=_safe(f"{row['id']} {row['title']}"),
        time=f"{row['seconds']:.3f}",
    )
    properties = ElementTree.SubElement(case, "properties")
    for name in PROPERTIES:
        if row[name]:
            ElementTree.SubElement(properties, "property", name=name, value=_safe(row[name]))
    if row["verdict"] == PASS:
        return
    tag = TAGS.get(row["verdict"], "skipped")
    outcome = ElementTree.SubElement(
        case, tag, message=_safe(f"{row['verdict']}: {' '.join(row['observed'].split())}")
    )
    if tag != "skipped":
        outcome.set("type", row["finding"])
        outcome.text = _safe("\n".join(_told(row)) + "\n")


def _told(row: Row) -> list[str]:
    evidence = row["evidence"]
    return [
        f"Expected: {row['expected']}",
        f"Observed: {row['observed']}",
        f"Why: {row['why']}",
        f"Next: {row['next_step']}",
        f"Source: {row['source'].removeprefix('https://')}",
        f"Replay: {row['replay']}",
        *(told["line"] for told in (*evidence["injected"], *evidence["exchanges"])),
    ]


def _safe(text: str) -> str:
    return NOT_IN_XML.sub("�", text)
