"""The faults planned in one world, and which of them strike a request."""

from __future__ import annotations

from threading import Lock
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from mock_clever.errors import ControlRefusal
from mock_clever.faults.id_tokens import KINDS
from mock_clever.faults.kinds import Kind

HeaderName = Annotated[str, Meta(pattern=r"^(?i:x-[a-z0-9-]+|retry-after)\Z")]
HeaderValue = Annotated[str, Meta(pattern=r"^[ -~]*\Z")]


class Planned(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault: what it does (`kind`), where, and to which of the matching requests.

    `path` is the beginning of the path, `part` something further that it holds, such as `/submissions/`; `skip`
    matching requests pass first, then `times` are struck (null: all). `headers` are set on every struck answer;
    `message` is what an error says, `seconds` are how long a slow one takes.
    """

    path: str
    kind: str = "status"
    method: str | None = None
    status: int = 500
    part: str = ""
    message: Annotated[str, Meta(max_length=1000)] = "Internal error"
    seconds: Annotated[float, Meta(ge=0, le=60)] = 5.0
    skip: Annotated[int, Meta(ge=0)] = 0
    times: Annotated[int, Meta(ge=1)] | None = 1
    headers: dict[HeaderName, HeaderValue] = {}

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault of kind {self.kind!r}: choose one of {', '.join(KINDS)}")
        if not 400 <= self.status <= 599:
            raise ValueError(f"a fault's status is an error, 400 to 599, not {self.status}")


class Fault:
    """A planned fault with its number and how many matching requests it has seen."""

    def __init__(self, number: int, planned: Planned, seen: int = 0) -> None:
        self.number = number
        self.id = f"F{number}"
        self.planned = planned
        self.does: Kind = KINDS[planned.kind](
            status=planned.status, message=planned.message, seconds=planned.seconds
        )
        self.seen = seen

    def strikes(self, method: str, path: str) -> bool:
        """Whether it strikes this request; counts it when it matches."""
        planned = self.planned
        if not path.startswith(planned.path) or planned.part not in path or planned.method not in (None, method):
            return False
        self.seen += 1
        struck = self.seen - planned.skip
        return struck > 0 and (planned.times is None or struck <= planned.times)

    def shown(self) -> dict[str, Any]:
        """This fault for others to read."""
        return {"id": self.id, **msgspec.to_builtins(self.planned), "seen": self.seen}


class FaultPlan:
    """The faults of one world, in the order they were planned."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._newest = 0
        self._lock = Lock()

    def add(self, body: object) -> Fault:
        """Plan a fault. Raises ControlRefusal when it makes no sense."""
        try:
            planned = msgspec.convert(body, Planned)
        except msgspec.ValidationError as wrong:
            raise ControlRefusal(f"this fault cannot be planned: {wrong}; see docs/control.md") from None
        with self._lock:
            self._newest += 1
            fault = Fault(self._newest, planned)
            self.faults.append(fault)
        return fault

    def clear(self) -> None:
        """Plan nothing any more."""
        self.faults = []

    def striking(self, method: str, path: str) -> Fault | None:
        """The first planned fault that strikes this request."""
        if not self.faults:
            return None
        with self._lock:
            return next((fault for fault in self.faults if fault.strikes(method, path)), None)
