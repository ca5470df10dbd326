"""Attendance: what became of each student on each day, and a district's rows in the order that pages follow.

Rows name records by id and are none themselves: they have no id, are told in no event and never change but by
being sent again (docs/attendance-data-overview, docs/attendance-data-pagination).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from msgspec import Struct

from mock_clever.clock import iso

NO_SECTION = "0" * 24
KEPT_MONTHS = 6


class Attendance(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """One row: a student at a school on a day (`daily`), or in one of its sections (`section`)."""

    attendance_date: str
    attendance_status: str
    attendance_type: str
    student_id: str
    school_id: str
    district_id: str
    created: str
    last_modified: str
    section_id: str | None = None
    excuse_code: str | None = None
    sis_id: str | None = None

    @property
    def key(self) -> str:
        """What tells this row from every other, and its place among them; 24 zeros stand for no section."""
        return f"{self.attendance_date}_{self.student_id}_{self.section_id or NO_SECTION}_{self.school_id}"


Rows = tuple[Attendance, ...]


class Register:
    """All rows of a district in the order of their keys, each key once: a row sent again overwrites."""

    def __init__(self, rows: Iterable[Attendance] = ()) -> None:
        latest = {row.key: row for row in rows}
        self.rows: Rows = tuple(latest[key] for key in sorted(latest))

    @cached_property
    def of_school(self) -> Mapping[str, Rows]:
        """The rows of each school."""
        return _grouped(self.rows, lambda row: row.school_id)

    @cached_property
    def of_section(self) -> Mapping[str, Rows]:
        """The rows of each section."""
        return _grouped(self.rows, lambda row: row.section_id)


class Shown(dict[str, Rows]):
    """Of each school's or section's rows those that are shown, found when they are first asked for."""

    def __init__(self, groups: Mapping[str, Rows], shows: Callable[[Attendance], bool]) -> None:
        super().__init__()
        self._groups = groups
        self._shows = shows

    def __missing__(self, id: str) -> Rows:
        rows = self._groups.get(id, ())
        kept = tuple(filter(self._shows, rows))
        self[id] = kept = rows if len(kept) == len(rows) else kept
        return kept


def oldest_kept(now: float) -> str:
    """The first day whose rows are still kept at that moment: six months past their date they are gone.

    A bound to compare with, not always a day of the calendar: on 31 August it is `02-31`.
    """
    year, month, day = map(int, iso(now)[:10].split("-"))
    years, months = divmod(year * 12 + month - 1 - KEPT_MONTHS, 12)
    return f"{years:04}-{months + 1:02}-{day:02}"


def _grouped(rows: Rows, key: Callable[[Attendance], str | None]) -> dict[str, Rows]:
    found: dict[str, list[Attendance]] = {}
    for row in rows:
        id = key(row)
        if id is not None:
            found.setdefault(id, []).append(row)
    return {id: tuple(group) for id, group in found.items()}
