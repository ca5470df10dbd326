"""A district in which some records have other ids, and everything that names them does so by the new ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import structs

from mock_clever.attendance import Attendance
from mock_clever.model import KINDS, Id, Roles, Snapshot

Names = Mapping[Id, Id]

NAMING: Mapping[str, tuple[str, ...]] = {
    "sections": ("school", "course", "term_id", "teacher", "teachers", "students"),
    "resources": ("courses",),
    "student": ("school", "schools", "enrollments"),
    "teacher": ("school", "schools", "legacy_id"),
    "staff": ("schools", "legacy_id"),
    "district_admin": ("legacy_id",),
    "contact": ("student_relationships", "legacy_id"),
    "enrollments": ("school",),
    "student_relationships": ("student",),
    "attendance": ("student_id", "school_id", "section_id"),
}
"""The attributes of each kind, role or part that name records, or are an id of their own."""

_PARTS = ("enrollments", "student_relationships")


def renamed(district: Snapshot, names: Names) -> Snapshot:
    """The district with every id that is a key of `names` replaced by its value, wherever it stands."""
    if not names:
        return district
    tables: dict[str, Any] = {}
    for kind in KINDS[1:]:
        table = district.table(kind)
        changed = [(record.id, new) for record in table if (new := _record(kind, record, names)) is not record]
        if changed:
            kept = table.without({id for id, _ in changed})
            tables[kind] = kept.with_([new for _, new in changed])
    rows = [_part("attendance", row, names) for row in district.register.rows]
    if any(new is not row for new, row in zip(rows, district.register.rows, strict=True)):
        attendance: list[Attendance] = rows
        tables["attendance"] = attendance
    return district.replace(**tables)


def _record(kind: str, record: Any, names: Names) -> Any:
    moved = structs.replace(record, id=names[record.id]) if record.id in names else record
    if kind != "users":
        return _part(kind, moved, names)
    held = {role: part for role in Roles.__struct_fields__ if (part := getattr(record.roles, role)) is not None}
    other = {role: new for role, part in held.items() if (new := _part(role, part, names)) is not part}
    return structs.replace(moved, roles=structs.replace(record.roles, **other)) if other else moved


def _part(name: str, part: Any, names: Names) -> Any:
    values = {}
    for attribute in NAMING.get(name, ()):
        old = getattr(part, attribute)
        new = _value(attribute, old, names)
        if new != old:
            values[attribute] = new
    return structs.replace(part, **values) if values else part


def _value(attribute: str, value: Any, names: Names) -> Any:
    if attribute in _PARTS:
        return tuple(_part(attribute, each, names) for each in value)
    if isinstance(value, tuple):
        return value if names.keys().isdisjoint(value) else tuple(names.get(id, id) for id in value)
    return names.get(value, value)
