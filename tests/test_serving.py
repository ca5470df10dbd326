"""The HTTP server over real sockets: ready line, port, keep-alive, bad requests, who may reach it, how it ends."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, request

from mock_clever.serving import GRACE, ListenError, NotLoopbackError, PortTakenError, Server, running

PROGRAM = '''
import os, signal, socket, sys
from flask import Flask, request
from mock_clever.serving import Server, serve

app = Flask("program")
server = Server()

@app.get("/")
def home():
    return "home"

@app.get("/last")
def last():
    """Ends its own server, and answers only when no new client gets in."""
    os.kill(os.getpid(), getattr(signal, request.args["signal"]))
    while True:
        try:
            socket.create_connection((server.host, server.port)).close()
        except ConnectionError:
            return "finished"

print("talk", file=sys.stderr)
serve(app, server)
print("returned", file=sys.stderr)
'''


def application() -> Flask:
    app = Flask("served")

    @app.get("/")
    def home() -> dict[str, str]:
        return {"client": request.environ["REMOTE_PORT"]}

    @app.get("/page")
    def page() -> Response:
        return Response(b"x" * 70_000, mimetype="application/json")

    @app.post("/echo")
    def echo() -> Response:
        return Response(request.get_data(), mimetype="text/plain")

    return app


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running(application()) as started:
        yield started


@pytest.fixture
def client(server: Server) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    yield connection
    connection.close()


@pytest.fixture
def program(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    root = Path(__file__).parent.parent
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONUNBUFFERED": ""},
    ) as started:
        yield started
        started.kill()


def say(server: Server, raw: bytes) -> bytes:
    """What the server answers to these bytes, up to the end of the connection or of our patience."""
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while received := connection.recv(65536):
            answer += received
        return answer


def fetch(client: http.client.HTTPConnection, path: str) -> bytes:
    client.request("GET", path)
    return client.getresponse().read()


def test_port_0_gives_every_server_a_port_of_its_own() -> None:
    with running(application()) as one, running(application()) as other:
        assert one.port != other.port
        assert 0 not in (one.port, other.port)
        assert one.url == f"http://127.0.0.1:{one.port}"


def test_a_connection_is_kept_for_the_next_request(client: http.client.HTTPConnection) -> None:
    assert len({fetch(client, "/") for _ in range(20)}) == 1


@pytest.mark.parametrize("path", ["/", "/page"])
def test_a_kept_connection_never_stalls(server: Server, path: str) -> None:
    """Headers and body travel in two segments; where the second waits for the first, that costs 40 ms each time.

    A new connection never waits so, which makes it the measure.
    """

    def timed(connection: http.client.HTTPConnection) -> float:
        started = time.perf_counter()
        assert fetch(connection, path)
        return time.perf_counter() - started

    fresh = []
    for _ in range(30):
        connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
        fresh.append(timed(connection))
        connection.close()
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    kept = [timed(connection) for _ in range(60)][30:]
    connection.close()
    assert statistics.median(kept) < 5 * statistics.median(fresh)


def test_many_clients_are_served_at_once(server: Server) -> None:
    """Forty clients that stop in the middle of a request keep nobody waiting."""
    halves = [socket.create_connection((server.host, server.port), timeout=10) for _ in range(40)]
    try:
        for each in halves:
            each.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")
        assert b"200 OK" in say(server, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        halves[-1].sendall(b"cd")
        assert halves[-1].recv(65536).startswith(b"HTTP/1.1 200 OK")
    finally:
        for each in halves:
            each.close()


def test_head_has_the_headers_of_get_and_no_body(server: Server) -> None:
    answer = say(server, b"HEAD /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    headers, _, body = answer.partition(b"\r\n\r\n")
    assert b"Content-Length: 70000" in headers
    assert body == b""


def test_a_body_in_chunks_arrives_whole(server: Server) -> None:
    answer = say(
        server,
        b"POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
    )
    assert answer.endswith(b"\r\n\r\nhello world")


def test_a_client_that_asks_first_is_told_to_go_on(server: Server) -> None:
    with socket.create_connection((server.host, server.port), timeout=10) as connection:
        connection.sendall(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"ok")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS greeting\r\n\r\n",
        b"\xff\xfe\x00\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9.9\r\nHost: x\r\n\r\n",
        b"get / http/1.1\r\nHost: x\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://[::g]/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nHo st: x\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 262_144 + b"\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /%zz%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_a_request_that_makes_no_sense_is_the_clients_fault(server: Server, raw: bytes) -> None:
    assert say(server, raw).split(b" ")[1][:1] == b"4"


def test_requests_run_side_by_side() -> None:
    together = threading.Barrier(8, timeout=10)
    app = Flask("together")

    @app.get("/")
    def meet() -> str:
        together.wait()
        return "met"

    with running(app) as server:
        answers: list[bytes] = []
        request = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        clients = [threading.Thread(target=lambda: answers.append(say(server, request))) for _ in range(8)]
        for each in clients:
            each.start()
        for each in clients:
            each.join()
    assert [answer[-3:] for answer in answers] == [b"met"] * 8


def test_a_stop_closes_idle_connections_and_returns() -> None:
    with running(application()) as server:
        idle = http.client.HTTPConnection(server.host, server.port, timeout=10)
        fetch(idle, "/")
        asked = time.perf_counter()
    assert time.perf_counter() - asked < GRACE / 2
    assert idle.sock is not None
    assert idle.sock.recv(1) == b""
    idle.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, server.port))


def test_a_stop_lets_a_running_request_finish_and_a_second_one_does_not() -> None:
    started, go_on = threading.Event(), threading.Event()
    app = Flask("patient")

    @app.get("/")
    def wait() -> str:
        started.set()
        go_on.wait(10)
        return "finished"

    for times, expected in ((1, b"finished"), (2, b"")):
        started.clear()
        go_on.clear()
        with running(app) as server, socket.create_connection((server.host, server.port), timeout=10) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert started.wait(10)
            for _ in range(times):
                server.stop()
            if times == 1:
                refused(server)
                go_on.set()
            answer = b""
            while received := client.recv(65536):
                answer += received
            assert answer.endswith(expected)
            assert bool(answer) == bool(expected)
            go_on.set()


def test_a_stop_waits_until_a_slow_client_has_the_whole_answer() -> None:
    app = Flask("big")

    @app.get("/")
    def big() -> bytes:
        return b"x" * 12_000_000  # more than the socket takes at once

    with running(app) as server, socket.create_connection((server.host, server.port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = len(client.recv(1))
        server.stop()
        refused(server)
        while received := client.recv(65536):
            answer += len(received)
    assert answer > 12_000_000


def test_a_server_that_has_ended_can_be_stopped_again() -> None:
    with running(application()) as server:
        pass
    server.stop()


def test_a_server_stopped_before_it_serves_returns_at_once() -> None:
    server = Server()
    server.stop()
    server.serve_forever(application())


def refused(server: Server) -> None:
    """Return when the server lets no new client in."""
    while True:
        try:
            socket.create_connection((server.host, server.port), timeout=10).close()
        except ConnectionError:
            return


def test_the_first_line_on_stdout_says_where_it_is(program: subprocess.Popen[str]) -> None:
    assert program.stdout
    ready = json.loads(program.stdout.readline())
    assert ready.keys() == {"url", "pid"}
    assert ready["pid"] == program.pid
    client = http.client.HTTPConnection(ready["url"].removeprefix("http://"), timeout=10)
    assert fetch(client, "/") == b"home"
    client.close()
    program.send_signal(signal.SIGTERM)
    rest, talk = program.communicate(timeout=10)
    assert rest == ""
    assert talk == "talk\nreturned\n"


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_after_the_running_request(program: subprocess.Popen[str], number: str) -> None:
    assert program.stdout
    url = json.loads(program.stdout.readline())["url"]
    client = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    assert fetch(client, f"/last?signal={number}") == b"finished"
    client.close()
    assert program.wait(10) == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104  # these are what must be refused
def test_other_machines_are_kept_out_until_somebody_says_public(host: str) -> None:
    with pytest.raises(NotLoopbackError, match="--public"):
        Server(host)
    server = Server(host, public=True)
    assert server.url.startswith(("http://127.0.0.1:", "http://[::1]:"))
    server.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1.2.3", "::1"])
def test_this_machine_always_gets_in(host: str) -> None:
    try:
        with running(application(), host) as server:
            with socket.create_connection((server.host, server.port), timeout=10) as connection:
                connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
                assert b"200 OK" in connection.recv(65536)
            assert not server.url.startswith("http://localhost")
    except ListenError as missing:
        pytest.skip(f"this machine has no {host}: {missing}")


def test_a_name_with_two_addresses_means_the_older_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients that are told `127.0.0.1` find it everywhere; `::1` is missing in many containers."""
    both = [(socket.AF_INET6, ("::1", 0, 0, 0)), (socket.AF_INET, ("127.0.0.1", 0))]
    found = [(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address) for family, address in both]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    server = Server("localhost")
    assert server.host == "127.0.0.1"
    server.close()


def test_a_taken_port_is_told_with_the_way_out(server: Server) -> None:
    with pytest.raises(PortTakenError, match=rf"Port {server.port} on 127.0.0.1 is taken .*--port 0"):
        Server(port=server.port)


def test_a_port_can_be_had_again_at_once() -> None:
    """Also while a client of the server before still holds its connection."""
    with running(application()) as free:
        port = free.port
    with running(application(), port=port) as first:
        client = http.client.HTTPConnection(first.host, port, timeout=10)
        fetch(client, "/")
    with running(application(), port=port) as second:
        assert second.port == port
    client.close()


@pytest.mark.parametrize(("host", "port"), [("no.such.host.invalid", 0), ("127.0.0.1", 70_000), ("192.0.2.1", 0)])
def test_an_impossible_address_is_refused_in_words(host: str, port: int) -> None:
    with pytest.raises(ListenError, match=r"--host|choose one"):
        Server(host, port, public=True)


def test_the_access_log_is_quiet_until_asked(capfd: pytest.CaptureFixture[str]) -> None:
    for wanted, told in ((False, ""), (True, "GET /page 200 OK\n")):
        server = Server()
        thread = threading.Thread(
            target=server.serve_forever, args=(application(),), kwargs={"access_log": wanted}
        )
        thread.start()
        client = http.client.HTTPConnection(server.host, server.port, timeout=10)
        fetch(client, "/page?code=secret")
        client.close()
        server.stop()
        thread.join()
        assert capfd.readouterr() == ("", told)
