"""How a district lives on by itself: the changes of each day, drawn from a seed at rates a district knows.

No source gives rates; these are the mock's choice. A day's changes belong to the seed, the district and the day,
so the same district lives the same year on every machine. Nobody is part of two changes on one day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from typing import Any

from mock_clever.changes import Change, happen, read
from mock_clever.ids import Stream, chance
from mock_clever.model import Id, Record, Section, Snapshot, User, students_of_contact
from mock_clever.synthesis.names import person, phone, pick, slug

Key = tuple[str, Id]
Drawn = dict[str, Any]

ROLLOVER = (7, 15)
"""Month and day of a new school year's roster (events-and-sync 7 knows summers, not days)."""

SUMMER = ((6, 10), (8, 10))
"""From and until when nobody is taught."""

FIRST_GRADE = "Kindergarten"


def evolve(district: Snapshot, seed: int, days: int, begins: str = "") -> Iterator[tuple[str, list[Change]]]:
    """What happens on each of so many days from `begins` on, without it from the district's last sync on."""
    return ((day, changes) for day, changes, _ in lived(district, seed, days, begins))


def lived(
    district: Snapshot, seed: int, days: int, begins: str = ""
) -> Iterator[tuple[str, list[Change], Snapshot]]:
    """The same, each day with the district as it is in its evening."""
    first = date.fromisoformat((begins or district.district.last_sync or "2026-08-17")[:10])
    gone: Mapping[Key, Record] = {}
    for number in range(1, days + 1):
        day = (first + timedelta(days=number)).isoformat()
        changes = day_of(district, gone, day, seed)
        happened = happen(district, changes, gone, f"{day}T06:00:00.000Z")
        district, gone = happened.district, happened.removed
        yield day, changes, district


def day_of(district: Snapshot, gone: Mapping[Key, Record], day: str, seed: int) -> list[Change]:
    """What happens to a district on one day."""
    return read(list(_Day(district, gone, date.fromisoformat(day), seed).drawn()))


class _Day:
    """One day of one district, and whom it has touched already."""

    def __init__(self, district: Snapshot, gone: Mapping[Key, Record], day: date, seed: int) -> None:
        self.district, self.gone, self.day = district, gone, day
        self.chance: Stream = chance("evolution", str(seed), district.district.id, day.isoformat())
        self.year = chance("year", str(seed), district.district.id, str(day.year))
        self.used: set[Id] = set()

    def drawn(self) -> Iterator[Drawn]:
        """The day's changes."""
        if (self.day.month, self.day.day) == ROLLOVER:
            yield self.rollover()
            return
        if (self.day - timedelta(days=1)).timetuple()[1:3] == ROLLOVER:
            yield from self.entrants()
            return
        if term := self.ended():
            yield term
            return
        if self.day.weekday() > 4:
            return
        summer = SUMMER[0] <= (self.day.month, self.day.day) < SUMMER[1]
        for rate, kind, ids, happens in _RATES:
            if summer and not happens.__name__.endswith("_any_time"):
                continue
            for _ in range(self.times(rate * len(ids(self.district)))):
                change = happens(self, pick(self.chance, ids(self.district)))
                if change is not None:
                    yield {"type": kind, **change}

    def times(self, expected: float) -> int:
        """A whole number that is `expected` on average."""
        return int(expected) + (self.chance.random() < expected % 1)

    def take(self, *ids: Id) -> bool:
        """Whether none of these was part of a change today; from now on they are."""
        free = self.used.isdisjoint(ids)
        self.used.update(ids)
        return free

    def sections_at(self, school: Id, grade: str | None) -> list[Section]:
        """The sections of a school that someone of that grade may join, at most three."""
        there = self.district.sections.some(self.district.sections_of_school.get(school, ()))
        fitting = [section for section in there if section.grade in (grade, None) and section.id not in self.used]
        at = int(self.chance.random() * len(fitting)) if fitting else 0
        return list(islice((*fitting[at:], *fitting[:at]), 3))

    def rollover(self) -> Drawn:
        """A new school year: the terms of the old one, a year on."""
        style = pick(self.year, ("in_place", "replace"))
        terms = [
            {
                "name": _next(term.name or "Year"),
                "start_date": _later(term.start_date),
                "end_date": _later(term.end_date),
            }
            for term in sorted(self.district.terms, key=lambda each: (each.start_date or "", each.end_date or ""))
        ]
        return {"type": "roster.rollover", "style": style, "terms": terms or [{"name": f"{self.day.year}"}]}

    def entrants(self) -> Iterator[Drawn]:
        """Those who begin school: about as many as a year has."""
        wanted = len(self.district.users_of_role.get("student", ())) // 13
        schools = [school for school in self.district.schools if school.low_grade == FIRST_GRADE]
        schools = schools or list(self.district.schools)
        for number in range(wanted if schools else 0):
            school = pick(self.chance, schools)
            yield self.newcomer(number, school.id, school.low_grade or FIRST_GRADE)

    def newcomer(self, number: int, school: Id, grade: str | None) -> Drawn:
        """A student nobody has met."""
        who = person(self.chance, 0.02)
        sections = [section.id for section in self.sections_at(school, grade)]
        name = {"first": who.first, "last": who.last} | ({"middle": who.middle} if who.middle else {})
        sis_id = f"E{self.day:%Y%m%d}{number:03d}"
        return {
            "type": "user.add",
            "role": "student",
            "sis_id": sis_id,
            "name": name,
            "school": school,
            "email": f"{slug(who.first)}.{slug(who.last)}{sis_id[1:]}@students.example.org",
            "sections": sections,
        } | ({"grade": grade} if grade else {})

    def ended(self) -> Drawn | None:
        """A term that was over yesterday, if another one follows it soon."""
        yesterday = (self.day - timedelta(days=1)).isoformat()
        for term in self.district.terms:
            if term.end_date != yesterday:
                continue
            soon = (self.day + timedelta(days=60)).isoformat()
            for other in self.district.terms:
                if other.start_date and yesterday < other.start_date < soon:
                    next = {"name": other.name or "", "start_date": other.start_date, "end_date": other.end_date}
                    return {"type": "term.roll", "term": term.id, "next": next, "sections": "new"}
        return None


def _transfer(day: _Day, id: Id) -> Drawn | None:
    held = day.district.users[id].roles.student
    schools = [school for school in day.district.schools if held is not None and school.id != held.school]
    if held is None or not schools or not day.take(id):
        return None
    school = pick(day.chance, schools).id
    return {"user": id, "school": school, "sections": [s.id for s in day.sections_at(school, held.grade)]}


def _withdraw(day: _Day, id: Id) -> Drawn | None:
    return {"user": id} if day.take(id) else None


def _add(day: _Day, id: Id) -> Drawn | None:
    classmate = day.district.users[id].roles.student
    if classmate is None:
        return None
    day.used.add(number := f"newcomer {len(day.used)}")
    drawn = day.newcomer(int(number.rpartition(" ")[2]), classmate.school, classmate.grade)
    del drawn["type"]
    return drawn


def _return(day: _Day, id: Id) -> Drawn | None:
    left = sorted(
        was.id
        for was in day.gone.values()
        if isinstance(was, User) and was.roles.student and was.roles.student.school in day.district.schools
    )
    taken = {user.roles.student.sis_id for user in day.district.users if user.roles.student is not None}
    back = pick(day.chance, left) if left else None
    was = day.gone.get(("users", back or ""))
    if not isinstance(was, User) or was.roles.student is None or was.roles.student.sis_id in taken:
        return None
    if was.roles.student.grade == "12" or not day.take(was.id):
        return None
    there = day.sections_at(was.roles.student.school, was.roles.student.grade)
    return {"user": was.id, "sections": [section.id for section in there]}


def _enroll(day: _Day, id: Id) -> Drawn | None:
    held = day.district.users[id].roles.student
    there = day.sections_at(held.school, held.grade) if held is not None else []
    section = next((section for section in there if id not in section.students), None)
    return {"user": id, "section": section.id} if section is not None and day.take(id, section.id) else None


def _unenroll(day: _Day, id: Id) -> Drawn | None:
    attended = day.district.sections_of_user.get(id, ())
    if not attended:
        return None
    section = pick(day.chance, attended)
    return {"user": id, "section": section} if day.take(id, section) else None


def _replace(day: _Day, id: Id) -> Drawn | None:
    section = day.district.sections[id]
    others = [
        user.id
        for user in day.district.users.some(day.district.users_of_role.get("teacher", ()))
        if user.roles.teacher and user.roles.teacher.school == section.school and user.id not in section.teachers
    ]
    if not others:
        return None
    teacher = pick(day.chance, others)
    return {"section": id, "teacher": teacher} if day.take(id, teacher, *section.teachers) else None


def _leave(day: _Day, id: Id) -> Drawn | None:
    held = day.district.users[id].roles.teacher
    others = [
        user.id
        for user in day.district.users.some(day.district.users_of_role.get("teacher", ()))
        if held and user.roles.teacher and user.roles.teacher.school == held.school and user.id != id
    ]
    heir = pick(day.chance, others) if others else None
    if heir is None or not day.take(id, heir, *day.district.sections_of_user.get(id, ())):
        return None
    return {"user": id, "successor": heir}


def _rename(day: _Day, id: Id) -> Drawn | None:
    return {"user": id, "last": person(day.chance).last} if day.take(id) else None


def _email_any_time(day: _Day, id: Id) -> Drawn | None:
    user = day.district.users[id]
    number = f"{day.day:%y%m%d}{len(day.used)}"
    address = f"{slug(user.name.first or '')}.{slug(user.name.last or '')}{number}@example.org"
    return {"user": id, "email": address} if user.email and day.take(id) else None


def _contact_any_time(day: _Day, id: Id) -> Drawn | None:
    students = students_of_contact(day.district.users[id])
    changed = {"phone": phone(day.chance)} if day.chance.random() < 0.7 else {"relationship": "Grandparent"}
    return {"contact": id, **changed} if day.take(id, *students) else None


def _section_name(day: _Day, id: Id) -> Drawn | None:
    name = day.district.sections[id].name.partition(" (")[0]
    return {"section": id, "name": f"{name} ({pick(day.chance, 'ABCDEFG')})"} if day.take(id) else None


Ids = Callable[[Snapshot], list[Id]]


def _of_role(role: str) -> Ids:
    return lambda district: district.users_of_role.get(role, [])


_STUDENTS, _TEACHERS, _CONTACTS = _of_role("student"), _of_role("teacher"), _of_role("contact")
_SECTIONS: Ids = lambda district: district.sections.ids  # noqa: E731  # a row's column, like those above

_RATES: tuple[tuple[float, str, Ids, Callable[[_Day, Id], Drawn | None]], ...] = (
    (0.0006, "student.transfer", _STUDENTS, _transfer),
    (0.0005, "student.withdraw", _STUDENTS, _withdraw),
    (0.0006, "user.add", _STUDENTS, _add),
    (0.0001, "user.return", _STUDENTS, _return),
    (0.0020, "section.enroll", _STUDENTS, _enroll),
    (0.0015, "section.unenroll", _STUDENTS, _unenroll),
    (0.0010, "teacher.replace", _SECTIONS, _replace),
    (0.0005, "section.rename", _SECTIONS, _section_name),
    (0.0003, "teacher.leave_mid_year", _TEACHERS, _leave),
    (0.0002, "user.rename", _STUDENTS, _rename),
    (0.0003, "user.email_change", _STUDENTS, _email_any_time),
    (0.0006, "contact.edit", _CONTACTS, _contact_any_time),
)
"""How often each type happens, per day and per record of what it happens to."""


def _later(day: str | None) -> str | None:
    """The same day a year on, the 28th for a 29 February."""
    if not day:
        return None
    known = date.fromisoformat(day)
    day_of_month = 28 if (known.month, known.day) == (2, 29) else known.day
    return known.replace(year=known.year + 1, day=day_of_month).isoformat()


def _next(name: str) -> str:
    """A term's name a year on: every year in it is the next."""
    return re.sub(r"\b20\d\d\b", lambda year: str(int(year[0]) + 1), name)
