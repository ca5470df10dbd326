"""The folder on disk: rows in SQLite, whole snapshots in files beside it, for this machine's user alone.

A save is one transaction, made before the answer goes out that acknowledges what it holds. After a `kill -9` the
folder holds the last of them; after a power failure perhaps only an earlier one, but that wholly (SQLite's WAL).
"""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import suppress
from itertools import compress, count
from operator import is_not
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from mock_clever.keeping.kinds import Rows, same
from mock_clever.keeping.opening import FolderError, opened
from mock_clever.keeping.reading import Entry, Reading, text_of
from mock_clever.keeping.snapshots import Snapshots
from mock_clever.keeping.table import MOVED_BY_READING, WORLD
from mock_clever.model import Snapshot
from mock_clever.prepared import default_cache, prepared_file
from mock_clever.scenarios import Start, Worlds
from mock_clever.world import World

_BEGINS = "begins"
_PUT = "REPLACE INTO rows VALUES (?, ?, ?, ?, ?)"
_UNREADABLE = (
    *(sqlite3.Error, msgspec.MsgspecError, zlib.error),
    *(OSError, LookupError, ValueError, TypeError, AttributeError),
)

Part = tuple[str, str]
"""A world's name, "" for what belongs to none, and a path of attributes."""


Entries = dict[Part, dict[str, Entry]]


class Folder:
    """A folder that this process alone has open. Raises FolderError if it cannot be had."""

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self._database = opened(path)
        try:
            self._snapshots = Snapshots(path, self._database.execute("SELECT * FROM snapshots"))
            self._entries: Entries = {}
            self._written: dict[Part, Rows] = {}
            self._saved: dict[str, World] = {}
            self._asks, self._newest = count(1), 0
            self._done: dict[str, int] = {}
            self._latest: int = self._database.execute("SELECT coalesce(max(place), 0) FROM rows").fetchone()[0]
            self.worlds = self._read()
        except _UNREADABLE as problem:
            self._database.close()
            raise FolderError(
                f"the worlds in {path} cannot be read ({problem}): the folder is damaged, or another version of"
                " mock-clever wrote it. Nothing in it was changed; name another folder"
            ) from problem
        self._snapshots.sweep()

    def save(self, worlds: Worlds, touched: World | None = None) -> None:
        """Write what is other than on disk: of `touched` and of worlds that are new, or of every world.

        Whoever waits for another's write may find that theirs was written with it. Raises FolderError when it
        cannot be written; it is then as it was before.
        """
        number = self._newest = next(self._asks)
        with self._lock:
            if (
                touched is not None
                and self._saved.get(touched.name) is touched
                and number <= self._done[touched.name]
            ):
                return
            asked = self._newest
            living = worlds.living()
            other = {
                name
                for name, (_, world) in living.items()
                if touched is None or world is touched or self._saved.get(name) is not world
            }
            parts: dict[Part, Rows] = {p: {} for p in self._entries if p[0] in other or p[0] not in living}
            parts |= _state("", worlds.begins)
            for name in sorted(other):
                parts |= _state(name, *living[name])
            try:
                for begins, _ in living.values():
                    self._adopt(begins)
                self._write(parts)
            except (OSError, sqlite3.Error) as problem:
                raise FolderError(f"the data folder cannot be written: {problem}") from problem
            self._saved = {name: world for name, (_, world) in living.items()}
            self._done |= dict.fromkeys(other, asked)

    def reading_moved(self, world: World) -> bool:
        """Whether anything that a request may change that only reads is other than on disk."""
        for path, rows in MOVED_BY_READING.parts("", world):
            entries = self._entries.get((world.name, path), {})
            known = {text_of(key): value for key, value in rows.items()}
            if known.keys() != entries.keys() or not all(same(entries[key].value, known[key]) for key in known):
                return True
        return False

    def close(self) -> None:
        """Let others open the folder."""
        with self._lock:
            self._database.close()

    def _adopt(self, begins: Start) -> None:
        scenario = begins.scenario
        if scenario.roster is None and not self._snapshots.knows(begins.district):
            file = prepared_file(scenario.preset, scenario.seed, scenario.cache or default_cache())
            self._snapshots.adopt(begins.district, file)

    def _write(self, parts: dict[Part, Rows]) -> None:
        """Bring these parts on disk to what they are now, and the snapshots they name, in one transaction."""
        changed: Entries = {}
        put, drop, named = [], [], False
        try:
            for part, rows in parts.items():
                news = _news(rows, self._written.get(part))
                if not news and (rows or part not in self._entries):
                    continue
                before, reached = self._entries.get(part, {}), 0
                now: dict[str, Entry] = {} if news is rows else before.copy()
                for key, value in news.items():
                    text = text_of(key)
                    entry = before.get(text)
                    if entry is not None and entry.value is value and entry.place > reached:
                        now[text], reached = entry, entry.place
                        continue
                    place = entry.place if entry is not None and entry.place > reached else self._next()
                    if entry is None or entry.place != place or not same(entry.value, value):
                        named = named or bool(entry is not None and entry.snapshots)
                        data, snapshots = self._encoded(value)
                        entry = Entry(place, value, snapshots)
                        put.append((*part, text, place, data))
                    now[text], reached = entry, place
                gone = before.keys() - now.keys()
                drop += [(*part, text) for text in gone]
                named = named or any(before[text].snapshots for text in gone)
                changed[part] = now
            unwanted = self._unwanted(self._entries | changed) if named or self._snapshots.new else []
            if put or drop:
                self._commit(put, drop, unwanted)
        except BaseException:
            self._snapshots.unsettle()
            raise
        self._entries |= changed
        self._written |= parts
        for part in [part for part, now in changed.items() if not now]:
            del self._entries[part], self._written[part]
        self._snapshots.settle(unwanted)

    def _unwanted(self, entries: Entries) -> list[int]:
        named = (number for rows in entries.values() for entry in rows.values() for number in entry.snapshots)
        return self._snapshots.unwanted(self._snapshots.wanted(named))

    def _commit(self, put: list[Any], drop: list[Any], unwanted: list[int]) -> None:
        run, snapshots = self._database, self._snapshots.new
        if len(put) == 1 and not drop and not unwanted and not snapshots:
            run.execute(_PUT, put[0])  # by itself a transaction, in which other threads get their turn only once
            return
        run.execute("BEGIN")
        try:
            run.executemany("INSERT INTO snapshots VALUES (?, ?, ?, ?)", snapshots)
            run.executemany("DELETE FROM rows WHERE world = ? AND part = ? AND key = ?", drop)
            run.executemany(_PUT, put)
            run.executemany("DELETE FROM snapshots WHERE number = ?", ((number,) for number in unwanted))
            run.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                run.execute("ROLLBACK")
            raise

    def _next(self) -> int:
        self._latest += 1
        return self._latest

    def _encoded(self, value: Any) -> tuple[bytes, tuple[int, ...]]:
        """A value as bytes, and the snapshots it names, which are written with it."""
        self._snapshots.mentioned = []
        data = msgspec.msgpack.encode(value, enc_hook=self._plain)
        return data, tuple(self._snapshots.mentioned)

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Snapshot):
            return self._snapshots.number(value)
        if isinstance(value, Path):
            return str(value)
        raise TypeError(f"{type(value).__name__} cannot be kept: list it in keeping/table.py in another way")

    def _read(self) -> Worlds | None:
        """The worlds that are in the folder, if there are any."""
        found: dict[str, Reading] = {}
        rows = self._database.execute("SELECT world, part, key, place, value FROM rows ORDER BY place")
        for owner, *row in rows:
            found.setdefault(owner, Reading(self._snapshots)).put(*row)
        if "" not in found:
            return None
        starts = {name: reading.rows(_BEGINS, str, Start)[""] for name, reading in found.items()}
        living: dict[str, tuple[Start, World]] = {}
        for name, begins in starts.items():
            if name:
                world: World = WORLD.recalled("", World(name, begins.scenario.seed), found[name])
                world.resume()
                living[name], self._saved[name], self._done[name] = (begins, world), world, 0
        for name, reading in found.items():
            for part, entries in reading.entries().items():
                self._entries[name, part] = entries
        return Worlds(starts[""], living)


def _news(rows: Rows, written: Rows | None) -> Rows:
    """The rows that are not the very ones written last; these very rows if the keys or their order are others."""
    if not rows or written is None or [*rows] != [*written]:
        return rows
    return {key: rows[key] for key in compress(rows, map(is_not, rows.values(), written.values()))}


def _state(name: str, begins: Start, world: World | None = None) -> dict[Part, Rows]:
    """What is so now of a world, or of none; and what it began with."""
    parts: dict[Part, Rows] = {(name, _BEGINS): {"": begins}}
    if world is not None:
        with world.lock:
            parts |= {(name, path): rows for path, rows in WORLD.parts("", world)}
    return parts
