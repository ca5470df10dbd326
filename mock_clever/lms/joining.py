"""The life of a district's link to its LMS: its steps, and those that happen by themselves (lms-connect 1, 2).

Clever names the states and says what they mean together, not what leads from one to another, nor how long it
takes. So this is chosen: the first pull and the matching take half an hour each, and while all is well the LMS is
pulled again every night.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, structs

from mock_clever.errors import ControlRefusal
from mock_clever.fields import LMS_STATES
from mock_clever.lms.link import Link
from mock_clever.lms.profiles import PROFILES
from mock_clever.model import Id, Snapshot
from mock_clever.upkeep import Moment, Upkeep

STATES = tuple(filter(None, LMS_STATES))
PULL = MATCHING = 1800.0
"""How long the first pull of an LMS takes, and the matching after it, in seconds."""

NIGHTLY = Upkeep(nightly="04:00")
_RECEIVED = ("matching_in_progress", "success", "error", "disconnected")
"""The states of an LMS that has sent its data."""


class Step(Struct, frozen=True):
    """One step: the states it leads on from, "" being no LMS at all, and the one it leads to."""

    after: tuple[str, ...]
    to: str


_JOINED = ("pending_authorization", "initial_sync_processing", "matching_in_progress", "success")
STEPS = {
    "invite": Step(("", "disconnected"), "pending_authorization"),
    "authorize": Step(("pending_authorization",), "initial_sync_processing"),
    "synced": Step(("initial_sync_processing",), "matching_in_progress"),
    "matched": Step(("matching_in_progress",), "success"),
    "fail": Step(_JOINED, "error"),
    "disconnect": Step((*_JOINED, "error"), "disconnected"),
    "reconnect": Step(("error", "disconnected"), "initial_sync_processing"),
}


def stepped(was: Link | None, step: str, now: float, lms_type: str = "") -> Link:
    """A link after this step. Raises ControlRefusal for one out of order, or for another LMS on the way."""
    state, taken = was.state if was is not None else "", STEPS[step]
    if state not in taken.after:
        ready = " or ".join(after or "no LMS at all" for after in taken.after)
        raise ControlRefusal(f"{step} comes after {ready}; this district has {state or 'no LMS at all'}", 409)
    if was is None or (step == "invite" and lms_type not in ("", was.lms_type)):
        return Link(lms_type=_known(lms_type), state=taken.to, since=now, compared=False)
    if lms_type not in ("", was.lms_type):
        raise ControlRefusal(f"this district has {was.lms_type}: disconnect that and invite {lms_type}", 409)
    compared = taken.to == "success" or (was.compared and step in ("fail", "disconnect"))
    received = now if step == "synced" else was.received
    return structs.replace(was, state=taken.to, since=now, compared=compared, received=received)


def joined(
    district: Snapshot, was: Link | None, now: float, lms_type: str, state: str, unmatched: Iterable[Id]
) -> Link:
    """A link in any state at once. Raises ControlRefusal for an unknown LMS or state, or ids of nobody."""
    if state not in STATES:
        raise ControlRefusal(f"lms_state {state!r} is unknown: choose one of {', '.join(STATES)}")
    ids = frozenset(unmatched)
    odd = sorted(id for id in ids if id not in district.users and id not in district.sections)
    if odd:
        raise ControlRefusal(f"unmatched: no users or sections of this district are {', '.join(odd[:5])}", 404)
    since = was.since if was is not None and (was.lms_type, was.state) == (lms_type, state) else now
    known = was.received if was is not None and was.lms_type == lms_type else None
    return Link(
        lms_type=_known(lms_type),
        state=state,
        since=since,
        unmatched=ids,
        received=known if known is not None or state not in _RECEIVED else now,
        compared=state in ("success", "error"),
    )


def due_of_lms(district: Id, link: Link, since: float, until: float) -> Iterator[Moment]:
    """What a link becomes by itself after `since`, up to and with `until`; of many nights only the last counts."""
    at = link.since
    for state, what, takes in (
        ("initial_sync_processing", "lms.synced", PULL),
        ("matching_in_progress", "lms.matched", MATCHING),
    ):
        if link.state == state or at > link.since:
            at += takes
            if since < at <= until:
                yield Moment(at, 3, what, district)
    if link.usable or at > link.since:
        nights = list(NIGHTLY.nights(max(since, at), until))
        if nights:
            yield Moment(nights[-1], 3, "lms.renewed", district)


def passed(link: Link, what: str, at: float) -> Link:
    """A link after something that was due."""
    if what == "lms.renewed":
        return structs.replace(link, received=at)
    return stepped(link, what.removeprefix("lms."), at)


def anew(was: Link | None, link: Link | None) -> bool:
    """Whether everyone who came by LTI has to come again: an LMS is joined or taken away (lms-connect 11 #25)."""
    connected = [each is not None and each.state != "disconnected" for each in (was, link)]
    return connected[0] != connected[1] or other(was, link)


def other(was: Link | None, link: Link | None) -> bool:
    """Whether this is another LMS, in which nothing of the one before stands."""
    return was is not None and (link is None or link.lms_type != was.lms_type)


def _known(lms_type: str) -> str:
    if lms_type not in PROFILES:
        raise ControlRefusal(f"lms_type {lms_type!r} is unknown: choose one of {', '.join(PROFILES)}")
    return lms_type
