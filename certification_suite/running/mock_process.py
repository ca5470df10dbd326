"""A mock started for this run, as a process of its own: the suite meets it over HTTP like any other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from certification_suite.describing.config import AppUnderTest
from certification_suite.drivers.mock import MockClever
from certification_suite.running.worlds import welcome
from certification_suite.verdicts import CouldNotRun

PORT = 8123
"""Where an app expects the mock that somebody else started."""


@contextmanager
def mock_of_its_own(app: AppUnderTest, anywhere: bool) -> Iterator[AppUnderTest]:
    """The app with a mock that knows its redirect URIs; `anywhere`: the app will be told where it is."""
    command = [sys.executable, "-m", "mock_clever", "serve", "--port", "0" if anywhere else str(PORT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            if not ready:
                raise CouldNotRun(f"The mock does not start: {process.communicate()[1].strip()[-300:]}")
            found = replace(app, mock_url=json.loads(ready)["url"])
            welcome(MockClever(found.mock_url), found)
            yield found
        finally:
            process.terminate()
            process.communicate()
