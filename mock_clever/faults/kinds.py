"""The kinds of fault, one class each.

A fault may answer in the place of the view (`before`) or spoil the view's answer (`after`). Add one by writing a
class with a docstring: its name in lower case is its kind, and docs/control.md lists it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Response

from mock_clever.clock import stand_still

KINDS: dict[str, type[Kind]] = {}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a fault does when it strikes."""

    status: int = 500
    message: str = "Internal error"
    seconds: float = 5.0

    def __init_subclass__(cls, *, named: bool = True) -> None:
        if named:
            KINDS[cls.__name__.lower()] = cls

    def before(self) -> Response | None:
        """The answer to give in the place of the view's, or None to let it answer."""
        return None

    def after(self, response: Response) -> Response:
        """The view's answer, spoilt."""
        return response


class Status(Kind):
    """Answers with the error `status`, as Clever would: JSON with the `message`, an empty body on 429."""

    def before(self) -> Response:
        body = b"" if self.status == 429 else msgspec.json.encode({"message": self.message})
        return Response(body, self.status, content_type="application/json; charset=utf-8")


class Html(Kind):
    """Answers with an HTML page where JSON is expected, with `status`."""

    def before(self) -> Response:
        page = (
            "<!DOCTYPE html>\n<html><head><title>Error</title></head><body><pre>Bad gateway</pre></body></html>\n"
        )
        return Response(page, self.status, content_type="text/html; charset=utf-8")


class Empty(Kind):
    """Answers 200 with an empty JSON object."""

    def before(self) -> Response:
        return Response("{}", 200, content_type="application/json; charset=utf-8")


class Truncate(Kind):
    """Sends the first half of the answer's body and then closes the connection."""

    def after(self, response: Response) -> Response:
        body = response.get_data()
        response.set_data(body[: len(body) // 2])
        return response


class Slow(Kind):
    """Answers so many real `seconds` late, with what was asked for done at once: as an LMS that takes its time."""

    def after(self, response: Response) -> Response:
        stand_still(self.seconds)
        return response


class Lost(Kind):
    """Does what was asked, then answers the error `status` with the `message`, as a gateway that heard nothing."""

    def after(self, response: Response) -> Response:
        body = msgspec.json.encode({"message": self.message})
        return Response(body, self.status, content_type="application/json; charset=utf-8")


class Repeat(Kind):
    """Tells every element of a list twice, as a delivery that comes again: `a, b` becomes `a, b, a, b`."""

    def after(self, response: Response) -> Response:
        return _retold(response, lambda elements: elements * 2)


class Reorder(Kind):
    """Tells the elements of a list last to first, as deliveries that overtook each other; ids and links stay."""

    def after(self, response: Response) -> Response:
        return _retold(response, lambda elements: elements[::-1])


def _retold(response: Response, told: Callable[[list[Any]], list[Any]]) -> Response:
    """A list whose elements are told otherwise; its links, and single records, stay as they are."""
    try:
        body = msgspec.json.decode(response.get_data())
    except msgspec.DecodeError:
        return response
    if isinstance(body, dict) and isinstance(body.get("data"), list):
        response.set_data(msgspec.json.encode({**body, "data": told(body["data"])}))
    return response
