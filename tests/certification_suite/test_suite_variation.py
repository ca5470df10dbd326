"""A correct app is right about a Clever that varies all it may; the suite believes it there too."""

from __future__ import annotations

import pytest
from stage import set_up

from certification_suite.catalogue import catalogue
from mock_clever.settings import Settings


@pytest.mark.parametrize("seed", [20261122])
def test_a_correct_app_passes_everything_under_variation(seed: int) -> None:
    with set_up(Settings(variation=seed)) as stage:
        stage.put()
        results = stage.judge()
    checked = {requirement.id for requirement in catalogue() if requirement.check}
    passed = {id_ for id_, result in results.items() if result.verdict == "pass"}
    assert passed == checked, {id_: result.observed for id_, result in results.items() if id_ in checked - passed}
