"""The web application: worlds, journal and faults around the views, and the one place that writes refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.routing import BaseConverter, Rule

from mock_clever.api.asking import WORLD, here
from mock_clever.api.data import data
from mock_clever.api.identity import identity
from mock_clever.api.oauth import oauth
from mock_clever.api.wire import CORE, CORS, dress
from mock_clever.clock import stopwatch
from mock_clever.control.plane import control_plane
from mock_clever.errors import (
    ApiRefusal,
    CannotGet,
    ControlRefusal,
    InternalError,
    NotImplementedMethod,
    PageRefusal,
    Refusal,
)
from mock_clever.journal import KEPT_BODY, Row, sent_headers
from mock_clever.portal.pages import portal
from mock_clever.scenarios import MAIN, Worlds

LARGEST_BODY = 16 * 2**20
FAULT_HEADER = "Mock-Clever-Fault"

_WORLD = re.compile(r"/w/(?P<name>[^/]+)(?P<rest>/.*)?")
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action *; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]


class _VersionConverter(BaseConverter):
    """The version in a path, one we know or not. No other path begins like it, so none is taken for data."""

    regex = r"[vV][0-9.]+"


class _Route(Rule):
    """A route. Werkzeug compiles code that builds its URLs, a fifth of the start: here only if one is built."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = super()._compile_builder
        return lambda rule, **values: compiled(append_unknown)(rule, **values)


def create_app(worlds: Worlds) -> Flask:
    """The mock over these worlds."""
    app = Flask("mock_clever", static_folder=None)
    app.url_rule_class = _Route
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # Clever's own answer is below
    app.url_map.converters["version"] = _VersionConverter
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    app.url_map.strict_slashes = False
    for blueprint in (control_plane(worlds), portal, oauth, identity, data):
        app.register_blueprint(blueprint)
    app.before_request(_open_row)
    app.after_request(_close_row)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _not_routed)
    app.wsgi_app = _in_its_world(app.wsgi_app, worlds)  # type: ignore[method-assign,assignment]  # Flask's way
    return app


def _in_its_world(inner: WSGI, worlds: Worlds) -> WSGI:
    """Send each request to the world its path names: `/w/{world}/…`, or main without."""

    def dispatch(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"] or "/"
        name, matched = MAIN, _WORLD.fullmatch(path)
        if matched is not None:
            name, path = matched["name"], matched["rest"] or "/"
            environ["SCRIPT_NAME"] += f"/w/{name}"
        environ["PATH_INFO"] = re.sub("^//+", "/", path)
        world = worlds.get(name)
        if world is None:
            message = b'{"message":"there is no world of this name: POST /_mock/worlds creates one"}'
            start_response(
                "404 NOT FOUND", [("Content-Type", "application/json"), ("Content-Length", str(len(message)))]
            )
            return [message]
        environ[WORLD] = world
        return inner(environ, start_response)

    return dispatch


def _open_row() -> Response | None:
    """Begin the journal's row; let a planned fault answer in the view's place."""
    world = here()
    g.started = stopwatch()
    method, path = request.method, request.path
    row = g.row = Row(at=world.clock.now(), kind=_kind(path), method=method, path=path, query={}, status=0)
    g.fault = None
    if row.kind == "control":
        _refuse_strangers()
        return None
    if request.content_length:
        row.request_body = _small(request.get_data())  # now, for reading a form uses it up
    g.fault = world.faults.striking(method, path)
    if g.fault is None:
        return None
    row.fault = g.fault.id
    answered: Response | None = g.fault.does.before()
    if answered is not None:
        dress(answered, CORE)
    return answered


def _close_row(response: Response) -> Response:
    """Let a fault spoil the answer, then write the row down."""
    row: Row = g.row
    if g.fault is not None:
        response = g.fault.does.after(response)
        response.headers[FAULT_HEADER] = g.fault.id
    if response.mimetype == "text/html" and row.kind == "page":
        response.headers.update(_PAGE_HEADERS)
    if _journalled():
        row.status = response.status_code
        row.query = request.args.to_dict(flat=False)
        row.request_headers = sent_headers(request.environ)
        row.request_type = request.mimetype
        row.response_headers = list(response.headers)
        if response.is_json and not response.direct_passthrough:
            row.response_body = _small(response.get_data())
        row.ms = (stopwatch() - g.started) * 1000
        here().journal.add(row)
    return response


def _refuse_strangers() -> None:
    """Let no web page of another origin reach the control plane through somebody's browser."""
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise ControlRefusal(
            f"the control plane does not answer pages of {origin}: ask it from here or a program", 403
        )


def _journalled() -> bool:
    """Everything but reading the control plane itself."""
    return not request.path.startswith("/_mock") or request.method not in ("GET", "HEAD", "OPTIONS")


def _kind(path: str) -> str:
    if path.startswith("/_mock"):
        return "control"
    if path.startswith(("/oauth/tokens", "/oauth/tokeninfo")):
        return "oauth"
    if path.startswith(("/oauth/", "/logout")) or path in ("/", "/favicon.ico"):
        return "page"
    if path.rstrip("/").endswith("/me"):
        return "identity"
    return "data"


def _small(body: bytes) -> bytes:
    return body if len(body) <= KEPT_BODY else b""


def _refused(refusal: Refusal) -> Response:
    """The answer of a refusal, in the manner of whoever refuses."""
    if isinstance(refusal, PageRefusal):
        return Response(render_template("refusal.html", refusal=refusal), refusal.status)
    body, content_type = refusal.content()
    response = Response(body, refusal.status, content_type=content_type)
    if isinstance(refusal, ApiRefusal):
        dress(response, CORE)
    response.headers.update(refusal.headers)
    return response


def _not_routed(error: HTTPException) -> Response:
    """What Flask itself refuses, said as Clever or the control plane would (data-api 15 #13)."""
    if request.path.startswith("/_mock"):
        return _refused(ControlRefusal(_control_words(error), error.code or 400))
    if isinstance(error, MethodNotAllowed):
        if request.method == "OPTIONS":
            return Response(status=204, headers=CORS)
        return _refused(NotImplementedMethod())
    if isinstance(error, RequestEntityTooLarge):
        return _refused(ControlRefusal(f"the body is larger than {LARGEST_BODY} bytes", 413))
    if error.code == 500:
        return _refused(InternalError())
    return _refused(CannotGet(request.method, request.path))


def _control_words(error: HTTPException) -> str:
    if isinstance(error, MethodNotAllowed):
        return f"{request.path} does not take {request.method}: it takes {', '.join(error.valid_methods or ())}"
    if error.code == 404:
        return f"there is no {request.path}: docs/control.md lists the control plane's routes"
    return f"{error.name}: {error.description}"
