"""Every type of change in one table, how they are read, and how they happen: whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Union

import msgspec
from msgspec import Struct

from mock_clever.changes import classes, contacts, people, records, years
from mock_clever.changes.answers import answer
from mock_clever.changes.change import ACTS, Changed
from mock_clever.changes.consistent import follow, settle
from mock_clever.changes.draft import Draft, Key, Removed
from mock_clever.errors import ControlRefusal
from mock_clever.model import Record, Snapshot

FAMILIES = (records, people, contacts, classes, years)

TYPES: Mapping[str, type[Changed]] = {str(each.__struct_config__.tag): each for each in ACTS}
"""Every type of change by its name."""

Change = Changed
AnyChange: Any = Union[tuple(TYPES.values())]  # noqa: UP007  # made of a table, so there is nothing to write | between


class Happened(Struct, frozen=True):
    """What some changes led to: the district, all that may come back to it, and what to say of each change."""

    district: Snapshot
    removed: dict[Key, Record]
    answers: list[dict[str, Any]]


def read(body: object) -> list[Change]:
    """The changes of a JSON list. Raises ControlRefusal that says what is wrong with which one."""
    try:
        changes: list[Change] = msgspec.convert(body, list[AnyChange])
    except msgspec.ValidationError as wrong:
        raise ControlRefusal(
            f"these changes cannot be read: {wrong}; see docs/control.md for their types"
        ) from None
    return changes


def happen(
    district: Snapshot, changes: Iterable[Change], removed: Removed, now: str, settling: bool = True
) -> Happened:
    """The district after these changes. `removed` holds what may come back, `now` dates what is written.

    With `settling`, what follows from them has happened too; without, the lists of schools alone are right, and
    `settled` does the rest when a sync publishes. Raises ControlRefusal for a change that makes no sense.
    """
    draft = Draft(district, now, removed)
    answers: list[dict[str, Any]] = []
    touched: dict[Key, Record | None] = {}
    for change in changes:
        ACTS[type(change)](draft, change)
        follow(draft, draft.touched)
        answers.append(answer(draft, change, effect := draft.take_touched()))
        touched = effect | touched
    if settling:
        settle(draft, touched)
        if effect := draft.take_touched():
            answers.append(answer(draft, None, effect))
    return Happened(draft.snapshot(), draft.gone, answers)


def applied(district: Snapshot, change: Change, removed: Removed, now: str) -> Snapshot:
    """The district after one change and what follows at once from it."""
    return happen(district, [change], removed, now, settling=False).district


def summary(change: type[Changed]) -> str:
    """What a type of change is, in its own words."""
    return " ".join((change.__doc__ or "").split())
