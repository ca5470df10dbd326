"""Invented people, places and schools, picked from the lists in fixtures/names."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, Protocol, TypeVar

from mock_clever.synthesis.files import columns, lines

T = TypeVar("T")


class Chance(Protocol):
    """A stream of chance, as `ids.chance` makes them."""

    def random(self) -> float: ...


class Person(NamedTuple):
    first: str
    middle: str
    last: str


def pick(chance: Chance, options: Sequence[T]) -> T:
    """One of these, by one call of random(): `choice` may change between Python versions, `random` may not."""
    return options[int(chance.random() * len(options))]


def person(chance: Chance, from_the_world: float = 0.0) -> Person:
    """Somebody; with that probability one of the hand-picked names that surprise applications."""
    if chance.random() < from_the_world:
        return surprising(chance)
    first, last = pick(chance, lines("names/first.txt")), pick(chance, lines("names/last.txt"))
    has_middle, middle = chance.random() < 0.3, pick(chance, lines("names/first.txt"))
    return Person(first, middle if has_middle else "", last)


def surprising(chance: Chance) -> Person:
    """One of the hand-picked names: other scripts, apostrophes, hyphens, spaces."""
    return Person(*pick(chance, columns("names/people.txt")))


@cache
def slug(name: str) -> str:
    """A name as a mail address spells it: ASCII letters only, `x` when none is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(c for c in plain.lower() if c.isalnum()) or "x"


def email(who: Person, number: str, domain: str) -> str:
    """A mail address nobody can own, made unique by a number; the domain is one that RFC 2606 reserves."""
    return f"{slug(who.first)}.{slug(who.last)}{number}@{domain}"


def phone(chance: Chance) -> str:
    """A telephone number of the range kept for fiction, 555-0100 to 555-0199, written this way or that."""
    return pick(chance, ("(555) {}", "1-(555) {}", "{}")).format(f"555-01{int(chance.random() * 100):02d}")


def street(chance: Chance) -> str:
    """A house in a street that is nowhere."""
    return f"{1 + int(chance.random() * 999)} {pick(chance, lines('names/streets.txt'))}"


def town(chance: Chance) -> str:
    return pick(chance, lines("names/towns.txt"))


def school_name(number: int, offset: int, title: str) -> str:
    """The name of the school with that number: no two alike below 900 schools, none that exists."""
    words = columns("names/schools.txt")
    lap, place = divmod(number - 1 + offset, len(words))
    first, second = words[place % len(words)][0], words[(place + lap) % len(words)][1]
    return f"{first} {second} Fictional {title}"
