"""What a version is made of, and how a record becomes its JSON.

`fields` says which keys a part has. From that, a writer is compiled once for each version, part and
permission: a type with just these keys, and one loop that fills it from the attributes of record after record, so
that a page of ten thousand needs no look-ups and no calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Collection as Collected
from functools import cache
from typing import Any
from unicodedata import normalize

from msgspec import UNSET, Raw, Struct, defstruct, json
from msgspec.structs import asdict

from mock_clever.fields import NULLS, TOLD_AS_EVENT, Field, of_version
from mock_clever.model import ROLES, Id, Snapshot
from mock_clever.variation import Variation

Told = Struct | Mapping[str, Any]
Writer = Callable[[Iterable[Any], Snapshot], Iterator[Told]]
Tell = Callable[[Any], Told]
TellEach = Callable[[Iterable[Any]], Iterator[Told]]
Find = Callable[[Snapshot, Any], Iterable[Id]]
Reads = tuple[tuple[str, str], ...]

_LAST = {"user": ("id", "roles"), "student": ("email", "id")}
_LAST_ELSEWHERE = ("id", "legacy_id")
_READS = {
    ("student", "email"): "record.email",  # the user's, once more (recorded, v3.0)
    ("student", "legacy_id"): "record.id",
    ("student", "created"): "record.created",
    ("student", "last_modified"): "record.last_modified",
    ("student", "unweighted_gpa"): "''",
    ("student", "weighted_gpa"): "''",
    ("contact", "relationship"): "part.first.relationship",
    ("contact", "type"): "part.first.type",
}

_LONG = {("section", "students")}  # arrays of ids long enough to be worth joining

CUTS = {
    "empty": "[]",
    "blank": "{0} or ''",
    "initial": "initial({0})",
    "initial of a student": "initial({0}) if part.roles.student else {0}",
    "middle of a teacher": "None if part.roles.student else {0} or ''",
    "nothing of a student": "None if part.roles.student else {0}",
}
"""How a product sees less of a value than there is: an expression on the value, and on the part it belongs to."""


class Permission(Struct, frozen=True, kw_only=True):
    """What an application may see of a record: its product, and the extra scopes and fields it was granted.

    `tier` is "sync" (everything the table does not reserve), "sso" (names only, docs/district-sso-1) or "library"
    (what a teacher may share, docs/clever-library-rostering).
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


class Dialect(Struct, frozen=True):
    """How records are told where Clever's documents leave it open.

    `switched` names the settings of a world that the field table speaks of and that are not as usual, like
    `spelling=specification`; `variation` is the seed of the legal variation, None when it is off.
    """

    switched: frozenset[str] = frozenset()
    variation: int | None = None


PLAIN = Dialect()


class Relation(Struct, frozen=True, kw_only=True):
    """A link from a record to others: `/users/{id}/schools`.

    `rel` is the link's name as Clever spells it; the path is matched in lower case. `find` gives the ids it
    leads to; `one` answers with a single record. `roles` and `primary` are the filters it takes.
    `timestamps` writes dates as midnight timestamps (recorded on /schools/{id}/terms). `values` says that the
    answer holds what `find` gives as it is; `part` that another part of those records is written. `where` is
    whether it takes that filter, `bare` whether its elements stand without envelope, `back` the name of a link
    to the record it hangs from (recorded on v1.1 /students/{id}/contacts). `library` is whether a token that a
    teacher authorised may follow it, from its own record or from a section (docs/classroom-rostering).
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
    library: bool = False


class Collection(Struct, frozen=True, kw_only=True):
    """One top-level list: the records of a kind, and what a single record links to.

    `roles` are the values its `role` filter takes, `counts` whether it answers `count=true`, `pages` whether
    it takes `limit` and cursors. `links_first` is the order of the envelope's keys (recorded, v3.0).
    `linked` names the relations a single record shows, given the record. `scope` is the extra scope it needs
    and `empty` the key under which an empty answer is written instead of `data` (recorded on resources).
    `own` gives, for a user's id, the records that their token may read; None is not for user tokens. `library` is
    whether a token that a teacher authorised reads whatever of it the teacher's consent shows.

    `role` is the role under which people are listed here, as versions before v3 do: the records are persons.
    `reads` says where a field's value is when it is not the attribute of its name: an expression on `part`
    (the record, or the person's role), `record` (the record, or the person) and `town` (what is visible).
    `events` is what the types of its events begin with, nothing if it has none (spec: -events), and
    `feed` whether each of its records has a feed of its own (spec:v1.2-events).
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
    library: bool = False
    role: str = ""
    reads: Reads = ()
    where: bool = False
    includes: bool = False
    bare: bool = False
    events: str = ""
    feed: bool = False


class Me(Struct, frozen=True, kw_only=True):
    """What `/me` tells: which `authorized_by`; the whole record too, to Secure Sync applications; and in which
    order (sso 7)."""

    authorized_by: tuple[str, ...] = ("district", "teacher")
    record: bool = False
    order: tuple[str, ...] = ("id", "district", "type", "authorized_by")


class Version(Struct, frozen=True, kw_only=True):
    """One version of the Data API: its name, as in the URL, and its collections.

    `people` names the collection in which each role is found, `links` the order of paging links (data-api 15 #9),
    `links_first` the order of keys in the envelope of a related list, `event_filters` whether its feed of events
    takes `record_type` and `school` (spec: -events).
    """

    name: str
    collections: Mapping[str, Collection]
    people: Mapping[str, str]
    me: Me = Me()
    links: tuple[str, ...] = ("self", "next", "prev")
    links_first: bool = True
    event_filters: bool = True


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
    dialect: Dialect = PLAIN,
) -> Tell:
    """The function record → JSON object for the records of a collection, as they are visible in this snapshot.

    The object is a struct that encodes without the keys whose value is None, or a mapping where it is varied.
    """
    write = _writer(version, collection, permission, part, timestamps, dialect)
    return lambda record: next(write((record,), town))


def telling_each(
    version: str,
    collection: Collection,
    permission: Permission,
    town: Snapshot,
    part: str = "",
    timestamps: bool = False,
    dialect: Dialect = PLAIN,
) -> TellEach:
    """The same for many records, in one loop: their JSON objects one after another."""
    write = _writer(version, collection, permission, part, timestamps, dialect)
    return lambda records: write(records, town)


def _writer(
    version: str, collection: Collection, permission: Permission, part: str, timestamps: bool, dialect: Dialect
) -> Writer:
    part = part or collection.part
    role = bool(collection.role)
    write = writer(version, part, permission, timestamps, collection.reads, dialect.switched, role)
    if dialect.variation is None:
        return write
    return _varied(write, Variation(dialect.variation), version, part)


def _varied(write: Writer, variation: Variation, version: str, part: str) -> Writer:
    return lambda records, town: (variation.record(builtins(told), version, part) for told in write(records, town))


@cache
def writer(
    version: str,
    part: str,
    permission: Permission,
    timestamps: bool = False,
    reads: Reads = (),
    switched: frozenset[str] = frozenset(),
    of_role: bool = False,
) -> Writer:
    """The compiled loop (records, what is visible) → JSON objects for one part in one version.

    With `of_role` the records are persons, and the part is the role they hold.
    """
    names: dict[str, Any] = {"initial": initial, "joined": joined}
    steps = []
    if part == "user":
        steps.append("roles = record.roles")
        for role in ROLES:
            told = _told(version, role, permission, False, (), switched, names)
            steps += [f"part = roles.{role}", f"{role} = {told} if part else None"]
        names["Roles"] = _object("Roles", ROLES)
    steps.append("part = record.role" if of_role else "part = record")
    steps.append(f"yield {_told(version, part, permission, timestamps, reads, switched, names)}")
    lines = "\n    ".join(steps)
    exec(f"def write(records, town):\n  for record in records:\n    {lines}", names)  # of our own table
    compiled: Writer = names["write"]
    return compiled


def _told(
    version: str,
    part: str,
    permission: Permission,
    timestamps: bool,
    reads: Reads,
    switched: frozenset[str],
    names: dict[str, Any],
) -> str:
    """The expression that tells a `part` of a `record`; the types and functions it needs go into `names`."""
    every = list(of_version(part, version, switched))
    fields = [f for f in every if permission.sees(f)]
    keys = {field.key: field for field in reversed(fields)}
    nulls = {field.key for field in fields if field.nullable and field.key == field.name and NULLS in switched}
    values: dict[str, str] = {}
    for key in sorted(keys) if TOLD_AS_EVENT in switched else sorted(keys, key=lambda key: _place(part, key)):
        source = dict(reads).get(key) or _READS.get((part, key)) or f"part.{key}"
        if permission.tier != "sync":
            source = _cut(part, [f for f in every if f.key == key], permission, source, names)
        retold = _retold(key, [f for f in fields if f.key == key], version, switched)
        if retold is not None:
            names[f"retold_{part}_{key}"] = retold
            source = f"retold_{part}_{key}({source})"
        values[key] = _value(part, keys[key], permission, timestamps, source)
    names[f"Told_{part}"] = _object(part, values, nulls)
    return f"Told_{part}({', '.join(values.values())})"


def initial(name: str | None) -> str | None:
    """The first letter of a name: what Library tells of a student's last one, without a full stop."""
    letters = (character for character in normalize("NFC", name or "") if character.isalnum())
    return next(letters, (name or "")[:1] or None)


def builtins(told: Told) -> dict[str, Any]:
    """What was told, as a client parses it."""
    parsed: dict[str, Any] = json.decode(json.encode(told))
    return parsed


def joined(ids: Sequence[Id]) -> Raw:
    """Ids as a finished JSON array. They are hexadecimal, so there is nothing to escape, and joining them takes
    less than half the time that encoding each does."""
    return Raw('["' + '","'.join(ids) + '"]') if ids else Raw("[]")


def _cut(part: str, fields: list[Field], permission: Permission, source: str, names: dict[str, Any]) -> str:
    """The expression for what a product sees of one key, whose rows these are; what it needs goes into `names`."""
    seen = {field.name: _cut_value(field, permission, source) for field in fields if permission.sees(field)}
    key = fields[0].key
    members = {name.removeprefix(f"{key}."): value for name, value in seen.items() if name != key}
    if not members:
        return seen[key]
    names[f"Part_{part}_{key}"] = _object(key, members)
    return f"Part_{part}_{key}({', '.join(members.values())})"


def _cut_value(field: Field, permission: Permission, source: str) -> str:
    whole = source + field.name.removeprefix(field.key)
    cut = dict(field.cuts).get(permission.tier)
    return f"({CUTS[cut].format(whole)})" if cut else whole


def _object(name: str, keys: Iterable[str], nulls: Collected[str] = ()) -> type[Struct]:
    """A type of JSON object with these keys; one that is None is not written, unless it is among the `nulls`."""
    defaults = ((key, UNSET if key in nulls else None) for key in keys)
    return defstruct(name, [(key, Any, default) for key, default in defaults], omit_defaults=True, gc=False)


def _retold(key: str, fields: list[Field], version: str, switched: frozenset[str]) -> Callable[[Any], Any] | None:
    """How a key's value is told in other words than the record's own; None when it is told as it is."""
    top = next((field for field in fields if field.name == key), None)
    inner = {
        field.name.removeprefix(f"{key}."): field
        for field in fields
        if field.name.startswith(f"{key}.") and field.name.count(".") == 1
    }
    members = {name: said for name, field in inner.items() if (said := _said(field, version, switched))}
    if members:
        nulls = {name for name, field in inner.items() if field.nullable and NULLS in switched}
        return lambda value: _members(value, members, nulls)
    return _said(top, version, switched) if top is not None and "object" not in top.type else None


def _said(field: Field, version: str, switched: frozenset[str]) -> Callable[[Any], Any] | None:
    """How a plain value is told: what an older version says instead, another spelling, null for a blank."""
    words = field.instead(version) | field.spelled(version, switched)
    null = NULLS in switched and field.nullable
    if null:
        return lambda value: (words.get(value, value) if words else value) or None
    return (lambda value: words.get(value, value)) if words else None


def _members(value: Any, said: Mapping[str, Callable[[Any], Any]], nulls: Collected[str]) -> Any:
    """An object, or a list of objects, whose members are told that way; `nulls` names those that may be null."""
    if isinstance(value, list | tuple):
        return [_members(each, said, nulls) for each in value]
    if value is None:
        return None
    own = value if isinstance(value, Mapping) else asdict(value)
    told = {name: said[name](member) if name in said else member for name, member in own.items()}
    return {name: member for name, member in told.items() if member is not None or name in nulls}


def _place(part: str, key: str) -> tuple[int, str]:
    last = _LAST.get(part, _LAST_ELSEWHERE)
    return (last.index(key) + 1 if key in last else 0, key)


def _value(part: str, field: Field, permission: Permission, timestamps: bool, source: str) -> str:
    """The expression for a field's value; None leaves it out."""
    if (part, field.key) == ("user", "roles"):
        return f"Roles({', '.join(ROLES)})"
    if field.key == "ext":
        return "part.ext or None"
    if (part, field.key) in _LONG:
        return f"joined({source})"
    return f"({source}) and {source} + 'T00:00:00.000Z'" if timestamps and field.type == "date" else source
