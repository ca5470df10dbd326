"""Parameters as the services read them that Clever generates with `wag`: by Go's rules, refused in Go's words.

First every value is parsed, in the order of the specification, then each is held against its format and bounds;
so of several mistakes an unreadable number is told before an impossible one (data-api 3.2, lms-connect 7.2).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence

from mock_clever.errors import BadDate, BadInteger, BadMongoId, NotAmong, OutOfBounds
from mock_clever.model import Id

_INTEGER = re.compile(r"([+-]?)0*([0-9]*)")
_MONGO_ID = re.compile(r"[0-9a-fA-F]{24}")
_DATE = (("2006", "[0-9]{4}"), ("-", "-"), ("01", "[0-9]{2}"), ("-", "-"), ("02", "[0-9]{2}"))
_LARGEST = 2**63 - 1


def integer(text: str) -> int:
    """A whole number of 64 bits. Raises BadInteger."""
    found = _INTEGER.fullmatch(text)
    if found is None or not text.lstrip("+-"):
        raise BadInteger(text, "invalid syntax")
    sign, digits = found.groups()
    if len(digits) > len(str(_LARGEST)) or int(digits or 0) > _LARGEST + (sign == "-"):
        raise BadInteger(text, "value out of range")
    return int(f"{sign}{digits or 0}")


def day(text: str) -> str:
    """A date like 2026-08-25. Raises BadDate."""
    rest, numbers = text, []
    for element, form in _DATE:
        found = re.match(form, rest)
        if found is None:
            raise BadDate.unlike(text, rest, element)
        rest = rest[found.end() :]
        if element != "-":
            numbers.append(int(found[0]))
        if element == "01" and not 1 <= numbers[-1] <= 12:
            raise BadDate(text, ": month out of range")
    if rest:
        raise BadDate.followed(text, rest)
    year, month, number = numbers
    if not 1 <= number <= monthrange(year, month)[1]:
        raise BadDate(text, ": day out of range")
    return text


def mongo_id(name: str, text: str) -> Id:
    """An id in the path, in lower case. Raises BadMongoId."""
    if _MONGO_ID.fullmatch(text) is None:
        raise BadMongoId(name, text)
    return text.lower()


def among(name: str, text: str, values: Sequence[str]) -> str:
    """One of these values. Raises NotAmong."""
    if text not in values:
        raise NotAmong(name, values)
    return text


def within(name: str, number: int, least: int, most: int) -> int:
    """A number between these two. Raises OutOfBounds."""
    if number < least:
        raise OutOfBounds(name, "greater", least)
    if number > most:
        raise OutOfBounds(name, "less", most)
    return number
