"""How fast a whole district is read, against nginx giving the same bytes as files.

Both are read by bare sockets, which take bytes as fast as they come, and the first time also by `requests`, the
client that most vendors sync with.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

import requests

from benchmarks.benchmark import Benchmark, Figure, NotMeasurableError
from benchmarks.load import Target, throughput
from benchmarks.programs import MOCK, Program, program

PRESET = "clear-water"
LIMIT = 10_000
MEGABYTE = 1_000_000

CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log stderr crit;
events {{ }}
http {{
  access_log off; sendfile on; default_type application/json; keepalive_requests 100000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


def measure(rounds: int) -> list[Figure]:
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if nginx is None:
        raise NotMeasurableError("there is no nginx here: install Debian's nginx-light")
    with tempfile.TemporaryDirectory() as name, program(*MOCK, PRESET, patience=300) as mock:
        folder = Path(name)
        token = mock.district_token()
        pages = []
        for number, (path, body) in enumerate(mock.sync(token, LIMIT)):
            pages.append(Target(mock.url + path, {"Authorization": f"Bearer {token}"}))
            (folder / str(number)).write_bytes(body)
        with _nginx(nginx, folder) as url:
            files = [Target(f"{url}/{number}") for number in range(len(pages))]
            measured = [_round(mock, pages, files) for _ in range(min(rounds, 5))]
    return [
        _figure("first read", [(first, files) for first, _, files, _, _ in measured], 0.1),
        _figure("first read, by requests", [(first, files) for *_, first, files in measured], 0.1),
        _figure("read again", [(again, files) for _, again, files, _, _ in measured], 0.35),
    ]


def _round(mock: Program, pages: list[Target], files: list[Target]) -> tuple[float, float, float, float, float]:
    """Bytes per second of unread pages, the same again, and nginx; then by requests of unread pages and nginx."""
    _forget(mock)
    bare = throughput(pages), throughput(pages), throughput(files)
    _forget(mock)
    return *bare, _by_requests(pages), _by_requests(files)


def _forget(mock: Program) -> None:
    """Let no page be finished, and none be asked for too often."""
    mock.share(type="everything")
    mock.let_a_minute_pass()


def _by_requests(targets: list[Target]) -> float:
    """Bytes per second when these are read once each in one session of requests."""
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Accept-Encoding"] = "identity"
        started, size = perf_counter(), 0
        for target in targets:
            answer = session.get(target.url, headers=target.headers, timeout=60)
            answer.raise_for_status()
            size += len(answer.content)
        return size / (perf_counter() - started)


def _figure(what: str, measured: list[tuple[float, float]], target: float) -> Figure:
    ours, files = median(each[0] for each in measured), median(each[1] for each in measured)
    return Figure(
        f"full sync of {PRESET}, limit={LIMIT}, {what}",
        f"{ours / MEGABYTE:.0f} MB/s",
        f"{files / MEGABYTE:.0f} MB/s",
        median(one / other for one, other in measured),
        "at least",
        target,
    )


@contextmanager
def _nginx(program: str, folder: Path) -> Iterator[str]:
    """nginx with the files of this folder, in one process of ours; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = folder / "nginx.conf"
    settings.write_text(CONFIGURATION.format(folder=folder, port=port), encoding="utf-8")
    process = subprocess.Popen(
        [program, "-p", str(folder), "-c", str(settings)], stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = perf_counter() + 10
        while not _listens(port):
            if process.poll() is not None or perf_counter() > deadline:
                process.kill()
                raise NotMeasurableError(f"nginx does not start: {(process.communicate()[1] or '').strip()}")
            sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)
        if process.stderr:
            process.stderr.close()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


BENCHMARK = Benchmark("full-sync", "clear-water read page by page, against nginx giving the same bytes", measure)
