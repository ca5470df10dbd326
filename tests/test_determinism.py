"""Same scenario, same requests, same bytes: two servers that never met answer alike, and the seed matters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from clients import Browser, Mock, answered
from test_data_api import LISTS, SINGLES
from town import ADA, BEN, TOWN, UMA, town
from werkzeug.test import TestResponse

from mock_clever.scenarios import Scenario, Start, Worlds


def everything_a_client_can_ask(mock: Mock) -> Iterator[TestResponse]:
    """A morning at the mock: logins, exchanges, reading, changes and refusals."""
    client = mock.client
    client.post("/_mock/clock", json={"freeze": True})
    yield client.post("/_mock/clock", json={"set": "2027-01-04T08:00:00Z"})
    for path in ("env", "apps", "connections", "districts", "people", "worlds", "health"):
        yield client.get(f"/_mock/{path}")
    browser = Browser(mock.app)
    page = browser.authorize(mock.sso, state="s")
    yield page
    chosen = browser.choose(page, ADA)
    yield chosen
    exchanged = mock.exchange(answered(chosen.headers["Location"])["code"], mock.sso)
    yield exchanged
    yield client.get("/v3.0/me", headers={"Authorization": f"Bearer {exchanged.get_json()['access_token']}"})
    yield client.post("/_mock/login", json={"user": UMA})
    yield client.post("/_mock/apps", json={"name": "New", "products": ["secure_sync"]})
    yield client.post("/_mock/apps", json={"client_id": mock.sync.client_id, "oidc": True})
    yield mock.exchange(mock.code(UMA, mock.sync, nonce="n"), mock.sync)
    for path in ("/.well-known/openid-configuration", "/oauth/certs", "/userinfo"):
        yield client.get(path)
    yield client.post("/_mock/keys/rotate")
    yield client.get("/oauth/certs")
    yield client.post(f"/_mock/connections/{mock.connection(mock.sso)}/rotate")
    gone = {"type": "record.remove", "kind": "users", "id": BEN}
    yield client.post(f"/_mock/districts/{TOWN}/changes", json={"changes": [gone]})
    for path in (*LISTS, *SINGLES):
        yield mock.reader().ask(f"/v3.1{path}")
    yield client.get("/oauth/tokens", auth=(mock.sync.client_id, mock.sync.client_secret))
    yield client.get("/v3.0/nothing")
    yield client.post("/_mock/faults", json={"path": "/v3.0/"})
    yield mock.reader().ask("/v3.0/users")
    yield client.post("/_mock/reset")
    yield client.post("/_mock/login", json={"user": UMA})


def written(response: TestResponse) -> tuple[int, list[tuple[str, str]], bytes]:
    return response.status_code, list(response.headers), response.get_data()


def test_two_servers_answer_the_same_requests_with_the_same_bytes() -> None:
    one, other = Mock(), Mock()
    for left, right in zip(everything_a_client_can_ask(one), everything_a_client_can_ask(other), strict=True):
        assert written(left) == written(right)


def test_two_servers_keep_the_same_journal_but_for_how_long_things_took() -> None:
    kept = []
    for mock in (Mock(), Mock()):
        for response in everything_a_client_can_ask(mock):
            if response.request.path == "/_mock/faults":
                rows = mock.world.journal.entries(4, "all")  # since the clock stands still
                kept.append([row.shown() | {"ms": 0} for row in rows])
    assert len(kept) == 2
    assert kept[0] == kept[1]
    assert len(kept[0]) > 100


@pytest.mark.parametrize("what", ["seed", "world"])
def test_another_seed_or_world_makes_other_codes(what: str) -> None:
    codes = []
    for seed, name in ((0, "main"), (1, "main") if what == "seed" else (0, "other")):
        worlds = Worlds(Start(Scenario(seed=seed), town(), []))
        world = worlds.get(name) or worlds.create(name)
        codes.append([world.mint.hex(40) for _ in range(5)])
    assert not set(codes[0]) & set(codes[1])


def test_an_application_s_registration_does_not_change_what_the_others_are_given() -> None:
    plain, busy = Mock(), Mock()
    busy.control("POST", "apps", {"name": "New", "products": ["sso"]}, 201)
    assert plain.reader().token == busy.reader().token
    assert plain.control("GET", "env") == busy.control("GET", "env")
