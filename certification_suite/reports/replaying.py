"""The one line that judges a requirement again, as this run did."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from certification_suite.requirements import Requirement

PROGRAM = ("mock-clever", "certify")
PLAIN = "mock-clever certify --app certification.toml"


def command(description: Path, options: Mapping[str, Any]) -> str:
    """How the run was started, with all that may change a verdict: `options` by name, left out where None."""
    given = [part for name, value in options.items() if value is not None for part in (f"--{name}", _plain(value))]
    return shlex.join([*PROGRAM, "--app", str(description), *given])


def line(command: str, requirement: Requirement) -> str:
    """The command for this requirement alone; a roll-up wants those it sums up. What a person answers has none."""
    if requirement.check is None:
        return ""
    return f"{command} --only {','.join([*requirement.sums, requirement.id])}"


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
