"""A large district cut down to one school: for whoever has to begin it again and again, and needs no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from mock_clever.model import Id, Snapshot, User
from mock_clever.sharing import Sharing, visible

ENOUGH = 100


class Cut(Struct, frozen=True):
    """What is left of a district: a school, and so many of its people."""

    district: Snapshot
    school: str
    of: int

    def shown(self) -> Mapping[str, str | int]:
        """What is left, in words and numbers."""
        return {"school": self.school, "people": len(self.district.users), "of": self.of}


def cut(district: Snapshot, above: int) -> Cut | None:
    """One school of a district of more people than that, the smallest of a hundred students; None is whole."""
    people = len(district.users)
    sizes = Counter(filter(None, map(_school, district.users))) if people > above else Counter()
    if len(sizes) < 2:
        return None
    large = {id: size for id, size in sizes.items() if size >= ENOUGH} or sizes
    id = min(large, key=lambda one: (large[one], one))
    left = visible(district, Sharing(type="schools", ids=frozenset({id}), staff=False))
    school = left.schools[id]
    return Cut(left, school.name or id, people)


def _school(user: User) -> Id | None:
    return user.roles.student.school if user.roles.student else None
