"""The legal variation: whatever Clever's documents leave open differs, so that a client written too closely fails.

The order of keys and links, optional fields, fields nobody knows yet, how full a page is, the case of header
names. It is a pure function of a seed and of what is varied: one record is told the same way wherever it appears,
and a request asked twice has the same answer. What is documented stays: guaranteed fields are always there,
walking `next` meets every record once (docs/paging-and-limits), keys keep their meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from mock_clever.fields import of_version
from mock_clever.ids import Stream, chance, token
from mock_clever.model import ROLES

HEADER = "Mock-Clever-Variation"

_ABSENT = 0.2  # of the optional fields
_UNKNOWN = 0.3  # of the objects have one field more
_HOPEFUL = 0.25  # of the last pages have a `next` that leads to an empty one
_STRANGE: tuple[Any, ...] = ("", "later", 7, 0.5, True, [], {}, {"since": "v9"})
_ALWAYS = (
    *("name.first", "name.last", "roles"),  # docs/users; the table cannot say so, for contacts have no first
    *(
        "lms_type",
        "lms_state",
        "lms_status",
        "lms_status.synced_in_lms",
    ),  # what a writer must read first (docs/districts)
)
_CASES = (str.lower, str.upper, str.title)
_NAMED = f"{HEADER}: ".encode()
_HEADER_NAME = re.compile(rb"(?m)^([A-Za-z0-9-]+)(?=:)")


class Variation(Struct, frozen=True):
    """One way to differ."""

    seed: int

    def record(self, told: Mapping[str, Any], version: str, part: str) -> dict[str, Any]:
        """A record, told as JSON's builtins, as this variation tells it.

        Each key is decided by itself, so that an event leaves out what the list does.
        """
        return _varied(told, _keys(version, part), f"{self.seed} {part} {told.get('id')}")

    def order(self, links: Sequence[dict[str, str]]) -> list[dict[str, str]]:
        """Links in another order."""
        return shuffled(links, self._stream("links"))

    def limit(self, limit: int, request: str) -> int:
        """How many records a page of this request may hold: at least one, at most what was asked for."""
        return limit - self._stream("limit", request).randrange(limit // 2 + 1)

    def hopes(self, request: str) -> bool:
        """Whether the last page of a list has a `next`."""
        return self._stream("next", request).random() < _HOPEFUL

    def _stream(self, *key: str) -> Stream:
        return chance("variation", str(self.seed), *key)


def shuffled(links: Sequence[dict[str, str]], stream: Stream | None = None) -> list[dict[str, str]]:
    """Links in an order that only they, and the stream, determine."""
    key = stream or chance("links", *(link["uri"] for link in links))
    return key.sample(list(links), len(links))


def header_case(block: bytes) -> bytes:
    """The header lines of an answer with their names in a case that the variation they name determines."""
    seed = block.partition(_NAMED)[2].partition(b"\r\n")[0].decode("ascii", "replace")
    if not seed:
        return block
    stream = chance("header case", seed)

    def other(found: re.Match[bytes]) -> bytes:
        return stream.choice(_CASES)(found[1].decode("ascii")).encode()

    return _HEADER_NAME.sub(other, block)


class _Key(Struct, frozen=True):
    """What the field table says of a key: whether it is always there, and the keys of the object it holds."""

    always: bool = True
    members: Mapping[str, _Key] = {}


_STAYS = _Key()


def _varied(told: Mapping[str, Any], keys: Mapping[str, _Key], at: str) -> dict[str, Any]:
    """An object at a place, as the place and its keys decide."""
    kept: dict[str, Any] = {}
    for name, value in told.items():
        key = keys.get(name, _STAYS)
        if key.always or _share(at, "absent", name) >= _ABSENT:
            kept[name] = _inside(value, key.members, f"{at}.{name}")
    if _share(at, "unknown") < _UNKNOWN:
        strange = token(6, "variation", at, "name")
        kept[f"unknown_{strange}"] = _STRANGE[int(strange, 16) % len(_STRANGE)]
    return {name: kept[name] for name in sorted(kept, key=lambda name: _share(at, "order", name))}


def _inside(value: Any, members: Mapping[str, _Key], at: str) -> Any:
    if members and isinstance(value, dict):
        return _varied(value, members, at)
    if members and isinstance(value, list):
        return [_varied(each, members, f"{at}.{number}") for number, each in enumerate(value)]
    return value


def _share(*key: str) -> float:
    """A number from 0 up to 1 that belongs to the key alone."""
    return int(token(8, "variation", *key), 16) / 16**8


@cache
def _keys(version: str, part: str) -> Mapping[str, _Key]:
    """The keys of a part in that version."""
    names = {field.name: field.guaranteed or field.name in _ALWAYS for field in of_version(part, version)}
    found = _level(names, "")
    if part == "user":
        found["roles"] = _Key(members={role: _Key(members=_keys(version, role)) for role in ROLES})
    return found


def _level(names: Mapping[str, bool], under: str) -> dict[str, _Key]:
    own = [name for name in names if name.startswith(under) and "." not in name.removeprefix(under)]
    return {name.removeprefix(under): _Key(names[name], _level(names, f"{name}.")) for name in own}
