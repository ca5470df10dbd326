"""The JSON Schema of a whole answer of the Data API: envelope, links and uris around records of the field table.

`form` names what a request may turn a place's answer into: "" the usual one, "count", "linked" where elements get
the envelope they usually stand without, "included" where a record brings others along.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError

from mock_clever.api.parameters import Place
from mock_clever.apps import GRANTS
from mock_clever.versions import Collection, Permission
from mock_clever.versions.schema import schema

Schema = dict[str, Any]

FULL = Permission(granted=frozenset(GRANTS))
ID = "[0-9a-f]{24}"
LINK_ORDER = {"v1.2": ("self", "prev", "next")}
USUAL_ORDER = ("self", "next", "prev")
CURSOR = {"next": "starting_after", "prev": "ending_before"}
MESSAGE: Schema = {
    "type": "object",
    "properties": {"message": {"type": "string", "minLength": 1}},
    "required": ["message"],
    "additionalProperties": False,
}


class Checker:
    """A schema compiled to machine code: it is asked of hundreds of thousands of records."""

    def __init__(self, described: Schema) -> None:
        self._described = described
        self._validator = Draft202012Validator(described)

    def errors(self, body: Any) -> list[ValidationError]:
        """What is wrong with a body."""
        return [] if self._validator.is_valid(body) else list(self._validator.iter_errors(body))

    def broken(self, error: ValidationError) -> Schema:
        """The part of the schema that an error is against."""
        part: Any = self._described
        for step in error.schema_path[:-1]:
            part = part[step]
        found: Schema = part
        return found

    def wrong(self, body: Any) -> list[str]:
        return [f"{error.instance_path}: {error.message}"[:300] for error in self.errors(body)]


@cache
def message() -> Checker:
    return Checker(MESSAGE)


def closed(**properties: Schema) -> Schema:
    """An object with just these keys."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def link(rel: str, uri: str) -> Schema:
    """A link whose uri this expression matches."""
    return closed(rel={"const": rel}, uri={"type": "string", "pattern": f"^{uri}$"})


def links(first: Schema, *others: Schema) -> Schema:
    """Links that begin with `self`, each of the others at most once."""
    return {
        "type": "array",
        "prefixItems": [first],
        "items": {"anyOf": list(others)} if others else False,
        "minItems": 1,
        "maxItems": 1 + len(others),
        "uniqueItems": True,
    }


def path_of(place: Place) -> str:
    """An expression that matches the paths of a place."""
    return re.escape(place.path).replace(r"\{id\}", ID)


def paged(path: str, cursor: str = ID) -> tuple[Schema, ...]:
    """The links of a page: self, and perhaps next and prev, whose cursor comes last."""
    onward = (link(rel, rf"{path}\?(.*&)?{name}={cursor}") for rel, name in CURSOR.items())
    return (link("self", rf"{path}(\?.*)?"), *onward)


def uri_of(version: str, collection: Collection) -> str:
    return f"/{re.escape(version)}/{collection.name}/{ID}"


def record(place: Place) -> Schema:
    """One record that a place answers with."""
    relation = place.relation
    part, timestamps = (relation.part, relation.timestamps) if relation is not None else ("", False)
    return schema(place.version.name, part or place.target.part, FULL, timestamps)


def element(place: Place) -> Schema:
    """One record in a list, in its envelope."""
    end = f"/{place.relation.rel}" if place.relation is not None and place.relation.part else ""
    uri = uri_of(place.version.name, place.target) + end
    return closed(data=record(place), uri={"type": "string", "pattern": f"^{uri}$"})


def listed(place: Place, form: str) -> Schema:
    relation = place.relation
    bare = relation.bare if relation is not None else place.collection.bare
    item = record(place) if bare and form != "linked" else element(place)
    around = paged(path_of(place))
    if relation is not None and relation.back:
        around = (*around, link(relation.back, uri_of(place.version.name, place.collection)))
    return closed(data={"type": "array", "items": item}, links=links(*around))


def single(place: Place, form: str) -> Schema:
    """One record with its links; "included", with what `include` brings beside it."""
    uri = uri_of(place.version.name, place.target)
    if place.relation is not None:  # the record's own uri, and nothing leads on (data-api 4.3)
        return closed(data=record(place), links=links(link("self", uri)))
    names = [relation.rel for relation in place.collection.relations.values()]
    alone = closed(data=record(place), links=links(link("self", uri), *(link(n, f"{uri}/{n}") for n in names)))
    if form != "included":
        return alone
    brought = {r.rel: included(place, name) for name, r in place.collection.relations.items()}
    return alone | {"properties": alone["properties"] | brought}


def included(place: Place, name: str) -> Schema:
    relation = place.collection.relations[name]
    there = Place(version=place.version, collection=place.collection, relation=relation)
    if relation.values:
        return {"type": "array", "items": {"type": "string"}}
    return element(there) if relation.one else {"type": "array", "items": element(there)}


_CHECKERS: dict[tuple[str, str], Checker] = {}


def checker(place: Place, form: str = "") -> Checker:
    """The compiled schema of what a place answers with 200."""
    key = (place.path, form)
    if key not in _CHECKERS:
        _CHECKERS[key] = Checker(body(place, form))
    return _CHECKERS[key]


def body(place: Place, form: str) -> Schema:
    """What a place answers with 200, in one of its forms."""
    if form == "count":
        said = links(link("self", rf"{path_of(place)}\?.*count=true.*"))
        return closed(count={"type": "integer", "minimum": 0}, links=said)
    if place.relation is not None and place.relation.values:
        return closed(data={"type": "array", "items": {"type": "string", "minLength": 1}})
    if not place.lists:
        return single(place, form)
    usual = listed(place, form)
    if not place.target.empty:
        return usual
    nothing = closed(**{place.target.empty: {"type": "array", "maxItems": 0}})
    return {"if": {"required": [place.target.empty]}, "then": nothing, "else": usual}


@cache
def attendance() -> Checker:
    """A page of attendance: bare rows, cursors in base64 (data-api 9.8)."""
    around = paged(rf"/v3\.1/attendance/(schools|sections)/{ID}", "[A-Za-z0-9+/]+=*")
    rows = {"type": "array", "items": schema("v3.1", "attendance", FULL)}
    return Checker(closed(data=rows, links=links(*around)))
