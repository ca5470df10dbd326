"""Under what a run was made, so that its verdicts can be cited: versions, district, variation, clock."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Any

from certification_suite.drivers.mock import MockClever
from certification_suite.verdicts import CouldNotRun

UNKNOWN: dict[str, Any] = {"version": None, "preset": None, "variation": None, "clock": None, "settings": {}}


def surroundings(clever: MockClever) -> dict[str, Any]:
    """The suite's own versions, and what the mock tells of itself; a mock that is gone says nothing."""
    return {
        "suite": _version(),
        "python": platform.python_version(),
        "system": platform.system(),
        "mock": _of_the_mock(clever),
    }


def _version() -> str:
    try:
        return metadata.version("mock-clever")
    except metadata.PackageNotFoundError:
        return "not installed"


def _of_the_mock(clever: MockClever) -> dict[str, Any]:
    try:
        health, clock, settings = (clever.get(f"/_mock/{what}") for what in ("health", "clock", "settings"))
    except CouldNotRun as trouble:
        return UNKNOWN | {"trouble": trouble.observed}
    return {
        "version": health.get("version"),
        "preset": health.get("preset"),
        "variation": settings.get("variation"),
        "clock": clock.get("now"),
        "settings": settings,
        "trouble": "",
    }
