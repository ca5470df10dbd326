"""The `mock-clever` command, as a person at a terminal meets it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result

from mock_clever import demo
from mock_clever.cli import main
from mock_clever.demo import redirect_uris
from mock_clever.synthesis import preset_names

SAMPLE = Path(__file__).parent.parent / "docs" / "samples" / "certification.toml"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`mock-clever serve` as a process of its own, and its address from the ready line."""
    command = [sys.executable, "-m", "mock_clever", "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()
            process.communicate()


@pytest.mark.parametrize(
    "command", ["serve", "demo", "certify", "generate", "env", "certificate", "fidelity", "openapi"]
)
def test_every_command_explains_itself(command: str) -> None:
    told = run(command, "--help")
    assert told.exit_code == 0
    assert f"Usage: main {command} [OPTIONS]" in told.output
    assert told.output.count("\n  --") >= 1


def test_the_ready_line_is_the_only_thing_on_stdout_and_sigterm_ends_it(tmp_path: Path) -> None:
    with serving("--preset", "tiny", "--redirect-uri", "http://localhost:3000/cb") as (process, url):
        env = requests.get(f"{url}/_mock/env", timeout=30).json()
        assert (env["MOCK_CLEVER_URL"], env["CLEVER_REDIRECT_URI"]) == (url, "http://localhost:3000/cb")
        printed = run("env", "--url", url).output
        assert f"export CLEVER_DISTRICT_TOKEN='{env['CLEVER_DISTRICT_TOKEN']}'" in printed
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out) == (0, "")
        assert f"serves tiny at {url}" in err


def test_a_preset_written_and_served_again_is_the_same_district(tmp_path: Path) -> None:
    assert run("generate", "--preset", "sandbox", "--out", str(tmp_path)).exit_code == 0
    read = []
    for arguments in (["--preset", "sandbox"], ["--roster", str(tmp_path)]):
        with serving(*arguments) as (_, url):
            env = requests.get(f"{url}/_mock/env", timeout=30).json()
            bearer = {"Authorization": f"Bearer {env['CLEVER_DISTRICT_TOKEN']}"}
            kinds = ("districts", "schools", "terms", "courses", "users", "sections")
            read.append(
                [requests.get(f"{url}/v3.1/{kind}?limit=10000", headers=bearer, timeout=30).text for kind in kinds]
            )
    assert read[0] == read[1]


def test_a_bad_roster_is_refused_with_every_problem(tmp_path: Path) -> None:
    run("generate", "--preset", "tiny", "--out", str(tmp_path))
    for file, text in (("schools.csv", ""), ("teachers.csv", "School_id,Nothing\n1,2\n")):
        (tmp_path / file).write_text(text, encoding="utf-8")
    told = run("serve", "--roster", str(tmp_path), "--port", "0")
    assert told.exit_code == 2
    assert "nothing was loaded" in told.output
    assert "schools.csv" in told.output
    assert "teachers.csv:1" in told.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["serve", "--preset", "nope", "--port", "0"], "there is no preset 'nope'"),
        (["serve", "--host", "192.0.2.1", "--port", "0"], "--public"),
        (["serve", "--port", "99999"], "There is no port 99999"),
        (["serve", "--roster", "/nowhere/at/all", "--port", "0"], "/nowhere/at/all"),
        (["generate", "--preset", "nope", "--out", "x"], "there is no preset 'nope'"),
        (["generate"], "--out DIR"),
        (["env", "--url", "http://127.0.0.1:9"], "start one with mock-clever serve"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_a_sentence(arguments: list[str], words: str) -> None:
    told = run(*arguments)
    assert told.exit_code == 2
    assert words in told.output
    assert "Traceback" not in told.output


def test_a_port_that_is_taken_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in (["serve", "--port", port], ["certify", "--port", port, "--app", str(SAMPLE)]):
            told = run(*command)
            assert told.exit_code == 2
            assert f"Port {port} on 127.0.0.1 is taken" in told.output


def test_the_presets_are_listed() -> None:
    assert run("generate", "--list").output.split() == list(preset_names())


def test_the_mock_started_for_a_certification_knows_the_app_s_redirect_uri(tmp_path: Path) -> None:
    assert redirect_uris(SAMPLE) == ("http://127.0.0.1:5000/oauth/clever/callback",)
    assert redirect_uris(tmp_path / "none.toml") == ()
    broken = tmp_path / "broken.toml"
    broken.write_text("[app", encoding="utf-8")
    assert redirect_uris(broken) == ()
    broken.write_text("app = 5", encoding="utf-8")
    assert redirect_uris(broken) == ()


@pytest.mark.parametrize("given", [(), ("--browser", "none"), ("--fail-fast", "--browser", "/opt/chromium")])
def test_what_a_certification_is_told_of_goes_to_the_suite(
    given: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[Path, str, list[str]]] = []

    def certify(described: Path, url: str, more: list[str]) -> int:
        told.append((described, url, more))
        return 3

    monkeypatch.setattr(demo, "certify", certify)
    ended = run("certify", "--app", str(SAMPLE), "--mock", "http://mock.test", *given)
    assert (ended.exit_code, told) == (3, [(SAMPLE, "http://mock.test", ["--out", "reports", *given])])


def test_the_demonstration_waits_when_asked_and_ends_cleanly(tmp_path: Path) -> None:
    """One requirement of each programme; `make demo` judges all."""
    command = [sys.executable, "-m", "mock_clever", "demo", "--preset", "tiny", "--keep", "--out", str(tmp_path)]
    command += ["--only", "LIB-01,SSO-01,SYN-01,LMS-01"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "Everything still runs" in line:
                break
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.parametrize(("command", "module"), [("requirements", "listing"), ("attest", "answering.attesting")])
def test_what_the_suite_is_asked_goes_there_as_it_stands(
    command: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def ran(arguments: list[str], *, check: bool) -> subprocess.CompletedProcess[str]:
        asked.append(arguments)
        return subprocess.CompletedProcess(arguments, 2)

    monkeypatch.setattr(subprocess, "run", ran)
    assert run(command, "--id", "SSO-05", "--help").exit_code == 2
    assert asked == [[sys.executable, "-m", f"certification_suite.{module}", "--id", "SSO-05", "--help"]]
