"""Whatever a user token asks, in any version, it is told nothing but what it may know, written by hand.

Every list, every record of the town and every link of each is asked with tokens of people of every kind. Ids may
stand in a section's arrays though their records cannot be read (docs/sync-troubleshooting).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from clients import Mock, Reader
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
    ROOT,
    SOL,
    TESS,
    TOWN,
    UMA,
    WHEN,
    town,
)

from mock_clever.versions import VERSIONS

TESS_THEN, UMA_THEN = "6a0000000000000000000021", "6a0000000000000000000022"
UMA_ADMIN, ROOT_THEN = "6a0000000000000000000032", "6a0000000000000000000051"
SOL_THEN = "6a0000000000000000000041"
NAMED = {"Hand-Written Town", TOWN, WHEN, "user", "district", ""}
TAUGHT = {"Algebra 1", ALGEBRA_ASH, "other", "user", "teacher", "", TESS, UMA, TESS_THEN, UMA_THEN, ADA, BEN, "9"}

SSO = {
    ADA: NAMED | {ADA, "Ada", "Ñandú", "student"},
    DAN: NAMED | {DAN, "Dan", "Lee", "dan@example.org", "student"},
    TESS: NAMED | {TESS, TESS_THEN, "Tess", "Berg", "tess@example.org", "teacher"},
    UMA: NAMED | {UMA, UMA_THEN, UMA_ADMIN, "Uma", "Sá", "uma@example.org", "teacher"},
    SOL: NAMED | {SOL, SOL_THEN, "Sol", "Kim", "sol@example.org", "school_admin"},
    ROOT: NAMED | {ROOT, ROOT_THEN, "Root", "Admin", "root@example.org", "district_admin"},
}
LIBRARY = {
    TESS: TAUGHT | {"Tess", "Berg", "tess@example.org", "Biology", BIOLOGY_ASH, "Ada", "Ñ", "Ben", "O"},
    UMA: TAUGHT
    | {"Uma", "Sá", "uma@example.org", "Biology", BIOLOGY_BIRCH}
    | {"Ada", "Ñ", "Ben", "O", "Cleo", "I", CLEO, "10"},
    ADA: TAUGHT | {"Ada", "Ñ", "student"},
}
LIBRARY_KEYS = {
    *("id", "type", "authorized_by", "email", "name", "name.first", "name.middle", "name.last", "grade"),
    *("section_number", "subject", "teacher", "teachers", "students"),
    *("roles", "roles.teacher", "roles.teacher.legacy_id", "roles.student", "roles.student.grade"),
}
SECRET = {
    "s11",
    "s12",
    "s13",
    "s14",
    "t21",
    "t22",
    "user11",
    "00000",
    "ben@example.org",
    "O'Hare",
    "Ito",
    "Pat Ñandú",
}


def everything(snapshot: Any) -> Iterator[str]:
    """Every path of every version that names a list, a record of the town or a link of one."""
    yield "/me"
    for version in VERSIONS.values():
        yield f"/{version.name}/me"
        for collection in version.collections.values():
            yield f"/{version.name}/{collection.name}"
            yield f"/{version.name}/{collection.name}?count=true"
            for id in snapshot.table(collection.kind).ids:
                path = f"/{version.name}/{collection.name}/{id}"
                yield from (path, f"{path}?include=teachers,contacts,sections,students,schools")
                yield from (f"{path}/{relation}?show_links=true" for relation in collection.relations)


def told(reader: Reader, paths: list[str]) -> Iterator[tuple[str, Any]]:
    """Every path that is answered, and the answer."""
    for path in paths:
        response = reader.ask(path)
        assert response.status_code in (200, 404), path
        if response.status_code == 200:
            yield path, response.get_json()


def values(told: Any) -> Iterator[str]:
    """Every string that is not a path of the API."""
    if isinstance(told, dict):
        for key, value in told.items():
            yield from values(value) if key != "links" else ()
    elif isinstance(told, list):
        for value in told:
            yield from values(value)
    elif not str(told).startswith("/v"):
        yield str(told)


def keys(told: Any, under: str = "") -> Iterator[str]:
    if isinstance(told, dict):
        for key, value in told.items():
            yield under + key
            yield from keys(value, f"{under}{key}.")


def records(body: Any) -> list[Any]:
    found = body["data"]
    return [item["data"] for item in found] if isinstance(found, list) else [found]


def open_mock() -> Mock:
    mock = Mock()
    mock.control("PATCH", "settings", {"rate_limit": 1_000_000})
    mock.token(TESS, mock.library)
    return mock


@pytest.mark.parametrize("user", SSO)
def test_a_login_application_s_token_knows_one_person_s_name(user: str) -> None:
    mock = open_mock()
    answered = dict(told(mock.signed_in(user, mock.sso), list(everything(town()))))
    assert len(answered) >= 6 + 2 * 5
    for path, body in answered.items():
        assert set(values(body)) <= SSO[user], path


@pytest.mark.parametrize("user", LIBRARY)
def test_a_library_token_knows_what_a_teacher_may_share(user: str) -> None:
    mock = open_mock()
    answered = dict(told(mock.signed_in(user, mock.library), list(everything(town()))))
    assert len(answered) >= 6 + 3 * 5
    for path, body in answered.items():
        assert set(values(body)) <= LIBRARY[user], path
        assert {key for record in records(body) for key in keys(record)} <= LIBRARY_KEYS, path
        assert TOWN not in str(body), path


@pytest.mark.parametrize("user", [ADA, CLEO, TESS, SOL])
def test_a_secure_sync_application_s_user_token_knows_its_own_records(user: str) -> None:
    mock = open_mock()
    reader = mock.signed_in(user, mock.sync)
    answered = dict(told(reader, list(everything(town()))))
    whole = mock.reader()
    me = {reader.get(f"/{version}/me")["data"]["id"] for version in VERSIONS} | {TOWN, ASH, BIRCH}
    for path, body in answered.items():
        assert {record["id"] for record in records(body)} <= me, path
        if not path.endswith("/me"):
            assert body["data"] == whole.get(path.partition("?")[0])["data"], path


def test_the_test_would_see_a_leak(mock: Mock) -> None:
    seen: set[str] = set()
    for _, body in told(
        mock.reader(), [f"/v2.1/{kind}" for kind in ("students", "teachers", "contacts", "schools")]
    ):
        seen |= set(values(body))
    assert seen >= SECRET
    assert not any(seen <= allowed for allowed in (*SSO.values(), *LIBRARY.values()))
