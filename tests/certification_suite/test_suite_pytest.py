"""The certification as plain pytest, run as a vendor runs it: from another folder, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from stage import Stage

import certification_suite
from certification_suite.catalogue import catalogue
from certification_suite.evidence import Evidence
from certification_suite.pytest_entry import HERE, ours
from certification_suite.pytest_plugin import judged
from certification_suite.running.runner import Result
from vendor_app.defects import DEFECTS

ROOT = Path(certification_suite.__file__).parents[1]
DESCRIPTION = """
[app]
name = "Larkspur"
base_url = "{url}"
start_login = "/login"
redirect_uri = "{callback}"
home_page = "/home"
programmes = ["sso"]
"""


@pytest.fixture
def folder(stage: Stage, tmp_path: Path) -> Path:
    """An empty folder with a description of the app behind the door."""
    text = DESCRIPTION.format(url=stage.door.url, callback=stage.callback)
    (tmp_path / "certification.toml").write_text(text)
    return tmp_path


def ran(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """`-p`: where the suite is installed, its entry point says so; other plugins only take time here."""
    command = [sys.executable, "-m", "pytest", "-p", "certification_suite.pytest_entry"]
    command += ["--pyargs", "certification_suite", "--app", "certification.toml", *options]
    told = os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    told.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run(command, cwd=folder, env=told, capture_output=True, text=True, check=False, timeout=120)


def test_each_requirement_is_a_test_that_says_what_is_wrong(folder: Path, stage: Stage) -> None:
    """Chosen by name and by marker; a fail, two passes and two skips, and JUnit says the same."""
    stage.put(DEFECTS["HasNoLogOut"]())
    chosen = ("-k", "SSO-05 or SSO-06 or SSO-10 or SSO-C6 or SSO-C1", "-m", "not recommended", "-rs")
    ended = ran(folder, "--mock", stage.mock_url, "--certify-browser", "none", "--junitxml", "junit.xml", *chosen)
    said = ended.stdout
    assert ended.returncode == 1, said + ended.stderr
    assert "test_requirement[SSO-10]" in said and "1 failed, 1 passed, 3 skipped" in said
    for words in (
        "Expected: A log-out button",
        "Observed: /home has no control",
        "Why: ",
        "Next: ",
        "Seen:     #",
    ):
        assert words in said
    assert "Traceback" not in said and "warning" not in said and "def test_requirement" not in said, (
        "a reader wants no source of ours"
    )
    assert "needs review: " in said and "Offer GET /whoami in the probe" in said
    assert "attest: " in said and "sums up SSO-01" in said
    cases = {case.get("name"): case for case in ElementTree.parse(folder / "junit.xml").iter("testcase")}
    failed = cases["test_requirement[SSO-10]"].find("failure")
    assert failed is not None and "Expected: A log-out button" in str(failed.get("message"))
    properties = {
        each.get("name"): each.get("value") for each in cases["test_requirement[SSO-10]"].iter("property")
    }
    assert (properties["requirement"], properties["verdict"]) == ("SSO-10", "fail")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-p", "xdist", "-n", "2"), "Add start to [app]"),
        (("--app", "none.toml"), "none.toml: there is no such file"),
    ],
)
def test_a_wrong_configuration_ends_before_anything_runs(folder: Path, options: Any, words: str) -> None:
    ended = ran(folder, "--mock", "http://127.0.0.1:9", *options)
    assert ended.returncode == 4
    assert words in ended.stderr and "Traceback" not in ended.stderr


def test_markers_choose_by_programme_level_and_class(folder: Path) -> None:
    ended = ran(
        folder, "--mock", "http://127.0.0.1:9", "-m", "sso and required and class_A", "--collect-only", "-q"
    )
    told = {line.partition("[")[2].rstrip("]") for line in ended.stdout.splitlines() if "::" in line}
    wanted = {
        one.id for one in catalogue() if (one.programme, one.level, one.evidence) == ("sso", "required", "A")
    }
    assert told == wanted != set()


def test_what_the_harness_could_not_judge_is_its_own_error() -> None:
    """In the set-up, where pytest calls it an error; that there is no browser is none."""
    one = next(one for one in catalogue() if not one.sums)

    def found(**more: Any) -> Result:
        bench: Any = SimpleNamespace(
            judge=lambda _: Result(one, "could not run", "Broken.", "", "Mend.", Evidence(), 0, **more)
        )
        return judged(bench, one)

    with pytest.raises(pytest.fail.Exception, match="Harness: Broken"):
        found()
    assert found(excused=True).verdict == "could not run"


def test_only_the_suite_s_own_tests_bring_its_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vendor's folder of the same name, or this project's, is somebody else's run."""
    (tmp_path / "certification_suite").mkdir()
    monkeypatch.chdir(tmp_path)
    assert ours(str(HERE), False) and ours(
        str(HERE / "test_certification.py") + "::test_requirement[SSO-05]", False
    )
    assert not ours("certification_suite", True) and not ours("tests/certification_suite/test_x.py", True)
    monkeypatch.chdir(tmp_path / "certification_suite")
    assert ours("certification_suite", True) and ours("certification_suite.test_certification", True)
    assert not ours("certification_suite", False) and not ours("x" * 9000, True)
