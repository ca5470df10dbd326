"""The suite proves itself: a correct app passes, a defect fails just what it refutes, hollow apps pass nothing.

A defect is judged by every check in which it would decide otherwise than the right app does (`decisions.py`); with
WHOLE_MATRIX=1 in the environment by every check there is, which takes about half an hour and says the same.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from decisions import Watched
from flask import Flask
from registrations import MISTAKES
from stage import Stage

from certification_suite.catalogue import catalogue
from certification_suite.runner import Result
from vendor_app.defects import DEFECTS

CHECKED = {requirement.id for requirement in catalogue() if requirement.check}
REQUIREMENTS = {requirement.id: requirement for requirement in catalogue()}
REFUTED = {
    name: {requirement.id for requirement in catalogue() if name in requirement.refuted_by} for name in DEFECTS
}

WHOLE = bool(os.environ.get("WHOLE_MATRIX"))


def told(results: dict[str, Result], *verdicts: str) -> dict[str, str]:
    return {id_: result.observed for id_, result in results.items() if result.verdict in verdicts}


Watch = tuple[dict[str, Result], dict[str, set[str]]]


@pytest.fixture(scope="session")
def watch(stage: Stage) -> Watch:
    """What is said of the right app, and the defects that would have decided otherwise in each check."""
    right, results, otherwise = Watched(DEFECTS), {}, {}
    stage.put(right)
    for id_ in sorted(CHECKED):
        right.begin()
        results |= stage.judge(id_)
        otherwise[id_] = right.otherwise
    return results, otherwise


def judge(stage: Stage, ids: list[str]) -> dict[str, Result]:
    """What is said of the app; a real browser looks only where nothing else can, for it takes long."""
    screens = [id_ for id_ in ids if REQUIREMENTS[id_].browser]
    results = stage.judge(*(set(ids) - set(screens)), screen=False) if len(ids) > len(screens) else {}
    return results | (stage.judge(*screens) if screens else {})


def test_a_correct_app_passes_everything(watch: Watch) -> None:
    results, _ = watch
    assert not told(results, "fail", "needs review", "could not run", "not applicable")
    assert set(told(results, "pass")) == CHECKED


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_fails_exactly_what_it_refutes(stage: Stage, watch: Watch, name: str) -> None:
    stage.put(DEFECTS[name]())
    _, otherwise = watch
    touched = [id_ for id_ in sorted(CHECKED) if WHOLE or name in otherwise[id_]]
    results = judge(stage, touched)
    failed = told(results, "fail")
    assert set(failed) == REFUTED[name], failed
    assert not told(results, "needs review")
    broken = [result for result in results.values() if result.verdict == "could not run"]
    assert all(result.observed.startswith("Not judged:") for result in broken), told(results, "could not run")


def test_where_a_defect_decides_alike_the_verdict_is_the_same(stage: Stage, watch: Watch) -> None:
    """What `decisions.py` says, tried on one defect; WHOLE_MATRIX tries it on all."""
    name, (_, otherwise) = "AcceptsAnyState", watch
    stage.put(DEFECTS[name]())
    alike = sorted(id_ for id_ in CHECKED if name not in otherwise[id_])
    assert len(alike) > len(CHECKED) // 2
    alike = alike[::3]
    assert set(told(judge(stage, alike), "pass")) == set(alike)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_wrong_registration_fails_exactly_what_it_refutes(stage: Stage, name: str) -> None:
    stage.put()
    with stage.registered(**MISTAKES[name].at(stage.door.url)):
        results = stage.judge(programmes=["sso"])
    failed = told(results, "fail")
    assert set(failed) == MISTAKES[name].fails, failed
    assert {id_ for id_, requirement in REQUIREMENTS.items() if name in requirement.refuted_by} <= set(failed)
    assert not told(results, "needs review")
    assert all(observed.startswith("Not judged:") for observed in told(results, "could not run").values())


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
