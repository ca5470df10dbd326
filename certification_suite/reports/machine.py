"""The run as JSON, for programs and for the other reports: format 2, described by report.schema.json.

A finding is a verdict that somebody must act on or look at (fail, needs review, could not run). Its id is
`requirement/verdict/cause`: the same on every machine and in every run, and another for each reason that a
requirement can fail for (causes.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from certification_suite.answering.attestations import Attestation
from certification_suite.describing.config import AppUnderTest
from certification_suite.evidence import Evidence, masked
from certification_suite.reports import replaying
from certification_suite.reports.security import about_security
from certification_suite.running.runner import Result, exit_code
from certification_suite.verdicts import CouldNotRun, Fail, NeedsReview

FORMAT = 2
FINDINGS = (Fail.word, NeedsReview.word, CouldNotRun.word)
"""The verdicts that are findings."""


NO_ANSWERS: Mapping[str, Attestation] = MappingProxyType({})
NOTHING: Mapping[str, Any] = MappingProxyType({})


def document(
    app: AppUnderTest,
    results: list[Result],
    *,
    at: str,
    replay: str = replaying.PLAIN,
    environment: Mapping[str, Any] | None = None,
    answers: Mapping[str, Attestation] = NO_ANSWERS,
    prefilled: Mapping[str, str] = NOTHING,
    submissions: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The whole run. `replay` is the command it was started by, less the choice of requirements.

    `answers` and `prefilled` are, for requirements that a person answers, the given answer and what was observed;
    `submissions` say which certifications are handed in together.
    """
    return {
        "format": FORMAT,
        "at": at,
        "app": {"name": app.name, "base_url": app.base_url, "programmes": list(app.programmes)},
        "mock": app.mock_url,
        "environment": dict(environment) if environment else None,
        "replay": replay,
        "submissions": list(submissions),
        "exit_code": exit_code(results),
        "counts": dict(Counter(result.verdict for result in results)),
        "seconds": round(sum(result.seconds for result in results if not result.carried), 3),
        "comparison": None,
        "results": [
            _row(
                result,
                replay,
                answers.get(result.requirement.id),
                prefilled.get(result.requirement.id),
            )
            for result in results
        ],
    }


def finding(result: Result) -> str | None:
    """The id of what was found; none where nothing was."""
    if result.verdict not in FINDINGS:
        return None
    parts = (result.requirement.id, result.verdict.replace(" ", "-"), result.cause)
    return "/".join(part for part in parts if part)


def _row(result: Result, replay: str, answer: Attestation | None, prefilled: str | None) -> dict[str, Any]:
    requirement = result.requirement
    return {
        "id": requirement.id,
        "finding": finding(result),
        "title": requirement.title,
        "programme": requirement.programme,
        "level": requirement.level,
        "since": requirement.since,
        "evidence_class": requirement.evidence,
        "proof": list(requirement.proof),
        "security": about_security(requirement.id, result.cause, failed=result.failed),
        "decides": requirement.decides,
        "sums": list(requirement.sums),
        "says": requirement.says,
        "why": requirement.why,
        "source": f"https://dev.clever.com/{requirement.source}",
        "verdict": result.verdict,
        "expected": masked(result.expected),
        "observed": masked(result.observed),
        "next_step": masked(result.next_step),
        "replay": replaying.line(replay, requirement),
        "carried": result.carried,
        "answer": _answer(answer),
        "prefilled": masked(prefilled) if prefilled else None,
        "seconds": round(result.seconds, 3),
        "evidence": _evidence(result.evidence),
    }


def _answer(answer: Attestation | None) -> dict[str, str] | None:
    if answer is None:
        return None
    return {"text": answer.answer, "by": answer.by, "on": answer.on.isoformat() if answer.on else ""}


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "exchanges": [exchange.as_json() for exchange in evidence.exchanges],
        "injected": [event.as_json() for event in evidence.injected],
        "pages": [page.as_json() for page in evidence.pages],
        "probe": [masked(line) for line in evidence.probe],
        "notes": [masked(note) for note in evidence.notes],
        "pictures": [picture.as_json() for picture in evidence.pictures],
    }
