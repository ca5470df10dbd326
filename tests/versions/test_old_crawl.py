"""Every id that a version prints can be fetched in that version, unless the record is not shared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from clients import Mock, Reader
from legacy import OLD, TESS_THEN
from town import ASH, BEN, BIOLOGY_BIRCH, BIRCH, TESS, TOWN

from mock_clever.prepared import prepare
from mock_clever.settings import Settings

EVERY = (*OLD, "v3.0", "v3.1")

PLACES = {
    "district": "districts",
    "school": "schools",
    "schools": "schools",
    "course": "courses",
    "term_id": "terms",
}
# Where the ids under a key lead, by the collections a version has.
LEADS = dict.fromkeys(
    OLD,
    PLACES | {"student": "students", "students": "students", "teacher": "teachers", "teachers": "teachers"},
) | dict.fromkeys(
    ("v3.0", "v3.1"),
    PLACES | dict.fromkeys(("student", "students", "teacher", "teachers"), "users"),
)
COLLECTIONS = {
    "v1.2": (
        *("districts", "schools", "students", "teachers", "school_admins", "district_admins", "contacts"),
        "sections",
    ),
    "v2.0": (
        *("districts", "schools", "students", "teachers", "school_admins", "district_admins", "contacts"),
        *("sections", "courses", "terms"),
    ),
    "v3.0": ("districts", "schools", "users", "sections", "courses", "terms", "resources"),
}
COLLECTIONS |= {"v2.1": COLLECTIONS["v2.0"], "v3.1": COLLECTIONS["v3.0"]}


def named(version: str, told: Any) -> Iterator[tuple[str, str]]:
    """The records that a record names: their collection and id."""
    for key, value in told.items() if isinstance(told, dict) else ():
        if key == "district_contact":
            continue
        if key in LEADS[version] and not isinstance(value, dict):
            for id in value if isinstance(value, list) else [value]:
                yield LEADS[version][key], id
        else:
            for inner in value if isinstance(value, list) else [value]:
                yield from named(version, inner)


def crawl(reader: Reader, version: str) -> set[str]:
    """Read every list, every record and every link of every record; the paths printed that are not there."""
    printed: set[str] = set()
    linked: set[str] = set()
    for name in COLLECTIONS[version]:
        listed = reader.get(f"/{version}/{name}?limit=10000&show_links=true")
        for item in listed.get("data", []):  # without, there are no resources (data-api 4.1)
            assert item["uri"] == f"/{version}/{name}/{item['data']['id']}"
            printed.add(item["uri"])
            printed |= {f"/{version}/{collection}/{id}" for collection, id in named(version, item["data"])}
    for uri in sorted(printed):
        response = reader.ask(uri)
        if response.status_code == 200:
            linked |= {link["uri"] for link in response.get_json()["links"]}
    assert linked
    for uri in sorted(linked):
        response = reader.ask(uri)
        assert response.status_code == 200 or response.get_json() == {"message": "Resource not found"}, uri
        told = response.get_json()["data"] if response.status_code == 200 else []
        for item in told if isinstance(told, list) else [told]:
            record = item.get("data", item) if isinstance(item, dict) else {}
            printed |= {f"/{version}/{collection}/{id}" for collection, id in named(version, record)}
    return {uri for uri in printed if reader.ask(uri).status_code != 200}


@pytest.mark.parametrize("version", EVERY)
def test_everything_named_in_the_town_is_there(version: str, reader: Reader) -> None:
    assert crawl(reader, version) == set()


@pytest.mark.parametrize("version", EVERY)
def test_everything_named_in_a_made_district_is_there(version: str) -> None:
    district = prepare("sandbox")
    mock = Mock(district)
    mock.world.settings = Settings(rate_limit=10**9)
    assert crawl(mock.reader(district=district.district.id), version) == set()


@pytest.mark.parametrize("version", EVERY)
def test_what_is_named_and_not_there_is_not_shared(version: str, mock: Mock) -> None:
    mock.share(type="everything", ids=[], staff=True, **{"except": [TESS, BEN, BIRCH]})
    teacher = f"users/{TESS}" if version.startswith("v3") else f"teachers/{TESS_THEN}"
    student = f"users/{BEN}" if version.startswith("v3") else f"students/{BEN}"
    missing = {f"/{version}/{path}" for path in (teacher, student, f"schools/{BIRCH}")}
    assert crawl(mock.reader(), version) == missing


@pytest.mark.parametrize("version", OLD)
def test_a_rule_shows_the_same_people_to_every_version(version: str, mock: Mock) -> None:
    mock.share(type="sections", ids=[BIOLOGY_BIRCH], staff=False)
    reader = mock.reader()
    seen = {role: reader.ids(f"/v3.0/users?role={role}") for role in ("student", "teacher", "staff", "contact")}
    assert reader.ids(f"/{version}/students") == seen["student"]
    for name, role in (("teachers", "teacher"), ("school_admins", "staff"), ("contacts", "contact")):
        legacy = [reader.get(f"/v3.0/users/{id}")["data"]["roles"][role]["legacy_id"] for id in seen[role]]
        assert reader.ids(f"/{version}/{name}") == sorted(legacy)
    assert reader.ids(f"/{version}/sections") == [BIOLOGY_BIRCH]


@pytest.mark.parametrize("version", OLD)
def test_nothing_shared_is_empty_lists_and_a_district(version: str, mock: Mock) -> None:
    mock.share(type="nothing", ids=[], staff=False)
    reader = mock.reader()
    for name in COLLECTIONS[version]:
        told = reader.get(f"/{version}/{name}")
        assert [item["data"]["id"] for item in told["data"]] == ([TOWN] if name == "districts" else [])
    assert reader.ask(f"/{version}/schools/{ASH}").status_code == 404
