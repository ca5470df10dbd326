"""Runs: a diary that outlives a kill, what is taken over from before, workers, and how a stopped run ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from click.testing import Result as Ended
from stage import CALLBACK, LIBRARY_CALLBACK, Stage

from certification_suite import cli
from certification_suite.catalogue import catalogue
from certification_suite.describing.config import AppUnderTest, ConfigurationError, describe
from certification_suite.drivers.mock import MockClever
from certification_suite.evidence import Evidence, Excerpt, Picture
from certification_suite.reports import terminal
from certification_suite.requirements import Requirement
from certification_suite.running import course, diary, fingerprints
from certification_suite.running.asked import Asked
from certification_suite.running.programs import past_proxies
from certification_suite.running.runner import Result
from certification_suite.running.workers import Dealer, at_port
from vendor_app.defects import DEFECTS

KNOWN = {one.id: one for one in catalogue()}
TEMPLATE = """
[app]
name = "{name}"
base_url = "{url}"
start_login = "/login"
redirect_uri = "{url}{callback}"
home_page = "/home"
programmes = ["library", "sso", "secure_sync"]
{more}
[clever]
mock_url = "{mock}"
[library]
redirect_uri = "{url}{library}"
start_login = "/signup"
[probe]
url = "{url}/probe"
"""


@pytest.fixture
def certify(stage: Stage, tmp_path: Path) -> Callable[..., Ended]:
    """Runs the command over the app behind the door, with its reports in `out`."""

    def run(*options: str, url: str = "", name: str = "Larkspur", more: str = "") -> Ended:
        path = tmp_path / "certification.toml"
        there = {"url": url or stage.door.url, "callback": CALLBACK, "library": LIBRARY_CALLBACK}
        path.write_text(TEMPLATE.format(**there, name=name, mock=stage.mock_url, more=more))
        told = ["--app", str(path), "--browser", "none", "--out", str(tmp_path / "out"), *options]
        return CliRunner().invoke(cli.main, told)

    return run


def report(folder: Path) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in json.loads((folder / "out" / "report.json").read_text())["results"]}


def result(id_: str, verdict: str = "pass", **more: Any) -> Result:
    return Result(KNOWN[id_], verdict, "Seen.", "It.", "", more.pop("evidence", Evidence()), 1.5, **more)


# -- the diary ---------------------------------------------------------------------------------------------


def test_a_diary_gives_back_what_was_written_without_a_secret_in_it(tmp_path: Path) -> None:
    page = Excerpt("Home", "http://app.test/?code=123456789abcdef", 200, "access_token=0123456789abcdef")
    full = Evidence(pages=[page], pictures=[Picture("Home", "http://app.test/", b"\xff\xd8 a picture")])
    book = diary.Diary(tmp_path / diary.NAME, "2026-10-14", {"SSO-05": "mark"})
    book.write(result("SSO-05", evidence=full))
    book.close()
    text = (tmp_path / diary.NAME).read_text()
    assert "123456789abcdef" not in text
    earlier = diary.read(tmp_path / diary.NAME, catalogue())
    assert earlier is not None and not earlier.ended
    (found,) = earlier.resumed({"SSO-05": "mark"})
    assert (found.requirement, found.observed, found.seconds) == (KNOWN["SSO-05"], "Seen.", 1.5)
    assert found.evidence.pictures == full.pictures
    assert found.evidence.pages[0].title == "Home"


def test_what_was_cut_off_is_judged_again_and_the_run_is_whole(certify: Any, stage: Stage, tmp_path: Path) -> None:
    """The end of a diary as a kill leaves it: half a line, and nobody said that the run ended."""
    stage.put()
    assert certify("--only", "SSO-05,SSO-10").exit_code == 0
    path, before = tmp_path / "out" / "run.jsonl", report(tmp_path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:2]) + lines[2][:200])
    ended = certify("--only", "SSO-05,SSO-10", "--resume")
    assert ended.exit_code == 0, ended.output
    assert ": 1. Judged now: 1." in " ".join(ended.output.split())
    after = report(tmp_path)
    assert list(after) == ["SSO-05", "SSO-10"]
    assert after["SSO-05"] == before["SSO-05"], "with all its evidence"
    again = certify("--only", "SSO-05,SSO-10", "--resume")
    assert again.exit_code == 2
    assert "ended; there is nothing to go on with" in " ".join(again.output.split())


def test_a_stopped_run_says_how_to_go_on(certify: Any, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    stage.put()
    with monkeypatch.context() as patched:
        patched.setattr(terminal, "line", stop)
        ended = certify("--only", "SSO-05,SSO-10", "--hurry", "20")
    assert ended.exit_code == 130
    command = ended.output.strip().splitlines()[-1]
    assert command.startswith("mock-clever certify --app ") and command.endswith(" --only SSO-05,SSO-10 --resume")
    assert "--hurry 20" in command and "--browser none" in command
    ended = certify("--only", "SSO-05,SSO-10", "--hurry", "20", "--resume")
    assert ended.exit_code == 0 and ": 1. Judged now: 1." in " ".join(ended.output.split())


def test_nothing_to_resume_is_a_configuration(certify: Any, stage: Stage) -> None:
    stage.put()
    ended = certify("--resume", "--only", "SSO-05")
    assert ended.exit_code == 2 and "no run to go on with" in " ".join(ended.output.split())


def test_a_fault_of_the_suite_is_told_as_one(certify: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> int:
        raise ValueError("no such thing")

    monkeypatch.setattr(cli, "certify", broken)
    ended = certify()
    assert ended.exit_code == 3
    assert (
        "ValueError: no such thing (test_suite_runs.py, line" in ended.output and "not of your app" in ended.output
    )


# -- what is taken over ------------------------------------------------------------------------------------


def test_what_passed_is_taken_over_and_the_rest_is_judged_again(
    certify: Any, stage: Stage, tmp_path: Path
) -> None:
    stage.put(DEFECTS["HasNoLogOut"]())
    assert certify("--only", "SSO-05,SSO-10").exit_code == 1
    began = json.loads((tmp_path / "out" / "run.jsonl").read_text().splitlines()[0])["began"]
    stage.put()
    assert certify("--only", "SSO-05,SSO-10", "--changed").exit_code == 0
    first = report(tmp_path)
    assert {id_: row["carried"] for id_, row in first.items()} == {"SSO-05": began, "SSO-10": None}
    assert certify("--only", "SSO-05,SSO-10", "--changed", name="Another").exit_code == 0
    assert [row["carried"] for row in report(tmp_path).values()] == [None, None], "the description changed"


def described(**app: Any) -> AppUnderTest:
    told = {"name": "A", "base_url": "http://127.0.0.1:5000", "redirect_uri": "http://127.0.0.1:5000/cb"}
    told |= {"home_page": "/home", "programmes": ["sso", "secure_sync"], **app}
    return describe({"app": told, "clever": {"mock_url": "http://127.0.0.1:8123"}})


def test_a_verdict_rests_on_the_check_the_description_and_the_manner(monkeypatch: pytest.MonkeyPatch) -> None:
    def mark(app: AppUnderTest | None = None, hurry: float = 1) -> str:
        fingerprints.source.cache_clear()
        return fingerprints.fingerprints(app or described(), [KNOWN["SSO-05"]], {"hurry": hurry})["SSO-05"]

    usual, read = mark(), fingerprints._text
    assert mark(replace(described(), mock_url="http://127.0.0.1:9")) == usual, "where the mock stands is no matter"
    assert mark(described(home_page="/other")) != usual
    assert mark(replace(described(), not_applicable={"SSO-05": "No."})) != usual
    assert mark(replace(described(), not_applicable={"SSO-06": "No."})) == usual
    assert mark(hurry=2) != usual
    journeys = "certification_suite.checks.journeys"  # which the check leans on
    monkeypatch.setattr(fingerprints, "_text", lambda name: read(name) + "# changed" * (name == journeys))
    assert mark() != usual
    monkeypatch.setattr(
        fingerprints, "_text", lambda name: read(name) + "# changed" * name.endswith(".reports.sarif")
    )
    assert mark() == usual


# -- what is picked ----------------------------------------------------------------------------------------


def test_a_programme_is_judged_without_what_sums_up_others() -> None:
    found, notes = Asked(programmes=("secure_sync",)).picked(described())
    assert {one.programme for one in found} == {"secure_sync"}
    assert "SYN-C3" in {one.id for one in found} and "SYN-C2" not in {one.id for one in found}
    assert notes == ["Left out: SYN-C2, which sums up programmes that this run does not judge."]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (Asked(programmes=("library",)), "Add it there"),
        (Asked(programmes=("sso",), only=("SYN-01",)), "names nothing of sso"),
        (Asked(resume=True), "--resume needs --out"),
        (Asked(resume=True, changed=True, out=Path("x")), "choose one of them"),
        (Asked(attended=True, workers=2), "leave out --workers"),
        (Asked(running=True, workers=2), "leave out --workers"),
        (Asked(workers=2), "Add start to [app]"),
    ],
)
def test_what_does_not_go_together_is_told(asked: Asked, says: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^--") as told:
        asked.refuse_conflicts()
        asked.begins(described())
        asked.picked(described())
    assert says in str(told.value)


def test_the_replay_says_all_that_changes_a_verdict() -> None:
    plain = Asked(mock_url="http://127.0.0.1:1", out=Path("out"), workers=4, fail_fast=True)
    assert plain.replay == "mock-clever certify --app certification.toml --mock http://127.0.0.1:1"
    own = Asked(mock_url="http://127.0.0.1:1", mock_port=9000, preset="tiny", variation=3, hurry=10, running=True)
    assert own.replay.endswith("--port 9000 --preset tiny --variation 3 --hurry 10 --running")


# -- workers -----------------------------------------------------------------------------------------------

APP = described()


def judge(verdicts: Mapping[str, str], seen: list[str]) -> Any:
    def judged(
        app: AppUnderTest, requirements: Iterable[Requirement], said: Mapping[str, str]
    ) -> Generator[Result]:
        for one in requirements:
            seen.append(one.id)
            if one.sums:
                assert set(one.sums) & set(said), "a roll-up knows what was judged"
            yield result(one.id, verdicts.get(one.id, "pass"))

    return judged


def test_each_requirement_is_dealt_once_and_roll_ups_come_last() -> None:
    wanted = [one for one in catalogue() if one.programme == "sso" and one.check]
    seen: list[str] = []
    dealer = Dealer([APP, APP, APP], [judge({}, seen)] * 3)
    found = [one.requirement.id for one in dealer.judge(wanted, {})]
    assert sorted(found) == sorted(seen) == sorted(one.id for one in wanted)
    assert found[-1] == "SSO-C6"


def test_a_fail_stops_the_dealing_when_asked_to() -> None:
    """The other worker has one in hand, and takes no more."""
    wanted = [one for one in catalogue() if one.programme == "sso" and one.check]
    gate, seen = threading.Event(), list[str]()

    def slow(app: AppUnderTest, taken: Iterable[Requirement], said: Mapping[str, str]) -> Generator[Result]:
        for one in taken:
            seen.append(one.id)
            assert one is wanted[0] or gate.wait(30)
            yield result(one.id, "fail")

    found = list(Dealer([APP, APP], [slow, slow]).judge(wanted, {}, fail_fast=True))
    gate.set()
    for thread in threading.enumerate():
        if thread.name.startswith("worker "):
            thread.join()
    assert [one.requirement for one in found] == wanted[:1]
    assert len(seen) <= 3


def test_what_breaks_in_a_worker_breaks_the_run() -> None:
    def broken(*_: Any) -> Generator[Result]:
        raise ValueError("in a worker")
        yield

    with pytest.raises(ValueError, match="in a worker"):
        list(Dealer([APP, APP], [broken, broken]).judge([KNOWN["SSO-05"]], {}))


def test_an_app_moves_with_all_its_addresses_or_not_at_all() -> None:
    moved = at_port(described(), 7777, "http://127.0.0.1:8123/w/one")
    assert (moved.base_url, moved.redirect_uri) == ("http://127.0.0.1:7777", "http://127.0.0.1:7777/cb")
    for wrong in ({"redirect_uri": "https://127.0.0.1:5001/cb"}, {"base_url": "http://app.test:5000"}):
        with pytest.raises(ConfigurationError):
            at_port(described(**wrong), 7777, "http://127.0.0.1:8123")


def test_two_workers_judge_two_instances_in_two_worlds(certify: Any, stage: Stage, tmp_path: Path) -> None:
    """Each check resets its world: two in one would tread on each other."""
    command = f"exec {sys.executable} -m vendor_app --port {{port}} --probe --page-size 25"
    chosen = "SSO-05,SSO-06,SSO-10,SYN-03"
    ended = certify("--workers", "2", "--only", chosen, more=f"start = '{command}'")
    assert ended.exit_code == 0, ended.output
    assert {id_: row["verdict"] for id_, row in report(tmp_path).items()} == dict.fromkeys(
        chosen.split(","), "pass"
    )
    assert "by 2 workers" in ended.output
    ports = [json.loads((tmp_path / "out" / f"app-{n}.log").read_text().splitlines()[0])["url"] for n in (1, 2)]
    assert len(set(ports)) == 2
    for url in ports:
        with pytest.raises(requests.ConnectionError):
            requests.get(url, timeout=5)
    assert MockClever(stage.mock_url).get("/_mock/worlds")["worlds"] == ["main"]


@pytest.mark.parametrize("option", ["--only=SSO-05", "--preflight"])
def test_an_app_that_does_not_start_is_a_configuration(certify: Any, stage: Stage, option: str) -> None:
    ended = certify(option, more="start = 'echo the port {port} is bad; exit 7'")
    said = " ".join(ended.output.split())
    assert ended.exit_code == 2
    assert "ended with code 7" in said and "the port" in said and "is bad" in said
    assert MockClever(stage.mock_url).get("/_mock/worlds")["worlds"] == ["main"]


def test_an_app_is_told_to_ask_no_proxy_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "school.test,localhost")
    assert past_proxies()["NO_PROXY"] == "school.test,localhost,127.0.0.1,::1"


KILLED = """
import sys
from pathlib import Path
from certification_suite.running.programs import free_port, started
port = free_port()
with started(sys.argv[1], port, {}, log=Path("log"), folder=Path()):
    print(port, flush=True)
    sys.stdin.read()
"""


def test_an_app_ends_with_a_harness_that_is_killed(tmp_path: Path) -> None:
    serve = f"exec {sys.executable} -m http.server --bind 127.0.0.1 {{port}}"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, serve],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(course.__file__).parents[1])},
    ) as harness:
        assert harness.stdout is not None
        port = int(harness.stdout.readline())
        held = socket.create_connection(("127.0.0.1", port), timeout=30)
        harness.send_signal(signal.SIGKILL)
        harness.wait()
    with held, suppress(ConnectionResetError):
        assert held.recv(1) == b"", "the app closes what is open when it ends"
