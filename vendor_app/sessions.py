"""Browser sessions. The cookie holds a secret, the database its fingerprint and everything else.

Because a session lives on the server, ending it really ends it: an old cookie opens nothing
(docs/il-security, session invalidation).
"""

import json
from dataclasses import astuple, dataclass, replace
from datetime import timedelta
from sqlite3 import Row

from flask import Flask, Response, g, request

from vendor_app import ids
from vendor_app.clock import Clock, age, written
from vendor_app.config import Config
from vendor_app.store import Store

COOKIE = "larkspur_session"
IDLE = timedelta(hours=2)
STATE_LIVES = timedelta(minutes=10)
RESTART_WINDOW = timedelta(minutes=1)
MOST_STATES = 5

TOKEN_LIVES = timedelta(hours=24)


@dataclass(frozen=True)
class Started:
    """A login that this browser started: its `state`, when, for which of our apps, and its `nonce`, if any."""

    state: str
    at: str
    way: str = "sso"
    nonce: str = ""


@dataclass(frozen=True)
class Session:
    """One browser: perhaps somebody signed in, the `state`s it was given, and its form token."""

    id: str
    user: int | None
    csrf: str
    states: list[Started]
    restarts: list[str]


class Sessions:
    """Opens, finds and ends sessions; the current one of a request is in `flask.g`."""

    def __init__(self, store: Store, clock: Clock, config: Config) -> None:
        self._store = store
        self._clock = clock
        self._config = config

    def attach(self, app: Flask) -> None:
        app.before_request(self._load)
        app.after_request(self._write_cookie)

    @property
    def current(self) -> Session | None:
        session: Session | None = g.get("session")
        return session

    def open(self, user: int | None = None) -> Session:
        """A new session under a new secret, for this browser."""
        now = self._clock.now()
        self._store.execute("DELETE FROM sessions WHERE seen_at < ?", self._ago(IDLE))
        secret = ids.new_secret()
        session = Session(ids.fingerprint(secret), user, ids.new_secret(), [], [])
        values = {"id": session.id, "user_id": user, "csrf": session.csrf, "seen_at": written(now)}
        self._store.insert("sessions", values)
        g.session, g.cookie = session, secret
        return session

    def end(self, sessions: set[str]) -> None:
        for session in sessions:
            self._store.execute("DELETE FROM sessions WHERE id = ?", session)

    def drop_cookie(self) -> None:
        g.session, g.cookie = None, ""

    def of_person(self, user: int) -> list[str]:
        return [row["id"] for row in self._store.rows("SELECT id FROM sessions WHERE user_id = ?", user)]

    # ── The state of a login ──────────────────────────────────────────────────────────────────────────────

    def start(self, way: str, *, with_nonce: bool) -> Started:
        """A login of one of our apps, bound to this browser. A few may be open at once, one for each tab."""
        session = self.current or self.open()
        nonce = ids.new_secret() if with_nonce else ""
        started = Started(ids.new_secret(), written(self._clock.now()), way, nonce)
        self._change(replace(session, states=[*session.states, started][-MOST_STATES:]))
        return started

    def started(self, way: str) -> list[Started]:
        """The logins that may still come back to this browser."""
        states = self.current.states if self.current else []
        return [one for one in states if one.way == way and one.at >= self._ago(STATE_LIVES)]

    def keep_of_the_one_before(self, told: str) -> None:
        """Let the pages of this session tell something of whoever was here before; "" for nothing."""
        if self.current and told:
            self._store.insert("remains", {"session": self.current.id, "told": told})

    @property
    def remains(self) -> str:
        session = self.current
        row = self._store.row("SELECT told FROM remains WHERE session = ?", session.id) if session else None
        return str(row["told"]) if row else ""

    # ── The token of a Library login ──────────────────────────────────────────────────────────────────────

    def keep_token(self, token: str) -> None:
        """Keep the token that reads this person's classes for as long as the session lives."""
        if self.current:
            values = {"session": self.current.id, "token": token, "at": written(self._clock.now())}
            self._store.insert("tokens", values)

    @property
    def from_library(self) -> bool:
        """Whether this session began in the Library."""
        return self._kept() is not None

    def token(self) -> str:
        """The token, or "" when it no longer works: Clever's last 24 hours (docs/oauth-implementation)."""
        kept = self._kept()
        return str(kept["token"]) if kept and kept["at"] >= self._ago(TOKEN_LIVES) else ""

    def _kept(self) -> Row | None:
        session = self.current
        return self._store.row("SELECT * FROM tokens WHERE session = ?", session.id) if session else None

    def count_restart(self) -> int:
        """How many logins of this browser were restarted in the last minute, before this one."""
        session = self.current or self.open()
        recent = [at for at in session.restarts if at >= self._ago(RESTART_WINDOW)]
        self._change(replace(session, restarts=[*recent, written(self._clock.now())]))
        return len(recent)

    # ── The request ───────────────────────────────────────────────────────────────────────────────────────

    def _load(self) -> None:
        g.session, g.cookie = None, None
        secret = request.cookies.get(COOKIE, "")
        row = self._store.row("SELECT * FROM sessions WHERE id = ?", ids.fingerprint(secret)) if secret else None
        if row is None:
            return
        now = self._clock.now()
        idle = age(row["seen_at"], now)
        if idle is None or idle > IDLE:
            self.end({row["id"]})
            return
        self._store.execute("UPDATE sessions SET seen_at = ? WHERE id = ?", written(now), row["id"])
        states = [Started(*each) for each in json.loads(row["states"])]
        g.session = Session(row["id"], row["user_id"], row["csrf"], states, json.loads(row["restarts"]))

    def _write_cookie(self, response: Response) -> Response:
        secret, secure = g.get("cookie"), self._config.secure_cookies
        if secret:
            response.set_cookie(COOKIE, secret, path="/", httponly=True, samesite="Lax", secure=secure)
        elif secret == "":
            response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax", secure=secure)
        return response

    def _change(self, session: Session) -> None:
        states, restarts = json.dumps([*map(astuple, session.states)]), json.dumps(session.restarts)
        self._store.execute(
            "UPDATE sessions SET states = ?, restarts = ? WHERE id = ?", states, restarts, session.id
        )
        g.session = session

    def _ago(self, span: timedelta) -> str:
        return written(self._clock.now() - span)
