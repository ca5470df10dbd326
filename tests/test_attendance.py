"""Attendance, v3.1: which rows a school and a section show, to whom, on which pages, and what is refused."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from clients import Mock, Reader
from envelope import Checker
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace
from town import (
    ADA,
    ALGEBRA_ASH,
    ASH,
    BEN,
    BIOLOGY_ASH,
    BIOLOGY_BIRCH,
    BIRCH,
    CLEO,
    DAN,
    TOWN,
    WHEN,
    town,
)

from mock_clever.attendance import NO_SECTION, Attendance, Register, oldest_kept
from mock_clever.clock import moment
from mock_clever.ingest import ingest
from mock_clever.model import ROLES, Snapshot
from mock_clever.packing import pack, unpack
from mock_clever.settings import Settings
from mock_clever.sharing import EVERYTHING, Sharing, visible
from mock_clever.synthesis import generate, read_preset, synthesise
from mock_clever.versions import Permission
from mock_clever.versions.schema import schema

SPEC = Path(__file__).parents[2] / "shared" / "reference" / "spec" / "v3.1-attendance.yml"
NOW = "2026-11-22T12:00:00.000Z"
NOBODY = "6a000000000000000000ffff"
AT_ASH = f"/v3.1/attendance/schools/{ASH}"
AT_BIRCH = f"/v3.1/attendance/schools/{BIRCH}"
IN_ALGEBRA = f"/v3.1/attendance/sections/{ALGEBRA_ASH}"
IN_BIRCH_BIOLOGY = f"/v3.1/attendance/sections/{BIOLOGY_BIRCH}"


def row(n: int, day: int, student: str, school: str, section: str | None, status: str, **more: str) -> Attendance:
    """A row of September 2026 with the number `n`, by which tests call it."""
    return Attendance(
        attendance_date=f"2026-09-{day:02}",
        attendance_status=status,
        attendance_type="section" if section else "daily",
        student_id=student,
        school_id=school,
        district_id=TOWN,
        created=WHEN,
        last_modified=WHEN,
        section_id=section,
        sis_id=str(n),
        **more,
    )


ROWS = [
    row(1, 1, ADA, ASH, None, "present"),
    row(2, 1, ADA, BIRCH, None, "absent", excuse_code="ILL"),
    row(3, 1, ADA, ASH, ALGEBRA_ASH, "tardy"),
    row(4, 1, BEN, ASH, None, "absent"),
    row(5, 2, ADA, ASH, None, "present"),
    row(6, 2, ADA, BIRCH, BIOLOGY_BIRCH, "present"),
    row(7, 2, CLEO, BIRCH, None, "tardy"),
    row(8, 3, BEN, ASH, BIOLOGY_ASH, "absent"),
]


def attended(rows: list[Attendance] | None = None) -> Snapshot:
    """The town with these rows, sent in another order than theirs."""
    return town().replace(attendance=list(reversed(ROWS if rows is None else rows)))


def mocked(district: Snapshot | None = None) -> Mock:
    """A server with the attended town, in November 2026, whose Secure Sync application may read attendance."""
    made = Mock(district or attended())
    made.world.clock.freeze(True)
    made.world.clock.set(moment(NOW))
    made.world.settings = Settings(rate_limit=10**9)
    made.control("POST", "apps", {"client_id": made.sync.client_id, "granted": ["attendance"]})
    return made


@pytest.fixture
def mock() -> Mock:
    return mocked()


@cache
def lasting() -> Mock:
    """One server for all examples of a law."""
    return mocked()


def numbers(body: Any) -> list[int]:
    return [int(each["sis_id"]) for each in body["data"]]


def cursor(key: str) -> str:
    return base64.b64encode(key.encode()).decode()


def of(n: int) -> str:
    """The cursor of the row with that number, put together by hand."""
    found = ROWS[n - 1]
    section = found.section_id or "000000000000000000000000"
    return cursor(f"{found.attendance_date}_{found.student_id}_{section}_{found.school_id}")


# What a list holds.


def test_a_list_in_full(mock: Mock) -> None:
    response = mock.reader().ask(f"/v3.1/attendance/sections/{ALGEBRA_ASH}?limit=1")
    assert response.get_data(as_text=True) == (
        '{"data":[{"attendance_date":"2026-09-01","attendance_status":"tardy","attendance_type":"section",'
        f'"created":"{WHEN}","district_id":"{TOWN}","last_modified":"{WHEN}","school_id":"{ASH}",'
        f'"section_id":"{ALGEBRA_ASH}","sis_id":"3","student_id":"{ADA}"}}],'
        f'"links":[{{"rel":"self","uri":"/v3.1/attendance/sections/{ALGEBRA_ASH}?limit=1"}}]}}'
    )


def test_what_is_not_known_is_a_missing_key(mock: Mock) -> None:
    absent, *others = mock.reader().get(AT_BIRCH)["data"]
    assert absent == {
        "attendance_date": "2026-09-01",
        "attendance_status": "absent",
        "attendance_type": "daily",
        "created": WHEN,
        "district_id": TOWN,
        "excuse_code": "ILL",
        "last_modified": WHEN,
        "school_id": BIRCH,
        "sis_id": "2",
        "student_id": ADA,
    }
    assert not any("excuse_code" in other for other in others)


PAGES: list[tuple[str, list[int], dict[str, str]]] = [
    (AT_ASH, [1, 3, 4, 5, 8], {}),
    (AT_BIRCH, [2, 6, 7], {}),
    (IN_ALGEBRA, [3], {}),
    (IN_BIRCH_BIOLOGY, [6], {}),
    (f"{AT_ASH}?limit=2", [1, 3], {"next": f"{AT_ASH}?limit=2&starting_after={of(3)}"}),
    (
        f"{AT_ASH}?limit=2&starting_after={of(3)}",
        [4, 5],
        {
            "next": f"{AT_ASH}?limit=2&starting_after={of(5)}",
            "prev": f"{AT_ASH}?limit=2&ending_before={of(4)}",
        },
    ),
    (
        f"{AT_ASH}?starting_after={of(5)}&limit=2",
        [8],
        {"prev": f"{AT_ASH}?limit=2&ending_before={of(8)}"},
    ),
    (f"{AT_ASH}?limit=2&starting_after={of(8)}", [], {}),
    (
        f"{AT_ASH}?limit=2&ending_before={of(4)}",
        [1, 3],
        {
            "next": f"{AT_ASH}?limit=2&starting_after={of(3)}",
            "prev": f"{AT_ASH}?limit=2&ending_before={of(1)}",
        },
    ),
    (f"{AT_ASH}?ending_before={of(1)}", [], {}),
    # a cursor is a bound: this school has no row 2, and nobody a row of 2030
    (
        f"{AT_ASH}?starting_after={of(2)}&limit=9",
        [3, 4, 5, 8],
        {"prev": f"{AT_ASH}?limit=9&ending_before={of(3)}"},
    ),
    (f"{AT_ASH}?starting_after={cursor(f'2030-01-01_{ADA}_{NO_SECTION}_{ASH}')}", [], {}),
    (f"{AT_ASH}?starting_after=&ending_before=", [1, 3, 4, 5, 8], {}),
    # filters
    (f"{AT_ASH}?attendance_status=absent", [4, 8], {}),
    (f"{AT_ASH}?attendance_status=present", [1, 5], {}),
    (f"{AT_ASH}?attendance_status=tardy", [3], {}),
    (f"{AT_ASH}?date_range_start=2026-09-02&date_range_end=2026-09-03", [5, 8], {}),
    (f"{AT_ASH}?date_range_start=2026-09-02&date_range_end=2026-09-02", [5], {}),
    (f"{AT_ASH}?date_range_start=2026-09-03&date_range_end=2026-09-02", [], {}),
    (
        f"{AT_ASH}?date_range_end=2026-09-03&x=a%20b&attendance_status=absent&date_range_start=2026-09-01&limit=1",
        [4],
        {
            "next": f"{AT_ASH}?date_range_end=2026-09-03&x=a%20b&attendance_status=absent"
            f"&date_range_start=2026-09-01&limit=1&starting_after={of(4)}"
        },
    ),
    # a cursor outside the range stays inside it
    (f"{AT_ASH}?date_range_start=2026-09-02&date_range_end=2026-09-02&ending_before={of(8)}&limit=3", [5],
     {"prev": f"{AT_ASH}?date_range_start=2026-09-02&date_range_end=2026-09-02&limit=3&ending_before={of(5)}"}),
    (f"{AT_ASH}?date_range_start=2026-09-02&date_range_end=2026-09-02&ending_before={of(1)}&limit=3", [], {}),
    (f"{AT_ASH}?limit=1000", [1, 3, 4, 5, 8], {}),
    (f"{AT_ASH}?limit=%2B2", [1, 3], {"next": f"{AT_ASH}?limit=%2B2&starting_after={of(3)}"}),
    (f"{AT_ASH}?count=true&limit=5", [1, 3, 4, 5, 8], {}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "rows", "links"), PAGES)
def test_a_page_holds_these_rows_and_these_links(
    path: str, rows: list[int], links: dict[str, str], mock: Mock
) -> None:
    body = mock.reader().get(path)
    assert numbers(body) == rows
    assert {link["rel"]: link["uri"] for link in body["links"]} == {"self": path} | links
    order = [link["rel"] for link in body["links"]]
    assert order == [rel for rel in ("self", "next", "prev") if rel in order]


def test_a_page_holds_a_hundred_rows_unless_told_otherwise() -> None:
    many = [row(n, 1, f"6a00000000000000000{n:05}", ASH, None, "present") for n in range(101)]
    users = [replaced_id(each.student_id) for each in many]
    reader = mocked(town().replace(users=users, attendance=many)).reader()
    assert numbers(reader.get(AT_ASH)) == list(range(100))
    assert numbers(reader.get(f"{AT_ASH}?limit=101")) == list(range(101))


def replaced_id(id: str) -> Any:
    """Ben under another id."""
    return replace(town().users[BEN], id=id)


def test_a_large_page_is_packed_for_those_who_ask() -> None:
    many = [row(n, n % 28 + 1, ADA, ASH, None, "present") for n in range(28)]
    reader = mocked(town().replace(attendance=many)).reader()
    plain, packed = reader.ask(AT_ASH), reader.ask(AT_ASH, **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(packed.get_data()) == plain.get_data()


@pytest.mark.parametrize("seed", range(1, 9))
def test_whatever_varies_walking_meets_every_row_once(seed: int, mock: Mock) -> None:
    mock.world.settings = Settings(variation=seed)
    path: str | None = f"{AT_ASH}?limit=2"
    met = []
    while path is not None:
        body = mock.reader().get(path)
        met += [(each["attendance_date"], each["student_id"]) for each in body["data"]]
        path = next((link["uri"] for link in body["links"] if link["rel"] == "next"), None)
    assert met == [(ROWS[n - 1].attendance_date, ROWS[n - 1].student_id) for n in (1, 3, 4, 5, 8)]


def test_an_id_in_upper_case_is_the_same_id(mock: Mock) -> None:
    assert numbers(mock.reader().get(f"/v3.1/attendance/schools/{ASH.upper()}")) == [1, 3, 4, 5, 8]


def test_a_row_sent_again_overwrites_the_one_before() -> None:
    twice = [row(1, 1, ADA, ASH, None, "present"), row(2, 1, ADA, ASH, None, "absent")]
    register = Register(twice)
    assert [each.sis_id for each in register.rows] == ["2"]
    assert Register(register.rows).rows == register.rows


def test_the_headers_are_those_of_the_resources_family(mock: Mock) -> None:
    for path, status in ((AT_ASH, 200), (f"{AT_ASH}?limit=0", 400), (AT_ASH.replace(ASH, NOBODY), 404)):
        response = mock.reader().ask(path)
        headers = response.headers
        assert response.status_code == status
        assert headers["Access-Control-Allow-Methods"] == "GET"
        assert headers["Content-Security-Policy"] == "frame-ancestors 'none'"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Vary"] == "Accept-Encoding"
        assert headers["Clever-Request-Id"]
        assert headers["X-Ratelimit-Bucket"] == "bearer"
        assert "X-Powered-By" not in headers
        assert "ETag" not in headers
    assert mock.reader().ask(AT_ASH).headers["Content-Type"] == "application/json"
    assert {each.kind for each in mock.world.journal.rows() if each.path == AT_ASH} == {"data"}


# Who may ask.


def html(path: str) -> str:
    return f"<pre>Cannot GET {path}</pre>"


@pytest.mark.parametrize("path", [AT_ASH, IN_ALGEBRA])
def test_an_application_that_was_not_granted_it_meets_the_page_of_a_wrong_token(path: str, mock: Mock) -> None:
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "granted": ["resources", "lms"]})
    response = mock.reader().ask(path)
    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert html(path) in response.get_data(as_text=True)


def test_user_tokens_and_login_applications_never_read_it(mock: Mock) -> None:
    mock.control("POST", "apps", {"client_id": mock.sso.client_id, "granted": ["attendance"]})
    for reader in (mock.reader(mock.sso), mock.signed_in(ADA, mock.sync), mock.signed_in(ADA, mock.sso)):
        response = reader.ask(AT_ASH)
        assert (response.status_code, response.mimetype) == (404, "text/html")


def test_the_refusal_is_said_in_json_where_that_is_set(mock: Mock) -> None:
    mock.world.settings = Settings(out_of_scope="message")
    response = mock.reader(mock.sso).ask(AT_ASH)
    assert (response.status_code, response.get_json()) == (404, {"message": "Resource not in token's scopes"})


def test_without_a_token_nothing_else_is_said(mock: Mock) -> None:
    for path in (AT_ASH, f"{AT_ASH}?limit=abc", AT_ASH.replace(ASH, "abc")):
        assert mock.client.get(path).status_code == 401


@pytest.mark.parametrize("version", ["v1.2", "v2.0", "v2.1", "v3.0", "v4.0", "v3.10"])
def test_no_other_version_has_it(version: str, mock: Mock) -> None:
    path = AT_ASH.replace("v3.1", version)
    response = mock.reader().ask(path)
    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert html(path) in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["/v3.1/attendance", f"/v3.1/attendance/users/{ADA}", f"{AT_ASH}/rows", "/v3.1/attendance/schools/"]
)
def test_no_other_path_of_it_exists(path: str, mock: Mock) -> None:
    assert mock.reader().ask(path).status_code == 404
    assert mock.reader().ask(path).mimetype == "text/html"


def test_it_can_only_be_read(mock: Mock) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert mock.client.open(AT_ASH, method=method).status_code == 501


# What is refused.

HALF = "date_range_start and date_range_end must be used together: send both or neither"
REFUSED: dict[str, str] = {
    "limit=0": "limit in query should be greater than or equal to 1",
    "limit=-5": "limit in query should be greater than or equal to 1",
    "limit=-9223372036854775808": "limit in query should be greater than or equal to 1",
    "limit=1001": "limit in query should be less than or equal to 1000",
    "limit=9223372036854775807": "limit in query should be less than or equal to 1000",
    "limit=9223372036854775808": 'strconv.ParseInt: parsing "9223372036854775808": value out of range',
    "limit=abc": 'strconv.ParseInt: parsing "abc": invalid syntax',
    "limit=": 'strconv.ParseInt: parsing "": invalid syntax',
    "limit=1.0": 'strconv.ParseInt: parsing "1.0": invalid syntax',
    "limit=+5": 'strconv.ParseInt: parsing " 5": invalid syntax',
    "limit=-": 'strconv.ParseInt: parsing "-": invalid syntax',
    "limit=%D9%A3": 'strconv.ParseInt: parsing "٣": invalid syntax',
    "limit=%22%0A%00%5C": r'strconv.ParseInt: parsing "\"\n\x00\\": invalid syntax',
    "limit=%C2%AD%F3%A0%80%81": r'strconv.ParseInt: parsing "\u00ad\U000e0001": invalid syntax',
    "limit=x&limit=5": 'strconv.ParseInt: parsing "x": invalid syntax',
    "attendance_status=late": "attendance_status in query should be one of [present absent tardy]",
    "attendance_status=Present": "attendance_status in query should be one of [present absent tardy]",
    "attendance_status=": "attendance_status in query should be one of [present absent tardy]",
    "date_range_start=soon&date_range_end=2026-09-01": (
        'parsing time "soon" as "2006-01-02": cannot parse "soon" as "2006"'
    ),
    "date_range_start=": 'parsing time "" as "2006-01-02": cannot parse "" as "2006"',
    "date_range_end=2026/09/01": 'parsing time "2026/09/01" as "2006-01-02": cannot parse "/09/01" as "-"',
    "date_range_end=2026-9-01": 'parsing time "2026-9-01" as "2006-01-02": cannot parse "9-01" as "01"',
    "date_range_end=2026-09": 'parsing time "2026-09" as "2006-01-02": cannot parse "" as "-"',
    "date_range_end=2026-09-1": 'parsing time "2026-09-1" as "2006-01-02": cannot parse "1" as "02"',
    "date_range_end=2026-13-x": 'parsing time "2026-13-x": month out of range',
    "date_range_end=2026-02-29": 'parsing time "2026-02-29": day out of range',
    "date_range_end=0000-00-00": 'parsing time "0000-00-00": month out of range',
    "date_range_end=2026-09-00": 'parsing time "2026-09-00": day out of range',
    "date_range_end=2026-09-31T10:00:00Z": 'parsing time "2026-09-31T10:00:00Z": extra text: "T10:00:00Z"',
    "date_range_end=%C3%B1%22": r'parsing time "\xc3\xb1\"" as "2006-01-02": cannot parse "\xc3\xb1\"" as "2006"',
    "date_range_start=2026-09-01": HALF,
    "date_range_end=2026-09-01": HALF,
    "starting_after=abc": "starting_after is no cursor: send one of a link as it is",
    "ending_before=%00": "ending_before is no cursor: send one of a link as it is",
    f"starting_after={ADA}": "starting_after is no cursor: send one of a link as it is",
    f"starting_after={of(1)[:-2]}": "starting_after is no cursor: send one of a link as it is",
    f"starting_after={cursor('2026-09-01_' + ADA)}": "starting_after is no cursor: send one of a link as it is",
    f"starting_after={quote(base64.b64encode(bytes(range(240, 256))).decode())}": (
        "starting_after is no cursor: send one of a link as it is"
    ),
    f"starting_after={of(1)}&ending_before={of(2)}": (
        "starting_after and ending_before cannot be used together: send one of them"
    ),
    # what cannot be read is told before what cannot be
    "attendance_status=late&limit=0&limit=x": "attendance_status in query should be one of [present absent tardy]",
    "attendance_status=late&limit=x": 'strconv.ParseInt: parsing "x": invalid syntax',
    "limit=x&date_range_end=x": 'parsing time "x" as "2006-01-02": cannot parse "x" as "2006"',
    "starting_after=x&date_range_end=2026-09-01&limit=0": "limit in query should be greater than or equal to 1",
}


@pytest.mark.parametrize("query", REFUSED)
@pytest.mark.parametrize("path", [AT_ASH, IN_ALGEBRA])
def test_a_bad_parameter_is_refused_in_these_words(path: str, query: str, mock: Mock) -> None:
    response = mock.reader().ask(f"{path}?{query}")
    assert (response.status_code, response.content_type) == (400, "text/plain; charset=utf-8")
    body = response.get_data(as_text=True)
    assert body.endswith("}\n")
    assert json.loads(body) == {"message": REFUSED[query]}


@pytest.mark.parametrize(("kind", "name"), [("schools", "school_id"), ("sections", "section_id")])
@pytest.mark.parametrize("id", ["abc", ASH[:-1], ASH + "0", "g" * 24])
def test_an_id_of_another_form_is_refused(kind: str, name: str, id: str, mock: Mock) -> None:
    response = mock.reader().ask(f"/v3.1/attendance/{kind}/{id}")
    said = f'{{"message":"{name} in path must be of type mongo-id: \\"{id}\\""}}\n'
    assert (response.status_code, response.get_data(as_text=True)) == (400, said)


def test_go_writes_angle_brackets_as_escapes(mock: Mock) -> None:
    said = mock.reader().ask(f"{AT_ASH}?limit=<%26>").get_data()
    assert said == b'{"message":"strconv.ParseInt: parsing \\"\\u003c\\u0026\\u003e\\": invalid syntax"}\n'


@pytest.mark.parametrize("path", [f"schools/{NOBODY}", f"schools/{ALGEBRA_ASH}", f"sections/{ASH}"])
def test_what_is_unknown_is_not_found(path: str, mock: Mock) -> None:
    response = mock.reader().ask(f"/v3.1/attendance/{path}")
    assert (response.status_code, response.get_data()) == (404, b'{"message":"Resource not found"}')
    assert response.mimetype == "application/json"


@given(
    st.text(max_size=30) | st.binary(max_size=30),
    st.dictionaries(
        st.sampled_from(
            ["limit", "date_range_start", "date_range_end", "attendance_status", "starting_after", "ending_before"]
        ),
        st.text(max_size=12) | st.binary(max_size=90).map(base64.b64encode) | st.binary(max_size=12),
    ),
)
@example("a", {"limit": "9" * 5000})
@example("a", {"starting_after": cursor("9999-99-99" + f"_{ADA}" * 3)})
def test_nonsense_is_refused_and_nothing_breaks(id: str | bytes, query: dict[str, str | bytes]) -> None:
    asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    for at in (quote(id, safe=""), ASH):
        status = lasting().reader().ask(f"/v3.1/attendance/schools/{at}?{asked}").status_code
        assert status in (200, 400, 404), status


# Pages join up.


def rows_drawn() -> st.SearchStrategy[list[Attendance]]:
    """Rows of the town's students on few days, so that keys meet."""
    places = st.sampled_from(
        [(ASH, None), (BIRCH, None), (ASH, ALGEBRA_ASH), (ASH, BIOLOGY_ASH), (BIRCH, BIOLOGY_BIRCH)]
    )
    drawn = st.builds(
        lambda n, day, student, place, status: row(n, day, student, *place, status),
        st.just(0),
        st.integers(1, 4),
        st.sampled_from([ADA, BEN, CLEO, DAN]),
        places,
        st.sampled_from(["present", "absent", "tardy"]),
    )
    return st.lists(drawn, max_size=25).map(
        lambda rows: [row(n, int(r.attendance_date[-2:]), r.student_id, r.school_id, r.section_id,
                          r.attendance_status) for n, r in enumerate(rows)]
    )  # fmt: skip


def walk(reader: Reader, path: str | None, rel: str) -> Iterator[list[int]]:
    for _ in range(60):
        if path is None:
            return
        body = reader.get(path)
        yield numbers(body)
        path = next((str(link["uri"]) for link in body["links"] if link["rel"] == rel), None)
    raise AssertionError(f"{rel} never ends")


@given(
    rows_drawn(),
    st.sampled_from([AT_ASH, AT_BIRCH, IN_ALGEBRA, IN_BIRCH_BIOLOGY]),
    st.integers(1, 12),
    st.sampled_from(["", "&attendance_status=absent", "&date_range_start=2026-09-02&date_range_end=2026-09-03"]),
    st.sampled_from([Sharing(), Sharing(hidden=frozenset({BEN})), Sharing(hidden=frozenset({ALGEBRA_ASH}))]),
)
def test_walking_next_and_back_along_prev_meets_every_row_once(
    sent: list[Attendance], path: str, limit: int, filters: str, rule: Sharing
) -> None:
    made = lasting()
    made.world.districts[TOWN] = town().replace(attendance=sent)
    made.world.reconnect(made.connection(made.sync), sharing=rule)
    latest = {(r.attendance_date, r.student_id, r.section_id or "", r.school_id): r for r in sent}
    id = path.rpartition("/")[2]
    expected = [
        int(r.sis_id or "")
        for key, r in sorted(latest.items())
        if id in (r.school_id, r.section_id)
        and not rule.hidden.intersection((r.student_id, r.section_id or ""))
        and ("status" not in filters or r.attendance_status == "absent")
        and ("range" not in filters or "2026-09-02" <= r.attendance_date <= "2026-09-03")
    ]
    reader = made.reader()
    if id in rule.hidden:
        assert reader.ask(path).status_code == 404
        return
    assert numbers(reader.get(f"{path}?limit=1000{filters}")) == expected
    there = list(walk(reader, f"{path}?limit={limit}{filters}", "next"))
    assert [n for page in there for n in page] == expected
    assert all(len(page) == limit for page in there[:-1])
    end = cursor(f"2026-12-31_{ADA}_{NO_SECTION}_{ASH}")
    back = list(walk(reader, f"{path}?limit={limit}{filters}&ending_before={end}", "prev"))
    assert [n for page in reversed(back) for n in page] == expected


# Sharing.

SHARED: list[tuple[Sharing, dict[str, list[int] | None]]] = [
    (EVERYTHING, {AT_ASH: [1, 3, 4, 5, 8], AT_BIRCH: [2, 6, 7], IN_ALGEBRA: [3]}),
    (Sharing(type="nothing"), {AT_ASH: None, AT_BIRCH: None, IN_ALGEBRA: None}),
    # Uma co-teaches at Ash and brings her primary school, without its sections
    (Sharing(type="schools", ids=frozenset({ASH})), {AT_ASH: [1, 3, 4, 5, 8], AT_BIRCH: [2], IN_ALGEBRA: [3]}),
    # Birch's section brings Ada, and Ada her school
    (
        Sharing(type="schools", ids=frozenset({BIRCH})),
        {AT_ASH: [1, 5], AT_BIRCH: [2, 6, 7], IN_ALGEBRA: None, IN_BIRCH_BIOLOGY: [6]},
    ),
    (Sharing(type="sections", ids=frozenset({ALGEBRA_ASH})), {AT_ASH: [1, 3, 4, 5], IN_ALGEBRA: [3]}),
    # a student's sections come without classmates
    (Sharing(type="students", ids=frozenset({BEN})), {AT_ASH: [4, 8], AT_BIRCH: [], IN_ALGEBRA: []}),
    (Sharing(hidden=frozenset({ADA})), {AT_ASH: [4, 8], AT_BIRCH: [7], IN_ALGEBRA: []}),
    (Sharing(hidden=frozenset({BIOLOGY_ASH})), {AT_ASH: [1, 3, 4, 5], AT_BIRCH: [2, 6, 7]}),
]


@pytest.mark.parametrize(("rule", "shown"), SHARED)
def test_a_rule_shows_exactly_these_rows(rule: Sharing, shown: dict[str, list[int] | None], mock: Mock) -> None:
    mock.world.reconnect(mock.connection(mock.sync), sharing=rule)
    for path, rows in shown.items():
        response = mock.reader().ask(path)
        assert (None if response.status_code == 404 else numbers(response.get_json())) == rows, path


def test_an_application_that_takes_no_students_is_shown_no_rows(mock: Mock) -> None:
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "roles": ["teacher"]})
    assert numbers(mock.reader().get(AT_ASH)) == []


@pytest.mark.parametrize(
    ("kind", "id", "left"),
    [("users", ADA, [4, 8]), ("sections", ALGEBRA_ASH, [1, 4, 5, 8]), ("schools", ASH, None)],
)
def test_what_is_removed_hides_its_rows_until_it_is_back(
    kind: str, id: str, left: list[int] | None, mock: Mock
) -> None:
    path = f"districts/{TOWN}/changes"
    mock.control("POST", path, {"changes": [{"type": "record.remove", "kind": kind, "id": id}]})
    response = mock.reader().ask(AT_ASH)
    assert (None if response.status_code == 404 else numbers(response.get_json())) == left
    mock.control("POST", path, {"changes": [{"type": "record.restore", "kind": kind, "id": id}]})
    assert numbers(mock.reader().get(AT_ASH)) == [1, 3, 4, 5, 8]


def test_sharing_everything_costs_nothing() -> None:
    district = attended()
    assert visible(district, EVERYTHING) is district
    part = visible(district, Sharing(type="schools", ids=frozenset({ASH})), frozenset(ROLES))
    assert part.register is district.register
    assert not {"attendance", "attendance_of_school"} & vars(part).keys()
    assert district.attendance_of_school[ASH] is district.register.of_school[ASH]


def test_only_rows_whose_ids_all_lead_somewhere_are_in_a_snapshot() -> None:
    strangers = [
        row(1, 1, NOBODY, ASH, None, "present"),
        row(2, 1, ADA, NOBODY, None, "present"),
        row(3, 1, ADA, ASH, NOBODY, "present"),
        row(4, 1, "6a000000000000000000ee05", ASH, None, "present"),  # Tess is no student
        row(5, 1, ADA, ASH, None, "present"),
    ]
    assert [each.sis_id for each in attended(strangers).attendance] == ["5"]
    assert attended(strangers) == attended(strangers[-1:])
    assert attended(strangers) != attended([])


# Time.


@pytest.mark.parametrize(
    ("now", "oldest"),
    [
        ("2026-11-22T12:00:00Z", "2026-05-22"),
        ("2027-03-01T00:00:00Z", "2026-09-01"),
        ("2026-08-31T23:59:59Z", "2026-02-31"),
        ("2026-06-30T00:00:00Z", "2025-12-30"),
        ("2026-07-01T00:00:00Z", "2026-01-01"),
    ],
)
def test_the_oldest_day_that_is_kept(now: str, oldest: str) -> None:
    assert oldest_kept(moment(now)) == oldest


def test_rows_are_gone_six_months_after_their_day(mock: Mock) -> None:
    for now, rows in (("2027-03-01", [1, 3, 4, 5, 8]), ("2027-03-02", [5, 8]), ("2027-03-04", [])):
        mock.world.clock.set(moment(now))
        assert numbers(mock.reader().get(AT_ASH)) == rows
    assert numbers(mock.reader().get(f"{AT_ASH}?date_range_start=2026-09-01&date_range_end=2026-09-30")) == []


# The application's own choice of fields, and the district's word of the last sync.


def test_an_optional_field_can_be_off_and_a_guaranteed_one_cannot(mock: Mock) -> None:
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "off": ["attendance.excuse_code"]})
    assert "excuse_code" not in mock.reader().get(AT_BIRCH)["data"][0]
    status, _ = mock.refused("POST", "apps", {"client_id": mock.sync.client_id, "off": ["attendance.student_id"]})
    assert status == 400


def test_the_district_tells_when_attendance_was_last_synced() -> None:
    district = ingest(generate("tiny"))
    made = mocked(district)
    path = f"/v3.1/districts/{district.district.id}"
    reader = made.reader(district=district.district.id)
    assert reader.get(path)["data"]["last_attendance_sync"] == "2026-10-06T23:59:59.000Z"
    assert "last_attendance_sync" not in reader.get(path.replace("v3.1", "v3.0"))["data"]
    made.control("POST", "apps", {"client_id": made.sync.client_id, "granted": []})
    assert "last_attendance_sync" not in reader.get(path)["data"]


# The presets.


def test_tiny_has_a_handful_of_rows() -> None:
    rows = ingest(generate("tiny")).attendance
    assert [
        (r.attendance_date, r.attendance_type, r.attendance_status, r.excuse_code, r.sis_id) for r in rows
    ] == [
        ("2026-10-05", "section", "tardy", None, "4"),
        ("2026-10-05", "daily", "present", None, "1"),
        ("2026-10-05", "daily", "absent", "ILL", "2"),
        ("2026-10-05", "section", "absent", "ILL", "3"),
        ("2026-10-06", "section", "present", None, None),
        ("2026-10-06", "daily", "tardy", "BUS", "5"),
    ]


@pytest.mark.parametrize("preset", ["sandbox", "library"])
def test_other_presets_have_none(preset: str) -> None:
    district = ingest(generate(preset))
    assert district.attendance == ()
    assert district.district.last_attendance_sync is None


@pytest.mark.parametrize("seed", [0, 5])
def test_certification_isd_has_two_plausible_weeks(seed: int) -> None:
    source = generate("certification-isd", seed)
    district = ingest(source)
    rows = district.attendance
    assert len(rows) == len(source.attendance)
    daily = [r for r in rows if r.attendance_type == "daily"]
    lessons = [r for r in rows if r.attendance_type == "section"]
    days = sorted({r.attendance_date for r in rows})
    assert days == [*(f"2026-10-{n:02}" for n in range(5, 10)), *(f"2026-10-{n}" for n in range(12, 17))]
    assert len(daily) == len(days) * len(district.users_of_role["student"])
    shares = {s: sum(r.attendance_status == s for r in daily) / len(daily) for s in ("present", "absent", "tardy")}
    assert 0.8 < shares["present"] < 0.95 and 0.04 < shares["absent"] < 0.15 and 0.01 < shares["tardy"] < 0.06
    away = {(r.attendance_date, r.student_id) for r in daily if r.attendance_status == "absent"}
    assert {(r.attendance_date, r.student_id) for r in lessons if r.attendance_status == "absent"} <= away
    for lesson in lessons:
        section = district.sections[lesson.section_id or ""]
        assert lesson.student_id in section.students and lesson.school_id == section.school
        term = district.terms.get(section.term_id or "")
        assert term is None or (term.start_date or "") <= "2026-10-05"
    assert len({lesson.section_id for lesson in lessons}) == 10
    assert not any(r.excuse_code for r in rows if r.attendance_status == "present")
    assert {r.excuse_code for r in rows} == {None, "ILL", "MED", "FAM", "TRIP", "BUS", "LATE"}
    assert unpack(pack(district)).register.rows == district.register.rows


def test_more_days_leave_the_first_ones_as_they_were() -> None:
    preset = read_preset("certification-isd")
    assert preset.roll_calls is not None
    longer = synthesise(replace(preset, roll_calls=replace(preset.roll_calls, days=13)))
    known = {r.attendance_id: r for r in longer.attendance}
    assert all(known[r.attendance_id] == r for r in synthesise(preset).attendance)


# The published specification.


def specified() -> dict[str, Any]:
    if not SPEC.exists():
        pytest.skip("the published specification is not here")
    found: dict[str, Any] = yaml.load(SPEC.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return found


FULL = Permission(granted=frozenset({"attendance"}))


def test_the_table_has_the_fields_of_the_specification() -> None:
    published = specified()["definitions"]
    told = schema("v3.1", "attendance", FULL)
    assert told["properties"].keys() == published["Attendance"]["properties"].keys()
    assert told["properties"]["attendance_status"]["enum"] == published["AttendanceStatus"]["enum"]
    assert told["properties"]["attendance_type"]["enum"] == published["AttendanceType"]["enum"]
    assert set(told["properties"]) - set(told["required"]) == {"section_id", "excuse_code", "sis_id"}


def test_every_path_and_parameter_of_the_specification_is_here(mock: Mock) -> None:
    samples = {
        "date_range_start": "2026-09-01",
        "date_range_end": "2026-09-30",
        "attendance_status": "absent",
        "limit": "7",
        "starting_after": of(1),
        "ending_before": of(8),
    }
    paths = specified()["paths"]
    assert set(paths) == {"/attendance/schools/{school_id}", "/attendance/sections/{section_id}"}
    for path, operations in paths.items():
        own, *parameters = [each["name"] for each in operations["get"]["parameters"]]
        assert parameters == list(samples)
        at = f"/v3.1{path.replace(f'{{{own}}}', ASH if own == 'school_id' else ALGEBRA_ASH)}"
        for cursor_sent in ("starting_after", "ending_before"):
            sent = {name: value for name, value in samples.items() if name in (cursor_sent, *list(samples)[:4])}
            assert mock.reader().ask(at + "?" + "&".join(f"{n}={v}" for n, v in sent.items())).status_code == 200
    limit = next(p for p in paths["/attendance/schools/{school_id}"]["get"]["parameters"] if p["name"] == "limit")
    assert (limit["minimum"], limit["maximum"]) == (1, 1000)


@pytest.mark.parametrize("preset", ["tiny", "certification-isd"])
def test_every_row_of_the_presets_fits_its_schema(preset: str) -> None:
    district = ingest(generate(preset))
    checker = Checker(schema("v3.1", "attendance", FULL))
    reader = mocked(district).reader(district=district.district.id)
    said: set[str] = set()
    for school in district.schools.ids:
        for each in reader.get(f"/v3.1/attendance/schools/{school}?limit=1000")["data"]:
            assert checker.wrong(each) == []
            assert list(each) == sorted(each)
            said |= each.keys()
    assert said == set(schema("v3.1", "attendance", FULL)["properties"])
