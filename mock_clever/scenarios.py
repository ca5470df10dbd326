"""How a world begins, and the many worlds of one process.

A scenario is a district, either a preset or a folder of CSV files, and the applications connected to it. It is
read once; every world made of it shares its snapshots, so that a new one costs next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any

from msgspec import Struct, structs

from mock_clever.apps import App, standard_apps
from mock_clever.clock import iso
from mock_clever.cutting import Cut, cut
from mock_clever.documentation import PORTAL, publish
from mock_clever.errors import ControlRefusal
from mock_clever.ingest import ingest
from mock_clever.model import Snapshot
from mock_clever.prepared import prepare
from mock_clever.settings import Settings
from mock_clever.sis import Options
from mock_clever.synthesis import UnknownPreset, answer_key
from mock_clever.world import World

MAIN = "main"
REDIRECT_URI = "http://127.0.0.1:5000/oauth/clever/callback"
_CLEVERS = (
    *("launch_date", "last_sync", "state", "error", "pause_start", "pause_end"),
    *("lms_type", "lms_state", "last_lms_sync", "lms_matched_percentage"),
)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Scenario(Struct, frozen=True, kw_only=True):
    """What a world begins with. `roster` is a folder of CSV files that takes the preset's place.

    `settings` are those that a reset goes back to; `oidc` switches the standard applications to OIDC; `lms` is the
    LMS its district is joined to, if any, LMS Connect being accepted.
    """

    preset: str = "sandbox"
    seed: int = 0
    roster: Path | None = None
    settings: Settings = Settings()
    redirect_uris: tuple[str, ...] = (REDIRECT_URI,)
    oidc: bool = False
    lms: str = ""
    cache: Path | None = None


class Start(Struct, frozen=True):
    """A scenario that has been read: its district, what is odd about it, and what Clever would warn of."""

    scenario: Scenario
    district: Snapshot
    answers: list[dict[str, Any]]
    warnings: tuple[str, ...] = ()
    options: Options = Options()


def start(scenario: Scenario) -> Start:
    """Read a scenario. Raises ControlRefusal for an unknown preset, or with every problem of bad CSV files."""
    if scenario.roster is not None:
        return _from_files(scenario, scenario.roster)
    try:
        district = prepare(scenario.preset, scenario.seed, scenario.cache)
    except UnknownPreset as unknown:
        raise ControlRefusal(str(unknown)) from None
    return Start(scenario, district, [case.shown() for case in answer_key(scenario.preset, district)])


def _from_files(scenario: Scenario, folder: Path) -> Start:
    from mock_clever.roster import RosterError, load  # only when asked: any other start is quicker without

    try:
        loaded = load(folder)
    except RosterError as wrong:
        raise ControlRefusal(str(wrong)) from None
    warnings = tuple(str(warning) for warning in loaded.warnings)
    return Start(scenario, ingest(loaded.source), [], warnings, loaded.source.district.options)


class Reread(Struct, frozen=True):
    """A district read anew, how its rows were read, and what Clever would warn of."""

    district: Snapshot
    options: Options
    warnings: list[str]


def reread(district: Snapshot, folder: str, options: Options) -> Reread:
    """A district as a folder of CSV files on this machine now has it.

    Who has the key they had before has the id they had before. What Clever alone knows of the district stays;
    its name and the like are those of the folder's `district.toml`, if there is one. Its options are those it
    had (`options`), but for what that file says. Raises ControlRefusal with every problem of bad files, or for a
    folder of another district.
    """
    from mock_clever.roster import RosterError, load, named  # only when asked, as above

    path = Path(folder)
    if not path.is_absolute() or "\0" in folder:
        raise ControlRefusal(f"folder {folder!r} is no absolute path: name the folder from the root of the disk")
    try:
        loaded = load(path)
    except RosterError as wrong:
        raise ControlRefusal(str(wrong)) from None
    told, own = named(path), district.district
    if told.get("id", own.id) != own.id:
        raise ControlRefusal(f"the folder is that of district {told['id']}, not of {own.id}: name another", 409)
    first = min(chain(district.schools.ids, district.users.ids), default=own.id)
    kept = {name: value for name, value in structs.asdict(options).items() if name not in told}
    row = structs.replace(loaded.source.district, id=own.id, created=iso(int(first[:8], 16)), **kept)
    read = ingest(structs.replace(loaded.source, district=row))
    said = read.district if told else own
    new = structs.replace(
        said,
        last_attendance_sync=read.district.last_attendance_sync,
        **{name: getattr(own, name) for name in _CLEVERS},
    )
    return Reread(read.replace(districts=[new]), row.options, [str(warning) for warning in loaded.warnings])


def fill(world: World, begins: Start, connect: bool = True) -> None:
    """Put a scenario's district into a world, and connect it to every application there unless told not to."""
    world.add_district(begins.district, begins.answers, begins.options)
    id, lms_type = begins.district.district.id, begins.scenario.lms
    if lms_type:
        world.join_lms(id, lms_type)  # before anybody is connected, so that the first events tell it
    for app in list(world.apps.values()) if connect else ():
        if app.by_district and app.client_id != PORTAL.client_id:
            world.connect(app.client_id, id)
    if lms_type:
        world.join_lms(id, lms_type)
    publish(world, begins.district)


class Worlds:
    """The worlds of this process by name; `main` is always there."""

    def __init__(self, begins: Start, living: Mapping[str, tuple[Start, World]] | None = None) -> None:
        """`living` are worlds that go on, each with what it began with."""
        self._begins = begins
        self._starts = {name: start for name, (start, _) in (living or {}).items()}
        self._worlds = {name: world for name, (_, world) in (living or {}).items()}
        self._lock = Lock()
        self._last_cut: tuple[Snapshot, int, Cut | None] | None = None
        if MAIN not in self._worlds:
            self.create(MAIN)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._worlds))

    @property
    def begins(self) -> Start:
        """What a world begins with unless told otherwise."""
        return self._begins

    def living(self) -> dict[str, tuple[Start, World]]:
        """Every world by name, with what it began with."""
        worlds, starts = self._worlds.copy(), self._starts.copy()  # no lock: another may take long to begin
        return {name: (starts[name], world) for name, world in worlds.items() if name in starts}

    def get(self, name: str) -> World | None:
        """The world of this name."""
        return self._worlds.get(name)

    def create(self, name: str, preset: str | None = None, seed: int | None = None) -> World:
        """A fresh world. Raises ControlRefusal when the name is taken or is no name."""
        if _NAME.fullmatch(name) is None:
            raise ControlRefusal("a world's name has 1 to 64 letters, digits, - or _")
        with self._lock:
            if name in self._worlds:
                raise ControlRefusal(f"there is a world {name!r} already: DELETE it or choose another name", 409)
            begins = self._start(preset, seed)
            apps = standard_apps(begins.scenario.redirect_uris, begins.scenario.oidc)
            world = _fresh(name, begins, {app.client_id: app for app in apps})
            self._starts[name], self._worlds[name] = begins, world
            return world

    def reset(self, name: str, one_school_above: int | None = None) -> Cut | None:
        """A world as it began; registered applications stay, and no secret is ever made twice.

        Of a district of more people than that it begins with one school, which is told.
        """
        with self._lock:
            old, begins = self._worlds[name], self._starts[name]
            left = self._cut(begins, one_school_above) if one_school_above else None
            world = _fresh(name, structs.replace(begins, district=left.district) if left else begins, old.apps)
            world.carry_on(old)
            self._worlds[name] = world
            return left

    def _cut(self, begins: Start, above: int) -> Cut | None:
        """What is left of a start's district; the last is kept, for it is mostly asked for again."""
        if self._last_cut is None or self._last_cut[0] is not begins.district or self._last_cut[1] != above:
            self._last_cut = (begins.district, above, cut(begins.district, above))
        return self._last_cut[2]

    def drop(self, name: str) -> None:
        """Forget a world."""
        with self._lock:
            if name == MAIN or name not in self._worlds:
                raise ControlRefusal(f"no world {name!r} to drop: {', '.join(self)} exist and main stays", 404)
            del self._worlds[name], self._starts[name]

    def _start(self, preset: str | None, seed: int | None) -> Start:
        if preset is None and seed is None:
            return self._begins
        scenario = self._begins.scenario
        changed = structs.replace(scenario, roster=None, preset=preset or scenario.preset, seed=seed or 0)
        return start(changed)


def _fresh(name: str, begins: Start, apps: Mapping[str, App]) -> World:
    world = World(name, begins.scenario.seed)
    world.apps = dict(apps)
    world.settings = begins.scenario.settings
    fill(world, begins)
    return world
