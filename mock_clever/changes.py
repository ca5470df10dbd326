"""What can happen to a district: typed changes, each a pure function from one Snapshot to the next.

Changes come as JSON (`POST /_mock/districts/{id}/changes`) and are decoded strictly: an unknown type, key or
record is refused with a sentence before anything is changed, so a list of changes happens whole or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct, structs

from mock_clever.errors import ControlRefusal
from mock_clever.model import KINDS, Id, Record, Snapshot

Kind = Literal["schools", "terms", "courses", "users", "sections", "resources"]
Removed = Mapping[tuple[str, Id], Record]


class Update(Struct, frozen=True, forbid_unknown_fields=True, tag="record.update"):
    """Other values for some attributes of a record, nested as in the API; null clears one."""

    kind: Literal["districts", "schools", "terms", "courses", "users", "sections", "resources"]
    id: Id
    set: dict[str, Any]


class Remove(Struct, frozen=True, forbid_unknown_fields=True, tag="record.remove"):
    """A record goes from the district; whatever names it keeps naming it."""

    kind: Kind
    id: Id


class Restore(Struct, frozen=True, forbid_unknown_fields=True, tag="record.restore"):
    """A removed record comes back as it was, under its own id."""

    kind: Kind
    id: Id


class Enroll(Struct, frozen=True, forbid_unknown_fields=True, tag="section.enroll"):
    """A student joins a section."""

    section: Id
    user: Id


class Unenroll(Struct, frozen=True, forbid_unknown_fields=True, tag="section.unenroll"):
    """A student leaves a section."""

    section: Id
    user: Id


Change = Update | Remove | Restore | Enroll | Unenroll


def read(body: object) -> list[Change]:
    """The changes of a JSON list. Raises ControlRefusal that says what is wrong with which one."""
    try:
        return msgspec.convert(body, list[Change])
    except msgspec.ValidationError as wrong:
        raise ControlRefusal(
            f"these changes cannot be read: {wrong}; see docs/control.md for their types"
        ) from None


def applied(district: Snapshot, change: Change, removed: Removed, now: str) -> Snapshot:
    """The district after one change. `removed` holds what may be restored, `now` dates the record."""
    match change:
        case Update():
            record = _find(district, change.kind, change.id)
            return district.replace(
                **{change.kind: district.table(change.kind).with_([_updated(record, change, now)])}
            )
        case Remove():
            _find(district, change.kind, change.id)
            return district.replace(**{change.kind: district.table(change.kind).without([change.id])})
        case Restore():
            record_back = removed.get((change.kind, change.id))
            if record_back is None or change.id in district.table(change.kind):
                raise ControlRefusal(
                    f"no removed {change.kind} record {change.id}: restore what was removed before"
                )
            return district.replace(**{change.kind: district.table(change.kind).with_([record_back])})
        case Enroll() | Unenroll():
            return _with_enrolment(district, change, now)


def removals(district: Snapshot, change: Change) -> dict[tuple[str, Id], Record]:
    """What this change takes out of the district, to be restored later."""
    if isinstance(change, Remove):
        return {(change.kind, change.id): _find(district, change.kind, change.id)}
    return {}


def _with_enrolment(district: Snapshot, change: Enroll | Unenroll, now: str) -> Snapshot:
    """The section's list of students, and the student's list of schools, which follows from it."""
    section = _find(district, "sections", change.section)
    user = _find(district, "users", change.user)
    if user.roles.student is None:
        raise ControlRefusal(f"user {user.id} is no student: name one, or update the section's teachers instead")
    students = {*section.students, user.id}
    if isinstance(change, Unenroll):
        students.discard(user.id)
    section = structs.replace(section, students=tuple(sorted(students)), last_modified=now)
    changed = district.replace(sections=district.sections.with_([section]))
    schools = (changed.sections[id].school for id in changed.sections_of_user.get(user.id, ()))
    student = structs.replace(
        user.roles.student, schools=tuple(dict.fromkeys((user.roles.student.school, *schools)))
    )
    if student.schools != user.roles.student.schools:
        user = structs.replace(user, roles=structs.replace(user.roles, student=student), last_modified=now)
        changed = changed.replace(users=changed.users.with_([user]))
    return changed


def _find(district: Snapshot, kind: str, id: Id) -> Any:
    record = district.table(kind).get(id)
    if record is None:
        raise ControlRefusal(
            f"no record {id} among the {kind} of this district; its kinds are {', '.join(KINDS)}", 404
        )
    return record


def _updated(record: Any, change: Update, now: str) -> Any:
    if {"id", "district", "created"} & change.set.keys():
        raise ControlRefusal("id, district and created never change: leave them out of `set`")
    values = change.set | ({"last_modified": now} if "last_modified" in record.__struct_fields__ else {})
    try:
        return msgspec.convert(_merged(msgspec.to_builtins(record), values), type(record), strict=True)
    except msgspec.ValidationError as wrong:
        raise ControlRefusal(f"{change.kind} {change.id} cannot be updated: {wrong}") from None


def _merged(old: dict[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        inner = old.get(key)
        if isinstance(inner, dict) and isinstance(value, dict):
            merged[key] = _merged(inner, value)
        elif value is None:
            merged.pop(key, None)
        else:
            merged[key] = value
    return merged
