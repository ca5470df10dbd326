"""The coursework part of the vendor's probe: assignments and scores, as the app's own users make them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from certification_suite.drivers.probe import Probe, short, text
from certification_suite.verdicts import Fail

REFUSALS = (400, 409, 422)
"""The answers by which an app may tell its user that it does not do this."""


@dataclass(frozen=True)
class Assignment:
    """An assignment as the app keeps it."""

    internal_id: str
    lms_id: str | None
    status: str
    """`synced`, `waiting`, `failed` or `deleted`; `refused` when the app did not take it at all."""
    problem: str

    @property
    def told(self) -> str:
        """What the app tells its user, in words."""
        return f"“{self.status}”{f' ({self.problem})' if self.problem else ''}"


@dataclass(frozen=True)
class Score:
    """A score as the app keeps it, and what the app reads of it in the LMS."""

    user: str
    points: float | None
    status: str
    """`sent`, `waiting` or `failed`; `refused` when the app did not take it at all."""
    problem: str
    lms_points: float | None

    @property
    def told(self) -> str:
        return f"“{self.status}”{f' ({self.problem})' if self.problem else ''}"


class Assignments:
    """What a teacher does in the app."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe

    def create(self, section: str, **told: Any) -> Assignment:
        body = self._probe.call("create_assignment", taken=REFUSALS, section=section, **told)
        return _assignment("POST /assignments", body)

    def change(self, internal_id: str, **told: Any) -> Assignment:
        body = self._probe.call("change_assignment", taken=REFUSALS, internal_id=internal_id, **told)
        return _assignment("PATCH /assignments", body)

    def delete(self, internal_id: str) -> None:
        self._probe.call("delete_assignment", taken=REFUSALS, internal_id=internal_id)

    def all(self) -> dict[str, Assignment]:
        """By internal id."""
        found = [_told("GET /assignments", row) for row in self._probe.rows("assignments")]
        return {one.internal_id: one for one in found}

    def score(self, internal_id: str, user: str, **told: Any) -> Score:
        """Give a student a score, a state or a piece of work."""
        part = "PUT /assignments/…/scores"
        body = self._probe.call("score", taken=REFUSALS, internal_id=internal_id, clever_id=user, **told)
        if _refused(body, "score"):
            return Score(user, None, "refused", str(body["message"]), None)
        return _score(part, {"clever_id": user, **_object(part, body, "score")})

    def scores(self, internal_id: str) -> dict[str, Score]:
        """By Clever id."""
        rows = self._probe.rows("scores", internal_id=internal_id)
        found = [_score("GET /assignments/…/scores", row) for row in rows]
        return {one.user: one for one in found}


def _refused(body: dict[str, Any], key: str) -> bool:
    return key not in body and isinstance(body.get("message"), str)


def _object(part: str, body: dict[str, Any], key: str) -> dict[str, Any]:
    told = body.get(key)
    if not isinstance(told, dict):
        raise Fail(
            f"The probe answered {part} with {short(body)}.",
            expected=f"An object `{key}`, or 400 and a `message`.",
        )
    return told


def _assignment(part: str, body: dict[str, Any]) -> Assignment:
    if _refused(body, "assignment"):
        return Assignment("", None, "refused", str(body["message"]))
    return _told(part, _object(part, body, "assignment"))


def _told(part: str, row: dict[str, Any]) -> Assignment:
    return Assignment(
        internal_id=text(part, row, "internal_id"),
        lms_id=str(row["lms_id"]) if row.get("lms_id") else None,
        status=text(part, row, "status"),
        problem=str(row.get("problem") or ""),
    )


def _score(part: str, row: dict[str, Any]) -> Score:
    return Score(
        user=text(part, row, "clever_id"),
        points=_number(row.get("points")),
        status=str(row.get("status") or ""),
        problem=str(row.get("problem") or ""),
        lms_points=_number(row.get("lms_points")),
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
