"""The mock over real sockets, used by clients that nobody here wrote."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from bs4 import BeautifulSoup
from clients import CALLBACK, Mock
from requests_oauthlib import OAuth2Session
from town import ADA, TESS, TOWN, UMA

from mock_clever.serving import running


@pytest.fixture
def base(mock: Mock) -> Iterator[str]:
    mock.app.testing = False
    with running(mock.app.wsgi_app) as server:
        yield server.url


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def press(browser: requests.Session, base: str, authorize: str, user: str) -> str:
    """Follow a Log in with Clever link, press that person's button, and say where the browser is sent."""
    page = browser.get(authorize)
    assert page.status_code == 200
    asked = BeautifulSoup(page.text, "html.parser").select_one("section.testers a.choice")
    if asked is not None:  # which district, the first time
        page = browser.get(base + str(asked["href"]))
    button = BeautifulSoup(page.text, "html.parser").select_one(f"input[name=user][value='{user}']")
    assert button is not None
    form = button.find_parent("form")
    assert form is not None
    fields = {str(field["name"]): str(field["value"]) for field in form.find_all("input")}
    response = browser.post(base + str(form["action"]), data=fields, allow_redirects=False)
    assert response.status_code == 302
    return response.headers["Location"]


@pytest.mark.parametrize("prefix", ["", "/w/lab"])
@pytest.mark.parametrize("in_body", [False, True])
def test_requests_oauthlib_logs_in(
    prefix: str, in_body: bool, mock: Mock, base: str, session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the mock speaks http on loopback
    if prefix:
        mock.control("POST", "worlds", {"name": "lab"}, 201)
    clever = f"{base}{prefix}"
    with OAuth2Session(mock.sso.client_id, redirect_uri=CALLBACK) as client:
        link, state = client.authorization_url(f"{clever}/oauth/authorize")
        location = press(session, base, link, UMA)
        assert parse_qs(urlsplit(location).query)["state"] == [state]
        client.fetch_token(
            f"{clever}/oauth/tokens",
            authorization_response=location,
            client_secret=mock.sso.client_secret,
            include_client_id=in_body,
        )
        me = client.get(f"{clever}/v3.0/me").json()
        assert (me["data"]["id"], me["data"]["district"]) == (UMA, TOWN)
        record = client.get(clever + me["links"][1]["uri"]).json()["data"]
        assert record["name"] == {"first": "Uma", "last": "Sá"}
        assert set(record["roles"]) == {"teacher", "district_admin"}


def test_a_whole_roster_is_read_along_next(mock: Mock, base: str, session: requests.Session) -> None:
    app = mock.sync
    found = session.get(
        f"{base}/oauth/tokens", params={"owner_type": "district"}, auth=(app.client_id, app.client_secret)
    )
    session.headers["Authorization"] = f"Bearer {found.json()['data'][0]['access_token']}"
    ids, path = [], "/v3.0/users?limit=2"
    while path:
        page = session.get(base + path).json()
        ids += [item["data"]["id"] for item in page["data"]]
        path = next((link["uri"] for link in page["links"] if link["rel"] == "next"), "")
    assert len(ids) == len(set(ids)) == 9


def test_a_doubled_slash_and_odd_bytes_in_a_path_reach_the_mock_as_sent(mock: Mock, base: str) -> None:
    headers = {"Authorization": f"Bearer {mock.reader().token}"}
    assert (
        requests.get(f"{base}//v3.0/users?limit=1", headers=headers).json()["links"][0]["uri"]
        == "/v3.0/users?limit=1"
    )
    for path in ("/v3.0/%ff%fe", "/v3.0/users/%00", "/%2e%2e/etc/passwd", "/v3.0/users?limit=%ff", "/w/%F0%9F/x"):
        assert requests.get(base + path, headers=headers).status_code in (400, 404)


def test_the_server_calls_itself_what_clever_s_does(mock: Mock, base: str) -> None:
    headers = {"Authorization": f"Bearer {mock.reader().token}"}
    response = requests.get(f"{base}/v3.0/districts", headers=headers)
    assert response.headers["Server"] == "envoy"
    assert "Via" not in response.headers
    assert int(response.headers["Content-Length"]) == len(response.content)
    head = requests.head(f"{base}/v3.0/districts", headers=headers)
    assert (head.content, head.headers["Content-Length"]) == (b"", str(len(response.content)))


def test_a_truncated_answer_is_no_json(mock: Mock, base: str) -> None:
    mock.control("POST", "faults", {"path": "/v3.0/users", "kind": "truncate"}, 201)
    headers = {"Authorization": f"Bearer {mock.reader().token}"}
    with pytest.raises(requests.exceptions.JSONDecodeError):
        requests.get(f"{base}/v3.0/users", headers=headers).json()


def test_one_code_is_good_for_one_of_many_who_come_at_once(mock: Mock, base: str) -> None:
    code = mock.code(ADA, mock.sso)
    sent = {"code": code, "grant_type": "authorization_code", "redirect_uri": CALLBACK}
    statuses: list[int] = []

    def exchange() -> None:
        auth = (mock.sso.client_id, mock.sso.client_secret)
        statuses.append(requests.post(f"{base}/oauth/tokens", json=sent, auth=auth).status_code)

    threads = [threading.Thread(target=exchange) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [400] * 7


def test_reading_and_changing_at_once_never_shows_half_a_change(mock: Mock, base: str) -> None:
    """A change names two records; whoever reads sees both old or both new."""
    headers = {"Authorization": f"Bearer {mock.reader().token}"}
    seen: set[tuple[str, ...]] = set()

    def read() -> None:
        with requests.Session() as session:
            for _ in range(40):
                users = session.get(f"{base}/v3.0/users", headers=headers).json()["data"]
                seen.add(tuple(u["data"]["name"]["first"] for u in users if u["data"]["id"] in (ADA, TESS)))

    reader = threading.Thread(target=read)
    reader.start()
    for n in range(40):
        changes = [
            {"type": "record.update", "kind": "users", "id": id, "set": {"name": {"first": str(n)}}}
            for id in (ADA, TESS)
        ]
        requests.post(f"{base}/_mock/districts/{TOWN}/changes", json={"changes": changes})
    reader.join()
    assert all(pair == ("Ada", "Tess") or pair[0] == pair[1] for pair in seen)
