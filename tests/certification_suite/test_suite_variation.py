"""A correct app passes everything, whatever district it reads and however Clever varies what it may.

`make prove` runs this; `make test` does not.
"""

from __future__ import annotations

import pytest
from proof import CHECKED, SEEDS, facts, write_down
from stage import Stage, set_up
from test_kill_matrix import REQUIREMENTS

from certification_suite.running.runner import Result
from mock_clever.settings import Settings
from mock_clever.synthesis import preset_names

pytestmark = pytest.mark.proof

PAGES = {"tiny": 4, "certification-isd": 250}
"""Records on a page that the app asks for, so that every district is several pages long and few too many."""


def judged(stage: Stage, preset: str = "sandbox") -> dict[str, Result]:
    """Every requirement; a real browser looks only where nothing else can."""
    stage.put(page_size=PAGES.get(preset, 25))
    screens = [id_ for id_ in CHECKED if REQUIREMENTS[id_].browser]
    return stage.judge(screen=False) | stage.judge(*screens)


def expect_all_passed(results: dict[str, Result]) -> None:
    missed = {id_ for id_ in CHECKED if results[id_].verdict != "pass"}
    assert not missed, {id_: (results[id_].verdict, results[id_].observed) for id_ in sorted(missed)}


@pytest.mark.parametrize("preset", preset_names())
def test_a_correct_app_passes_everything_in_every_district(stage: Stage, preset: str) -> None:
    with set_up(preset=preset, chromium=stage.chromium) as there:
        results = judged(there, preset)
    write_down("preset", preset, facts(results))
    expect_all_passed(results)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_correct_app_passes_everything_under_variation(stage: Stage, seed: int) -> None:
    with set_up(Settings(variation=seed), chromium=stage.chromium) as there:
        results = judged(there)
    write_down("variation", str(seed), facts(results))
    expect_all_passed(results)
