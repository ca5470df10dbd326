"""Before anything is judged: what is wrong with the description, what with the app, what with the harness."""

from __future__ import annotations

import json
import shlex
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from flask import Flask, Response, redirect
from secure_door import AUTHORITY, secured
from stage import CALLBACK, Quiet, Stage
from tiny_app import TinyApp

from certification_suite.cli import main
from certification_suite.describing import init, preflight, preflight_clever
from certification_suite.describing.config import ConfigurationError, ProbeSpec
from certification_suite.drivers import browser
from certification_suite.drivers.mock import MockClever
from certification_suite.findings import APP, CONFIGURATION, HARNESS, Finding
from certification_suite.verdicts import CouldNotRun
from vendor_app.defects import DEFECTS

TINY: dict[str, Any] = {
    "start_login": None,
    "home_page": "/desk",
    "programmes": ["sso"],
    "probe": False,
    "other_client_ids": None,
    "openid": None,
}


def found(stage: Stage, *, patience: float = 5, **app: Any) -> dict[str, list[Finding]]:
    """What the look finds, by step; `described` may have changed the description."""
    looked = preflight.look(stage.described(**{**TINY, **app}), patience=patience)
    return {name: list(findings) for name, findings in looked.steps.items() if findings and name != "probe"}


def only(findings: dict[str, list[Finding]]) -> Finding:
    [[finding]] = findings.values()
    return finding


@pytest.fixture
def tiny(stage: Stage) -> TinyApp:
    app = stage.door.app = TinyApp(stage.env, stage.callback)
    return app


@pytest.fixture
def deaf() -> Iterator[str]:
    """An address that is taken, where nothing listens and nothing else can begin to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def speaking() -> Iterator[Callable[[bytes | None], str]]:
    """Makes addresses that say these bytes to whoever comes; None says nothing and keeps the line open."""
    doors: list[socket.socket] = []
    kept: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def open_(words: bytes | None) -> str:
        door = socket.create_server(("127.0.0.1", 0))
        doors.append(door)

        def accept() -> None:
            while True:
                try:
                    line = door.accept()[0]
                except OSError:
                    return
                kept.append(line)
                if words is not None:
                    line.recv(4096)
                    line.sendall(words)
                    line.close()

        threads.append(threading.Thread(target=accept, daemon=True))
        threads[-1].start()
        return f"http://127.0.0.1:{door.getsockname()[1]}"

    yield open_
    for door in doors:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
    for thread in threads:
        thread.join()
    for line in kept:
        line.close()


def test_a_right_description_finds_nothing(stage: Stage, tiny: TinyApp) -> None:
    looked = preflight.look(stage.described(**TINY))
    assert (looked.exit_code, [f.cause[:9] for f in looked.findings]) == (None, ["No probe:"])
    told = looked.lines(all=True)
    assert [line[0] for line in told if line[0] != " "] == ["✓"] * 8 + ["!"]


def test_the_reference_app_is_described_rightly_with_its_probe(stage: Stage) -> None:
    stage.put()
    assert preflight.look(stage.described()).findings == []


def test_the_command_only_looks(stage: Stage, tiny: TinyApp, tmp_path: Path) -> None:
    path = tmp_path / "certification.toml"
    init.write(path, base_url=stage.door.url, mock_url=stage.mock_url)
    ended = CliRunner().invoke(main, ["--app", str(path), "--preflight"])
    assert ended.exit_code == 0 and "✓ The app answers at its address" in ended.output
    path.write_text(path.read_text().replace('client_id = "', 'client_id = "x', 1))
    ended = CliRunner().invoke(main, ["--app", str(path), "--preflight"])
    assert ended.exit_code == 2
    assert "✗ The client ids are known to the mock\n    configuration: The mock knows no app with" in ended.output


# ── nobody there ──


def test_an_address_where_nothing_listens(stage: Stage, deaf: str) -> None:
    looked = preflight.look(stage.described(**TINY, base_url=deaf))
    assert looked.exit_code == 2
    assert f"Nothing listens at {deaf}/" in looked.stops[0].cause
    assert looked.steps["way"] is None and "– A login leads" in "\n".join(looked.lines(all=True))
    with pytest.raises(ConfigurationError, match="Nothing listens"):
        preflight.check(stage.described(**TINY, base_url=deaf))


def test_a_name_that_leads_nowhere(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(host: str, *rest: Any, **more: Any) -> Any:
        if host == "class-tracker.invalid":
            raise socket.gaierror(-2, "Name or service not known")
        return known(host, *rest, **more)

    known = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    [finding] = found(stage, base_url="http://class-tracker.invalid:5000")["address"]
    assert finding.stops and "The name class-tracker.invalid leads nowhere" in finding.cause
    assert "/etc/hosts" in finding.next_step


def test_an_app_that_hangs(stage: Stage, speaking: Any) -> None:
    [finding] = found(stage, base_url=speaking(None), patience=0.2)["address"]
    assert finding.stops and "takes a connection and then does not answer within 0.2 seconds" in finding.cause


@pytest.mark.parametrize("length", [None, "1000"])
def test_an_answer_that_never_ends(stage: Stage, length: str | None) -> None:
    def drip() -> Iterator[str]:
        while not over.wait(0.02):
            yield "…"

    over, app = threading.Event(), Flask("drip")
    headers = {"Content-Length": length} if length else {}
    app.add_url_rule("/", "door", lambda: Response(drip(), headers=headers))
    stage.door.app = app
    try:
        [finding] = found(stage, patience=0.3)["address"]
        with pytest.raises(browser.Silence, match=r"no answer within 0.3 seconds"):
            browser.Browser(stage.mock_url, (stage.door.url,), patience=0.3).open(stage.door.url)
    finally:
        over.set()
    assert finding.stops and "does not answer within 0.3 seconds" in finding.cause


def test_a_program_that_speaks_no_http(stage: Stage, speaking: Any) -> None:
    [finding] = found(stage, base_url=speaking(b""))["address"]
    assert finding.stops and "closes the connection without an answer" in finding.cause


def test_the_real_clever_is_never_asked(stage: Stage) -> None:
    [finding] = found(stage, base_url="https://clever.com")["address"]
    assert finding.stops and "is the real Clever" in finding.cause
    finding = preflight.look(_with_mock(stage, "https://api.clever.com")).stops[0]
    assert "that is the real Clever" in finding.cause


def _with_mock(stage: Stage, url: str) -> Any:
    return replace(stage.described(**TINY), mock_url=url)


def test_a_site_that_knows_no_clever(stage: Stage) -> None:
    site = Flask("site")
    site.add_url_rule("/", "welcome", lambda: "<title>Welcome to nginx!</title><p>It works.</p>")
    stage.door.app = site
    finding = only(found(stage))
    assert finding.stops and finding.who == CONFIGURATION
    assert "is no app that knows Clever: it says “Welcome to nginx!” (200)" in finding.cause
    assert f"redirect_uri {stage.callback} answers 404" in finding.cause
    assert "Does another program have this port?" in finding.next_step


def test_a_mock_that_is_none(stage: Stage, tiny: TinyApp, deaf: str) -> None:
    assert "No mock at" in preflight.look(_with_mock(stage, deaf)).stops[0].cause
    looked = preflight.look(_with_mock(stage, stage.door.url))
    assert looked.exit_code == 2 and looked.steps["address"] == ()


def test_a_mock_of_another_version_is_the_harnesss_own(
    stage: Stage, tiny: TinyApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight_clever, "version", lambda name: "9.9.9")
    looked = preflight.look(stage.described(**TINY))
    assert (looked.exit_code, looked.stops[0].who) == (3, HARNESS)
    assert "this suite of 9.9.9" in looked.stops[0].cause
    with pytest.raises(CouldNotRun, match=r"9\.9\.9"):
        preflight.check(stage.described(**TINY))


# ── certificates ──


@pytest.fixture
def ca(tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    AUTHORITY.cert_pem.write_to_path(path)
    return str(path)


def test_an_authority_nobody_trusts_is_named_in_the_description(stage: Stage, ca: str) -> None:
    """With `ca` the app is judged over https."""
    with secured(stage.door) as url, stage.registered(redirect_uris=[url + CALLBACK]):
        stage.door.app = TinyApp(stage.env, url + CALLBACK)
        described = {"base_url": url, "redirect_uri": url + CALLBACK}
        [finding] = found(stage, **described)["address"]
        assert finding.stops and "comes from an authority that nobody here trusts" in finding.cause
        assert "`ca` in [app]" in finding.next_step and "mock-clever certificate" in finding.next_step
        assert found(stage, ca=ca, **described) == {}
        results = stage.judge("SSO-05", screen=False, **TINY | described | {"ca": ca})
    assert results["SSO-05"].verdict == "pass", results["SSO-05"].observed


def test_certificates_that_are_wrong_in_another_way(stage: Stage, tiny: TinyApp, ca: str) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    with secured(stage.door, not_before=past, not_after=past + timedelta(days=1)) as url:
        [finding] = found(stage, base_url=url, ca=ca)["address"]
    assert finding.stops and "has expired" in finding.cause
    with secured(stage.door, "tracker.example") as url:
        [finding] = found(stage, base_url=url, ca=ca)["address"]
    assert finding.stops and "is for another host" in finding.cause and "--name 127.0.0.1" in finding.next_step


def test_http_and_https_mixed_up(stage: Stage, tiny: TinyApp) -> None:
    [finding] = found(stage, base_url=stage.door.url.replace("http:", "https:"))["address"]
    assert (
        finding.stops and "speaks plain http" in finding.cause and finding.next_step.startswith("Write http://.")
    )
    with secured(stage.door) as url:
        [finding] = found(stage, base_url=url.replace("https:", "http:"))["address"]
    assert finding.stops and "speaks https" in finding.cause and finding.next_step.startswith("Write https://.")


# ── proxies and clocks ──


def test_a_proxy_that_answers_in_place_of_the_app(stage: Stage, tiny: TinyApp) -> None:
    proxy = Flask("proxy")
    proxy.add_url_rule("/", "door", lambda: Response("ERR_CANNOT_FORWARD", 503, {"Via": "1.1 squid"}))
    stage.door.app = proxy
    [finding] = found(stage)["address"]
    assert finding.stops and "A proxy answers in place of your app: 503" in finding.cause
    assert "Via: 1.1 squid" in finding.cause


def test_a_proxy_of_this_shell(stage: Stage, tiny: TinyApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://me:hidden@proxy.school.example:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", "example.org")
    findings = found(stage)
    [finding] = findings["proxies"]
    assert "or asks the proxy of its shell for the mock" in findings["login"][0].next_step, "and this one does"
    assert "HTTP_PROXY=proxy.school.example:3128" in finding.cause and "hidden" not in finding.cause
    assert finding.next_step == "Start the app with NO_PROXY=example.org,127.0.0.1."
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert found(stage) == {}


@pytest.mark.parametrize(("hours", "span"), [(3, "3 hours ahead"), (-48, "2 days behind")])
def test_the_clock_of_the_app_stands_apart(
    stage: Stage, tiny: TinyApp, monkeypatch: pytest.MonkeyPatch, hours: int, span: str
) -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
    monkeypatch.setattr(Quiet, "date_time_string", lambda self, timestamp=None: at)
    finding = only(found(stage))
    assert f"The clock of your app is {span}" in finding.cause and not finding.stops


def test_the_clock_of_the_mock_stands_apart(stage: Stage, tiny: TinyApp) -> None:
    MockClever(stage.mock_url).send("POST", "/_mock/clock", {"advance": "P3D"})
    finding = only(found(stage))
    assert "The clock of the mock is 3 days ahead" in finding.cause and "POST /_mock/clock" in finding.next_step
    assert found(stage) == {}, "the look ends in a world as it began"


# ── the apps at Clever ──


def test_a_client_id_the_mock_does_not_know(stage: Stage, tiny: TinyApp) -> None:
    right = stage.env["CLEVER_SSO_CLIENT_ID"]
    finding = only(found(stage, client_id=right[:-1] + "x"))
    assert finding.stops and "The mock knows no app with client_id" in finding.cause
    assert f"Did you mean `{right}`?" in finding.cause


def test_a_mock_that_cannot_tell_client_ids(stage: Stage, tiny: TinyApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MockClever, "env", lambda self: {})
    finding = only(found(stage, client_id=None))
    assert finding.stops and "has no `client_id`, and the mock cannot tell it" in finding.cause
    assert "Add client_id to [clever]" in finding.next_step


def test_a_redirect_uri_that_is_not_registered_comes_with_the_command_that_registers_it(
    stage: Stage, tiny: TinyApp
) -> None:
    other = f"{stage.door.url}/other's"
    finding = only(found(stage, redirect_uri=other))
    assert finding.stops and "is not registered" in finding.cause
    command = shlex.split(finding.command)
    assert f"{stage.mock_url}/_mock/apps" in command
    assert json.loads(command[-1]) == {
        "client_id": stage.env["CLEVER_SSO_CLIENT_ID"],
        "redirect_uris": [other, stage.callback],
    }


def test_a_redirect_uri_that_is_not_the_primary_one(stage: Stage, tiny: TinyApp) -> None:
    with stage.registered(redirect_uris=["http://127.0.0.1:9/first", stage.callback]):
        finding = only(found(stage))
    assert finding.stops and "the first in the list is http://127.0.0.1:9/first" in finding.cause


def test_two_names_of_one_host(stage: Stage, tiny: TinyApp) -> None:
    there = stage.door.url.replace("127.0.0.1", "localhost")
    findings = found(stage, base_url=there)["redirects"]
    assert "cookies of the two apart" in findings[0].cause and not findings[0].stops


# ── the login ──


def leading_to(target: str) -> Flask:
    app = Flask("astray")
    app.add_url_rule("/", "welcome", lambda: "Welcome")
    app.add_url_rule("/login", "login", lambda: redirect(target))
    return app


def test_an_app_that_sends_people_to_the_real_clever(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(self: Any, method: str, url: str, sent: Any) -> Any:
        assert "clever.com" not in url, "the suite never speaks to the real Clever"
        return fetch(self, method, url, sent)

    fetch = browser.Browser._fetch
    monkeypatch.setattr(browser.Browser, "_fetch", no_network)
    stage.door.app = leading_to("https://clever.com/oauth/authorize?response_type=code")
    finding = only(found(stage, start_login="/login"))
    assert finding.stops and "sends people to the real clever.com" in finding.cause
    assert f"Set its Clever address to {stage.mock_url}" in finding.next_step


def test_an_app_that_has_another_address_of_clever(stage: Stage, deaf: str) -> None:
    stage.door.app = leading_to(f"{deaf}/oauth/authorize?client_id={stage.env['CLEVER_SSO_CLIENT_ID']}")
    finding = only(found(stage, start_login="/login"))
    assert finding.stops
    assert f"sends a login to {deaf}/oauth/authorize; the mock is at {stage.mock_url}" in finding.cause


def test_an_app_with_another_client_id(stage: Stage) -> None:
    sync = stage.env["CLEVER_CLIENT_ID"]
    for client_id, whose in (("other", "the mock does not know"), (sync, "the mock knows as")):
        stage.door.app = leading_to(f"{stage.mock_url}/oauth/authorize?response_type=code&client_id={client_id}")
        finding = only(found(stage, start_login="/login"))
        assert finding.stops and f"logs in with client_id {client_id}, which {whose}" in finding.cause


def test_an_app_that_asks_for_another_redirect_uri(stage: Stage) -> None:
    there = f"client_id={stage.env['CLEVER_SSO_CLIENT_ID']}&redirect_uri={stage.door.url}/other"
    stage.door.app = leading_to(f"{stage.mock_url}/oauth/authorize?response_type=code&{there}")
    finding = only(found(stage, start_login="/login"))
    assert (
        finding.stops and f"asks for redirect_uri {stage.door.url}/other, which is not registered" in finding.cause
    )


def test_an_app_that_exchanges_its_code_elsewhere(stage: Stage, tiny: TinyApp, deaf: str) -> None:
    """Where the mock sees somebody log in and no exchange, the rest of the app speaks to the real Clever."""
    real, tiny.enter = tiny.clever, _in_two_minds(tiny, deaf)  # type: ignore[method-assign]
    finding = only(found(stage))
    assert finding.stops and "your app asked the mock for no token" in finding.cause
    assert f"the real clever.com. Its token address must be {real}/oauth/tokens" in finding.next_step


def _in_two_minds(tiny: TinyApp, elsewhere: str) -> Any:
    """Sends people to the mock and everything else elsewhere."""
    mock, enter = tiny.clever, tiny.enter

    def begin(query: dict[str, str], cookie: str) -> Any:
        tiny.clever = mock
        begun = enter(query, cookie)
        tiny.clever = elsewhere
        return begun

    return begin


def test_an_app_that_reads_people_elsewhere(stage: Stage, tiny: TinyApp, monkeypatch: pytest.MonkeyPatch) -> None:
    def elsewhere(url: str, **options: Any) -> Any:
        raise requests.ConnectionError("api.clever.com is not reached from here")

    monkeypatch.setattr("tiny_app.requests.get", elsewhere)
    finding = only(found(stage))
    assert finding.stops and "got a token from the mock and then asked the mock nothing" in finding.cause
    assert "real api.clever.com" in finding.next_step


def test_an_app_with_a_wrong_secret(stage: Stage, tiny: TinyApp) -> None:
    tiny.client = (tiny.client[0], "wrong")
    findings = found(stage)["login"]
    assert findings[0].stops and "refused your app's client id and secret" in findings[0].cause
    assert f"mock-clever env --url {stage.mock_url}" in findings[0].next_step


def test_an_app_that_has_no_page_at_its_redirect_uri(stage: Stage) -> None:
    app = Flask("no callback")
    asked = f"response_type=code&client_id={stage.env['CLEVER_SSO_CLIENT_ID']}&redirect_uri={stage.callback}"
    app.add_url_rule("/", "door", lambda: redirect(f"{stage.mock_url}/oauth/authorize?{asked}"))
    stage.door.app = app
    finding = found(stage)["login"][0]
    assert finding.stops and f"redirect_uri {stage.callback} answers 404" in finding.cause


def test_a_home_page_that_is_another(stage: Stage) -> None:
    stage.put(openid=False, both_apps=False)
    [finding] = found(stage, start_login="/login", home_page="/desk")["login"]
    assert finding.stops and 'Write home_page = "/home"' in finding.next_step


def test_another_version_than_described_is_noted(stage: Stage, tiny: TinyApp) -> None:
    finding = only(found(stage, api_version="v3.1"))
    assert "says v3.1, and your app reads v3.0" in finding.cause and not finding.stops


@pytest.mark.parametrize("defect", ["AsksForATokenInTheBrowser", "HasNoLogOut", "CallsUnversionedMe"])
def test_a_defect_of_the_app_is_left_to_the_requirements(stage: Stage, defect: str) -> None:
    stage.put(DEFECTS[defect]())
    assert preflight.look(stage.described()).exit_code is None


def test_an_app_that_cannot_be_logged_in_to_is_told_and_judged(stage: Stage) -> None:
    app = Flask("mute")
    app.add_url_rule("/", "door", lambda: "Welcome to Class Tracker")
    app.add_url_rule(CALLBACK, "callback", lambda: Response("Sorry, not today.", 400))
    stage.door.app = app
    findings = found(stage)
    assert [(f.who, f.stops) for f in [*findings["way"], *findings["login"]]] == [(APP, False)] * 2
    assert "judged by launches from Clever's portal" in findings["way"][0].cause
    assert "“Sorry, not today.”" in findings["login"][0].cause


# ── the probe ──


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda: Response("<h1>Log in</h1>", 200, {"Content-Type": "text/html"}), "answered GET /users with <h1>"),
        (lambda: redirect("/login"), "answers 302 to GET /users, and leads to /login"),
        (lambda: Response("oops", 500), "answered GET /users with 500"),
        (lambda: {"people": []}, "answered GET /users with {'people': []}"),
    ],
)
def test_a_probe_that_is_none(stage: Stage, answer: Any, says: str) -> None:
    app = Flask("probed")
    app.add_url_rule("/probe/users", "users", answer)
    stage.door.app = app
    looked = preflight.look(stage.described(**TINY | {"probe": True}))
    [finding] = looked.steps["probe"] or ()
    assert finding.stops and says in finding.cause


def test_a_probe_that_cannot_be_reached_or_offers_little(stage: Stage, tiny: TinyApp, deaf: str) -> None:
    app = stage.described(**TINY)
    [finding] = preflight.look(replace(app, probe=ProbeSpec(url=deaf + "/probe"))).steps["probe"] or ()
    assert finding.stops and "gives no answer. Nothing listens" in finding.cause
    silent = Flask("silent")
    stage.door.app = silent
    [finding] = preflight.look(stage.described(**TINY | {"probe": True})).steps["probe"] or ()
    assert not finding.stops and "offers no users" in finding.cause
