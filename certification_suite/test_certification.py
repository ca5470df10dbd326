"""The certification as plain pytest: `pytest --pyargs certification_suite --app certification.toml`."""

from __future__ import annotations

import pytest

from certification_suite.evidence import masked
from certification_suite.running.runner import Result
from certification_suite.verdicts import PASS, Fail


def test_requirement(result: Result) -> None:
    """Judge one requirement; what a person must look at or answer is a skip with its reason."""
    if result.verdict == Fail.word:
        pytest.fail(told(result), pytrace=False)
    if result.verdict != PASS:
        pytest.skip(masked(f"{result.verdict}: {result.observed} {result.next_step}".strip()))


def told(result: Result) -> str:
    """A fail as the dossier tells it, with the exchanges that prove it."""
    requirement = result.requirement
    lines = [
        f"{requirement.id} {requirement.title}",
        f"Expected: {result.expected}",
        f"Observed: {result.observed}",
        f"Why:      {requirement.why}",
        f"Next:     {result.next_step}",
        f"Source:   https://dev.clever.com/{requirement.source}",
        *(f"Seen:     {exchange.line()}" for exchange in result.evidence.exchanges),
        *(f"Injected: {one.line()}" for one in result.evidence.injected),
    ]
    return masked("\n".join(lines))
