"""What a QA engineer meets at the command line: each run ends in time, with a sentence and an exit code."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from stage import Quiet, Stage
from werkzeug.serving import make_server

COMMAND = Path(sys.executable).parent / "mock-clever"
TINY = Path(__file__).parent / "tiny_app.py"
LONGEST = 90.0
"""Seconds that any of these may take, on a machine that has much else to do."""
DESCRIPTION = """
[app]
name = "Whatever is there"
base_url = "{home}"
redirect_uri = "{home}/oauth/clever/callback"
home_page = "/home"
programmes = ["sso"]

[clever]
mock_url = "{mock}"
"""


class Ended(NamedTuple):
    """How a command ended, and what it printed, white space made plain."""

    code: int
    said: str


def certify(folder: Path, *arguments: str) -> Ended:
    """Run `mock-clever certify` in a folder, from the shell."""
    done = subprocess.run(
        [str(COMMAND), "certify", *arguments], cwd=folder, capture_output=True, text=True, timeout=LONGEST
    )
    return Ended(done.returncode, " ".join((done.stdout + done.stderr).split()))


def described(stage: Stage, home: str, folder: Path) -> str:
    """The mock's address; the description of the app at `home` is in the folder, and it is registered."""
    (folder / "certification.toml").write_text(DESCRIPTION.format(home=home, mock=stage.mock_url))
    return stage.mock_url


@contextmanager
def listening(stage: Stage, answers: object) -> Iterator[str]:
    """An address where this answers, registered as the app's."""
    server = make_server("127.0.0.1", 0, answers, threaded=True, request_handler=Quiet)  # type: ignore[arg-type]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{server.port}"
    with stage.registered(redirect_uris=[f"{home}/oauth/clever/callback"]):
        yield home
    server.shutdown()
    server.server_close()


def test_where_nothing_listens_the_address_is_wrong(stage: Stage, tmp_path: Path) -> None:
    mock = described(stage, "http://127.0.0.1:9", tmp_path)
    ended = certify(tmp_path, "--mock", mock)
    assert ended.code == 2, ended.said
    assert "http://127.0.0.1:9" in ended.said and "Traceback" not in ended.said
    assert "othing listens at" in ended.said and not (tmp_path / "reports" / "report.json").exists()


def test_a_site_that_is_no_clever_app_fails_and_nothing_of_it_passes(stage: Stage, tmp_path: Path) -> None:
    def bakery(environ: dict[str, object], start: object) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html; charset=utf-8")])  # type: ignore[operator]
        return [b"<!doctype html><title>Bakery</title><h1>Bread and rolls</h1><a href='/bread'>Our bread</a>"]

    with listening(stage, bakery) as home:
        ended = certify(tmp_path, "--mock", described(stage, home, tmp_path), "--browser", "none")
    assert ended.code == 1 and "Traceback" not in ended.said, ended.said
    assert "Nothing at / leads to Clever's /oauth/authorize" in ended.said
    rows = json.loads((tmp_path / "reports" / "report.json").read_text())["results"]
    assert not [row["id"] for row in rows if row["verdict"] == "pass"]


def test_an_app_that_hangs_is_given_up(stage: Stage, tmp_path: Path) -> None:
    awake = threading.Event()

    def hangs(environ: dict[str, object], start: object) -> list[bytes]:
        awake.wait(LONGEST)
        start("200 OK", [("Content-Type", "text/plain")])  # type: ignore[operator]
        return [b"at last"]

    begun = time.monotonic()
    with listening(stage, hangs) as home:
        ended = certify(
            tmp_path, "--mock", described(stage, home, tmp_path), "--patience", "1", "--browser", "none"
        )
        awake.set()
    assert time.monotonic() - begun < LONGEST
    assert ended.code == 2 and "Traceback" not in ended.said, ended.said
    assert "does not answer within 1 second" in ended.said and "Is it the right port" in ended.said


@pytest.mark.parametrize("only", ["SSO-05,SSO-09,SSO-10"])
def test_the_second_app_runs_by_itself_and_is_judged(stage: Stage, tmp_path: Path, only: str) -> None:
    with listening(stage, lambda environ, start: []) as taken:
        port = taken.rpartition(":")[2]
    with (
        stage.registered(redirect_uris=[stage.callback]),
        subprocess.Popen(
            [sys.executable, str(TINY), "--mock", stage.mock_url, "--port", port],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
        ) as app,
    ):
        assert app.stdout is not None and "certification.toml" in app.stdout.readline()
        ended = certify(tmp_path, "--mock", stage.mock_url, "--only", only, "--browser", "none")
        app.terminate()
    assert ended.code == 0, ended.said
