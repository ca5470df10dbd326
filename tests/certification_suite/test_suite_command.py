"""The command: what it writes, how it ends, and how it tells a wrong configuration from a wrong app."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask, redirect
from stage import Stage

from certification_suite.cli import main
from vendor_app.defects import DEFECTS

SAMPLE = Path(__file__).parents[2] / "docs" / "samples" / "certification.toml"
TEMPLATE = """
[app]
name = "Larkspur"
base_url = "{base_url}"
start_login = "/login"
redirect_uri = "{redirect_uri}"
home_page = "/home"
programmes = ["sso"]

[clever]
mock_url = "{mock_url}"
client_id = "{client_id}"
"""


@pytest.fixture
def description(stage: Stage, tmp_path: Path) -> Any:
    """Writes certification.toml for the app behind the door, with changes."""
    true = {
        "base_url": stage.door.url,
        "redirect_uri": stage.callback,
        "mock_url": stage.mock_url,
        "client_id": stage.env["CLEVER_SSO_CLIENT_ID"],
    }

    def write(**changed: str) -> Path:
        path = tmp_path / "certification.toml"
        path.write_text(TEMPLATE.format(**(true | changed)))
        return path

    return write


@pytest.fixture
def silent() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        kept: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    kept.append(listening.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        for connection in kept:
            connection.close()


@pytest.fixture
def deaf() -> Iterator[str]:
    """An address that is taken, where nothing listens and nothing else can begin to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def certify(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--app", str(path), *arguments])


def test_a_good_app_ends_with_0_and_all_reports(stage: Stage, description: Any, tmp_path: Path) -> None:
    stage.put()
    ended = certify(description(), "--only", "SSO-05,sso-10", "--out", str(tmp_path / "out"))
    assert ended.exit_code == 0, ended.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "junit.xml",
        "report.html",
        "report.json",
        "report.md",
        "report.sarif",
        "run.jsonl",
    ]
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert {row["id"]: row["verdict"] for row in report["results"]} == {"SSO-05": "pass", "SSO-10": "pass"}


def test_browser_none_leaves_out_what_only_a_screen_shows(stage: Stage, description: Any) -> None:
    stage.put()
    ended = certify(description(), "--only", "ADJ-24,SSO-R1", "--browser", "none")
    said = " ".join(ended.output.split())
    assert ended.exit_code == 0, ended.output
    assert "could not run ADJ-24" in said and "--browser none leaves it out" in said and "pass SSO-R1" in said


@pytest.fixture
def sample(stage: Stage, tmp_path: Path) -> Path:
    """The sample of the README, for the app behind the door."""
    path = tmp_path / "sample.toml"
    path.write_text(SAMPLE.read_text().replace("http://127.0.0.1:5000", stage.door.url))
    return path


def test_the_sample_runs_with_the_mocks_own_client_ids(stage: Stage, sample: Path) -> None:
    stage.put()
    ended = certify(sample, "--mock", stage.mock_url, "--only", "SSO-05,SYN-03")
    said = " ".join(ended.output.split())
    assert ended.exit_code == 0, ended.output
    assert f"no client_id; taken from the mock: {stage.env['CLEVER_SSO_CLIENT_ID']} (the SSO app)" in said
    assert f"no sync_client_id; taken from the mock: {stage.env['CLEVER_CLIENT_ID']}" in said
    assert "pass SSO-05" in said and "SYN-03 API version" in said


def test_a_fail_ends_with_1_and_says_what_to_do(stage: Stage, description: Any) -> None:
    stage.put(DEFECTS["HasNoLogOut"]())
    ended = certify(description(), "--only", "SSO-10,ADJ-01", "--fail-fast")
    assert ended.exit_code == 1
    assert "expected" in ended.output and "Put a log-out button" in ended.output
    assert "ADJ-01" not in ended.output.partition("Verdicts")[0].replace("SSO-10", "")


def test_an_app_that_redirects_without_end_fails_in_words(stage: Stage, description: Any) -> None:
    app = Flask("loop")
    app.register_error_handler(404, lambda error: redirect("/somewhere-else"))
    stage.door.app = app
    ended = certify(description(), "--only", "SSO-01")
    assert ended.exit_code == 1
    assert "never ended" in ended.output


def test_an_app_that_hangs_ends_in_time(silent: str, description: Any) -> None:
    ended = certify(description(base_url=silent), "--patience", "0.3")
    assert ended.exit_code == 2
    assert "takes a connection and then does not answer" in ended.output


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"base_url": "deaf"}, "Nothing listens at"),
        ({"mock_url": "deaf"}, "No mock at"),
    ],
)
def test_wrong_configuration_ends_with_2(
    stage: Stage, description: Any, deaf: str, changed: dict[str, str], says: str
) -> None:
    stage.put()
    ended = certify(description(**{key: deaf if value == "deaf" else value for key, value in changed.items()}))
    assert ended.exit_code == 2
    assert says in ended.output


def test_an_unknown_requirement_is_a_configuration(description: Any) -> None:
    ended = certify(description(), "--only", "SSO-77")
    assert ended.exit_code == 2
    assert "there is no such requirement" in ended.output


def test_the_catalogue_is_listed_without_a_description() -> None:
    ended = CliRunner().invoke(main, ["--list"])
    assert ended.exit_code == 0
    assert "SSO-01" in ended.output and "SYN-09" in ended.output
