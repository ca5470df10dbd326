"""What happens to a student's contacts, who without a number of their own are known by what is said of them."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType, structs

from mock_clever.changes.change import Changed, act
from mock_clever.changes.draft import Draft
from mock_clever.changes.people import new_id, student
from mock_clever.errors import ControlRefusal
from mock_clever.fields import CONTACT_TYPES, PHONE_TYPES, RELATIONSHIPS
from mock_clever.model import Contact, Id, Name, Relationship, Roles, User

WORDS = {"relationship": RELATIONSHIPS, "contact_type": CONTACT_TYPES, "phone_type": PHONE_TYPES}
"""What Clever says of contacts, whatever a district writes (spec: the enums of contacts)."""


class ContactAdd(Changed, frozen=True, tag="contact.add"):
    """A student has one more contact; someone who is a contact already is tied to this student too."""

    student: Id
    name: str
    relationship: str | None = None
    contact_type: str | None = None
    phone: str | None = None
    phone_type: str | None = None
    email: str | None = None
    sis_id: str | None = None


class ContactEdit(Changed, frozen=True, tag="contact.edit"):
    """What is said of a contact is otherwise; what is left out stays, null clears. Without a sis_id, a change of
    what they are known by makes them another contact, with another id (docs/student-contacts)."""

    contact: Id
    name: str | UnsetType = UNSET
    relationship: str | UnsetType | None = UNSET
    contact_type: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    phone_type: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET


class ContactDrop(Changed, frozen=True, tag="contact.drop"):
    """A student has a contact no more; one without any student goes."""

    student: Id
    contact: Id


@act(ContactAdd)
def _add(draft: Draft, change: ContactAdd) -> None:
    _check_words(change)
    tie = Relationship(
        student=student(draft, change.student).id, relationship=change.relationship, type=change.contact_type
    )
    held = Contact(
        legacy_id="",
        student_relationships=(tie,),
        sis_id=change.sis_id,
        phone=change.phone,
        phone_type=change.phone_type,
    )
    _place(draft, _person(draft, Name(last=change.name), change.email, held))


@act(ContactEdit)
def _edit(draft: Draft, change: ContactEdit) -> None:
    _check_words(change)
    was = _contact(draft, change.contact)
    held: Contact = was.roles.contact
    said = {key: value for key in ("phone", "phone_type") if (value := getattr(change, key)) is not UNSET}
    given = {"relationship": change.relationship, "type": change.contact_type}
    tied: dict[str, Any] = {key: value for key, value in given.items() if value is not UNSET}
    ties = tuple(structs.replace(tie, **tied) for tie in held.student_relationships)
    held = structs.replace(held, student_relationships=ties, **said)
    name = was.name if change.name is UNSET else Name(last=change.name)
    email = was.email if change.email is UNSET else change.email
    now = structs.replace(was, name=name, email=email, roles=Roles(contact=held))
    if contact_key(now) == contact_key(was):
        draft.edit("users", was, name=name, email=email, roles=now.roles)
    else:
        draft.drop("users", was.id)
        _place(draft, _person(draft, name, email, held))


@act(ContactDrop)
def _drop(draft: Draft, change: ContactDrop) -> None:
    contact = _contact(draft, change.contact)
    ties = contact.roles.contact.student_relationships
    kept = tuple(tie for tie in ties if tie.student != change.student)
    if kept == ties:
        raise ControlRefusal(f"user {change.contact} is no contact of student {change.student}")
    draft.edit_role(contact, "contact", student_relationships=kept) if kept else draft.drop("users", contact.id)


def _check_words(change: ContactAdd | ContactEdit) -> None:
    for name, words in WORDS.items():
        said = getattr(change, name)
        if isinstance(said, str) and said not in words:
            told = ", ".join(word or '""' for word in words)
            raise ControlRefusal(f"{name} {said!r} is no word of Clever's: choose one of {told}")


def contact_key(user: User) -> tuple[str, ...]:
    """What a contact is known by: the sis_id, else name and e-mail, else name and phone, else name, type,
    relationship and kind of phone (docs/student-contacts)."""
    held, name = user.roles.contact, user.name.whole
    if held is None:
        return ()
    if held.sis_id:
        return ("sis_id", held.sis_id)
    if name and user.email:
        return ("email", name, user.email)
    if name and held.phone:
        return ("phone", name, held.phone)
    return ("traits", name, held.first.type or "", held.first.relationship or "", held.phone_type or "")


def _contact(draft: Draft, id: Id) -> Any:
    user = draft.find("users", id)
    if user.roles.contact is None:
        raise ControlRefusal(f"user {id} is no contact: they hold {', '.join(user.holds()) or 'no role'}")
    return user


def _person(draft: Draft, name: Name, email: str | None, held: Contact) -> User:
    plain = User(
        id="",
        district=draft.district,
        created=draft.now,
        last_modified=draft.now,
        name=name,
        email=email,
        roles=Roles(contact=held),
    )
    key = contact_key(plain)
    held = structs.replace(held, legacy_id=new_id(draft, "legacy", "contact", *key))
    return structs.replace(plain, id=new_id(draft, "contact", *key), roles=Roles(contact=held))


def _place(draft: Draft, person: User) -> None:
    """Somebody new, or, if a contact is known by the same, more ties for that one."""
    key = contact_key(person)
    known = next((u for u in draft.all("users") if u.roles.contact is not None and contact_key(u) == key), None)
    if known is None:
        draft.put("users", person)
        return
    ties = (u.roles.contact.student_relationships for u in (known, person) if u.roles.contact is not None)
    both = tuple(dict.fromkeys(tie for each in ties for tie in each))
    draft.edit_role(known, "contact", student_relationships=both)
