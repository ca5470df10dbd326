"""The ways in which an attribute is kept: each says its state in rows, and reads it from them again.

Rows belong to a part, which is a path of attributes such as `_lives/58da8a43cc70ab00017a1a87/removed`. A part has
immutable values by key, in order; so what changed is found by asking whether the values are the same objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import GenericAlias
from typing import Any, Protocol, get_type_hints

from msgspec import Struct

Rows = dict[Any, Any]
Parts = Iterator[tuple[str, Rows]]

AHEAD = 1000


class Reads(Protocol):
    """Whoever has the rows that were written."""

    def rows(self, part: str, key: Any, type: Any) -> Rows:
        """The rows of a part in order. `type` is that of the values, or maps each kind of key to one."""


class Kept(Protocol):
    """A way in which an attribute is kept."""

    def parts(self, path: str, found: Any) -> Parts:
        """What is so now."""

    def recalled(self, path: str, fresh: Any, read: Reads) -> Any:
        """The value of the attribute as it was written, `fresh` being what a new object has there."""


class Value(Struct, frozen=True):
    """One immutable value, which is assigned anew when it changes."""

    type: Any

    def parts(self, path: str, found: Any) -> Parts:
        yield path, {"": found}

    def recalled(self, path: str, fresh: Any, read: Reads) -> Any:
        return read.rows(path, str, self.type).get("", fresh)


class Ahead(Struct, frozen=True):
    """A number that counts up and must never come twice. It is written a thousand at a time, so a restart leaves
    some numbers out."""

    def parts(self, path: str, found: Any) -> Parts:
        yield path, {"": (found // AHEAD + 1) * AHEAD}

    def recalled(self, path: str, fresh: Any, read: Reads) -> Any:
        return read.rows(path, str, int).get("", fresh)


class Mapped(Struct, frozen=True):
    """Immutable values by key. `type` is one type, or a mapping with one for each kind that keys begin with.

    `made` names the attributes that are the arguments to make a value of, if it is no plain data.
    """

    key: Any
    type: Any
    made: tuple[str, ...] = ()

    def parts(self, path: str, found: Any) -> Parts:
        yield path, _told(found.copy(), self.made)

    def recalled(self, path: str, fresh: Any, read: Reads) -> Any:
        return _made(read.rows(path, self.key, _form(self.type, self.made)), self.type, self.made)


class Listed(Struct, frozen=True):
    """Immutable values in a list, told apart by a number they have, or else by their place in it."""

    type: Any
    by: str = ""
    made: tuple[str, ...] = ()

    def parts(self, path: str, found: Any) -> Parts:
        rows = {getattr(each, self.by) if self.by else n: each for n, each in enumerate(found)}
        yield path, _told(rows, self.made)

    def recalled(self, path: str, fresh: Any, read: Reads) -> Any:
        return list(_made(read.rows(path, int, _form(self.type, self.made)), self.type, self.made).values())


class Inside(Struct, frozen=True):
    """An object with attributes of its own, every one of which is listed."""

    attributes: Mapping[str, Kept]

    def parts(self, path: str, found: Any) -> Parts:
        for name, kept in self.attributes.items():
            yield from kept.parts(f"{path}/{name}", getattr(found, name))

    def recalled(self, path: str, fresh: Any, read: Reads) -> Any:
        for name, kept in self.attributes.items():
            setattr(fresh, name, kept.recalled(f"{path}/{name}", getattr(fresh, name), read))
        return fresh


class Each(Struct, frozen=True):
    """Such objects by their ids; `make` gives a fresh one."""

    make: Callable[[], Any]
    inside: Inside

    def parts(self, path: str, found: Any) -> Parts:
        objects = found.copy()
        yield path, dict.fromkeys(objects)
        for id, each in objects.items():
            yield from self.inside.parts(f"{path}/{id}", each)

    def recalled(self, path: str, fresh: Any, read: Reads) -> Any:
        ids = read.rows(path, str, None)
        return {id: self.inside.recalled(f"{path}/{id}", self.make(), read) for id in ids}


class Left(Struct, frozen=True):
    """What is not written, and why: because it follows from the rest, or because nobody misses it."""

    why: str

    def parts(self, path: str, found: Any) -> Parts:
        yield from ()

    def recalled(self, path: str, fresh: Any, read: Reads) -> Any:
        return fresh


def same(was: Any, now: Any) -> bool:
    """Whether nothing is to be written: the same object, or plain data that says the same."""
    if was is now:
        return True
    if type(was) is tuple and type(now) is tuple:
        return len(was) == len(now) and all(map(same, was, now))
    return isinstance(was, _PLAIN) and bool(was == now)


_PLAIN = (int, float, str, dict, list, Struct)


def _told(rows: Rows, made: tuple[str, ...]) -> Rows:
    return {key: tuple(getattr(value, name) for name in made) for key, value in rows.items()} if made else rows


def _form(type: Any, made: tuple[str, ...]) -> Any:
    if not made:
        return type
    hints = [hint for name, hint in get_type_hints(type.__init__).items() if name != "return"]
    return GenericAlias(tuple, tuple(hints[: len(made)]))


def _made(rows: Rows, type: Any, made: tuple[str, ...]) -> Rows:
    return {key: type(*arguments) for key, arguments in rows.items()} if made else rows
