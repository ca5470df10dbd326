"""Imports go one way. The table here is the one docs/architecture.md prints."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
MOCK = ROOT / "mock_clever"

# Each layer imports only from itself and from layers above it in this list.
LAYERS = (
    ("clock", "ids"),
    ("attendance", "tables", "model", "sis", "fields"),
    ("errors",),
    ("rules", "sharing", "cutting", "changes", "difference", "publishing", "renaming", "upkeep", "life", "lms"),
    ("identity", "normalise", "ingest"),
    ("synthesis", "roster"),
    ("packing", "prepared"),
    ("variation",),
    ("versions", "pages"),
    (
        "settings",
        "choices",
        "apps",
        "grants",
        "lti",
        "signing",
        "consents",
        "badges",
        "directory",
        "masking",
        "journal",
        "rates",
    ),
    ("feeds",),
    ("faults",),
    ("world",),
    ("people", "documentation", "scenarios", "almanac", "rows", "evolution", "timeline"),
    ("api",),
    ("portal",),
    ("ledger",),
    ("control", "openapi"),
    ("app", "serving", "keeping", "certificates"),
    ("demo",),
    ("cli",),
    ("__main__",),
)


def modules(package: Path) -> Iterator[tuple[str, Path]]:
    """Every module of a package with the first part of its name inside it."""
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).parts[0].removesuffix(".py")
        if name != "__init__" or path.parent != package:
            yield name, path


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """The modules a file imports, anywhere in it, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports from the package's name"
            yield f"{node.module}", node.lineno


def test_every_module_of_the_mock_has_a_layer() -> None:
    known = {name for layer in LAYERS for name in layer}
    assert {name for name, _ in modules(MOCK)} == known


def test_imports_go_down_the_table_only() -> None:
    height = {name: number for number, layer in enumerate(LAYERS) for name in layer}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for name, path in modules(MOCK)
        for module, line in imported(path)
        if module.startswith("mock_clever.") and height[module.split(".")[1]] > height[name]
    ]
    assert wrong == []


def test_the_mock_the_suite_and_the_vendor_app_meet_over_http_only() -> None:
    packages = ("mock_clever", "certification_suite", "vendor_app")
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for package in packages
        for _, path in modules(ROOT / package)
        for module, line in imported(path)
        if module.split(".")[0] in set(packages) - {package}
    ]
    assert wrong == []


def test_fixtures_are_data_and_hold_no_code() -> None:
    assert list((ROOT / "fixtures").rglob("*.py")) == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    nameless = {"utils", "util", "helpers", "common", "base", "misc"}
    found = [
        path
        for package in ("mock_clever", "certification_suite", "vendor_app")
        for path in (ROOT / package).rglob("*.py")
    ]
    assert [str(path) for path in found if path.stem in nameless] == []


def test_the_architecture_page_prints_this_table() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [
        f"| {number} | {' · '.join(f'`{name}`' for name in layer)} |" for number, layer in enumerate(LAYERS, 1)
    ]
    assert "\n".join(rows) in page
