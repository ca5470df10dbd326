"""The run as JUnit XML, for CI: one suite per programme, one case per requirement."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from certification_suite.catalogue import PROGRAMMES
from certification_suite.runner import Result
from certification_suite.verdicts import PASS, CouldNotRun, Fail

NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(app_name: str, results: list[Result]) -> bytes:
    root = ElementTree.Element("testsuites", name=_safe(f"Clever certification of {app_name}"))
    for programme in PROGRAMMES:
        cases = [result for result in results if result.requirement.programme == programme]
        if cases:
            _suite(root, programme, cases)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _suite(root: ElementTree.Element, programme: str, cases: list[Result]) -> None:
    words = [case.verdict for case in cases]
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        name=programme,
        tests=str(len(cases)),
        failures=str(words.count(Fail.word)),
        errors=str(words.count(CouldNotRun.word)),
        skipped=str(sum(word not in (PASS, Fail.word, CouldNotRun.word) for word in words)),
        time=f"{sum(case.seconds for case in cases):.3f}",
    )
    for case in cases:
        _case(suite, programme, case)


def _case(suite: ElementTree.Element, programme: str, result: Result) -> None:
    requirement = result.requirement
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=f"clever.{programme}",
        name=f"{requirement.id} {requirement.title}",
        time=f"{result.seconds:.3f}",
    )
    if result.verdict == PASS:
        return
    tag = {Fail.word: "failure", CouldNotRun.word: "error"}.get(result.verdict, "skipped")
    outcome = ElementTree.SubElement(case, tag, message=_safe(f"{result.verdict}: {result.observed}"))
    if tag != "skipped":
        outcome.text = _safe(
            f"Expected: {result.expected}\nObserved: {result.observed}\nWhy: {requirement.why}\nNext: "
            f"{result.next_step}\n"
            f"Source: dev.clever.com/{requirement.source}\n"
            + "".join(f"{exchange.line()}\n" for exchange in result.evidence.exchanges)
        )


def _safe(text: str) -> str:
    return NOT_IN_XML.sub("�", text)
