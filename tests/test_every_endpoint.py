"""Every answer of every endpoint, of every preset and version, is what the field table and the swagger files say.

The whole body is held against a schema: envelope, links and uris too (`envelope`, of the project's own table;
`swagger`, of the published specifications). All records of a small preset are asked for; of a larger one those its
answer key names and every n-th.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import envelope
import pytest
import swagger
from clients import Mock, Reader
from envelope import LINK_ORDER, USUAL_ORDER
from msgspec import Struct
from msgspec.structs import replace
from test_attendance import NOW, ROWS
from test_schemas import rich_town
from town import BEN

from mock_clever.api.parameters import Place, everywhere, places
from mock_clever.apps import GRANTS
from mock_clever.clock import moment
from mock_clever.model import Disability, Id, Roles, Snapshot, id_in
from mock_clever.prepared import prepare
from mock_clever.settings import Settings
from mock_clever.synthesis import answer_key, preset_names
from mock_clever.versions import VERSIONS

SMALL = tuple(name for name in preset_names() if name != "clear-water")
MOST = 8  # of a collection, beside those that the answer key names
EACH = pytest.mark.parametrize("version", VERSIONS)
NOBODY = "6a000000000000000000ffff"
MIDDLE = "80" * 12
REFUSED = {  # data-api 15 #5, #6
    "limit=0": 400,
    "limit=-1": 400,
    "limit=ten": 400,
    "limit=10001": 413,
    "starting_after=x": 400,
    f"starting_after={MIDDLE}&ending_before={MIDDLE}": 400,
}


class Answer(Struct):
    """What a place answered: to which path, in which form."""

    place: Place
    path: str
    form: str
    status: int
    body: Any


class Town:
    """A server with one district, whose Secure Sync application may see everything and ask without end."""

    def __init__(self, preset: str, district: Snapshot) -> None:
        self.mock = Mock(district)
        self.mock.world.settings = Settings(rate_limit=10**9)
        self.mock.world.clock.freeze(True)
        self.mock.world.clock.set(moment(NOW))  # rows of attendance are kept six months
        self.mock.control("POST", "apps", {"client_id": self.mock.sync.client_id, "granted": list(GRANTS)})
        self.district = district
        self.reader: Reader = self.mock.reader(district=district.district.id)
        self.named = {pointer.id for case in answer_key(preset, district) for pointer in case.records}

    def ids(self, place: Place, most: int) -> list[Id]:
        """The records asked for: every n-th, and those named in the answer key under the id they have here."""
        collection = place.collection
        table = self.district.table(collection.kind)
        found = set(table.ids[:: len(table.ids) // most + 1])
        if collection.role:
            people = [user for id in self.named if (user := self.district.users.get(id))]
            return sorted(found | {id_in(u, collection.role) for u in people if collection.role in u.holds()})
        return sorted(found | {id for id in self.named if id in table})

    def answers(self, version: str, most: int = MOST, limit: int = 10_000) -> Iterator[Answer]:
        """What every endpoint of a version answers."""
        for place in places(VERSIONS[version]):
            single = place.single or place.relation is not None
            for id in self.ids(place, most) if single else [""]:
                for query, form in questions(place, limit):
                    path = place.path.replace("{id}", id) + query
                    response = self.reader.ask(path)
                    yield Answer(place, path, form, response.status_code, response.get_json())

    def attendance(self, limit: int = 1000) -> Iterator[tuple[str, str, Any]]:
        """The template, the path and the body of every page of attendance there is."""
        for kind in ("schools", "sections"):
            for id in self.district.table(kind).ids:
                path: str | None = f"/v3.1/attendance/{kind}/{id}?limit={limit}"
                while path is not None:
                    body = self.reader.get(path)
                    yield f"/v3.1/attendance/{kind}/{{{kind[:-1]}_id}}", path, body
                    path = next((link["uri"] for link in body["links"] if link["rel"] == "next"), None)


def questions(place: Place, limit: int) -> Iterator[tuple[str, str]]:
    """The queries a place is asked with, and the form that its answer then has."""
    yield "", ""
    if place.single and place.collection.includes:
        yield f"?include={','.join(place.collection.relations)}", "included"
    if not place.lists:
        return
    if place.target.pages and place.relation is None:
        yield f"?limit={limit}", ""
    if place.target.pages:
        yield f"?limit=2&starting_after={MIDDLE}", ""
        yield f"?ending_before={MIDDLE}&limit=1", ""
    if place.relation is None and place.collection.counts:
        yield "?count=true", "count"
    if place.relation.bare if place.relation is not None else place.collection.bare:
        yield "?show_links=true", "linked"
    yield from ((f"?role={role}", "") for role in place.roles)
    if place.relation is not None and place.relation.primary is not None:
        yield "?primary=true", ""


@cache
def of_preset(preset: str) -> Town:
    return Town(preset, prepare(preset))


@cache
def rich() -> Town:
    """The hand-written town with a word in every field, of a second student blank ones, and attendance."""
    town = rich_town()
    blank = town.users[BEN]
    assert blank.roles.student is not None
    blanks = {"home_language": "", "home_language_code": "", "disability": Disability("N", "", "")}
    blank = replace(blank, roles=Roles(student=replace(blank.roles.student, **blanks)))
    users = [blank if user.id == BEN else user for user in town.users]
    return Town("", town.replace(users=users, attendance=ROWS))


def wrong(answer: Answer) -> list[str]:
    """What is not as the field table and the envelope of that place say."""
    if answer.status == 404 and answer.place.relation is not None and answer.place.relation.one:
        return envelope.message().wrong(answer.body)  # a section need not have a course
    if answer.status != 200:
        return [f"{answer.status}"]
    return [*envelope.checker(answer.place, answer.form).wrong(answer.body), *unlike(answer)]


def unlike(answer: Answer) -> Iterator[str]:
    """What a schema cannot say: a uri ends with its record's id, ids ascend, `self` is what was asked."""
    body, place = answer.body, answer.place
    told = body.get("data")
    records = told if isinstance(told, list) else []
    ids = [item.get("data", item)["id"] for item in records if isinstance(item, dict)]
    if ids != sorted(set(ids)):
        yield "the ids do not ascend"
    for item in records:
        if isinstance(item, dict) and "uri" in item and item["uri"].split("/")[3] != item["data"]["id"]:
            yield f"{item['uri']} is not {item['data']['id']}"
    if "links" not in body:
        return
    links = {link["rel"]: link["uri"] for link in body["links"]}
    if place.lists and links["self"] != answer.path:
        yield f"self is {links['self']}"
    if not place.lists and links["self"].split("/")[3] != told["id"]:
        yield f"self is {links['self']}"
    order = [*LINK_ORDER.get(place.version.name, USUAL_ORDER), "student"]
    if place.lists and list(links) != [rel for rel in order if rel in links]:
        yield f"the links stand as {list(links)}"
    if "next" in links and not links["next"].endswith(f"={ids[-1]}"):
        yield f"next is {links['next']}"
    if "prev" in links and not links["prev"].endswith(f"={ids[0]}"):
        yield f"prev is {links['prev']}"


def all_wrong(answers: Iterator[Answer]) -> list[str]:
    """The first things that are wrong, with their paths; at least one answer was looked at."""
    found = [f"{answer.path}: {each}" for answer in answers for each in ("", *wrong(answer), *departing(answer))]
    assert found
    return [each for each in found if not each.endswith(": ")][:20]


def departing(answer: Answer) -> list[str]:
    """Where an answer departs from the published specification, if that is here, and the table does not say so."""
    new = unpublished(answer) if swagger.here() else {}
    return [f"{how} at {where}" for how, where in new.items() if how not in known(answer.place.version.name)]


@EACH
def test_every_answer_over_the_town_is_what_the_table_says(version: str) -> None:
    assert all_wrong(rich().answers(version)) == []


@EACH
@pytest.mark.parametrize("preset", SMALL)
def test_every_answer_over_a_preset_is_what_the_table_says_and_as_published(preset: str, version: str) -> None:
    assert all_wrong(of_preset(preset).answers(version, most=10_000 if preset == "tiny" else MOST)) == []


@pytest.fixture(scope="module")
def clear_water() -> Town:
    """Made once for each version of the code, which takes most of a minute, and given back after the last test."""
    return Town("clear-water", prepare("clear-water"))


@pytest.mark.xdist_group("clear-water")
@EACH
def test_some_pages_of_a_large_district_are_what_the_table_says_and_as_published(
    version: str, clear_water: Town
) -> None:
    assert all_wrong(clear_water.answers(version, most=1, limit=300)) == []


@pytest.mark.parametrize("preset", ["", *SMALL])
def test_every_page_of_attendance_is_what_the_table_says_and_as_published(preset: str) -> None:
    here, rows = of_preset(preset) if preset else rich(), 0
    for template, path, body in here.attendance(limit=1000 if preset else 2):
        assert envelope.attendance().wrong(body) == [], path
        if swagger.here():
            assert swagger.departures(swagger.published("v3.1-attendance", template), body) == {}, path
        rows += len(body["data"])
    assert rows >= len(here.district.attendance)


@EACH
def test_refusals_of_every_endpoint_are_a_message_and_as_published(version: str) -> None:
    reader = rich().reader
    for place in places(VERSIONS[version]):
        if "{id}" in place.path:
            response = reader.ask(place.path.replace("{id}", NOBODY))
            assert response.status_code == 404, place.path
            assert envelope.message().wrong(response.get_json()) == []
            if swagger.here() and swagger.says(version, place.path, "404"):
                told = swagger.departures(swagger.published(version, place.path, "404"), response.get_json())
                assert told == {}, place.path
        if not place.lists or not place.target.pages:
            continue
        path = place.path.replace("{id}", rich().ids(place, 1)[0])
        for query, status in REFUSED.items():
            response = reader.ask(f"{path}?{query}")
            assert response.status_code == status, (path, query)
            assert envelope.message().wrong(response.get_json()) == []


# Where answers depart from the published specifications, how, in which versions, and why, by hand:

BEFORE_V3 = ("v1.2", "v2.0", "v2.1")
V3 = ("v3.0", "v3.1")
DEPARTS: dict[swagger.Departure, tuple[tuple[str, ...], str]] = {
    # the envelope
    ("one.links", "key"): ((*BEFORE_V3, *V3), "recorded on every record, published on lists alone (data-api 4.3)"),
    ("one.uri", "key"): ((*BEFORE_V3, *V3), "recorded on every element of every list (data-api 4.1)"),
    ("list.links", "key"): (("v1.2",), "recorded in v1.1 already, published since v2.0 (data-api 4.2)"),
    ("list.count", "key"): (("v2.1", *V3), "recorded; only the parameter is published (data-api 4.4)"),
    ("list.resources", "key"): (V3, "recorded where there are none (data-api 4.1)"),
    ("DistrictAdmin.data", "key"): (("v1.2",), "the envelope that show_links asks for (data-api 4.1)"),
    ("DistrictAdmin.uri", "key"): (("v1.2",), "the envelope that show_links asks for (data-api 4.1)"),
    ("StudentContact.data", "key"): (("v1.2",), "the envelope that show_links asks for (data-api 4.1)"),
    ("StudentContact.uri", "key"): (("v1.2",), "the envelope that show_links asks for (data-api 4.1)"),
    **{
        (f"one.{rel}", "key"): (("v1.2",), "brought by include: only the parameter is published (data-api 5)")
        for rel in (
            *("admins", "contacts", "district", "grade_levels", "school", "schools", "sections", "status"),
            *("students", "teachers"),
        )
    },
    # dates, published as timestamps and documented and recorded without a time (data-api 7)
    **{
        (f"DistrictStatus.{name}", "format"): (("v1.2",), "YYYY-MM-DD (data-api 7)")
        for name in ("launch_date", "pause_start", "pause_end")
    },
    ("District.launch_date", "format"): (("v2.0", "v2.1"), "YYYY-MM-DD as in v3, published so there (data-api 7)"),
    ("District.pause_start", "format"): (("v2.0", "v2.1", *V3), "YYYY-MM-DD (data-api 7)"),
    ("District.pause_end", "format"): (("v2.0", "v2.1", *V3), "YYYY-MM-DD (data-api 7)"),
    ("Term.start_date", "format"): ((*BEFORE_V3, *V3), "YYYY-MM-DD but on /schools/{id}/terms (data-api 7)"),
    ("Term.end_date", "format"): ((*BEFORE_V3, *V3), "YYYY-MM-DD but on /schools/{id}/terms (data-api 7)"),
    ("SchoolEnrollment.start_date", "format"): (("v2.1", *V3), "YYYY-MM-DD (data-api 7)"),
    ("SchoolEnrollment.end_date", "format"): (("v2.1", *V3), "YYYY-MM-DD (data-api 7)"),
    # fields
    ("Student.email", "key"): (V3, "a copy of the user's, recorded on every student (data-api 9.5)"),
    ("Student.frl_status", "key"): (("v3.0",), "documented for v3.0, published since v3.1 (data-api 9.5)"),
    ("Student.iep_status", "key"): (("v3.0",), "documented for v3.0, published since v3.1 (data-api 9.5)"),
    ("Student.home_language", "key"): (("v3.0",), "documented for v3.0, published since v3.1 (data-api 9.5)"),
    ("District.last_lms_sync", "key"): (("v3.1",), "documented, not published (lms-connect 2)"),
    ("District.lms_matched_percentage", "key"): (("v3.1",), "documented, not published (lms-connect 2)"),
    # values
    ("Disability.disability_code", "values"): (("v3.1",), "upper case or blank, as documented (data-api 9.5)"),
    ("Student.home_language", "values"): (("v3.1",), "blank, as what a source leaves out is (data-api 7)"),
    ("Student.home_language_code", "values"): (("v3.1",), "blank, as what a source leaves out is (data-api 7)"),
    ("Disability.disability_type", "values"): (("v3.1",), "blank, as documented (data-api 9.5)"),
}


def unpublished(answer: Answer) -> dict[swagger.Departure, str]:
    """Where an answer departs from the published specification, known or not, with an example of each."""
    name = answer.place.version.name
    return swagger.departures(swagger.published(name, answer.place.path, str(answer.status)), answer.body)


@cache
def known(version: str) -> set[swagger.Departure]:
    return {departure for departure, (versions, _) in DEPARTS.items() if version in versions}


def test_every_published_endpoint_is_asked_and_no_other() -> None:
    served = {place.path for place in everywhere()}
    assert {path for name in VERSIONS for path in swagger.paths(name)} == served
    assert set(swagger.paths("v3.1-attendance")) == {template for template, _, _ in rich().attendance()}


@EACH
def test_answers_over_the_town_are_as_published_but_for_these(version: str) -> None:
    """No more and no less: a departure that none of these answers needs is not in the table."""
    swagger.published.cache_clear()  # what another test has seen is to be seen again
    found: dict[swagger.Departure, str] = {}
    for answer in rich().answers(version):
        found |= unpublished(answer)
    assert {departure: example for departure, example in found.items() if departure not in known(version)} == {}
    assert known(version) - set(found) == set()
