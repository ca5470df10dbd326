"""The legal variation: everything documented stays, and all else differs."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest
from clients import Mock, Reader
from hypothesis import given
from hypothesis import strategies as st
from town import ADA, CLEO, TOWN, town

from mock_clever import fields
from mock_clever.serving import running
from mock_clever.variation import Variation, header_case, shuffled
from mock_clever.versions import VERSIONS

SEEDS = st.integers(0, 2**31)
LISTS = [
    f"/{version.name}/{collection.name}"
    for version in VERSIONS.values()
    for collection in version.collections.values()
    if collection.pages and not collection.empty
]


def varied(seed: int) -> Mock:
    mock = Mock()
    mock.control("PATCH", "settings", {"variation": seed})
    return mock


def walked(reader: Reader, path: str) -> list[str]:
    """The ids of every record that following `next` meets."""
    found: list[str] = []
    uri: str | None = path
    while uri:
        body = reader.get(uri)
        found += [element.get("data", element)["id"] for element in body["data"]]
        uri = next((link["uri"] for link in body["links"] if link["rel"] == "next"), None)
    return found


@pytest.mark.parametrize("path", LISTS)
def test_walking_still_meets_every_record_once_in_order(path: str) -> None:
    plain = walked(Mock().reader(), f"{path}?limit=3")
    for seed in range(4):
        assert walked(varied(seed).reader(), f"{path}?limit=3") == plain == sorted(set(plain))


def test_the_list_that_never_pages_never_has_a_next() -> None:
    for seed in range(20):
        assert len(walked(varied(seed).reader(), "/v3.1/districts")) == 1


@given(SEEDS)
def test_what_is_guaranteed_stays_and_values_are_the_same(seed: int) -> None:
    plain, other = (mock.reader().get("/v3.1/users?limit=10000") for mock in (Mock(), varied(seed)))
    known = {element["data"]["id"]: element["data"] for element in plain["data"]}
    for element in other["data"]:
        told, user = element["data"], known[element["data"]["id"]]
        assert {"id", "district", "created", "last_modified", "name", "roles"} <= told.keys()
        assert {key: told["name"].get(key) for key in ("first", "last")} == {
            key: user["name"].get(key) for key in ("first", "last")
        }
        assert told["roles"].keys() >= user["roles"].keys()
        assert_only_less_or_unknown(told, user)
        if "student" in user["roles"]:
            assert {"school", "schools", "enrollments", "sis_id"} <= told["roles"]["student"].keys()


def assert_only_less_or_unknown(told: Any, plain: Any) -> None:
    """Every key of the varied value is one of the plain value's, equal but for its own variation, or unknown."""
    if not isinstance(plain, dict):
        assert told == plain or isinstance(plain, list)
        return
    for key in told.keys() - plain.keys():
        assert key.startswith("unknown_")
    for key in told.keys() & plain.keys():
        assert_only_less_or_unknown(told[key], plain[key])


def test_one_record_is_told_the_same_way_wherever_it_appears() -> None:
    reader = varied(7).reader()
    listed = next(e["data"] for e in reader.get("/v3.1/users?limit=10000")["data"] if e["data"]["id"] == ADA)
    single = reader.get(f"/v3.1/users/{ADA}")["data"]
    assert json.dumps(listed) == json.dumps(single)
    assert reader.ask("/v3.1/sections").get_data() == varied(7).reader().ask("/v3.1/sections").get_data()


def test_seeds_differ_and_off_is_off() -> None:
    bodies = {varied(seed).reader().ask("/v3.1/users").get_data() for seed in range(5)}
    assert len(bodies) == 5
    mock = varied(5)
    assert mock.reader().ask("/v3.1/users").headers["Mock-Clever-Variation"] == "5"
    mock.control("PATCH", "settings", {"variation": None})
    plain = mock.reader().ask("/v3.1/users")
    assert plain.get_data() == Mock().reader().ask("/v3.1/users").get_data()
    assert "Mock-Clever-Variation" not in plain.headers


def test_everything_left_open_is_met_by_some_seed() -> None:
    """The catalogue of what varies, each seen at work, so that none of it is a promise only."""
    seen = set()
    plain = Mock().reader().get(f"/v3.1/users/{ADA}")
    for seed in range(40):
        reader = varied(seed).reader()
        told = reader.get(f"/v3.1/users/{ADA}")
        student, whole = told["data"]["roles"]["student"], plain["data"]["roles"]["student"]
        known = [key for key in student if key in whole]
        seen |= {"key order"} if known != [key for key in whole if key in student] else set()
        seen |= {"absent fields"} if len(known) < len(whole) else set()
        seen |= {"unknown fields"} if set(student) - set(whole) else set()
        seen |= {"link order"} if told["links"] != plain["links"] else set()
        page = reader.get("/v3.1/users?limit=4")
        seen |= {"shorter pages"} if len(page["data"]) < 4 else set()
        last = reader.get(f"/v3.1/users?starting_after={CLEO}&limit=1000")
        nexts = [link["uri"] for link in last["links"] if link["rel"] == "next"]
        seen |= {"empty last page"} if nexts and reader.get(nexts[0])["data"] == [] else set()
    assert seen == {
        "key order",
        "absent fields",
        "unknown fields",
        "link order",
        "shorter pages",
        "empty last page",
    }


@given(SEEDS, st.integers(1, 10_000), st.text())
def test_a_page_holds_at_least_one_record_and_no_more_than_asked(seed: int, limit: int, request: str) -> None:
    assert 1 <= Variation(seed).limit(limit, request) <= limit


@given(SEEDS)
def test_header_names_change_their_case_and_nothing_else(seed: int) -> None:
    block = f"HTTP/1.1 200 OK\r\nContent-Type: text/HTML\r\nMock-Clever-Variation: {seed}\r\n\r\n".encode()
    changed = header_case(block)
    assert changed.lower() == block.lower()
    assert b" text/HTML\r\n" in changed
    assert (
        header_case(b"HTTP/1.1 200 OK\r\nContent-Type: a\r\n\r\n") == b"HTTP/1.1 200 OK\r\nContent-Type: a\r\n\r\n"
    )


def test_header_names_are_in_other_cases_on_the_wire() -> None:
    """Over a real socket, for in-process clients title every name themselves."""
    mock = varied(3)
    token = mock.reader().token
    found: set[str] = set()
    with running(mock.app) as server:
        asking = http.client.HTTPConnection(server.host, server.port)
        asking.request("GET", "/v3.1/districts", headers={"Authorization": f"Bearer {token}"})
        answer = asking.getresponse()
        found = {name for name, _ in answer.getheaders()}
        assert json.loads(answer.read())["data"][0]["data"]["id"] == TOWN
        asking.close()
    assert {name.lower() for name in found} >= {"content-type", "x-ratelimit-limit", "mock-clever-variation"}
    assert any(name.islower() for name in found) or any(name.isupper() for name in found)


def test_links_that_are_shuffled_are_all_still_there() -> None:
    links = [{"rel": rel, "uri": f"/{rel}"} for rel in ("self", "next", "prev")]
    assert sorted(shuffled(links), key=str) == sorted(links, key=str)
    assert shuffled([]) == []


def test_a_field_is_optional_exactly_where_the_table_says_so() -> None:
    """Whatever any of many seeds leaves out of the town's schools is not guaranteed."""
    optional = {f.key for f in fields.part("school") if not f.guaranteed}
    plain = {e["data"]["id"]: e["data"].keys() for e in Mock().reader().get("/v3.1/schools")["data"]}
    absent: set[str] = set()
    for seed in range(30):
        for element in varied(seed).reader().get("/v3.1/schools")["data"]:
            absent |= plain[element["data"]["id"]] - element["data"].keys()
    assert absent == optional & {key for school in town().schools for key in plain[school.id]}
