"""Timelines: what happens to a district step by step, and what is expected to come of it.

A timeline is a TOML file of `[[step]]` tables (fixtures/scenarios), or the same as JSON. People and records are
named there as a district names them, `student 233564120` or `section 5020`, or by a name that an earlier step gave
with `remember`, as `@ada`. It is played on a world, whose clock it sets and freezes; a failed expectation is told
and the timeline goes on.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from mock_clever.apps import Connection
from mock_clever.changes import AnyChange, read
from mock_clever.clock import duration, iso, moment
from mock_clever.errors import ControlRefusal
from mock_clever.evolution import day_of
from mock_clever.faults.planned import Planned
from mock_clever.ids import is_object_id
from mock_clever.model import KINDS, Id
from mock_clever.rules import Rule
from mock_clever.settings import changed
from mock_clever.sharing import TYPES as SHARING_TYPES
from mock_clever.sharing import Sharing
from mock_clever.synthesis.answers import names
from mock_clever.upkeep import checked
from mock_clever.versions import VERSIONS
from mock_clever.versions.events import Manner
from mock_clever.world import World

DAY = 86_400.0
Names = tuple[str, ...]
Count = Annotated[int, Meta(ge=0)]
Days = Annotated[int, Meta(ge=1, le=3660)]
SharingType = Annotated[str, Meta(pattern="^(" + "|".join(SHARING_TYPES) + ")$")]
VersionName = Annotated[str, Meta(pattern="^(" + "|".join(map(re.escape, VERSIONS)) + ")$")]


class Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a timeline, in which every key is known."""


class Share(Strict, frozen=True, rename={"hidden": "except"}):
    """What the district shares with the application from now on."""

    type: SharingType
    ids: Names = ()
    rules: tuple[Rule, ...] = ()
    staff: bool = True
    hidden: Names = ()


class Evolve(Strict, frozen=True):
    """So many days the district lives on by itself, with a sync every night."""

    days: Days
    seed: int = 0


class Upkeep(Strict, frozen=True):
    """How the district's syncs are kept from now on."""

    nightly: str | UnsetType | None = UNSET
    hold_threshold: int | UnsetType | None = UNSET
    rollover_start: str | UnsetType | None = UNSET
    rollover_end: str | UnsetType | None = UNSET


class Pause(Strict, frozen=True):
    """The days between which the district's syncs rest."""

    pause_start: str
    pause_end: str


class Expect(Strict, frozen=True):
    """What is so after a step. `events` counts all the application was told in it, in `version`, `at_least` some;
    `outcome` is that of the step's sync; `same` and `other` compare the ids of records with remembered ones."""

    version: VersionName = "v3.1"
    events: dict[str, Count] | None = None
    at_least: dict[str, Count] | None = None
    outcome: str | None = None
    held: bool | None = None
    review: bool | None = None
    state: str | None = None
    sees: Names = ()
    misses: Names = ()
    same: dict[str, str] = {}
    other: dict[str, str] = {}


class Step(Strict, frozen=True):
    """What happens at one moment, in the order of these keys. `at` is a date, or a time since the beginning."""

    at: str
    say: str = ""
    settings: dict[str, Any] = {}
    upkeep: Upkeep = Upkeep()
    pause: Pause | None = None
    safety: bool | None = None
    faults: tuple[Planned, ...] = ()
    remember: dict[str, str] = {}
    change: tuple[AnyChange, ...] = ()
    evolve: Evolve | None = None
    sync: bool = False
    approve: bool = False
    discard: bool = False
    sharing: Share | None = None
    connected: bool | None = None
    accept: bool = False
    expect: Expect = Expect()


class Timeline(Strict, frozen=True):
    """A story of a district: its title, when it begins, and its steps in the order of time."""

    title: str
    begins: str
    step: tuple[Step, ...]
    about: str = ""
    preset: str = "sandbox"


class Played(Struct, frozen=True):
    """One step as it went: the events it made by type, its sync's outcome, and what was expected in vain."""

    number: int
    at: str
    say: str
    events: dict[str, int]
    outcome: str
    failed: tuple[str, ...]


def parsed(text: str, file: str) -> Timeline:
    """The timeline in this TOML. Raises ControlRefusal that names the file and the line of what is wrong."""
    try:
        return understood(tomllib.loads(text))
    except tomllib.TOMLDecodeError as wrong:
        found = re.search(r"line (\d+)", str(wrong))
        line = int(found[1]) if found else len(text.splitlines())
        raise ControlRefusal(f"{file}:{line}: this is no TOML: {wrong}") from None
    except ControlRefusal as wrong:
        raise ControlRefusal(f"{file}:{line_of(text, str(wrong))}: {wrong}") from None


def understood(body: object) -> Timeline:
    """The timeline that this JSON says. Raises ControlRefusal that says what is wrong where."""
    try:
        timeline = msgspec.convert(body, Timeline)
    except msgspec.ValidationError as wrong:
        raise ControlRefusal(f"this timeline cannot be read: {wrong}") from None
    latest = begins = _moment(timeline.begins, "$.begins")
    for number, step in enumerate(timeline.step):
        at = _at(step, begins, number)
        if at < latest:
            raise ControlRefusal(f"a step cannot be earlier than the one before - at `$.step[{number}].at`")
        latest = at
    return timeline


def line_of(text: str, told: str) -> int:
    """The line that a path like `$.step[2].change[0]` in a message speaks of: its table's, or better its key's."""
    path = re.search(r"`\$\.?([^`]*)`", told)
    keys = re.findall(r"\w+|\[\d+\]", path[1]) if path else []
    keys += re.findall(r"unknown field `(\w+)`", told)
    lines, at = text.splitlines(), 0
    if keys[:1] == ["step"] and len(keys) > 1:
        tables = [n for n, line in enumerate(lines) if re.match(r"\s*\[\[\s*step\s*\]\]", line)]
        number = int(keys[1].strip("[]"))
        at, keys = tables[number] if number < len(tables) else 0, keys[2:]
    end = next((n for n in range(at + 1, len(lines)) if re.match(r"\s*\[\[", lines[n])), len(lines))
    for key in (key for key in keys if not key.startswith("[")):
        named = re.compile(rf"(\s*\[step\.)?.*\b{key}\b\s*[=\]]")
        at = next((n for n in range(at, end) if named.match(lines[n])), at)
    return at + 1


def schema() -> dict[str, Any]:
    """The JSON Schema of a timeline, as fixtures/schemas/scenario.schema.json has it."""
    found = msgspec.json.schema(Timeline)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A timeline", **found}


def play(
    world: World, timeline: Timeline, district: Id = "", each_night: Callable[[], None] | None = None
) -> list[Played]:
    """Every step, on a district of this world (its first if none is named), and what became of it.

    `each_night` is called once for every 24 hours that pass on the way, with the clock there. Raises
    ControlRefusal for a step that makes no sense, with its number; steps before it have happened then.
    """
    playing = _Playing(world, district or next(iter(world.districts)), each_night)
    begins = _moment(timeline.begins, "$.begins")
    world.clock.freeze(True)
    world.clock.set(begins)
    playing.fresh_feed()
    played = []
    for number, step in enumerate(timeline.step):
        try:
            played.append(playing.step(number, step, _at(step, begins, number)))
        except ControlRefusal as wrong:
            raise ControlRefusal(f"step {number + 1} ({step.say or step.at}): {wrong}", wrong.status) from None
    return played


def shown(timeline: Timeline, played: list[Played]) -> dict[str, Any]:
    """A timeline that was played, as JSON has it."""
    passed = not any(step.failed for step in played)
    return {"title": timeline.title, "passed": passed, "steps": msgspec.to_builtins(played)}


class _Playing:
    """A timeline under way: what is remembered, and up to where events are counted."""

    def __init__(self, world: World, district: Id, each_night: Callable[[], None] | None = None) -> None:
        self.world, self.district, self.each_night = world, district, each_night
        self.remembered: dict[str, Id] = {}
        self.outcome = ""
        app = next((app for app in world.apps.values() if app.told_events), None)
        found = world.connection_of(app.client_id, district) if app is not None else None
        if app is None or found is None:
            raise ControlRefusal("a timeline needs a connected Secure Sync application that has events enabled")
        self.app, self.id = app.client_id, found.id
        self.counted = 0

    @property
    def connection(self) -> Connection:
        """The application's connection as it is."""
        return self.world.connection(self.id)

    def fresh_feed(self) -> None:
        """Begin counting: what was told before the timeline began does not count."""
        self.events(VERSIONS[next(iter(VERSIONS))].name)

    def step(self, number: int, step: Step, at: float) -> Played:
        """Let one step happen, and look at what is expected."""
        world, id = self.world, self.district
        self.outcome, since = "", self.counted
        for fired in self.until(at):
            self.outcome = str(fired.get("outcome", self.outcome))
        if step.settings:
            world.settings = changed(world.settings, step.settings)
        upkeep = {k: v for k, v in structs.asdict(step.upkeep).items() if v is not UNSET}
        if upkeep or step.pause:
            world.keep(id, checked(upkeep), checked(structs.asdict(step.pause) if step.pause else {}))
        if step.safety is not None:
            world.register(structs.replace(world.apps[self.app], safety=step.safety))
        world.faults.add([self.planned(fault) for fault in step.faults])
        self.remembered |= {name: self.named(what) for name, what in step.remember.items()}
        if step.change:
            world.change(id, read(self.resolved(msgspec.to_builtins(step.change))), publish=False)
        if step.evolve:
            self.outcome = live(world, id, step.evolve.days, step.evolve.seed)[-1]["outcome"]
        for name in ("sync", "approve", "discard"):
            if getattr(step, name):
                self.outcome = getattr(world, name)(id).outcome
        if step.sharing is not None:
            world.reconnect(self.id, sharing=self.sharing(step.sharing))
        if step.connected is not None:
            world.reconnect(self.id, connected=step.connected)
            if step.connected:
                world.join_again(self.id)
        if step.accept:
            world.accept(self.id)
        self.counted = since
        events = self.events(step.expect.version)
        failed = tuple(said for check in EXPECTATIONS.values() for said in check(self, step.expect, events))
        told, now = dict(sorted(events.items())), iso(world.clock.now())
        return Played(number + 1, now, step.say, told, self.outcome, failed)

    def until(self, at: float) -> list[dict[str, Any]]:
        """Move the clock there, and let happen what becomes due; what it was."""
        fired = []
        while self.each_night is not None and (night := self.world.clock.now() + DAY) < at:
            self.world.clock.set(night)
            fired += self.world.catch_up()
            self.each_night()
        self.world.clock.set(at)
        return [*fired, *self.world.catch_up()]

    def events(self, version: str) -> Counter[str]:
        """What the application was told since this was last asked, by type."""
        found: Counter[str] = Counter()
        known, manner = VERSIONS[version], Manner(self.world.settings.event_order)
        for batch in self.world.events(self.connection):
            if batch.number > self.counted:
                self.counted = batch.number
                for each in batch.read(known, manner).happenings:
                    found[f"{known.collections[each.collection].events}.{each.action}"] += 1
        return found

    def named(self, what: str) -> Id:
        """The id of a record by its name. Raises ControlRefusal when nothing is called so."""
        found = self.found(what)
        if found is None:
            raise ControlRefusal(f"nothing is called {what!r}: write `student 880001`, an id or a given name")
        return found

    def found(self, what: str) -> Id | None:
        """The same, None when nothing is."""
        if what.startswith("@"):
            return self.remembered.get(what[1:])
        if is_object_id(what):
            return what
        kind, _, key = what.partition(" ")
        known = names(self.world.sources[self.district]).get((kind, key))
        if known is None:
            gone = self.world.life(self.district).removed
            source = self.world.sources[self.district]
            tables = {k: [was for (of, _), was in gone.items() if of == k] for k in KINDS if k != "districts"}
            known = names(source.replace(**tables)).get((kind, key))
        return known[1] if known is not None else None

    def resolved(self, value: Any) -> Any:
        """The same with every name of a record replaced by its id."""
        if isinstance(value, dict):
            return {key: self.resolved(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.resolved(inner) for inner in value]
        if isinstance(value, str) and _NAME.fullmatch(value):
            return self.named(value)
        return value

    def planned(self, fault: Planned) -> Planned:
        """The fault, names in what it changes replaced by ids."""
        if fault.change is UNSET:
            return fault
        return structs.replace(fault, change=tuple(read(self.resolved(msgspec.to_builtins(fault.change)))))

    def sharing(self, wanted: Share) -> Sharing:
        """The rule, names replaced by ids."""
        ids, hidden = (frozenset(map(self.named, names)) for names in (wanted.ids, wanted.hidden))
        return Sharing(type=wanted.type, ids=ids, rules=wanted.rules, staff=wanted.staff, hidden=hidden)

    def sees(self, id: Id | None) -> bool:
        """Whether the application can fetch this record."""
        snapshot = self.world.published(self.connection).snapshot
        return any(id in snapshot.table(kind) for kind in KINDS)


_NAME = re.compile(
    r"@\w+|(student|teacher|staff|admin|contact|school|section|course|term|resource|district) .{1,255}"
)


def live(world: World, district: Id, days: int, seed: int) -> list[dict[str, Any]]:
    """Let a district live on by itself, with a sync every night; each day's changes and what its sync did."""
    lived = []
    for _ in range(days):
        with world.lock:
            world.clock.advance(DAY)
            world.catch_up()
            day = iso(world.clock.now())[:10]
            changes = day_of(world.sources[district], world.life(district).removed, day, seed)
            if changes:
                world.change(district, changes, publish=False)
            outcome = world.sync(district)
            told = {"day": day, "changes": msgspec.to_builtins(changes)}
            lived.append(told | {"outcome": outcome.outcome, "counts": outcome.counts})
    return lived


Check = Callable[[_Playing, Expect, Counter[str]], list[str]]


def _events(playing: _Playing, expect: Expect, events: Counter[str]) -> list[str]:
    if expect.events is None or dict(expect.events) == dict(events):
        return []
    return [f"events: expected {dict(sorted(expect.events.items()))}, there were {dict(sorted(events.items()))}"]


def _at_least(playing: _Playing, expect: Expect, events: Counter[str]) -> list[str]:
    few = {type: count for type, count in (expect.at_least or {}).items() if events[type] < count}
    return [f"at_least: expected {count} {type}, there were {events[type]}" for type, count in few.items()]


def _state(playing: _Playing, expect: Expect, events: Counter[str]) -> list[str]:
    world, district = playing.world, playing.district
    is_so: Mapping[str, Any] = {
        "outcome": playing.outcome,
        "held": world.life(district).held is not None,
        "review": playing.connection.requires_review,
        "state": world.districts[district].district.state,
    }
    return [
        f"{name}: expected {wanted!r}, it is {found!r}"
        for name, found in is_so.items()
        if (wanted := getattr(expect, name)) is not None and wanted != found
    ]


def _seen(playing: _Playing, expect: Expect, events: Counter[str]) -> list[str]:
    unseen = [f"sees: {what} is not there" for what in expect.sees if not playing.sees(playing.found(what))]
    return unseen + [f"misses: {what} is there" for what in expect.misses if playing.sees(playing.found(what))]


def _ids(playing: _Playing, expect: Expect, events: Counter[str]) -> list[str]:
    failed = []
    for name, wanted in (("same", expect.same), ("other", expect.other)):
        for what, remembered in wanted.items():
            found, old = playing.named(what), playing.named(f"@{remembered}")
            if (found == old) is not (name == "same"):
                failed.append(f"{name}: {what} is {found}, {remembered} was {old}")
    return failed


EXPECTATIONS: Mapping[str, Check] = {
    "events": _events,
    "at_least": _at_least,
    "state": _state,
    "sees": _seen,
    "ids": _ids,
}
"""How each kind of expectation is looked at: a sentence for each that is not met."""


def _moment(text: str, path: str) -> float:
    try:
        return moment(text)
    except (ValueError, OverflowError):
        raise ControlRefusal(f"{text!r} is no moment: write it like 2026-08-17T06:00:00Z - at `{path}`") from None


def _at(step: Step, begins: float, number: int) -> float:
    if isinstance(step.at, str) and step.at.startswith("P"):
        try:
            return begins + duration(step.at)
        except ValueError as wrong:
            raise ControlRefusal(f"{wrong} - at `$.step[{number}].at`") from None
    return _moment(step.at, f"$.step[{number}].at")
