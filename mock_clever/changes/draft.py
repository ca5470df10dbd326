"""A district while changes happen to it: a snapshot and, laid over it, the records that are otherwise by now.

A change writes into a draft instead of building a snapshot of its own, so that a thousand changes cost little more
than one. To whoever hands in a snapshot and takes one back, it is all one pure function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import structs

from mock_clever.errors import ControlRefusal
from mock_clever.model import KINDS, Id, Record, Section, Snapshot, User, students_of_contact

Key = tuple[str, Id]
Removed = Mapping[Key, Record]


class Draft:
    """`now` dates what is written; `removed` holds what may come back; `touched` what each record was before."""

    def __init__(self, district: Snapshot, now: str, removed: Removed | None = None) -> None:
        self.now = now
        self.touched: dict[Key, Record | None] = {}
        self._base = district
        self._removed: dict[Key, Record] = dict(removed or {})
        self._over: dict[str, dict[Id, Any]] = {kind: {} for kind in KINDS}
        self._moved: dict[Id, dict[Id, bool]] = {}
        self._tied: dict[Id, set[Id]] = {}

    # Reading

    @property
    def district(self) -> Id:
        """The id of the district."""
        return self._base.district.id

    def get(self, kind: str, id: Id | None) -> Any:
        """The record as it is by now, None when there is none."""
        over = self._over[kind]
        return over[id] if id in over else self._base.table(kind).get(id or "")

    def find(self, kind: str, id: Id) -> Any:
        """The same, but raises ControlRefusal when there is none.

        A section that went because its last student left is still the district's own, and is found.
        """
        record = self.get(kind, id)
        if record is None and kind == "sections":
            gone = self.removed(kind, id)
            record = gone if gone is not None and not gone.students else None
        if record is None:
            raise ControlRefusal(
                f"no record {id} among the {kind} of this district; its kinds are {', '.join(KINDS)}", 404
            )
        return record

    def all(self, kind: str) -> Iterator[Any]:
        """Every record of a kind, in no order that means anything."""
        over = self._over[kind]
        yield from (record for record in self._base.table(kind) if record.id not in over)
        yield from (record for record in over.values() if record is not None)

    def sections_of(self, user: Id) -> list[Section]:
        """The sections someone learns or teaches in, by id."""
        moved = self._moved.get(user, {})
        ids = {id for id in self._base.sections_of_user.get(user, ()) if moved.get(id, True)}
        ids.update(id for id, here in moved.items() if here)
        return [self.get("sections", id) for id in sorted(ids)]

    def contacts_of(self, student: Id) -> list[User]:
        """The contacts of a student, by id."""
        ids = {*self._base.contacts_of_student.get(student, ()), *self._tied.get(student, ())}
        people = (self.get("users", id) for id in sorted(ids))
        return [user for user in people if user is not None and student in students_of_contact(user)]

    def removed(self, kind: str, id: Id) -> Any:
        """A record that has gone, as it was, None when none with this id has."""
        return self._removed.get((kind, id))

    @property
    def gone(self) -> dict[Key, Record]:
        """All that has gone, now or before, and not come back."""
        return {key: was for key, was in self._removed.items() if self.get(*key) is None}

    def snapshot(self) -> Snapshot:
        """The district as it is by now; a table nothing was written to is the very same."""
        return self.laid_on(self._base, ((kind, id) for kind, over in self._over.items() for id in over))

    def laid_on(self, district: Snapshot, keys: Iterable[Key]) -> Snapshot:
        """A district with these records as they are by now."""
        over: dict[str, dict[Id, Any]] = {}
        for kind, id in keys:
            over.setdefault(kind, {})[id] = self.get(kind, id)
        tables: dict[str, Any] = {}
        for kind, records in over.items():
            table = district.table(kind)
            gone = {id for id, record in records.items() if record is None and id in table}
            kept = table.without(gone) if gone else table
            tables[kind] = kept.with_([record for record in records.values() if record is not None])
        return district.replace(**tables) if tables else district

    # Writing

    def put(self, kind: str, record: Any) -> None:
        """A record as it is from now on, new or not."""
        self.write(kind, record.id, record)

    def edit(self, kind: str, record: Any, **values: Any) -> Any:
        """Other values for some attributes; nothing is written when they are what they were."""
        if all(getattr(record, name) == value for name, value in values.items()):
            return record
        if "last_modified" in record.__struct_fields__:
            values.setdefault("last_modified", self.now)
        changed = structs.replace(record, **values)
        self.put(kind, changed)
        return changed

    def edit_role(self, user: User, role: str, **values: Any) -> User:
        """Other values for some attributes of one of someone's roles."""
        part = structs.replace(getattr(user.roles, role), **values)
        edited: User = self.edit("users", user, roles=structs.replace(user.roles, **{role: part}))
        return edited

    def drop(self, kind: str, id: Id) -> None:
        """A record is no more; it is kept among what may come back."""
        self._removed[kind, id] = self.find(kind, id)
        self.write(kind, id, None)

    def take_touched(self) -> dict[Key, Record | None]:
        """What each record was that was written to since this was last asked."""
        taken, self.touched = self.touched, {}
        return taken

    def write(self, kind: str, id: Id, record: Any) -> None:
        """What stands under this id from now on, None for nothing."""
        was = self.get(kind, id)
        self.touched.setdefault((kind, id), was)
        self._over[kind][id] = record
        for student in students_of_contact(record) if kind == "users" and record is not None else ():
            self._tied.setdefault(student, set()).add(id)
        if kind == "sections":
            had, has = _members(was), _members(record)
            for user in had ^ has:
                self._moved.setdefault(user, {})[id] = user in has


def _members(section: Section | None) -> frozenset[Id]:
    return frozenset((*section.teachers, *section.students)) if section is not None else frozenset()
