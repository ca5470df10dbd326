"""Logging in with Clever and logging out: the login link, the callback, the button.

The callback must cope with four arrivals: our own login coming back, a Clever-initiated one without `state`, the
same URL a second time, and anything else (docs/il-design, docs/best-practices-edge-cases).
"""

import logging
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, redirect, request, url_for
from werkzeug import Response

from vendor_app import ids
from vendor_app.clock import age
from vendor_app.config import CALLBACK
from vendor_app.errors import (
    AccountArchived,
    CleverTrouble,
    CodeRefused,
    IdentityRefused,
    LoginFailed,
    LoginLoop,
    NoAnswerFromClever,
    NoCode,
    NotShared,
    RecordRefused,
    RefusedByClever,
    StateMismatch,
)
from vendor_app.records import Record, Told, clever_id
from vendor_app.vendor import Vendor

log = logging.getLogger("vendor_app")

MOST_CODES = 1000


def blueprint(vendor: Vendor) -> Blueprint:
    """The routes of signing in and out."""
    pages = Blueprint("signin", __name__)
    arrivals = Arrivals(vendor)

    @pages.get("/login")
    def login() -> Response:
        state = vendor.sessions.new_state()
        return to_clever(vendor, vendor.behaviour.authorize_parameters(vendor.config, state))

    @pages.get(CALLBACK)
    def callback() -> Response:
        return arrivals.receive()

    @pages.post("/logout")
    def logout() -> Response:
        session = vendor.sessions.current
        if session:
            vendor.check_form()
            vendor.sessions.end(vendor.behaviour.sessions_a_log_out_ends(session.id))
        vendor.sessions.drop_cookie()
        return redirect(vendor.behaviour.after_log_out(vendor.config), 303)

    return pages


class Arrivals:
    """Everything that can reach the callback."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor
        self._behaviour = vendor.behaviour

    def receive(self) -> Response:
        if error := request.args.get("error"):
            raise NotShared if error == "unauthorized-user" else RefusedByClever
        code = request.args.get("code")
        if not code:
            raise NoCode
        if self._seen(code):
            return self._again(code)
        state = request.args.get("state")
        if not state:
            return self._restart()
        if not self._behaviour.state_is_ours(state, self._vendor.sessions.issued_states()):
            raise StateMismatch
        return self._log_in(code) if self._first_delivery(code) else self._again(code)

    # ── Arrivals that are not a login of ours ─────────────────────────────────────────────────────────────

    def _restart(self) -> Response:
        """A Clever-initiated login: drop its code and start our own (ADJ-03)."""
        sessions, config = self._vendor.sessions, self._vendor.config
        restarts = sessions.count_restart()
        parameters = self._behaviour.authorize_parameters(config, sessions.new_state())
        again = self._behaviour.restart_without_state(parameters, restarts)
        if again is None:
            raise LoginLoop
        return to_clever(self._vendor, again)

    def _seen(self, code: str) -> bool:
        found = self._vendor.store.row("SELECT 1 FROM codes WHERE fingerprint = ?", ids.fingerprint(code))
        return found is not None

    def _again(self, code: str) -> Response:
        """A code delivered twice: its `state` was checked the first time (ADJ-01)."""
        row = self._vendor.store.row("SELECT user_id FROM codes WHERE fingerprint = ?", ids.fingerprint(code))
        account = self._vendor.account
        same = row is not None and account is not None and row["user_id"] == account.id
        decision = self._behaviour.second_delivery(same)
        if decision == "exchange":
            return self._log_in(code)
        return redirect(url_for("pages.home") if decision == "resume" else url_for("pages.welcome", again=1))

    # ── A login of ours ───────────────────────────────────────────────────────────────────────────────────

    def _log_in(self, code: str) -> Response:
        try:
            account = self._account(*self._identity(self._token(code)))
        except LoginFailed as failure:
            log.info("A login failed: %s", type(failure).__name__)
            raise
        if not self._behaviour.may_log_in(account):
            raise AccountArchived
        self._vendor.store.execute(
            "UPDATE codes SET user_id = ? WHERE fingerprint = ?", account.id, ids.fingerprint(code)
        )
        if self._behaviour.new_login_replaces(self._vendor.account):
            self._replace_session(account)
        return redirect(url_for("pages.home"))

    def _first_delivery(self, code: str) -> bool:
        """Note the code before it is exchanged, so that of two arrivals at once only one exchanges it."""
        store = self._vendor.store
        with store.transaction():
            store.execute("DELETE FROM codes WHERE rowid <= (SELECT max(rowid) FROM codes) - ?", MOST_CODES)
            note = "INSERT OR IGNORE INTO codes (fingerprint, at) VALUES (?, ?)"
            return store.execute(note, ids.fingerprint(code), self._vendor.now()) == 1

    def _token(self, code: str) -> str:
        config = self._vendor.config
        uri = self._behaviour.callback_uri(config, arrived_at(request.url))
        try:
            return self._vendor.clever.exchange(self._behaviour.token_request(config.login, code, uri))
        except CleverTrouble as trouble:
            raise (CodeRefused if trouble.status in (400, 401, 403) else NoAnswerFromClever) from trouble

    def _identity(self, token: str) -> tuple[Told, frozenset[str]]:
        """Who logged in, as Clever tells, and what this login refreshes. The token is used and forgotten."""
        store, version = self._vendor.store, self._vendor.config.api_version

        def read(path: str) -> Told:
            try:
                return self._vendor.clever.data(path, token)
            except CleverTrouble as trouble:
                refused = trouble.status in (401, 403, 404)
                raise (IdentityRefused if refused else NoAnswerFromClever) from trouble

        me: Told = {}
        for path in self._behaviour.identity_paths(version):
            me = read(path)
        last_sync = age(store.last_look(), self._vendor.clock.now())
        wanted = self._behaviour.what_a_login_refreshes(last_sync)
        ours = self._vendor.people.known(clever_id(me))
        if ours and "record" not in wanted:
            return ours.told, wanted
        return self._behaviour.user_record(version, me, read), wanted

    def _account(self, told: Told, wanted: frozenset[str]) -> Record:
        if missing := self._behaviour.missing_fields("users", told):
            raise RecordRefused(missing)
        account = self._vendor.people.account(told, self._vendor.now())
        if "roster" in wanted:
            self._vendor.syncs.start("the first login of the day")
        return account

    def _replace_session(self, account: Record) -> None:
        sessions = self._vendor.sessions
        here = [sessions.current.id] if sessions.current else []
        sessions.end(self._behaviour.sessions_a_login_ends(here, sessions.of_person(account.id)))
        sessions.open(account.id)


def to_clever(vendor: Vendor, parameters: dict[str, str]) -> Response:
    return redirect(f"{vendor.config.clever_url}/oauth/authorize?{urlencode(parameters)}")


def arrived_at(url: str) -> str:
    """The URL the browser arrived at, without what Clever added to it."""
    parts = urlsplit(url)
    rest = [(key, value) for key, value in parse_qsl(parts.query) if key not in ("code", "scope", "state")]
    return urlunsplit(parts._replace(query=urlencode(rest)))
