"""Applies the events of a district to the database, page by page, in the order of their ids (docs/events-api)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from vendor_app.behaviour import Behaviour
from vendor_app.clock import written
from vendor_app.connections import Connections
from vendor_app.matching import Matching
from vendor_app.records import (
    KINDS,
    Enrollment,
    Event,
    Record,
    Told,
    clever_id,
    of_district,
    references,
    students,
    teachers,
)
from vendor_app.store import Store
from vendor_app.taking import RECORD_FAULTS, Outcome, Taking

Found = dict[tuple[str, str], Told | None]
"""What Clever answered about a record that a section names and we did not know; None for 404."""


class Replay:
    """One district's events on their way into the database."""

    def __init__(
        self,
        store: Store,
        behaviour: Behaviour,
        district: str,
        now: datetime,
        *,
        hard: bool,
        look_up: Callable[[Iterable[tuple[str, str]]], Found],
        keep: Callable[[Outcome], None],
        moved: Callable[[str], None],
    ) -> None:
        """`look_up` asks Clever, outside of any transaction; `keep` and `moved` note what was done, and how far,
        inside the transaction of that."""
        self._store = store
        self._behaviour = behaviour
        self._connections = Connections(store)
        self._district = district
        self._now = now
        self._hard = hard
        self._members: dict[str, set[str]] = {}
        self._named: dict[str, set[str]] | None = None
        self._look_up = look_up
        self._keep = keep
        self._moved = moved

    def page(self, events: Sequence[Event], told: set[tuple[str, str]]) -> None:
        """Apply one page and move the cursor to its newest event. What is raised undoes all of the page.

        `told` is what the feed itself tells, on this page or a later one, and nobody needs to look up.
        """
        for transaction in self._behaviour.page_transactions():
            found = self._look_up(self._unknown_references(events, told)) if "apply" in transaction else {}
            with self._store.transaction():
                for act in transaction:
                    if act == "cursor":
                        self._move(max(event.id for event in events))
                    else:
                        self._keep(self._apply(events, found))

    def _move(self, cursor: str) -> None:
        self._connections.move(self._district, cursor, self._now)
        self._moved(cursor)

    def _unknown_references(self, events: Iterable[Event], told: set[tuple[str, str]]) -> list[tuple[str, str]]:
        """What sections of this page name for the first time, and neither we nor the feed (`told`) know."""
        wanted: dict[tuple[str, str], None] = {}
        for event in events:
            if event.kind == "sections" and event.verb != "deleted":
                ours = self._store.find("sections", "clever_id", clever_id(event.told))
                before = set(references(ours.told)) if ours else set()
                wanted |= dict.fromkeys(pair for pair in references(event.told) if pair not in before | told)
        return [(kind, id_) for kind, id_ in wanted if not self._store.find(kind, "clever_id", id_)]

    def _apply(self, events: Sequence[Event], found: Found) -> Outcome:
        taking = Taking(self._store, self._behaviour, written(self._now), hard=self._hard)
        touched: dict[str, set[str]] = {"sections": set(), "users": set()}
        matches = self._matches(events)
        looked_up = [Event("", kind, "created", told) for (kind, _), told in found.items() if told]
        for event in (*looked_up, *events):
            if event.kind in KINDS:
                self._event(event, taking, matches, touched)
        self._settle(taking, touched)
        taking.unshared(pair for pair, told in found.items() if told is None)
        return taking.outcome

    def _event(
        self, event: Event, taking: Taking, matches: dict[str, Record], touched: dict[str, set[str]]
    ) -> None:
        means = self._behaviour.event_means(event.verb, self._connections.applied(event.id))
        told = of_district(event.told, event.kind, self._district)
        try:
            if means:
                self._act(means, event.kind, told, taking, matches)
        except RECORD_FAULTS as fault:
            taking.unreadable(event.kind, told, fault)
        if event.id:
            self._connections.apply(event.id, self._now)
        if event.kind in touched:
            touched[event.kind].add(clever_id(told))

    def _act(self, means: str, kind: str, told: Told, taking: Taking, matches: dict[str, Record]) -> None:
        key = self._behaviour.record_key(kind, told)
        ours = self._store.find(kind, "key", key)
        if means == "gone":
            if ours and ours.active and ours.in_roster:
                taking.gone(ours)
        elif means == "double" and ours and ours.active:
            self._store.update("records", ours.id, {"key": None})
            taking.take(kind, key, told, None)
        else:
            taking.take(kind, key, told, ours or matches.get(clever_id(told)))

    def _matches(self, events: Sequence[Event]) -> dict[str, Record]:
        """The accounts we had before that people new to us take over."""
        people = {clever_id(e.told): e.told for e in events if e.kind == "users" and e.verb != "deleted"}
        new = [told for id_, told in people.items() if not self._store.find("users", "clever_id", id_)]
        return Matching(self._store, self._behaviour).claims(new, ())

    # ── Enrollments ───────────────────────────────────────────────────────────────────────────────────────

    def _settle(self, taking: Taking, touched: dict[str, set[str]]) -> None:
        """Write anew who is in the sections that changed, and in those that name a person who changed.

        It is worked out from what we hold now, so that people and sections may come in any order.
        """
        ids = touched["sections"] | {section for user in touched["users"] for section in self._naming(user)}
        if not ids:
            return
        sections = [one.told for one in self._sections(ids) if one.active]
        self._remember(sections, ids)
        named = {user for told in sections for user in (*teachers(told), *students(told))}
        users = [
            one.told for one in self._store.by_clever_id("users", sorted(named)) if one.active and one.in_roster
        ]
        had: dict[Enrollment, str] = {}
        for id_ in ids:
            had |= dict(self._store.enrollments("section = ?", id_))
        taking.settle(sections, users, {clever_id(told) for told in users}, had, ids)

    def _sections(self, ids: Iterable[str]) -> list[Record]:
        return self._store.by_clever_id("sections", sorted(ids))

    def _naming(self, user: str) -> set[str]:
        """The active sections that name a person, as of the page before."""
        if self._named is None:
            self._named = defaultdict(set)
            where = "kind = 'sections' AND district = ? AND status = 'active'"
            self._remember([one.told for one in self._store.records(where, self._district)], ())
        return self._named.get(user, set())

    def _remember(self, sections: Iterable[Told], instead_of: Iterable[str]) -> None:
        if self._named is None:
            return
        for id_ in instead_of:
            for user in self._members.pop(id_, ()):
                self._named[user].discard(id_)
        for told in sections:
            self._members[clever_id(told)] = {*teachers(told), *students(told)}
            for user in self._members[clever_id(told)]:
                self._named[user].add(clever_id(told))
