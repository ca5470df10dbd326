"""The one who watches decisions names just the defects that would have decided otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pytest
from decisions import Watched

from vendor_app.behaviour import Behaviour
from vendor_app.errors import CleverTrouble
from vendor_app.records import Enrollment, Told


class Strict(Behaviour):
    def state_is_ours(self, returned: str, issued: Sequence[str]) -> bool:
        return returned == issued[0]


class Greedy(Behaviour):
    def enrollments(self, sections: Iterable[Told], users: Sequence[Told]) -> Iterator[Enrollment]:
        return iter(list(super().enrollments(sections, users))[:1])


class Nervous(Behaviour):
    def reference_when_missing(self, trouble: CleverTrouble) -> None:
        raise trouble


class Curious(Behaviour):
    def classes_token(self, own: str, districts: Any) -> str:
        return own


class Counting(Behaviour):
    def __init__(self) -> None:
        self.asked = 0

    def cache_control(self) -> str:
        self.asked += 1
        return super().cache_control() if self.asked < 3 else "public"


class Renamed(Behaviour):
    refutes = ("X-1",)


def watching(*defects: type[Behaviour]) -> Watched:
    return Watched({defect.__name__: defect for defect in defects})


def test_a_defect_is_named_when_it_decides_otherwise_and_not_before() -> None:
    seen = watching(Strict, Greedy)
    assert seen.state_is_ours("a", ["a", "b"]) and seen.otherwise == set()
    assert seen.state_is_ours("b", ["a", "b"]) and seen.otherwise == {"Strict"}
    seen.begin()
    assert seen.otherwise == set()


def test_a_defect_that_cannot_decide_decides_otherwise() -> None:
    seen = watching(Strict)
    assert not seen.state_is_ours("b", []) and seen.otherwise == {"Strict"}


def test_a_failure_is_a_decision() -> None:
    seen = watching(Nervous)
    assert seen.reference_when_missing(CleverTrouble("/x", 404, "gone")) is None
    assert seen.otherwise == {"Nervous"}


@pytest.mark.parametrize(("count", "otherwise"), [(0, set()), (1, set()), (2, {"Greedy"})])
def test_what_is_told_one_by_one_is_told_whole(count: int, otherwise: set[str]) -> None:
    pupils = [f"6a000000000000000000000{n}" for n in range(count)]
    section = {"id": "6a00000000000000000000aa", "students": pupils, "teachers": []}
    seen = watching(Greedy)
    told = seen.enrollments(iter([section]), [{"id": id_, "roles": {"student": {}}} for id_ in pupils])
    assert isinstance(told, Iterator)
    assert list(told) == list(
        Behaviour().enrollments([section], [{"id": i, "roles": {"student": {}}} for i in pupils])
    )
    assert seen.otherwise == otherwise


def test_a_decision_that_asks_is_made_once_and_counts_as_another() -> None:
    asked: list[str] = []
    seen = watching(Curious)
    seen.classes_token("own", lambda: asked.append("once") or {})
    assert len(asked) <= 1 and seen.otherwise == {"Curious"}


def test_a_defect_remembers_what_it_was_asked_before() -> None:
    seen = watching(Counting)
    for _ in range(2):
        seen.cache_control()
    assert seen.otherwise == set()
    seen.begin()
    seen.cache_control()
    assert seen.otherwise == {"Counting"}


def test_what_a_defect_says_of_itself_is_no_decision() -> None:
    assert watching(Renamed).otherwise == set()
