"""Library: teachers authorise an application for their own classes, and districts may keep applications away.

One consent covers all of a teacher's sections, later ones too, until the teacher uninstalls the application
(docs/clever-library-rostering); a district blocks or recommends an application, wants to approve new ones
first, or switches Library off (support 360025230952; 000001741).
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from mock_clever.model import Id


class Consent(Struct, frozen=True, kw_only=True):
    """One teacher's consent to one application, given at this moment."""

    client_id: str
    district: Id
    teacher: Id
    at: str


class Library(Struct, frozen=True, kw_only=True):
    """What a district lets its teachers install: anything but the blocked client ids, or nothing at all.

    With `approval`, a teacher may newly install only what is `approved`; what is installed already goes on.
    """

    enabled: bool = True
    blocked: frozenset[str] = frozenset()
    recommended: frozenset[str] = frozenset()
    approval: bool = False
    approved: frozenset[str] = frozenset()

    def lets_in(self, client_id: str) -> bool:
        """Whether teachers of this district who have this application may use it."""
        return self.enabled and client_id not in self.blocked

    def lets_install(self, client_id: str) -> bool:
        """Whether teachers of this district may add this application now."""
        return self.lets_in(client_id) and (not self.approval or client_id in self.approved)


OPEN = Library()


class Consents:
    """Every consent of one world, and what its districts allow."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, Id], Consent] = {}
        self._libraries: dict[Id, Library] = {}

    def __iter__(self) -> Iterator[Consent]:
        return iter(list(self._given.values()))

    def give(self, consent: Consent) -> Consent:
        """Write a consent down; one given before stays as it was."""
        return self._given.setdefault((consent.client_id, consent.teacher), consent)

    def withdraw(self, client_id: str, teacher: Id) -> Consent | None:
        """Take a consent back: what it was, if there was one."""
        return self._given.pop((client_id, teacher), None)

    def library(self, district: Id) -> Library:
        """What a district lets its teachers install."""
        return self._libraries.get(district, OPEN)

    def allow(self, district: Id, library: Library) -> None:
        """Let a district decide anew what its teachers may install."""
        self._libraries[district] = library

    def given(self, client_id: str, teacher: Id) -> bool:
        """Whether a teacher has authorised an application, whatever their district says of it."""
        return (client_id, teacher) in self._given

    def teachers(self, client_id: str, district: Id) -> frozenset[Id]:
        """The teachers of a district whose consent to an application holds."""
        if not self.library(district).lets_in(client_id):
            return frozenset()
        return frozenset(c.teacher for c in self if (c.client_id, c.district) == (client_id, district))
