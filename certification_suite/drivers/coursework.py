"""Coursework as the mock's LMS shows it: what a teacher or a student sees there, whoever put it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from certification_suite.drivers.mock import MockClever, listed

NAMES = {"canvas": "Canvas", "schoology": "Schoology", "google_classroom": "Google Classroom"}
"""The learning management systems that take coursework, as people call them."""
STRANGER = "Monica Simo"
"""Who comments in Canvas where nobody is named (docs/lms-connect-output-behavior)."""


@dataclass(frozen=True)
class Work:
    """What the LMS shows of one student's work."""

    user: str
    state: str
    points: float | None
    comment: str
    author: str
    attachments: tuple[dict[str, Any], ...]
    visible_grade: bool


@dataclass(frozen=True)
class Task:
    """An assignment as the LMS shows it."""

    id: str
    section: str
    title: str
    description: str
    due_date: str | None
    points: float | None
    submission_types: tuple[str, ...]
    work: dict[str, Work]


class Gradebook:
    """The gradebook of a district's LMS, and what its people can do there."""

    def __init__(self, clever: MockClever, district: str) -> None:
        self._clever, self._district = clever, district

    def join(self, lms: str, *, state: str = "success", unmatched: tuple[str, ...] = ()) -> None:
        """Join the district to this LMS, with an empty gradebook if it had another."""
        body = {"lms_type": lms, "lms_state": state, "unmatched": list(unmatched)}
        self._clever.send("PUT", f"/_mock/districts/{self._district}/lms", body)

    def part(self) -> None:
        """The district has no LMS any more."""
        self._clever.send("DELETE", f"/_mock/districts/{self._district}/lms")

    def tasks(self, section: str = "") -> list[Task]:
        """The assignments that stand in the LMS, those of one section if it is named."""
        told = listed(self._clever.get(f"/_mock/lms/{self._district}"), "assignments")
        found = [_task(row) for row in told if not row.get("deleted")]
        return [task for task in found if section in ("", task.section)]

    def teacher(self, task: str, do: str, **more: Any) -> None:
        """A teacher does something to an assignment in the LMS itself."""
        self._clever.send("POST", f"/_mock/lms/{self._district}/assignments/{task}", {"do": do, **more})

    def launch(self, user: str, *, client_id: str = "", **more: Any) -> str:
        """Somebody opens the app from the LMS, by LTI; the address that their browser is sent to."""
        body = {"user": user, **({"client_id": client_id} if client_id else {}), **more}
        return str(self._clever.send("POST", f"/_mock/lms/{self._district}/launch", body).get("redirect") or "")


def _task(row: dict[str, Any]) -> Task:
    work = [_work(one) for one in row.get("submissions") or ()]
    return Task(
        id=str(row["id"]),
        section=str(row.get("section") or ""),
        title=str(row.get("title") or ""),
        description=str(row.get("description") or ""),
        due_date=row.get("due_date"),
        points=row.get("points_possible"),
        submission_types=tuple(row.get("submission_types") or ()),
        work={one.user: one for one in work},
    )


def _work(row: dict[str, Any]) -> Work:
    return Work(
        user=str(row["user_id"]),
        state=str(row.get("state") or ""),
        points=row.get("grade_points"),
        comment=str(row.get("grade_comment") or ""),
        author=str(row.get("author") or ""),
        attachments=tuple(row.get("attachments") or ()),
        visible_grade=bool(row.get("visible_grade")),
    )
