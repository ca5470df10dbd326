"""Looks at the vendor app, each from its beginning, and the names of those that a behaviour does not pass.

A defect is looked at only where it would decide otherwise than the right app (`decisions`): anywhere else it does
what the right app does, which passes every look. That is a tenth of the work, and no verdict less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from decisions import Watched
from driven_vendor import Vendor

from vendor_app.behaviour import Behaviour
from vendor_app.defects import EVERY, chosen

Look = Callable[[Vendor], None]
Built = Callable[[Behaviour], Vendor]


class Looks:
    """Looks by name; a name may have several."""

    def __init__(self, looks: Iterable[tuple[str, Look]]) -> None:
        self._looks = list(looks)
        self._otherwise: list[set[str]] = []

    def failed(self, build: Built, behaviour: Behaviour) -> set[str]:
        """The names of all looks that this behaviour does not pass."""
        vendor = build(behaviour)
        return {name for name, look in self._looks if not passes(look, vendor)}

    def broken(self, build: Built, defect: str) -> set[str]:
        """The names of all looks that this defect does not pass."""
        self._otherwise = self._otherwise or self._watched(build)
        vendor = build(chosen(defect))
        asked = [each for each, others in zip(self._looks, self._otherwise, strict=True) if defect in others]
        return {name for name, look in asked if not passes(look, vendor)}

    def _watched(self, build: Built) -> list[set[str]]:
        """The defects that would have decided otherwise, look by look."""
        watched, found = Watched(EVERY), []
        vendor = build(watched)
        for name, look in self._looks:
            watched.begin()
            assert passes(look, vendor), f"the right app does not pass {name}"
            found.append(watched.otherwise)
        return found


def passes(look: Look, vendor: Vendor) -> bool:
    """Whether this look finds nothing wrong; what is not even there to be looked at is wrong too."""
    try:
        look(vendor)
    except (AssertionError, KeyError, TypeError):
        return False
    return True
