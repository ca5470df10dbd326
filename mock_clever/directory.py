"""Finding people by what is known of them, fast in a district of any size.

Everyone is one line of folded text, thousands of lines a block; a search looks through the text of a block at once
and reads only the lines it hits. A block is written when a search first comes to it, and stays for as long as
nobody in it changes.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from operator import is_
from unicodedata import normalize

from mock_clever.model import Id, Ids, School, Snapshot, Staff, Student, Teacher, User
from mock_clever.tables import Table

LINES = 4096
BETWEEN = "\t"
_ACCENTS = re.compile("[\u0300-\u036f]+")


def fold(text: str) -> str:
    """Text as it is searched: neither case nor accents."""
    if text.isascii():
        return text.lower()
    return _ACCENTS.sub("", normalize("NFKD", text)).casefold()


def logins(user: User) -> Mapping[str, str | None]:
    """The names a person may type to log in, each with the password it takes.

    In the sandbox a student's username and password are the student number, a teacher's the teacher number, a
    member of staff's the staff id (docs/testing-your-sso-integration).
    """
    student, teacher, staff = user.roles.student, user.roles.teacher, user.roles.staff
    numbers = [
        student.student_number if student else None,
        teacher.teacher_number if teacher else None,
        staff.staff_id if staff else None,
    ]
    found = {number: user.password or number for number in numbers if number}
    for role in (student, teacher, staff):
        if role is not None and role.credentials and role.credentials.district_username:
            name = role.credentials.district_username
            found[name] = user.password or name
    if user.roles.district_admin is not None and user.email:
        found[user.email] = user.password or user.email
    return found


class _Places(dict[Ids, str]):
    """The names of some schools in one text; made once for all who attend the same."""

    def __init__(self, schools: Table[School]) -> None:
        self._schools = schools

    def __missing__(self, ids: Ids) -> str:
        found = (self._schools.get(id) for id in ids)
        self[ids] = BETWEEN.join(school.name for school in found if school is not None)
        return self[ids]


class _Block:
    """Some people, in order, and their lines: what they are called, are and attend, between BETWEENs."""

    __slots__ = ("_begins", "text", "users")

    def __init__(self, users: Sequence[User], places: _Places) -> None:
        self.users = users
        lines = [fold(_line(user, places)) for user in users]
        self.text = "".join(lines)
        self._begins = array("I", accumulate(map(len, lines), initial=0))

    def having(self, rarest: str, words: Sequence[str]) -> Iterator[User]:
        """Those whose line holds every word; the rarest is looked for in the whole text."""
        place = self.text.find(rarest)
        while place >= 0:
            number = bisect_right(self._begins, place) - 1
            end = self._begins[number + 1]
            line = self.text[self._begins[number] : end]
            if all(word in line for word in words):
                yield self.users[number]
            place = self.text.find(rarest, end)


def _line(user: User, places: _Places) -> str:
    """Written for speed: a district has hundreds of thousands."""
    name, roles = user.name, user.roles
    line = f"\t{user.id}\t{name.first or ''}\t{name.middle or ''}\t{name.last or ''}\t{user.email or ''}\t"
    if (student := roles.student) is not None:
        line += f"student\tgrade {student.grade or ''}\t{student.student_number or ''}\t{_own(student)}"
        line += f"{places[student.schools]}\t"
    if (teacher := roles.teacher) is not None:
        line += f"teacher\t{teacher.teacher_number or ''}\t{_own(teacher)}{places[teacher.schools]}\t"
    if (staff := roles.staff) is not None:
        line += f"staff\t{staff.staff_id}\t{_own(staff)}{places[staff.schools]}\t"
    if roles.district_admin is not None:
        line += "district_admin\t"
    return line if roles.contact is None else f"{line}contact\t"


def _own(role: Student | Teacher | Staff) -> str:
    credentials = role.credentials
    return f"{credentials.district_username or ''}\t" if credentials is not None else ""


class Directory:
    """Everyone in one district at one moment."""

    def __init__(self, town: Snapshot, before: Directory | None = None) -> None:
        self.users, self._of = town.users, (town.users, town.schools, town.sections)
        self._places = _Places(town.schools)
        self._blocks: list[_Block | None] = [None] * -(-len(town.users) // LINES)
        self._fitting: dict[tuple[str, int], tuple[User, ...]] = {}
        same_schools = before is not None and before._of[1] is town.schools
        self._before = before._blocks if before is not None and same_schools else []

    def is_of(self, town: Snapshot) -> bool:
        """Whether this is still the directory of that district."""
        return all(map(is_, self._of, (town.users, town.schools, town.sections)))

    def having(self, words: Sequence[str]) -> Iterator[User]:
        """Those of whom every folded word is said, in the order of their ids; everyone for no word at all."""
        if not words:
            yield from self.users
            return
        if len(words) == 1 and (user := self.users.get(words[0])) is not None:
            yield user
            return
        rarest = max(words, key=len)
        for number in range(len(self._blocks)):
            yield from self._block(number).having(rarest, words)

    def fitting(self, name: str, fits: Callable[[User], bool]) -> Iterator[User]:
        """Those who fit, in the order of their ids; who does is found out once, and kept under this name."""
        for number in range(len(self._blocks)):
            if (name, number) not in self._fitting:
                self._fitting[name, number] = tuple(filter(fits, self._some(number)))
            yield from self._fitting[name, number]

    def named(self, name: str) -> Iterator[User]:
        """Those who have this id, or may type this name to log in."""
        user = self.users.get(name)
        if user is not None:
            yield user
        elif name.strip():
            whole = f"{BETWEEN}{fold(name)}{BETWEEN}"
            yield from (user for user in self.having((whole,)) if name in logins(user))

    def _block(self, number: int) -> _Block:
        block = self._blocks[number]
        if block is None:
            users = tuple(self._some(number))
            old = self._before[number] if number < len(self._before) else None
            kept = old if old is not None and _same(old.users, users) else None
            block = self._blocks[number] = kept or _Block(users, self._places)
        return block

    def _some(self, number: int) -> Iterator[User]:
        return self.users.some(self.users.ids[number * LINES : (number + 1) * LINES])


class Directories:
    """The directory of every district that was searched, each the newest."""

    def __init__(self) -> None:
        self._of: dict[Id, Directory] = {}

    def of(self, town: Snapshot) -> Directory:
        """The directory of a district as it is now."""
        found = self._of.get(town.district.id)
        if found is None or not found.is_of(town):
            found = self._of[town.district.id] = Directory(town, found)
        return found


def _same(some: Sequence[User], others: Sequence[User]) -> bool:
    return len(some) == len(others) and all(map(is_, some, others))
