"""How every kind of token ends, and what a user token cannot ask for: the same answers always (sso 5, 7, 14)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from clients import Mock, Reader
from town import ADA, BEN, BIOLOGY_ASH, CLEO, ROOT, SOL, TESS, TOWN, UMA, WHEN

TESS_THEN = "6a0000000000000000000021"
UNKNOWN = b'{"code":101,"error":"Unrecognized token string","data":{}}'

KINDS: dict[str, tuple[Callable[[Mock], Reader], str]] = {
    "district token, Secure Sync": (lambda mock: mock.reader(mock.sync), "/v3.0/users"),
    "district token, SSO only": (lambda mock: mock.reader(mock.sso), "/v3.0/districts"),
    "user token, Secure Sync": (lambda mock: mock.signed_in(TESS, mock.sync), "/v3.0/me"),
    "user token, SSO only": (lambda mock: mock.signed_in(TESS, mock.sso), f"/v2.1/teachers/{TESS_THEN}"),
    "Library, teacher": (lambda mock: mock.signed_in(TESS, mock.library), f"/v3.0/users/{TESS}/sections"),
    "Library, student": (lambda mock: _library_student(mock), "/v3.0/me"),
}


def _library_student(mock: Mock) -> Reader:
    mock.token(TESS, mock.library)
    return mock.signed_in(BEN, mock.library)


def disconnect(app: str) -> Callable[[Mock], None]:
    def end(mock: Mock) -> None:
        mock.control("PATCH", f"connections/{mock.connection(getattr(mock, app))}", {"connected": False})

    return end


def rotate(app: str) -> Callable[[Mock], None]:
    return lambda mock: mock.control("POST", f"connections/{mock.connection(getattr(mock, app))}/rotate")


def revoke(user: str) -> Callable[[Mock], None]:
    return lambda mock: mock.control("POST", "revoke", {"user": user})


def uninstall(mock: Mock) -> None:
    mock.control("DELETE", f"consents/{mock.library.client_id}/{TESS}")


def block(mock: Mock) -> None:
    mock.control("PATCH", f"districts/{TOWN}/library", {"blocked": [mock.library.client_id]})


def wait_a_day(mock: Mock) -> None:
    mock.control("POST", "clock", {"advance": "P1DT1S"})


def reset(mock: Mock) -> None:
    mock.control("POST", "reset")


ENDS: list[tuple[str, Callable[[Mock], None]]] = [
    ("district token, Secure Sync", rotate("sync")),
    ("district token, Secure Sync", disconnect("sync")),
    ("district token, SSO only", rotate("sso")),
    ("district token, SSO only", disconnect("sso")),
    *(("user token, Secure Sync", end) for end in (wait_a_day, disconnect("sync"), revoke(TESS), reset)),
    *(("user token, SSO only", end) for end in (wait_a_day, disconnect("sso"), revoke(TESS), reset)),
    *(("Library, teacher", end) for end in (wait_a_day, uninstall, block, revoke(TESS), reset)),
    *(("Library, student", end) for end in (wait_a_day, uninstall, block, revoke(BEN), reset)),
]
SURVIVED: list[tuple[str, Callable[[Mock], None]]] = [
    ("district token, Secure Sync", wait_a_day),
    ("district token, Secure Sync", reset),
    ("district token, Secure Sync", disconnect("sso")),
    ("district token, Secure Sync", revoke(TESS)),
    *(("user token, Secure Sync", end) for end in (rotate("sync"), disconnect("sso"), revoke(BEN), rotate("sso"))),
    *(("Library, teacher", end) for end in (disconnect("sso"), disconnect("sync"), revoke(BEN))),
    *(("Library, student", end) for end in (disconnect("sso"), disconnect("sync"), revoke(TESS))),
]


@pytest.mark.parametrize(("kind", "end"), ENDS)
def test_a_token_that_has_ended_is_unknown(kind: str, end: Callable[[Mock], None], mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    make, path = KINDS[kind]
    reader = make(mock)
    assert reader.ask(path).status_code == 200
    end(mock)
    for asked in (path, "/v3.0/me", "/v3.1/users", "/oauth/tokeninfo"):
        response = reader.ask(asked)
        assert (response.status_code, response.get_data()) == (401, UNKNOWN)
        assert response.headers["WWW-Authenticate"] == "Bearer"
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(("kind", "end"), SURVIVED)
def test_a_token_survives_what_is_not_its_end(kind: str, end: Callable[[Mock], None], mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    make, path = KINDS[kind]
    reader = make(mock)
    end(mock)
    assert reader.ask(path).status_code == 200


def test_a_user_token_does_not_come_back_with_the_district(mock: Mock) -> None:
    reader, id = mock.signed_in(BEN, mock.sso), mock.connection(mock.sso)
    code = mock.code(BEN, mock.sso)
    mock.control("PATCH", f"connections/{id}", {"connected": False})
    mock.control("PATCH", f"connections/{id}", {"connected": True})
    assert reader.ask("/v3.0/me").status_code == 401
    assert mock.exchange(code, mock.sso).get_json() == {
        "error": "invalid_grant",
        "error_description": "invalid code",
    }
    assert mock.signed_in(BEN, mock.sso).ask("/v3.0/me").status_code == 200


def test_revoking_says_how_many_tokens_ended(mock: Mock) -> None:
    mock.token(BEN, mock.sso), mock.token(BEN, mock.sync), mock.token(CLEO, mock.sync)
    assert mock.control("POST", "revoke", {"user": BEN, "client_id": mock.sync.client_id}) == {"revoked": 1}
    assert mock.control("POST", "revoke", {"user": BEN}) == {"revoked": 1}
    assert mock.control("POST", "revoke", {"client_id": mock.sync.client_id}) == {"revoked": 1}
    status, message = mock.refused("POST", "revoke", {})
    assert (status, "a `user`, a `client_id` or both" in message) == (400, True)


# What single sign-on tells.


@pytest.mark.parametrize(("user", "path"), [(BEN, f"students/{BEN}"), (TESS, f"teachers/{TESS_THEN}")])
def test_no_middle_name_is_told_to_a_login_application(user: str, path: str, mock: Mock) -> None:
    change = {"type": "record.update", "kind": "users", "id": user, "set": {"name": {"middle": "Xavier"}}}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [change]})
    sso, sync = mock.signed_in(user, mock.sso), mock.signed_in(user, mock.sync)
    for told in (
        *(f"/{v}/{path}" for v in ("v1.2", "v2.0", "v2.1")),
        f"/v3.0/users/{user}",
        f"/v3.1/users/{user}",
    ):
        assert list(sso.get(told)["data"]["name"]) == ["first", "last"]
        assert sync.get(told)["data"]["name"]["middle"] == "Xavier"


def test_the_record_a_login_application_is_told_to_the_letter(mock: Mock) -> None:
    assert mock.signed_in(TESS, mock.sso).ask(f"/v3.1/users/{TESS}").get_data(as_text=True) == (
        f'{{"data":{{"created":"{WHEN}","district":"{TOWN}","email":"tess@example.org","last_modified":"{WHEN}",'
        f'"name":{{"first":"Tess","last":"Berg"}},"id":"{TESS}",'
        f'"roles":{{"teacher":{{"schools":[],"legacy_id":"{TESS_THEN}"}}}}}},'
        f'"links":[{{"rel":"self","uri":"/v3.1/users/{TESS}"}}]}}'
    )
    for user, roles in (
        (SOL, '{"staff":{"schools":[],"legacy_id":"6a0000000000000000000041"}}'),
        (ROOT, '{"district_admin":{"legacy_id":"6a0000000000000000000051"}}'),
    ):
        told = mock.signed_in(user, mock.sso).ask(f"/v3.0/users/{user}").get_data(as_text=True)
        assert f'"id":"{user}","roles":{roles}}},"links":[{{"rel":"self","uri":"/v3.0/users/{user}"}}]}}' in told


@pytest.mark.parametrize(
    "query", ["limit=1", "limit=0", "limit=99999", "limit=x", "starting_after=x", "count=true"]
)
def test_paging_means_nothing_to_a_user_token(query: str, mock: Mock) -> None:
    """Its own records are no lists, and lists are no endpoints for it (docs/paging-and-limits)."""
    for app in (mock.sso, mock.sync):
        reader = mock.signed_in(UMA, app)
        for path in (f"/v3.0/users/{UMA}", f"/v3.0/districts/{TOWN}", "/v3.0/me"):
            assert reader.get(f"{path}?{query}") == reader.get(path)
        for path in ("/v3.0/users", "/v3.1/districts", f"/v3.0/users/{UMA}/sections", "/v2.1/sections"):
            response = reader.ask(f"{path}?{query}")
            assert response.status_code == 404
            assert f"<pre>Cannot GET {path}</pre>" in response.get_data(as_text=True)


# The district token of an application without Secure Sync.


def test_it_reaches_districts_and_what_is_the_district_s_own(mock: Mock) -> None:
    reader, told = mock.reader(mock.sso), {"name": "Hand-Written Town", "id": TOWN}
    for version in ("v1.2", "v2.0", "v2.1", "v3.0", "v3.1"):
        assert [item["data"] for item in reader.get(f"/{version}/districts")["data"]] == [told]
        assert reader.get(f"/{version}/districts/{TOWN}")["data"] == told
    assert [item["data"] for item in reader.get(f"/v1.2/districts/{TOWN}/status")["data"]] == [{"id": TOWN}]
    for path in (
        *(f"/v1.2/districts/{TOWN}/{rel}" for rel in ("schools", "students", "teachers", "sections", "admins")),
        *(f"/{version}/sections/{BIOLOGY_ASH}/district" for version in ("v2.0", "v2.1", "v3.0", "v3.1")),
        *(f"/v3.0/users/{ADA}", "/v3.0/users", "/v3.0/me", "/v2.1/students"),
    ):
        response = reader.ask(path)
        assert (response.status_code, response.mimetype) == (404, "text/html"), path
        assert f"<pre>Cannot GET {path}</pre>" in response.get_data(as_text=True)
