"""What follows from a change: the values a district's system works out from others, made right again.

The schools of a student or teacher follow from their sections; a section without students is not a section to
Clever, so it goes, and with it the course and the term that no section names any more; a contact without students
goes too (docs/data-model-quirks-and-supported-features-district-integrations; events-and-sync 8). Only what a
change came near is looked at: records nobody touched stay as they are, odd or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mock_clever.changes.draft import Draft, Key
from mock_clever.model import KINDS, Id, Record, Section, Snapshot, User

Touched = Mapping[Key, Record | None]

_OF_SECTIONS = (("courses", "course"), ("terms", "term_id"))


def settled(before: Snapshot, after: Snapshot, now: str = "") -> Snapshot:
    """`after` with all that follows from what is otherwise in it than in `before`.

    Takes time in proportion to the tables that are not the same object. `now` dates the records that follow;
    without it, the latest date among what changed.
    """
    touched = _differing(before, after)
    dates = (getattr(after.table(kind).get(id), "last_modified", "") for kind, id in touched)
    draft = Draft(before, now or max(dates, default=""))
    for kind, id in touched:
        draft.write(kind, id, after.table(kind).get(id))
    draft.take_touched()
    settle(draft, touched)
    return draft.laid_on(after, draft.take_touched())


def settle(draft: Draft, touched: Touched) -> None:
    """Make right what follows from these records, each given as it was."""
    empty = _sections(draft, touched)
    touched = {**touched, **{key: section for key, section in empty.items() if touched[key] is None}}
    follow(draft, touched)
    _named_again(draft, touched)
    _unnamed(draft, touched)
    _alone(draft, touched)


def follow(draft: Draft, touched: Touched) -> None:
    """The lists of schools of everyone whose sections or primary school are among these."""
    people: dict[Id, set[Id]] = {}
    for (kind, id), was in touched.items():
        now = draft.get(kind, id)
        if kind == "sections":
            for section, other in ((was, now), (now, was)):
                for user in _moved(section, other):
                    people.setdefault(user, set()).add(section.school)  # type: ignore[union-attr]  # it has members
        elif kind == "users" and isinstance(was, User) and now is not None:
            for role in ("student", "teacher"):
                old, new = getattr(was.roles, role), getattr(now.roles, role)
                if old and new and old.school != new.school:
                    people.setdefault(id, set()).update((old.school, new.school))
    for id, schools in people.items():
        user = draft.get("users", id)
        if user is not None:
            _schools(draft, user, schools)


def _schools(draft: Draft, user: User, near: set[Id]) -> None:
    """Of the schools a change came near, those where someone has a section still, and their primary one."""
    for role, members in (("student", "students"), ("teacher", "teachers")):
        held = getattr(user.roles, role)
        if held is None:
            continue
        listed = {*held.schools, held.school}
        if doubtful := near.difference({held.school}):
            here = {s.school for s in draft.sections_of(user.id) if user.id in getattr(s, members)}
            listed = (listed - doubtful) | (doubtful & here)
        if listed != set(held.schools) or held.schools[0] != held.school:
            together = (held.school, *sorted(listed - {held.school}))
            user = draft.edit_role(user, role, schools=together)


def _moved(section: Any, other: Any) -> Iterable[Id]:
    """Who is in a section as it stands here and is not, or is elsewhere, as it stands there."""
    if section is None:
        return ()
    members = {*section.teachers, *section.students}
    if other is None or other.school != section.school:
        return members
    return members.difference(other.teachers, other.students)


def _sections(draft: Draft, touched: Touched) -> dict[Key, Section]:
    """Drop the sections whose last student has left, or that came without any; they are what is returned."""
    empty = {}
    for (kind, id), was in touched.items():
        section = draft.get(kind, id) if kind == "sections" else None
        if section is not None and not section.students and (was is None or was.students):  # type: ignore[attr-defined]  # a section
            empty[kind, id] = section
            draft.drop(kind, id)
    return empty


def _named_again(draft: Draft, touched: Touched) -> None:
    """Bring back the courses and terms that were gone and that a section names from now on."""
    for (of, id), was in touched.items():
        now = draft.get(of, id) if of == "sections" else None
        for kind, attribute in _OF_SECTIONS if now is not None else ():
            named = _named(now, attribute)
            back = draft.removed(kind, named) if named and named != _named(was, attribute) else None
            if back is not None and draft.get(kind, named) is None:
                draft.put(kind, back)


def _unnamed(draft: Draft, touched: Touched) -> None:
    """Drop the courses and terms that sections named before and that none names any more."""
    for kind, attribute in _OF_SECTIONS:
        named = {
            old
            for (of, id), was in touched.items()
            if of == "sections" and (old := _named(was, attribute)) != _named(draft.get(of, id), attribute)
        }
        named |= {id for (of, id), was in touched.items() if of == kind and was is None}
        doubtful = {id for id in named if id and draft.get(kind, id) is not None}
        if doubtful:
            doubtful -= {getattr(section, attribute) for section in draft.all("sections")}
        for id in doubtful:
            draft.drop(kind, id)
        if kind == "courses" and doubtful:
            for resource in list(draft.all("resources")):
                kept = tuple(course for course in resource.courses if course not in doubtful)
                draft.edit("resources", resource, courses=kept)


def _named(section: Any, attribute: str) -> Any:
    return getattr(section, attribute) if section is not None else None


def _alone(draft: Draft, touched: Touched) -> None:
    """Drop the contacts that have lost their last student."""
    for (kind, id), was in touched.items():
        now = draft.get(kind, id)
        if kind == "users" and isinstance(was, User) and isinstance(now, User):
            had, has = was.roles.contact, now.roles.contact
            if had and has and had.student_relationships and not has.student_relationships:
                draft.drop(kind, id)


def _differing(before: Snapshot, after: Snapshot) -> dict[Key, Record | None]:
    """Every record that is otherwise in `after`, as it was in `before`."""
    found: dict[Key, Record | None] = {}
    for kind in KINDS:
        old, new = before.table(kind), after.table(kind)
        if old is new:
            continue
        for record in new.differing(old):
            was = old.get(record.id)
            if was != record:
                found[kind, record.id] = was
        found |= {(kind, id): old[id] for id in sorted(old.beyond(new))}
    return found
