"""Browser sessions. The cookie holds a secret, the database its fingerprint and everything else.

Because a session lives on the server, ending it really ends it: an old cookie opens nothing
(docs/il-security, session invalidation).
"""

import json
from dataclasses import dataclass, replace
from datetime import timedelta

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

Stamped = list[tuple[str, str]]


@dataclass(frozen=True)
class Session:
    """One browser: perhaps somebody signed in, the `state`s it was given, and its form token."""

    id: str
    user: int | None
    csrf: str
    states: Stamped
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

    def new_state(self) -> str:
        """A `state` bound to this browser. A few may be open at once, one for each tab."""
        session = self.current or self.open()
        state = ids.new_secret()
        states = [*session.states, (state, written(self._clock.now()))][-MOST_STATES:]
        self._change(replace(session, states=states))
        return state

    def issued_states(self) -> list[str]:
        states = self.current.states if self.current else []
        return [state for state, at in states if at >= self._ago(STATE_LIVES)]

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
        states = [(state, at) for state, at in json.loads(row["states"])]
        g.session = Session(row["id"], row["user_id"], row["csrf"], states, json.loads(row["restarts"]))

    def _write_cookie(self, response: Response) -> Response:
        secret, secure = g.get("cookie"), self._config.secure_cookies
        if secret:
            response.set_cookie(COOKIE, secret, path="/", httponly=True, samesite="Lax", secure=secure)
        elif secret == "":
            response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax", secure=secure)
        return response

    def _change(self, session: Session) -> None:
        states, restarts = json.dumps(session.states), json.dumps(session.restarts)
        self._store.execute(
            "UPDATE sessions SET states = ?, restarts = ? WHERE id = ?", states, restarts, session.id
        )
        g.session = session

    def _ago(self, span: timedelta) -> str:
        return written(self._clock.now() - span)
