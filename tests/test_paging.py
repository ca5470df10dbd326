"""Limits, cursors, counts and the links between pages (docs/paging-and-limits)."""

from __future__ import annotations

import pytest
from clients import Mock
from town import ADA, ASH, BEN, CLEO, DAN, PAT, ROOT, SOL, TESS, TOWN, UMA

U = "/v3.0/users"

# What is asked, which page it gives, and where its links lead.
PAGES: list[tuple[str, list[str], dict[str, str]]] = [
    ("limit=4", [ADA, BEN, CLEO, DAN], {"next": f"{U}?limit=4&starting_after={DAN}"}),
    (
        f"limit=4&starting_after={DAN}",
        [TESS, UMA, SOL, ROOT],
        {"next": f"{U}?limit=4&starting_after={ROOT}", "prev": f"{U}?limit=4&ending_before={TESS}"},
    ),
    (f"limit=4&starting_after={ROOT}", [PAT], {"prev": f"{U}?limit=4&ending_before={PAT}"}),
    (f"limit=4&starting_after={PAT}", [], {}),
    (
        f"limit=2&ending_before={TESS}",
        [CLEO, DAN],
        {"next": f"{U}?limit=2&starting_after={DAN}", "prev": f"{U}?limit=2&ending_before={CLEO}"},
    ),
    (
        f"limit=4&ending_before={BEN}",
        [ADA],
        {"next": f"{U}?limit=4&starting_after={ADA}", "prev": f"{U}?limit=4&ending_before={ADA}"},
    ),
    (f"ending_before={ADA}", [], {}),
    (f"limit=1&ending_before={'f' * 24}", [PAT], {"prev": f"{U}?limit=1&ending_before={PAT}"}),
    ("limit=9", [ADA, BEN, CLEO, DAN, TESS, UMA, SOL, ROOT, PAT], {}),
    (
        "foo=1&role=student&limit=1&bar=a%20b",
        [ADA],
        {"next": f"{U}?foo=1&role=student&limit=1&bar=a%20b&starting_after={ADA}"},
    ),
    # A cursor in the middle moves to the end; an id that does not exist is a bound all the same.
    (
        f"starting_after={ADA}&limit=1",
        [BEN],
        {"next": f"{U}?limit=1&starting_after={BEN}", "prev": f"{U}?limit=1&ending_before={BEN}"},
    ),
    (
        "starting_after=6a000000000000000000ee00&limit=1",
        [ADA],
        {"next": f"{U}?limit=1&starting_after={ADA}", "prev": f"{U}?limit=1&ending_before={ADA}"},
    ),
    ("starting_after=&limit=1", [ADA], {"next": f"{U}?limit=1&starting_after={ADA}"}),
]


@pytest.mark.parametrize(("query", "ids", "links"), PAGES)
def test_a_page_holds_these_records_and_these_links(
    query: str, ids: list[str], links: dict[str, str], mock: Mock
) -> None:
    page = mock.reader().get(f"{U}?{query}")
    assert [item["data"]["id"] for item in page["data"]] == ids
    assert [item["uri"] for item in page["data"]] == [f"{U}/{id}" for id in ids]
    assert {link["rel"]: link["uri"] for link in page["links"]} == {"self": f"{U}?{query}"} | links
    order = [link["rel"] for link in page["links"]]
    assert order == [rel for rel in ("self", "next", "prev") if rel in order]


def test_related_lists_page_too(mock: Mock) -> None:
    page = mock.reader().get(f"/v3.1/schools/{ASH}/users?role=student&limit=2")
    assert [item["data"]["id"] for item in page["data"]] == [ADA, BEN]
    after = f"/v3.1/schools/{ASH}/users?role=student&limit=2&starting_after={BEN}"
    assert page["links"][1] == {"rel": "next", "uri": after}
    assert mock.reader().ids(after) == [DAN]


@pytest.mark.parametrize("limit", ["0", "-1", "abc", "1.5", "", "+5", "1e2", "%D9%A3", "0x10", "10 "])
def test_a_limit_that_is_no_positive_whole_number_is_a_bad_request(limit: str, mock: Mock) -> None:
    response = mock.reader().ask(f"{U}?limit={limit}")
    assert (response.status_code, response.get_data()) == (
        400,
        b'{"message":"limit must be a whole number from 1 to 10000"}',
    )


@pytest.mark.parametrize("limit", ["10001", "99999", "100000", "9" * 5000])
def test_a_limit_above_ten_thousand_is_too_large(limit: str, mock: Mock) -> None:
    response = mock.reader().ask(f"{U}?limit={limit}")
    assert (response.status_code, response.get_data()) == (413, b'{"message":"Request entity too large"}')


@pytest.mark.parametrize("limit", ["10000", "00010"])
def test_a_limit_of_ten_thousand_is_allowed(limit: str, mock: Mock) -> None:
    assert len(mock.reader().ids(f"{U}?limit={limit}")) == 9


@pytest.mark.parametrize("cursor", ["starting_after", "ending_before"])
@pytest.mark.parametrize("value", ["abc", ADA[:-1], ADA + "0", ADA.upper(), "ñ"])
def test_a_malformed_cursor_is_a_bad_request(cursor: str, value: str, mock: Mock) -> None:
    response = mock.reader().ask(f"{U}?{cursor}={value}")
    assert response.status_code == 400
    said = f"{cursor} must be an id of 24 lowercase hexadecimal digits, or last"
    assert response.get_json() == {"message": said}


def test_last_is_a_cursor_beyond_every_id(mock: Mock) -> None:
    everybody = mock.reader().ids(U)
    assert mock.reader().ids(f"{U}?ending_before=last&limit=2") == everybody[-2:]
    assert mock.reader().ids(f"{U}?starting_after=last") == []


def test_two_cursors_at_once_are_a_bad_request(mock: Mock) -> None:
    response = mock.reader().ask(f"{U}?starting_after={ADA}&ending_before={PAT}")
    assert response.status_code == 400
    assert "cannot be used together" in response.get_json()["message"]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("users", "contact, district_admin, staff, student, teacher"),
        (f"schools/{ASH}/users", "staff, student, teacher"),
        ("sections/6a000000000000000000dd01/users", "student, teacher"),
        ("resources/6a000000000000000000ff01/users", "student, teacher"),
    ],
)
def test_a_role_the_endpoint_does_not_know_is_a_bad_request(path: str, allowed: str, mock: Mock) -> None:
    for role in ("parent", "Student", "contact" if path != "users" else "school_admin"):
        response = mock.reader().ask(f"/v3.0/{path}?role={role}")
        assert (response.status_code, response.get_json()) == (400, {"message": f"role must be one of {allowed}"})


def test_a_parameter_an_endpoint_does_not_take_is_ignored_and_repeated_in_self(mock: Mock) -> None:
    for path in (
        "/v3.0/sections?role=parent",
        "/v3.0/districts?limit=0",
        "/v3.0/districts?count=5&starting_after=x",
    ):
        assert mock.reader().get(path)["links"] == [{"rel": "self", "uri": path}]


@pytest.mark.parametrize(
    ("kind", "count"),
    [("districts", 1), ("schools", 2), ("terms", 2), ("courses", 2), ("sections", 3), ("users", 9)],
)
def test_count_is_a_number_and_a_link(kind: str, count: int, mock: Mock) -> None:
    response = mock.reader().ask(f"/v3.0/{kind}?count=true")
    assert response.get_data(as_text=True) == (
        f'{{"count":{count},"links":[{{"rel":"self","uri":"/v3.0/{kind}?count=true"}}]}}'
    )


def test_count_ignores_every_other_parameter(mock: Mock) -> None:
    for query in ("role=student", "limit=1", "limit=0", f"starting_after={PAT}", "role=nonsense"):
        assert mock.reader().get(f"{U}?count=true&{query}")["count"] == 9


@pytest.mark.parametrize("value", ["", "false", "undefined", "5", "TRUE"])
def test_any_other_count_is_not_set(value: str, mock: Mock) -> None:
    assert mock.reader().get(f"{U}?count={value}")["links"] == [{"rel": "self", "uri": f"{U}?count={value}"}]
    assert len(mock.reader().ids(f"{U}?count={value}")) == 9


@pytest.mark.parametrize("path", ["resources", f"schools/{ASH}/users", f"users/{ADA}/sections", f"users/{ADA}"])
def test_related_lists_resources_and_records_are_not_counted(path: str, mock: Mock) -> None:
    assert "count" not in mock.reader().get(f"/v3.0/{path}?count=true")


def test_counts_follow_the_sharing(mock: Mock) -> None:
    mock.share(type="nothing")
    assert mock.reader().get(f"{U}?count=true")["count"] == 0
    assert mock.reader().get("/v3.0/districts?count=true")["count"] == 1
    assert mock.reader().get(f"/v3.0/districts/{TOWN}")["data"]["id"] == TOWN
