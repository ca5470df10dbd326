"""The command and its settings. The only file here that opens sockets."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from vendor_app.__main__ import main
from vendor_app.behaviour import Behaviour
from vendor_app.clock import Clock
from vendor_app.config import Config, Misconfigured, from_environment
from vendor_app.store import Store

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "MOCK_CLEVER_URL": "http://127.0.0.1:9/w/a/",
    "CLEVER_CLIENT_ID": "sync-app",
    "CLEVER_CLIENT_SECRET": "sync-secret",
    "CLEVER_SSO_CLIENT_ID": "sso-app",
    "CLEVER_SSO_CLIENT_SECRET": "sso-secret",
}


def test_the_app_says_where_it_is_and_stops_when_told() -> None:
    command = [sys.executable, "-m", "vendor_app", "--port", "0", "--probe", "--defect", "AcceptsAnyState"]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | SETTINGS, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        try:
            ready = json.loads(app.stdout.readline())
            assert ready["pid"] == app.pid
            assert "Log in with Clever" in requests.get(ready["url"], timeout=10).text
            assert requests.get(f"{ready['url']}/probe/users", timeout=10).json() == {"users": []}
            location = requests.get(f"{ready['url']}/login", allow_redirects=False, timeout=10).headers["Location"]
            port = ready["url"].rpartition(":")[2]
            assert location.startswith("http://127.0.0.1:9/w/a/oauth/authorize?")
            assert f"redirect_uri=http%3A%2F%2F127.0.0.1%3A{port}%2Foauth%2Fclever%2Fcallback" in location
        finally:
            app.send_signal(signal.SIGTERM)
        assert app.wait(10) == 0 and app.stdout.read() == ""


def test_a_missing_setting_is_named_with_the_way_to_get_it() -> None:
    for name in SETTINGS:
        rest = {key: value for key, value in SETTINGS.items() if key != name}
        if "SSO" in name:
            assert from_environment(rest).login.client_id
        else:
            with pytest.raises(Misconfigured, match=r"is not set.*mock-clever env"):
                from_environment({key: value for key, value in rest.items() if "SSO" not in key})


def test_settings_come_from_the_environment() -> None:
    config = from_environment(SETTINGS | {"CLEVER_REDIRECT_URI": "https://x.test/cb"}, page_size=7)
    assert (config.clever_url, config.page_size) == ("http://127.0.0.1:9/w/a", 7)
    assert config.at("http://elsewhere").redirect_uri == "https://x.test/cb"
    assert config.login.client_id == "sso-app" and config.sync.client_id == "sync-app"


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    assert "secret" not in repr(from_environment(SETTINGS)).replace("client_secret", "")


def test_a_wrong_start_ends_with_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MOCK_CLEVER_URL", raising=False)
    assert main(["--port", "0"]) == 2
    with pytest.raises(SystemExit):
        main(["--page-size", "0"])
    assert main(["--port", "0", "--defect", "Nothing"]) == 2
    assert "There is no defect called 'Nothing'" in capsys.readouterr().err


def test_an_app_in_a_hurry_waits_as_many_times_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    clocks: list[Clock] = []

    def create_app(config: Config, behaviour: Behaviour, *, clock: Clock) -> Any:
        clocks.append(clock)

    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("vendor_app.__main__.create_app", create_app)
    monkeypatch.setattr("vendor_app.__main__.running", lambda app, listening, context: listening.close)
    monkeypatch.setattr("vendor_app.__main__.signal.signal", lambda number, act: None)
    monkeypatch.setattr("vendor_app.clock.time.sleep", waited.append)
    for arguments in ([], ["--hurry", "40"]):
        assert main(["--port", "0", *arguments]) == 0
        clocks[-1].sleep(4)
    assert waited == [4, 0.1]


@pytest.mark.parametrize("times", ["0", "0.5", "1001", "-2", "nan", "fast"])
def test_an_app_hurries_only_so_much(times: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--hurry", times])
    assert f"{times!r} is not a number from 1 to 1000" in capsys.readouterr().err


def test_the_database_outlives_the_app_and_ends_an_interrupted_sync(tmp_path: Path) -> None:
    path = str(tmp_path / "reader.sqlite")
    first = Store(path)
    run = first.insert("syncs", {"started_by": "x", "started_at": "2026-09-01"})
    first.close()
    second = Store(path)
    row = second.row("SELECT status, note FROM syncs WHERE id = ?", run)
    second.close()
    assert row is not None and row["status"] == "failed" and "stopped" in row["note"]


def test_the_app_has_no_idea_of_the_mock() -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "vendor_app").glob("*.py"))
    assert "import mock_clever" not in sources and "from mock_clever" not in sources
    assert "certification_suite" not in sources and Config.__module__ == "vendor_app.config"
