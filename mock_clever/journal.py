"""Everything the server was asked and answered, and what was done to it: what checks and people judge by.

A bounded ring. Rows keep what came and went as it was; masking happens when they are read, so that writing
one costs little and no secret ever leaves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import msgspec
from msgspec import Struct

from mock_clever.clock import iso
from mock_clever.masking import masked_text, masked_value

EXCHANGES = ("oauth", "identity", "data", "page", "control")
EVENT, ALL = "event", "all"
KINDS = (*EXCHANGES, EVENT, ALL)
"""What a reader may ask for: exchanges of one kind, events alone, or all together."""

KEPT_ROWS = 5000
KEPT_BODY = 4096


class Finding(Struct, frozen=True):
    """Something a client did that Clever would not like, though it was answered."""

    id: str
    message: str


class Row(Struct, kw_only=True):
    """One exchange. Bodies are kept when they are small; the journal numbers it.

    It holds what WSGI has: `query` as it came, `request_headers` under WSGI's names. Parsing and spelling them
    would take longer than all else, and few rows are ever read.
    """

    at: float
    kind: str
    method: str
    path: str
    query: str
    status: int
    id: int = 0
    client_id: str | None = None
    user: str | None = None
    district: str | None = None
    credential: str = "none"
    request_headers: list[tuple[str, str]] = []
    request_body: bytes = b""
    response_headers: list[tuple[str, str]] = []
    response_body: bytes = b""
    ms: float = 0.0
    fault: str | None = None
    findings: list[Finding] = []

    def shown(self) -> dict[str, Any]:
        """This row for others to read: JSON with every secret masked."""
        return {
            "id": self.id,
            "at": iso(self.at),
            "kind": self.kind,
            "method": self.method,
            "path": self.path,
            "query": {key: _one(masked_value(key, values)) for key, values in _parsed(self.query).items()},
            "status": self.status,
            "client_id": self.client_id,
            "user": self.user,
            "district": self.district,
            "credential": self.credential,
            "request": {
                "headers": {name: masked_text(name, value) for name, value in _spelled(self.request_headers)},
                "body": _body(self.request_body, dict(self.request_headers).get("CONTENT_TYPE", "").lower()),
            },
            "response": {
                "headers": {name: masked_text(name, value) for name, value in self.response_headers},
                "body": _body(self.response_body, dict(self.response_headers).get("Content-Type", "")),
            },
            "ms": round(self.ms, 3),
            "fault": self.fault,
            "findings": [{"id": f.id, "message": f.message} for f in self.findings],
        }


class Event(Struct, kw_only=True):
    """Something that was done to the world, not asked of it: a fault, the clock, a sync. Numbered like exchanges.

    `what` is its name, `says` tells it in one sentence, `facts` are the particulars.
    """

    at: float
    what: str
    says: str
    facts: dict[str, Any] = {}
    id: int = 0

    def shown(self) -> dict[str, Any]:
        """This event for others to read."""
        event = {"what": self.what, "says": self.says, **self.facts}
        return {"id": self.id, "at": iso(self.at), "kind": EVENT, "method": "", "path": "", "event": event}


class Journal:
    """The rows of one world, oldest first, the oldest dropped when there are too many."""

    def __init__(self, kept: int = KEPT_ROWS) -> None:
        self._rows: deque[Row | Event] = deque(maxlen=kept)
        self._newest = 0
        self._lock = Lock()

    def add(self, row: Row | Event) -> None:
        """Write a finished exchange, or an event, down under the next number.

        Rows are numbered as they end, so that a reader who asks for what came after the newest misses none
        still under way. No number is used again, not even after `clear`.
        """
        with self._lock:
            self._newest += 1
            row.id = self._newest
            self._rows.append(row)

    def tell(self, at: float, what: str, says: str, **facts: Any) -> None:
        """Write an event down."""
        self.add(Event(at=at, what=what, says=says, facts=facts))

    def clear(self) -> None:
        """Forget every row."""
        self._rows.clear()

    @property
    def newest(self) -> int:
        """The number given last."""
        return self._newest

    def rows(self, since: int = 0, **wanted: str | None) -> Iterator[Row]:
        """The exchanges after `since` that match: kind, client_id and status exactly, path by its beginning."""
        path = wanted.pop("path", None) or ""
        exact = {name: value for name, value in wanted.items() if value is not None}
        for row in list(self._rows):
            if row.id <= since or isinstance(row, Event) or not row.path.startswith(path):
                continue
            if all(str(getattr(row, name)) == value for name, value in exact.items()):
                yield row

    def events(self, since: int = 0) -> Iterator[Event]:
        """The events after `since`."""
        return (row for row in list(self._rows) if row.id > since and isinstance(row, Event))

    def entries(self, since: int, kind: str | None, **wanted: str | None) -> list[Row | Event]:
        """What a reader asks for, oldest first: exchanges, if they do not say otherwise.

        An event has no status, client or path, so it matches no filter by one.
        """
        if kind not in (EVENT, ALL):
            return list(self.rows(since, kind=kind, **wanted))
        told: list[Row | Event] = [] if any(wanted.values()) else list(self.events(since))
        exchanges = self.rows(since, **wanted) if kind == ALL else ()
        return sorted([*told, *exchanges], key=lambda row: row.id)


def sent_headers(environ: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The headers of a request, under the names that WSGI gives them."""
    return [
        (name, value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or (name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value)
    ]


def _spelled(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Headers under the names that HTTP gives them."""
    return ((name.removeprefix("HTTP_").replace("_", "-").title(), value) for name, value in headers)


def _parsed(query: str) -> dict[str, list[str]]:
    """The parameters of a query, as it stands in WSGI: bytes that are read as Latin-1."""
    text = query.encode("latin-1", "replace").decode("utf-8", "replace")
    return parse_qs(text, keep_blank_values=True, errors="replace")


def _one(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def _body(body: bytes, content_type: str) -> Any:
    """A body as it can be shown: JSON and forms with their secrets masked, other text not at all."""
    if not body:
        return None
    try:
        if "json" in content_type:
            return masked_value("", msgspec.json.decode(body))
        if "form-urlencoded" in content_type:
            return {name: masked_text(name, value) for name, value in parse_qsl(body.decode(), True)}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return f"{len(body)} bytes that are not {content_type}"
    return f"{len(body)} bytes of {content_type or 'no stated type'}"
