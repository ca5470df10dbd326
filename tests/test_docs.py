"""The documents say what the code does: their tables equal it, their links lead somewhere, their samples run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from documents import PLACE, PRINTED, ROOT, filled, pages
from flask import Flask

from mock_clever.serving import running

SAMPLES = sorted((ROOT / "docs" / "samples").iterdir())


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_a_page_prints_what_the_code_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert filled(text) == text, "run: .venv/bin/python tests/documents.py"


def test_every_table_stands_in_some_page() -> None:
    standing = {match["name"] for page in pages() for match in PLACE.finditer(page.read_text(encoding="utf-8"))}
    assert set(PRINTED) <= standing
    assert {sample.name for sample in SAMPLES} <= standing


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_dependency_has_a_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    packages = {re.split(r"[<>=~ ]", wanted)[0] for wanted in declared}
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert [name for name in sorted(packages) if f"`{name}`" not in page] == []


@pytest.mark.parametrize("sample", [path for path in SAMPLES if path.suffix == ".py"], ids=lambda path: path.name)
def test_a_sample_runs(sample: Path, app: Flask) -> None:
    with running(app) as server:
        ran = subprocess.run(
            [sys.executable, str(sample)],
            env=os.environ | {"MOCK_CLEVER_URL": server.url},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip()
