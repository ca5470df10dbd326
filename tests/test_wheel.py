"""The wheel works by itself: built from this checkout, unpacked elsewhere, run from an empty folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's contents in a folder of their own."""
    source, built, place = (tmp_path_factory.mktemp(name) for name in ("source", "wheel", "installed"))
    left_out = shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, source, ignore=left_out, dirs_exist_ok=True)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    command += ["--disable-pip-version-check", "--no-index", "--wheel-dir", str(built), str(source)]
    subprocess.run(command, check=True, env=os.environ | {"PIP_NO_INDEX": "1"})
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(place)
    return place


def test_the_wheel_holds_pages_fixtures_and_no_tests(unpacked: Path) -> None:
    for needed in ("mock_clever/_fixtures/presets/sandbox.toml", "mock_clever/portal/templates/login.html"):
        assert (unpacked / needed).is_file(), needed
    for package in ("mock_clever", "certification_suite", "vendor_app"):
        modules = {path.relative_to(ROOT) for path in (ROOT / package).rglob("*.py")}
        assert {module for module in modules if not (unpacked / module).is_file()} == set()
    assert not (unpacked / "tests").exists()
    assert not (unpacked / "fixtures").exists()


def test_the_demonstration_runs_from_the_wheel_outside_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "mock_clever", "demo", "--out", "reports", "--only", "SSO-05,SYN-06"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "SSO-05" in ran.stdout
    written = {path.name for path in (tmp_path / "reports").iterdir()}
    assert {"report.html", "report.json", "junit.xml", "run.jsonl", "vendor.log", "certification.toml"} <= written


def test_the_wheel_brings_the_certification_to_pytest(unpacked: Path, tmp_path: Path) -> None:
    """By its entry point alone."""
    shutil.copy(ROOT / "docs" / "samples" / "certification.toml", tmp_path)
    command = [sys.executable, "-m", "pytest", "--pyargs", "certification_suite", "--app", "certification.toml"]
    command += ["--collect-only", "-q", "-m", "sso", "-p", "no:schemathesis"]
    told = os.environ | {"PYTHONPATH": str(unpacked)}
    listed = subprocess.run(command, cwd=tmp_path, env=told, capture_output=True, text=True, check=False).stdout
    assert "::test_requirement[SSO-05]" in listed and "[SYN-03]" not in listed
