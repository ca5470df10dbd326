"""The faults planned in one world, and which of them strike a request or a sync."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any

import msgspec
from flask import Response
from msgspec import UNSET

from mock_clever.faults.call import Call
from mock_clever.faults.kinds import KINDS, Kind
from mock_clever.faults.planned import Planned, read
from mock_clever.ids import chance


class Fault:
    """A planned fault with its number, how many matching requests it has seen and how many it struck.

    `place` is where it stood in its plan: it draws from a stream of its own, whatever its number.
    """

    def __init__(self, number: int, planned: Planned, seen: int = 0, struck: int = 0, place: int = 0) -> None:
        self.number = number
        self.id = f"F{number}"
        self.planned = planned
        self.does: Kind = KINDS[planned.kind](
            status=planned.status,
            message=planned.message,
            seconds=planned.seconds,
            change=planned.change or (),
        )
        self.seen = seen
        self.struck = struck
        self.place = place

    def strikes(self, call: Call, response: Response | None = None) -> bool:
        """Whether it strikes this request, or its answer if it is late; counts it when it matches."""
        if self.does.of_syncs or self.does.late is (response is None) or not self.planned.aims_at(call):
            return False
        fits = self.does.fits(call) if response is None else self.does.suits(response, call)
        return fits and self._counted()

    def holds(self, district: str) -> bool:
        """Whether it strikes a sync of this district; counts it when it matches."""
        return self.does.of_syncs and self.planned.district in (UNSET, district) and self._counted()

    def _counted(self) -> bool:
        self.seen += 1
        times = self.planned.times
        if self.seen <= self.planned.skip or (times is not None and self.struck >= times) or not self._drawn():
            return False
        self.struck += 1
        return True

    def _drawn(self) -> bool:
        """Whether chance has it so: the same for the same seed, place and call."""
        if self.planned.chance is UNSET:
            return True
        return (
            chance("fault", str(self.planned.seed), str(self.place), str(self.seen)).random() < self.planned.chance
        )

    def sentence(self, **facts: Any) -> str:
        """What it did when it struck, with `call`, `status` or `district` of what it struck."""
        changes = ", ".join(str(each.__struct_config__.tag) for each in self.does.change)
        known = {"id": self.id, "kind": self.planned.kind, "changes": changes, "seconds": self.does.seconds}
        return self.does.says.format(**(known | facts))

    def shown(self) -> dict[str, Any]:
        """This fault for others to read; how often it struck only where chance says when."""
        drawn = {"struck": self.struck} if self.planned.chance is not UNSET else {}
        return {"id": self.id, **msgspec.to_builtins(self.planned), "seen": self.seen, **drawn}


class FaultPlan:
    """The faults of one world, in the order they were planned."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._newest = 0
        self._lock = Lock()

    def plan(self, body: Mapping[str, Any]) -> list[Fault]:
        """Plan a fault, or all of a `plan`. Raises ControlRefusal, and plans none, when one makes no sense."""
        return self.add(read(body))

    def add(self, planned: Sequence[Planned]) -> list[Fault]:
        """Plan these faults."""
        with self._lock:
            first = self._newest + 1
            self._newest += len(planned)
            new = [Fault(first + place, each, place=place) for place, each in enumerate(planned)]
            self.faults = [*self.faults, *new]
        return new

    def clear(self) -> None:
        """Plan nothing any more."""
        self.faults = []

    def striking(self, call: Call, response: Response | None = None) -> Fault | None:
        """The first planned fault that strikes this request, or this answer to it."""
        with self._lock:
            return next((fault for fault in self.faults if fault.strikes(call, response)), None)

    def holding(self, district: str) -> Fault | None:
        """The first planned fault that holds the sync of this district, which is about to be published."""
        if not self.faults:
            return None
        with self._lock:
            return next((fault for fault in self.faults if fault.holds(district)), None)

    def take_back(self, fault: Fault) -> None:
        """Let a fault not have seen what it could not strike after all."""
        with self._lock:
            fault.seen -= 1
            fault.struck -= 1
