"""Laws of the whole server: pages join up, nothing leaks, nonsense is refused, every id printed leads on."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from clients import Mock, Reader
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_data_api import LISTS, PATHS
from test_schemas import rich_town
from test_sharing import SHARED
from test_sharing import rules as drawn_rules
from town import ADA, ALGEBRA_ASH, ASH, BEN, BIOLOGY, BIRCH, CLEO, FALL, LESSON, PAT, SOL, TESS, TOWN, UMA, town
from werkzeug.test import TestResponse

from mock_clever.api.parameters import Place, everywhere
from mock_clever.api.where import matching
from mock_clever.apps import CHOOSABLE, GRANTS
from mock_clever.clock import stopwatch
from mock_clever.fields import FIELDS
from mock_clever.model import Snapshot
from mock_clever.prepared import prepare
from mock_clever.rules import FIELDS as FILTERED
from mock_clever.rules import Filter, Rule
from mock_clever.serving import Server, running
from mock_clever.settings import Settings
from mock_clever.sharing import TYPES, Sharing, visible

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


# Every version, every list, every kind of rule, over the town and over a made district.

TOWNS = ("the town", "tiny")


@cache
def serving(name: str) -> tuple[Mock, Reader, Snapshot]:
    """A server with the town, everything said in it, or with `tiny`; its application is granted everything."""
    district = rich_town() if name == "the town" else prepare(name)
    made = Mock(district)
    made.world.settings = Settings(rate_limit=10**9)
    made.control("POST", "apps", {"client_id": made.sync.client_id, "granted": list(GRANTS)})
    return made, made.reader(district=district.district.id), district


def shared(name: str, rule: Sharing) -> tuple[Reader, Snapshot]:
    """Its reader under that rule, and what the rule lets it see."""
    made, reader, district = serving(name)
    connection = made.world.connection_of(made.sync.client_id, district.district.id)
    assert connection is not None
    made.world.reconnect(connection.id, sharing=rule)
    return reader, visible(district, rule)


@cache
def words(name: str) -> list[str]:
    """What filters may look for: every id and every text of the district, parts of some, and what is nowhere."""
    district = serving(name)[2]
    said = {word for kind in SHARED for record in district.table(kind) for word in strings(record)}
    return [*sorted(said | {word[:3] for word in said}), "nowhere", ""]


def strings(value: Any) -> Iterator[str]:
    """Every text in a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, msgspec.Struct):
        yield from strings(msgspec.structs.asdict(value))


@st.composite
def any_rule(draw: st.DrawFn, name: str) -> Sharing:
    """A sharing of any type, with hidden records, and filters where it shares by rules."""
    ids = st.frozensets(st.sampled_from(ids_of(name)), max_size=6)
    chosen = []
    for kind in draw(st.lists(st.sampled_from(sorted(FILTERED)), max_size=2)):
        filters = st.builds(
            Filter,
            field=st.sampled_from(sorted(FILTERED[kind])),
            operator=st.sampled_from(["is", "is not", "contains"]),
            value=st.sampled_from(words(name)),
        )
        chosen.append(Rule(of=kind, where=tuple(draw(st.lists(filters, max_size=2)))))
    return Sharing(
        type=draw(st.sampled_from(TYPES)),
        ids=draw(ids),
        rules=tuple(chosen),
        staff=draw(st.booleans()),
        hidden=draw(ids),
    )


@cache
def ids_of(name: str) -> list[str]:
    district = serving(name)[2]
    return [id for kind in SHARED for id in district.table(kind).ids]


EVERY_LIST = [place for place in everywhere() if place.lists and place.target.pages]
LIMITS = st.integers(min_value=1, max_value=14) | st.just(10_000)
FIRST, LAST = "0" * 24, "f" * 24


@st.composite
def a_walk(draw: st.DrawFn) -> tuple[str, Sharing, Place, str, int, str]:
    """A district, a rule, a list with a record it hangs from, a limit, and where to start."""
    name = draw(st.sampled_from(TOWNS))
    place = draw(st.sampled_from(EVERY_LIST))
    id = draw(st.sampled_from(serving(name)[2].table(place.collection.kind).ids or [FIRST]))
    listed = [*serving(name)[2].table(place.target.kind).ids]
    unknown = st.sampled_from(listed or [FIRST]).map(lambda near: f"{int(near, 16) + 1:024x}")
    start = draw(st.sampled_from([*listed, FIRST, LAST]) | unknown)
    return name, draw(any_rule(name)), place, place.path.replace("{id}", id), draw(LIMITS), start


def told_ids(page: Any) -> list[str]:
    """The ids of a page, whose elements may stand without envelope."""
    return [item.get("data", item)["id"] for item in page.get("data", ())]


def pages(reader: Reader, path: str | None, rel: str) -> Iterator[list[str]]:
    """The pages from there on, as lists of ids."""
    for _ in range(100):
        if path is None:
            return
        page = reader.get(path)
        yield told_ids(page)
        path = link(page, rel) if "links" in page else None
    raise AssertionError(f"{rel} never ends")


@given(a_walk())
@settings(max_examples=400)
def test_from_any_start_next_and_prev_meet_what_lies_that_way_once_and_in_order(
    walked: tuple[str, Sharing, Place, str, int, str],
) -> None:
    name, rule, place, path, limit, start = walked
    reader, seen = shared(name, rule)
    response = reader.ask(f"{path}?limit=10000")
    if response.status_code == 404:  # the record at the path's beginning is not shared
        assert path.split("/")[3] not in seen.table(place.collection.kind)
        return
    whole = told_ids(response.get_json())
    if place.relation is None:
        assert whole == sorted(seen.table(place.collection.kind).ids)
    assert whole == sorted(set(whole) & set(seen.table(place.target.kind).ids))
    onward = list(pages(reader, f"{path}?limit={limit}&starting_after={start}", "next"))
    assert [id for page in onward for id in page] == [id for id in whole if id > start]
    back = list(pages(reader, f"{path}?ending_before={start}&limit={limit}", "prev"))
    assert [id for page in reversed(back) for id in page] == [id for id in whole if id < start]
    for way in (onward, back):  # the last page may be shorter, and an empty one may follow (data-api 4.2)
        assert all(len(page) == limit for page in [page for page in way if page][:-1])
    assert [id for page in pages(reader, f"{path}?limit={limit}", "next") for id in page] == whole
    if whole:
        again = list(pages(reader, f"{path}?limit={limit}&ending_before={LAST}", "prev"))
        assert [id for page in reversed(again) for id in page] == whole


@cache
def every_path(name: str) -> list[tuple[Place, str]]:
    """Every endpoint of every version, for every record of the district, with what else may be asked of it."""
    district = serving(name)[2]
    found = []
    for place in everywhere():
        ids = district.table(place.collection.kind).ids if "{id}" in place.path else [""]
        named = ",".join(place.collection.relations) if place.single and place.collection.includes else ""
        query = f"?include={named}" if named else "?limit=10000" if place.lists else ""
        found += [(place, place.path.replace("{id}", id) + query) for id in ids]
    return found


ONCE_IN = 7  # of all paths, for each rule: another seventh for each


@given(st.sampled_from(TOWNS).flatmap(lambda name: st.tuples(st.just(name), any_rule(name))), st.integers(0, 6))
@settings(max_examples=80)
def test_no_version_says_a_word_of_a_record_that_is_not_shared(given: tuple[str, Sharing], part: int) -> None:
    """Ids apart: they stay where a shared record names one that is not (docs/sync-troubleshooting)."""
    name, rule = given
    reader, seen = shared(name, rule)
    district = serving(name)[2]
    told, secret = set(strings(district.district)), set()
    for kind in SHARED:
        for record in district.table(kind):
            (told if record.id in seen.table(kind) else secret).update(strings(record))
    secret = {word for word in secret - told if not ID.fullmatch(word) and len(word) > 2}
    for place, path in every_path(name)[part::ONCE_IN]:
        response = reader.ask(path)
        assert response.status_code in (200, 404), path
        if response.status_code == 200:
            body = response.get_json()
            assert secret.isdisjoint(strings(body | {"links": []})), path
            for inner in elements(body):
                assert inner["id"] in seen.table(place.target.kind), path


def elements(body: Any) -> list[Any]:
    """The records of an answer."""
    found = body.get("data", [])
    listed = found if isinstance(found, list) else [found]
    return [item.get("data", item) for item in listed if isinstance(item, dict)]


OPTIONAL_SCOPES = {
    "lms_status": "lms",
    "lms_type": "lms",
    "lms_state": "lms",
    "last_lms_sync": "lms",
    "lms_matched_percentage": "lms",
    "last_attendance_sync": "attendance",
}
OPT_IN = {
    *("ell_status", "frl_status", "iep_status", "home_language", "home_language_code", "gifted_status"),
    *("section_504_status", "disability"),
}


@given(
    st.frozensets(st.sampled_from(GRANTS)),
    st.frozensets(st.sampled_from(CHOOSABLE), max_size=12),
    st.integers(0, 6),
)
@settings(max_examples=60)
def test_no_version_says_a_field_that_is_not_granted_or_not_selected(
    granted: frozenset[str], off: frozenset[str], part: int
) -> None:
    made = Mock(rich_town())
    made.world.settings = Settings(rate_limit=10**9)
    sent = {"client_id": made.sync.client_id, "granted": sorted(granted), "off": sorted(off)}
    made.control("POST", "apps", sent)
    reader = made.reader()
    for place, path in every_path("the town")[part::ONCE_IN]:
        response = reader.ask(path)
        if response.status_code == 404:
            continue
        link = place.relation
        for record in elements(response.get_json()):
            told = {link.part if link is not None and link.part else place.target.part: record}
            told |= record.get("roles", {}) if place.target.part == "user" else {}
            for kind, fields in told.items():
                assert not {f"{kind}.{key}" for key in fields} & off, path
                assert {key for key in fields if key in OPT_IN} <= granted, path
                assert {OPTIONAL_SCOPES[key] for key in fields if key in OPTIONAL_SCOPES} <= granted, path


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
        if field.part == "attendance":  # its keys are also those of others; nobody is told one without the grant
            continue
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


def promptly(ask: Callable[[], TestResponse]) -> TestResponse:
    """What is answered, within a second: the machine may be busy once, not twice."""
    for last in (False, True):
        started = stopwatch()
        response = ask()
        if stopwatch() - started < 1 or last:
            break
    assert stopwatch() - started < 1
    return response


def documented(response: TestResponse) -> None:
    """Less than 500 (or the 501 of a method), and JSON with words or a page."""
    status = response.status_code
    assert status < 500 or (status == 501 and response.request.method not in ("GET", "HEAD", "OPTIONS"))
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
    "v1.2/students",
    f"v2.0/sections/{ALGEBRA_ASH}",
    "v2.1",
    "v3.1/attendance/schools",
    f"v3.1/attendance/sections/{ALGEBRA_ASH}",
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
    "where",
    "include",
    "show_links",
    "date_range_start",
    "date_range_end",
    "attendance_status",
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
    documented(promptly(lambda: mock().client.open(path, method=method, query_string=query, headers=headers)))


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
    documented(promptly(lambda: mock().client.open(path, method=method, headers=headers)))


@given(HEADER, st.sampled_from(["", "Bearer ", "bearer\t", "Bearer  ", "Basic ", "Token "]))
@settings(max_examples=100)
def test_whatever_is_not_a_token_is_a_401(soup: str, scheme: str) -> None:
    for place in ("/v1.2/students", f"/v3.1/users/{ADA}", f"/v3.1/attendance/schools/{ASH}"):
        asked = {"Authorization": scheme + soup}
        response = promptly(lambda place=place, asked=asked: mock().client.get(place, headers=asked))
        assert response.status_code == 401, place


@given(st.sampled_from(list(everywhere())), SOUP)
@settings(max_examples=200)
def test_any_soup_in_the_place_of_an_id_is_not_found(place: Place, soup: str) -> None:
    path = place.path.replace("{id}", quote(soup, safe=""))
    response = promptly(lambda: serving("the town")[1].ask(path))
    documented(response)
    leads_elsewhere = not soup.strip("/") or "{id}" not in place.path
    assert response.status_code in ((200, 404) if leads_elsewhere else (404,))


@given(st.data(), QUERY)
@settings(max_examples=300)
def test_any_query_of_any_endpoint_is_answered_or_refused_with_a_message(
    data: st.DataObject, query: dict[str, str]
) -> None:
    _, reader, _ = serving("the town")
    share_all, _ = shared("the town", Sharing())
    _, path = data.draw(st.sampled_from(every_path("the town")))
    response = promptly(
        lambda: share_all.client.get(
            path.partition("?")[0], query_string=query, headers={"Authorization": f"Bearer {reader.token}"}
        )
    )
    assert response.status_code in (200, 400, 404, 413)
    if response.status_code != 200:
        assert list(response.get_json()) == ["message"]


def test_a_where_that_leads_nowhere_at_length_is_answered_promptly() -> None:
    matches = matching(json.dumps({"." * 100_000: 1}))
    for last in (False, True):
        started = stopwatch()
        assert not any(matches({"name": {"first": "Ada"}}) for _ in range(1000))
        if stopwatch() - started < 1 or last:
            break
    assert stopwatch() - started < 1


# The same over a socket, where bytes need not even be a request.

RAW = st.binary(max_size=60)
LINES = st.builds(
    lambda method, path, version: b" ".join([method, path, version]),
    st.sampled_from([b"GET", b"HEAD"]) | RAW,
    st.sampled_from([b"/v3.0/users", b"/v1.2/students?where=", b"/v3.1/attendance/schools/", b"*", b"http://["])
    | RAW,
    st.sampled_from([b"HTTP/1.1", b"HTTP/1.0", b"HTTP/9.9", b""]) | RAW,
)
HEADERS_RAW = st.lists(
    st.builds(
        lambda name, value: name + b": " + value,
        st.sampled_from(
            [
                *(b"Host", b"Authorization", b"Content-Length", b"Transfer-Encoding", b"Expect", b"Range"),
                *(b"If-None-Match", b"Accept-Encoding", b"Cookie", b"Origin", b"Connection", b"Forwarded"),
            ]
        )
        | RAW,
        st.sampled_from([b"chunked", b"gzip", b"-1", b"100-continue", b"bytes=0-", b"Bearer x", b"x" * 70_000])
        | RAW,
    ),
    max_size=4,
)


@pytest.fixture(scope="module")
def listening() -> Iterator[Server]:
    made = Mock()
    made.app.testing = False
    with running(made.app) as server:
        yield server


def sent(server: Server, raw: bytes) -> bytes:
    """What the server answers to these bytes until it hangs up, which it does in time."""
    answer = b""
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        try:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            while received := connection.recv(65536):
                answer += received
        except ConnectionError:  # it may hang up on what is too much, before it was all sent
            pass
    return answer


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]


@given(LINES | RAW, HEADERS_RAW, RAW)
@example(b"GET /v3.0/users HTTP/1.1", [b"Transfer-Encoding: gzip"], b"")
@example(b"GET /v3.0/users HTTP/1.1", [b"Content-Length: 99999999999999999999"], b"")
@example(b"GET /v3.0/users HTTP/1.1", [b"Authorization: Bearer " + b"x" * 2**20], b"")
@example(b"GET /v3.0/users?x=" + b"x" * 2**20 + b" HTTP/1.1", [], b"")
@example(b"GET /v3.0/users/\x00\xff%00%ff HTTP/1.1", [b"Host: \xff\xfe"], b"")
@settings(max_examples=250)
def test_any_bytes_at_the_socket_are_refused_or_hung_up_on(
    listening: Server, line: bytes, headers: list[bytes], body: bytes
) -> None:
    raw = b"\r\n".join([line, *headers, b"", body])
    for last in (False, True):
        started = stopwatch()
        answered = statuses(sent(listening, raw))
        if stopwatch() - started < 1 or last:
            break
    assert stopwatch() - started < 1
    read_only = line.split(b" ")[0] in (b"GET", b"HEAD")
    assert all(status < 500 or (status == 501 and not read_only) for status in answered), answered
    assert statuses(sent(listening, b"GET /v3.0/users HTTP/1.0\r\n\r\n")) == [401]  # it goes on


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
    made.world.districts[TOWN] = made.world.sources[TOWN] = town()
    id = data.draw(st.sampled_from(town().table(kind).ids))
    change = {"type": "record.update", "kind": kind, "id": id, "set": values}
    response = made.client.post(f"/_mock/districts/{TOWN}/changes", json={"changes": [change]})
    assert response.status_code in (200, 400), response.get_data()
    if response.status_code == 200:
        reader = share(Sharing(type="schools", ids=frozenset({ASH})))
        for path in ("/v3.1/users", "/v3.1/sections", f"/v3.0/users/{ADA}/sections", f"/v3.0/schools/{ASH}/terms"):
            assert reader.ask(path).status_code in (200, 404)
        assert made.client.get("/_mock/people?q=a").status_code == 200
    made.world.districts[TOWN] = made.world.sources[TOWN] = town()


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
