"""What joins a district to its learning management system, and who and what was found there (lms-connect 2)."""

from __future__ import annotations

from msgspec import Struct

from mock_clever.model import Id, Section, Snapshot, User


class Link(Struct, frozen=True, kw_only=True):
    """A district's connection to its LMS.

    `lms_type` and `state` are values of the fields of the same names (`lms_state`); `since` is when the state
    began, in seconds on the world's clock. `unmatched` are the users and sections that are not found in the LMS,
    whatever else would match them. `received` is when the LMS last sent its data, `compared` whether everybody
    has been looked for in it since it was joined.
    """

    lms_type: str
    state: str
    since: float
    unmatched: frozenset[Id] = frozenset()
    received: float | None = None
    compared: bool = True

    @property
    def usable(self) -> bool:
        """Whether coursework can be read and written: connected, and everything matched (docs/api-reference)."""
        return self.state == "success"

    @property
    def matched(self) -> bool:
        """Whether it is known who was found: an error forgets nobody, whoever disconnects an LMS everybody."""
        return self.compared and self.state in ("success", "error")


def synced(district: Snapshot, link: Link, record: User | Section) -> bool:
    """Whether a person or section of a district was found in its LMS: people by email, sections by a teacher.

    What nobody knows, so chosen: the matching is by email, and a section without a matched teacher is not found.
    """
    if not link.matched or record.id in link.unmatched:
        return False
    if isinstance(record, User):
        return bool(record.email)
    return any(synced(district, link, district.users[id]) for id in record.teachers if id in district.users)
