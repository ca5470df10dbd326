"""The suite proves itself: a correct app passes, a defect fails just what it refutes, hollow apps pass nothing.

A defect is judged by every check in which it would decide otherwise than the right app does (`decisions.py`), one
that is not about coursework in one LMS; with WHOLE_MATRIX=1 in the environment by every check there is in every
LMS, which takes much longer and says the same. `make prove` runs this; `make test` does not.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pytest
from decisions import Watched
from flask import Flask
from parted import parted
from proof import HOLLOW, facts, write_down
from registrations import MISTAKES
from stage import Stage

from certification_suite.catalogue import catalogue
from certification_suite.running.runner import Result
from vendor_app.defects import DEFECTS

CHECKED = {requirement.id for requirement in catalogue() if requirement.check and not requirement.sums}
"""All but the roll-ups, which ask the app nothing (test_suite_rollups.py)."""
REQUIREMENTS = {requirement.id: requirement for requirement in catalogue()}
REFUTED = {
    name: {requirement.id for requirement in catalogue() if name in requirement.refuted_by} for name in DEFECTS
}

COURSEWORK = {name for name, defect in DEFECTS.items() if defect.__module__.endswith(".coursework")}
WHOLE = bool(os.environ.get("WHOLE_MATRIX"))


pytestmark = pytest.mark.proof


class Said(NamedTuple):
    """What matters of a result."""

    verdict: str
    observed: str


def told(results: Mapping[str, Result | Said], *verdicts: str) -> dict[str, str]:
    return {id_: result.observed for id_, result in results.items() if result.verdict in verdicts}


Watch = tuple[dict[str, Said], dict[str, set[str]]]


@pytest.fixture(scope="session")
def watch(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Watch:
    """What is said of the right app, and the defects that would have decided otherwise in each check."""
    right = Watched(DEFECTS)
    stage.put(right)

    def watched(id_: str) -> tuple[Said, set[str]]:
        right.begin()
        [result] = stage.judge(id_).values()
        return Said(result.verdict, result.observed), right.otherwise

    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "watch"
    alike = {same[0]: same for same in judged_alike(CHECKED)}
    found = parted(alike, watched, folder)
    results = {id_: said for first, (said, _) in found.items() for id_ in alike[first]}
    return results, {id_: names for first, (_, names) in found.items() for id_ in alike[first]}


def judged_alike(ids: Iterable[str]) -> list[list[str]]:
    """The requirements that the same check judges in the same programme, together: one run tells of all."""
    alike: dict[object, list[str]] = {}
    for id_ in sorted(ids):
        alike.setdefault((REQUIREMENTS[id_].check, REQUIREMENTS[id_].programme), []).append(id_)
    return list(alike.values())


def judge(stage: Stage, ids: Iterable[str], **app: Any) -> dict[str, Result]:
    """What is said of the app; a real browser looks only where nothing else can, for it takes long."""
    alike = {same[0]: same for same in judged_alike(ids)}
    screens = [id_ for id_ in alike if REQUIREMENTS[id_].browser]
    plain = [id_ for id_ in alike if id_ not in screens]
    results = stage.judge(*plain, screen=False, **app) if plain else {}
    results |= stage.judge(*screens, **app) if screens else {}
    return {id_: result for first, result in results.items() for id_ in alike[first]}


def judge_elsewhere(stage: Stage, ids: Iterable[str]) -> dict[str, Result]:
    """The same of a defect that is not about coursework: what comes before it is the same in each LMS."""
    coursework = {id_ for id_ in ids if REQUIREMENTS[id_].programme == "lms"}
    results = judge(stage, coursework, lms=["canvas"])
    elsewhere = {id_ for id_, result in results.items() if result.verdict == "not applicable"}
    return judge(stage, set(ids) - coursework) | results | judge(stage, elsewhere)


def test_a_correct_app_passes_everything(watch: Watch) -> None:
    results, _ = watch
    assert not told(results, "fail", "needs review", "could not run", "not applicable")
    assert set(told(results, "pass")) == CHECKED


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_fails_exactly_what_it_refutes(stage: Stage, watch: Watch, name: str) -> None:
    stage.put(DEFECTS[name]())
    _, otherwise = watch
    touched = [id_ for id_ in sorted(CHECKED) if WHOLE or name in otherwise[id_]]
    results = judge(stage, touched) if WHOLE or name in COURSEWORK else judge_elsewhere(stage, touched)
    write_down("defect", name, facts(results))
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
    mistake = MISTAKES[name]
    with stage.registered(mistake.app, **mistake.at(stage.door.url)):
        results = stage.judge(screen=False, programmes=[mistake.programme])
    write_down("registration", name, facts(results))
    failed = told(results, "fail")
    assert set(failed) == MISTAKES[name].fails, failed
    assert {id_ for id_, requirement in REQUIREMENTS.items() if name in requirement.refuted_by} <= set(failed)
    assert not told(results, "needs review")
    broken = [result for result in results.values() if result.verdict == "could not run" and not result.excused]
    assert all(result.observed.startswith("Not judged:") for result in broken)


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


APPS: dict[str, tuple[Any, dict[str, Any]]] = {
    "absent": (absent, {}),
    "yes_man": (yes_man, {}),
    "refuser": (refuser, {}),
    "yes_man, no login page": (yes_man, {"start_login": None}),
    "yes_man, no probe": (yes_man, {"probe": False, "logout": "POST /logout"}),
}


@pytest.mark.parametrize("name", HOLLOW)
def test_a_hollow_app_passes_nothing(stage: Stage, name: str) -> None:
    hollow, described = APPS[name]
    stage.door.app = hollow()
    results = stage.judge(**described)
    write_down("hollow", name, facts(results))
    assert not told(results, "pass", "not applicable")
    assert "SSO-01" in told(results, "fail")
    assert all(observed.startswith("Not judged:") for observed in told(results, "could not run").values())


def test_without_a_probe_nothing_unseen_passes(stage: Stage) -> None:
    stage.put(probe=False)
    results = stage.judge(probe=False)
    seen = {id_ for id_ in CHECKED if not REQUIREMENTS[id_].needs}
    assert set(told(results, "pass")) == seen
    summed = {id_ for id_, requirement in REQUIREMENTS.items() if requirement.sums}
    assert set(told(results, "needs review")) == (CHECKED - seen) | summed
