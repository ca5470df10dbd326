"""The run as JSON, for programs: described by report.schema.json; finding ids stay the same from run to run."""

from __future__ import annotations

from collections import Counter
from typing import Any

from certification_suite.config import AppUnderTest
from certification_suite.evidence import masked
from certification_suite.runner import Result, exit_code
from certification_suite.verdicts import PASS

FORMAT = 1


def document(app: AppUnderTest, results: list[Result], *, at: str) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "at": at,
        "app": {"name": app.name, "base_url": app.base_url, "programmes": list(app.programmes)},
        "mock": app.mock_url,
        "exit_code": exit_code(results),
        "counts": dict(Counter(result.verdict for result in results)),
        "seconds": round(sum(result.seconds for result in results), 3),
        "results": [_row(result) for result in results],
    }


def _row(result: Result) -> dict[str, Any]:
    requirement, evidence = result.requirement, result.evidence
    return {
        "id": requirement.id,
        "finding": None if result.verdict == PASS else f"{requirement.id}/{result.verdict.replace(' ', '-')}",
        "title": requirement.title,
        "programme": requirement.programme,
        "level": requirement.level,
        "evidence_class": requirement.evidence,
        "says": requirement.says,
        "why": requirement.why,
        "source": f"https://dev.clever.com/{requirement.source}",
        "verdict": result.verdict,
        "expected": masked(result.expected),
        "observed": masked(result.observed),
        "next_step": result.next_step,
        "seconds": round(result.seconds, 3),
        "evidence": {
            "exchanges": [exchange.as_json() for exchange in evidence.exchanges],
            "pages": [page.as_json() for page in evidence.pages],
            "probe": evidence.probe,
            "notes": evidence.notes,
            "pictures": [picture.as_json() for picture in evidence.pictures],
        },
    }
