"""The plainest changes: a record is otherwise, goes or comes back. Whatever names it keeps naming it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from mock_clever.changes.change import Changed, act
from mock_clever.changes.draft import Draft
from mock_clever.errors import ControlRefusal
from mock_clever.model import Id

Kind = Literal["schools", "terms", "courses", "users", "sections", "resources"]
AnyKind = Literal["districts", "schools", "terms", "courses", "users", "sections", "resources"]


class Update(Changed, frozen=True, tag="record.update"):
    """Other values for some attributes of a record, nested as in the API; null clears one."""

    kind: AnyKind
    id: Id
    set: dict[str, Any]


class Remove(Changed, frozen=True, tag="record.remove"):
    """A record goes from the district; whatever names it keeps naming it."""

    kind: Kind
    id: Id


class Restore(Changed, frozen=True, tag="record.restore"):
    """A removed record comes back as it was, under its own id."""

    kind: Kind
    id: Id


class SetField(Changed, frozen=True, tag="field.set"):
    """One value of a record is another. `field` is its path, as `roles.student.ext.lunch`; null clears it."""

    kind: AnyKind
    id: Id
    field: str
    value: Any


@act(Update)
def _update(draft: Draft, change: Update) -> None:
    write(draft, change.kind, change.id, change.set)


@act(SetField)
def _set_field(draft: Draft, change: SetField) -> None:
    values: Any = change.value
    if not all(change.field.split(".")):
        raise ControlRefusal(f"{change.field!r} is no path to a field: write names joined by dots, as name.first")
    for name in reversed(change.field.split(".")):
        values = {name: values}
    write(draft, change.kind, change.id, values)


@act(Remove)
def _remove(draft: Draft, change: Remove) -> None:
    draft.drop(change.kind, change.id)


@act(Restore)
def _restore(draft: Draft, change: Restore) -> None:
    draft.put(change.kind, comeback(draft, change.kind, change.id))


def comeback(draft: Draft, kind: str, id: Id) -> Any:
    """A removed record. Raises ControlRefusal when none with this id is gone."""
    record = draft.removed(kind, id)
    if record is None or draft.get(kind, id) is not None:
        raise ControlRefusal(f"no removed {kind} record {id}: restore what was removed before")
    return record


def write(draft: Draft, kind: str, id: Id, values: Mapping[str, Any]) -> None:
    """Other values for some attributes, nested; None clears one. Raises ControlRefusal when they don't fit."""
    record = draft.find(kind, id)
    if {"id", "district", "created"} & values.keys():
        raise ControlRefusal("id, district and created never change: leave them out of `set`")
    dated = {"last_modified": draft.now} if "last_modified" in record.__struct_fields__ else {}
    try:
        merged = _merged(msgspec.to_builtins(record), {**values, **dated})
        draft.put(kind, msgspec.convert(merged, type(record), strict=True))
    except msgspec.ValidationError as wrong:
        raise ControlRefusal(f"{kind} {id} cannot be updated: {wrong}") from None


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
