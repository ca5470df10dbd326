"""The probe as shell commands: a part's arguments come in as JSON on stdin, its answer leaves as JSON on stdout.

Plain arguments also stand in the environment, as PROBE_CLEVER_ID; nothing is ever pasted into a command, so that
no name of a pupil can become one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from typing import Any

from certification_suite.describing.parts import Part
from certification_suite.drivers.browser import Silence
from certification_suite.drivers.probe_ways import ABSENT, BROKEN, OK, TIMEOUT, Answer, answered
from certification_suite.verdicts import Fail

NOT_FOUND = 127
"""What a shell says of a command that does not exist."""


class Commands:
    """Each part is a command of its own, run in the folder of the description. `told` are more variables."""

    def __init__(
        self, commands: Mapping[str, str], folder: str, told: Mapping[str, str], *, timeout: float = TIMEOUT
    ) -> None:
        self._commands = commands
        self._folder = folder
        self._told = told
        self._timeout = timeout

    def ask(self, part: Part, arguments: dict[str, Any]) -> Answer:
        command = self._commands.get(part.name)
        if command is None:
            return answered(f"[probe.commands] {part.name}", ABSENT, None, "not there")
        line = f"[probe.commands] {part.name}: {command}"
        code, out, err = self._run(part.name, command, arguments)
        if code == NOT_FOUND:
            return answered(line, ABSENT, None, err.strip())
        if code != 0:
            told = err.strip() or out.strip() or "it said nothing"
            return answered(line, BROKEN, f"exit code {code}: {told}", f"exit code {code}: {told}")
        return answered(line, OK, _body(out), out)

    def _run(self, name: str, command: str, arguments: dict[str, Any]) -> tuple[int, str, str]:
        try:
            process = subprocess.Popen(
                command,
                shell=True,
                cwd=self._folder,
                env={**os.environ, **self._told, **_as_variables(arguments)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise Fail(
                f"[probe.commands] {name} cannot be started: {error}.", expected="A command of this machine."
            ) from error
        try:
            out, err = process.communicate(json.dumps(arguments).encode(), timeout=self._timeout)
        except subprocess.TimeoutExpired as error:
            raise Silence(f"[probe.commands] {name}", "late", patience=self._timeout) from error
        finally:
            _end(process)
        return process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")


def _as_variables(arguments: dict[str, Any]) -> dict[str, str]:
    """The arguments that are words or numbers, as environment variables."""
    plain = {name: value for name, value in arguments.items() if isinstance(value, str | int | float)}
    return {f"PROBE_{name.upper()}": str(value).replace("\0", "") for name, value in plain.items()}


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what is still running of the command, and all that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _body(out: str) -> Any:
    if not out.strip():
        return None
    try:
        return json.loads(out)
    except ValueError:
        return out
