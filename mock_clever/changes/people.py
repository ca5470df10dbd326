"""What happens to people: they come, move, are renamed, change their address or their number, leave and return."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import UNSET, UnsetType, structs

from mock_clever.changes.change import Changed, act
from mock_clever.changes.draft import Draft
from mock_clever.changes.records import comeback
from mock_clever.clock import moment
from mock_clever.errors import ControlRefusal
from mock_clever.fields import GRADES
from mock_clever.ids import object_id
from mock_clever.model import (
    DistrictAdmin,
    Enrollment,
    Id,
    Ids,
    Name,
    Relationship,
    Roles,
    Section,
    Staff,
    Student,
    Teacher,
    User,
)

EMPLOYED = ("teacher", "staff", "district_admin")
Employed = Literal["teacher", "staff", "district_admin"]
_NUMBER = {"student": "sis_id", "teacher": "sis_id", "staff": "staff_id", "contact": "sis_id"}
MOST_TEACHERS = 10
"""Teachers a section may have (docs/sections)."""


class Transfer(Changed, frozen=True, tag="student.transfer"):
    """A student goes to another school: leaves every section, joins those given; the primary school is another."""

    user: Id
    school: Id
    sections: Ids = ()


class Withdraw(Changed, frozen=True, tag="student.withdraw"):
    """A student leaves the district: every section and every contact loses them."""

    user: Id


class Leave(Changed, frozen=True, tag="user.leave"):
    """Somebody leaves the district: sections, contacts and lists of teachers lose them."""

    user: Id


class Return(Changed, frozen=True, tag="user.return"):
    """Somebody who left is back under the same id, at the same school or another, and joins these sections."""

    user: Id
    school: Id | None = None
    sections: Ids = ()


class Add(Changed, frozen=True, tag="user.add"):
    """Somebody new comes. An employee with the e-mail of another, in another role, is that same person."""

    role: Literal["student", "teacher", "staff"]
    sis_id: str
    name: Name
    school: Id
    email: str | None = None
    grade: str | None = None
    sections: Ids = ()


class Rename(Changed, frozen=True, tag="user.rename"):
    """Somebody's name is another. What is left out stays, null clears."""

    user: Id
    first: str | UnsetType | None = UNSET
    middle: str | UnsetType | None = UNSET
    last: str | UnsetType | None = UNSET


class EmailChange(Changed, frozen=True, tag="user.email_change"):
    """Somebody's e-mail is another. Employees of one e-mail become one person, under the older id; with `role`,
    one role of several gets it, and becomes a person of its own."""

    user: Id
    email: str | None
    role: Employed | None = None


class SisIdChange(Changed, frozen=True, tag="sis_id.change"):
    """The district gives somebody, or a section, another number: to Clever a new record with a new id."""

    id: Id
    sis_id: str
    kind: Literal["users", "sections"] = "users"
    role: Literal["student", "teacher", "staff"] | None = None


class BecomesTeacher(Changed, frozen=True, tag="staff.becomes_teacher"):
    """An employee teaches from now on: the same person under the same id, with one more role."""

    user: Id
    sis_id: str
    school: Id | None = None
    sections: Ids = ()


@act(Transfer)
def _transfer(draft: Draft, change: Transfer) -> None:
    user = student(draft, change.user)
    draft.find("schools", change.school)
    held = user.roles.student
    if held.school == change.school:
        raise ControlRefusal(f"student {user.id} is at school {change.school} already: name another")
    quit_sections(draft, user.id)
    day, stays = draft.now[:10], held.enrollments
    if stays:
        open_here = [e for e in stays if e.school == held.school and not e.end_date]
        ended = (structs.replace(e, end_date=day) if e in open_here else e for e in stays)
        stays = (*ended, Enrollment(school=change.school, start_date=day))
    draft.edit_role(user, "student", school=change.school, schools=(change.school,), enrollments=stays)
    for id in change.sections:
        join(draft, draft.find("sections", id), user.id)


@act(Withdraw)
def _withdraw(draft: Draft, change: Withdraw) -> None:
    leave(draft, student(draft, change.user))


@act(Leave)
def _leave(draft: Draft, change: Leave) -> None:
    leave(draft, draft.find("users", change.user))


@act(Return)
def _return(draft: Draft, change: Return) -> None:
    user = comeback(draft, "users", change.user)
    values: dict[str, Any] = {}
    for role in ("student", "teacher", "staff"):
        held = getattr(user.roles, role)
        if held is not None:
            school = change.school or next((s for s in _home(held) if draft.get("schools", s) is not None), None)
            if school is None:
                raise ControlRefusal(f"the school of user {user.id} is no more: name another in `school`")
            draft.find("schools", school)
            at = {"schools": (school,)} | ({} if role == "staff" else {"school": school})
            values[role] = structs.replace(held, **at)
    if user.roles.contact is not None:
        ties = user.roles.contact.student_relationships
        kept = tuple(tie for tie in ties if draft.get("users", tie.student) is not None)
        if ties and not kept:
            raise ControlRefusal(f"no student of contact {user.id} is here: let one return first")
        values["contact"] = structs.replace(user.roles.contact, student_relationships=kept)
    draft.put("users", structs.replace(user, roles=structs.replace(user.roles, **values), last_modified=draft.now))
    for was in draft.gone.values():
        if isinstance(was, User) and was.roles.contact is not None:
            _bring(draft, was, user.id)
    for id in change.sections:
        join(draft, draft.find("sections", id), user.id)


@act(Add)
def _add(draft: Draft, change: Add) -> None:
    draft.find("schools", change.school)
    if not change.sis_id:
        raise ControlRefusal("a person needs a sis_id: write the number the district knows them by")
    if change.grade is not None and change.grade not in GRADES:
        raise ControlRefusal(f"{change.grade!r} is no grade: choose from {', '.join(GRADES)}")
    free(draft, change.role, change.sis_id)
    id = known_id(draft, change.role, change.sis_id)
    old = draft.removed("users", id)
    here = draft.get("users", id) is not None
    id = new_id(draft, change.role, change.sis_id, draft.now) if here else id
    roles = Roles(**{change.role: _role(draft, change, id)})  # type: ignore[arg-type]  # a role by its name
    user = User(
        id=id,
        district=draft.district,
        created=old.created if old is not None and not here else draft.now,
        last_modified=draft.now,
        name=change.name,
        email=change.email,
        roles=roles,
    )
    draft.put("users", user)
    id = merge_by_email(draft, user)
    for section in change.sections:
        join(draft, draft.find("sections", section), id)


@act(Rename)
def _rename(draft: Draft, change: Rename) -> None:
    user = draft.find("users", change.user)
    given = {key: getattr(change, key) for key in ("first", "middle", "last")}
    given = {key: value for key, value in given.items() if value is not UNSET}
    if not given:
        raise ControlRefusal("say what the name is now: `first`, `middle`, `last` or some of them")
    draft.edit("users", user, name=structs.replace(user.name, **given))


@act(EmailChange)
def _email_change(draft: Draft, change: EmailChange) -> None:
    user = draft.find("users", change.user)
    if change.role is not None and getattr(user.roles, change.role) is None:
        raise ControlRefusal(f"user {user.id} has no role {change.role}: they hold {', '.join(user.holds())}")
    if change.role is not None and len(user.holds()) > 1 and _plain(change.email) != _plain(user.email):
        user = _split(draft, user, change.role)
    user = draft.edit("users", user, email=change.email)
    merge_by_email(draft, user)


@act(SisIdChange)
def _sis_id_change(draft: Draft, change: SisIdChange) -> None:
    if not change.sis_id:
        raise ControlRefusal("a record needs a sis_id: write the number the district knows it by from now on")
    record = draft.find(change.kind, change.id)
    if isinstance(record, Section):
        free_section(draft, change.sis_id)
        draft.drop("sections", record.id)
        id = new_id(draft, "section", change.sis_id, draft.now)
        renewed = structs.replace(record, id=id, sis_id=change.sis_id)
        draft.put("sections", structs.replace(renewed, created=draft.now, last_modified=draft.now))
        return
    numbered = [role for role in record.holds() if role in ("student", "teacher", "staff")]
    role: str = change.role or next(iter(numbered), "")
    if role not in numbered:
        raise ControlRefusal(f"user {record.id} has no such number: only students, teachers and staff have one")
    free(draft, role, change.sis_id)
    held = structs.replace(getattr(record.roles, role), **{_NUMBER[role]: change.sis_id})
    if "legacy_id" in held.__struct_fields__:
        held = structs.replace(held, legacy_id=new_id(draft, "legacy", role, change.sis_id, draft.now))
    renewed = structs.replace(
        record,
        id=new_id(draft, role, change.sis_id, draft.now),
        created=draft.now,
        last_modified=draft.now,
        roles=structs.replace(record.roles, **{role: held}),
    )
    draft.put("users", renewed)
    succeed(draft, record.id, renewed.id)
    draft.drop("users", record.id)


@act(BecomesTeacher)
def _becomes_teacher(draft: Draft, change: BecomesTeacher) -> None:
    user = draft.find("users", change.user)
    if user.roles.teacher is not None or not (user.roles.staff or user.roles.district_admin):
        raise ControlRefusal(f"user {user.id} must be staff or a district admin who does not teach yet")
    free(draft, "teacher", change.sis_id)
    school = change.school or (user.roles.staff.schools[0] if user.roles.staff else None)
    if school is None:
        raise ControlRefusal("a district admin has no school: say in `school` where they teach")
    draft.find("schools", school)
    teacher = Teacher(
        legacy_id=new_id(draft, "legacy", "teacher", change.sis_id, draft.now),
        school=school,
        schools=(school,),
        sis_id=change.sis_id,
    )
    draft.edit("users", user, roles=structs.replace(user.roles, teacher=teacher))
    for id in change.sections:
        join(draft, draft.find("sections", id), user.id)


# -- what changes of people share


def student(draft: Draft, id: Id) -> Any:
    """A student. Raises ControlRefusal when this is none."""
    user = draft.find("users", id)
    if user.roles.student is None:
        raise ControlRefusal(f"user {id} is no student: they hold {', '.join(user.holds()) or 'no role'}")
    return user


def teacher(draft: Draft, id: Id) -> Any:
    """A teacher. Raises ControlRefusal when this is none."""
    user = draft.find("users", id)
    if user.roles.teacher is None:
        raise ControlRefusal(f"user {id} is no teacher: they hold {', '.join(user.holds()) or 'no role'}")
    return user


def join(draft: Draft, section: Section, id: Id) -> None:
    """Somebody learns or teaches in a section from now on, whichever they do."""
    user = draft.find("users", id)
    if user.roles.student is not None:
        draft.edit("sections", section, students=tuple(sorted({*section.students, id})))
    elif user.roles.teacher is not None:
        set_teachers(draft, section, (*section.teachers, id))
    else:
        raise ControlRefusal(f"user {id} is no student and no teacher: neither learns nor teaches in a section")


def part(draft: Draft, section: Section, id: Id) -> None:
    """Somebody learns or teaches in a section no more."""
    set_teachers(draft, section, [each for each in section.teachers if each != id])
    section = draft.find("sections", section.id)
    draft.edit("sections", section, students=tuple(each for each in section.students if each != id))


def set_teachers(draft: Draft, section: Section, ids: Sequence[Id]) -> None:
    """Who teaches a section, the primary teacher first."""
    teachers = tuple(dict.fromkeys(ids))
    if len(teachers) > MOST_TEACHERS:
        raise ControlRefusal(f"section {section.id} would have {len(teachers)} teachers: {MOST_TEACHERS} is most")
    draft.edit("sections", section, teachers=teachers, teacher=teachers[0] if teachers else None)


def quit_sections(draft: Draft, id: Id) -> None:
    """Somebody is in no section any more."""
    for section in draft.sections_of(id):
        part(draft, section, id)


def leave(draft: Draft, user: User) -> None:
    """Somebody is gone, and so are the contacts who had no other student."""
    quit_sections(draft, user.id)
    if user.roles.student is not None:
        for contact in draft.contacts_of(user.id):
            ties = contact.roles.contact.student_relationships if contact.roles.contact else ()
            kept = tuple(tie for tie in ties if tie.student != user.id)
            if kept:
                draft.edit_role(contact, "contact", student_relationships=kept)
            else:
                draft.drop("users", contact.id)
    draft.drop("users", user.id)


def succeed(draft: Draft, old: Id, new: Id) -> None:
    """Wherever one person is named, another is named instead."""
    for section in draft.sections_of(old):
        teachers = tuple(dict.fromkeys(new if id == old else id for id in section.teachers))
        learners = tuple(sorted({new if id == old else id for id in section.students}))
        first = teachers[0] if teachers else None
        draft.edit("sections", section, teachers=teachers, teacher=first, students=learners)
    for contact in draft.contacts_of(old):
        held = contact.roles.contact
        if held is not None:
            ties = held.student_relationships
            ties = tuple(structs.replace(tie, student=new) if tie.student == old else tie for tie in ties)
            draft.edit_role(contact, "contact", student_relationships=ties)


def new_id(draft: Draft, *key: str) -> Id:
    """The id of what this key names in this district, made now."""
    return object_id(int(moment(draft.now)), draft.district, *key)


def known_id(draft: Draft, role: str, number: str) -> Id:
    """The id somebody of this number had who left, else a new one (docs/users)."""
    for (kind, id), was in draft.gone.items():
        if kind == "users" and _numbered(was, role) == number:
            return id
    return new_id(draft, role, number)


def free(draft: Draft, role: str, number: str) -> None:
    """Raises ControlRefusal when someone has this number already."""
    taken = next((user for user in draft.all("users") if _numbered(user, role) == number), None)
    if taken is not None:
        raise ControlRefusal(f"{role} {number!r} is here already, as user {taken.id}: choose another sis_id")


def free_section(draft: Draft, sis_id: str) -> None:
    """Raises ControlRefusal when a section has this number already."""
    taken = next((section for section in draft.all("sections") if section.sis_id == sis_id), None)
    if taken is not None:
        raise ControlRefusal(f"section {sis_id!r} is here already, under {taken.id}: choose another sis_id")


def merge_by_email(draft: Draft, user: User) -> Id:
    """Employees of one e-mail who share no role become one, under the older id; the id somebody has then.

    Case does not count, and students and contacts take no part (docs/api-v3-faqs).
    """
    address = _plain(user.email)
    if not address or not _employed(user):
        return user.id
    alike = (u for u in draft.all("users") if u.id != user.id and _plain(u.email) == address and _employed(u))
    other: User | None = next((u for u in alike if not set(u.holds()) & set(user.holds())), None)
    if other is None:
        return user.id
    older, younger = (user, other) if user.id < other.id else (other, user)
    both = {role: getattr(younger.roles, role) for role in younger.holds()}
    draft.edit("users", older, roles=structs.replace(older.roles, **both))
    succeed(draft, younger.id, older.id)
    draft.drop("users", younger.id)
    return older.id


def _split(draft: Draft, user: User, role: str) -> User:
    """One role of several becomes a person of its own; the user keeps the id and the others."""
    held = getattr(user.roles, role)
    number = getattr(held, _NUMBER.get(role, "legacy_id"))
    alone = structs.replace(
        user,
        id=new_id(draft, "split", role, number, draft.now),
        created=draft.now,
        last_modified=draft.now,
        roles=Roles(**{role: held}),
    )
    draft.put("users", alone)
    draft.edit("users", user, roles=structs.replace(user.roles, **{role: None}))
    if role == "teacher":
        succeed(draft, user.id, alone.id)
    return alone


def _role(draft: Draft, change: Add, id: Id) -> Student | Teacher | Staff | DistrictAdmin:
    at = (change.school,)
    legacy = new_id(draft, "legacy", change.role, change.sis_id)
    if change.role == "student":
        return Student(school=change.school, schools=at, sis_id=change.sis_id, grade=change.grade)
    if change.role == "teacher":
        return Teacher(legacy_id=legacy, school=change.school, schools=at, sis_id=change.sis_id)
    return Staff(legacy_id=legacy, schools=at, staff_id=change.sis_id, roles=("PortalOnly",))


def _bring(draft: Draft, contact: Any, student: Id) -> None:
    """A contact who left with a student comes back with them."""
    ties: tuple[Relationship, ...] = contact.roles.contact.student_relationships
    if any(tie.student == student for tie in ties):
        kept = tuple(tie for tie in ties if draft.get("users", tie.student) is not None)
        held = structs.replace(contact.roles.contact, student_relationships=kept)
        roles = structs.replace(contact.roles, contact=held)
        draft.put("users", structs.replace(contact, roles=roles, last_modified=draft.now))


def _numbered(record: Any, role: str) -> str | None:
    number: str | None = getattr(getattr(record.roles, role), _NUMBER[role], None)
    return number


def _home(held: Any) -> Ids:
    return (*((held.school,) if hasattr(held, "school") else ()), *held.schools)


def _employed(user: User) -> bool:
    return bool(set(user.holds()) & set(EMPLOYED))


def _plain(email: str | None) -> str:
    return (email or "").strip().casefold()
