"""One sync over all connected districts: for each, a delta or a bulk exchange, and the reason for it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from vendor_app.behaviour import Behaviour, Window
from vendor_app.clever import Clever
from vendor_app.clock import Clock, age, read, written
from vendor_app.config import Config
from vendor_app.connections import Connection, Connections
from vendor_app.errors import CleverTrouble, SyncFailed
from vendor_app.guard import Guard, Leaving, in_words
from vendor_app.history import Exchange, History
from vendor_app.intake import Intake
from vendor_app.reading import STEPS, Reader
from vendor_app.records import Event, Roster, clever_id, joined, of_district, text
from vendor_app.replay import Found, Replay
from vendor_app.store import Store
from vendor_app.taking import Taking

LONG_SILENT = timedelta(days=7)
"""A feed that says nothing for so long may have been switched off; a bulk sync finds out."""
FEW_EVENTS = 1000
"""More events than this, and than the district has records, are slower than reading everything anew."""
TOLD_AGAIN = timedelta(days=31)
"""Events are remembered a little longer than Clever keeps them."""

NOTHING_CHANGED = "Nothing was changed."
GOES_ON = "What came before stays, and the next sync goes on from there."
ASKED, FIRST, NO_FEED = (
    "a full sync was asked for",
    "the first sync of this district",
    "there is no feed of events",
)
FOLLOWS, ROLLOVER = "the events since the last sync", "there are more events than records, as at a rollover"
DISCONNECTED = {
    "refused": "Clever refuses our key for this district and has no other.",
    "no token": "Clever no longer lists this district for us.",
}

Done = TypeVar("Done")


@dataclass(frozen=True)
class Parts:
    """What a sync works with."""

    config: Config
    behaviour: Behaviour
    clock: Clock
    store: Store
    clever: Clever
    history: History
    guard: Guard
    connections: Connections


@dataclass(frozen=True)
class Reading:
    """A whole reading of one district, and the event to follow the feed from afterwards."""

    roster: Roster
    cursor: str | None
    hard: bool


class Disconnected(Exception):
    """Clever refuses the key of a district and has no other."""

    def __init__(self, trouble: CleverTrouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


class Exchanging:
    """One sync. A district that fails does not keep the others from theirs."""

    def __init__(self, parts: Parts, sync: int, method: str) -> None:
        self._parts = parts
        self._sync = sync
        self._method = method

    def run(self) -> None:
        tokens = self._tokens()
        self._parts.store.update("syncs", self._sync, {"steps": STEPS * len(tokens) + 1})
        readings: dict[str, Reading] = {}
        for district, token in tokens.items():
            if reading := self._district(district, token):
                readings[district] = reading
        self._take_in(readings)

    # ── Keys ──────────────────────────────────────────────────────────────────────────────────────────────

    def _tokens(self) -> dict[str, str]:
        parts, listed = self._parts, []

        def ask() -> dict[str, str]:
            listed.append(parts.clever.district_tokens(parts.config.sync))
            return listed[0]

        tokens = parts.behaviour.district_tokens(ask, parts.config)
        for known in parts.connections.all() if listed else ():
            if known.connected and known.district not in tokens:
                self._disconnected(known.district, "no token")
        if not tokens:
            raise SyncFailed("No district is connected to this app. Connect one in Clever, then sync again.")
        return tokens

    def _with_key(self, district: str, token: str, work: Callable[[str], Done]) -> Done:
        """Work with a token; when it is refused and Clever has another for this district, once more with that."""
        try:
            return work(token)
        except CleverTrouble as trouble:
            if trouble.status != 401:
                raise
            fresh = self._parts.behaviour.token_after_refusal(lambda: self._token_of(district))
            if not fresh or fresh == token:
                raise Disconnected(trouble) from trouble
        try:
            return work(fresh)
        except CleverTrouble as trouble:
            raise (Disconnected(trouble) if trouble.status == 401 else trouble) from trouble

    def _token_of(self, district: str) -> str | None:
        parts = self._parts
        told = parts.behaviour.district_tokens(
            lambda: parts.clever.district_tokens(parts.config.sync, district), parts.config
        )
        return told.get(district)

    def _disconnected(self, district: str, why: str) -> None:
        """The district is marked, and what we hold of it stays; only a defect takes it away."""
        parts = self._parts
        parts.connections.disconnected(district, DISCONNECTED[why])
        verdict = parts.behaviour.when_disconnected(why)
        if verdict == "keep":
            return
        with parts.store.transaction():
            taking = Taking(parts.store, parts.behaviour, written(parts.clock.now()), hard=verdict == "delete")
            for one in parts.store.records("district = ? AND status = 'active' AND in_roster", district):
                taking.gone(one)
            parts.history.keep(self._sync, taking.outcome)

    # ── One district ──────────────────────────────────────────────────────────────────────────────────────

    def _district(self, district: str, token: str) -> Reading | None:
        """Follow its events, or read all of it; what was read waits to be written with that of the others."""
        parts = self._parts
        before = parts.connections.of(district)
        bulk = self._planned(before)
        planned = ("Bulk", bulk) if bulk else ("Delta", FOLLOWS)
        parts.history.exchange(self._sync, district, *planned, before.cursor)
        try:
            reading = self._with_key(district, token, lambda key: self._exchange(before, key))
        except Disconnected as refused:
            self._failed(district, refused.trouble)
            self._disconnected(district, "refused")
            return None
        except CleverTrouble as trouble:
            self._failed(district, trouble)
            return None
        parts.connections.answers(district)
        return reading

    def _failed(self, district: str, trouble: CleverTrouble) -> None:
        parts = self._parts
        here = [one for one in parts.history.exchanges(self._sync) if one.district == district]
        note = f"{sentence(trouble)} {what_stays(here)}"
        cursor = parts.connections.of(district).cursor
        parts.history.exchanged(self._sync, district, "failed", note, cursor)

    def _exchange(self, before: Connection, token: str) -> Reading | None:
        parts, district = self._parts, before.district
        before = parts.connections.of(district)
        why = self._planned(before) or self._delta(before, before.cursor or "", token)
        if not why:
            return None
        parts.history.exchange(self._sync, district, "Bulk", why, before.cursor)
        return self._bulk(district, token)

    def _version(self, kind: str) -> str:
        return self._parts.behaviour.version_for(kind, self._parts.config.api_version)

    def _tell(self, note: str, done: bool) -> None:
        steps = "UPDATE syncs SET note = ?, step = step + ? WHERE id = ?"
        self._parts.store.execute(steps, note, int(done), self._sync)

    # ── Bulk ──────────────────────────────────────────────────────────────────────────────────────────────

    def _bulk(self, district: str, token: str) -> Reading | None:
        """Note the newest event, then read everything: what changes in between is told twice and lost never."""
        parts = self._parts
        cursor = self._newest_event(token)
        roster = Reader(parts.clever, parts.behaviour, parts.config, self._tell).read(district, token)
        cursor = parts.behaviour.follows_from(cursor, lambda: self._newest_event(token))
        leaving = parts.guard.by_roster(roster, district)
        verdict = parts.guard.verdict(leaving, district)
        if verdict == "hold":
            self._hold(district, leaving)
            return None
        return Reading(roster, cursor, hard=verdict == "delete")

    def _newest_event(self, token: str) -> str | None:
        """None where Clever tells no events: they are switched off, or there is none yet."""
        try:
            return self._parts.clever.newest_event(self._version("events"), token)
        except CleverTrouble as trouble:
            if not refused(trouble):
                raise
            return None

    def _take_in(self, readings: dict[str, Reading]) -> None:
        parts = self._parts
        if not readings:
            return
        self._tell("Saving", False)
        now = parts.clock.now()
        with parts.store.transaction():
            for hard in (False, True):
                rosters = [one.roster for one in readings.values() if one.hard is hard]
                if rosters:
                    taking = Taking(parts.store, parts.behaviour, written(now), hard=hard)
                    outcome = Intake(parts.store, parts.behaviour, joined(rosters), taking).take_in()
                    parts.history.keep(self._sync, outcome)
            for district, reading in readings.items():
                parts.connections.begin(district, reading.cursor, now)
                self._succeeded(district, reading.cursor)

    def _succeeded(self, district: str, cursor: str | None) -> None:
        self._parts.guard.over(district, confirmed="done")
        self._parts.history.exchanged(self._sync, district, "success", "", cursor)

    # ── Delta ─────────────────────────────────────────────────────────────────────────────────────────────

    def _planned(self, before: Connection) -> str:
        """Why everything is read, as far as we know without asking; "" for a delta."""
        reasons = (
            (self._method == "bulk", ASKED),
            (before.synced_at is None, FIRST),
            (before.cursor is None, NO_FEED),
        )
        return next((reason for holds, reason in reasons if holds), "")

    def _keeps(self, cursor: str, token: str) -> bool:
        try:
            return self._parts.clever.keeps_event(self._version("events"), token, cursor)
        except CleverTrouble as trouble:
            if not refused(trouble):
                raise
            return False

    def _gap(self, before: Connection, *, kept: bool, restarted: bool = False, unheard: bool = False) -> str:
        since = age(before.synced_at, self._parts.clock.now())
        return self._parts.behaviour.gap(Window(since, kept, restarted, unheard))

    def _delta(self, before: Connection, cursor: str, token: str) -> str:
        """Apply the events after the cursor. Returns why everything must be read instead, or "".

        All of them are read before the first is applied, because the guard weighs them together. When Clever
        fails on the way, what was read takes effect and the next sync goes on from there.
        """
        parts, district = self._parts, before.district
        if why := self._gap(before, kept=self._keeps(cursor, token)):
            return why
        pages, trouble = self._feed(cursor, token)
        events = [event for page in pages for event in page]
        restarted = any((event.kind, event.verb) == ("districts", "created") for event in events)
        unheard = not events and trouble is None and self._unheard(before, token)
        if why := self._gap(before, kept=True, restarted=restarted, unheard=unheard):
            return why
        if len(events) > max(FEW_EVENTS, self._size(district)):
            return ROLLOVER
        leaving = parts.guard.by_events(events, district)
        verdict = parts.guard.verdict(leaving, district)
        if verdict == "hold":
            self._hold(district, leaving)
            return ""
        self._apply(district, pages, token, hard=verdict == "delete")
        if trouble:
            raise trouble
        with parts.store.transaction():
            parts.connections.synced(district, parts.clock.now())
            parts.connections.forget_applied(parts.clock.now(), TOLD_AGAIN)
            self._succeeded(district, parts.connections.of(district).cursor)
        self._parts.store.execute("UPDATE syncs SET step = step + ? WHERE id = ?", STEPS, self._sync)
        return ""

    def _feed(self, cursor: str, token: str) -> tuple[list[list[Event]], CleverTrouble | None]:
        """The pages after the cursor, and what ended the reading too early."""
        parts, pages, count = self._parts, [], 0
        limit = parts.config.page_size
        try:
            for page in parts.clever.events(self._version("events"), token, limit, cursor):
                count += len(page)
                pages += [parts.behaviour.in_order(page)] if page else []
                self._tell(f"Reading events: {count:,} so far", False)
        except CleverTrouble as trouble:
            if trouble.status == 401:
                raise
            return pages, trouble
        return pages, None

    def _unheard(self, before: Connection, token: str) -> bool:
        """Whether a silent feed is too silent: Clever has synced the district since, or a week has gone by."""
        parts = self._parts
        if before.heard_at and parts.clock.now() - read(before.heard_at) > LONG_SILENT:
            return True
        ours = parts.store.find("districts", "clever_id", before.district)
        try:
            told = parts.clever.data(
                f"/{self._version('districts')}/districts/{before.district}", token, patient=True
            )
        except CleverTrouble as trouble:
            if trouble.status != 404:
                raise
            return False
        return bool(ours) and text(told.get("last_sync")) != text(ours.told.get("last_sync") if ours else None)

    def _size(self, district: str) -> int:
        return self._parts.store.number("SELECT count(*) FROM records WHERE in_roster AND district = ?", district)

    def _apply(self, district: str, pages: list[list[Event]], token: str, *, hard: bool) -> None:
        parts, sync = self._parts, self._sync
        replay = Replay(
            parts.store,
            parts.behaviour,
            district,
            parts.clock.now(),
            hard=hard,
            look_up=lambda named: self._look_up(named, district, token),
            keep=lambda outcome: parts.history.keep(sync, outcome),
            moved=lambda cursor: parts.history.reached(sync, district, cursor),
        )
        told = {(event.kind, clever_id(event.told)) for page in pages for event in page if event.verb != "deleted"}
        for number, page in enumerate(pages, start=1):
            self._tell(f"Applying page {number:,} of {len(pages):,}", False)
            replay.page(page, told)

    def _look_up(self, named: Iterable[tuple[str, str]], district: str, token: str) -> Found:
        found: Found = {}
        for kind, id_ in named:
            try:
                told = self._parts.clever.data(f"/{self._version(kind)}/{kind}/{id_}", token, patient=True)
            except CleverTrouble as trouble:
                self._parts.behaviour.reference_when_missing(trouble)
                found[kind, id_] = None
            else:
                found[kind, id_] = of_district(told, kind, district)
        return found

    # ── The brake ─────────────────────────────────────────────────────────────────────────────────────────

    def _hold(self, district: str, leaving: Leaving) -> None:
        """Nothing of this district is written until a person has looked."""
        parts = self._parts
        note = f"This would archive {in_words(leaving)}. {NOTHING_CHANGED} Somebody has to confirm it first."
        with parts.store.transaction():
            parts.guard.hold(self._sync, district, leaving, written(parts.clock.now()))
            cursor = parts.connections.of(district).cursor
            parts.history.exchanged(self._sync, district, "held", note, cursor)


def refused(trouble: CleverTrouble) -> bool:
    """Whether Clever said no for good, for another reason than the key: here, that there are no events."""
    return trouble.status is not None and 400 <= trouble.status < 500 and trouble.status not in (401, 429)


def what_stays(parts: Iterable[Exchange]) -> str:
    """What is left of a sync that stopped, in words."""
    moved = any(one.cursor_after not in (None, one.cursor_before) for one in parts)
    return GOES_ON if moved else NOTHING_CHANGED


def sentence(trouble: CleverTrouble) -> str:
    """Why a district could not be synced, in words for the person who started it."""
    if trouble.status in (401, 403):
        return f"Clever refused our key for {trouble.path}. The district may have disconnected this app."
    return f"Clever did not give us {trouble.path}: {trouble.reason}."
