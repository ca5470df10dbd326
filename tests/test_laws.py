"""Laws of the whole server: pages join up, nothing leaks, nonsense is refused, every id printed leads on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from clients import Mock, Reader
from hypothesis import given, settings
from hypothesis import strategies as st
from test_data_api import LISTS, PATHS
from test_schemas import rich_town
from test_sharing import SHARED
from test_sharing import rules as drawn_rules
from town import ADA, ALGEBRA_ASH, ASH, BEN, BIOLOGY, BIRCH, CLEO, FALL, LESSON, PAT, SOL, TESS, TOWN, UMA, town
from werkzeug.test import TestResponse

from mock_clever.fields import FIELDS
from mock_clever.settings import Settings
from mock_clever.sharing import Sharing

BOTH = ("v3.0", "v3.1")
EVERY_ID = [id for kind in SHARED for id in town().table(kind).ids]
ID = re.compile(r"[0-9a-f]{24}")


@cache
def mock() -> Mock:
    """One server for all examples, without a limit on how often it may be asked."""
    made = Mock()
    made.world.settings = Settings(rate_limit=10**9)
    return made


def share(rule: Sharing) -> Reader:
    made = mock()
    made.world.reconnect(made.connection(made.sync), sharing=rule)
    return made.reader()


def rules() -> st.SearchStrategy[Sharing]:
    """A rule over the town: those of test_sharing name ids that are not here."""
    ids = st.frozensets(st.sampled_from(EVERY_ID), max_size=6)
    types = st.sampled_from(["everything", "schools", "sections", "nothing"])
    return st.builds(Sharing, type=types, ids=ids, staff=st.booleans(), hidden=ids) | drawn_rules()


def link(page: Any, rel: str) -> str | None:
    return next((str(each["uri"]) for each in page["links"] if each["rel"] == rel), None)


def walk(reader: Reader, path: str | None, rel: str) -> Iterator[list[str]]:
    """The pages from there on, as lists of ids."""
    for _ in range(100):
        if path is None:
            return
        page = reader.get(path)
        if "data" not in page:
            return
        yield [item["data"]["id"] for item in page["data"]]
        path = link(page, rel)
    raise AssertionError(f"{rel} never ends")


WALKED = [path for path in LISTS if not path.startswith("/districts") and "primary=no" not in path]


@given(rules(), st.sampled_from(WALKED), st.integers(min_value=1, max_value=12), st.sampled_from(BOTH))
def test_walking_next_and_back_along_prev_meets_everything_once(
    rule: Sharing, path: str, limit: int, version: str
) -> None:
    reader = share(rule)
    response = reader.ask(f"/{version}{path}")
    if response.status_code == 404:  # the record at the path's beginning is not shared
        return
    everything = reader.ids(f"/{version}{path}")
    separator = "&" if "?" in path else "?"
    there = list(walk(reader, f"/{version}{path}{separator}limit={limit}", "next"))
    assert [id for page in there for id in page] == everything == sorted(set(everything))
    assert all(len(page) == limit for page in there[:-1])
    last = f"/{version}{path}{separator}limit={limit}&ending_before={'f' * 24}"
    back = list(walk(reader, last, "prev"))
    assert [id for page in reversed(back) for id in page] == everything


@given(rules(), st.sampled_from(["users", "sections", "courses"]), st.integers(min_value=1, max_value=5))
def test_the_page_before_the_next_page_is_this_page(rule: Sharing, kind: str, limit: int) -> None:
    reader = share(rule)
    first = reader.get(f"/v3.0/{kind}?limit={limit}")
    onward = link(first, "next")
    if onward is None:
        return
    backward = link(reader.get(onward), "prev")
    assert backward is not None
    assert reader.get(backward)["data"] == first["data"]


@given(rules(), st.sampled_from(EVERY_ID), st.sampled_from(BOTH))
def test_a_record_is_listed_if_and_only_if_it_can_be_fetched(rule: Sharing, id: str, version: str) -> None:
    reader = share(rule)
    for kind in SHARED:
        listed = id in reader.ids(f"/{version}/{kind}")
        assert listed == (reader.ask(f"/{version}/{kind}/{id}").status_code == 200)


@given(rules(), st.sampled_from(sorted(LISTS)))
def test_a_related_list_never_shows_what_the_collection_does_not(rule: Sharing, path: str) -> None:
    reader = share(rule)
    response = reader.ask(f"/v3.0{path}")
    if response.status_code == 404:
        return
    for item in response.get_json().get("data", []):
        assert reader.get(item["uri"])["data"]["id"] == item["data"]["id"]


def ids_printed(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from ids_printed(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from ids_printed(inner, key)
    elif isinstance(value, str) and ID.fullmatch(value):
        yield key, value


LEADS_TO = {
    "id": ("districts", *SHARED),
    "district": ("districts",),
    "school": ("schools",),
    "schools": ("schools",),
    "students": ("users",),
    "student": ("users",),
    "teachers": ("users",),
    "teacher": ("users",),
    "course": ("courses",),
    "term_id": ("terms",),
}
NOT_A_RECORD = {"legacy_id"}  # what a person was called before v3


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("hidden", [frozenset(), frozenset({BEN, BIRCH, FALL, BIOLOGY, UMA})])
def test_every_id_that_is_printed_leads_to_a_record_or_is_not_shared(hidden: frozenset[str], version: str) -> None:
    reader = share(Sharing(hidden=hidden))
    met: set[str] = set()
    for kind in ("districts", *SHARED):
        for record in reader.get(f"/{version}/{kind}")["data"]:
            body = reader.get(record["uri"])
            for key, id in ids_printed(body["data"]):
                if key in NOT_A_RECORD:
                    continue
                found = {
                    name for name in LEADS_TO[key] if reader.ask(f"/{version}/{name}/{id}").status_code == 200
                }
                assert bool(found) == (id not in hidden), (record["uri"], key, id)
                met.add(key)
            for each in body["links"]:
                status = reader.ask(each["uri"]).status_code
                none = each["rel"] in ("term", "course", "school")  # a section may have none, or one not shared
                assert status == 200 or (status == 404 and none), each
    assert met == set(LEADS_TO)


# What an application may not see is in none of its answers.


@given(
    st.frozensets(st.sampled_from(["ell_status", "gifted_status", "disability", "lms", "resources"])),
    st.sampled_from(BOTH),
)
@settings(max_examples=20)
def test_no_answer_names_a_field_that_was_not_granted(granted: frozenset[str], version: str) -> None:
    made = Mock(rich_town())
    made.control("POST", "apps", {"client_id": made.sync.client_id, "granted": sorted(granted)})
    text = json.dumps([made.reader().get(f"/{version}/{kind}") for kind in ("districts", *SHARED)])
    for field in FIELDS:
        needed = field.scope or (field.key if field.sensitive else "")
        if needed and needed not in granted and "." not in field.name:
            assert f'"{field.name}":' not in text, field.name
    assert '"password"' not in text
    assert '"description"' not in text


def test_a_login_application_is_never_told_of_schools_sections_or_anything_but_names() -> None:
    made = mock()
    allowed = {
        "id",
        "district",
        "created",
        "last_modified",
        "name",
        "first",
        "middle",
        "last",
        "email",
        "roles",
        "schools",
        "legacy_id",
        "student",
        "teacher",
        "staff",
        "district_admin",
    }
    for user in (ADA, TESS, UMA, SOL):
        reader = made.signed_in(user, made.sso)
        record = reader.get(f"/v3.1/users/{user}")["data"]
        assert set(keys_of(record)) <= allowed
        assert all(role.get("schools", []) == [] for role in record["roles"].values())
        assert set(keys_of(reader.get(f"/v3.1/districts/{TOWN}")["data"])) == {"id", "name"}


def keys_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_of(inner)


# Nonsense. A mistake of the mock's own would be raised here, for its app is testing.


def documented(response: TestResponse) -> None:
    """Less than 500 (or the 501 of a method), and JSON with words or a page."""
    status = response.status_code
    assert status < 500 or status == 501
    if status in (204, 302, 304, 429) or response.request.method == "HEAD":
        return
    assert response.mimetype in ("application/json", "text/html", "text/css")
    if response.mimetype == "application/json" and status >= 400:
        assert set(response.get_json()) & {"message", "error"}


SOUP = st.text(max_size=30) | st.binary(max_size=30).map(lambda raw: raw.decode("latin-1"))
METHODS = st.sampled_from(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "BREW"])
ROOTS = [
    "",
    "v3.0",
    "v3.1/users",
    f"v3.0/users/{ADA}",
    "oauth",
    "oauth/tokens",
    "oauth/login",
    "oauth/authorize",
    "_mock",
    "_mock/apps",
    "_mock/connections",
    "_mock/people",
    "_mock/journal",
    "_mock/worlds",
    "w",
    "w/main",
    "_mock/static",
    "logout",
    "me",
    "v3.0/me",
]
NAMES = [
    "limit",
    "starting_after",
    "ending_before",
    "count",
    "role",
    "primary",
    "client_id",
    "redirect_uri",
    "response_type",
    "district_id",
    "state",
    "q",
    "since",
    "kind",
    "status",
    "owner_type",
    "district",
    "user",
]
QUERY = st.dictionaries(
    st.sampled_from(NAMES) | SOUP, SOUP | st.sampled_from([ADA, "code", TOWN, "true"]), max_size=4
)


@given(METHODS, st.sampled_from(ROOTS), st.lists(SOUP, max_size=3), QUERY, st.booleans())
@settings(max_examples=200)
def test_any_path_and_query_is_answered_in_a_documented_way(
    method: str, root: str, rest: list[str], query: dict[str, str], known: bool
) -> None:
    path = "/" + "/".join([root, *(quote(part, safe="") for part in rest)]).lstrip("/")
    headers = {"Authorization": f"Bearer {mock().reader().token}"} if known else {}
    documented(mock().client.open(path, method=method, query_string=query, headers=headers))


HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)


@given(
    st.sampled_from(["/v3.0/users", "/v3.0/me", "/oauth/tokens", "/oauth/authorize", "/_mock/env", "/logout"]),
    st.dictionaries(
        st.sampled_from(
            ["Authorization", "Cookie", "Host", "Content-Type", "Accept", "Referer", "Origin", "X-Any"]
        ),
        HEADER | HEADER.map(lambda text: f"Basic {text}") | HEADER.map(lambda text: f"Bearer {text}"),
    ),
    st.sampled_from(["GET", "POST"]),
)
@settings(max_examples=200)
def test_any_header_is_answered_in_a_documented_way(path: str, headers: dict[str, str], method: str) -> None:
    documented(mock().client.open(path, method=method, headers=headers))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SOUP, inner, max_size=3),
    max_leaves=8,
)
KNOWN_KEYS = st.sampled_from(
    [
        "code",
        "grant_type",
        "redirect_uri",
        "client_id",
        "client_secret",
        "name",
        "products",
        "redirect_uris",
        "type",
        "ids",
        "staff",
        "except",
        "user",
        "changes",
        "path",
        "status",
        "times",
        "kind",
        "advance",
        "set",
        "freeze",
        "launched",
        "granted",
        "seed",
    ]
)
BODIES = (
    st.binary(max_size=200)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(KNOWN_KEYS, JSON, max_size=5).map(lambda value: json.dumps(value).encode())
)


@given(
    st.sampled_from(["json", "x-www-form-urlencoded", "xml", "json; charset=latin-1"]),
    BODIES,
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=200)
def test_any_body_at_the_token_endpoint_is_refused_in_json(
    kind: str, body: bytes, known: bool, slash: bool
) -> None:
    auth = (mock().sso.client_id, mock().sso.client_secret) if known else None
    path = "/oauth/tokens/" if slash else "/oauth/tokens"
    response = mock().client.post(path, data=body, content_type=f"application/{kind}", auth=auth)
    assert response.status_code in (400, 401)
    assert response.get_json()["error"] in (
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unsupported_grant_type",
    )


@given(BODIES, st.booleans())
@settings(max_examples=100)
def test_any_form_at_the_login_page_is_refused_on_a_page(body: bytes, form: bool) -> None:
    kind = "application/x-www-form-urlencoded" if form else "multipart/form-data; boundary=x"
    response = mock().client.post("/oauth/login", data=body, content_type=kind)
    assert (response.status_code, response.mimetype) == (400, "text/html")


CONTROLS = [
    ("POST", "apps"),
    ("PATCH", "connections/CONNECTION"),
    ("PUT", "connections/CONNECTION/sharing"),
    ("POST", f"districts/{TOWN}/changes"),
    ("POST", "login"),
    ("POST", "faults"),
    ("POST", "clock"),
    ("POST", "worlds"),
]


@given(st.sampled_from(CONTROLS), BODIES)
@settings(max_examples=120)
def test_any_body_at_the_control_plane_is_taken_or_refused_with_a_message(
    route: tuple[str, str], body: bytes
) -> None:
    method, path = route
    made = Mock()
    response = made.client.open(
        f"/_mock/{path.replace('CONNECTION', made.connection(made.sync))}", method=method, data=body
    )
    assert response.status_code in (200, 201, 400, 403, 404, 409), response.get_data()
    assert response.mimetype == "application/json"
    if response.status_code >= 400:
        assert list(response.get_json()) == ["message"]
        assert response.get_json()["message"]
    else:  # whatever was taken leaves a server that answers
        documented(made.client.get("/v3.0/users", headers={"Authorization": f"Bearer {made.reader().token}"}))
        assert made.client.get("/_mock/connections").status_code == 200


SETTABLE = st.dictionaries(
    st.sampled_from(
        [
            "name",
            "email",
            "roles",
            "school",
            "schools",
            "students",
            "teachers",
            "teacher",
            "course",
            "term_id",
            "start_date",
            "courses",
            "ext",
            "state",
            "login_methods",
            "location",
            "password",
            "grade",
            "number",
        ]
    ),
    JSON
    | st.lists(st.sampled_from([*EVERY_ID, "", "x"]), max_size=4)
    | st.fixed_dictionaries(
        {},
        optional={
            "student": st.fixed_dictionaries(
                {}, optional={"schools": st.lists(SOUP), "school": SOUP, "student_number": SOUP, "grade": SOUP}
            ),
            "contact": st.fixed_dictionaries(
                {"legacy_id": SOUP}, optional={"student_relationships": st.lists(st.builds(dict, student=SOUP))}
            ),
            "first": SOUP,
            "last": SOUP,
        },
    ),
    min_size=1,
    max_size=3,
)


@given(st.sampled_from(["districts", *SHARED]), st.data(), SETTABLE)
@settings(max_examples=150)
def test_a_change_that_was_taken_leaves_a_town_that_can_be_read(
    kind: str, data: st.DataObject, values: Any
) -> None:
    made = mock()
    made.world.districts[TOWN] = town()
    id = data.draw(st.sampled_from(town().table(kind).ids))
    change = {"type": "record.update", "kind": kind, "id": id, "set": values}
    response = made.client.post(f"/_mock/districts/{TOWN}/changes", json={"changes": [change]})
    assert response.status_code in (200, 400), response.get_data()
    if response.status_code == 200:
        reader = share(Sharing(type="schools", ids=frozenset({ASH})))
        for path in ("/v3.1/users", "/v3.1/sections", f"/v3.0/users/{ADA}/sections", f"/v3.0/schools/{ASH}/terms"):
            assert reader.ask(path).status_code in (200, 404)
        assert made.client.get("/_mock/people?q=a").status_code == 200
    made.world.districts[TOWN] = town()


PLACES = [
    f"/v3.0{path.replace('{id}', id)}" for path in PATHS for id in (ADA, ASH, ALGEBRA_ASH, LESSON, PAT, CLEO)
]


@given(st.sampled_from(PLACES), QUERY)
@settings(max_examples=200)
def test_any_query_of_a_known_path_is_a_list_a_record_or_a_message(path: str, query: dict[str, str]) -> None:
    response = share(Sharing()).client.get(
        path, query_string=query, headers={"Authorization": f"Bearer {mock().reader().token}"}
    )
    body = response.get_json()
    if response.status_code == 200:
        assert set(body) in ({"data", "links"}, {"count", "links"}, {"resources"})
    else:
        assert response.status_code in (400, 404, 413)
        assert list(body) == ["message"]
