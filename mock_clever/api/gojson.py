"""JSON as Go's encoding/json reads it into a form, refused in Go's words (lms-connect 7.2).

Syntax comes before types: a body is scanned to the end of its first value, and what follows that is ignored. Of
several values of a wrong type the first is told; a date nobody can read is told before them. Keys that a form does
not have are ignored, upper and lower case are the same, bytes that are no UTF-8 become U+FFFD.

msgspec reads what is in order, and quickly; whatever it will not take is read again here, to find the words.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Mapping
from math import isinf
from typing import Any

import msgspec
from msgspec import Struct

from mock_clever.errors import BadJson, BodyRequired, WagRefusal, go_string

MOST_DEEP = 10_000
_LARGEST = 2**63

_SPACE = re.compile(rb"[ \t\r\n]*")
_PLAIN = re.compile(rb'[^"\\\x00-\x1f]*')
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_HEX = re.compile(rb"[0-9a-fA-F]{0,4}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPES = {ord(sign): meant for sign, meant in zip('bfnrt"\\/', '\b\f\n\r\t"\\/', strict=True)}
_LITERALS: dict[int, tuple[bytes, Any]] = {
    ord("t"): (b"true", True),
    ord("f"): (b"false", False),
    ord("n"): (b"null", None),
}


class Number(Struct, frozen=True):
    """A number as it stands in a body."""

    text: str


class Pairs(Struct, frozen=True):
    """An object as it stands in a body: a key may come twice, and does so in order."""

    pairs: list[tuple[str, Any]]


class WrongTypeError(Exception):
    """A value of another JSON type than a field takes; `value` is Go's word for what was there.

    `ends` is whether the reading ends there: a type that reads itself goes before what is only noted.
    """

    def __init__(self, value: str, type: str) -> None:
        self.value, self.type, self.field, self.struct, self.ends = value, type, "", "", False
        super().__init__(value)

    @property
    def words(self) -> str:
        """What Go says of it."""
        place = f"Go struct field {self.struct}.{self.field}" if self.field else "Go value"
        return f"json: cannot unmarshal {self.value} into {place} of type {self.type}"


Read = Callable[[Any], Any]
"""What a field makes of a value that is not null. Raises WrongTypeError, or a refusal that ends the reading."""


class Form(Struct, frozen=True):
    """What a body is read into: Go's name of it, and its fields by key."""

    name: str
    fields: Mapping[str, Read]

    def read(self, value: Any) -> dict[str, Any]:
        """The fields that are there and not null. Raises WrongTypeError for the first wrong one."""
        return self.filled(value)[0]

    def filled(self, value: Any) -> tuple[dict[str, Any], list[str]]:
        """The fields, and the keys that are none."""
        if isinstance(value, Pairs):
            pairs: Iterable[tuple[str, Any]] = value.pairs
        elif isinstance(value, dict):
            pairs = value.items()
        else:
            raise WrongTypeError(_kind(value), f"models.{self.name}")
        found: dict[str, Any] = {}
        unknown: list[str] = []
        wrong: WrongTypeError | None = None
        for key, given in pairs:
            name = key if key in self.fields else key.lower().replace("\u017f", "s")
            read = self.fields.get(name)
            if read is None:
                unknown.append(key)
            elif given is None:
                found.pop(name, None)
            else:
                try:
                    found[name] = read(given)
                except WrongTypeError as problem:
                    problem.struct = problem.struct or self.name
                    problem.field = f"{name}.{problem.field}" if problem.field else name
                    if problem.ends:
                        raise
                    wrong = wrong or problem
        if wrong is not None:
            raise wrong
        return found, unknown


def text(value: Any) -> str:
    """A string."""
    if isinstance(value, str):
        return value
    raise WrongTypeError(_kind(value), "string")


def named(type: str) -> Read:
    """A string of a type with a name of its own."""

    def read(value: Any) -> str:
        if isinstance(value, str):
            return value
        raise WrongTypeError(_kind(value), type)

    return read


def integer(value: Any) -> int:
    """A whole number of 64 bits, written as one."""
    if type(value) is int and -_LARGEST <= value < _LARGEST:
        return value
    if isinstance(value, Number) and value.text.lstrip("-").isdecimal() and len(value.text) < 21:
        number = int(value.text)
        if -_LARGEST <= number < _LARGEST:
            return number
    raise WrongTypeError(_exactly(value), "int64")


def float32(value: Any) -> float:
    """A number of 32 bits: the shortest decimal that is the same one."""
    if isinstance(value, Number):
        number = float(value.text)
    elif type(value) in (int, float):
        number = value
    else:
        raise WrongTypeError(_kind(value), "float32")
    try:
        return shortest(number)
    except OverflowError:
        raise WrongTypeError(_exactly(value), "float32") from None


def shortest(number: float) -> float:
    """A number as 32 bits hold it, in the fewest decimal digits. Raises OverflowError beyond them."""
    if abs(number) < 10_000 and number * 4 % 1 == 0:  # a grade as most are: 32 bits hold it in its own digits
        return float(number)
    packed = struct.pack("<f", number)
    if isinf(number):
        raise OverflowError
    kept: float = struct.unpack("<f", packed)[0]
    shorter = (float(f"{kept:.{digits}g}") for digits in (6, 7, 8))
    return next((each for each in shorter if struct.pack("<f", each) == packed), float(f"{kept:.9g}"))


def listed(read: Read, type: str, empty: Any = None) -> Read:
    """An array of such values; a null in it leaves the empty one, or nothing if there is none."""

    def read_all(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise WrongTypeError(_kind(value), f"[]{type}")
        found: list[Any] = []
        wrong: WrongTypeError | None = None
        for each in value:
            try:
                found.append(empty if each is None else read(each))
            except WrongTypeError as problem:
                wrong = wrong or problem
        if wrong is not None:
            raise wrong
        return tuple(found)

    return read_all


def decoded(form: Form, body: bytes) -> tuple[dict[str, Any], list[str]]:
    """The fields of a body, and its keys that are no fields. Raises BodyRequired, or BadJson in Go's words."""
    if not body:
        raise BodyRequired
    try:
        return _filled(form, msgspec.json.decode(body))
    except (msgspec.DecodeError, RecursionError, UnicodeError, WrongTypeError, WagRefusal):
        pass  # read it again as Go does, for its words
    try:
        return _filled(form, parsed(body))
    except WrongTypeError as problem:
        raise BadJson(problem.words) from None


def parsed(body: bytes) -> Any:
    """The first value of a body. Raises BadJson as Go's scanner does."""
    return _Scanner(body).value()


def _filled(form: Form, value: Any) -> tuple[dict[str, Any], list[str]]:
    return ({}, []) if value is None else form.filled(value)


def _kind(value: Any) -> str:
    """Go's word for the kind of a JSON value."""
    if isinstance(value, bool):
        return "bool"
    return {str: "string", list: "array", dict: "object", Pairs: "object"}.get(type(value), "number")


def _exactly(value: Any) -> str:
    """The same, and of a number which one."""
    return f"number {value.text}" if isinstance(value, Number) else _kind(value)


class _Scanner:
    """Reads one value without recursion, so that depth costs nothing but memory."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def value(self) -> Any:
        """The first value; what follows it is not looked at."""
        open: list[tuple[list[Any], list[str] | None]] = []
        while True:
            byte = self._next("EOF" if not open else "unexpected EOF")
            if byte in b"{[":
                if len(open) >= MOST_DEEP:
                    raise self._wrong("exceeded max depth")
                self._at += 1
                open.append(([], [] if byte == ord("{") else None))
                if self._next() == (ord("}") if byte == ord("{") else ord("]")):
                    self._at += 1
                    value = _closed(*open.pop())
                else:
                    if byte == ord("{"):
                        self._key(open[-1][1])
                    continue
            else:
                value = self._plain(byte)
            while open:
                values, keys = open[-1]
                values.append(value)
                byte, object = self._next(), keys is not None
                if byte == ord(","):
                    self._at += 1
                    if keys is not None:
                        self._key(keys)
                    break
                if byte != ord("}" if object else "]"):
                    raise self._wrong("after object key:value pair" if object else "after array element")
                self._at += 1
                value = _closed(*open.pop())
            else:
                return value

    def _key(self, keys: list[str] | None) -> None:
        if self._next() != ord('"'):
            raise self._wrong("looking for beginning of object key string")
        assert keys is not None
        keys.append(self._string())
        if self._next() != ord(":"):
            raise self._wrong("after object key")
        self._at += 1

    def _plain(self, byte: int) -> Any:
        if byte == ord('"'):
            return self._string()
        if byte in b"-0123456789":
            return self._number()
        if byte in _LITERALS:
            return self._literal(*_LITERALS[byte])
        raise self._wrong("looking for beginning of value")

    def _literal(self, word: bytes, value: Any) -> Any:
        for n, expected in enumerate(word[1:], 1):
            self._at += 1
            if self._byte() != expected:
                raise self._wrong(f"in literal {word.decode()} (expecting {go_character(word[n])})")
        self._at += 1
        return value

    def _number(self) -> Number:
        found = _NUMBER.match(self._body, self._at)
        start = self._at
        if found is None:  # a minus alone
            self._at += 1
            self._byte()
            raise self._wrong("in numeric literal")
        self._at = found.end()
        after = self._body[self._at : self._at + 1]
        if after == b"." and b"." not in found[0] and not set(found[0]) & set(b"eE"):
            self._at += 1
            self._byte()
            raise self._wrong("after decimal point in numeric literal")
        if after and after in b"eE" and not set(found[0]) & set(b"eE"):
            self._at += 1
            if self._byte() in b"+-":
                self._at += 1
                self._byte()
            raise self._wrong("in exponent of numeric literal")
        return Number(self._body[start : self._at].decode())

    def _string(self) -> str:
        self._at += 1
        pieces: list[str] = []
        plain: list[bytes] = []

        def flush() -> None:
            if plain:
                pieces.append(b"".join(plain).decode("utf-8", "replace"))
                plain.clear()

        while True:
            found = _PLAIN.match(self._body, self._at)
            assert found is not None
            plain.append(found[0])
            self._at = found.end()
            byte = self._byte()
            if byte == ord('"'):
                self._at += 1
                flush()
                return _whole("".join(pieces))
            if byte != ord("\\"):
                raise self._wrong("in string literal")
            self._at += 1
            byte = self._byte()
            flush()
            if byte == ord("u"):
                pieces.append(self._hex())
            elif byte in _ESCAPES:
                self._at += 1
                pieces.append(_ESCAPES[byte])
            else:
                raise self._wrong("in string escape code")

    def _hex(self) -> str:
        found = _HEX.match(self._body, self._at + 1)
        assert found is not None
        self._at = found.end()
        if len(found[0]) < 4:
            self._byte()
            raise self._wrong(r"in \u hexadecimal character escape")
        return chr(int(found[0], 16))

    def _next(self, end: str = "unexpected EOF") -> int:
        """The next byte that is no space."""
        found = _SPACE.match(self._body, self._at)
        assert found is not None
        self._at = found.end()
        return self._byte(end)

    def _byte(self, end: str = "unexpected EOF") -> int:
        if self._at >= len(self._body):
            raise BadJson(end)
        return self._body[self._at]

    def _wrong(self, context: str) -> BadJson:
        return BadJson(f"invalid character {go_character(self._body[self._at])} {context}")


def _closed(values: list[Any], keys: list[str] | None) -> Any:
    return values if keys is None else Pairs(list(zip(keys, values, strict=True)))


def _whole(found: str) -> str:
    """A string whose surrogates are pairs: one that stands alone becomes U+FFFD."""
    if _SURROGATE.search(found) is None:
        return found
    joined = found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _SURROGATE.sub("\ufffd", joined)


def go_character(byte: int) -> str:
    """A byte as Go's scanner quotes it."""
    if byte == ord("'"):
        return r"'\''"
    if byte == ord('"'):
        return "'\"'"
    return f"'{go_string(chr(byte))[1:-1]}'"
