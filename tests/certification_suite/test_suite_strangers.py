"""Only the described app is judged: what another app answers, or does at Clever, is nobody's proof."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask, redirect
from stage import CALLBACK, Door, Stage
from tiny_app import TinyApp

from certification_suite.cli import main
from certification_suite.drivers.browser import Browser
from certification_suite.verdicts import Fail


@pytest.fixture
def other(stage: Stage) -> Iterator[Door]:
    """A working app at another address."""
    door = Door()
    yield door
    door.close()


@pytest.fixture
def client(stage: Stage, other: Door) -> dict[str, Any]:
    """One Clever app with both addresses, the other one first."""
    body = {"name": "Shared", "products": ["sso"], "redirect_uris": [other.url + CALLBACK, stage.callback]}
    client: dict[str, Any] = stage._control("POST", "apps", body)
    keys = {"CLEVER_SSO_CLIENT_ID": client["client_id"], "CLEVER_SSO_CLIENT_SECRET": client["client_secret"]}
    other.app = TinyApp({**stage.env, **keys}, other.url + CALLBACK)
    return client


def described(stage: Stage, client: dict[str, Any], path: Path) -> Path:
    path.write_text(f"""
[app]
name = "Nobody home"
base_url = "{stage.door.url}"
redirect_uri = "{stage.callback}"
home_page = "/desk"
programmes = ["sso"]

[clever]
mock_url = "{stage.mock_url}"
client_id = "{client["client_id"]}"
""")
    return path


def test_another_primary_redirect_uri_is_a_configuration(
    stage: Stage, other: Door, client: dict[str, Any], tmp_path: Path
) -> None:
    stage.door.app = Flask("absent")
    ended = CliRunner().invoke(main, ["--app", str(described(stage, client, tmp_path / "certification.toml"))])
    assert ended.exit_code == 2, ended.output
    assert f"the first in the list is {other.url + CALLBACK}" in ended.output
    assert f'"redirect_uris": ["{stage.callback}", "{other.url + CALLBACK}"]' in ended.output


def test_another_apps_logins_prove_nothing(stage: Stage, client: dict[str, Any]) -> None:
    stage.door.app = Flask("absent")
    results = stage.judge(
        start_login=None, home_page="/desk", programmes=["sso"], probe=False, client_id=client["client_id"]
    )
    assert "pass" not in {result.verdict for result in results.values()}
    assert {results[id_].verdict for id_ in ("SSO-03", "SSO-04")} == {"could not run"}
    assert results["SSO-01"].verdict == "fail"
    assert "neither your app" in results["SSO-01"].observed


def test_an_app_that_names_another_apps_callback_gets_no_credit(
    stage: Stage, other: Door, client: dict[str, Any]
) -> None:
    borrowed = Flask("borrowed")
    asked = f"response_type=code&client_id={client['client_id']}&redirect_uri={other.url}{CALLBACK}"
    borrowed.add_url_rule("/login", "login", lambda: redirect(f"{stage.mock_url}/oauth/authorize?{asked}"))
    stage.door.app = borrowed
    results = stage.judge("SSO-01", "SSO-03", "SSO-04", probe=False, client_id=client["client_id"])
    assert {id_: result.verdict for id_, result in results.items()} == {
        "SSO-01": "fail",
        "SSO-03": "could not run",
        "SSO-04": "could not run",
    }


def test_a_browser_stops_where_the_app_ends(stage: Stage, other: Door) -> None:
    away = Flask("away")
    away.add_url_rule("/", "door", lambda: redirect(other.url + "/"))
    stage.door.app = away
    browser = Browser(stage.mock_url, (stage.door.url,))
    page = browser.open(stage.door.url + "/")
    assert (page.status, page.location, browser.astray) == (302, other.url + "/", other.url + "/")
    with pytest.raises(Fail, match="neither your app"):
        browser.open(other.url + "/")
