"""`--init`: what it guesses of an app, what it says of each guess, and that what it writes runs."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask, redirect
from secure_door import AUTHORITY, secured
from stage import CALLBACK, Stage
from tiny_app import TinyApp

from certification_suite.catalogue import chosen
from certification_suite.cli import main
from certification_suite.describing import init, preflight
from certification_suite.describing.config import ConfigurationError, load
from certification_suite.describing.keys import KEYS
from certification_suite.running.runner import run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "certification.toml"


def written(stage: Stage, path: Path, **more: Any) -> str:
    return "\n".join(init.write(path, base_url=stage.door.url, mock_url=stage.mock_url, **more))


def verdicts(path: Path, *only: str) -> dict[str, str]:
    """What a run of the written file says, if its look finds nothing wrong."""
    looked = preflight.look(load(path))
    assert looked.exit_code is None, looked.lines()
    results = run(looked.app, chosen(looked.app, list(only)), clock=time.perf_counter, pause=time.sleep, hurry=20)
    return {result.requirement.id: result.verdict for result in results}


def test_what_is_guessed_of_the_reference_app_runs(stage: Stage, path: Path) -> None:
    stage.put()
    told = written(stage, path)
    app = load(path)
    assert (app.name, app.login_page, app.start_login, app.home_page) == (
        "Larkspur Reader",
        "/",
        "/login",
        "/home",
    )
    assert (app.redirect_uri, app.api_version, app.openid) == (stage.callback, "v3.1", True)
    assert app.programmes == ("library", "sso", "secure_sync", "lms")
    assert app.user_types == ("student", "teacher", "staff", "district_admin")
    assert (app.library.start_login, app.probe.url) == ("/signup", stage.door.url + "/probe")
    assert app.refresh is None and '# refresh = "login"' in path.read_text()
    assert app.asks == () and '# asks = ["goal"' in path.read_text(), "shown, for a person to take up"
    assert 'home_page = "/home"  (Guessed: there a login as' in told
    assert verdicts(path, "SSO-05", "SYN-03", "LIB-16") == dict.fromkeys(("SSO-05", "SYN-03", "LIB-16"), "pass")


def test_what_is_guessed_of_an_app_in_another_style_runs(stage: Stage, path: Path) -> None:
    stage.door.app = TinyApp(stage.env, stage.callback)
    written(stage, path)
    app = load(path)
    assert (app.start_login, app.home_page, app.programmes) == ("/enter", "/desk", ("sso",))
    assert (app.api_version, app.openid, app.probe.told) == ("v3.0", False, None)
    assert verdicts(path, "SSO-01", "SSO-10") == {"SSO-01": "pass", "SSO-10": "pass"}


def test_an_app_by_https_is_looked_at_with_its_authority(stage: Stage, path: Path) -> None:
    with secured(stage.door) as url, stage.registered(redirect_uris=[url + CALLBACK]):
        stage.door.app = TinyApp(stage.env, url + CALLBACK)
        told = "\n".join(init.write(path, base_url=url, mock_url=stage.mock_url))
        assert "Name the authority's file" in told and "and --init again with --ca FILE" in told
        ca = path.parent / "tls" / "ca.pem"
        with pytest.raises(ConfigurationError, match="There is no file"):
            init.write(path, base_url=url, ca=ca, force=True)
        ca.parent.mkdir()
        AUTHORITY.cert_pem.write_to_path(str(ca))
        init.write(path, base_url=url, mock_url=stage.mock_url, ca=ca, force=True)
        app = load(path)
        assert (app.ca, app.start_login, app.home_page) == (str(ca), "/enter", "/desk")
        assert preflight.look(app).exit_code is None


def test_every_key_is_explained_in_the_file(stage: Stage, path: Path) -> None:
    stage.door.app = TinyApp(stage.env, stage.callback)
    written(stage, path)
    text = path.read_text()
    words = " ".join(text.replace("\n#", "").split())
    for table, keys in KEYS.items():
        assert f"[{table}]" in text
        for key, what in keys.items():
            assert re.search(rf"^(# )?{key} = ", text, re.MULTILINE) and what.says in words, key
    assert max(map(len, text.splitlines())) <= 120


def test_a_file_is_never_overwritten_unless_forced(stage: Stage, path: Path) -> None:
    stage.door.app = TinyApp(stage.env, stage.callback)
    path.write_text("mine")
    with pytest.raises(ConfigurationError, match=r"is there already.*--force"):
        written(stage, path)
    assert path.read_text() == "mine"
    written(stage, path, force=True)
    assert load(path).name == "Desk"


def test_the_command_writes_the_file_and_asks_nobody_without_a_terminal(stage: Stage, path: Path) -> None:
    stage.door.app = TinyApp(stage.env, stage.callback)
    command = ["--app", str(path), "--init", "--base-url", stage.door.url, "--mock", stage.mock_url]
    ended = CliRunner().invoke(main, command)
    assert ended.exit_code == 0 and f"Wrote {path}." in ended.output
    ended = CliRunner().invoke(main, command)
    assert ended.exit_code == 2 and "is not overwritten" in ended.output


def test_a_person_is_asked_and_their_word_counts(stage: Stage, path: Path) -> None:
    stage.door.app = TinyApp(stage.env, stage.callback)
    asked: list[tuple[str, str]] = []

    def ask(question: str, default: str) -> str:
        asked.append((question, default))
        if "certified" in question:
            return "sso, lms" if "must" in question or "may hold" in question else "sos"
        return "Pupils' Desk" if question.startswith("What the reports call") else default

    told = written(stage, path, ask=ask)
    app = load(path)
    assert (app.name, app.programmes, app.home_page) == ("Pupils' Desk", ("sso", "lms"), "/desk")
    again = [question for question, _ in asked if "certified" in question]
    assert len(again) == 2 and "programmes holds 'sos'; it may hold library, sso" in again[1]
    assert ("A page that only people who are signed in can see", "/desk") in asked
    assert 'name = "Pupils\' Desk"  (You said so)' in told


def test_a_person_who_never_answers_rightly_ends_it(stage: Stage, path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"`?base_url`? must be a whole URL.*Nothing was written"):
        init.write(path, ask=lambda question, default: "here")
    assert not path.exists()


def test_where_nothing_listens_the_file_holds_examples(path: Path, tmp_path: Path) -> None:
    told = "\n".join(init.write(path, base_url="http://127.0.0.1:9", mock_url="http://127.0.0.1:9"))
    assert "Nothing listens at http://127.0.0.1:9" in told and "Until then the file holds examples" in told
    assert "What the mock knows was not looked at" in told
    assert load(path).redirect_uri == "http://127.0.0.1:9/oauth/clever/callback"
    assert "# An example, nothing was seen: correct it.\nhome_page" in path.read_text()


def test_an_app_that_still_knows_the_real_clever_only(stage: Stage, path: Path) -> None:
    app = Flask("astray")
    asked = "response_type=code&client_id=abc&redirect_uri=https://tracker.example/callback"
    app.add_url_rule("/", "door", lambda: '<title>Tracker</title><a href="/go">Log in with Clever</a>')
    app.add_url_rule("/go", "go", lambda: redirect(f"https://clever.com/oauth/authorize?{asked}"))
    stage.door.app = app
    told = "\n".join(init.write(path, base_url=stage.door.url))
    assert "leads to the real clever.com: point your app at the mock before a run" in told
    app = load(path, mock_url=stage.mock_url)
    assert (app.client_id, app.redirect_uri) == ("abc", "https://tracker.example/callback")
    written(stage, path, force=True)
    assert "which the mock does not know" in written(stage, path, force=True)


def test_what_an_app_calls_itself_cannot_break_the_file(stage: Stage, path: Path) -> None:
    app = Flask("odd")
    title = 'Say "Hi" \x1b[31m\\ \x7f \N{GRINNING FACE}'
    app.add_url_rule("/", "door", lambda: f'<title>{title}</title><a href="/oauth/authorize">Log\x1b in\x07</a>')
    stage.door.app = app
    written(stage, path)
    assert load(path).name == title
