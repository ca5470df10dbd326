"""The answer key of a world: what is odd in its districts from the start, and the newest of what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

KEPT_ROWS = 5_000
KEPT_RECORDS = 100_000
"""How many rows of changes there are at most, and how many records they may name together."""


class Answered(Struct, frozen=True):
    """One row that a change led to, and its number, which counts all there ever were from 1."""

    number: int
    row: dict[str, Any]


class AnswerKey:
    """Rows in the order they came. The newest row stays however large it is; the oldest ones go first."""

    def __init__(self) -> None:
        self.planted: list[dict[str, Any]] = []
        self.changes: list[Answered] = []

    def plant(self, rows: Iterable[dict[str, Any]]) -> None:
        """What is odd in a district as it was made. These rows stay."""
        self.planted += rows

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        """What changes led to, oldest first; what there is too much of goes."""
        newest = self.changes[-1].number if self.changes else 0
        self.changes += [Answered(number, row) for number, row in enumerate(rows, start=newest + 1)]
        del self.changes[: _too_many(self.changes)]

    @property
    def dropped(self) -> int:
        """How many rows of changes are no longer here."""
        return self.changes[0].number - 1 if self.changes else 0

    def shown(self) -> dict[str, Any]:
        """All of it, for others to read."""
        return {"cases": [*self.planted, *(each.row for each in self.changes)], "dropped": self.dropped}


def _too_many(rows: Sequence[Answered]) -> int:
    """How many of the oldest rows are beyond what is kept; never the newest."""
    named = 0
    for kept, each in enumerate(reversed(rows)):
        named += len(each.row["records"])
        if kept and (named > KEPT_RECORDS or kept == KEPT_ROWS):
            return len(rows) - kept
    return 0
