"""Snapshots on disk, each by its number: a whole one in a file of its own, most as what differs from such a one.

What a sync publishes shares nearly every record with what was published before, and what an application sees with
the district; so they are written as the few records that are other, beside a whole snapshot of the same district
(their root). Read again, they share those records again. A snapshot that is known is never written twice.
"""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Iterable
from pathlib import Path
from types import GenericAlias
from typing import Any

import msgspec
from msgspec import Struct

from mock_clever.attendance import Attendance
from mock_clever.difference import NOTHING
from mock_clever.keeping.table import RECORDS
from mock_clever.model import KINDS, Around, Id, Snapshot, User
from mock_clever.prepared import load, save
from mock_clever.tables import Table

FEW = 250
"""So many records that are other are never worth a file of their own; more are if they are a quarter of all."""

Row = tuple[int, int | None, bool, bytes]
"""Number, number of the root, whether there is a file, and what is beside the root or the file."""

Others = dict[str, tuple[bool, list[Id], list[Any]]]
"""Of each kind that is not as in the root: `only` these ids of it or all but these, and the other records."""


class Beside(Struct, frozen=True, kw_only=True):
    """What differs from the root, nothing where there is a file; records are msgpack. And what is around it."""

    tables: dict[str, tuple[bool, list[Id], msgspec.Raw]] = {}
    register: list[Attendance] | None = None
    whole: int | None = None
    gone: tuple[User, ...] = ()
    known: dict[Id, Id] | None = None


class Written(Struct, frozen=True):
    """A snapshot that is on disk or about to be, and what it cannot be read without."""

    snapshot: Snapshot
    needs: tuple[int, ...]
    has_file: bool


class Snapshots:
    """The snapshots of a folder. `rows` are those on disk, which are read when they are asked for."""

    def __init__(self, folder: Path, rows: Iterable[Row] = ()) -> None:
        self._folder = folder
        self._unread = {row[0]: row for row in rows}
        self._on_disk = {number: has_file for number, _, has_file, _ in self._unread.values()}
        self._newest = max(self._on_disk, default=0)
        self._written: dict[int, Written] = {}
        self._numbers: dict[int, int] = {}  # by identity, which nobody else has while the snapshot is in _written
        self.new: list[Row] = []
        self.mentioned: list[int] = []

    def number(self, snapshot: Snapshot) -> int:
        """The number of a snapshot, which is written now, to a file or to `new`, if it was not before."""
        number = self._numbers.get(id(snapshot))
        if number is None:
            number = self._write(snapshot)
        self.mentioned.append(number)
        return number

    def snapshot(self, number: int) -> Snapshot:
        """The snapshot with this number. Raises LookupError, OSError or ValueError when it cannot be read."""
        self.mentioned.append(number)
        return (self._written.get(number) or self._read(number)).snapshot

    def knows(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot is written already."""
        return id(snapshot) in self._numbers

    def adopt(self, snapshot: Snapshot, prepared: Path) -> None:
        """Take the prepared file of a snapshot for its own, if it is there: packing a large one takes long."""
        if self.knows(snapshot) or not prepared.is_file():
            return
        place, half = self._file(self._newest + 1), self._file(self._newest + 1).with_suffix(".half")
        half.unlink(missing_ok=True)
        try:
            os.link(prepared, half)
        except OSError:
            shutil.copyfile(prepared, half)
            half.chmod(0o600)
        half.replace(place)
        _flush(place)
        self._enter(snapshot, None, True, Beside())

    def wanted(self, numbers: Iterable[int]) -> set[int]:
        """These and everything they cannot be read without."""
        found: set[int] = set()
        ahead = list(numbers)
        while ahead:
            number = ahead.pop()
            if number not in found:
                found.add(number)
                ahead += self._written[number].needs
        return found

    def unwanted(self, wanted: set[int]) -> list[int]:
        """The snapshots on disk, or about to be, that are none of these."""
        return sorted((self._on_disk.keys() | self._written.keys()) - wanted)

    def settle(self, gone: Iterable[int]) -> None:
        """What was new is on disk now, and these are not any more."""
        self._on_disk |= {number: has_file for number, _, has_file, _ in self.new}
        self.new = []
        self._forget(gone)

    def unsettle(self) -> None:
        """Nothing that was new came to the disk: it has to be written another time."""
        self._forget([row[0] for row in self.new])
        self.new = []

    def sweep(self) -> None:
        """Remove the files that belong to no snapshot on disk: a crash left them, half-way."""
        kept = {self._file(number) for number, has_file in self._on_disk.items() if has_file}
        for pattern in ("*.district", "*.half", ".*.district.*"):
            for path in set(self._folder.glob(pattern)) - kept:
                path.unlink()

    def _forget(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            written = self._written.pop(number, None)
            self._unread.pop(number, None)
            has_file = self._on_disk.pop(number, False)
            if written is not None:
                del self._numbers[id(written.snapshot)]
            if has_file or (written is not None and written.has_file):
                self._file(number).unlink(missing_ok=True)

    def _write(self, snapshot: Snapshot) -> int:
        around = snapshot.around
        whole = None if around.whole is None else self.number(around.whole)
        root, others = self._nearest(snapshot)
        if root is None and ((around.whole is None and len(snapshot.districts)) or _weight(others) > FEW):
            save(snapshot, self._file(self._newest + 1))
            _flush(self._file(self._newest + 1))
            beside = Beside(whole=whole, gone=around.gone, known=around.known)
            return self._enter(snapshot, None, True, beside)
        register = snapshot.register if root is None else self._written[root].snapshot.register
        beside = Beside(
            tables={kind: (only, ids, _packed(records)) for kind, (only, ids, records) in others.items()},
            register=None if root is not None and snapshot.register is register else list(snapshot.register.rows),
            whole=whole,
            gone=around.gone,
            known=around.known,
        )
        return self._enter(snapshot, root, False, beside)

    def _nearest(self, snapshot: Snapshot) -> tuple[int | None, Others]:
        """The root from which a snapshot differs least, and how; none if it has too little in common with any."""
        own, least = _district(snapshot), _size(snapshot)
        nearest: tuple[int | None, Others] | None = None
        for number, each in self._written.items():
            if each.has_file and _district(each.snapshot) == own:
                others = _others(snapshot, each.snapshot)
                if _weight(others) <= min(least, max(FEW, _size(each.snapshot) // 4)):
                    nearest, least = (number, others), _weight(others)
        return nearest or (None, _others(snapshot, NOTHING))

    def _enter(self, snapshot: Snapshot, root: int | None, has_file: bool, beside: Beside) -> int:
        self._newest = number = self._newest + 1
        needs = tuple(each for each in (root, beside.whole) if each is not None)
        self._written[number], self._numbers[id(snapshot)] = Written(snapshot, needs, has_file), number
        self.new.append((number, root, has_file, zlib.compress(msgspec.msgpack.encode(beside), 1)))
        return number

    def _read(self, number: int) -> Written:
        _, root, has_file, packed = self._unread.pop(number)
        beside = msgspec.msgpack.decode(zlib.decompress(packed), type=Beside)
        whole = None if beside.whole is None else self.snapshot(beside.whole)
        if has_file:
            plain = load(self._file(number))
        else:
            plain = _rebuilt(NOTHING if root is None else self.snapshot(root), beside)
        snapshot = plain.placed(Around(whole, beside.gone, beside.known))
        needs = tuple(each for each in (root, beside.whole) if each is not None)
        self._written[number], self._numbers[id(snapshot)] = Written(snapshot, needs, has_file), number
        return self._written[number]

    def _file(self, number: int) -> Path:
        return self._folder / f"{number}.district"


def _flush(file: Path) -> None:
    """Have a file on the disk itself before the database names it: a power failure costs the newest only."""
    handle = os.open(file, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _district(snapshot: Snapshot) -> Id:
    """The district of a snapshot, or of a part of it that does not hold the district itself; "" for nothing."""
    for kind in KINDS:
        for record in snapshot.table(kind):
            return record.id if kind == "districts" else record.district  # type: ignore[no-any-return]
    return ""


def _size(snapshot: Snapshot) -> int:
    return sum(len(snapshot.table(kind)) for kind in KINDS)


def _others(snapshot: Snapshot, root: Snapshot) -> Others:
    """How the tables of a snapshot differ from those of a root; what does not is left out."""
    both = {kind: (snapshot.table(kind), root.table(kind)) for kind in KINDS}
    return {
        kind: other for kind, (table, its) in both.items() if table is not its and (other := _other(table, its))
    }


def _other(table: Table[Any], its: Table[Any]) -> tuple[bool, list[Id], list[Any]] | None:
    """The same for one table; a small part of a large one takes time in proportion to itself."""
    if len(table) * 2 < len(its):
        records = [record for record in table if its.get(record.id) != record]
        others = {record.id for record in records}
        return True, [id for id in table.ids if id not in others], records
    records = [record for record in table.differing(its) if its.get(record.id) != record]
    gone = its.beyond(table)
    return (False, sorted(gone), records) if gone or records else None


def _weight(others: Others) -> int:
    return sum(len(records) for _, _, records in others.values())


def _rebuilt(root: Snapshot, beside: Beside) -> Snapshot:
    tables: dict[str, Any] = {kind: root.table(kind) for kind in KINDS}
    for kind, (only, ids, packed) in beside.tables.items():
        kept = Table(tables[kind].some(ids)) if only else tables[kind].without(ids)
        records: list[Any] = msgspec.msgpack.decode(packed, type=GenericAlias(list, RECORDS[kind]))
        tables[kind] = kept.with_(records) if records else kept
    return Snapshot(**tables, attendance=root.register if beside.register is None else beside.register)


def _packed(records: list[Any]) -> msgspec.Raw:
    return msgspec.Raw(msgspec.msgpack.encode(records))
