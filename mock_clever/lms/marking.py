"""What a district's records say of its LMS, laid over them: the fields of LMS Connect (lms-connect 2).

They are worked out of the district and its link and stand nowhere else, so a new roster keeps them, and a change
of the link is told as events by itself. Whoever is neither student nor teacher says nothing of an LMS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from typing import TypeVar

from msgspec import Struct, structs

from mock_clever.clock import iso
from mock_clever.lms.link import Link, synced
from mock_clever.model import Id, LmsMatched, LmsStatus, Section, Snapshot, User
from mock_clever.tables import Table

R = TypeVar("R", User, Section)
Says = Callable[[User | Section], LmsStatus | None]
FOUND, NOT_FOUND = LmsStatus(synced_in_lms=True), LmsStatus(synced_in_lms=False)


class Marked(Struct, frozen=True):
    """A district and its link, and what the applications see of both that are told of the LMS."""

    district: Snapshot
    link: Link
    seen: Snapshot


class Marks:
    """The marked districts of a world, each worked out of the one before: whatever is as it was is the same."""

    def __init__(self) -> None:
        self._last: dict[Id, Marked] = {}

    def of(self, district: Snapshot, link: Link) -> Snapshot:
        """A district as the applications see it that are told of the LMS."""
        id = district.district.id
        last = self._last.get(id)
        if last is None or last.district is not district or last.link is not link:
            last = self._last[id] = Marked(district, link, marked(district, link, last))
        return last.seen


def marked(district: Snapshot, link: Link, last: Marked | None = None) -> Snapshot:
    """A district with everything its records say of its LMS."""
    says = _saying(district, link)
    if last is not None and (last.link.matched, last.link.unmatched) == (link.matched, link.unmatched):
        users, sections = _renewed(district, last, says)
    else:
        users = _retold(district.users, says, *((last.district.users, last.seen.users) if last else ()))
        sections = _retold(
            district.sections, says, *((last.district.sections, last.seen.sections) if last else ())
        )
    same = last is not None and users is last.seen.users and sections is last.seen.sections
    own = structs.replace(
        district.district,
        lms_type=link.lms_type,
        lms_state=link.state,
        last_lms_sync=iso(link.received) if link.received is not None else None,
        lms_matched_percentage=(
            last.seen.district.lms_matched_percentage
            if same and last is not None
            else _percentages(users, sections)
        ),
    )
    return district.replace(districts=[own], users=users, sections=sections)


def _saying(district: Snapshot, link: Link) -> Says:
    """The function record → what it says."""

    def says(record: User | Section) -> LmsStatus | None:
        if isinstance(record, User) and not (record.roles.student or record.roles.teacher):
            return None
        return FOUND if synced(district, link, record) else NOT_FOUND

    return says


def _retold(records: Table[R], says: Says, was: Table[R] | None = None, seen: Table[R] | None = None) -> Table[R]:
    """These records as they are told; what is told as before of the very same record is the very same."""

    def each() -> Iterator[R]:
        for record in records:
            status = says(record)
            before = seen.get(record.id) if seen is not None else None
            known = was is not None and was.get(record.id) is record
            yield before if before is not None and known and before.lms_status == status else _told(record, status)

    return records.with_(each())


def _renewed(district: Snapshot, last: Marked, says: Says) -> tuple[Table[User], Table[Section]]:
    """The people and sections of another roster of the same link: only what is other is looked at."""
    before = last.district
    people = _other(district.users, before.users)
    rooms = _other(district.sections, before.sections)
    taught = (s.id for s in district.sections if not people.isdisjoint(s.teachers)) if people else ()
    users = _put(last.seen.users, district.users, people, says)
    return users, _put(last.seen.sections, district.sections, rooms.union(taught), says)


def _other(now: Table[R], was: Table[R]) -> set[Id]:
    """The ids of what is other, new or gone."""
    return set() if now is was else {record.id for record in now.differing(was)} | was.beyond(now)


def _put(seen: Table[R], records: Table[R], ids: Set[Id], says: Says) -> Table[R]:
    """What is seen, with these of the records told anew, or gone."""
    if not ids:
        return seen
    here: Iterable[R] = records.some(id for id in ids if id in records)
    told = seen.with_(_told(record, says(record)) for record in here)
    gone = {id for id in ids if id not in records}
    return told.without(gone) if gone else told


def _told(record: R, status: LmsStatus | None) -> R:
    return record if record.lms_status == status else structs.replace(record, lms_status=status)


def _percentages(users: Table[User], sections: Table[Section]) -> LmsMatched:
    """How many of a hundred students, teachers and sections were found."""
    return LmsMatched(
        students=_percent([user.lms_status for user in users if user.roles.student is not None]),
        teachers=_percent([user.lms_status for user in users if user.roles.teacher is not None]),
        sections=_percent([section.lms_status for section in sections]),
    )


def _percent(statuses: list[LmsStatus | None]) -> int:
    """Rounded down, so that a hundred means everyone; of nobody, everyone was found."""
    return statuses.count(FOUND) * 100 // len(statuses) if statuses else 100
