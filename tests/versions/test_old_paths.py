"""Every path of v1.2, v2.0 and v2.1 over the hand-written town: what it answers, and which parameters it takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from clients import Mock, Reader
from legacy import OLD, PAT_THEN, ROOT_THEN, SOL_THEN, TESS_THEN, UMA_ADMIN, UMA_THEN
from town import (
    ADA,
    ALGEBRA,
    ALGEBRA_ASH,
    ASH,
    BEN,
    BIOLOGY,
    BIOLOGY_ASH,
    BIOLOGY_BIRCH,
    BIRCH,
    CLEO,
    DAN,
    FALL,
    SPRING,
    TOWN,
    WHEN,
)

SPEC = Path(__file__).parents[3] / "shared" / "reference" / "spec"
NOBODY = "6a000000000000000000ffff"
PAGING = ("ending_before", "limit", "starting_after")

# Every path that the published specifications have, with its parameters.

V2_0: dict[str, tuple[str, ...]] = {
    "/contacts": PAGING,
    "/contacts/{id}": (),
    "/contacts/{id}/district": (),
    "/contacts/{id}/students": PAGING,
    "/courses": PAGING,
    "/courses/{id}": (),
    "/courses/{id}/district": (),
    "/courses/{id}/sections": PAGING,
    "/district_admins": PAGING,
    "/district_admins/{id}": (),
    "/district_admins/{id}/district": (),
    "/districts": (),
    "/districts/{id}": (),
    "/school_admins": PAGING,
    "/school_admins/{id}": (),
    "/school_admins/{id}/district": (),
    "/school_admins/{id}/schools": PAGING,
    "/schools": PAGING,
    "/schools/{id}": (),
    "/schools/{id}/district": (),
    "/schools/{id}/sections": PAGING,
    "/schools/{id}/students": PAGING,
    "/schools/{id}/teachers": PAGING,
    "/sections": PAGING,
    "/sections/{id}": (),
    "/sections/{id}/course": (),
    "/sections/{id}/district": (),
    "/sections/{id}/school": (),
    "/sections/{id}/students": PAGING,
    "/sections/{id}/teacher": (),
    "/sections/{id}/teachers": PAGING,
    "/sections/{id}/term": (),
    "/students": PAGING,
    "/students/{id}": (),
    "/students/{id}/contacts": PAGING,
    "/students/{id}/district": (),
    "/students/{id}/school": (),
    "/students/{id}/schools": PAGING,
    "/students/{id}/sections": PAGING,
    "/students/{id}/teachers": PAGING,
    "/teachers": PAGING,
    "/teachers/{id}": (),
    "/teachers/{id}/district": (),
    "/teachers/{id}/school": (),
    "/teachers/{id}/schools": PAGING,
    "/teachers/{id}/sections": PAGING,
    "/teachers/{id}/students": PAGING,
    "/terms": PAGING,
    "/terms/{id}": (),
    "/terms/{id}/district": (),
    "/terms/{id}/sections": PAGING,
}
V1_2: dict[str, tuple[str, ...]] = {
    "/contacts": PAGING,
    "/contacts/{id}": (),
    "/contacts/{id}/district": (),
    "/contacts/{id}/student": (),
    "/district_admins": ("ending_before", "show_links", "starting_after"),
    "/district_admins/{id}": (),
    "/districts": (),
    "/districts/{id}": ("include",),
    "/districts/{id}/admins": (),
    "/districts/{id}/schools": (*PAGING, "where"),
    "/districts/{id}/sections": (*PAGING, "where"),
    "/districts/{id}/status": (),
    "/districts/{id}/students": (*PAGING, "where"),
    "/districts/{id}/teachers": (*PAGING, "where"),
    "/school_admins": (*PAGING, "where"),
    "/school_admins/{id}": ("include",),
    "/school_admins/{id}/schools": PAGING,
    "/schools": (*PAGING, "where"),
    "/schools/{id}": (),
    "/schools/{id}/district": (),
    "/schools/{id}/sections": (*PAGING, "where"),
    "/schools/{id}/students": (*PAGING, "where"),
    "/schools/{id}/teachers": (*PAGING, "where"),
    "/sections": (*PAGING, "where"),
    "/sections/{id}": (),
    "/sections/{id}/district": (),
    "/sections/{id}/school": (),
    "/sections/{id}/students": PAGING,
    "/sections/{id}/teacher": (),
    "/sections/{id}/teachers": PAGING,
    "/students": (*PAGING, "where"),
    "/students/{id}": ("include",),
    "/students/{id}/contacts": ("limit",),
    "/students/{id}/district": (),
    "/students/{id}/school": (),
    "/students/{id}/sections": PAGING,
    "/students/{id}/teachers": PAGING,
    "/teachers": (*PAGING, "where"),
    "/teachers/{id}": ("include",),
    "/teachers/{id}/district": (),
    "/teachers/{id}/grade_levels": (),
    "/teachers/{id}/school": (),
    "/teachers/{id}/sections": PAGING,
    "/teachers/{id}/students": PAGING,
}
PATHS = {
    "v1.2": V1_2,
    "v2.0": V2_0,
    "v2.1": {path: (*has, "count") if path.count("/") == 1 else has for path, has in V2_0.items()},
}

# What lists answer with, in every version that has the path.
EVERYWHERE: dict[str, list[str]] = {
    "/districts": [TOWN],
    "/schools": [ASH, BIRCH],
    "/students": [ADA, BEN, CLEO, DAN],
    "/teachers": [TESS_THEN, UMA_THEN],
    "/school_admins": [SOL_THEN],
    "/district_admins": [UMA_ADMIN, ROOT_THEN],
    "/contacts": [PAT_THEN],
    "/sections": [ALGEBRA_ASH, BIOLOGY_ASH, BIOLOGY_BIRCH],
    f"/schools/{ASH}/sections": [ALGEBRA_ASH, BIOLOGY_ASH],
    f"/schools/{ASH}/students": [ADA, BEN, DAN],
    f"/schools/{BIRCH}/students": [CLEO],
    f"/schools/{ASH}/teachers": [TESS_THEN],
    f"/schools/{BIRCH}/teachers": [UMA_THEN],
    f"/sections/{ALGEBRA_ASH}/students": [ADA, BEN],
    f"/sections/{ALGEBRA_ASH}/teachers": [TESS_THEN, UMA_THEN],
    f"/students/{ADA}/contacts": [PAT_THEN],
    f"/students/{BEN}/contacts": [PAT_THEN],
    f"/students/{CLEO}/contacts": [],
    f"/students/{ADA}/sections": [ALGEBRA_ASH, BIOLOGY_BIRCH],
    f"/students/{DAN}/sections": [],
    f"/students/{ADA}/teachers": [TESS_THEN, UMA_THEN],
    f"/students/{CLEO}/teachers": [UMA_THEN],
    f"/students/{DAN}/teachers": [],
    f"/teachers/{TESS_THEN}/sections": [ALGEBRA_ASH, BIOLOGY_ASH],
    f"/teachers/{UMA_THEN}/sections": [ALGEBRA_ASH, BIOLOGY_BIRCH],
    f"/teachers/{TESS_THEN}/students": [ADA, BEN],
    f"/teachers/{UMA_THEN}/students": [ADA, BEN, CLEO],
    f"/school_admins/{SOL_THEN}/schools": [ASH],
}
SINCE_V2_0: dict[str, list[str]] = {
    "/courses": [ALGEBRA, BIOLOGY],
    "/terms": [FALL, SPRING],
    f"/courses/{BIOLOGY}/sections": [BIOLOGY_ASH, BIOLOGY_BIRCH],
    f"/terms/{FALL}/sections": [ALGEBRA_ASH, BIOLOGY_BIRCH],
    f"/terms/{SPRING}/sections": [],
    f"/contacts/{PAT_THEN}/students": [ADA, BEN],
    f"/students/{ADA}/schools": [ASH, BIRCH],
    f"/students/{CLEO}/schools": [BIRCH],
    f"/teachers/{UMA_THEN}/schools": [ASH, BIRCH],
}
ONLY_V1_2: dict[str, list[str]] = {
    f"/districts/{TOWN}/admins": [UMA_ADMIN, ROOT_THEN],
    f"/districts/{TOWN}/schools": [ASH, BIRCH],
    f"/districts/{TOWN}/sections": [ALGEBRA_ASH, BIOLOGY_ASH, BIOLOGY_BIRCH],
    f"/districts/{TOWN}/status": [TOWN],
    f"/districts/{TOWN}/students": [ADA, BEN, CLEO, DAN],
    f"/districts/{TOWN}/teachers": [TESS_THEN, UMA_THEN],
}
LISTS = {
    "v1.2": EVERYWHERE | ONLY_V1_2,
    "v2.0": EVERYWHERE | SINCE_V2_0,
    "v2.1": EVERYWHERE | SINCE_V2_0,
}

# What paths to a single record answer with: the record's own path.
SINGLES_EVERYWHERE: dict[str, str] = {
    f"/districts/{TOWN}": f"/districts/{TOWN}",
    f"/schools/{ASH}": f"/schools/{ASH}",
    f"/schools/{BIRCH}/district": f"/districts/{TOWN}",
    f"/students/{DAN}": f"/students/{DAN}",
    f"/students/{DAN}/district": f"/districts/{TOWN}",
    f"/students/{ADA}/school": f"/schools/{ASH}",
    f"/teachers/{TESS_THEN}": f"/teachers/{TESS_THEN}",
    f"/teachers/{TESS_THEN}/district": f"/districts/{TOWN}",
    f"/teachers/{UMA_THEN}/school": f"/schools/{BIRCH}",
    f"/school_admins/{SOL_THEN}": f"/school_admins/{SOL_THEN}",
    f"/district_admins/{ROOT_THEN}": f"/district_admins/{ROOT_THEN}",
    f"/contacts/{PAT_THEN}": f"/contacts/{PAT_THEN}",
    f"/contacts/{PAT_THEN}/district": f"/districts/{TOWN}",
    f"/sections/{ALGEBRA_ASH}": f"/sections/{ALGEBRA_ASH}",
    f"/sections/{ALGEBRA_ASH}/district": f"/districts/{TOWN}",
    f"/sections/{ALGEBRA_ASH}/school": f"/schools/{ASH}",
    f"/sections/{ALGEBRA_ASH}/teacher": f"/teachers/{TESS_THEN}",
    f"/sections/{BIOLOGY_BIRCH}/teacher": f"/teachers/{UMA_THEN}",
}
SINGLES_SINCE_V2_0: dict[str, str] = {
    f"/school_admins/{SOL_THEN}/district": f"/districts/{TOWN}",
    f"/district_admins/{UMA_ADMIN}/district": f"/districts/{TOWN}",
    f"/sections/{ALGEBRA_ASH}/course": f"/courses/{ALGEBRA}",
    f"/sections/{ALGEBRA_ASH}/term": f"/terms/{FALL}",
    f"/courses/{ALGEBRA}": f"/courses/{ALGEBRA}",
    f"/courses/{ALGEBRA}/district": f"/districts/{TOWN}",
    f"/terms/{SPRING}": f"/terms/{SPRING}",
    f"/terms/{SPRING}/district": f"/districts/{TOWN}",
}
SINGLES = {
    "v1.2": SINGLES_EVERYWHERE | {f"/contacts/{PAT_THEN}/student": f"/students/{ADA}"},
    "v2.0": SINGLES_EVERYWHERE | SINGLES_SINCE_V2_0,
    "v2.1": SINGLES_EVERYWHERE | SINGLES_SINCE_V2_0,
}
ASKED_ELSEWHERE = {"v1.2": {"/teachers/{id}/grade_levels"}, "v2.0": set(), "v2.1": set()}


def template(path: str) -> str:
    """`/students/6a…/school` as `/students/{id}/school`."""
    return "/".join("{id}" if index == 2 else part for index, part in enumerate(path.split("/")))


def cases(table: dict[str, dict[str, Any]]) -> list[str]:
    return [f"/{version}{path}" for version in OLD for path in table[version]]


def expected(table: dict[str, dict[str, Any]], path: str) -> Any:
    _, version, rest = path.split("/", 2)
    return table[version][f"/{rest}"]


@pytest.mark.parametrize("version", OLD)
def test_the_paths_here_are_those_of_the_published_specification(version: str) -> None:
    if not SPEC.is_dir():
        pytest.skip("the published specifications are not beside this checkout")
    published = yaml.load((SPEC / f"{version}.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)["paths"]
    assert {
        path: {p["name"] for p in has["get"].get("parameters", ()) if p["in"] == "query"}
        for path, has in published.items()
    } == {path: set(parameters) for path, parameters in PATHS[version].items()}
    assert all(list(has) == ["get"] for has in published.values())


@pytest.mark.parametrize("version", OLD)
def test_every_path_is_asked_for_here(version: str) -> None:
    told = {template(path) for path in (*LISTS[version], *SINGLES[version])}
    assert told | ASKED_ELSEWHERE[version] == set(PATHS[version])


@pytest.mark.parametrize("path", cases(LISTS))
def test_a_list_holds(path: str, reader: Reader) -> None:
    body = reader.get(path)
    items = [item.get("data", item) for item in body["data"]]
    assert [item["id"] for item in items] == expected(LISTS, path)
    assert body["links"][0] == {"rel": "self", "uri": path}
    for item in body["data"]:
        if "uri" in item:
            told = reader.get(item["uri"])["data"]
            assert (told[0]["data"] if isinstance(told, list) else told) == item["data"]


@pytest.mark.parametrize("path", cases(SINGLES))
def test_a_path_to_one_record_leads_to_it(path: str, reader: Reader) -> None:
    canonical = path[:5] + expected(SINGLES, path)
    body = reader.get(path)
    assert body["links"][0] == {"rel": "self", "uri": canonical}
    assert body["data"] == reader.get(canonical)["data"]
    assert (len(body["links"]) == 1) == (path != canonical or len(reader.get(canonical)["links"]) == 1)


BARE = {
    "/v1.2/district_admins": [UMA_ADMIN, ROOT_THEN],
    f"/v1.2/districts/{TOWN}/admins": [UMA_ADMIN, ROOT_THEN],
    f"/v1.2/students/{ADA}/contacts": [PAT_THEN],
}


@pytest.mark.parametrize("path", cases(LISTS))
def test_elements_are_wrapped_with_their_uri_but_for_three_lists_of_v1_2(path: str, reader: Reader) -> None:
    elements = reader.get(path)["data"]
    if path in (*BARE, f"/v1.2/students/{BEN}/contacts"):
        assert all("id" in element for element in elements)
        return
    assert all(set(element) == {"data", "uri"} for element in elements)
    assert all(element["uri"].startswith(path[:5]) for element in elements)


def test_bare_elements_get_their_envelope_when_links_are_asked_for(reader: Reader) -> None:
    for asked in ("show_links=true", "show_links="):
        shown = reader.get(f"/v1.2/district_admins?{asked}")["data"]
        assert [element["uri"] for element in shown] == [
            f"/v1.2/district_admins/{UMA_ADMIN}",
            f"/v1.2/district_admins/{ROOT_THEN}",
        ]
    hidden = reader.get("/v1.2/district_admins?show_links=false")["data"]
    assert [element["id"] for element in hidden] == [UMA_ADMIN, ROOT_THEN]
    assert "uri" in reader.get("/v2.0/district_admins")["data"][0]


def test_contacts_of_a_student_of_v1_2_lead_back_to_the_student(reader: Reader) -> None:
    path = f"/v1.2/students/{BEN}/contacts"
    assert reader.get(path)["links"] == [
        {"rel": "self", "uri": path},
        {"rel": "student", "uri": f"/v1.2/students/{BEN}"},
    ]


def test_the_status_of_a_district(reader: Reader) -> None:
    path = f"/v1.2/districts/{TOWN}/status"
    body = reader.get(path)
    launched = body["data"][0]["data"].pop("launch_date")
    assert launched == reader.get(f"/v2.1/districts/{TOWN}")["data"]["launch_date"]
    assert body == {
        "data": [
            {
                "data": {
                    "id": TOWN,
                    "sis_type": "sftp",
                    "state": "running",
                    "error": "",
                    "last_sync": WHEN,
                    "instant_login": True,
                },
                "uri": path,
            }
        ],
        "links": [{"rel": "self", "uri": path}],
    }


def test_the_grades_a_teacher_teaches(mock: Mock) -> None:
    path = f"/v1.2/teachers/{UMA_THEN}/grade_levels"
    assert mock.reader().get(path) == {"data": []}
    grades = {ALGEBRA_ASH: "9", BIOLOGY_BIRCH: "Kindergarten", BIOLOGY_ASH: "11"}
    update = {"type": "record.update", "kind": "sections"}
    changes = [update | {"id": id, "set": {"grade": grade}} for id, grade in grades.items()]
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": changes})
    assert mock.reader().get(path) == {"data": ["9", "Kindergarten"]}
    assert mock.reader().get(f"/v1.2/teachers/{TESS_THEN}/grade_levels") == {"data": ["9", "11"]}
    assert mock.reader().ask(f"/v1.2/teachers/{NOBODY}/grade_levels").status_code == 404


def every_path_of_a_record() -> list[str]:
    return [f"/{v}{path}" for v in OLD for path in PATHS[v] if "{id}" in path]


@pytest.mark.parametrize("path", every_path_of_a_record())
def test_an_unknown_record_is_not_found_in_clever_s_words(path: str, reader: Reader) -> None:
    for id in (NOBODY, "nonsense"):
        response = reader.ask(path.replace("{id}", id))
        assert response.status_code == 404
        assert response.get_json() == {"message": "Resource not found"}


@pytest.mark.parametrize(
    "path",
    [
        "/v2.1/users",
        "/v2.0/users",
        "/v1.2/users",
        "/v1.2/courses",
        "/v1.2/terms",
        "/v2.1/resources",
        f"/v2.1/users/{TESS_THEN}",
        f"/v2.1/districts/{TOWN}/schools",
        f"/v2.0/districts/{TOWN}/status",
        f"/v2.1/teachers/{UMA_THEN}/grade_levels",
        f"/v2.0/contacts/{PAT_THEN}/student",
        f"/v1.2/contacts/{PAT_THEN}/students",
        f"/v1.2/students/{ADA}/schools",
        f"/v1.2/teachers/{UMA_THEN}/schools",
        f"/v1.2/sections/{ALGEBRA_ASH}/course",
        f"/v1.2/sections/{ALGEBRA_ASH}/term",
        f"/v1.2/school_admins/{SOL_THEN}/district",
        f"/v1.2/district_admins/{ROOT_THEN}/district",
        f"/v2.1/schools/{ASH}/users",
        f"/v2.1/students/{ADA}/mycontacts",
        "/v3.0/students",
        f"/v3.1/teachers/{UMA_THEN}",
        "/v3.0/contacts",
    ],
)
def test_a_path_of_another_version_does_not_exist(path: str, reader: Reader) -> None:
    response = reader.ask(path)
    assert response.status_code == 404
    assert f"<pre>Cannot GET {path}</pre>" in response.get_data(as_text=True)


# Parameters


@pytest.mark.parametrize("version", OLD)
def test_a_list_is_counted_since_v2_1(version: str, reader: Reader) -> None:
    for path, has in PATHS[version].items():
        if path.count("/") == 1:
            body = reader.get(f"/{version}{path}?count=true")
            wanted = LISTS[version][path]
            if "count" in has:
                uri = f"/{version}{path}?count=true"
                assert body == {"count": len(wanted), "links": [{"rel": "self", "uri": uri}]}
            else:
                assert [item.get("data", item)["id"] for item in body["data"]] == wanted


PAGED = [
    path
    for path in cases(LISTS)
    if set(PAGING) <= set(expected(PATHS, "/".join((path[:5], template(path[5:])[1:]))))
]


@pytest.mark.parametrize("path", PAGED)
@pytest.mark.parametrize("limit", [1, 2])
def test_walking_next_and_prev_meets_every_record_once(path: str, limit: int, reader: Reader) -> None:
    forward, last = walk(reader, f"{path}?limit={limit}", "next")
    assert forward == expected(LISTS, path)
    if len(forward) > limit:
        before = {link["rel"]: link["uri"] for link in reader.get(last)["links"]}["prev"]
        backward, _ = walk(reader, before, "prev")
        shown = [item["data"]["id"] for item in reader.get(last)["data"]]
        assert backward + shown == forward


def walk(reader: Reader, uri: str, rel: str) -> tuple[list[str], str]:
    """The ids of all pages from there on, ascending, and the last page's uri."""
    found: list[str] = []
    while True:
        body = reader.get(uri)
        ids = [item["data"]["id"] for item in body["data"]]
        found = found + ids if rel == "next" else ids + found
        links = {link["rel"]: link["uri"] for link in body["links"]}
        if rel not in links or not ids:
            return found, uri
        uri = links[rel]


@pytest.mark.parametrize(
    ("version", "order"), [("v1.2", ["self", "prev", "next"]), ("v2.1", ["self", "next", "prev"])]
)
def test_the_order_of_paging_links(version: str, order: list[str], reader: Reader) -> None:
    links = reader.get(f"/{version}/students?limit=1&starting_after={ADA}")["links"]
    assert [link["rel"] for link in links] == order
    assert {link["rel"]: link["uri"] for link in links} == {
        "self": f"/{version}/students?limit=1&starting_after={ADA}",
        "next": f"/{version}/students?limit=1&starting_after={BEN}",
        "prev": f"/{version}/students?limit=1&ending_before={BEN}",
    }


def test_a_cursor_is_a_legacy_id(reader: Reader) -> None:
    assert reader.ids(f"/v2.1/teachers?starting_after={TESS_THEN}") == [UMA_THEN]
    assert reader.ids(f"/v2.1/teachers?ending_before={UMA_THEN}") == [TESS_THEN]
    assert reader.ids(f"/v2.0/district_admins?starting_after={UMA_ADMIN}") == [ROOT_THEN]


@pytest.mark.parametrize(
    ("version", "path", "first"),
    [
        ("v1.2", "/students", "data"),
        ("v1.2", f"/students/{ADA}/teachers", "data"),
        ("v2.1", "/students", "data"),
        ("v2.1", f"/students/{ADA}/teachers", "links"),
    ],
)
def test_which_key_of_an_envelope_comes_first(version: str, path: str, first: str, reader: Reader) -> None:
    text = reader.ask(f"/{version}{path}").get_data(as_text=True)
    assert text.startswith(f'{{"{first}":[')


WHERE: list[tuple[str, dict[str, Any], list[str]]] = [
    ("/students", {"grade": "9"}, [ADA, BEN]),
    ("/students", {"grade": "9", "name.first": "Ben"}, [BEN]),
    ("/students", {"name.first": "Nobody"}, []),
    ("/students", {"schools": BIRCH}, [ADA, CLEO]),
    ("/students", {"schools": [ASH, BIRCH]}, [ADA]),
    ("/students", {"id": CLEO}, [CLEO]),
    ("/students", {"name": {"first": "Ben", "last": "O'Hare"}}, [BEN]),
    ("/students", {"name.first.x": "Ben"}, []),
    ("/students", {"email": None}, [ADA]),
    ("/students", {"ell_status": "Y"}, []),
    ("/students", {}, [ADA, BEN, CLEO, DAN]),
    ("/teachers", {"school": BIRCH}, [UMA_THEN]),
    ("/schools", {"name": "Birch"}, [BIRCH]),
    ("/sections", {"teachers": UMA_THEN}, [ALGEBRA_ASH, BIOLOGY_BIRCH]),
    ("/sections", {"course_name": "Biology", "term.name": "Fall"}, [BIOLOGY_BIRCH]),
    ("/school_admins", {"title": "Principal"}, [SOL_THEN]),
    ("/school_admins", {"title": "Clerk"}, []),
    (f"/districts/{TOWN}/students", {"grade": "10"}, [CLEO]),
    (f"/districts/{TOWN}/teachers", {"name.first": "Tess"}, [TESS_THEN]),
    (f"/districts/{TOWN}/schools", {"sis_id": "1"}, [ASH]),
    (f"/districts/{TOWN}/sections", {"school": BIRCH}, [BIOLOGY_BIRCH]),
    (f"/schools/{ASH}/students", {"sis_id": "s14"}, [DAN]),
    (f"/schools/{ASH}/teachers", {"sis_id": "t22"}, []),
    (f"/schools/{BIRCH}/teachers", {"sis_id": "t22"}, [UMA_THEN]),
    (f"/schools/{ASH}/sections", {"name": "Biology"}, [BIOLOGY_ASH]),
]


@pytest.mark.parametrize(("path", "where", "found"), WHERE)
def test_where_finds(path: str, where: dict[str, Any], found: list[str], reader: Reader) -> None:
    assert reader.ids(f"/v1.2{path}?where={quote(json.dumps(where))}") == found


def test_every_list_that_takes_where_is_asked_above() -> None:
    asked = {template(path) for path, _, found in WHERE if found}
    assert asked == {path for path, has in V1_2.items() if "where" in has}


def test_pages_are_cut_from_what_where_found(reader: Reader) -> None:
    where = quote('{"grade":"9"}')
    body = reader.get(f"/v1.2/students?where={where}&limit=1")
    assert [item["data"]["id"] for item in body["data"]] == [ADA]
    assert body["links"][1]["rel"] == "next"
    after = reader.get(body["links"][1]["uri"])
    assert [item["data"]["id"] for item in after["data"]] == [BEN]


@pytest.mark.parametrize("where", ["{", "grade", "[]", "1", '"x"', "null", "[" * 2000])
def test_where_that_is_no_json_object_is_refused(where: str, reader: Reader) -> None:
    response = reader.ask(f"/v1.2/students?where={quote(where)}")
    assert response.status_code == 400
    assert "where must be a JSON object" in response.get_json()["message"]


def test_where_that_names_more_fields_than_any_record_has_is_refused(reader: Reader) -> None:
    where = quote("{" + ",".join(f'"f{n}":null' for n in range(101)) + "}")
    response = reader.ask(f"/v1.2/students?where={where}")
    assert (response.status_code, response.get_json()["message"]) == (400, "where names 101 fields: at most 100")


def test_where_is_ignored_where_it_is_unknown(reader: Reader) -> None:
    for path in ("/v2.1/students", "/v2.0/students"):
        assert reader.ids(f"{path}?where=%7B") == [ADA, BEN, CLEO, DAN]
    assert reader.ids("/v1.2/contacts?where=%7B") == [PAT_THEN]
    assert reader.ids("/v1.2/students?where=") == [ADA, BEN, CLEO, DAN]


def test_include_adds_the_first_page_of_what_it_names_beside_the_record(reader: Reader) -> None:
    plain = reader.get(f"/v1.2/students/{ADA}")
    body = reader.get(f"/v1.2/students/{ADA}?include=sections,%20school,nonsense")
    assert {key: body[key] for key in plain} == plain
    assert body.keys() - plain.keys() == {"sections", "school"}
    assert body["school"] == {
        "data": reader.get(f"/v1.2/schools/{ASH}")["data"],
        "uri": f"/v1.2/schools/{ASH}",
    }
    assert body["sections"] == reader.get(f"/v1.2/students/{ADA}/sections")["data"]


INCLUDE = {
    f"/districts/{TOWN}": ("admins", "schools", "sections", "students", "teachers"),
    f"/school_admins/{SOL_THEN}": ("schools",),
    f"/students/{ADA}": ("sections", "teachers"),
    f"/teachers/{UMA_THEN}": ("sections", "students", "grade_levels"),
}


@pytest.mark.parametrize(("path", "named"), INCLUDE.items())
def test_include_names_the_relations_of_a_record(path: str, named: tuple[str, ...], reader: Reader) -> None:
    body = reader.get(f"/v1.2{path}?include={','.join(named)}")
    for name in named:
        told = reader.get(f"/v1.2{path}/{name}")["data"]
        assert [i.get("data", i) for i in body[name] if isinstance(i, dict)] == [
            i.get("data", i) for i in told if isinstance(i, dict)
        ]
    assert {template(path) for path in INCLUDE} == {p for p, has in V1_2.items() if "include" in has}


def test_include_is_ignored_where_it_is_unknown(reader: Reader) -> None:
    for path in (f"/v2.1/students/{ADA}", f"/v1.2/schools/{ASH}"):
        assert reader.get(f"{path}?include=sections")["data"] == reader.get(path)["data"]
        assert set(reader.get(f"{path}?include=sections")) == {"data", "links"}
