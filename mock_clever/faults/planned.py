"""What somebody may plan: one fault, or several at once, and what makes no sense in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from mock_clever.changes import AnyChange
from mock_clever.errors import ControlRefusal
from mock_clever.faults import id_tokens, untimely
from mock_clever.faults.call import Call
from mock_clever.faults.kinds import KINDS
from mock_clever.faults.targets import TARGETS

FAMILIES = (id_tokens, untimely)
"""Where the kinds are that do not stand in `kinds`."""

MOST = 2**53
HeaderName = Annotated[str, Meta(pattern=r"^(?i:x-[a-z0-9-]+|retry-after)\Z")]
HeaderValue = Annotated[str, Meta(pattern=r"^[ -~]*\Z")]
Seed = Annotated[int, Meta(ge=-MOST, le=MOST)]


class Planned(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault: what it does (`kind`), where, and to which of the matching requests.

    `path` is the beginning of the path, `part` something further that it holds, such as `/submissions/`; `target`
    is a name for both. `client_id`, `district` and `user` say who must be asking. `skip` matching requests pass
    first, then `times` are struck (null: all), or as many of them as `chance` has it, drawn from `seed`. `headers`
    are set on every struck answer; `message` is what an error says, `seconds` are how long a slow one takes,
    `change` is what happens between two pages.
    """

    path: str | UnsetType = UNSET
    kind: str = "status"
    method: str | None = None
    status: int = 500
    part: str = ""
    message: Annotated[str, Meta(max_length=1000)] = "Internal error"
    seconds: Annotated[float, Meta(ge=0, le=60)] = 5.0
    skip: Annotated[int, Meta(ge=0, le=MOST)] = 0
    times: Annotated[int, Meta(ge=1, le=MOST)] | None = 1
    headers: dict[HeaderName, HeaderValue] = {}
    target: str | UnsetType = UNSET
    client_id: str | UnsetType = UNSET
    district: str | UnsetType = UNSET
    user: str | UnsetType = UNSET
    chance: Annotated[float, Meta(gt=0, le=1)] | UnsetType = UNSET
    seed: Seed | UnsetType = UNSET
    change: tuple[AnyChange, ...] | UnsetType = UNSET

    def __post_init__(self) -> None:
        for wrong in RULES:
            if problem := wrong(self):
                raise ValueError(problem)

    def aims_at(self, call: Call) -> bool:
        """Whether this request is one of those it is for."""
        if self.path and not call.path.startswith(self.path):
            return False
        if self.part not in call.path or self.method not in (None, call.method):
            return False
        if self.target and not TARGETS[self.target].holds(call.method, call.path):
            return False
        asking = (("client_id", self.client_id), ("district", self.district), ("user", self.user))
        return all(wanted is UNSET or wanted == getattr(call.who, name) for name, wanted in asking)

    def told(self) -> str:
        """What is planned, in a few words."""
        does = f"{self.kind} {self.status}" if self.kind in ("status", "html", "lost") else self.kind
        method = self.method or (TARGETS[self.target].method if self.target else None)
        where = [self.target or "", self.path or "", f"…{self.part}" if self.part else ""]
        aim = " ".join(word for word in (method or "", *where) if word)
        often = "always" if self.times is None else "once" if self.times == 1 else f"{self.times} times"
        after = f" after {self.skip}" if self.skip else ""
        return f"{does}{f' for {aim}' if aim else ''}, {often}{after}"


def _unknown_kind(planned: Planned) -> str:
    return "" if planned.kind in KINDS else f"no fault of kind {planned.kind!r}: choose one of {', '.join(KINDS)}"


def _unknown_target(planned: Planned) -> str:
    if planned.target is UNSET or planned.target in TARGETS:
        return ""
    return f"no target {planned.target!r}: choose one of {', '.join(TARGETS)}, or give a path"


def _aimless(planned: Planned) -> str:
    aims = planned.path is not UNSET or planned.target is not UNSET
    if KINDS[planned.kind].of_syncs:
        given = aims or planned.part or planned.method or planned.client_id or planned.user
        return (
            f"{planned.kind} strikes syncs, not requests: of these give `district` alone, or none" if given else ""
        )
    return "" if aims else "missing required field `path`, or a `target` in its place"


def _no_error(planned: Planned) -> str:
    if 400 <= planned.status <= 599:
        return ""
    return f"a fault's status is an error, 400 to 599, not {planned.status}"


def _unseeded(planned: Planned) -> str:
    if planned.chance is UNSET or planned.seed is not UNSET:
        return ""
    return "a `chance` is drawn from a `seed`, so that it falls the same way every time: give one, such as 7"


def _other_change(planned: Planned) -> str:
    if bool(planned.change) is (planned.kind == "mid-walk-change"):
        return ""
    return "a mid-walk-change, and no other kind, needs `change`: a list as in POST /_mock/districts/{id}/changes"


RULES: tuple[Callable[[Planned], str], ...] = (
    *(_unknown_kind, _unknown_target, _aimless, _no_error, _unseeded, _other_change),
)
"""What makes no sense in a fault: each says so, or nothing."""


class Plan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Several faults, planned together or not at all; `seed` is that of those who have none of their own."""

    plan: Annotated[tuple[Planned, ...], Meta(min_length=1, max_length=1000)]
    seed: Seed | UnsetType = UNSET


def _seeded(body: Mapping[str, Any]) -> dict[str, Any]:
    """A plan as it was sent, its seed given to each fault that has none."""
    entries = body["plan"]
    if "seed" in body and isinstance(entries, list):
        entries = [{"seed": body["seed"], **each} if isinstance(each, dict) else each for each in entries]
    return {**body, "plan": entries}


def read(body: Mapping[str, Any]) -> tuple[Planned, ...]:
    """The fault, or all of a `plan`, that this JSON says. Raises ControlRefusal when one makes no sense."""
    several = "plan" in body
    try:
        return msgspec.convert(_seeded(body), Plan).plan if several else (msgspec.convert(body, Planned),)
    except msgspec.ValidationError as wrong:
        what = "these faults" if several else "this fault"
        raise ControlRefusal(f"{what} cannot be planned: {wrong}; see docs/control.md") from None
