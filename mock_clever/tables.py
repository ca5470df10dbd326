"""Records by id, in order: what a district holds of one kind. A new table shares with the old what did not change.

A page is a bisect and a slice of the ids.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from itertools import compress
from operator import attrgetter, is_not
from typing import Generic, TypeVar
from weakref import ref

from msgspec import Struct

Id = str


class Record(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Anything with an identity: it can be listed, fetched, shared and change over time."""

    id: Id


R = TypeVar("R", bound=Record)


class Table(Generic[R]):
    """The records of one kind, in ascending id order. Pages are a bisect and a slice."""

    __slots__ = ("__weakref__", "_compared", "_records", "ids")

    def __init__(self, records: Iterable[R] = ()) -> None:
        self._records: dict[Id, R] = {r.id: r for r in sorted(records, key=attrgetter("id"))}
        self.ids: list[Id] = list(self._records)
        self._compared: tuple[ref[Table[R]], list[R]] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[R]:
        return iter(self._records.values())

    def __contains__(self, id: object) -> bool:
        return id in self._records

    def __getitem__(self, id: Id) -> R:
        return self._records[id]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and self._records == other._records

    __hash__ = None  # type: ignore[assignment]  # compared by content, so not a key

    def get(self, id: Id) -> R | None:
        """The record with this id, or None."""
        return self._records.get(id)

    def beyond(self, other: Table[R]) -> set[Id]:
        """The ids that are here and not in another table."""
        return set() if self.ids == other.ids else self._records.keys() - other._records.keys()

    def differing(self, other: Table[R]) -> list[R]:
        """The records that are not the very same object in another table, or not there at all.

        The last answer is kept: a sync asks the same several times.
        """
        kept = self._compared
        if kept is None or kept[0]() is not other:
            kept = self._compared = (ref(other), self._otherwise(other))
        return kept[1]

    def _otherwise(self, other: Table[R]) -> list[R]:
        new, gone = self.beyond(other), other.beyond(self)
        ours, theirs = self._but(new), other._but(gone)  # side by side, for a look-up of each takes long
        return [*compress(ours, map(is_not, ours, theirs)), *self.some(new)]

    def some(self, ids: Iterable[Id]) -> Iterator[R]:
        """The records with these ids, all of which are here."""
        return map(self._records.__getitem__, ids)

    def only(self, ids: Set[Id], hidden: Set[Id] = frozenset()) -> Table[R]:
        """These records without the hidden ones; this very table when that is all of them."""
        gone = self._records.keys() - ids
        gone |= self._records.keys() & hidden
        return self.without(gone) if gone else self

    def with_(self, changed: Iterable[R]) -> Table[R]:
        """This table with these records put in, over any that had their ids."""
        put = {r.id: r for r in changed}
        if put.keys() <= self._records.keys():
            return Table._ordered(self._records | put)
        return Table((self._records | put).values())

    def without(self, ids: Iterable[Id]) -> Table[R]:
        """This table without these ids."""
        gone = ids if isinstance(ids, Set) else set(ids)
        if len(gone) * 2 > len(self.ids):
            return Table._ordered({id: record for id, record in self._records.items() if id not in gone})
        kept = self._records.copy()
        for id in gone:
            kept.pop(id, None)
        return Table._ordered(kept)

    def _but(self, ids: Set[Id]) -> Collection[R]:
        """Every record but these, in order."""
        return [record for id, record in self._records.items() if id not in ids] if ids else self._records.values()

    @classmethod
    def _ordered(cls, records: dict[Id, R]) -> Table[R]:
        """A table of records that are in order already."""
        table: Table[R] = cls.__new__(cls)
        table._records, table.ids, table._compared = records, list(records), None
        return table


def after(ids: Sequence[Id], cursor: Id) -> int:
    """Where the ids beyond cursor begin. A cursor is a bound, not a look-up (docs/paging-and-limits)."""
    return bisect_right(ids, cursor)


def before(ids: Sequence[Id], cursor: Id) -> int:
    """Where the ids below cursor end."""
    return bisect_left(ids, cursor)


def tabled(records: Iterable[R]) -> Table[R]:
    """These records as a table; a table as it is."""
    return records if isinstance(records, Table) else Table(records)
