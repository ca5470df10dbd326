"""Tokens of Library: what a teacher's consent opens, to whom, for how long, and nothing beyond (sso 10, 14)."""

from __future__ import annotations

from typing import Any

import pytest
from clients import CALLBACK, Browser, Mock, Reader, answered, forms_of
from town import (
    ADA,
    ALGEBRA,
    ALGEBRA_ASH,
    ASH,
    BEN,
    BIOLOGY_ASH,
    BIOLOGY_BIRCH,
    CLEO,
    DAN,
    FALL,
    ROOT,
    SOL,
    TESS,
    TOWN,
    UMA,
    town,
)

from mock_clever.apps import App
from mock_clever.model import ROLES
from mock_clever.sharing import classrooms

TESS_THEN, UMA_THEN = "6a0000000000000000000021", "6a0000000000000000000022"
NOW = ("v3.0", "v3.1")
THEN = ("v1.2", "v2.0", "v2.1")
SCOPES = ["read:students_basic", "read:teachers_basic", "read:user_id", "read:sections_limited"]


def change(mock: Mock, kind: str, id: str, **values: Any) -> None:
    told = {"type": "record.update", "kind": kind, "id": id, "set": values}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [told]})


def uninstall(mock: Mock, teacher: str, status: int = 200) -> Any:
    return mock.control("DELETE", f"consents/{mock.library.client_id}/{teacher}", status=status)


def refused(mock: Mock, user: str, app: App | None = None) -> str:
    client_id = (app or mock.library).client_id
    status, message = mock.refused("POST", "login", {"user": user, "client_id": client_id})
    assert status == 403
    return message


def is_page(reader: Reader, path: str) -> bool:
    """Whether a path is answered with Express's page, as one that the kind of token cannot reach."""
    response = reader.ask(path)
    return response.status_code == 404 and f"Cannot GET {path.partition('?')[0]}" in response.get_data(
        as_text=True
    )


def is_missing(reader: Reader, path: str) -> bool:
    response = reader.ask(path)
    return response.status_code == 404 and response.get_json(silent=True) == {"message": "Resource not found"}


def is_unknown(reader: Reader, path: str = "/v3.0/me") -> bool:
    response = reader.ask(path)
    return (response.status_code, response.get_data()) == (
        401,
        b'{"code":101,"error":"Unrecognized token string","data":{}}',
    )


# Consent.


def test_a_teacher_s_first_login_is_a_consent(mock: Mock) -> None:
    assert mock.control("GET", "consents") == {"consents": []}
    mock.control("POST", "clock", {"freeze": True})
    mock.control("POST", "clock", {"set": "2026-11-01T08:00:00Z"})
    token = mock.token(TESS, mock.library)
    assert (token[:2], len(token)) == ("il", 40)
    consent = {
        "client_id": mock.library.client_id,
        "district": TOWN,
        "teacher": TESS,
        "at": "2026-11-01T08:00:00.000Z",
    }
    assert mock.control("GET", "consents") == {"consents": [consent]}
    mock.control("POST", "clock", {"advance": "P1D"})
    mock.token(TESS, mock.library)
    assert mock.control("GET", "consents") == {"consents": [consent]}


def test_a_student_comes_in_once_one_of_their_teachers_has(mock: Mock) -> None:
    assert "None of your teachers has added this app." in refused(mock, ADA)
    mock.token(TESS, mock.library)
    assert mock.signed_in(ADA, mock.library).get("/v3.0/me")["data"]["id"] == ADA
    for other in (CLEO, DAN):  # of Uma's, and of nobody's
        assert "None of your teachers has added this app." in refused(mock, other)


def test_a_student_without_a_teacher_s_consent_may_be_sent_back(mock: Mock) -> None:
    browser = Browser(mock.app)
    page = browser.authorize(mock.library, return_unshared="true", state="s")
    assert browser.choose(page, ADA).headers["Location"] == f"{CALLBACK}?error=unauthorized-user&state=s"


@pytest.mark.parametrize("user", [SOL, ROOT])
def test_staff_and_admins_have_no_library(user: str, mock: Mock) -> None:
    assert "does not support that user type" in refused(mock, user)
    change_types = {"client_id": mock.library.client_id, "supported_user_types": ["staff", "district_admin"]}
    mock.control("POST", "apps", change_types)
    assert "does not support that user type" in refused(mock, user)


def test_somebody_who_is_a_teacher_too_comes_in_as_that(mock: Mock) -> None:
    reader = mock.signed_in(UMA, mock.library)
    assert reader.get("/v2.1/me")["data"] == {"id": UMA_THEN, "type": "teacher", "authorized_by": "teacher"}
    assert list(reader.get(f"/v3.0/users/{UMA}")["data"]["roles"]) == ["teacher"]


def test_library_logs_in_through_the_pages_too(mock: Mock) -> None:
    browser = Browser(mock.app)
    page = browser.authorize(mock.library, state="s")
    tagged = {id for id, form in forms_of(page).items() if "unshared" in form.get_text()}
    assert tagged == {ADA, BEN, CLEO, DAN}
    redirect = browser.authorized(browser.choose(page, TESS)).headers["Location"]
    assert answered(redirect)["state"] == "s"
    assert answered(redirect)["scope"] == " ".join(SCOPES)
    assert [consent["teacher"] for consent in mock.control("GET", "consents")["consents"]] == [TESS]


# Who they are.


@pytest.mark.parametrize(("user", "kind", "then"), [(TESS, "teacher", TESS_THEN), (ADA, "student", ADA)])
def test_me_names_no_district_in_any_version(user: str, kind: str, then: str, mock: Mock) -> None:
    mock.token(TESS, mock.library)
    reader = mock.signed_in(user, mock.library)
    for version in NOW:
        assert reader.ask(f"/{version}/me").get_data(as_text=True) == (
            f'{{"type":"user","data":{{"id":"{user}","type":"user","authorized_by":"teacher"}},'
            f'"links":[{{"rel":"self","uri":"/me"}},{{"rel":"canonical","uri":"/{version}/users/{user}"}}]}}'
        )
    for version, says in (
        ("v1.2", {}),
        ("v2.0", {"authorized_by": "teacher"}),
        ("v2.1", {"authorized_by": "teacher"}),
    ):
        assert reader.get(f"/{version}/me") == {
            "type": kind,
            "data": {"id": then, "type": kind} | says,
            "links": [{"rel": "self", "uri": "/me"}, {"rel": "canonical", "uri": f"/{version}/{kind}s/{then}"}],
        }
    assert reader.get("/me")["data"] == {"id": then, "type": kind, "authorized_by": "teacher"}


def test_tokeninfo_names_library_s_scopes(mock: Mock) -> None:
    reader = mock.signed_in(TESS, mock.library)
    assert reader.get("/oauth/tokeninfo") == {"client_id": mock.library.client_id, "scopes": SCOPES}


def test_there_is_no_district_token(mock: Mock) -> None:
    mock.token(TESS, mock.library)
    credentials = (mock.library.client_id, mock.library.client_secret)
    assert mock.client.get("/oauth/tokens?owner_type=district", auth=credentials).get_json()["data"] == []


# What they read.


def test_the_records_of_a_teacher_s_classes_to_the_letter(mock: Mock) -> None:
    change(mock, "sections", ALGEBRA_ASH, section_number="3", grade="9", subject="math", period="1")
    change(mock, "users", BEN, name={"middle": "Xavier"})
    reader = mock.signed_in(TESS, mock.library)
    assert reader.ask(f"/v3.0/users/{TESS}").get_data(as_text=True) == (
        '{"data":{"email":"tess@example.org","name":{"first":"Tess","middle":"","last":"Berg"},'
        f'"id":"{TESS}","roles":{{"teacher":{{"legacy_id":"{TESS_THEN}"}}}}}},'
        f'"links":[{{"rel":"self","uri":"/v3.0/users/{TESS}"}}]}}'
    )
    algebra = {
        "grade": "9",
        "name": "Algebra 1",
        "section_number": "3",
        "students": [ADA, BEN],
        "subject": "math",
        "teacher": TESS,
        "teachers": [TESS, UMA],
        "id": ALGEBRA_ASH,
    }
    biology = {
        "name": "Biology",
        "students": [BEN],
        "subject": "",
        "teacher": TESS,
        "teachers": [TESS],
        "id": BIOLOGY_ASH,
    }
    assert reader.get(f"/v3.0/users/{TESS}/sections") == {
        "data": [
            {"data": algebra, "uri": f"/v3.0/sections/{ALGEBRA_ASH}"},
            {"data": biology, "uri": f"/v3.0/sections/{BIOLOGY_ASH}"},
        ],
        "links": [{"rel": "self", "uri": f"/v3.0/users/{TESS}/sections"}],
    }
    assert reader.get(f"/v3.0/sections/{ALGEBRA_ASH}") == {
        "data": algebra,
        "links": [{"rel": "self", "uri": f"/v3.0/sections/{ALGEBRA_ASH}"}],
    }
    ben = {"name": {"first": "Ben", "last": "O"}, "roles": {"student": {"grade": "9"}}, "id": BEN}
    ada = {"name": {"first": "Ada", "last": "Ñ"}, "roles": {"student": {"grade": "9"}}, "id": ADA}
    path = f"/v3.0/sections/{ALGEBRA_ASH}/users?role=student"
    assert reader.get(path) == {
        "data": [{"data": ada, "uri": f"/v3.0/users/{ADA}"}, {"data": ben, "uri": f"/v3.0/users/{BEN}"}],
        "links": [{"rel": "self", "uri": path}],
    }
    assert reader.get(f"/v3.0/users/{BEN}") == {
        "data": ben,
        "links": [{"rel": "self", "uri": f"/v3.0/users/{BEN}"}],
    }


def test_a_middle_name_is_told_of_teachers_only(mock: Mock) -> None:
    for user in (TESS, BEN):
        change(mock, "users", user, name={"middle": "Xavier"})
    reader = mock.signed_in(TESS, mock.library)
    assert reader.get(f"/v3.0/users/{TESS}")["data"]["name"] == {
        "first": "Tess",
        "middle": "Xavier",
        "last": "Berg",
    }
    for path in (f"/v3.1/users/{BEN}", f"/v2.1/students/{BEN}", f"/v1.2/students/{BEN}"):
        assert reader.get(path)["data"]["name"] == {"first": "Ben", "last": "O"}


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("Ñandú", "Ñ"),
        ("N\u0303andú", "Ñ"),
        ("'t Hooft", "t"),
        ("\u200fכהן", "כ"),
        ("李", "李"),
        ("-", "-"),
        ("🙂x", "x"),
    ],
)
def test_a_last_name_s_initial_is_its_first_letter(last: str, told: str, mock: Mock) -> None:
    change(mock, "users", BEN, name={"last": last})
    reader = mock.signed_in(TESS, mock.library)
    assert reader.get(f"/v3.0/users/{BEN}")["data"]["name"]["last"] == told


@pytest.mark.parametrize("last", ["", None])
def test_nobody_s_last_name_has_no_initial(last: str | None, mock: Mock) -> None:
    change(mock, "users", BEN, name={"last": last})
    assert mock.signed_in(TESS, mock.library).get(f"/v3.0/users/{BEN}")["data"]["name"] == {"first": "Ben"}


@pytest.mark.parametrize("version", THEN)
def test_the_same_in_the_words_of_older_versions(version: str, mock: Mock) -> None:
    reader = mock.signed_in(TESS, mock.library)
    assert reader.get(f"/{version}/teachers/{TESS_THEN}") == {
        "data": {
            "email": "tess@example.org",
            "name": {"first": "Tess", "middle": "", "last": "Berg"},
            "id": TESS_THEN,
        },
        "links": [{"rel": "self", "uri": f"/{version}/teachers/{TESS_THEN}"}],
    }
    assert reader.ids(f"/{version}/teachers/{TESS_THEN}/sections") == [ALGEBRA_ASH, BIOLOGY_ASH]
    algebra = reader.get(f"/{version}/sections/{ALGEBRA_ASH}")["data"]
    assert algebra == {
        "name": "Algebra 1",
        "students": [ADA, BEN],
        "subject": "" if version == "v2.1" else "other",
        "teacher": TESS_THEN,
        "teachers": [TESS_THEN, UMA_THEN],
        "id": ALGEBRA_ASH,
    }
    students = [item["data"] for item in reader.get(f"/{version}/sections/{ALGEBRA_ASH}/students")["data"]]
    assert students == [
        {"grade": "9", "name": {"first": "Ada", "last": "Ñ"}, "id": ADA},
        {"grade": "9", "name": {"first": "Ben", "last": "O"}, "id": BEN},
    ]
    assert reader.get(f"/{version}/students/{ADA}")["data"] == students[0]


def test_a_student_reads_themself_and_the_sections_of_teachers_who_consented(mock: Mock) -> None:
    mock.token(TESS, mock.library)
    reader = mock.signed_in(ADA, mock.library)
    assert reader.get(f"/v3.0/users/{ADA}")["data"] == {
        "name": {"first": "Ada", "last": "Ñ"},
        "roles": {"student": {"grade": "9"}},
        "id": ADA,
    }
    assert reader.ids(f"/v3.0/users/{ADA}/sections") == [ALGEBRA_ASH]
    assert reader.get(f"/v3.0/sections/{ALGEBRA_ASH}")["data"]["students"] == [ADA, BEN]
    for version in THEN:
        assert reader.ids(f"/{version}/students/{ADA}/sections") == [ALGEBRA_ASH]
    mock.token(UMA, mock.library)
    assert reader.ids(f"/v3.0/users/{ADA}/sections") == [ALGEBRA_ASH, BIOLOGY_BIRCH]


def test_a_student_reads_of_nobody_else(mock: Mock) -> None:
    mock.token(TESS, mock.library)
    reader = mock.signed_in(ADA, mock.library)
    assert reader.ids(f"/v3.0/sections/{ALGEBRA_ASH}/users") == [ADA]
    assert reader.ids(f"/v2.1/sections/{ALGEBRA_ASH}/students") == [ADA]
    for user in (BEN, TESS, CLEO):
        assert is_missing(reader, f"/v3.0/users/{user}")
    assert is_missing(reader, f"/v2.1/teachers/{TESS_THEN}")
    assert is_missing(reader, f"/v3.0/sections/{BIOLOGY_BIRCH}")


def test_what_is_another_class_s_is_missing(mock: Mock) -> None:
    reader = mock.signed_in(TESS, mock.library)
    missing = (
        *(f"/v3.0/users/{user}" for user in (UMA, CLEO, DAN, SOL, ROOT)),
        *(f"/v3.0/sections/{BIOLOGY_BIRCH}", f"/v3.0/sections/{BIOLOGY_BIRCH}/users?role=student"),
        *(f"/v3.0/users/{BEN}/sections", f"/v3.0/users/{UMA}/sections", "/v3.0/users/nobody"),
        *(f"/v2.1/teachers/{UMA_THEN}", f"/v2.1/teachers/{TESS}", f"/v2.1/students/{CLEO}"),
        *(f"/v2.1/students/{BEN}/sections", f"/v2.1/sections/{BIOLOGY_BIRCH}/students"),
    )
    for path in missing:
        assert is_missing(reader, path), path


def test_everything_else_is_out_of_reach(mock: Mock) -> None:
    reader = mock.signed_in(TESS, mock.library)
    for version in NOW:
        for path in (
            *("users", "sections", "schools", "districts", "courses", "terms", "resources", "users?role=student"),
            *(f"districts/{TOWN}", f"schools/{ASH}", f"courses/{ALGEBRA}", f"terms/{FALL}"),
            *(f"users/{TESS}/{rel}" for rel in ("district", "schools", "myStudents", "resources")),
            *(f"sections/{ALGEBRA_ASH}/{rel}" for rel in ("district", "school", "course", "term", "resources")),
        ):
            assert is_page(reader, f"/{version}/{path}"), path
    for version in THEN:
        for path in (
            *("teachers", "students", "sections", "schools", "districts", "contacts"),
            *("district_admins", "school_admins", f"districts/{TOWN}", f"schools/{ASH}", f"contacts/{ADA}"),
            *(f"teachers/{TESS_THEN}/{rel}" for rel in ("district", "school", "students")),
            *(f"sections/{ALGEBRA_ASH}/{rel}" for rel in ("district", "school", "teacher", "teachers")),
        ):
            assert is_page(reader, f"/{version}/{path}"), path


def test_a_teacher_without_sections_is_a_teacher(mock: Mock) -> None:
    for section in (ALGEBRA_ASH, BIOLOGY_ASH):
        change(mock, "sections", section, teacher=UMA, teachers=[UMA])
    reader = mock.signed_in(TESS, mock.library)
    assert reader.get(f"/v3.0/users/{TESS}/sections")["data"] == []
    assert reader.get(f"/v3.0/users/{TESS}")["data"]["name"]["last"] == "Berg"


def test_a_consent_covers_sections_that_come_later(mock: Mock) -> None:
    reader = mock.signed_in(TESS, mock.library)
    change(mock, "sections", BIOLOGY_BIRCH, teachers=[UMA, TESS])
    assert reader.ids(f"/v3.0/users/{TESS}/sections") == [ALGEBRA_ASH, BIOLOGY_ASH, BIOLOGY_BIRCH]
    assert reader.get(f"/v3.0/users/{CLEO}")["data"]["name"] == {"first": "Cleo", "last": "I"}


@pytest.mark.parametrize(
    "query", ["limit=1", "limit=0", "limit=99999", "limit=x", f"starting_after={ALGEBRA_ASH}", "ending_before=x"]
)
def test_a_user_token_neither_pages_nor_limits(query: str, mock: Mock) -> None:
    """The whole list comes at once and no link leads on; what it would have been asked by is not even read."""
    reader, path = mock.signed_in(TESS, mock.library), f"/v3.0/users/{TESS}/sections?{query}"
    assert reader.ids(path) == [ALGEBRA_ASH, BIOLOGY_ASH]
    assert reader.get(path)["links"] == [{"rel": "self", "uri": path}]


def test_an_application_s_own_choice_of_fields_holds_here_too(mock: Mock) -> None:
    mock.control("POST", "apps", {"client_id": mock.library.client_id, "off": ["student.grade", "user.email"]})
    reader = mock.signed_in(TESS, mock.library)
    assert "email" not in reader.get(f"/v3.0/users/{TESS}")["data"]
    assert reader.get(f"/v3.0/users/{BEN}")["data"]["roles"] == {"student": {}}


# How it ends.


def test_a_token_lives_a_day(mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    reader = mock.signed_in(TESS, mock.library)
    mock.control("POST", "clock", {"advance": "P1D"})
    assert reader.ask("/v3.0/me").status_code == 200
    mock.control("POST", "clock", {"advance": "PT1S"})
    assert is_unknown(reader)


def test_taking_the_app_off_ends_the_teacher_s_tokens_and_their_students(mock: Mock) -> None:
    tess, uma = mock.signed_in(TESS, mock.library), mock.signed_in(UMA, mock.library)
    ben, ada, cleo = (mock.signed_in(user, mock.library) for user in (BEN, ADA, CLEO))
    assert uninstall(mock, UMA)["teacher"] == UMA
    assert is_unknown(uma) and is_unknown(cleo)
    assert [reader.ask("/v3.0/me").status_code for reader in (tess, ben, ada)] == [200, 200, 200]
    assert ada.ids(f"/v3.0/users/{ADA}/sections") == [ALGEBRA_ASH]
    uninstall(mock, TESS)
    assert all(is_unknown(reader) for reader in (tess, ben, ada))
    assert mock.control("GET", "consents") == {"consents": []}


def test_no_token_comes_back_with_a_new_consent(mock: Mock) -> None:
    tess, ben = mock.signed_in(TESS, mock.library), mock.signed_in(BEN, mock.library)
    code = mock.code(BEN, mock.library)
    uninstall(mock, TESS)
    assert "None of your teachers has added this app." in refused(mock, BEN)
    mock.token(TESS, mock.library)
    assert is_unknown(tess) and is_unknown(ben)
    assert mock.exchange(code, mock.library).get_json()["error"] == "invalid_grant"


def test_a_student_who_leaves_the_last_such_class_is_out(mock: Mock) -> None:
    mock.token(UMA, mock.library)
    cleo = mock.signed_in(CLEO, mock.library)
    leaving = {"type": "section.unenroll", "section": BIOLOGY_BIRCH, "user": CLEO}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [leaving]})
    assert is_unknown(cleo)


def test_a_district_blocks_an_application_or_the_whole_library(mock: Mock) -> None:
    path, block = f"districts/{TOWN}/library", {"blocked": [mock.library.client_id]}
    open_again = {"enabled": True, "blocked": [], "recommended": [], "approval": False, "approved": []}
    for closed, opened, words in (
        (block, {"blocked": []}, "does not let teachers add Example Library"),
        ({"enabled": False}, {"enabled": True}, "Your district has disabled sign up with Clever"),
    ):
        tess = mock.signed_in(TESS, mock.library)
        mock.control("PATCH", path, closed)
        assert is_unknown(tess)
        assert words in refused(mock, TESS)
        assert mock.control("PATCH", path, opened) == open_again
        assert is_unknown(tess)
        assert mock.signed_in(TESS, mock.library).ask("/v3.0/me").status_code == 200


def test_consents_and_tokens_are_gone_after_a_reset(mock: Mock) -> None:
    tess = mock.signed_in(TESS, mock.library)
    mock.control("POST", "reset")
    assert mock.control("GET", "consents") == {"consents": []}
    assert is_unknown(tess)


def test_what_cannot_be_taken_off_or_blocked_is_refused(mock: Mock) -> None:
    status, message = mock.refused("DELETE", f"consents/{mock.library.client_id}/{TESS}")
    assert (status, "GET /_mock/consents lists who has" in message) == (404, True)
    assert mock.refused("PATCH", f"districts/{TOWN}/library", {"blocked": ["nobody"]})[0] == 400
    assert mock.refused("PATCH", f"districts/{ADA}/library", {"enabled": False})[0] == 404


# The district's connection wins.


def test_a_district_that_connects_the_app_takes_its_users_over(mock: Mock) -> None:
    sent = {"name": "Both", "products": ["library", "sso"], "redirect_uris": [CALLBACK]}
    app = mock.world.apps[mock.control("POST", "apps", sent, 201)["client_id"]]
    assert app.scopes == (*mock.sso.scopes, "read:sections_limited")
    reader = mock.signed_in(BEN, app)
    assert reader.get("/v3.0/me")["data"]["authorized_by"] == "district"
    assert reader.get(f"/v3.0/users/{BEN}")["data"]["name"] == {"first": "Ben", "last": "O'Hare"}
    assert is_page(reader, f"/v3.0/users/{BEN}/sections")
    mock.share(app, type="everything", **{"except": [BEN]})
    assert "Ask your administrator" in refused(mock, BEN, app)
    mock.control("PATCH", f"connections/{mock.connection(app)}", {"connected": False})
    assert is_unknown(reader)
    assert mock.signed_in(TESS, app).get("/v3.0/me")["data"]["authorized_by"] == "teacher"
    assert mock.signed_in(BEN, app).get("/v3.0/me")["data"]["authorized_by"] == "teacher"


def test_a_secure_sync_application_of_library_tells_teachers_no_more(mock: Mock) -> None:
    sent = {"name": "All", "products": ["library", "secure_sync"], "redirect_uris": [CALLBACK]}
    app = mock.world.apps[mock.control("POST", "apps", sent, 201)["client_id"]]
    mock.control("PATCH", f"connections/{mock.connection(app)}", {"connected": False})
    reader = mock.signed_in(TESS, app)
    assert reader.get("/v1.2/me")["data"] == {"id": TESS_THEN, "type": "teacher"}
    assert reader.get(f"/v3.0/users/{BEN}")["data"]["name"] == {"first": "Ben", "last": "O"}
    assert is_page(reader, "/v3.0/users")


# The door itself.


def test_a_classroom_shows_exactly() -> None:
    def shown(consenting: set[str], user: str) -> tuple[list[str], list[str]]:
        seen = classrooms(town(), frozenset(consenting), user)
        assert not any(len(seen.table(kind)) for kind in ("districts", "schools", "terms", "courses", "resources"))
        return seen.sections.ids, seen.users.ids

    assert shown({TESS}, TESS) == ([ALGEBRA_ASH, BIOLOGY_ASH], [ADA, BEN, TESS])
    assert shown({UMA}, UMA) == ([ALGEBRA_ASH, BIOLOGY_BIRCH], [ADA, BEN, CLEO, UMA])
    assert shown({TESS, UMA}, TESS) == shown({TESS}, TESS)
    assert shown({TESS}, ADA) == ([ALGEBRA_ASH], [ADA])
    assert shown({UMA}, ADA) == ([ALGEBRA_ASH, BIOLOGY_BIRCH], [ADA])
    assert shown({UMA}, CLEO) == ([BIOLOGY_BIRCH], [CLEO])
    assert shown({TESS}, CLEO) == ([], [CLEO])
    assert shown(set(), TESS) == ([], [TESS])
    assert shown({TESS}, "nobody") == ([], [])
    assert classrooms(town(), frozenset({UMA}), UMA).users[UMA].holds() == ("teacher",)
    assert set(ROLES) > {"student", "teacher"}
