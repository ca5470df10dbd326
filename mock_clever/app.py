"""The web application: worlds, journal and faults around the views, and the one place that writes refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.routing import BaseConverter, Rule

from mock_clever import errors
from mock_clever.api.asking import WORLD, count_anyway, here
from mock_clever.api.attendance import attendance
from mock_clever.api.data import data
from mock_clever.api.events import events
from mock_clever.api.identity import identity
from mock_clever.api.lms import lms
from mock_clever.api.oauth import oauth
from mock_clever.api.oidc import oidc
from mock_clever.api.wire import CORS, FAMILIES, dress, dressed, pack
from mock_clever.clock import stopwatch
from mock_clever.control.happenings import passed, write
from mock_clever.control.plane import control_plane
from mock_clever.errors import (
    ApiRefusal,
    CannotGet,
    ControlRefusal,
    InternalError,
    NotImplementedMethod,
    OAuthRefusal,
    PageRefusal,
    Refusal,
    WagRefusal,
)
from mock_clever.faults.call import Call
from mock_clever.faults.strike import Strike
from mock_clever.journal import KEPT_BODY, Row, sent_headers
from mock_clever.portal import lti_platform, portal
from mock_clever.portal.headers import guard
from mock_clever.scenarios import MAIN, Worlds
from mock_clever.variation import HEADER as VARIATION_HEADER
from mock_clever.world import World

_JSON = "application/json"
_PAGES = ("/oauth/", "/logout", "/login", "/in/", "/badges", "/library", "/lti/", "/lms")
LARGEST_BODY = 16 * 2**20

_WORLD = re.compile(r"/w/(?P<name>[^/]+)(?P<rest>/.*)?")

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
    for blueprint in (
        control_plane(worlds),
        portal,
        lti_platform,
        oauth,
        oidc,
        identity,
        attendance,
        lms,
        events,
        data,
    ):
        app.register_blueprint(blueprint)
    app.before_request(_open_row)
    app.after_request(_close_row)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _not_routed)
    app.wsgi_app = in_its_world(app.wsgi_app, worlds)  # type: ignore[method-assign,assignment]  # Flask's way
    return app


def in_its_world(inner: WSGI, worlds: Worlds) -> WSGI:
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

        def start_dressed(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start_response(status, dressed(headers, environ), exc_info)

        return inner(environ, start_dressed)

    return dispatch


def _open_row() -> Response | None:
    """Begin the journal's row; let a planned fault answer in the view's place."""
    environ, kept = request.environ, g._get_current_object()
    world: World = environ[WORLD]
    if fired := world.catch_up():
        write(world, passed(fired))
    method, path = environ["REQUEST_METHOD"], request.path
    kept.started, kept.strike = stopwatch(), None
    row = kept.row = Row(
        at=world.clock.now(), kind=_kind(path), method=method, path=path, query=environ["QUERY_STRING"], status=0
    )
    if row.kind == "control":
        _refuse_strangers()
        return None
    if environ.get("CONTENT_LENGTH", "0") != "0":
        row.request_body = _small(request.get_data())  # now, for reading a form uses it up
    if not world.faults.faults:
        return None
    kept.strike = Strike(world.faults, world.journal, Call(world, environ, method, path))
    answered: Response | None = kept.strike.before()
    if answered is not None:
        dress()
    return answered


def _close_row(response: Response) -> Response:
    """Let a fault spoil the answer, then write the row down."""
    environ, kept = request.environ, g._get_current_object()
    world: World = environ[WORLD]
    row: Row = kept.row
    if kept.strike is not None:
        response = kept.strike.after(response)
        row.fault = kept.strike.fault.id if kept.strike.fault is not None else None
    if world.settings.variation is not None:
        response.headers[VARIATION_HEADER] = str(world.settings.variation)
    guard(response, row.kind)
    if row.kind != "control" or row.method not in (
        "GET",
        "HEAD",
        "OPTIONS",
    ):  # reading the control plane is no news
        row.status = response.status_code
        row.request_headers = sent_headers(environ)
        row.response_headers = dressed(list(response.headers), environ) if response.status_code else []
        if (response.content_type or "").startswith(_JSON) and not response.direct_passthrough:
            row.response_body = _small(response.get_data())
        row.ms = (stopwatch() - kept.started) * 1000
        world.journal.add(row)
    if row.fault is None and "packed" in kept:
        pack(response, kept.packed)
    return response


def _refuse_strangers() -> None:
    """Let no web page of another origin reach the control plane through somebody's browser."""
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"{request.scheme}://{request.host}":
        raise ControlRefusal(
            f"the control plane does not answer pages of {origin}: ask it from here or a program", 403
        )


def _kind(path: str) -> str:
    if path.startswith("/_mock"):
        return "control"
    if path.startswith(("/oauth/tokens", "/oauth/tokeninfo", "/oauth/certs", "/.well-known/", "/lti/jwks")):
        return "oauth"
    if path.startswith(_PAGES) or path in ("/", "/favicon.ico"):
        return "page"
    if path.rstrip("/").endswith("/me") or path.rstrip("/") == "/userinfo":
        return "identity"
    return "data"


def _small(body: bytes) -> bytes:
    return body if len(body) <= KEPT_BODY else b""


def _refused(refusal: Refusal) -> Response:
    """The answer of a refusal, in the manner of whoever refuses."""
    if isinstance(refusal, PageRefusal):
        return Response(render_template("refusal.html", refusal=refusal), refusal.status)
    family = g.get("family")
    if isinstance(refusal, WagRefusal) and family is not None and family.mends:
        body, content_type = refusal.mended()
    else:
        body, content_type = refusal.content()
    response = Response(body, refusal.status, content_type=content_type)
    if isinstance(refusal, ApiRefusal | OAuthRefusal):
        if g.row.kind in ("data", "identity") and refusal.status != 500:
            count_anyway()
        dress(family or FAMILIES[refusal.family])
    response.headers.update(refusal.headers)
    return response


def _not_routed(error: HTTPException) -> Response:
    """What Flask itself refuses, said as Clever or the control plane would (data-api 15 #13)."""
    if request.path.startswith("/_mock"):
        return _refused(ControlRefusal(_control_words(error), error.code or 400))
    if isinstance(error, MethodNotAllowed):
        if request.method == "OPTIONS":
            answered = Response(status=204, headers=CORS)
            del answered.headers["Content-Type"]
            return answered
        return _refused(CannotGet(request.method, request.path) if g.row.kind == "page" else _other_method())
    if isinstance(error, RequestEntityTooLarge):
        return _refused(ControlRefusal(f"the body is larger than {LARGEST_BODY} bytes", 413))
    if error.code == 500:
        return _refused(InternalError())
    return _refused(CannotGet(request.method, request.path))


def _other_method() -> ApiRefusal:
    """The answer to a method that does not exist on what can only be read, as is set (data-api 15 #13)."""
    answers: dict[str, Callable[[], ApiRefusal]] = {
        "501": NotImplementedMethod,
        "405": errors.MethodNotAllowed,
        "html": lambda: CannotGet(request.method, request.path),
    }
    return answers[here().settings.other_methods]()


def _control_words(error: HTTPException) -> str:
    if isinstance(error, MethodNotAllowed):
        return f"{request.path} does not take {request.method}: it takes {', '.join(error.valid_methods or ())}"
    if error.code == 404:
        return f"there is no {request.path}: docs/control.md lists the control plane's routes"
    return f"{error.name}: {error.description}"
