"""What the tests of the certification suite share: one mock and one door per run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stage import Stage, set_up


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with set_up() as stage:
        yield stage
