"""What tests of LMS Connect share: the town joined to an LMS, and an application that writes into its grades."""

from __future__ import annotations

from typing import Any

from clients import Mock
from msgspec.structs import replace
from town import ADA, ALGEBRA_ASH, FALL, TOWN, town
from werkzeug.test import TestResponse

from mock_clever.clock import moment
from mock_clever.lms.link import Link
from mock_clever.model import Snapshot
from mock_clever.settings import Settings

LMSS = ("canvas", "schoology", "google_classroom")
NOW = "2026-11-22T12:00:00.000Z"
DUE = "2027-01-31T23:59:00.000Z"
NOBODY = "6a000000000000000000ffff"
UNKNOWN = "00000000-0000-0000-0000-000000000000"
ASSIGNMENTS = f"/v3.1/sections/{ALGEBRA_ASH}/assignments"
NEEDED: dict[str, Any] = {"title": "Essay", "description": "Write.", "due_date": DUE}


def with_emails() -> Snapshot:
    """The town in which Ada too has the email by which an LMS would know her."""
    users = [replace(u, email="ada@example.org") if u.id == ADA else u for u in town().users]
    return town().replace(users=users)


class Course:
    """A mock whose town has an LMS, its clock standing at NOW, and the application that has LMS Connect there."""

    def __init__(self, lms: str = "canvas", mock: Mock | None = None, **facts: Any) -> None:
        self.mock = mock or Mock(with_emails())
        self.world = self.mock.world
        self.world.clock.freeze(True)
        self.world.clock.set(moment(NOW))
        self.world.settings = Settings(rate_limit=10**9)
        self.lms = lms
        self.join(lms_type=lms, **facts)
        self.connect(lms_connect="accepted")
        self.token = self.mock.reader().token

    def join(self, **facts: Any) -> None:
        """Put these facts into the link of the town to its LMS."""
        self.world.links[TOWN] = Link(**{"lms_type": self.lms, "state": "success", "since": 0.0} | facts)

    def connect(self, **facts: Any) -> None:
        """Put these facts into the application's connection."""
        connection = self.world.connection(self.mock.connection(self.mock.sync))
        self.world.reconnect(connection.id, **facts)

    def set(self, **settings: Any) -> None:
        """Change the world's settings."""
        self.world.settings = replace(self.world.settings, **settings)

    def ask(self, method: str, path: str, body: Any = None, raw: bytes | None = None) -> TestResponse:
        """An answer to the application; `raw` is a body that is sent as it stands."""
        sent: dict[str, Any] = {"json": body} if body is not None else {}
        sent = {"data": raw, "content_type": "application/json"} if raw is not None else sent
        return self.mock.client.open(
            path, method=method, headers={"Authorization": f"Bearer {self.token}"}, **sent
        )

    def data(self, method: str, path: str, body: Any = None) -> Any:
        """What a request that succeeds is answered with."""
        answer = self.ask(method, path, body)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()["data"]

    def create(self, **fields: Any) -> Any:
        """A new assignment, of Algebra and for all; a term where the LMS needs one."""
        term = {"term_id": FALL} if self.lms == "schoology" else {}
        return self.data("POST", ASSIGNMENTS, {**NEEDED, "assignee_mode": "all", **term, **fields})

    def made(self, **fields: Any) -> str:
        """The path of a new assignment."""
        return f"{ASSIGNMENTS}/{self.create(**fields)['id']}"

    def findings(self) -> list[str]:
        """The names of what the application did wrong, in order."""
        return [finding.id for row in self.world.journal.rows() for finding in row.findings]
