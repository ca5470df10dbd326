"""Worlds: many in one process, chosen by `/w/{name}`, knowing nothing of each other; and what reset gives back."""

from __future__ import annotations

import pytest
from clients import CALLBACK, Browser, Mock, answered, soup
from town import ADA, ASH, BEN, TOWN, town

from mock_clever.app import create_app
from mock_clever.apps import standard_apps
from mock_clever.scenarios import Scenario, Start, Worlds
from vendor_app.config import LIBRARY_CALLBACK, from_environment


@pytest.fixture
def other(mock: Mock) -> str:
    assert mock.control("POST", "worlds", {"name": "a-1_B"}, 201) == {"name": "a-1_B", "path": "/w/a-1_B"}
    return "/w/a-1_B"


def test_main_is_there_with_and_without_its_name(mock: Mock) -> None:
    headers = {"Authorization": f"Bearer {mock.reader().token}"}
    plain, named = (mock.client.get(f"{prefix}/v3.0/users", headers=headers) for prefix in ("", "/w/main"))
    assert plain.get_data() == named.get_data()
    assert mock.control("GET", "worlds") == {"worlds": ["main"]}


def test_a_world_that_is_not_there_answers_404_on_every_path(mock: Mock) -> None:
    for path in ("/w/nowhere", "/w/nowhere/", "/w/nowhere/v3.0/users", "/w/nowhere/_mock/env", "/w/%00/x"):
        response = mock.client.get(path)
        assert (response.status_code, list(response.get_json())) == (404, ["message"])


def test_a_new_world_has_the_same_district_ids_and_secrets_of_its_own_grants(mock: Mock, other: str) -> None:
    for path in ("env", "apps", "connections", "districts"):
        here = mock.control("GET", path)
        there = mock.client.get(f"{other}/_mock/{path}").get_json()
        if path == "env":
            assert there.pop("MOCK_CLEVER_URL") == f"http://localhost{other}"
            assert here.pop("MOCK_CLEVER_URL") == "http://localhost"
        assert there == here
    codes = [mock.client.post(f"{prefix}/_mock/login", json={"user": ADA}).get_json() for prefix in ("", other)]
    assert codes[0] != codes[1]


def test_what_happens_in_one_world_does_not_happen_in_another(mock: Mock, other: str) -> None:
    headers = {"Authorization": f"Bearer {mock.reader().token}"}
    before = mock.client.get(f"{other}/v3.0/users", headers=headers).get_data()
    mock.control("POST", "clock", {"set": "2030-01-01T00:00:00Z"})
    mock.control(
        "POST", f"districts/{TOWN}/changes", {"changes": [{"type": "record.remove", "kind": "users", "id": ADA}]}
    )
    mock.share(type="nothing")
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "name": "Renamed"})
    mock.control("POST", "faults", {"path": "/", "times": None}, 201)
    mock.control("POST", f"connections/{mock.connection(mock.sso)}/rotate")
    assert mock.client.get(f"{other}/v3.0/users", headers=headers).get_data() == before
    there = mock.worlds.get("a-1_B")
    assert there is not None
    assert there.districts[TOWN] == town()
    assert there.apps[mock.sync.client_id].name == "Example Roster"
    assert there.faults.faults == []
    assert not mock.client.get(f"{other}/_mock/clock").get_json()["now"].startswith("2030")
    assert [r["path"] for r in mock.client.get(f"{other}/_mock/journal").get_json()["entries"]] == [
        "/v3.0/users"
    ] * 2


def test_a_code_and_a_token_are_good_in_their_own_world_only(mock: Mock, other: str) -> None:
    redirect = mock.client.post(f"{other}/_mock/login", json={"user": ADA}).get_json()["redirect"]
    code = answered(redirect)["code"]
    assert mock.exchange(code, mock.sso).status_code == 400
    sent = {"code": code, "grant_type": "authorization_code", "redirect_uri": CALLBACK}
    auth = (mock.sso.client_id, mock.sso.client_secret)
    response = mock.client.post(f"{other}/oauth/tokens", json=sent, auth=auth)
    headers = {"Authorization": f"Bearer {response.get_json()['access_token']}"}
    assert mock.client.get(f"{other}/v3.0/me", headers=headers).status_code == 200
    assert mock.client.get("/v3.0/me", headers=headers).status_code == 401


def test_a_browser_has_a_session_in_each_world(mock: Mock, other: str) -> None:
    browser = Browser(mock.app)
    query = {"response_type": "code", "client_id": mock.sso.client_id}
    page = browser.open(f"{other}/oauth/authorize", **query)
    assert page.status_code == 200
    sheet = soup(page).select_one("link[rel=stylesheet]")
    assert sheet is not None
    assert str(sheet["href"]).startswith(f"{other}/_mock/static/")
    response = browser.choose(page, ADA)
    [cookie] = [c for c in response.headers.getlist("Set-Cookie") if c.startswith("clever_session=")]
    assert f"Path={other}" in cookie
    assert response.status_code == 302
    assert browser.open(f"{other}/oauth/authorize", **query).status_code == 302
    assert browser.open("/oauth/authorize", **query).status_code == 200
    browser.client.get(f"{other}/logout")
    assert browser.open(f"{other}/oauth/authorize", **query).status_code == 200


def test_links_and_error_pages_do_not_name_the_world(mock: Mock, other: str) -> None:
    headers = {"Authorization": f"Bearer {mock.reader().token}"}
    body = mock.client.get(f"{other}/v3.0/users?limit=1", headers=headers).get_json()
    assert body["links"][0]["uri"] == "/v3.0/users?limit=1"
    page = mock.client.get(f"{other}/v3.0/classes", headers=headers).get_data(as_text=True)
    assert "Cannot GET /v3.0/classes" in page


def test_a_world_can_be_dropped_but_not_main(mock: Mock, other: str) -> None:
    assert mock.control("GET", "worlds") == {"worlds": ["a-1_B", "main"]}
    assert mock.control("DELETE", "worlds/a-1_B") == {"worlds": ["main"]}
    assert mock.client.get(f"{other}/_mock/health").status_code == 404
    for name in ("main", "a-1_B"):
        assert mock.refused("DELETE", f"worlds/{name}")[0] == 404


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ñ", "x" * 65, "..", "a\n"])
def test_a_world_needs_a_plain_name(name: str, mock: Mock) -> None:
    assert mock.refused("POST", "worlds", {"name": name}) == (
        400,
        "a world's name has 1 to 64 letters, digits, - or _",
    )


def test_a_world_s_name_is_taken_once(mock: Mock, other: str) -> None:
    assert mock.refused("POST", "worlds", {"name": "a-1_B"})[0] == 409
    assert mock.refused("POST", "worlds", {"name": "main"})[0] == 409


def test_a_world_of_an_unknown_preset_is_refused(mock: Mock) -> None:
    status, message = mock.refused("POST", "worlds", {"name": "x", "preset": "atlantis"})
    assert (status, "atlantis" in message) == (400, True)
    assert mock.control("GET", "worlds") == {"worlds": ["main"]}


def test_a_reset_gives_back_the_first_state(mock: Mock) -> None:
    connections, tokens = mock.control("GET", "connections"), mock.reader().token
    person, code = mock.signed_in(ADA, mock.sso), mock.code(BEN, mock.sso)
    browser = Browser(mock.app)
    browser.choose(browser.authorize(mock.sso), ADA)
    change = {"type": "record.update", "kind": "schools", "id": ASH, "set": {"name": "Oak"}}
    mock.control("POST", f"districts/{TOWN}/changes", {"changes": [change]})
    mock.share(type="nothing")
    mock.control("PATCH", f"connections/{mock.connection(mock.sso)}", {"launched": False})
    mock.control("POST", f"connections/{mock.connection(mock.sync)}/rotate")
    mock.control("POST", "clock", {"freeze": True})
    mock.control("POST", "faults", {"path": "/", "times": None}, 201)
    assert mock.control("POST", "reset") == {"status": "reset"}
    assert mock.control("GET", "connections") == connections
    assert mock.reader().token == tokens
    assert mock.reader().get(f"/v3.0/schools/{ASH}")["data"]["name"] == "Ash"
    assert person.ask("/v3.0/me").status_code == 401
    assert mock.exchange(code, mock.sso).status_code == 400
    assert browser.authorize(mock.sso).status_code == 200
    assert mock.control("GET", "clock")["frozen"] is False
    rows = mock.control("GET", "journal")["entries"]
    assert [row["path"] for row in rows][:2] == ["/_mock/reset", f"/v3.0/schools/{ASH}"]


def test_a_reset_keeps_registered_apps_and_never_makes_a_secret_again(mock: Mock) -> None:
    before = {mock.code(ADA, mock.sso) for _ in range(3)}
    made = mock.control("POST", "apps", {"name": "New", "products": ["sso"], "redirect_uris": [CALLBACK]}, 201)
    mock.control("POST", "reset")
    assert mock.world.apps[made["client_id"]].client_secret == made["client_secret"]
    assert mock.reader(mock.world.apps[made["client_id"]]).ids("/v3.0/districts") == [TOWN]
    assert not before & {mock.code(ADA, mock.sso) for _ in range(3)}


def test_a_reset_of_one_world_is_not_felt_in_another(mock: Mock, other: str) -> None:
    mock.share(type="nothing")
    mock.client.post(f"{other}/_mock/reset")
    assert mock.reader().ids("/v3.0/users") == []


def test_a_scenario_s_redirect_uris_are_those_of_both_applications(mock: Mock) -> None:
    assert mock.sync.redirect_uris == mock.sso.redirect_uris == (CALLBACK, CALLBACK + "/other")
    assert Scenario().redirect_uris == ("http://127.0.0.1:5000/oauth/clever/callback",)


def test_the_reference_vendor_app_s_redirect_uris_are_registered_from_the_beginning() -> None:
    mock = create_app(Worlds(Start(Scenario(), town(), []))).test_client()
    config = from_environment(mock.get("/_mock/env").get_json())
    apps = {app["client_id"]: app["redirect_uris"] for app in mock.get("/_mock/apps").get_json()["apps"]}
    assert apps[config.login.client_id][0] == config.redirect_uri
    assert apps[config.for_library.login.client_id][0] == config.for_library.redirect_uri
    assert config.for_library.redirect_uri.endswith(LIBRARY_CALLBACK)


def test_the_library_app_has_a_redirect_uri_of_its_own_beside_the_usual_one() -> None:
    usual, own = "http://127.0.0.1:5000/oauth/clever/callback", "http://127.0.0.1:5000/oauth/clever/library"
    assert [app.redirect_uris for app in standard_apps((usual,))] == [(usual,), (usual,), (own, usual)]
    for other in ("https://x.example/callback", f"{usual}/"):
        assert standard_apps((other, usual))[2].redirect_uris == (other, own, usual)
