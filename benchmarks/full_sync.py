"""How fast a whole district is read, against nginx giving the same bytes as files."""

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
    return [_figure("first read", measured, 0, 0.1), _figure("read again", measured, 1, 0.35)]


def _round(mock: Program, pages: list[Target], files: list[Target]) -> tuple[float, float, float]:
    """Bytes per second of pages never read before, of the same again, and of nginx."""
    mock.share(type="everything")
    mock.let_a_minute_pass()
    return throughput(pages), throughput(pages), throughput(files)


def _figure(what: str, measured: list[tuple[float, float, float]], which: int, target: float) -> Figure:
    ours, files = median(each[which] for each in measured), median(each[2] for each in measured)
    return Figure(
        f"full sync of {PRESET}, limit={LIMIT}, {what}",
        f"{ours / MEGABYTE:.0f} MB/s",
        f"{files / MEGABYTE:.0f} MB/s",
        median(each[which] / each[2] for each in measured),
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
