"""A login URL alone is enough for all that pages and journal show."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from stage import Stage
from tiny_app import TinyApp

from certification_suite.cli import main


def judged(stage: Stage, out: Path, *more: str) -> Result:
    stage.door.app = TinyApp(stage.env, stage.callback)
    command = ["--login-url", stage.door.url, "--mock", stage.mock_url, "--browser", "none", *more]
    return CliRunner().invoke(main, [*command, "--out", str(out)])


def test_what_needs_no_probe_is_judged_by_a_login_url(stage: Stage, tmp_path: Path) -> None:
    ended = judged(stage, tmp_path / "out", "--only", "SSO-05,SSO-10,SSO-06")
    said = " ".join(ended.output.split())
    assert ended.exit_code == 0, ended.output
    assert 'home_page = "/desk" (Guessed: there a login as' in said
    assert "pass SSO-05" in said and "pass SSO-10" in said and "needs review SSO-06" in said
    assert f"--app {tmp_path / 'out' / 'guessed.toml'}" in (tmp_path / "out" / "report.md").read_text()


def test_a_mock_of_this_run_learns_where_people_come_back(stage: Stage, tmp_path: Path) -> None:
    with stage.registered(redirect_uris=["http://127.0.0.1:5000/elsewhere"]):
        ended = judged(stage, tmp_path, "--only", "SSO-08", "--mock-port", "8123")
        assert ended.exit_code == 0, ended.output
        told = next(app for app in stage._control("GET", "apps")["apps"] if app["products"] == ["sso"])
    assert told["redirect_uris"] == [stage.callback, "http://127.0.0.1:5000/elsewhere"]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["--login-url", "desk"], "--login-url must be a whole URL"),
        (["--login-url", "http://127.0.0.1:9/login"], "--login-url needs --out"),
    ],
)
def test_a_login_url_that_leads_nowhere_is_a_configuration(command: list[str], says: str) -> None:
    ended = CliRunner().invoke(main, command)
    assert ended.exit_code == 2 and says in ended.output


def test_where_nothing_listens_nothing_is_judged(tmp_path: Path, stage: Stage) -> None:
    command = ["--login-url", "http://127.0.0.1:9/login", "--mock", stage.mock_url, "--out", str(tmp_path)]
    ended = CliRunner().invoke(main, command)
    assert ended.exit_code == 2 and "Nothing listens at http://127.0.0.1:9" in ended.output
