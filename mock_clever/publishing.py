"""What a sync makes of a district's two sides: pure functions from what its system says and what Clever publishes.

A sync gives the net effect of every edit since the last one: a record that was edited and edited back is the very
same object as before, so that nothing downstream takes it for changed (docs/events-api; events-and-sync 4, 11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any, Generic

from msgspec import Struct, structs

from mock_clever.clock import iso
from mock_clever.model import KINDS, ROLES, Id, R, Record, Snapshot

Key = tuple[str, Id]
Counts = dict[str, dict[str, int]]
Pair = tuple[Any, Any]

SYNCED = KINDS[1:]
"""The kinds a district's system sends. Its own record is Clever's business and never waits for a sync."""

COUNTED = ("schools", "sections", "courses", "terms", "resources", *ROLES)
"""The record types that the brakes count: people by role, as a dashboard shows them (support 360044699192)."""


class Gone(Struct, Generic[R], frozen=True):
    """A record that is not published any more: as it was, and the moment of the sync it went with."""

    record: R
    since: float


class Turn(Struct, frozen=True, kw_only=True):
    """What one sync or one sharing edit does to one type of records, and how many there were `before`, where that
    is asked."""

    type: str
    before: int = 0
    created: int
    updated: int
    deleted: int


def dated(offered: Snapshot, published: Snapshot, gone: Mapping[Key, Gone[Any]], now: float) -> Snapshot:
    """What is offered with the dates Clever gives it, sharing whatever is as it is published.

    `last_modified` moves with core fields and not with `ext` (recorded v3.0; events-and-sync 11 #5). What returns
    keeps its `created`.
    """
    tables: dict[str, Any] = {}
    moment = iso(now)
    for kind in SYNCED:
        old, new = published.table(kind), offered.table(kind)
        if old is new:
            continue
        written = []
        same = len(old) == len(new)
        for record in new.differing(old):
            was = old.get(record.id)
            known = was or (gone[kind, record.id].record if (kind, record.id) in gone else None)
            told = _dated(record, known, moment)
            same = same and told is was
            if told is not record:
                written.append(told)
        if same:
            tables[kind] = old
        elif written:
            tables[kind] = new.with_(written)
    return offered.replace(**tables) if tables else offered


def _dated(record: Any, was: Any, now: str) -> Any:
    stamp = next((name for name in ("last_modified", "updated") if name in record.__struct_fields__), "")
    if was is None:
        return structs.replace(record, **{"created": now, stamp: now}) if stamp else record
    if not stamp:
        return was if was == record else record
    as_it_was = structs.replace(record, **{"created": was.created, stamp: getattr(was, stamp)})
    if as_it_was == was:
        return was
    if _core(as_it_was) == _core(was):
        return as_it_was
    return structs.replace(as_it_was, **{stamp: now})


def _core(record: Any) -> Any:
    """A record without the district's own columns."""
    if hasattr(record, "ext"):
        return structs.replace(record, ext={})
    if hasattr(record, "roles") and not isinstance(record.roles, tuple):
        held = {role: getattr(record.roles, role) for role in ROLES}
        plain = {role: structs.replace(part, ext={}) for role, part in held.items() if hasattr(part, "ext")}
        return structs.replace(record, roles=structs.replace(record.roles, **plain))
    return record


def brought_back(source: Snapshot, published: Snapshot, gone: Mapping[Key, Gone[Any]]) -> Snapshot:
    """The source with the courses and terms that sections which are new or came back name, where they are known.

    Clever makes both of the sections' data, so they are there when a section speaks of them again.
    """
    if source.sections is published.sections:
        return source
    back: dict[str, dict[Id, Any]] = {"courses": {}, "terms": {}}
    for section in source.sections.some(source.sections.beyond(published.sections)):
        for kind, id in (("courses", section.course), ("terms", section.term_id)):
            if id and id not in source.table(kind) and (kind, id) in gone:
                back[kind][id] = gone[kind, id].record
    found = {kind: source.table(kind).with_(records.values()) for kind, records in back.items() if records}
    return source.replace(**found) if found else source


def created_ids(before: Snapshot, after: Snapshot) -> list[Key]:
    """The records that are in `after` and were not in `before`."""
    tables = ((kind, before.table(kind), after.table(kind)) for kind in SYNCED)
    return [(kind, id) for kind, old, new in tables if old is not new for id in sorted(new.beyond(old))]


def deleted(before: Snapshot, after: Snapshot) -> dict[Key, Record]:
    """The records that were in `before` and are not in `after`, as they were."""
    return {(kind, id): before.table(kind)[id] for kind, id in created_ids(after, before)}


def excess(before: Snapshot, after: Snapshot, deletions: int | None, updates: int | None = None) -> list[Turn]:
    """The types of which more than so many per cent are deleted, or updated, from one snapshot to the next; None
    sets no bound."""
    people = _pairs(before, after, "users")
    pairs = {kind: _pairs(before, after, kind) for kind in COUNTED if kind in KINDS}
    pairs |= {
        role: [both for was, now in people if any(both := (_in_role(was, role), _in_role(now, role)))]
        for role in ROLES
    }
    done = (_turn(type, found) for type, found in pairs.items())
    doubtful = [
        turn for turn in done if (deletions is not None and turn.deleted) or (updates is not None and turn.updated)
    ]
    known = (structs.replace(turn, before=_holders(before, turn.type)) for turn in doubtful)
    return [turn for turn in known if _above(turn.deleted, turn, deletions) or _above(turn.updated, turn, updates)]


def counts(before: Snapshot, after: Snapshot) -> Counts:
    """How many records of each kind were created, updated and deleted; kinds without any are left out."""
    done = (_turn(kind, _pairs(before, after, kind)) for kind in SYNCED)
    return {
        turn.type: {"created": turn.created, "updated": turn.updated, "deleted": turn.deleted}
        for turn in done
        if turn.created or turn.updated or turn.deleted
    }


def _pairs(before: Snapshot, after: Snapshot, kind: str) -> list[Pair]:
    """The records of a kind that are otherwise, each as it was and as it is; None where it is not."""
    old, new = before.table(kind), after.table(kind)
    if old is new:
        return []
    found = [(was, record) for record in new.differing(old) if (was := old.get(record.id)) != record]
    return found + [(old[id], None) for id in old.beyond(new)]


def _in_role(user: Any, role: str) -> Any:
    return user if user is not None and getattr(user.roles, role) is not None else None


def _holders(before: Snapshot, type: str) -> int:
    """How many records of a type there are; of a role, how many people hold it. They are counted and not listed: a
    list of them is made for nobody else."""
    if type in KINDS:
        return len(before.table(type))
    held = list(map(attrgetter(f"roles.{type}"), before.users))
    return len(held) - held.count(None)


def _turn(type: str, pairs: Sequence[Pair]) -> Turn:
    created = sum(1 for was, _ in pairs if was is None)
    gone = sum(1 for _, now in pairs if now is None)
    return Turn(type=type, created=created, updated=len(pairs) - created - gone, deleted=gone)


def _above(count: int, turn: Turn, most: int | None) -> bool:
    return most is not None and turn.before > 0 and count * 100 > most * turn.before
