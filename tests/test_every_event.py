"""Every event of a few lively days, in every version, is what the field table and the swagger files say.

The whole feed is held against a schema for each type of event: the envelope, the record in the words of events,
and of what it was before only what such a record can have.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import envelope
import msgspec
import pytest
import swagger
from clients import Mock, Reader
from test_every_endpoint import DEPARTS as ANSWERS_DEPART
from test_every_endpoint import EACH, NOW
from test_schemas import rich_town

from mock_clever.apps import GRANTS
from mock_clever.clock import moment
from mock_clever.evolution import day_of
from mock_clever.fields import TOLD_AS_EVENT
from mock_clever.openapi import document
from mock_clever.prepared import prepare
from mock_clever.settings import Settings
from mock_clever.versions import VERSIONS, Collection
from mock_clever.versions.events import ACTIONS
from mock_clever.versions.schema import ID, schema

Json = dict[str, Any]
PRESETS = ("sandbox", "certification-isd")
DISTRICTS = ("", *PRESETS)
"""The hand-written town with a word in every field, and two presets."""

CHANGED: dict[str, Json] = {
    "users": {"email": "changed@example.org", "name": {"middle": "Changed"}},
    "sections": {"section_number": "changed"},
    "schools": {"low_grade": "9"},
    "courses": {"number": "changed"},
    "terms": {"end_date": "2031-01-31"},
    "resources": {"title": "changed"},
    "districts": {"mdr_number": "changed"},
}
"""What is changed of a record of each kind."""


def lively(mock: Mock, id: str) -> Iterator[list[Json]]:
    """Days on which records of every kind and role change, go and come back, the last one a new school year's."""
    for number in range(1, 6):
        district, removed = mock.world.sources[id], mock.world.life(id).removed
        yield msgspec.to_builtins(day_of(district, removed, f"2026-11-{22 + number}", seed=7))
    district = mock.world.sources[id]
    people = [ids[0] for _, ids in sorted(district.users_of_role.items()) if ids]
    others = [(kind, table.ids[0]) for kind in CHANGED if kind != "users" and (table := district.table(kind)).ids]
    every = [*(("users", id) for id in dict.fromkeys(people)), *others]
    yield [{"type": "record.update", "kind": kind, "id": id, "set": CHANGED[kind]} for kind, id in every]
    going = [(kind, id) for kind, id in every if kind != "districts"]
    yield [{"type": "record.remove", "kind": kind, "id": id} for kind, id in going]
    yield [{"type": "record.restore", "kind": kind, "id": id} for kind, id in going]
    yield [{"type": "roster.rollover", "style": "replace", "terms": [{"name": "Next year"}]}]


@cache
def reader(preset: str) -> Reader:
    """A Secure Sync application that may see everything, after these days in a district."""
    district = prepare(preset) if preset else rich_town()
    mock = Mock(district)
    mock.world.settings = Settings(rate_limit=10**9)
    mock.world.clock.freeze(True)
    mock.world.clock.set(moment(NOW))
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "granted": list(GRANTS)})
    id = district.district.id
    connection = mock.world.connection_of(mock.sync.client_id, id)
    assert connection is not None
    for connected in (False, True):  # a new feed, which begins with all that there is
        mock.control("PATCH", f"connections/{connection.id}", {"connected": connected})
    for changes in lively(mock, id):
        mock.control("POST", "clock", {"advance": 24 * 3600})
        mock.control("POST", f"districts/{id}/changes", {"changes": changes})
    return mock.reader(district=id)


@cache
def feed(preset: str, version: str) -> list[Json]:
    """The feed's only page of each type of events there is, so that no page is over the limit."""
    types = sorted({collection.events for collection in VERSIONS[version].collections.values()} - {""})
    if not VERSIONS[version].event_filters:
        return [reader(preset).get(f"/{version}/events?limit=10000")]
    return [reader(preset).get(f"/{version}/events?limit=10000&record_type={type}") for type in types]


def told(preset: str, version: str) -> Iterator[Json]:
    for page in feed(preset, version):
        yield from (element["data"] for element in page["data"])


# What the field table says


def collections(version: str) -> dict[str, Collection]:
    return {each.events: each for each in VERSIONS[version].collections.values() if each.events}


def former(described: Json) -> Json:
    """What a record may have been: any of its keys, null where there was none, whole but for roles."""
    found = {}
    for name, has in described["properties"].items():
        inner = name == "roles" and has.get("type") == "object"
        parts = {role: nothing_or(former(of)) for role, of in has["properties"].items()} if inner else {}
        found[name] = {"type": "object", "properties": parts, "additionalProperties": False} if inner else has
    return {
        "type": "object",
        "properties": {
            name: nothing_or(has) for name, has in found.items() if name not in ("id", "last_modified")
        },
        "additionalProperties": False,
        "minProperties": 1,
    }


def nothing_or(described: Json) -> Json:
    return {"anyOf": [{"type": "null"}, described]}


@cache
def checker(version: str, type: str) -> envelope.Checker:
    """The schema of an event of that type."""
    prefix, action = type.split(".")
    collection = collections(version)[prefix]
    record = schema(version, collection.part, envelope.FULL, switched=frozenset({TOLD_AS_EVENT}))
    data = envelope.closed(object=record)
    if action == "updated":
        data = envelope.closed(object=record, previous_attributes=former(record))
    created = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.000Z$"}
    return envelope.Checker(envelope.closed(created=created, data=data, id=ID, type={"const": type}))


def around(version: str) -> envelope.Checker:
    """The schema of a page, whatever its events are."""
    path = rf"/{version.replace('.', '[.]')}/events"
    uri = {"type": "string", "pattern": f"^{path}/{envelope.ID}$"}
    element = envelope.closed(data={"type": "object"}, uri=uri)
    return envelope.Checker(
        envelope.closed(data={"type": "array", "items": element}, links=envelope.links(*envelope.paged(path)))
    )


@EACH
@pytest.mark.parametrize("preset", DISTRICTS)
def test_every_event_is_what_the_table_says(preset: str, version: str) -> None:
    for page in feed(preset, version):
        assert around(version).wrong(page) == []
        assert all(element["uri"].endswith(element["data"]["id"]) for element in page["data"])
    wrong = [
        (event["type"], each)
        for event in told(preset, version)
        for each in checker(version, event["type"]).wrong(event)
    ]
    assert wrong[:10] == []


@EACH
def test_one_event_is_told_as_in_the_feed(version: str) -> None:
    of_types = {event["type"]: event for event in told("sandbox", version)}
    for event in of_types.values():
        path = f"/{version}/events/{event['id']}"
        assert reader("sandbox").get(path) == {"data": event, "links": [{"rel": "self", "uri": path}]}


@EACH
def test_these_days_have_events_of_every_type_a_version_has(version: str) -> None:
    found = {event["type"] for preset in DISTRICTS for event in told(preset, version)}
    every = {f"{prefix}.{action}" for prefix in collections(version) for action in ACTIONS}
    assert found == every - {"districts.deleted"}, "the token is dead before anybody could read that one"


@EACH
def test_the_project_s_own_description_says_the_same(version: str) -> None:
    said = document(Mock().app)
    answer = said["paths"][f"/{version}/events"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    described = envelope.Checker(answer | {"components": said["components"]})
    for page in feed("", version):
        assert described.wrong(page) == []
    element = feed("", version)[0]["data"][0]
    for spoilt in ({"type": "users.vanished"}, {"data": {"object": {}}}, {"data": {}}, {"more": 1}):
        assert described.wrong({"data": [element | {"data": element["data"] | spoilt}], "links": []}), spoilt


# What is published


@cache
def published(version: str, type: str) -> envelope.Checker:
    return swagger.published_event(f"{version}-events", type)


AS_IN_ANSWERS = (
    *(("list.links", "key"), ("one.uri", "key"), ("Term.start_date", "format"), ("Term.end_date", "format")),
    *((f"District.{name}", "format") for name in ("launch_date", "pause_start", "pause_end")),
    *((f"SchoolEnrollment.{name}", "format") for name in ("start_date", "end_date")),
    *((f"Student.{name}", "key") for name in ("frl_status", "iep_status", "home_language")),
    *((f"Student.{name}", "values") for name in ("home_language", "home_language_code")),
    *((f"Disability.{name}", "values") for name in ("disability_code", "disability_type")),
    *((f"District.{name}", "key") for name in ("last_lms_sync", "lms_matched_percentage")),
)
"""Departures of records in the Data API's answers too, and from the same on; the reasons stand there."""

IN_EVERY = ("v1.2", "v2.0", "v2.1", "v3.0", "v3.1")
BEFORE_V3, SINCE_V2, V2, V3 = IN_EVERY[:3], IN_EVERY[1:], IN_EVERY[1:3], IN_EVERY[3:]
UPDATED = {
    **dict.fromkeys(("District", "School", "Section"), IN_EVERY),
    **dict.fromkeys(("Student", "Teacher", "SchoolAdmin"), BEFORE_V3),
    **dict.fromkeys(("Course", "Term"), SINCE_V2),
    **dict.fromkeys(("Contact", "DistrictAdmin"), V2),
    **dict.fromkeys(("User", "Resource"), V3),
    "StudentContact": ("v1.2",),
}
"""Which records are updated in which versions."""

DEPARTS: dict[swagger.Departure, tuple[str, ...]] = {
    **{departure: ANSWERS_DEPART[departure][0] for departure in AS_IN_ANSWERS},
    # published beside `data`, documented and recorded inside it (events-and-sync 2)
    **{(f"{name}Object.previous_attributes", "key"): versions for name, versions in UPDATED.items()},
    # the keys of before v3, recorded in events alone (events-and-sync 2)
    **{(f"Contact.{name}", "key"): V3 for name in ("relationship", "type", "students")},
}


@EACH
def test_events_are_as_published_but_for_these(version: str) -> None:
    """No more and no less, over all that these days told."""
    found: dict[swagger.Departure, str] = {}
    for preset in DISTRICTS:
        for page in feed(preset, version):
            bare = page | {
                "data": [e | {"data": {k: v for k, v in e["data"].items() if k != "data"}} for e in page["data"]]
            }
            found |= swagger.departures(swagger.published(f"{version}-events", f"/{version}/events"), bare)
        for event in told(preset, version):
            found |= swagger.departures(published(version, event["type"]), event)
    known = {departure for departure, versions in DEPARTS.items() if version in versions}
    assert {departure: example for departure, example in found.items() if departure not in known} == {}
    assert known - set(found) == set()


@EACH
def test_the_types_are_those_published(version: str) -> None:
    names = swagger.read(f"{version}-events")["definitions"]
    every = {f"{prefix}.{action}" for prefix in collections(version) for action in ACTIONS}
    assert {name for name in names if "." in name} == every
