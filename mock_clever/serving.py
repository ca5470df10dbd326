"""The HTTP server: gives a WSGI application a port on this machine, in the main thread or in a test's.

waitress does the work; `docs/performance.md` says what it was measured against. This module adds what a mock
needs and waitress leaves open: the port is taken at once and its number known, only this machine can reach it
unless somebody says otherwise, a stop lets running requests finish, and the server says in one line of JSON
when it is ready.
"""

from __future__ import annotations

import errno
import gc
import ipaddress
import json
import logging
import os
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from types import FrameType
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError, TransferEncodingNotImplemented
from waitress.server import TcpWSGIServer
from waitress.task import WSGITask

from mock_clever.variation import header_case

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

GRACE = 10.0
"""Seconds that running requests get to finish after a stop."""

_MEBIBYTE = 2**20
_PIECE = 2**18  # handed to the system at once; what it does not take, waitress copies again
_AT_ONCE = struct.pack("ii", 1, 0)  # a close that waits for nothing is a reset
_SETTINGS: dict[str, Any] = {
    "threads": 16,  # as fast as 8, and slow answers (faults, big districts) leave threads free
    "ident": "envoy",  # as recorded; an app that named itself would add a Via header
    "connection_limit": 500,
    "asyncore_use_poll": True,  # select() cannot hold that many connections
    "inbuf_overflow": 16 * _MEBIBYTE,  # below this, bodies stay in memory rather than in a temporary file
    "outbuf_overflow": 16 * _MEBIBYTE,
    "max_request_body_size": 64 * _MEBIBYTE,
    "clear_untrusted_proxy_headers": False,  # the journal shows what the client really sent
    "log_socket_errors": False,  # a client that hangs up is no news
}


class ListenError(Exception):
    """The server cannot take the address it was given; the message says why and what to do."""


class PortTakenError(ListenError):
    """Another program already listens on the port."""


class NotLoopbackError(ListenError):
    """The address can be reached from other machines, and nobody said that this is wanted."""


class _Request(HTTPRequestParser):
    """A request as it arrives. waitress loses the connection over `GET http://[`; here that is a 400 too.

    So is a transfer coding it does not know, its one 501: what a client does wrong is never a 5xx.
    """

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except (ValueError, TransferEncodingNotImplemented) as wrong:
            raise ParsingError(f"The request cannot be read: {wrong}") from wrong


class _Answer(WSGITask):
    """An answer on its way; its header names are in the case that the variation gives them."""

    def execute(self) -> None:
        """Let the application answer. If it resets the connection, this client hears that and nothing else."""
        try:
            super().execute()
        except ConnectionResetError:
            if self.channel.socket is not None:
                self.channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            raise

    def build_response_header(self) -> bytes:
        return header_case(super().build_response_header())


class _Connection(HTTPChannel):
    """One client's connection; it lives through many requests."""

    parser_class = _Request
    task_class = _Answer

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.sendbuf_len = min(self.sendbuf_len, _PIECE)

    def write_soon(self, data: Any) -> Any:
        """Queue some of an answer. A large body is sent from where it is; waitress would copy it first."""
        if isinstance(data, bytes) and len(data) > _PIECE:
            body: Any = ReadOnlyFileBasedBuffer(BytesIO(data))  # waitress's stubs know bytes only
            body.prepare()
            return super().write_soon(body)
        return super().write_soon(data)

    @property
    def busy(self) -> bool:
        """Whether a request is running here, or an answer is not wholly sent."""
        return bool(self.requests) or self.total_outbufs_len > 0


class _Listener(TcpWSGIServer):
    """The listening socket with its pool of threads, and the pipe that wakes the loop."""

    channel_class = _Connection
    trigger: Any  # the pipe; waitress's stubs call it an int

    def __init__(self, app: WSGIApplication, sockets: dict[int, Any], listening: socket.socket) -> None:
        self._pipe = threading.RLock()  # a signal handler may pull while its own thread does
        self._ended = False
        super().__init__(
            app,
            sockets,
            _sock=listening,
            adj=Adjustments(sockets=[listening], **_SETTINGS),
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
            bind_socket=False,
        )

    def pull_trigger(self) -> None:
        """Wake the loop. A request that was cut off may still try when nobody listens any more."""
        with self._pipe:
            if not self._ended:
                super().pull_trigger()

    def refuse(self) -> None:
        """Let no new client in; those inside go on, so the pipe stays."""
        wasyncore.dispatcher.close(self)

    def end(self, patience: int) -> None:
        """Stop the threads, waiting so many seconds for them, and close the pipe."""
        self.task_dispatcher.shutdown(timeout=patience)
        with self._pipe:
            self._ended = True
            self.trigger.close()


class Server:
    """A port that is ours from the start, and serves an application when there is one.

    Clients that come before `serve_forever` wait for their answer, they are not turned away. `url` says where it
    is: with port 0 the system chose the number. Raises `ListenError` when the address cannot be had.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, public: bool = False) -> None:
        self._socket = _listen(host, port, public=public)
        self.host, self.port = self._socket.getsockname()[:2]
        self.url = _url(self.host, self.port)
        self._wake: Callable[[], None] = _nobody_sleeps
        self._stopping = False
        self._patient = True

    def serve_forever(self, app: WSGIApplication, *, access_log: bool = False) -> None:
        """Answer requests until `stop`, then finish those that are running, and return."""
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a full house is no news either
        sockets: dict[int, Any] = {}
        listener = _Listener(_with_access_log(app) if access_log else app, sockets, self._socket)
        self._wake = listener.pull_trigger
        while not self._stopping:
            _turn(sockets)
        self._finish(listener, sockets)

    def stop(self) -> None:
        """Ask it to stop, from any thread or signal handler; `serve_forever` returns when work is done.

        Asking a second time means now: requests still running are cut off.
        """
        self._patient = not self._stopping
        self._stopping = True
        self._wake()

    def close(self) -> None:
        """Give the port back without having served."""
        self._socket.close()

    def _finish(self, listener: _Listener, sockets: dict[int, Any]) -> None:
        listener.refuse()
        deadline = threading.Timer(GRACE, self.stop)
        deadline.daemon = True
        deadline.start()
        while self._patient and _close_idle(sockets):
            _turn(sockets)
        deadline.cancel()
        for connection in _connections(sockets):
            connection.handle_close()
        listener.end(patience=5 if self._patient else 1)


@contextmanager
def running(app: WSGIApplication, host: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
    """Serve the application from a thread for as long as the `with` block lasts."""
    server = Server(host, port)
    thread = threading.Thread(target=server.serve_forever, args=(app,), name=f"serving {server.url}")
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()


def serve(app: WSGIApplication, server: Server, *, access_log: bool = False) -> None:
    """Serve from the main thread until SIGTERM or Ctrl-C; the first line on stdout says that it is ready.

    The line is `{"url": "http://127.0.0.1:PORT", "pid": N}` and nothing else of ours goes to stdout. A second
    signal does not wait for running requests.
    """

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        server.stop()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    gc.freeze()  # what stands now stays: nobody need look through a whole district for garbage again
    print(json.dumps({"url": server.url, "pid": os.getpid()}), flush=True)
    try:
        server.serve_forever(app, access_log=access_log)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listen(host: str, port: int, *, public: bool) -> socket.socket:
    """A socket that listens there, or `ListenError`."""
    if not 0 <= port <= 65535:
        raise ListenError(f"There is no port {port}: choose one from 1 to 65535, or 0 for any free one.")
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as wrong:
        raise ListenError(
            f"{host!r} is not an address of this machine ({wrong}): give 127.0.0.1, ::1 or leave --host out."
        ) from wrong
    family, kind, protocol, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
    if not public and not ipaddress.ip_address(str(address[0])).is_loopback:
        raise NotLoopbackError(
            f"{host} can be reached from other machines, and this server hands out tokens to whoever asks: "
            "add --public if that is what you want, or leave --host out to stay on 127.0.0.1."
        )
    listening = socket.socket(family, kind, protocol)
    try:
        if port and os.name == "posix":  # restart on the port just left; with port 0 it could share one
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(1024)
    except OSError as wrong:
        listening.close()
        raise _refusal(host, port, wrong) from wrong
    return listening


def _refusal(host: str, port: int, wrong: OSError) -> ListenError:
    if wrong.errno == errno.EADDRINUSE:
        return PortTakenError(
            f"Port {port} on {host} is taken by another program: stop that one, choose another port with "
            "--port, or say --port 0 to get any free one."
        )
    if wrong.errno == errno.EACCES:
        return ListenError(f"Port {port} needs more rights than you have: choose one above 1023 with --port.")
    return ListenError(f"Cannot listen on {host} port {port} ({wrong.strerror}): choose another --host or --port.")


def _url(host: str, port: int) -> str:
    """Where a client on this machine finds it; an address that means "all" is reached through loopback."""
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        return f"http://{'[::1]' if address.version == 6 else '127.0.0.1'}:{port}"
    return f"http://{f'[{host}]' if address.version == 6 else host}:{port}"


def _nobody_sleeps() -> None:
    """What waking means before there is a loop."""


def _turn(sockets: dict[int, Any]) -> None:
    """Wait until something can be read or written, and do that."""
    wasyncore.loop(timeout=30, use_poll=_SETTINGS["asyncore_use_poll"], map=sockets, count=1)


def _connections(sockets: dict[int, Any]) -> list[_Connection]:
    return [each for each in sockets.values() if isinstance(each, _Connection)]


def _close_idle(sockets: dict[int, Any]) -> bool:
    """Close the connections with nothing to do; whether any is left."""
    for connection in _connections(sockets):
        if not connection.busy:
            connection.handle_close()
    return bool(_connections(sockets))


def _with_access_log(app: WSGIApplication) -> WSGIApplication:
    """The application, with a line on stderr per answer. No query in it: codes travel there."""

    def logged(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def started(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            print(environ["REQUEST_METHOD"], environ["PATH_INFO"], status, file=sys.stderr, flush=True)
            return start_response(status, headers, exc_info)

        return app(environ, started)

    return logged
