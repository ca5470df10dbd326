"""What a version is made of, and how a record becomes its JSON.

`fields` says which keys a part has. From that, a writer is compiled once for each version, part and
permission: a type with just these keys, and one expression that fills it from the attributes of a record, so that
a page of ten thousand records needs no look-ups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from msgspec import Struct, defstruct

from mock_clever.fields import Field, of_version
from mock_clever.model import ROLES, Id, Snapshot

Writer = Callable[[Any, Any, Snapshot], Struct]
Tell = Callable[[Any], Struct]
Find = Callable[[Snapshot, Any], Iterable[Id]]
Reads = tuple[tuple[str, str], ...]

_LAST = {"user": ("id", "roles"), "student": ("email", "id")}
_LAST_ELSEWHERE = ("id", "legacy_id")
_READS = {("student", "email"): "record.email"}  # the user's, once more (recorded, v3.0)


class Permission(Struct, frozen=True, kw_only=True):
    """What an application may see of a record: its product, and the extra scopes and fields it was granted.

    `tier` is "sync" (everything the table does not reserve) or "sso" (names only, docs/district-sso-1).
    `granted` names sensitive fields and scopes (docs/ss-design), `withheld` the fields, as `student.dob`, that
    the application did not select or the district does not give (support 360000216886).
    """

    tier: str = "sync"
    granted: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()

    def sees(self, field: Field) -> bool:
        """Whether this field is in the answer at all; a withheld field is a missing key."""
        if f"{field.part}.{field.key}" in self.withheld:
            return False
        if self.tier != "sync":
            return self.tier in field.tiers
        reserved = field.scope or (field.key if field.sensitive else "")
        return not reserved or reserved in self.granted


class Relation(Struct, frozen=True, kw_only=True):
    """A link from a record to others: `/users/{id}/schools`.

    `rel` is the link's name as Clever spells it; the path is matched in lower case. `find` gives the ids it
    leads to; `one` answers with a single record. `roles` and `primary` are the filters it takes.
    `timestamps` writes dates as midnight timestamps (recorded on /schools/{id}/terms). `values` says that the
    answer holds what `find` gives as it is; `part` that another part of those records is written. `where` is
    whether it takes that filter, `bare` whether its elements stand without envelope, `back` the name of a link
    to the record it hangs from (recorded on v1.1 /students/{id}/contacts).
    """

    rel: str
    to: str
    find: Find
    one: bool = False
    roles: tuple[str, ...] = ()
    primary: Find | None = None
    timestamps: bool = False
    values: bool = False
    part: str = ""
    where: bool = False
    bare: bool = False
    back: str = ""


class Collection(Struct, frozen=True, kw_only=True):
    """One top-level list: the records of a kind, and what a single record links to.

    `roles` are the values its `role` filter takes, `counts` whether it answers `count=true`, `pages` whether
    it takes `limit` and cursors. `links_first` is the order of the envelope's keys (recorded, v3.0).
    `linked` names the relations a single record shows, given the record. `scope` is the extra scope it needs
    and `empty` the key under which an empty answer is written instead of `data` (recorded on resources).
    `own` gives, for a user's id, the records that their token may read; None is not for user tokens.

    `role` is the role under which people are listed here, as versions before v3 do: the records are persons.
    `reads` says where a field's value is when it is not the attribute of its name: an expression on `part`
    (the record, or the person's role), `record` (the record, or the person) and `town` (what is visible).
    `where` is whether it takes that filter, `includes` whether a single record takes `include`, `bare` whether
    elements stand without envelope unless `show_links` is asked.
    """

    name: str
    kind: str
    part: str
    relations: Mapping[str, Relation]
    linked: Callable[[Any], Iterable[str]]
    roles: tuple[str, ...] = ()
    counts: bool = True
    pages: bool = True
    links_first: bool = False
    scope: str = ""
    empty: str = ""
    own: Find | None = None
    role: str = ""
    reads: Reads = ()
    where: bool = False
    includes: bool = False
    bare: bool = False


class Me(Struct, frozen=True, kw_only=True):
    """What `/me` tells: which `authorized_by`; the whole record too, to Secure Sync applications (sso 7)."""

    authorized_by: tuple[str, ...] = ("district", "teacher")
    record: bool = False


class Version(Struct, frozen=True, kw_only=True):
    """One version of the Data API: its name, as in the URL, and its collections.

    `people` names the collection in which each role is found, `links` the order of paging links (data-api 15 #9),
    `links_first` the order of keys in the envelope of a related list.
    """

    name: str
    collections: Mapping[str, Collection]
    people: Mapping[str, str]
    me: Me = Me()
    links: tuple[str, ...] = ("self", "next", "prev")
    links_first: bool = True


def relations(*given: Relation) -> dict[str, Relation]:
    """Relations by the name that their paths are matched with."""
    return {relation.rel.lower(): relation for relation in given}


def collections(*given: Collection) -> dict[str, Collection]:
    """Collections by name."""
    return {collection.name: collection for collection in given}


def telling(
    version: str,
    collection: Collection,
    permission: Permission,
    town: Snapshot,
    part: str = "",
    timestamps: bool = False,
) -> Tell:
    """The function record → JSON object for the records of a collection, as they are visible in this snapshot.

    The object is a struct that encodes without the keys whose value is None.
    """
    write = writer(version, part or collection.part, permission, timestamps, collection.reads)
    if collection.role:
        return lambda person: write(person.role, person, town)
    return lambda record: write(record, record, town)


@cache
def writer(version: str, part: str, permission: Permission, timestamps: bool = False, reads: Reads = ()) -> Writer:
    """The compiled function (part, its record, what is visible) → JSON object for one part in one version."""
    keys: dict[str, Field] = {}
    for field in of_version(part, version):
        if permission.sees(field):
            keys.setdefault(field.key, field)
    names: dict[str, Any] = {}
    values: dict[str, str] = {}
    for key in sorted(keys, key=lambda key: _place(part, key)):
        source = dict(reads).get(key) or _READS.get((part, key)) or f"part.{key}"
        if instead := keys[key].instead(version):
            names[f"instead_of_{key}"] = instead
            source = f"instead_of_{key}.get({source}, {source})"
        values[key] = _value(part, keys[key], permission, timestamps, source)
    if part == "user":
        names |= {role: writer(version, role, permission) for role in ROLES}
        names["Roles"] = _object("Roles", ROLES)
    names["Told"] = _object("Told", values)
    exec(f"def write(part, record, town): return Told({', '.join(values.values())})", names)  # of our own table
    compiled: Writer = names["write"]
    return compiled


def _object(name: str, keys: Iterable[str]) -> type[Struct]:
    """A type of JSON object with these keys; one that is None is not written."""
    return defstruct(name, [(key, Any, None) for key in keys], omit_defaults=True, gc=False)


def _place(part: str, key: str) -> tuple[int, str]:
    last = _LAST.get(part, _LAST_ELSEWHERE)
    return (last.index(key) + 1 if key in last else 0, key)


def _value(part: str, field: Field, permission: Permission, timestamps: bool, source: str) -> str:
    """The expression for a field's value; None leaves it out."""
    if (part, field.key) == ("user", "roles"):
        held = (f"part.roles.{role} and {role}(part.roles.{role}, record, town)" for role in ROLES)
        return f"Roles({', '.join(held)})"
    if permission.tier != "sync" and field.type == "ids":
        return "[]"
    if field.key == "ext":
        return "part.ext or None"
    return f"({source}) and {source} + 'T00:00:00.000Z'" if timestamps and field.type == "date" else source
