"""The rows of one world as they were written, and what each was read as."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from mock_clever.keeping.kinds import Rows
from mock_clever.keeping.snapshots import Snapshots
from mock_clever.model import Snapshot


class Entry(Struct, frozen=True):
    """A row as it is on disk: its place in the order of its part, its value, and the snapshots it names."""

    place: int
    value: Any
    snapshots: tuple[int, ...] = ()


_UNREAD = Entry(0, object())


class Reading:
    """The rows of one world, put in in the order of their places."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots
        self._rows: dict[str, dict[str, tuple[int, bytes]]] = {}
        self._entries: dict[str, dict[str, Entry]] = {}

    def put(self, part: str, key: str, place: int, data: bytes) -> None:
        """Add a row."""
        self._rows.setdefault(part, {})[key] = place, data

    def rows(self, part: str, key: Any, type: Any) -> Rows:
        """The rows of a part as the kinds of state want them."""
        found: Rows = {}
        entries = self._entries[part] = {}
        for text, (place, data) in self._rows.get(part, {}).items():
            name = text if key is str else msgspec.json.decode(text, type=key)
            self._snapshots.mentioned = []
            value = found[name] = self._decoded(data, type[name[0]] if isinstance(type, dict) else type)
            entries[text] = Entry(place, value, tuple(self._snapshots.mentioned))
        return found

    def entries(self) -> dict[str, dict[str, Entry]]:
        """Every row, by part and key. One that nobody asked for equals nothing, so it is not kept any more."""
        return {
            part: {text: self._entries.get(part, {}).get(text, _UNREAD) for text in rows}
            for part, rows in self._rows.items()
        }

    def _decoded(self, data: bytes, type: Any) -> Any:
        return _decoder(type, self._object).decode(data)

    def _object(self, type: Any, written: Any) -> Any:
        if type is Snapshot:
            return self._snapshots.snapshot(written)
        if issubclass(type, Path):
            return Path(written)
        raise TypeError(f"nothing is known of {type.__name__}")


@cache
def _decoder(type: Any, object: Any) -> Any:
    return msgspec.msgpack.Decoder(type, dec_hook=object)


def text_of(key: Any) -> str:
    """A key as it stands on disk."""
    return key if isinstance(key, str) else msgspec.json.encode(key).decode()
