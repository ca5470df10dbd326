"""Finished answers, kept for as long as what they show is what is published."""

from __future__ import annotations

from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from hashlib import sha1
from itertools import islice
from threading import Lock
from typing import Any

from msgspec import Struct, json

from mock_clever.model import Snapshot
from mock_clever.versions import Permission

KEPT_BYTES = 320 * 2**20
"""The largest preset takes 280 MB at most, so that a second sync of it finds every page finished."""


_PIECE = 32
_encode = json.Encoder().encode


class Page(Struct, frozen=True):
    """A finished body with the weak ETag Express gives it: hex length and base64 digest. It may have none."""

    body: bytes
    etag: str


Pieces = Iterable[bytes | memoryview]
"""A body as it is written: what is hashed and put together a piece at a time is met in the processor's cache."""


def page(body: bytes) -> Page:
    """A finished body that is in one piece."""
    return finished((body,))


def finished(pieces: Pieces) -> Page:
    """A finished body."""
    digest, kept = sha1(usedforsecurity=False), []
    for piece in pieces:
        digest.update(piece)
        kept.append(piece)
    body = b"".join(kept)
    return Page(body, f'W/"{len(body):x}-{b64encode(digest.digest()).decode().rstrip("=")}"')


def listed(values: Iterable[Any], links: Any, *, links_first: bool) -> Iterator[bytes | memoryview]:
    """The envelope of a list; its values are encoded a few at a time, while each is in the processor's cache."""
    around = _encode(links)
    yield b'{"links":' + around + b',"data":[' if links_first else b'{"data":['
    each, between = iter(values), b""
    while some := list(islice(each, _PIECE)):
        yield between
        yield memoryview(_encode(some))[1:-1]
        between = b","
    yield b"]}" if links_first else b'],"links":' + around + b"}"


class Shelf:
    """The finished pages of one world: when they weigh too much, the least lately asked for go first."""

    def __init__(self, kept: int = KEPT_BYTES) -> None:
        self._kept = kept
        self._size = 0
        self._pages: OrderedDict[Hashable, Page] = OrderedDict()
        self._lock = Lock()

    def page(self, key: Hashable, write: Callable[[], Pieces]) -> Page:
        """The page under this key, written now if it is not here."""
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
                return found
        written = finished(write())
        with self._lock:
            if key not in self._pages:
                self._pages[key] = written
                self._size += len(written.body)
            while self._size > self._kept:
                _, dropped = self._pages.popitem(last=False)
                self._size -= len(dropped.body)
        return written


class Published:
    """What one application sees now, with which rights, and the pages written of it, which no shelf keeps if
    none is given."""

    def __init__(self, snapshot: Snapshot, permission: Permission, shelf: Shelf | None = None) -> None:
        self.snapshot = snapshot
        self.permission = permission
        self._shelf = shelf or Shelf(kept=0)
        self._mark = object()  # its pages are told from all others by it, even when it is long gone

    def on(self, shelf: Shelf) -> Published:
        """The same, its pages kept on this shelf."""
        return Published(self.snapshot, self.permission, shelf)

    def page(self, key: Hashable, write: Callable[[], Pieces]) -> Page:
        """The page under this key, written now if it was not before."""
        return self._shelf.page((self._mark, key), write)
