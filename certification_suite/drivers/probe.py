"""What the vendor's app tells about itself, and the one place where that is parsed: nonsense becomes a fail here.

Every part is optional and 404 means "not offered". The contract is in docs/probe.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from certification_suite.drivers.browser import Silence, refused
from certification_suite.verdicts import Fail, NotOffered

KINDS = ("users", "schools", "sections", "terms", "courses")
TIMEOUT = 180.0
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


class Probe:
    """The vendor's probe; `url` None when there is none."""

    def __init__(self, url: str | None, *, pause: Callable[[float], None]) -> None:
        self.url = url.rstrip("/") if url else None
        self.pause = pause
        self._http = requests.Session()
        self._http.trust_env = False
        self.answers: list[str] = []

    def records(self, kind: str) -> list[VendorRecord]:
        """All records of a kind, archived ones too."""
        part = f"GET /{kind}"
        return [self._record(part, row) for row in self.rows(part, kind)]

    def enrollments(self) -> set[Enrollment]:
        """Who is in which section now."""
        part = "GET /enrollments"
        rows = self.rows(part, "enrollments")
        return {
            Enrollment(text(part, row, "section"), text(part, row, "user"), text(part, row, "role"))
            for row in rows
            if _active(row)
        }

    def sync(self, mode: str = "full") -> SyncReport:
        """One sync, from its start to its end: `full` reads everything, `delta` follows the events."""
        if mode == "full":
            return self._report(self.call("POST /sync", json={"mode": mode}))
        part = f'POST /sync {{"mode": "{mode}"}}'
        return self._report(self.call("POST /sync", json={"mode": mode}, part=part, absent=(*ABSENT, 400, 422)))

    def confirm(self) -> SyncReport:
        """Confirm, as a person would, the syncs that wait; how the last of them ended then."""
        waiting = [hold for hold in self.rows("GET /holds", "holds") if hold.get("status") == "waiting"]
        if not waiting:
            raise Fail("A sync answered “held”, and GET /holds shows none that waits.", expected="The hold.")
        for hold in waiting:
            id_ = text("GET /holds", hold, "id")
            body = self.call(f"POST /holds/{id_}", json={"decision": "confirm"}, part="POST /holds")
        return self._report(body)

    def _report(self, body: dict[str, Any]) -> SyncReport:
        for _ in range(MOST_POLLS):
            if body.get("status") not in ("running", "pending", "queued", "started"):
                break
            self.pause(0.5)
            body = self.call("GET /sync")
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
        part = "POST /seed"
        body = self.call(part, json={"users": people})
        rows = body.get("users")
        if not isinstance(rows, list) or len(rows) != len(people) or not all(isinstance(r, dict) for r in rows):
            raise Fail(
                f"The probe answered {part} with {short(body)}.",
                expected=f"A list `users` with the internal ids of the {len(people)} accounts it made.",
            )
        return [text(part, row, "internal_id") for row in rows]

    def review(self) -> list[dict[str, Any]]:
        """Doubtful matches that wait for a person."""
        return self.rows("GET /review", "candidates")

    def write_progress(self, clever_id: str, item: str, score: int) -> None:
        self.call(f"PUT /progress/{clever_id}", json={"item": item, "score": score}, part="PUT /progress")

    def progress(self, clever_id: str) -> dict[str, int]:
        """What the student achieved so far: item → score."""
        rows = self.rows(f"GET /progress/{clever_id}", "progress", part="GET /progress")
        return {str(row.get("item")): row["score"] for row in rows if isinstance(row.get("score"), int)}

    def whoami(self, cookies: dict[str, str]) -> tuple[str | None, str | None]:
        """Clever id and internal id of whoever holds these cookies."""
        body = self.call("GET /whoami", cookies=cookies)
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
            self.call("POST /reset")
        except NotOffered:
            return False
        return True

    # -- the wire ----------------------------------------------------------------------------------------

    def rows(self, request: str, key: str, *, part: str | None = None) -> list[dict[str, Any]]:
        """The list that is answered under this key."""
        body = self.call(request, part=part)
        rows = body.get(key)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Fail(
                f"The probe answered {request} with {short(body)}.", expected=f"An object with a list `{key}`."
            )
        return rows

    def call(
        self,
        request: str,
        *,
        part: str | None = None,
        absent: tuple[int, ...] = ABSENT,
        taken: tuple[int, ...] = (),
        **options: Any,
    ) -> dict[str, Any]:
        """Ask; the object that is answered. `taken` are statuses of a refusal that is an answer as well."""
        if self.url is None:
            raise NotOffered(part or request)
        method, path = request.split(" ", 1)
        if "cookies" in options:  # sent as they are, without the jar's ideas about domains
            cookies = options.pop("cookies")
            options["headers"] = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        try:
            answer = self._http.request(method, self.url + path, timeout=TIMEOUT, allow_redirects=False, **options)
        except requests.Timeout as error:
            raise Silence(self.url + path, "late", patience=TIMEOUT) from error
        except requests.RequestException as error:
            if refused(error):
                raise Silence(self.url + path, "refused") from error
            raise Fail(
                f"The probe gave no answer to {request}: {type(error).__name__}.",
                expected="An answer in JSON, or 404 for what is not offered.",
            ) from error
        self.answers.append(f"{request} → {answer.status_code} {answer.text[:200]}")
        if answer.status_code in absent:
            raise NotOffered(part or request)
        if not answer.ok and answer.status_code not in taken:
            raise Fail(
                f"The probe answered {request} with {answer.status_code}: {answer.text[:200]}",
                expected="200 with JSON, or 404 for what is not offered.",
            )
        if not answer.content:
            return {}
        try:
            body = answer.json()
        except ValueError:
            body = answer.text
        if not isinstance(body, dict):
            raise Fail(f"The probe answered {request} with {short(body)}.", expected="A JSON object.")
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
