"""How a version tells what differs: events, in their order, each with the whole record (docs/events-api).

A record is told as it was and as it is by the version's own writers; what is told differently is an event. So a
field a version does not have never shows in its events, and a change nobody could see is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from mock_clever.difference import Difference
from mock_clever.fields import TOLD_AS_EVENT
from mock_clever.model import ROLES, Id
from mock_clever.variation import Variation
from mock_clever.versions.shape import PLAIN, Collection, Dialect, Permission, Tell, Version, builtins, telling

ACTIONS = ("created", "updated", "deleted")

_FORWARD = (
    *("districts", "district_admin", "schools", "terms", "courses", "student", "contact", "teacher", "sections"),
    *("staff", "resources"),
)
_BACKWARD = (
    *("resources", "staff", "sections", "teacher", "contact", "student", "terms", "courses", "schools"),
    *("district_admin", "districts"),
)
_RECORDED_FIRST = (("created", "districts"), ("updated", "districts"), ("updated", "schools"))
_RECORDED = (
    *("district_admin", "schools", "terms", "courses", "student", "teacher", "contact", "sections", "staff"),
    "resources",
)

Step = tuple[str, str]


def _steps(first: Iterable[Step], forward: Sequence[str]) -> Mapping[Step, int]:
    found = [*first, *((action, place) for action in ACTIONS[:2] for place in forward)]
    found += [("deleted", place) for place in _BACKWARD]
    return {step: number for number, step in enumerate(dict.fromkeys(found))}


ORDERS = {"documented": _steps((), _FORWARD), "recorded": _steps(_RECORDED_FIRST, _RECORDED)}
"""The order of a batch by action and place: as documented, or as recorded of v3.0 (events-and-sync 4)."""


class Happening(Struct, frozen=True, gc=False):
    """One event before it is told: what happened to which record of which collection."""

    action: str
    collection: str
    id: Id


class Occurrence(Struct, omit_defaults=True):
    """The `data` of an event: the whole record, and on updates what it was before, nested and partial."""

    object: Any
    previous_attributes: dict[str, Any] | None = None


class Manner(Struct, frozen=True):
    """How events are told where nobody knows: the settings of the world that reads them, by their names."""

    order: str = "documented"
    dialect: Dialect = PLAIN
    former_objects: str = "whole"
    last_modified: str = "moves"


AS_USUAL = Manner()


class Telling:
    """One difference in the words of one version, for an application that saw it with these rights.

    `manner` is that of the world when it is read: how Clever speaks, not what it knows.
    """

    def __init__(
        self,
        version: Version,
        told: Difference,
        before: Permission,
        after: Permission,
        manner: Manner = AS_USUAL,
    ) -> None:
        self._version = version
        self._sides = ((told.before, before), (told.after, after))
        self._manner, self._order = manner, ORDERS[manner.order]
        self._dialect = Dialect(manner.dialect.switched | {TOLD_AS_EVENT})
        self._variation = None if manner.dialect.variation is None else Variation(manner.dialect.variation)
        self._tells: dict[str, tuple[Tell, Tell]] = {}

    def happenings(self) -> list[Happening]:
        """Every event of the batch, in order; inside a step by ascending id (recorded)."""
        found: list[tuple[int, Id, Happening]] = []
        for collection in self._version.collections.values():
            if collection.events:
                found += self._of(collection)
        return [happening for _, _, happening in sorted(found, key=lambda each: each[:2])]

    def data(self, happening: Happening) -> Occurrence:
        """What this event says."""
        collection = self._version.collections[happening.collection]
        was, now = self._records(collection, happening.id)
        tell_was, tell_now = self._both(collection)
        if happening.action == "deleted":
            return self._varied(collection, Occurrence(tell_was(was)))
        told = tell_now(now)
        if happening.action == "created":
            return self._varied(collection, Occurrence(told))
        former = tell_was(was)
        said = Occurrence(told, _previous(former, told))
        return self._varied(collection, _dated(_narrowed(said, self._manner), former, self._manner))

    def _varied(self, collection: Collection, said: Occurrence) -> Occurrence:
        """What is said, as the legal variation says it: the record as in lists, nothing of what it left out."""
        if self._variation is None:
            return said
        plain, before = builtins(said.object), said.previous_attributes
        told = self._variation.record(plain, self._version.name, collection.part)
        return Occurrence(told, None if before is None else _still_told(before, plain, told))

    def record(self, happening: Happening) -> Any:
        """The record it is about, as it is or, when it is gone, as it was."""
        was, now = self._records(self._version.collections[happening.collection], happening.id)
        return was if now is None else now

    def _of(self, collection: Collection) -> Iterator[tuple[int, Id, Happening]]:
        before, after = (self._table(collection, side) for side in (0, 1))
        for id in before.keys() | after.keys():
            was, now = before.get(id), after.get(id)
            action = "created" if was is None else "deleted" if now is None else "updated"
            if action == "updated" and not self._differs(collection, was, now):
                continue
            place = _place(collection, was if now is None else now)
            yield self._order[(action, place)], id, Happening(action, collection.name, id)

    def _table(self, collection: Collection, side: int) -> Mapping[Id, Any]:
        snapshot, permission = self._sides[side]
        if collection.scope and collection.scope not in permission.granted:
            return {}
        return {record.id: record for record in snapshot.table(collection.kind)}

    def _records(self, collection: Collection, id: Id) -> tuple[Any, Any]:
        (before, _), (after, _) = self._sides
        return before.table(collection.kind).get(id), after.table(collection.kind).get(id)

    def _differs(self, collection: Collection, was: Any, now: Any) -> bool:
        alone = collection.kind != "sections"  # which are told with what they name
        if alone and was is now and self._sides[0][1] == self._sides[1][1]:
            return False
        tell_was, tell_now = self._both(collection)
        return any(True for _ in _otherwise(tell_was(was), tell_now(now)))

    def _both(self, collection: Collection) -> tuple[Tell, Tell]:
        if collection.name not in self._tells:
            self._tells[collection.name] = (self._tell(collection, 0), self._tell(collection, 1))
        return self._tells[collection.name]

    def _tell(self, collection: Collection, side: int) -> Tell:
        snapshot, permission = self._sides[side]
        return telling(self._version.name, collection, permission, snapshot, dialect=self._dialect)


def _narrowed(said: Occurrence, manner: Manner) -> Occurrence:
    """With the changed keys alone of what is told whole (events-and-sync 11 #4)."""
    if manner.former_objects == "whole" or said.previous_attributes is None:
        return said
    return Occurrence(said.object, _changed_keys(builtins(said.previous_attributes), builtins(said.object)))


def _changed_keys(before: dict[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The former values, of some objects only those that are others now; null for a key that was not there."""
    found = dict(before)
    for name, was in before.items():
        if isinstance(was, dict) and isinstance(is_ := now.get(name), dict) and name != "name":
            inner = name == "roles" or name in ROLES
            other = {key: was.get(key) for key in (*was, *is_) if was.get(key) != is_.get(key)}
            found[name] = _changed_keys(was, is_) if inner else other
    return found


def _dated(said: Occurrence, former: Any, manner: Manner) -> Occurrence:
    """With `last_modified` as in older recordings (events-and-sync 11 #5)."""
    old = getattr(former, "last_modified", None)
    if manner.last_modified == "moves" or old is None:
        return said
    told, before = builtins(said.object), said.previous_attributes or {}
    if manner.last_modified == "stale":
        return Occurrence(told | {"last_modified": old}, before)
    return Occurrence(told, before if told.get("last_modified") == old else before | {"last_modified": old})


def _place(collection: Collection, record: Any) -> str:
    """Where a record stands in the order: a person by the earliest of their roles (events-and-sync 11 #2)."""
    if collection.role:
        return collection.role
    if collection.kind != "users":
        return collection.name
    earliest: str = min(record.holds(), key=_FORWARD.index)
    return earliest


def _still_told(
    before: Mapping[str, Any], plain: Mapping[str, Any], told: Mapping[str, Any], under: str = ""
) -> dict[str, Any]:
    """The former values without those of keys that only the variation left out of what is told."""
    found: dict[str, Any] = {}
    for name, value in before.items():
        if name in plain and name not in told:
            continue
        was, now = plain.get(name), told.get(name)
        if (
            "roles" in (name, under)
            and isinstance(value, dict)
            and isinstance(was, dict)
            and isinstance(now, dict)
        ):
            found[name] = _still_told(value, was, now, name)
        else:
            found[name] = value
    return found


def _previous(was: Any, now: Any) -> dict[str, Any]:
    """What of a told record was otherwise: the old value, None for a key that was not there."""
    return dict(_otherwise(was, now))


def _otherwise(was: Any, now: Any, under: str = "") -> Iterator[tuple[str, Any]]:
    """The same, one by one, for those who ask no more than whether there is anything.

    It descends into `roles` and each role; every other value is given whole. `last_modified` is never named
    (recorded), so a change of it alone is none.
    """
    names: Iterable[str] = was.__struct_fields__
    if type(was) is not type(now):
        names = dict.fromkeys((*names, *now.__struct_fields__))
    for name in names:
        old, new = getattr(was, name, None), getattr(now, name, None)
        if old is new or name == "last_modified" or old == new:
            continue
        both = isinstance(old, Struct) and isinstance(new, Struct)  # `roles` of a resource or of staff are words
        if both and "roles" in (name, under):
            if inner := dict(_otherwise(old, new, name)):
                yield name, inner
        else:
            yield name, old
