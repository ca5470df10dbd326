"""Servers under measurement: started as a user starts them, asked over HTTP, weighed, and stopped."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.benchmark import NotMeasurableError

ROOT = Path(__file__).parent.parent
MOCK = ("mock_clever", "serve", "--port", "0", "--preset")
BARE = ("benchmarks.bare_flask",)


@dataclass(frozen=True)
class Program:
    """A server that said it is ready."""

    url: str
    pid: int
    started: float
    """The `perf_counter` reading just before it was started."""

    def get(self, path: str, token: str | None = None) -> bytes:
        """The body of one answer."""
        return self._ask(path, {"Authorization": f"Bearer {token}"} if token else {})

    def sync(self, token: str, limit: int) -> Iterator[tuple[str, bytes]]:
        """Path and body of every page of every collection of v3.0, as a vendor's full sync reads them."""
        for name in ("districts", "schools", "terms", "courses", "sections", "users"):
            path: str | None = f"/v3.0/{name}?limit={limit}"
            while path is not None:
                body = self.get(path, token)
                yield path, body
                path = next((link["uri"] for link in json.loads(body)["links"] if link["rel"] == "next"), None)

    def share(self, **rule: object) -> None:
        """Let the Secure Sync app see what this rule shows; pages finished before are forgotten."""
        client = json.loads(self.get("/_mock/env"))["CLEVER_CLIENT_ID"]
        connections = json.loads(self.get("/_mock/connections"))["connections"]
        own = next(each["id"] for each in connections if each["client_id"] == client)
        self._ask(
            f"/_mock/connections/{own}/sharing",
            {"Content-Type": "application/json"},
            json.dumps(rule).encode(),
            "PUT",
        )

    def change(self, district: str, changes: list[dict[str, object]]) -> None:
        """Let these happen in a district, and publish them at once."""
        path, said = f"/_mock/districts/{district}/changes", json.dumps({"changes": changes}).encode()
        self._ask(path, {"Content-Type": "application/json"}, said, "POST")

    def send(self, method: str, path: str, body: object, token: str | None = None) -> Any:
        """What is answered to a JSON body."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        return json.loads(self._ask(path, headers, json.dumps(body).encode(), method))

    def pages(self, token: str, path: str) -> Iterator[list[dict[str, Any]]]:
        """What each page lists, from this one on to the last."""
        following: str | None = path
        while following is not None:
            body = json.loads(self.get(following, token))
            yield [element["data"] for element in body["data"]]
            following = next((link["uri"] for link in body["links"] if link["rel"] == "next"), None)

    def let_a_minute_pass(self) -> None:
        """Move the mock's clock on, so that its rate limit starts anew."""
        self._ask("/_mock/clock", {"Content-Type": "application/json"}, b'{"advance": 61}')

    def district_token(self) -> str:
        """The token of the Secure Sync app for its first district."""
        told = json.loads(self.get("/_mock/env"))
        return str(told["CLEVER_DISTRICT_TOKEN"])

    def _ask(
        self, path: str, headers: dict[str, str], body: bytes | None = None, method: str | None = None
    ) -> bytes:
        """The body of one answer; an error means that there is nothing to measure."""
        try:
            asked = urllib.request.Request(self.url + path, body, headers, method=method)
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return bytes(answer.read())
        except OSError as wrong:
            raise NotMeasurableError(f"{path} gave no answer to measure: {wrong}") from wrong

    def resident(self) -> int:
        """Bytes of memory in use now."""
        status = Path(f"/proc/{self.pid}/status")
        if status.exists():
            return int(status.read_text().split("VmRSS:")[1].split()[0]) * 1024
        told = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(self.pid)], capture_output=True, text=True, check=True
        )
        return int(told.stdout) * 1024


@contextmanager
def program(*arguments: str, patience: float = 60) -> Iterator[Program]:
    """`python -m ARGUMENTS`, from its ready line to the end of the block."""
    with tempfile.TemporaryFile("w+") as talk:
        started = perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdout=subprocess.PIPE,
            stderr=talk,
            text=True,
            cwd=ROOT,
            env={
                k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"
            },  # compiled, as users have it
        )
        try:
            ready = _ready(process, patience)
            if ready is None:
                talk.seek(0)
                raise NotMeasurableError(
                    f"`python -m {' '.join(arguments)}` never got ready: {_last_word(talk.read())}"
                )
            yield Program(ready["url"], process.pid, started)
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()


def _ready(process: subprocess.Popen[str], patience: float) -> dict[str, str] | None:
    """The first line on stdout, if it comes in time and is the ready line."""
    assert process.stdout
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline() if selector.select(patience) else ""
    try:
        ready = json.loads(line)
    except ValueError:
        return None
    return ready if isinstance(ready, dict) and "url" in ready else None


def _last_word(talk: str) -> str:
    lines = talk.strip().splitlines()
    return lines[-1] if lines else "it said nothing"
