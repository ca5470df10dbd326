"""The application factory: puts the parts together and says what is true of every page."""

import logging
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

import requests
from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from vendor_app import assigning, pages, probe, probe_coursework, signin, teaching
from vendor_app.behaviour import Behaviour, Shown
from vendor_app.clever import Clever
from vendor_app.clock import Clock
from vendor_app.config import Config
from vendor_app.coursework import Coursework
from vendor_app.errors import Failure, NotFound
from vendor_app.library import Library
from vendor_app.openid import IdTokens
from vendor_app.passback import Passback
from vendor_app.people import People
from vendor_app.sessions import Sessions
from vendor_app.store import Store
from vendor_app.sync import Background, Syncs, in_a_thread
from vendor_app.vendor import Vendor, may_see_roster

log = logging.getLogger("vendor_app")


class Route(Rule):
    """A route. Werkzeug compiles code that builds its URLs, most of a start: here when the first is built."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(super()._compile_builder)
        return lambda rule, **values: compiled(append_unknown)(rule, **values)


def create_app(
    config: Config,
    behaviour: Behaviour | None = None,
    *,
    clock: Clock | None = None,
    http: requests.Session | None = None,
    background: Background = in_a_thread,
) -> Flask:
    """One running vendor app. Tests hand in a clock, a way to reach Clever, and a background they can see."""
    behaviour, clock = behaviour or Behaviour(), clock or Clock()
    store = Store(config.database)
    clever = Clever(config.clever_url, behaviour, clock, http)
    people = People(store, behaviour)
    coursework = Coursework(store, clock)
    vendor = Vendor(
        config=config,
        behaviour=behaviour,
        clock=clock,
        store=store,
        clever=clever,
        people=people,
        sessions=Sessions(store, clock, config),
        syncs=Syncs(config, behaviour, clock, store, clever, background),
        library=Library(config, behaviour, store, clever, people),
        id_tokens=IdTokens(clever, behaviour, clock),
        coursework=coursework,
        passback=Passback(config, behaviour, store, clever, coursework),
        background=background,
    )
    app = Flask(__name__)
    app.url_rule_class = Route
    app.extensions["vendor"] = vendor
    vendor.sessions.attach(app)
    app.register_blueprint(signin.blueprint(vendor))
    app.register_blueprint(pages.blueprint(vendor))
    app.register_blueprint(teaching.blueprint(vendor))
    app.register_blueprint(assigning.blueprint(vendor))
    if config.probe:
        app.register_blueprint(probe.blueprint(vendor))
        app.register_blueprint(probe_coursework.blueprint(vendor))
    every_page(app, vendor)
    every_failure(app, vendor)
    return app


def every_page(app: Flask, vendor: Vendor) -> None:
    """What each page shows and what each answer carries."""
    clever = urlsplit(vendor.config.clever_url)
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {clever.scheme}://{clever.netloc}"
    )

    @app.context_processor
    def surroundings() -> dict[str, object]:
        account, session = vendor.account, vendor.sessions.current
        before = {"last-user": vendor.sessions.remains} if vendor.sessions.remains else {}
        return {
            "product": vendor.config.name,
            "settings": vendor.behaviour.page_settings(vendor.config) | before,
            "account": account,
            "signed_in_as": vendor.behaviour.signed_in_as(account) if account else "",
            "offers_clever": vendor.behaviour.offers_clever(),
            "offers_log_out": vendor.behaviour.offers_log_out(),
            "signs_up": vendor.config.library is not None,
            "sees_roster": account is not None and may_see_roster(account),
            "csrf": session.csrf if session else "",
        }

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        if request.endpoint != "static":
            response.headers["Cache-Control"] = vendor.behaviour.cache_control()
        return response


def every_failure(app: Flask, vendor: Vendor) -> None:
    """Each failure becomes one page; only the behaviour decides what it says."""

    def page(shown: Shown) -> tuple[str, int]:
        return render_template("failure.html", shown=shown), shown.status

    @app.errorhandler(Failure)
    def failed(failure: Failure) -> tuple[str, int]:
        return page(vendor.behaviour.shown(failure))

    @app.errorhandler(HTTPException)
    def not_a_page(error: HTTPException) -> tuple[str, int]:
        if error.code == NotFound.status:
            return page(vendor.behaviour.shown(NotFound()))
        return page(Shown(error.code or 400, Failure.title, Failure.sentence, retry=False))

    @app.errorhandler(Exception)
    def broken(error: Exception) -> tuple[str, int]:
        log.error("A page broke: %s", request.path, exc_info=error)
        g.account = None
        return page(Shown(500, Failure.title, "This one is our fault. We noted it; please try again.", retry=True))
