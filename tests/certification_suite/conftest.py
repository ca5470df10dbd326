"""What the tests of the certification suite share: one mock and one door per run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from stage import Stage, mock


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with mock() as url:
        stage = Stage(url)
        yield stage
        stage.close()
