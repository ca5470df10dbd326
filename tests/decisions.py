"""Which checks a defect could make end otherwise: those in which it would have decided otherwise.

A defect is the reference app but for a few decisions. While the right app goes through a check, every decision is
also put to each defect that takes it in another way. Where all of them decide alike, what the app does with the
defect is what it does without, and so is the verdict: that check need not be run again to know it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from types import FunctionType, MethodType
from typing import Any

from vendor_app.behaviour import Behaviour


class Watched(Behaviour):
    """The right decisions. `otherwise` are the names of the defects that would have decided otherwise so far."""

    def __init__(self, defects: Mapping[str, type[Behaviour]]) -> None:
        self._always: set[str] = set()
        rivals: dict[str, dict[str, Callable[..., Any]]] = {}
        for name, defect in defects.items():
            whole = defect()
            for decision, own in _changed(defect):
                if isinstance(own, FunctionType):
                    rivals.setdefault(decision, {})[name] = getattr(whole, decision)
                else:
                    self._always.add(name)  # nobody calls that, so anything may follow
        for decision, others in rivals.items():
            setattr(self, decision, self._beside(getattr(self, decision), others))
        self.begin()

    def begin(self) -> None:
        """Another check."""
        self.otherwise = set(self._always)

    def _beside(self, right: Callable[..., Any], rivals: Mapping[str, Callable[..., Any]]) -> Callable[..., Any]:
        def decide(*given: Any) -> Any:
            given = tuple(list(each) if isinstance(each, Iterator) else each for each in given)
            if any(isinstance(each, FunctionType | MethodType) for each in given):
                self.otherwise.update(rivals)  # what a decision itself asks is asked once
                return right(*given)
            told = {name: _outcome(rival, _copied(given)) for name, rival in rivals.items()}
            decided = _outcome(right, given)
            self.otherwise.update(name for name, other in told.items() if other != decided or not decided)
            return iter(decided[0]) if decided and decided[1] else decided[0] if decided else right(*given)

        return decide


def _changed(defect: type[Behaviour]) -> Iterator[tuple[str, Any]]:
    """The decisions that a defect takes in another way."""
    for each in defect.__mro__[: defect.__mro__.index(Behaviour)]:
        yield from ((name, own) for name, own in vars(each).items() if name in _DECISIONS)


_DECISIONS = {name for name in vars(Behaviour) if not name.startswith("__")} - {"refutes", "models"}


def _copied(given: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same once more, for somebody who may change it. Failures are not copied, and nobody changes them."""
    return tuple(each if isinstance(each, Exception) else deepcopy(each) for each in given)


def _outcome(decide: Callable[..., Any], given: tuple[Any, ...]) -> tuple[Any, ...]:
    """What is decided, and whether it is told one by one; nothing if it cannot be decided."""
    try:
        result = decide(*given)
        one_by_one = isinstance(result, Iterator)
        return (list(result) if one_by_one else result, one_by_one)
    except Exception:
        return ()
