"""What differs between two snapshots of what an application may see: the pure source of every event.

Whatever the cause (a sync, another sharing rule, a connection, a permission), events are told from the two
snapshots alone (docs/events-api). A difference keeps only the records that differ and what telling them needs, so
that thirty days of them weigh little.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mock_clever.model import KINDS, Id, Snapshot

NOTHING = Snapshot()
"""What an application sees that sees nothing at all: not even a district."""


class Difference(Struct, frozen=True):
    """The records that differ, as they were and as they are; one that was not or is no more is on one side only.

    Sections bring their course and term along, to both sides, because v1.2 writes those inside a section; and a
    section is here too when only its course, its term or the id of a teacher is otherwise. What came along and did
    not change is equal on both sides and tells nothing.
    """

    before: Snapshot
    after: Snapshot

    def __bool__(self) -> bool:
        return any(len(side.table(kind)) for side in (self.before, self.after) for kind in KINDS)


def difference(before: Snapshot, after: Snapshot, whole: bool = False) -> Difference:
    """What differs; both sides as they are if `whole`, when something else decides about every record.

    Time is in proportion to the tables that are not the same object.
    """
    if whole or not len(before.districts):
        return Difference(before, after)
    changed = {kind: _changed(before, after, kind) for kind in KINDS}
    changed["sections"] |= _retold(before, after, changed)
    if not any(changed.values()):
        return Difference(NOTHING, NOTHING)
    sections = [side.sections[id] for side in (before, after) for id in changed["sections"] if id in side.sections]
    kept = changed | {
        "courses": changed["courses"] | {section.course for section in sections if section.course},
        "terms": changed["terms"] | {section.term_id for section in sections if section.term_id},
    }
    teachers = {id for section in sections for id in section.teachers}
    return Difference(_part(before, kept, teachers), _part(after, kept, teachers))


def _changed(before: Snapshot, after: Snapshot, kind: str) -> set[Id]:
    old, new = before.table(kind), after.table(kind)
    if old is new:
        return set()
    return {record.id for record in new.differing(old) if old.get(record.id) != record} | old.beyond(new)


def _retold(before: Snapshot, after: Snapshot, changed: Mapping[str, set[Id]]) -> set[Id]:
    """The sections that a version writes otherwise because of what they name: a course, a term or a teacher."""
    courses, terms, teachers = changed["courses"], changed["terms"], before.teachers_called_otherwise(after)
    if not (courses or terms or teachers):
        return set()
    return {
        section.id
        for section in after.sections
        if section.course in courses or section.term_id in terms or not teachers.isdisjoint(section.teachers)
    }


def _part(side: Snapshot, kept: Mapping[str, set[Id]], teachers: set[Id]) -> Snapshot:
    tables = {kind: filter(None, map(side.table(kind).get, ids)) for kind, ids in kept.items()}
    return Snapshot(**tables).knowing(side, teachers)
