"""Programs that the harness starts, the app under test among them: each on a port of its own, and always ended.

What a program says goes to a file. A small guard ends it, too, when the harness itself is killed.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from certification_suite.describing.config import ConfigurationError

LONGEST_START = 60.0
GRACE = 5.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")
GUARD = 'read -r _; kill -TERM "-$0"'
"""Waits until its input ends, as it does when the harness ends, and then ends this group of processes."""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def past_proxies() -> dict[str, str]:
    """The environment of a program that asks no proxy for what stands on this machine."""
    known = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    hosts = ",".join(dict.fromkeys([*filter(None, known.split(",")), *LOOPBACK]))
    return {"NO_PROXY": hosts, "no_proxy": hosts}


@contextmanager
def started(command: str, port: int, environ: Mapping[str, str], *, log: Path, folder: Path) -> Iterator[None]:
    """The program runs, and listens on the port. Raises ConfigurationError where it does not come to that."""
    command = command.replace("{port}", str(port))
    told = os.environ | {"PORT": str(port)} | past_proxies() | dict(environ)
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(
            command,
            shell=True,
            cwd=folder,
            env=told,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    guard = subprocess.Popen(["sh", "-c", GUARD, str(process.pid)], stdin=subprocess.PIPE, start_new_session=True)
    try:
        _until_it_listens(process, command, port, log)
        yield
    finally:
        guard.kill()
        guard.communicate()
        _end(process)


def _until_it_listens(process: subprocess.Popen[bytes], command: str, port: int, log: Path) -> None:
    latest = time.monotonic() + LONGEST_START
    while not _listens(port):
        code = process.poll()
        if code is None and time.monotonic() < latest:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
            continue
        ended = f"ended with code {code}" if code is not None else f"did not listen within {LONGEST_START:.0f} s"
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:]
        raise ConfigurationError(
            f"start: `{command}` {ended}; it must run in the foreground and listen on port {port} of 127.0.0.1. "
            f"What it said stands in {log}{':' if said else ', which is empty.'}"
            + "".join(f"\n  {line}" for line in said)
        )


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and everything it started: kindly, then for good."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
