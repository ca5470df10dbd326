"""What the vendor's app tells about itself, and the one place where that is parsed: nonsense becomes a fail here.

Every part is optional and 404 means "not offered"; parts.py lists them, docs/probe.md is the contract. How a part
is asked (endpoints, commands, a class) nobody after this knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from certification_suite.describing.config import AppUnderTest
from certification_suite.describing.parts import PARTS
from certification_suite.drivers.browser import Silence
from certification_suite.drivers.probe_commands import Commands
from certification_suite.drivers.probe_http import Endpoints
from certification_suite.drivers.probe_python import load
from certification_suite.drivers.probe_ways import TIMEOUT, Way
from certification_suite.verdicts import Fail, NotOffered

KINDS = ("users", "schools", "sections", "terms", "courses")
MOST_POLLS = 240
ABSENT = (404, 405, 501)
"""The answers that mean: not offered."""


@dataclass(frozen=True)
class VendorRecord:
    """A record as the vendor keeps it."""

    clever_id: str | None
    internal_id: str
    active: bool
    name: str
    email: str
    roles: tuple[str, ...]
    raw: dict[str, Any]


@dataclass(frozen=True)
class Enrollment:
    section: str
    user: str
    role: str


@dataclass(frozen=True)
class SyncReport:
    """How a sync ended, in the vendor's words."""

    success: bool
    status: str
    """`success`, `failed`, or `held`: nothing was written, because a person must confirm a large change."""
    counts: dict[str, Any]
    problems: tuple[str, ...]


def transport(app: AppUnderTest, *, timeout: float = TIMEOUT) -> Way | None:
    """The way to the app's probe; None when it has none. Raises ConfigurationError for a class that cannot be."""
    spec = app.probe
    if spec.url:
        return Endpoints(spec.url, ca=app.ca, timeout=timeout)
    if spec.python:
        return load(spec, app.base_url, app.mock_url)
    told = {"APP_URL": app.base_url, "MOCK_CLEVER_URL": app.mock_url}
    return Commands(spec.commands, spec.folder, told, timeout=timeout) if spec.commands else None


class Probe:
    """The vendor's probe; `way` None when there is none."""

    def __init__(self, way: Way | None, *, pause: Callable[[float], None]) -> None:
        self._way = way
        self.pause = pause
        self.answers: list[str] = []

    def records(self, kind: str) -> list[VendorRecord]:
        """All records of a kind, archived ones too."""
        return [self._record(f"GET /{kind}", row) for row in self.rows(kind)]

    def enrollments(self) -> set[Enrollment]:
        """Who is in which section now."""
        part, rows = "GET /enrollments", self.rows("enrollments")
        return {
            Enrollment(text(part, row, "section"), text(part, row, "user"), text(part, row, "role"))
            for row in rows
            if _active(row)
        }

    def sync(self, mode: str = "full") -> SyncReport:
        """One sync, from its start to its end: `full` reads everything, `delta` follows the events."""
        if mode == "full":
            return self._report(self.call("sync", mode=mode))
        called = f'POST /sync {{"mode": "{mode}"}}'
        return self._report(self.call("sync", called=called, absent=(*ABSENT, 400, 422), mode=mode))

    def confirm(self) -> SyncReport:
        """Confirm, as a person would, the syncs that wait; how the last of them ended then."""
        waiting = [hold for hold in self.rows("holds") if hold.get("status") == "waiting"]
        if not waiting:
            raise Fail("A sync answered “held”, and GET /holds shows none that waits.", expected="The hold.")
        for hold in waiting:
            id_ = text("GET /holds", hold, "id")
            body = self.call("decide", id=id_, decision="confirm")
        return self._report(body)

    def _report(self, body: dict[str, Any]) -> SyncReport:
        for _ in range(MOST_POLLS):
            if body.get("status") not in ("running", "pending", "queued", "started"):
                break
            self.pause(0.5)
            body = self.call("sync_status")
        status = body.get("status")
        if status not in ("success", "failed", "held"):
            raise Fail(
                f"The probe answered POST /sync with {short(body)}.",
                expected='An object whose `status` is "success", "failed" or "held".',
            )
        counts = body.get("counts")
        problems = body.get("problems") or []
        told = tuple(map(_problem, problems)) if isinstance(problems, list) else (str(problems),)
        return SyncReport(status == "success", status, counts if isinstance(counts, dict) else {}, told)

    def seed(self, people: list[dict[str, Any]]) -> list[str]:
        """Make local accounts that know nothing of Clever; their internal ids."""
        part, rows = "POST /seed", self.rows("seed", users=people)
        if len(rows) != len(people):
            raise Fail(
                f"The probe answered {part} with {short(rows)}.",
                expected=f"A list `users` with the internal ids of the {len(people)} accounts it made.",
            )
        return [text(part, row, "internal_id") for row in rows]

    def review(self) -> list[dict[str, Any]]:
        """Doubtful matches that wait for a person."""
        return self.rows("review")

    def write_progress(self, clever_id: str, item: str, score: int) -> None:
        self.call("write_progress", clever_id=clever_id, item=item, score=score)

    def progress(self, clever_id: str) -> dict[str, int]:
        """What the student achieved so far: item → score."""
        rows = self.rows("progress", clever_id=clever_id)
        return {str(row.get("item")): row["score"] for row in rows if isinstance(row.get("score"), int)}

    def whoami(self, cookies: dict[str, str]) -> tuple[str | None, str | None]:
        """Clever id and internal id of whoever holds these cookies."""
        body = self.call("whoami", cookies=cookies)
        if "internal_id" not in body and "clever_id" not in body:
            raise Fail(
                f"The probe answered GET /whoami with {short(body)}.", expected="`clever_id` and `internal_id`."
            )
        clever_id, internal_id = body.get("clever_id"), body.get("internal_id")
        return (
            None if clever_id is None else str(clever_id),
            None if internal_id is None else str(internal_id),
        )

    def reset(self) -> bool:
        """Make the app forget everything; False when it does not offer that."""
        try:
            self.call("reset")
        except NotOffered:
            return False
        return True

    def offers(self, name: str) -> bool:
        """Whether a part that only tells answers at all; for looking around."""
        try:
            self.call(name)
        except (Fail, NotOffered, Silence):
            return False
        return True

    # -- the wire ----------------------------------------------------------------------------------------

    def rows(self, name: str, **arguments: Any) -> list[dict[str, Any]]:
        """The list that a part answers."""
        part, body = PARTS[name], self.call(name, **arguments)
        rows = body.get(part.key or name)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Fail(
                f"The probe answered {part.called} with {short(body)}.",
                expected=f"An object with a list `{part.key}`.",
            )
        return rows

    def call(
        self,
        name: str,
        *,
        called: str | None = None,
        absent: tuple[int, ...] = ABSENT,
        taken: tuple[int, ...] = (),
        **arguments: Any,
    ) -> dict[str, Any]:
        """Ask a part; the object that is answered. `taken` are statuses of a refusal that is an answer as well."""
        part = PARTS[name]
        called = called or part.called
        if self._way is None:
            raise NotOffered(called)
        answer = self._way.ask(part, arguments)
        if name != "reset":
            self.answers.append(answer.line)
        if answer.status in absent:
            raise NotOffered(called)
        if not 200 <= answer.status < 300 and answer.status not in taken:
            raise Fail(
                f"The probe answered {called} with {answer.status}: {short(answer.body)}",
                expected="200 with JSON, or 404 for what is not offered.",
            )
        body = {part.key: answer.body} if part.key and isinstance(answer.body, list) else answer.body
        if body is None:
            return {}
        if not isinstance(body, dict):
            raise Fail(f"The probe answered {called} with {short(body)}.", expected="A JSON object.")
        return body

    def _record(self, part: str, row: dict[str, Any]) -> VendorRecord:
        clever_id = row.get("clever_id")
        roles = row.get("roles") or ([row["role"]] if row.get("role") else [])
        return VendorRecord(
            clever_id=None if clever_id in (None, "") else str(clever_id),
            internal_id=text(part, row, "internal_id", other="clever_id"),
            active=_active(row),
            name=str(row.get("name") or ""),
            email=str(row.get("email") or ""),
            roles=tuple(str(role) for role in roles) if isinstance(roles, list) else (str(roles),),
            raw=row,
        )


def text(part: str, row: dict[str, Any], key: str, *, other: str | None = None) -> str:
    """A value that every row must have."""
    value = row.get(key)
    if value in (None, "") and other:
        value = row.get(other)
    if not isinstance(value, str | int) or value == "":
        raise Fail(f"{part}: a row without `{key}`: {short(row)}.", expected=f"`{key}` in every row.")
    return str(value)


def _problem(told: Any) -> str:
    """A problem of a sync in words, from a sentence or from an object of any shape."""
    words = " ".join(str(value) for value in told.values() if value) if isinstance(told, dict) else str(told)
    return words.rstrip(".")


def _active(row: dict[str, Any]) -> bool:
    """Whether a row is in use. Also reads the flags other validators take; without a flag it is."""
    if "status" in row:
        return str(row["status"]) == "active"
    if "is_active" in row:
        return bool(row["is_active"])
    if "is_archived" in row:
        return not row["is_archived"]
    return row.get("deleted_at") is None


def short(value: Any) -> str:
    """As much of an answer as a reader needs."""
    words = str(value)
    return words if len(words) <= 160 else words[:160] + "…"
