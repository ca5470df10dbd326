"""The kinds of fault, one class each.

A fault may answer in the place of the view (`before`) or spoil the view's answer (`after`). Add one by writing a
class with a docstring: its name, `ExpiredToken` as `expired-token`, is its kind, and docs/control.md lists it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from flask import Response

from mock_clever.changes import Change
from mock_clever.clock import stand_still
from mock_clever.faults.call import Call

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

KINDS: dict[str, type[Kind]] = {}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a fault does when it strikes.

    `says` tells it in one sentence. Some kinds can only tell from the answer whether there is anything to strike
    (`late`), and one strikes no request at all, but syncs.
    """

    says: ClassVar[str] = "{id} answered {call} with {status}"
    late: ClassVar[bool] = False
    of_syncs: ClassVar[bool] = False

    status: int = 500
    message: str = "Internal error"
    seconds: float = 5.0
    change: tuple[Change, ...] = ()

    def __init_subclass__(cls, *, named: bool = True) -> None:
        if named:
            KINDS[re.sub(r"\B(?=[A-Z])", "-", cls.__name__).lower()] = cls

    def fits(self, call: Call) -> bool:
        """Whether there is anything to strike in this request. One that does not fit is not counted."""
        return True

    def suits(self, response: Response, call: Call) -> bool:
        """The same of an answer, for a kind that is late."""
        return True

    def before(self, call: Call) -> Response | None:
        """The answer to give in the place of the view's, or None to let it answer."""
        return None

    def after(self, response: Response, call: Call) -> Response:
        """The view's answer, spoilt."""
        return response


class Status(Kind):
    """Answers with the error `status`, as Clever would: JSON with the `message`, an empty body on 429."""

    def before(self, call: Call) -> Response:
        body = b"" if self.status == 429 else msgspec.json.encode({"message": self.message})
        return Response(body, self.status, content_type="application/json; charset=utf-8")


class Html(Kind):
    """Answers with an HTML page where JSON is expected, with `status`."""

    says = "{id} answered {call} with {status} and an HTML page"

    def before(self, call: Call) -> Response:
        page = (
            "<!DOCTYPE html>\n<html><head><title>Error</title></head><body><pre>Bad gateway</pre></body></html>\n"
        )
        return Response(page, self.status, content_type="text/html; charset=utf-8")


class Empty(Kind):
    """Answers 200 with an empty JSON object."""

    says = "{id} answered {call} with 200 and an empty object"

    def before(self, call: Call) -> Response:
        return Response("{}", 200, content_type="application/json; charset=utf-8")


class Truncate(Kind):
    """Sends the first half of the answer's body and then closes the connection."""

    says = "{id} sent half of the answer to {call}"

    def after(self, response: Response, call: Call) -> Response:
        body = response.get_data()
        response.set_data(body[: len(body) // 2])
        return response


class Slow(Kind):
    """Answers so many real `seconds` late, with what was asked for done at once: as an LMS that takes its time."""

    says = "{id} answered {call} {seconds:g} s late"

    def after(self, response: Response, call: Call) -> Response:
        stand_still(self.seconds)
        return response


class Lost(Kind):
    """Does what was asked, then answers the error `status` with the `message`, as a gateway that heard nothing."""

    says = "{id} let {call} be done and answered {status}"

    def after(self, response: Response, call: Call) -> Response:
        body = msgspec.json.encode({"message": self.message})
        return Response(body, self.status, content_type="application/json; charset=utf-8")


class Repeat(Kind):
    """Tells every element of a list twice, as a delivery that comes again: `a, b` becomes `a, b, a, b`."""

    says = "{id} told every element twice in the answer to {call}"

    def after(self, response: Response, call: Call) -> Response:
        return _retold(response, lambda elements: elements * 2)


class Reorder(Kind):
    """Tells the elements of a list last to first, as deliveries that overtook each other; ids and links stay."""

    says = "{id} turned the elements round in the answer to {call}"

    def after(self, response: Response, call: Call) -> Response:
        return _retold(response, lambda elements: elements[::-1])


class Unanswered(Response):
    """No answer at all: the server lets the connection break, and whoever calls from within this process hears
    what a client would, a ConnectionResetError."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        raise ConnectionResetError("a planned fault resets the connection")


class Reset(Kind):
    """Does nothing, answers nothing and resets the connection: the client hears no status at all."""

    says = "{id} reset the connection of {call} without an answer"

    def before(self, call: Call) -> Response:
        return Unanswered(status=0)


def _retold(response: Response, told: Callable[[list[Any]], list[Any]]) -> Response:
    """A list whose elements are told otherwise; its links, and single records, stay as they are."""
    try:
        body = msgspec.json.decode(response.get_data())
    except msgspec.DecodeError:
        return response
    if isinstance(body, dict) and isinstance(body.get("data"), list):
        response.set_data(msgspec.json.encode({**body, "data": told(body["data"])}))
    return response
