"""Every path of the Data API over the hand-written town: which records it answers with, and in which envelope."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from clients import Mock
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
    LESSON,
    PAT,
    ROOT,
    SOL,
    SPRING,
    TESS,
    TOWN,
    UMA,
    town,
)

from mock_clever.model import Section
from mock_clever.versions import VERSIONS

SPEC = Path(__file__).parents[2] / "shared" / "reference" / "spec"
BOTH = ("v3.0", "v3.1")
NOBODY = "6a000000000000000000ffff"
PAGING = ("ending_before", "limit", "starting_after")

# Every path that the published specifications of v3.0 and v3.1 have, with its parameters.
PATHS: dict[str, tuple[str, ...]] = {
    "/courses": ("count", *PAGING),
    "/courses/{id}": (),
    "/courses/{id}/district": (),
    "/courses/{id}/resources": PAGING,
    "/courses/{id}/schools": PAGING,
    "/courses/{id}/sections": PAGING,
    "/districts": ("count",),
    "/districts/{id}": (),
    "/resources": PAGING,
    "/resources/{id}": (),
    "/resources/{id}/courses": PAGING,
    "/resources/{id}/sections": PAGING,
    "/resources/{id}/users": (*PAGING, "role"),
    "/schools": ("count", *PAGING),
    "/schools/{id}": (),
    "/schools/{id}/courses": PAGING,
    "/schools/{id}/district": (),
    "/schools/{id}/sections": PAGING,
    "/schools/{id}/terms": PAGING,
    "/schools/{id}/users": (*PAGING, "primary", "role"),
    "/sections": ("count", *PAGING),
    "/sections/{id}": (),
    "/sections/{id}/course": (),
    "/sections/{id}/district": (),
    "/sections/{id}/resources": PAGING,
    "/sections/{id}/school": (),
    "/sections/{id}/term": (),
    "/sections/{id}/users": (*PAGING, "role"),
    "/terms": ("count", *PAGING),
    "/terms/{id}": (),
    "/terms/{id}/district": (),
    "/terms/{id}/schools": PAGING,
    "/terms/{id}/sections": PAGING,
    "/users": ("count", *PAGING, "role"),
    "/users/{id}": (),
    "/users/{id}/district": (),
    "/users/{id}/mycontacts": PAGING,
    "/users/{id}/mystudents": PAGING,
    "/users/{id}/myteachers": PAGING,
    "/users/{id}/resources": PAGING,
    "/users/{id}/schools": (*PAGING, "primary"),
    "/users/{id}/sections": PAGING,
}

LISTS: dict[str, list[str]] = {
    "/districts": [TOWN],
    "/schools": [ASH, BIRCH],
    "/terms": [FALL, SPRING],
    "/courses": [ALGEBRA, BIOLOGY],
    "/sections": [ALGEBRA_ASH, BIOLOGY_ASH, BIOLOGY_BIRCH],
    "/users": [ADA, BEN, CLEO, DAN, TESS, UMA, SOL, ROOT, PAT],
    "/resources": [LESSON],
    "/users?role=student": [ADA, BEN, CLEO, DAN],
    "/users?role=teacher": [TESS, UMA],
    "/users?role=staff": [SOL],
    "/users?role=district_admin": [UMA, ROOT],
    "/users?role=contact": [PAT],
    "/users?role=": [ADA, BEN, CLEO, DAN, TESS, UMA, SOL, ROOT, PAT],
    f"/schools/{ASH}/courses": [ALGEBRA, BIOLOGY],
    f"/schools/{BIRCH}/courses": [BIOLOGY],
    f"/schools/{ASH}/sections": [ALGEBRA_ASH, BIOLOGY_ASH],
    f"/schools/{BIRCH}/sections": [BIOLOGY_BIRCH],
    f"/schools/{ASH}/terms": [FALL],
    f"/schools/{BIRCH}/terms": [FALL],
    f"/schools/{ASH}/users": [ADA, BEN, DAN, TESS, UMA, SOL],
    f"/schools/{BIRCH}/users": [ADA, CLEO, UMA],
    f"/schools/{ASH}/users?role=student": [ADA, BEN, DAN],
    f"/schools/{ASH}/users?role=teacher": [TESS, UMA],
    f"/schools/{ASH}/users?role=staff": [SOL],
    f"/schools/{ASH}/users?primary=true": [ADA, BEN, DAN, TESS],
    f"/schools/{ASH}/users?primary=": [ADA, BEN, DAN, TESS],
    f"/schools/{ASH}/users?primary=no": [ADA, BEN, DAN, TESS, UMA, SOL],
    f"/schools/{BIRCH}/users?primary=true": [CLEO, UMA],
    f"/schools/{BIRCH}/users?primary=true&role=teacher": [UMA],
    f"/users/{ADA}/mycontacts": [PAT],
    f"/users/{CLEO}/mycontacts": [],
    f"/users/{TESS}/mycontacts": [],
    f"/users/{TESS}/mystudents": [ADA, BEN],
    f"/users/{UMA}/mystudents": [ADA, BEN, CLEO],
    f"/users/{PAT}/mystudents": [ADA, BEN],
    f"/users/{ADA}/mystudents": [],
    f"/users/{ROOT}/mystudents": [],
    f"/users/{ADA}/myteachers": [TESS, UMA],
    f"/users/{CLEO}/myteachers": [UMA],
    f"/users/{DAN}/myteachers": [],
    f"/users/{UMA}/myteachers": [],
    f"/users/{ADA}/resources": [LESSON],
    f"/users/{DAN}/resources": [],
    f"/users/{TESS}/resources": [],
    f"/users/{ADA}/schools": [ASH, BIRCH],
    f"/users/{ADA}/schools?primary=true": [ASH],
    f"/users/{UMA}/schools": [ASH, BIRCH],
    f"/users/{UMA}/schools?primary=true": [BIRCH],
    f"/users/{SOL}/schools": [ASH],
    f"/users/{SOL}/schools?primary=true": [],
    f"/users/{ROOT}/schools": [],
    f"/users/{PAT}/schools": [],
    f"/users/{ADA}/sections": [ALGEBRA_ASH, BIOLOGY_BIRCH],
    f"/users/{TESS}/sections": [ALGEBRA_ASH, BIOLOGY_ASH],
    f"/users/{UMA}/sections": [ALGEBRA_ASH, BIOLOGY_BIRCH],
    f"/users/{PAT}/sections": [],
    f"/sections/{ALGEBRA_ASH}/users": [ADA, BEN, TESS, UMA],
    f"/sections/{ALGEBRA_ASH}/users?role=student": [ADA, BEN],
    f"/sections/{ALGEBRA_ASH}/users?role=teacher": [TESS, UMA],
    f"/sections/{ALGEBRA_ASH}/resources": [],
    f"/sections/{BIOLOGY_ASH}/resources": [LESSON],
    f"/courses/{BIOLOGY}/resources": [LESSON],
    f"/courses/{ALGEBRA}/resources": [],
    f"/courses/{BIOLOGY}/schools": [ASH, BIRCH],
    f"/courses/{ALGEBRA}/schools": [ASH],
    f"/courses/{BIOLOGY}/sections": [BIOLOGY_ASH, BIOLOGY_BIRCH],
    f"/terms/{FALL}/schools": [ASH, BIRCH],
    f"/terms/{FALL}/sections": [ALGEBRA_ASH, BIOLOGY_BIRCH],
    f"/terms/{SPRING}/schools": [],
    f"/terms/{SPRING}/sections": [],
    f"/resources/{LESSON}/courses": [BIOLOGY],
    f"/resources/{LESSON}/sections": [BIOLOGY_ASH, BIOLOGY_BIRCH],
    f"/resources/{LESSON}/users": [ADA, BEN, CLEO],
    f"/resources/{LESSON}/users?role=student": [ADA, BEN, CLEO],
    f"/resources/{LESSON}/users?role=teacher": [],
}

SINGLES: dict[str, str] = {
    f"/districts/{TOWN}": f"/districts/{TOWN}",
    f"/schools/{ASH}": f"/schools/{ASH}",
    f"/schools/{ASH}/district": f"/districts/{TOWN}",
    f"/users/{PAT}": f"/users/{PAT}",
    f"/users/{PAT}/district": f"/districts/{TOWN}",
    f"/sections/{BIOLOGY_BIRCH}": f"/sections/{BIOLOGY_BIRCH}",
    f"/sections/{BIOLOGY_BIRCH}/course": f"/courses/{BIOLOGY}",
    f"/sections/{BIOLOGY_BIRCH}/school": f"/schools/{BIRCH}",
    f"/sections/{BIOLOGY_BIRCH}/term": f"/terms/{FALL}",
    f"/sections/{BIOLOGY_BIRCH}/district": f"/districts/{TOWN}",
    f"/courses/{ALGEBRA}": f"/courses/{ALGEBRA}",
    f"/courses/{ALGEBRA}/district": f"/districts/{TOWN}",
    f"/terms/{SPRING}": f"/terms/{SPRING}",
    f"/terms/{SPRING}/district": f"/districts/{TOWN}",
    f"/resources/{LESSON}": f"/resources/{LESSON}",
}


def template(path: str) -> str:
    """`/users/6a…/schools?primary=` as `/users/{id}/schools`."""
    parts = path.partition("?")[0].split("/")
    return "/".join("{id}" if index == 2 else part for index, part in enumerate(parts))


@pytest.mark.parametrize("version", BOTH)
def test_the_paths_here_are_those_of_the_published_specification(version: str) -> None:
    if not SPEC.is_dir():
        pytest.skip("the published specifications are not beside this checkout")
    published = yaml.load((SPEC / f"{version}.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)["paths"]
    assert {
        path: {p["name"] for p in has["get"].get("parameters", ()) if p["in"] == "query"}
        for path, has in published.items()
    } == {path: set(parameters) for path, parameters in PATHS.items()}
    assert all(list(has) == ["get"] for has in published.values())


def test_every_path_is_asked_for_below_and_is_answered_by_no_other() -> None:
    assert {template(path) for path in (*LISTS, *SINGLES)} == set(PATHS)
    for version in BOTH:
        served = {f"/{name}{record}" for name in VERSIONS[version].collections for record in ("", "/{id}")}
        for name, collection in VERSIONS[version].collections.items():
            served |= {f"/{name}/{{id}}/{relation}" for relation in collection.relations}
        assert served == set(PATHS)


@pytest.mark.parametrize("version", BOTH)
def test_every_list_answers_with_exactly_these_records(version: str, mock: Mock) -> None:
    reader = mock.reader()
    assert {path: reader.ids(f"/{version}{path}") for path in LISTS} == LISTS


@pytest.mark.parametrize("version", BOTH)
def test_every_single_record_answers_under_its_canonical_uri(version: str, mock: Mock) -> None:
    reader = mock.reader()
    for path, canonical in SINGLES.items():
        body = reader.get(f"/{version}{path}")
        assert list(body) == ["data", "links"]
        assert body["links"][0] == {"rel": "self", "uri": f"/{version}{canonical}"}
        assert body["data"]["id"] == canonical.rpartition("/")[2]


@pytest.mark.parametrize("version", BOTH)
def test_a_related_single_record_has_no_link_but_self(version: str, mock: Mock) -> None:
    for path in (path for path in SINGLES if path.count("/") == 3):
        assert len(mock.reader().get(f"/{version}{path}")["links"]) == 1


@pytest.mark.parametrize("version", BOTH)
def test_every_path_of_an_unknown_record_is_a_404_in_json(version: str, mock: Mock) -> None:
    for path in (path for path in PATHS if "{id}" in path):
        for id in (NOBODY, "abc", "6A", TOWN + "0", "ñ", "' or 1=1"):
            response = mock.reader().ask(f"/{version}{path.replace('{id}', id)}")
            assert (response.status_code, response.get_data()) == (404, b'{"message":"Resource not found"}'), path


def test_a_record_of_another_kind_is_not_found(mock: Mock) -> None:
    for path in (f"users/{ASH}", f"schools/{ADA}", f"sections/{FALL}", f"terms/{ALGEBRA}", f"districts/{ADA}"):
        assert mock.reader().ask(f"/v3.0/{path}").status_code == 404


def test_a_section_without_course_or_term_answers_404_for_them(mock: Mock) -> None:
    facts = {"district": TOWN, "school": ASH, "name": "", "sis_id": "", "created": "", "last_modified": ""}
    loose = Section(id="6a000000000000000000dd09", **facts)
    reader = Mock(town().replace(sections=[loose])).reader()
    for relation in ("course", "term"):
        response = reader.ask(f"/v3.0/sections/{loose.id}/{relation}")
        assert (response.status_code, response.get_json()) == (404, {"message": "Resource not found"})
    assert reader.get(f"/v3.0/sections/{loose.id}/school")["data"]["id"] == ASH
    assert reader.get(f"/v3.0/sections/{loose.id}")["data"]["teachers"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/v3.0/classes",
        "/v3.0",
        "/v3.2/users",
        "/v4.0/students",
        "/v9.0/users",
        f"/v3.0/users/{ADA}/friends",
        f"/v3.0/sections/{BIOLOGY_ASH}/students",
        f"/v3.0/users/{ADA}/sections/{BIOLOGY_ASH}",
        "/users",
    ],
)
def test_an_endpoint_that_does_not_exist_is_express_s_own_page(path: str, mock: Mock) -> None:
    response = mock.reader().ask(path)
    assert response.status_code == 404
    assert response.get_data(as_text=True) == (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n'
        f"<body>\n<pre>Cannot GET {path}</pre>\n</body>\n</html>\n"
    )


# Envelopes, byte for byte.


def body(mock: Mock, path: str) -> str:
    response = mock.reader().ask(path)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_a_term_with_its_links(mock: Mock) -> None:
    assert body(mock, f"/v3.0/terms/{FALL}") == (
        '{"data":{"district":"6a00000000000000000000d1","end_date":"2026-12-18","name":"Fall",'
        '"start_date":"2026-08-17","id":"6a000000000000000000bb01"},"links":['
        '{"rel":"self","uri":"/v3.0/terms/6a000000000000000000bb01"},'
        '{"rel":"district","uri":"/v3.0/terms/6a000000000000000000bb01/district"},'
        '{"rel":"sections","uri":"/v3.0/terms/6a000000000000000000bb01/sections"},'
        '{"rel":"schools","uri":"/v3.0/terms/6a000000000000000000bb01/schools"}]}'
    )


def test_the_terms_of_a_school_have_timestamps_and_their_list_has_its_links_first(mock: Mock) -> None:
    assert body(mock, f"/v3.0/schools/{ASH}/terms") == (
        '{"links":[{"rel":"self","uri":"/v3.0/schools/6a000000000000000000aa01/terms"}],'
        '"data":[{"data":{"district":"6a00000000000000000000d1","end_date":"2026-12-18T00:00:00.000Z",'
        '"name":"Fall","start_date":"2026-08-17T00:00:00.000Z","id":"6a000000000000000000bb01"},'
        '"uri":"/v3.0/terms/6a000000000000000000bb01"}]}'
    )


def test_a_page_of_terms_has_its_data_first(mock: Mock) -> None:
    assert body(mock, "/v3.1/terms?limit=1") == (
        '{"data":[{"data":{"district":"6a00000000000000000000d1","end_date":"2026-12-18","name":"Fall",'
        '"start_date":"2026-08-17","id":"6a000000000000000000bb01"},"uri":"/v3.1/terms/6a000000000000000000bb01"}],'
        '"links":[{"rel":"self","uri":"/v3.1/terms?limit=1"},'
        '{"rel":"next","uri":"/v3.1/terms?limit=1&starting_after=6a000000000000000000bb01"}]}'
    )


def test_a_term_without_dates_has_no_keys_for_them(mock: Mock) -> None:
    assert body(mock, f"/v3.0/terms?starting_after={FALL}") == (
        '{"data":[{"data":{"district":"6a00000000000000000000d1","name":"Spring","id":"6a000000000000000000bb02"},'
        '"uri":"/v3.0/terms/6a000000000000000000bb02"}],'
        '"links":[{"rel":"self","uri":"/v3.0/terms?starting_after=6a000000000000000000bb01"},'
        '{"rel":"prev","uri":"/v3.0/terms?ending_before=6a000000000000000000bb02"}]}'
    )


def test_a_student_as_an_application_with_secure_sync_reads_them(mock: Mock) -> None:
    assert body(mock, f"/v3.0/users/{ADA}") == (
        '{"data":{"created":"2026-08-10T16:08:05.000Z","district":"6a00000000000000000000d1",'
        '"last_modified":"2026-08-10T16:08:05.000Z","name":{"first":"Ada","last":"Ñandú"},'
        '"id":"6a000000000000000000ee01","roles":{"student":{"credentials":{"district_username":"user11"},'
        '"enrollments":[],"grade":"9","graduation_year":"",'
        '"location":{"address":"","city":"","state":"","zip":"00000"},"school":"6a000000000000000000aa01",'
        '"schools":["6a000000000000000000aa01","6a000000000000000000aa02"],"sis_id":"s11","student_number":"11"}}},'
        '"links":[{"rel":"self","uri":"/v3.0/users/6a000000000000000000ee01"},'
        '{"rel":"district","uri":"/v3.0/users/6a000000000000000000ee01/district"},'
        '{"rel":"sections","uri":"/v3.0/users/6a000000000000000000ee01/sections"},'
        '{"rel":"myContacts","uri":"/v3.0/users/6a000000000000000000ee01/myContacts"},'
        '{"rel":"myTeachers","uri":"/v3.0/users/6a000000000000000000ee01/myTeachers"},'
        '{"rel":"schools","uri":"/v3.0/users/6a000000000000000000ee01/schools"}]}'
    )


def test_a_student_s_email_is_repeated_in_the_role(mock: Mock) -> None:
    record = mock.reader().get(f"/v3.0/users/{BEN}")["data"]
    assert record["email"] == record["roles"]["student"]["email"] == "ben@example.org"
    assert list(record) == ["created", "district", "email", "last_modified", "name", "id", "roles"]
    assert list(record["roles"]["student"])[-1] == "email"


def test_a_contact_has_one_name_and_its_relationships(mock: Mock) -> None:
    record = mock.reader().get(f"/v3.0/users/{PAT}")["data"]
    assert record["name"] == {"last": "Pat Ñandú"}
    assert record["roles"] == {
        "contact": {
            "phone": "555-0101",
            "phone_type": "Cell",
            "sis_id": "",
            "student_relationships": [
                {"student": ADA, "relationship": "Parent", "type": "Primary"},
                {"student": BEN, "relationship": "Aunt/Uncle", "type": "Family"},
            ],
            "legacy_id": "6a0000000000000000000061",
        }
    }


def test_a_section_record(mock: Mock) -> None:
    assert body(mock, f"/v3.0/sections/{ALGEBRA_ASH}") == (
        '{"data":{"course":"6a000000000000000000cc01","created":"2026-08-10T16:08:05.000Z",'
        '"district":"6a00000000000000000000d1","last_modified":"2026-08-10T16:08:05.000Z","name":"Algebra 1",'
        '"school":"6a000000000000000000aa01","sis_id":"x01",'
        '"students":["6a000000000000000000ee01","6a000000000000000000ee02"],"subject":"",'
        '"teacher":"6a000000000000000000ee05",'
        '"teachers":["6a000000000000000000ee05","6a000000000000000000ee06"],'
        '"term_id":"6a000000000000000000bb01","id":"6a000000000000000000dd01"},'
        '"links":[{"rel":"self","uri":"/v3.0/sections/6a000000000000000000dd01"},'
        '{"rel":"district","uri":"/v3.0/sections/6a000000000000000000dd01/district"},'
        '{"rel":"school","uri":"/v3.0/sections/6a000000000000000000dd01/school"},'
        '{"rel":"term","uri":"/v3.0/sections/6a000000000000000000dd01/term"},'
        '{"rel":"course","uri":"/v3.0/sections/6a000000000000000000dd01/course"},'
        '{"rel":"users","uri":"/v3.0/sections/6a000000000000000000dd01/users"}]}'
    )


@pytest.mark.parametrize(
    ("path", "rels"),
    [
        (f"users/{TESS}", ["self", "district", "sections", "myStudents", "schools"]),
        (f"users/{UMA}", ["self", "district", "sections", "myStudents", "schools"]),
        (f"users/{SOL}", ["self", "district", "schools"]),
        (f"users/{ROOT}", ["self", "district"]),
        (f"users/{PAT}", ["self", "district", "sections", "schools"]),
        (f"schools/{ASH}", ["self", "district", "sections", "users", "terms", "courses"]),
        (f"courses/{ALGEBRA}", ["self", "district", "sections", "schools"]),
        (f"districts/{TOWN}", ["self"]),
        (f"resources/{LESSON}", ["self", "courses", "sections", "users"]),
    ],
)
def test_the_links_of_a_single_record(path: str, rels: list[str], mock: Mock) -> None:
    links = mock.reader().get(f"/v3.0/{path}")["links"]
    assert [link["rel"] for link in links] == rels
    assert [link["uri"] for link in links] == [f"/v3.0/{path}", *(f"/v3.0/{path}/{rel}" for rel in rels[1:])]


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("districts", ["data", "links"]),
        ("schools", ["data", "links"]),
        ("courses", ["data", "links"]),
        ("terms", ["data", "links"]),
        ("resources", ["data", "links"]),
        ("users", ["links", "data"]),
        ("sections", ["links", "data"]),
        (f"schools/{ASH}/users", ["links", "data"]),
        (f"schools/{ASH}/courses", ["links", "data"]),
        (f"users/{ADA}/schools", ["links", "data"]),
        (f"terms/{FALL}/sections", ["links", "data"]),
    ],
)
def test_the_order_of_an_envelope_s_keys(path: str, keys: list[str], mock: Mock) -> None:
    assert list(mock.reader().get(f"/v3.0/{path}")) == keys
    assert list(mock.reader().get(f"/v3.0/{path}")["data"][0]) == ["data", "uri"]


@pytest.mark.parametrize("path", ["resources", f"users/{DAN}/resources", f"sections/{ALGEBRA_ASH}/resources"])
def test_no_resources_are_an_answer_of_their_own(path: str, mock: Mock) -> None:
    mock.share(type="everything", **{"except": [LESSON]})
    assert body(mock, f"/v3.0/{path}") == '{"resources":[]}'


def test_resources_need_their_scope(mock: Mock) -> None:
    sent = {"name": "Plain", "products": ["secure_sync"], "granted": []}
    app = mock.world.apps[mock.control("POST", "apps", sent, 201)["client_id"]]
    reader = mock.reader(app)
    for path in ("resources", f"users/{ADA}/resources", f"courses/{BIOLOGY}/resources"):
        assert reader.get(f"/v3.0/{path}") == {"resources": []}
    for path in (f"resources/{LESSON}", f"resources/{LESSON}/users", f"resources/{LESSON}/courses"):
        assert reader.ask(f"/v3.0/{path}").status_code == 404


def test_the_district_says_when_this_application_launched(mock: Mock) -> None:
    assert body(mock, "/v3.0/districts") == (
        '{"data":[{"data":{"error":"","last_sync":"2026-08-10T16:08:05.000Z","launch_date":"2026-05-10",'
        '"login_methods":["Clever Badges"],"name":"Hand-Written Town",'
        '"portal_url":"https://clever.example/in/hand-written-town","sis_type":"sftp","state":"running",'
        '"id":"6a00000000000000000000d1"},"uri":"/v3.0/districts/6a00000000000000000000d1"}],'
        '"links":[{"rel":"self","uri":"/v3.0/districts"}]}'
    )


def test_sensitive_fields_are_missing_until_they_are_granted(mock: Mock) -> None:
    assert "ell_status" not in mock.reader().get(f"/v3.0/users/{ADA}")["data"]["roles"]["student"]
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "granted": ["ell_status"]})
    assert mock.reader().get(f"/v3.0/users/{ADA}")["data"]["roles"]["student"]["ell_status"] == "Y"


def test_what_only_v3_1_has_is_missing_in_v3_0(mock: Mock) -> None:
    changes = [
        {
            "type": "record.update",
            "kind": "users",
            "id": ADA,
            "set": {"roles": {"student": {"preferred_name": {"first": "Addy"}, "gifted_status": "Y"}}},
        }
    ]
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": changes})
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "granted": ["gifted_status"]})
    student = mock.reader().get(f"/v3.1/users/{ADA}")["data"]["roles"]["student"]
    assert (student["preferred_name"], student["gifted_status"]) == ({"first": "Addy"}, "Y")
    student = mock.reader().get(f"/v3.0/users/{ADA}")["data"]["roles"]["student"]
    assert not {"preferred_name", "gifted_status"} & student.keys()
