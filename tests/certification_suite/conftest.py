"""What the tests of the certification suite share: one mock and one door per run.

With SHARD=1/3 in the environment, the first third of the proof is run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from proof import others_of
from stage import Stage, set_up


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with set_up() as stage:
        yield stage


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    proof = [item for item in items if item.get_closest_marker("proof")]
    others = others_of(proof, os.environ.get("SHARD", ""))
    if others:
        items[:] = [item for item in items if item not in others]
        config.hook.pytest_deselected(items=others)
