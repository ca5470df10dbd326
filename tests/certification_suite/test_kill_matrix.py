"""The suite proves itself: a correct app passes, a defect fails just what it refutes, hollow apps pass nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from stage import Stage

from certification_suite.catalogue import catalogue
from certification_suite.runner import Result
from vendor_app.defects import DEFECTS

CHECKED = {requirement.id for requirement in catalogue() if requirement.check}
REFUTED = {
    name: {requirement.id for requirement in catalogue() if name in requirement.refuted_by} for name in DEFECTS
}


def told(results: dict[str, Result], *verdicts: str) -> dict[str, str]:
    return {id_: result.observed for id_, result in results.items() if result.verdict in verdicts}


def test_a_correct_app_passes_everything(stage: Stage) -> None:
    stage.put()
    results = stage.judge()
    assert not told(results, "fail", "needs review", "could not run", "not applicable")
    assert set(told(results, "pass")) == CHECKED


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_fails_exactly_what_it_refutes(stage: Stage, name: str) -> None:
    stage.put(DEFECTS[name]())
    results = stage.judge()
    failed = told(results, "fail")
    assert set(failed) == REFUTED[name], failed
    assert not told(results, "needs review")
    broken = [result for result in results.values() if result.verdict == "could not run"]
    assert all(result.observed.startswith("Not judged:") for result in broken), told(results, "could not run")


def test_every_defect_refutes_something() -> None:
    assert [name for name, refuted in REFUTED.items() if not refuted] == []


def test_both_sides_agree_on_what_a_defect_refutes() -> None:
    assert {name: set(defect.refutes) for name, defect in DEFECTS.items()} == REFUTED


def absent() -> Flask:
    """Answers 404 to everything."""
    return Flask("absent")


def yes_man() -> Flask:
    """Answers 200 and an empty object to everything."""
    app = Flask("yes_man")
    app.register_error_handler(404, lambda error: {})
    return app


def refuser() -> Flask:
    """Answers 403 to everything."""
    app = Flask("refuser")
    app.register_error_handler(404, lambda error: ("", 403))
    return app


@pytest.mark.parametrize("hollow", [absent, yes_man, refuser])
@pytest.mark.parametrize("described", [{}, {"start_login": None}, {"probe": False, "logout": "POST /logout"}])
def test_a_hollow_app_passes_nothing(stage: Stage, hollow: Any, described: dict[str, Any]) -> None:
    stage.door.app = hollow()
    results = stage.judge(**described)
    assert not told(results, "pass", "not applicable")
    assert "SSO-01" in told(results, "fail")
    assert all(observed.startswith("Not judged:") for observed in told(results, "could not run").values())


def test_without_a_probe_nothing_unseen_passes(stage: Stage) -> None:
    stage.put(probe=False)
    results = stage.judge(probe=False)
    seen = {requirement.id for requirement in catalogue() if requirement.check and not requirement.needs}
    assert set(told(results, "pass")) == seen
    assert set(told(results, "needs review")) == CHECKED - seen
