"""Calls between the suite, the app and the mock without sockets, where all three live in this process.

Most of what a run of the suite costs is the wire, and the wire is seldom what is judged. While faults are planned
at the mock every call goes through a socket, for some spoil connections, and to Chromium every call does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPMessage
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


@contextmanager
def shortcut(apps: dict[str, Wsgi], wire_matters: Callable[[], bool]) -> Iterator[None]:
    """While this lasts `requests` calls the applications at these addresses (`host:port`) directly."""
    by_socket = HTTPAdapter.send

    def send(self: HTTPAdapter, request: PreparedRequest, *how: Any, **more: Any) -> Response:
        app = apps.get(urlsplit(str(request.url)).netloc)
        if app is None or wire_matters():
            return by_socket(self, request, *how, **more)
        return self.build_response(request, _called(app, request))

    HTTPAdapter.send = send  # type: ignore[method-assign]
    try:
        yield
    finally:
        HTTPAdapter.send = by_socket  # type: ignore[method-assign]


class _Original:
    """What `requests` reads cookies from."""

    def __init__(self, headers: list[tuple[str, str]]) -> None:
        self.msg = HTTPMessage()
        for name, value in headers:
            self.msg.add_header(name, value)

    def isclosed(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is open."""


def _called(app: Wsgi, request: PreparedRequest) -> HTTPResponse:
    begun: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        begun[:] = [int(status[:3]), status[4:], headers]
        return lambda data: None

    answer = app(_environ(request), start)
    try:
        body = b"".join(answer)
    finally:
        getattr(answer, "close", lambda: None)()
    status, reason, headers = begun
    if request.method == "HEAD":
        body = b""
    return HTTPResponse(
        BytesIO(body),
        headers,
        status,
        reason=reason,
        preload_content=False,
        original_response=_Original(headers),  # type: ignore[arg-type]  # as much of it as is read
        request_method=request.method,
    )


def _environ(request: PreparedRequest) -> dict[str, Any]:
    url, body = urlsplit(str(request.url)), request.body or b""
    sent = body.encode() if isinstance(body, str) else bytes(body)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(url.path or "/", "latin-1"),
        "QUERY_STRING": url.query,
        "REQUEST_URI": url.path + (f"?{url.query}" if url.query else ""),
        "SERVER_NAME": url.hostname,
        "SERVER_PORT": str(url.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": url.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": BytesIO(sent),
        "wsgi.input_terminated": True,
        "wsgi.errors": BytesIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if sent:
        environ["CONTENT_LENGTH"] = str(len(sent))
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        told = value.decode("latin-1") if isinstance(value, bytes) else value
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = told
    return environ
