"""One request among planned faults: which strikes it, before the view or after, and what the journal is told."""

from __future__ import annotations

from typing import Any

from flask import Response

from mock_clever.errors import ControlRefusal
from mock_clever.faults.call import Call
from mock_clever.faults.plan import Fault, FaultPlan
from mock_clever.journal import Journal

HEADER = "Mock-Clever-Fault"


class Strike:
    """A request while faults are planned; `fault` is the one that strikes it, if one does."""

    def __init__(self, faults: FaultPlan, journal: Journal, call: Call) -> None:
        self.fault: Fault | None = None
        self._faults, self._journal, self._call = faults, journal, call

    def before(self) -> Response | None:
        """The answer of a fault that strikes in the place of the view.

        One that cannot do what it was planned for leaves the request alone, and is told of.
        """
        fault = self._faults.striking(self._call)
        if fault is None:
            return None
        try:
            answered = fault.does.before(self._call)
        except ControlRefusal as wrong:
            self._faults.take_back(fault)
            self._tell(fault, "fault.missed", f"{fault.id} could not strike {self._named}: {wrong}")
            return None
        self.fault = fault
        return answered

    def after(self, response: Response) -> Response:
        """The answer, spoilt and named after its fault if one struck."""
        fault = self.fault = self.fault or self._faults.striking(self._call, response)
        if fault is None:
            return response
        response = fault.does.after(response, self._call)
        response.headers.update(fault.planned.headers)
        response.headers[HEADER] = fault.id
        says = fault.sentence(call=self._named, status=response.status_code)
        self._tell(fault, "fault.struck", says, status=response.status_code)
        return response

    @property
    def _named(self) -> str:
        return f"{self._call.method} {self._call.path}"

    def _tell(self, fault: Fault, what: str, says: str, **more: Any) -> None:
        facts = {
            "fault": fault.id,
            "kind": fault.planned.kind,
            "method": self._call.method,
            "path": self._call.path,
        }
        self._journal.tell(self._call.world.clock.now(), what, says, **facts, **more)
