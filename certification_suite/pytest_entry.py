"""What pytest loads wherever the suite is installed: nothing, until somebody asks for the suite's own tests.

So no option of ours can meet one of another plugin in a run that has nothing to do with a certification.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

HERE = Path(__file__).parent.resolve()
PACKAGE = re.compile(r"certification_suite([./:].*)?")


def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """`pytest --pyargs certification_suite` brings the options and fixtures of the suite along."""
    if any(ours(one, "--pyargs" in args) for one in args):
        early_config.pluginmanager.import_plugin("certification_suite.pytest_plugin")


def ours(argument: str, pyargs: bool) -> bool:
    """Whether this names the suite's own tests, by a path or as a package; a folder of the same name is not it."""
    path = Path(argument.partition("::")[0])
    try:
        if path.exists():
            return path.resolve().is_relative_to(HERE)
    except OSError:  # an option that is longer than any path
        return False
    return pyargs and PACKAGE.fullmatch(argument) is not None
