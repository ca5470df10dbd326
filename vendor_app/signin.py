"""Logging in with Clever and logging out: the login link, the callback, the button.

The callback must cope with four arrivals: our own login coming back, a Clever-initiated one without `state`, the
same URL a second time, and anything else (docs/il-design, docs/best-practices-edge-cases).
"""

import logging
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Blueprint, redirect, request, url_for
from werkzeug import Response

from vendor_app import ids
from vendor_app.clever import Tokens
from vendor_app.clock import age
from vendor_app.config import CALLBACK, LIBRARY_CALLBACK, Config
from vendor_app.errors import (
    AccountArchived,
    CleverTrouble,
    CodeRefused,
    IdentityRefused,
    LoginFailed,
    LoginLoop,
    NoAccount,
    NoAnswerFromClever,
    NoClasses,
    NoCode,
    NotForYou,
    NotShared,
    RecordRefused,
    RefusedByClever,
    StateMismatch,
)
from vendor_app.pages import classes
from vendor_app.records import Record, Told, by_teacher, clever_id, roles
from vendor_app.sessions import Started
from vendor_app.vendor import Vendor

log = logging.getLogger("vendor_app")

MOST_CODES = 1000


@dataclass(frozen=True)
class Identity:
    """Who logged in, as Clever tells, what this login refreshes, and the token that told it."""

    me: Told
    told: Told
    wanted: frozenset[str]
    token: str = field(repr=False)


def blueprint(vendor: Vendor) -> Blueprint:
    """The routes of signing in and out."""
    pages = Blueprint("signin", __name__)
    roster = Arrivals(vendor, "roster") if vendor.config.both_apps else None
    arrivals, library = Arrivals(vendor, "sso", roster), Arrivals(vendor, "library")

    @pages.get("/login")
    def login() -> Response:
        return arrivals.start()

    @pages.get(CALLBACK)
    def callback() -> Response:
        return (roster if roster and roster.began(request.args.get("state", "")) else arrivals).receive()

    if vendor.config.library:

        @pages.get("/signup")
        def sign_up() -> Response:
            return library.start()

        @pages.get(LIBRARY_CALLBACK)
        def library_callback() -> Response:
            return library.receive()

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
    """Everything that can reach the callback of one of our apps."""

    def __init__(self, vendor: Vendor, way: str, another: "Arrivals | None" = None) -> None:
        self._vendor = vendor
        self._behaviour = vendor.behaviour
        self._way = way
        self._another = another
        told = vendor.config
        self._config: Config = {"library": told.for_library, "roster": told.for_roster}.get(way, told)

    def start(self) -> Response:
        """Send the browser to Clever, with a `state` and a `nonce` of its own."""
        return to_clever(self._vendor, self._parameters())

    def _next(self) -> "Arrivals | None":
        """The app to try after Clever sent somebody back whom we had sent there for this one."""
        ours = self.began(request.args.get("state", ""))
        return self._another if ours and self._behaviour.tries_another_app(self._another is not None) else None

    def began(self, state: str) -> bool:
        """Whether this browser began a login of this app with that `state`."""
        return any(ids.same(one.state, state) for one in self._started())

    def _parameters(self) -> dict[str, str]:
        started = self._vendor.sessions.start(self._way, with_nonce=self._config.openid)
        more = {"nonce": started.nonce} if started.nonce else {}
        if self._config.both_apps and self._behaviour.asks_to_come_back(self._another is not None):
            more["return_unshared"] = "true"
        return more | self._behaviour.authorize_parameters(self._config, started.state)

    def receive(self) -> Response:
        if error := request.args.get("error"):
            if error == "unauthorized-user" and (another := self._next()):
                return another.start()
            raise NotShared if error == "unauthorized-user" else RefusedByClever
        code = request.args.get("code")
        if not code:
            raise NoCode
        if self._seen(code):
            return self._again(code)
        state = request.args.get("state")
        if not state:
            return self._restart()
        if not self._behaviour.state_is_ours(state, [one.state for one in self._started()]):
            raise StateMismatch
        return self._log_in(code) if self._first_delivery(code) else self._again(code)

    # ── Arrivals that are not a login of ours ─────────────────────────────────────────────────────────────

    def _restart(self) -> Response:
        """A Clever-initiated login: drop its code and start our own (ADJ-03)."""
        if self._behaviour.launch_resumes(self._vendor.account):
            return redirect(url_for("pages.home"))
        if self._behaviour.spends_the_launch_code():
            self._token(request.args["code"])
        restarts = self._vendor.sessions.count_restart()
        again = self._behaviour.restart_without_state(self._parameters(), restarts)
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
        if decision == "reopen" and row is not None:
            sessions = self._vendor.sessions
            sessions.open(row["user_id"])
            return redirect(url_for("pages.home"))
        return redirect(url_for("pages.home") if decision == "resume" else url_for("pages.welcome", again=1))

    # ── A login of ours ───────────────────────────────────────────────────────────────────────────────────

    def _log_in(self, code: str) -> Response:
        try:
            who = self._identity(self._token(code))
            if not by_teacher(who.me) and self._is_sent_back(who):
                return redirect(url_for("pages.welcome"))
            account = self._library_account(who) if by_teacher(who.me) else self._account(who)
        except LoginFailed as failure:
            log.info("A login failed: %s", type(failure).__name__)
            raise
        self._vendor.store.execute(
            "UPDATE codes SET user_id = ? WHERE fingerprint = ?", account.id, ids.fingerprint(code)
        )
        if self._behaviour.new_login_replaces(self._vendor.account):
            self._replace_session(account)
            if by_teacher(who.me):
                self._vendor.sessions.keep_token(who.token)
        merging = by_teacher(who.me) and self._vendor.people.offered(account)
        return redirect(url_for("teaching.merge") if merging else url_for("pages.home"))

    def _first_delivery(self, code: str) -> bool:
        """Note the code before it is exchanged, so that of two arrivals at once only one exchanges it."""
        store = self._vendor.store
        with store.transaction():
            store.execute("DELETE FROM codes WHERE rowid <= (SELECT max(rowid) FROM codes) - ?", MOST_CODES)
            note = "INSERT OR IGNORE INTO codes (fingerprint, at) VALUES (?, ?)"
            return store.execute(note, ids.fingerprint(code), self._vendor.now()) == 1

    def _started(self) -> list[Started]:
        return self._vendor.sessions.started(self._way)

    def _token(self, code: str) -> Tokens:
        config = self._config
        uri = self._behaviour.callback_uri(config, arrived_at(request.url))
        try:
            return self._vendor.clever.exchange(self._behaviour.token_request(config.login, code, uri))
        except CleverTrouble as trouble:
            raise (CodeRefused if trouble.status in (400, 401, 403) else NoAnswerFromClever) from trouble

    def _identity(self, tokens: Tokens) -> Identity:
        """Ask Clever who logged in, and compare with what its id_token says if it gave one."""
        token, store, version = tokens.access, self._vendor.store, self._config.api_version

        def read(path: str) -> Told:
            try:
                return self._vendor.clever.data(path, token)
            except CleverTrouble as trouble:
                refused = trouble.status in (401, 403, 404)
                raise (IdentityRefused if refused else NoAnswerFromClever) from trouble

        me: Told = {}
        for path in self._behaviour.identity_paths(version):
            me = read(path)
        self._check(tokens.id_token, me)
        last_sync = age(store.last_look(), self._vendor.clock.now())
        wanted = self._behaviour.what_a_login_refreshes(last_sync)
        ours = self._vendor.people.known(clever_id(me))
        if ours and "record" not in wanted:
            return Identity(me, ours.told, wanted, token)
        return Identity(me, self._behaviour.user_record(version, me, read), wanted, token)

    def _check(self, id_token: str, me: Told) -> None:
        if not id_token:
            return
        state = request.args.get("state", "")
        nonce = next((one.nonce for one in self._started() if ids.same(one.state, state)), "")
        try:
            self._vendor.id_tokens.check(id_token, self._config.login.client_id, nonce, clever_id(me))
        except CleverTrouble as trouble:
            raise NoAnswerFromClever from trouble

    def _is_sent_back(self, who: Identity) -> bool:
        """Whether this is somebody new whom the app, which knows the roster, does not take in."""
        synced = self._vendor.store.last_look() is not None
        unknown = self._vendor.people.known(clever_id(who.told)) is None
        return unknown and not self._behaviour.takes_in_newcomers(synced)

    def _account(self, who: Identity) -> Record:
        """The account of somebody whose district shares them with us."""
        self._expect_whole(who.told)
        account = self._vendor.people.account(who.told, self._vendor.now())
        if "roster" in who.wanted:
            self._vendor.syncs.start("the first login of the day")
        if not self._behaviour.may_log_in(account):
            raise AccountArchived
        self._vendor.people.logged_in(account)
        return account

    def _library_account(self, who: Identity) -> Record:
        """The account of a teacher, or of a student whose teacher brought us in; and their classes."""
        vendor, behaviour = self._vendor, self._behaviour
        self._expect_whole(who.told)
        if not {*roles(who.told)} & {*behaviour.library_roles()}:
            raise NotForYou
        if vendor.people.known(clever_id(who.told)) is None and not behaviour.opens_an_account(who.told):
            raise NoAccount
        account = vendor.people.library_account(who.told, vendor.now())
        first = vendor.people.profile(account).logins == 0
        try:
            vendor.library.refresh(account, who.token, "first login" if first else "login", vendor.now())
        except CleverTrouble as trouble:  # the person is in; the button reads the classes later
            log.warning("A login could not read the classes: %s", trouble)
        taught = "teacher" not in account.roles or classes(vendor, account)
        if not taught and not behaviour.may_start_without_classes():
            raise NoClasses
        vendor.people.logged_in(account)
        return account

    def _expect_whole(self, told: Told) -> None:
        if missing := self._behaviour.missing_fields("users", told):
            raise RecordRefused(missing)

    def _replace_session(self, account: Record) -> None:
        sessions = self._vendor.sessions
        before = self._vendor.account
        here = [sessions.current.id] if sessions.current else []
        sessions.end(self._behaviour.sessions_a_login_ends(here, sessions.of_person(account.id)))
        sessions.open(account.id)
        sessions.keep_of_the_one_before(self._behaviour.left_behind(before))


def to_clever(vendor: Vendor, parameters: dict[str, str]) -> Response:
    return redirect(f"{vendor.config.clever_url}/oauth/authorize?{urlencode(parameters)}")


def arrived_at(url: str) -> str:
    """The URL the browser arrived at, without what Clever added to it."""
    parts = urlsplit(url)
    rest = [(key, value) for key, value in parse_qsl(parts.query) if key not in ("code", "scope", "state")]
    return urlunsplit(parts._replace(query=urlencode(rest)))
