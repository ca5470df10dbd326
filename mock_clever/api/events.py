"""The Events API: what changed of what an application sees, oldest first (docs/events-api)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from flask import Blueprint, Response, g, request
from msgspec import Struct

from mock_clever.api.asking import asker, find, here, out_of_scope
from mock_clever.api.latitude import arranged, goes_on, known_only, order, sized
from mock_clever.api.paging import asked, links
from mock_clever.api.parameters import of_path
from mock_clever.api.wire import EVENTS, answer
from mock_clever.apps import Connection
from mock_clever.errors import CannotGet, NotFound
from mock_clever.feeds import RETENTION, EventIds, Found
from mock_clever.ids import is_object_id
from mock_clever.model import Id, schools_of
from mock_clever.pages import Page, listed
from mock_clever.versions import VERSIONS, Version
from mock_clever.versions.events import Manner, Occurrence

_BARE = {"question mark": "?", "plain": ""}
_encode = msgspec.json.Encoder().encode
events = Blueprint("events", __name__)

Wanted = Callable[[Version, Found], bool]


class _Event(Struct, gc=False):
    """One event, its keys in the order that was recorded."""

    created: str
    data: Occurrence
    id: Id
    type: str


class _Element(Struct, gc=False):
    """An event in the feed, wrapped once more."""

    data: _Event
    uri: str


@events.get("/<version:version>/events")
def list_events(version: str) -> Response:
    """A page of the feed; `record_type`, which may be repeated, and `school` narrow it since v2.0."""
    told, who = _version(version), _reader()
    known_only(of_path(f"/{told.name}/events"))
    return _page(who, told, _filters(told))


@events.get("/<version:version>/<name>/<id>/events")
def events_of_record(version: str, name: str, id: str) -> Response:
    """The feed of one record, which v1.2 alone has (spec:v1.2-events)."""
    told = _version(version)
    collection = told.collections.get(name.lower())
    if collection is None or not collection.feed:
        raise CannotGet(request.method, request.path)
    who = _reader()
    known_only(of_path(f"/{told.name}/{collection.name}/{{id}}/events"))
    prefix = collection.events
    return _page(who, told, [lambda _, event: event.happening.id == id.lower() and _prefix(told, event) == prefix])


@events.get("/<version:version>/events/<id>")
def get_event(version: str, id: str) -> Response:
    """One event, while it is kept. An expired, foreign or unknown id is a 404."""
    told, who = _version(version), _reader()
    known_only(())
    ids = _ids(who, told)
    found = ids.find(id.lower())
    if found is None:
        raise NotFound
    shown = [{"rel": "self", "uri": f"/{told.name}/events/{id.lower()}"}]
    return answer(Page(_encode({"data": _told(told, id.lower(), found), "links": shown}), etag=""), EVENTS)


def _version(name: str) -> Version:
    told = VERSIONS.get(name.lower())
    if told is None:
        raise CannotGet(request.method, request.path)
    return told


def _reader() -> Connection:
    """The connection whose feed is read: by a district token of a Secure Sync application (docs/events-api)."""
    who = asker()
    if who.login is not None or who.connection is None or "secure_sync" not in who.app.products:
        raise out_of_scope()
    g.family = EVENTS
    return who.connection


def _ids(connection: Connection, version: Version) -> EventIds:
    settings = here().settings
    manner = Manner(
        order=settings.event_order,
        dialect=settings.dialect,
        former_objects=settings.former_objects,
        last_modified=settings.event_last_modified,
    )
    return EventIds(here().events(connection), version, manner)


def _page(who: Connection, version: Version, wanted: Sequence[Wanted]) -> Response:
    ids = _ids(who, version)
    chosen: Sequence[Id] = ids
    if wanted:
        found = ((id, ids.find(id)) for id in ids)
        chosen = [id for id, each in found if each is not None and all(test(version, each) for test in wanted)]
    asks = sized(asked(request.args))
    _report_gap(asks.starting_after)
    shown, more = asks.cut(chosen)
    uri = f"/{version.name}/events/"
    told = (_Element(_told(version, id, each), uri + id) for id in shown if (each := ids.find(id)))
    query = request.query_string.decode("utf-8", "replace")
    more = goes_on(more, shown, asks)
    around = arranged(
        links(request.path, query, shown, more, asks, order(version), bare=_BARE[here().settings.bare_self])
    )
    return answer(Page(b"".join(listed(told, around, links_first=False)), etag=""), EVENTS)


def _told(version: Version, id: Id, event: Found) -> _Event:
    data = event.telling.data(event.happening)
    return _Event(event.created, data, id, f"{_prefix(version, event)}.{event.happening.action}")


def _prefix(version: Version, event: Found) -> str:
    return version.collections[event.happening.collection].events


def _filters(version: Version) -> list[Wanted]:
    """What the query asks for. v1.2 has no filters (spec:v1.2-events)."""
    if not version.event_filters:
        return []
    found: list[Wanted] = []
    types = set(request.args.getlist("record_type")) - {""}
    if types:
        known = {collection.events for collection in version.collections.values()}
        for unknown in sorted(types - known):
            there = ", ".join(sorted(known - {""}))
            find("unknown-record-type", f"{version.name} has no events of {unknown!r}, it has those of {there}")
        found.append(lambda told, event: _prefix(told, event) in types)
    school = request.args.get("school")
    if school:
        found.append(lambda told, event: school in _schools(told, event))
    return found


def _schools(version: Version, event: Found) -> Sequence[Id]:
    """The schools a record belongs to; none for what is the district's (events-and-sync 11 #16)."""
    record = event.telling.record(event.happening)
    match version.collections[event.happening.collection].kind:
        case "schools":
            return (record.id,)
        case "sections":
            return (record.school,)
        case "users":
            return schools_of(record)
        case "students" | "teachers" | "school_admins":
            return schools_of(record.user)
    return ()


def _report_gap(cursor: Id | None) -> None:
    """Clever says nothing of an expired cursor, so the journal does: events may be missing after it."""
    if cursor is not None and is_object_id(cursor) and int(cursor[:8], 16) < here().clock.now() - RETENTION:
        find("silent-gap", "this cursor is older than 30 days: what came after may be lost, so read all anew")
