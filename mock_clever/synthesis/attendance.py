"""Attendance: who was there on each school day, and in the sections that call the roll of their own.

A student who is away for the day is away from every section. Most are there; an absence may last some days, and is
excused more often than not. The codes are a district's own (docs/attendance-data-overview).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from mock_clever.ids import chance
from mock_clever.normalise import date
from mock_clever.sis import AttendanceRow, SectionRow, Source
from mock_clever.synthesis.names import Chance
from mock_clever.synthesis.presets import Preset, RollCalls

EXCUSES = {"absent": ("ILL", "MED", "FAM", "TRIP"), "tardy": ("BUS", "MED", "LATE")}
STAYS_AWAY = 0.45  # how often one day of absence is followed by another
WEEKEND = 5

Said = dict[str, tuple[str, str]]  # of each day the status and the excuse


def add_attendance(source: Source, preset: Preset, seed: int) -> None:
    """Put in a row for every student and day, and for every day and student of some sections."""
    calls = preset.roll_calls
    if calls is None:
        return
    days = list(_school_days(calls))
    daily: dict[str, Said] = {}
    for row in source.students:
        if row.student_id not in daily:
            stream = chance(str(seed), preset.key, "attendance", row.student_id)
            daily[row.student_id] = _days_of(calls, stream, days)
            source.attendance += _rows(row.student_id, row.school_id, "", daily[row.student_id])
    enrolled: dict[str, list[str]] = {}
    for enrollment in source.enrollments:
        enrolled.setdefault(enrollment.section_id, []).append(enrollment.student_id)
    for section in _calling(source, calls, days):
        for student in dict.fromkeys(enrolled.get(section.section_id, ())):
            stream = chance(str(seed), preset.key, "attendance", section.section_id, student)
            said = {day: _lesson(calls, stream, daily[student][day]) for day in days}
            source.attendance += _rows(student, section.school_id, section.section_id, said)


def _school_days(calls: RollCalls) -> Iterator[str]:
    """The first days from the start on that are no week-end."""
    day, left = datetime.date.fromisoformat(date(calls.start) or ""), calls.days
    while left:
        if day.weekday() < WEEKEND:
            yield f"{day.month:02}/{day.day:02}/{day.year}"
            left -= 1
        day += datetime.timedelta(days=1)


def _calling(source: Source, calls: RollCalls, days: list[str]) -> Iterator[SectionRow]:
    """The first sections of each school that are taught on these days."""
    left = {school.school_id: calls.sections for school in source.schools}
    for section in source.sections:
        if left[section.school_id] and _taught(section, days):
            left[section.school_id] -= 1
            yield section


def _taught(section: SectionRow, days: list[str]) -> bool:
    start, end = date(section.term_start or ""), date(section.term_end or "")
    first, last = date(days[0]) or "", date(days[-1]) or ""
    return (start or first) <= first and last <= (end or last)


def _days_of(calls: RollCalls, stream: Chance, days: list[str]) -> Said:
    """How one student's days went; each day draws as often as any other, so that more days change none."""
    said: Said = {}
    away = False
    for day in days:
        drawn, excuse, reason = stream.random(), stream.random(), stream.random()
        away = drawn < (STAYS_AWAY if away else calls.absent)
        status = "absent" if away else "tardy" if drawn > 1 - calls.tardy else "present"
        said[day] = status, _excuse(calls, status, excuse, reason)
    return said


def _lesson(calls: RollCalls, stream: Chance, day: tuple[str, str]) -> tuple[str, str]:
    """How one lesson of a day went: whoever was late in the morning need not be late here."""
    drawn, excuse, reason = stream.random(), stream.random(), stream.random()
    if day[0] == "absent":
        return day
    status = "tardy" if drawn < calls.tardy else "present"
    return status, _excuse(calls, status, excuse, reason)


def _excuse(calls: RollCalls, status: str, drawn: float, reason: float) -> str:
    codes = EXCUSES.get(status, ())
    return codes[int(reason * len(codes))] if codes and drawn < calls.excused else ""


def _rows(student: str, school: str, section: str, said: Said) -> Iterator[AttendanceRow]:
    for day, (status, excuse) in said.items():
        month, number, year = day.split("/")
        yield AttendanceRow(
            student_id=student,
            school_id=school,
            section_id=section,
            attendance_date=day,
            attendance_type="section" if section else "daily",
            attendance_status=status,
            excuse_code=excuse,
            attendance_id=f"{year}{month}{number}-{student}" + (f"-{section}" if section else ""),
        )
