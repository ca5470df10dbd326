"""A small load generator: a few kept connections, each asking again as soon as it is answered.

It speaks HTTP by hand over sockets, because a client library would spend more time than the server it measures.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from urllib.parse import urlsplit

from benchmarks.benchmark import NotMeasurableError

CONNECTIONS = 4
REQUESTS = 1000
"""How many make a round: Clever's rate limit, and so the mock's, is 1200 a minute."""


@dataclass(frozen=True)
class Target:
    """A URL to ask again and again, with these headers; `before` is called before each round.

    With `writes`, paths below the URL and JSON bodies, a round sends each of them once, as a PATCH.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], object] = bool
    writes: Sequence[tuple[str, bytes]] = ()

    def requests(self) -> list[bytes]:
        """What a round sends, as it goes over the wire."""
        if not self.writes:
            return [_request(self)] * REQUESTS
        return [_patch(self, path, body) for path, body in self.writes]


def rates(targets: list[Target], rounds: int) -> list[list[float]]:
    """Requests per second of each target, round by round, taking turns so that noise strikes all alike."""
    return [[rate(target) for target in targets] for _ in range(rounds + 1)][1:]  # the first was to warm up


def typical(measured: list[list[float]]) -> tuple[float, float, float]:
    """The median of ours, of the baseline, and of their ratio round by round."""
    return (
        median(ours for ours, _ in measured),
        median(bare for _, bare in measured),
        median(ours / bare for ours, bare in measured),
    )


def rate(target: Target) -> float:
    """How many answers per second this target gives to all connections together."""
    wrong: list[Exception] = []
    requests = target.requests()

    def ask(turn: int) -> None:
        try:
            _ask(target, requests[turn::CONNECTIONS])
        except (OSError, ValueError) as problem:
            wrong.append(problem)

    target.before()
    threads = [threading.Thread(target=ask, args=(turn,)) for turn in range(CONNECTIONS)]
    started = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = perf_counter() - started
    if wrong:
        raise NotMeasurableError(f"the server did not keep answering {target.url}: {wrong[0]}")
    return len(requests) / took


def _ask(target: Target, requests: Sequence[bytes]) -> None:
    """Send these one after the other over one kept connection."""
    parts = urlsplit(target.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        for request in requests:
            connection.sendall(request)
            _read_answer(connection)


def throughput(targets: Sequence[Target]) -> float:
    """Bytes per second when these, all of one server, are read once each over one kept connection."""
    parts = urlsplit(targets[0].url)
    try:
        with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
            started, size = perf_counter(), 0
            for target in targets:
                connection.sendall(_request(target))
                size += _read_answer(connection)
            return size / (perf_counter() - started)
    except (OSError, ValueError) as problem:
        raise NotMeasurableError(f"the server did not keep answering: {problem}") from problem


def _request(target: Target) -> bytes:
    parts = urlsplit(target.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Host": parts.netloc, **target.headers}
    return "\r\n".join([f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items()), "", ""]).encode()


def _patch(target: Target, path: str, body: bytes) -> bytes:
    headers = {"Host": urlsplit(target.url).netloc, **target.headers, "Content-Length": str(len(body))}
    lines = [f"PATCH {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def _read_answer(connection: socket.socket) -> int:
    """Read exactly one answer, the bytes of its body; only a 200 with a Content-Length will do."""
    received = connection.recv(262_144)
    while (end := received.find(b"\r\n\r\n")) < 0:
        more = connection.recv(262_144)
        if not more:
            raise ValueError("it closed the connection")
        received += more
    head = received[:end].lower()
    if b" 200 " not in head[:14]:
        raise ValueError(f"it answered {received[:60]!r}")
    start = head.index(b"content-length:") + 15
    size = int(head[start:].split(b"\r\n", 1)[0])
    missing = size - (len(received) - end - 4)
    while missing > 0:
        more = connection.recv(262_144)
        if not more:
            raise ValueError("it closed the connection in the middle of an answer")
        missing -= len(more)
    return size
