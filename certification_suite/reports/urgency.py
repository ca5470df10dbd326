"""Which finding to look at first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from certification_suite.verdicts import CouldNotRun, Fail, NeedsReview

ORDER = (Fail.word, CouldNotRun.word, NeedsReview.word)
Row = Mapping[str, Any]


def first_to_do(rows: Sequence[Row]) -> Row | None:
    """What decides before what does not, a sum of others only where it is all there is; none when all is well."""
    found = [row for row in rows if row["verdict"] in ORDER and row["replay"]]
    return min(found, key=_urgency, default=None)


def _urgency(row: Row) -> tuple[bool, int, bool]:
    return bool(row["sums"]), ORDER.index(row["verdict"]), not row["decides"]
