"""What the steps of a look have seen so far."""

from __future__ import annotations

from typing import Any

from certification_suite.describing.config import AppUnderTest
from certification_suite.describing.doorway import Answered
from certification_suite.drivers.mock import MockClever
from certification_suite.drivers.probe import Probe
from certification_suite.examination import Examination


class Sight:
    """The app, whose client ids a step may fill in, and what other steps go on from."""

    def __init__(self, app: AppUnderTest, patience: float) -> None:
        self.app = app
        self.patience = patience
        self.clever = MockClever(app.mock_url)
        self.registered: dict[str, dict[str, Any]] = {}
        """The records of the mock's apps, by client id."""
        self.answer: Answered | None = None
        """What the app's address answered."""
        self.authorize: str | None = None
        """Where a login leads; None where the app has no way in of its own."""
        self.proxied = False
        """Whether this shell sends what is asked of the mock to a proxy."""

    def stands(self, key: str, table: str = "app") -> str:
        """A key and where it stands, for a message."""
        return f"`{key}` ({self.app.stands(table, key)})"

    def examination(self) -> Examination:
        """For going through a login as a check does; the Library app's where there is no other."""
        seen = self.app if self.app.client_id else self.app.as_in("library")
        return Examination(seen, self.clever, Probe(None, pause=lambda seconds: None), self.patience)
