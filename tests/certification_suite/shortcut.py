"""Calls between the suite, the app and the mock without sockets, where all three live in this process.

Most of what a run of the suite costs is the wire, and the wire is seldom what is judged. While faults are planned
at the mock every call goes through a socket, for some spoil connections, and to Chromium every call does. Of what
`requests` does to a call only that is left out which changes nothing here: proxies, pools, netrc.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.client import HTTPMessage
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from requests import PreparedRequest, Response, Session
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar, merge_cookies
from requests.hooks import default_hooks
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from urllib3 import HTTPResponse

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
REDIRECTS = (301, 302, 303, 307, 308)
BY_SOCKET = {"files", "cookies", "proxies", "hooks", "cert"}
"""What a call may ask for that only the wire can give."""


@contextmanager
def shortcut(apps: dict[str, Wsgi], wire_matters: Callable[[], bool]) -> Iterator[None]:
    """While this lasts `requests` calls the applications at these addresses (`host:port`) directly."""
    by_socket = Session.request

    def request(self: Session, method: str, url: str, *args: Any, **asked: Any) -> Response:
        app = apps.get(url.split("/", 3)[2]) if "//" in url else None
        if app is None or args or wire_matters() or any(asked.get(name) for name in BY_SOCKET):
            return by_socket(self, method, url, *args, **asked)
        prepared, parts = _prepared(self, method.upper(), url, asked)
        response = _response(self, prepared, _called(app, prepared, parts))
        if asked.get("allow_redirects", True) and response.status_code in REDIRECTS:
            *_, response = [response, *self.resolve_redirects(response, prepared)]
        return response

    Session.request = request  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Session.request = by_socket  # type: ignore[method-assign]


@lru_cache(maxsize=4096)
def _address(url: str, params: tuple[tuple[str, str], ...]) -> tuple[str, SplitResult]:
    """An address as `requests` spells it."""
    spelled = PreparedRequest()
    spelled.prepare_url(url, list(params))
    return str(spelled.url), urlsplit(str(spelled.url))


def _prepared(
    session: Session, method: str, url: str, asked: dict[str, Any]
) -> tuple[PreparedRequest, SplitResult]:
    """The request as `requests` would send it, and its address in parts."""
    params = asked.get("params") or ()
    given = tuple(params.items() if isinstance(params, dict) else params)
    prepared = PreparedRequest()
    prepared.method, prepared.hooks = method, default_hooks()
    prepared.url, parts = _address(url, tuple((name, str(value)) for name, value in given if value is not None))
    headers = {**session.headers, **(asked.get("headers") or {})}
    prepared.headers = CaseInsensitiveDict({name: value for name, value in headers.items() if value is not None})
    prepared._cookies = jar = RequestsCookieJar()  # type: ignore[attr-defined]  # for redirects
    if len(session.cookies):
        prepared.prepare_cookies(merge_cookies(jar, session.cookies))
    if asked.get("data") or asked.get("json") is not None:
        prepared.prepare_body(asked.get("data") or {}, None, asked.get("json"))
    elif method not in ("GET", "HEAD"):
        prepared.headers["Content-Length"] = "0"
    if asked.get("auth"):
        prepared.prepare_auth(asked["auth"])
    return prepared, parts


class Answer(NamedTuple):
    """What an application said."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes


def _called(app: Wsgi, request: PreparedRequest, at: SplitResult) -> Answer:
    begun: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        begun[:] = [int(status[:3]), status[4:], headers]
        return lambda data: None

    answer = app(_environ(request, at), start)
    try:
        body = b"".join(answer)
    finally:
        getattr(answer, "close", lambda: None)()
    return Answer(*begun, b"" if request.method == "HEAD" else body)


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


def _response(session: Session, request: PreparedRequest, answer: Answer) -> Response:
    """The answer as `requests` hands it over, with its cookies kept."""
    told: dict[str, str] = {}
    names: dict[str, str] = {}
    for name, value in answer.headers:
        first = names.setdefault(name.lower(), name)
        told[first] = f"{told[first]}, {value}" if first in told else value
    response = Response()
    response.status_code, response.reason = answer.status, answer.reason
    response.headers = CaseInsensitiveDict(told)
    response.encoding = get_encoding_from_headers(response.headers)
    response.url, response.request = str(request.url), request
    response._content, response._content_consumed = answer.body, True  # type: ignore[attr-defined]
    if {"set-cookie", "content-encoding"} & names.keys() or answer.status in REDIRECTS:
        response.raw = _raw(request, answer)
        extract_cookies_to_jar(response.cookies, request, response.raw)
        extract_cookies_to_jar(session.cookies, request, response.raw)
        response._content = response.raw.read(decode_content=True)  # type: ignore[attr-defined]
    response.raw = _Arrived(response.content)
    return response


class _Arrived(BytesIO):
    """A body for who reads it piece by piece; nothing is packed in it any more."""

    def read1(self, size: int | None = -1, /, decode_content: bool = True) -> bytes:
        return super().read(size)


def _raw(request: PreparedRequest, answer: Answer) -> HTTPResponse:
    return HTTPResponse(
        BytesIO(answer.body),
        answer.headers,
        answer.status,
        reason=answer.reason,
        preload_content=False,
        original_response=_Original(answer.headers),  # type: ignore[arg-type]  # as much of it as is read
        request_method=request.method,
    )


def _environ(request: PreparedRequest, at: SplitResult) -> dict[str, Any]:
    body = request.body or b""
    sent = body.encode() if isinstance(body, str) else bytes(body)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(at.path or "/", "latin-1"),
        "QUERY_STRING": at.query,
        "REQUEST_URI": at.path + (f"?{at.query}" if at.query else ""),
        "SERVER_NAME": at.hostname,
        "SERVER_PORT": str(at.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": at.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": at.scheme,
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
