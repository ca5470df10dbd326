"""What a login leaves behind: codes, user tokens and Clever's own sessions, each with its life.

Codes live one minute and work once; user tokens 24 hours, never refreshed; a Clever session two hours unless
set otherwise, counted from the login (docs/oauth-implementation; sso 14).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from msgspec import Struct, structs

from mock_clever.ids import Mint
from mock_clever.model import Id

CODE_LIFE = 60.0
TOKEN_LIFE = 24 * 3600.0


class Login(Struct, frozen=True, kw_only=True):
    """Who logged in to which application: what a code stands for.

    `authorized_by` is "district", or "teacher" where Library let them in (docs/clever-library-user-flow).
    `nonce` is what the authorize request sent, for the id_token (docs/oauth-oidc-overview).
    """

    client_id: str
    district: Id
    user: Id
    role: str
    redirect_uri: str
    authorized_by: str = "district"
    nonce: str | None = None


class Issued(Struct, frozen=True, kw_only=True):
    """A code or a user token, and for whom."""

    login: Login
    at: float
    used: bool = False


class Session(Struct, frozen=True, kw_only=True):
    """A person signed in to Clever in one browser.

    `role` is the one they chose, where they were asked; `by` the admin who looks through their eyes, and `within`
    that admin's own session, to which they go back.
    """

    district: Id
    user: Id
    at: float
    role: str = ""
    by: Id | None = None
    within: str = ""


class Grants:
    """The codes, user tokens and sessions of one world."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint
        self._codes: dict[str, Issued] = {}
        self._tokens: dict[str, Issued] = {}
        self._sessions: dict[str, Session] = {}

    def code(self, login: Login, now: float) -> str:
        """A new code for this login: 40 hex digits."""
        self._forget(now)
        code = self._mint.hex(40)
        self._codes[code] = Issued(login=login, at=now)
        return code

    def pending(self, code: str, client_id: str, now: float) -> Login | None:
        """The login a code still stands for: issued to this client, not used, not a minute old."""
        issued = self._codes.get(code)
        if issued is None or issued.used or issued.login.client_id != client_id:
            return None
        return issued.login if now - issued.at <= CODE_LIFE else None

    def was_used(self, code: str) -> bool:
        """Whether this code was exchanged before."""
        issued = self._codes.get(code)
        return issued is not None and issued.used

    def spent_like(self, code: str) -> str | None:
        """The newest code that was exchanged of those for the same application and address as this one."""
        new = self._codes.get(code)
        if new is None:
            return None
        place = (new.login.client_id, new.login.redirect_uri)
        issued = reversed(list(self._codes.items()))
        return next((c for c, i in issued if i.used and (i.login.client_id, i.login.redirect_uri) == place), None)

    def exchange(self, code: str, now: float) -> str:
        """Use a pending code up: the new user token, `il` and 38 hex digits."""
        issued = self._codes[code]
        self._codes[code] = structs.replace(issued, used=True)
        return self.token(issued.login, now)

    def token(self, login: Login, now: float) -> str:
        """A new user token, `il` and 38 hex digits: for a code, or at once by the implicit grant."""
        token = "il" + self._mint.hex(38)
        self._tokens[token] = Issued(login=login, at=now)
        return token

    def bearer(self, token: str, now: float) -> Login | None:
        """Whose user token this is, while it lives."""
        issued = self._tokens.get(token)
        return issued.login if issued is not None and now - issued.at <= TOKEN_LIFE else None

    def publish(self, token: str, login: Login) -> None:
        """Let a user token that everybody knows stand for this login, and never expire."""
        self._tokens[token] = Issued(login=login, at=math.inf)

    def revoke(self, meant: Callable[[Login], bool]) -> int:
        """Forget the codes and tokens of these logins; how many tokens there were."""
        before = len(self._tokens)
        self._codes = {code: issued for code, issued in self._codes.items() if not meant(issued.login)}
        self._tokens = {token: issued for token, issued in self._tokens.items() if not meant(issued.login)}
        return before - len(self._tokens)

    def carry_on(self, mint: Mint) -> None:
        """Go on with the secrets of another mint."""
        self._mint = mint

    def sign_in(self, district: Id, user: Id, now: float, by: Id | None = None, within: str = "") -> str:
        """Begin a Clever session; the value of its cookie."""
        cookie = self._mint.hex(64)
        self._sessions[cookie] = Session(district=district, user=user, at=now, by=by, within=within)
        return cookie

    def choose(self, cookie: str, role: str) -> None:
        """Let the person of this session, which is there, be in that role from now on."""
        self._sessions[cookie] = structs.replace(self._sessions[cookie], role=role)

    def session(self, cookie: str | None, now: float, life: float) -> Session | None:
        """The Clever session of this cookie, while it lives: so many seconds."""
        session = self._sessions.get(cookie or "")
        return session if session is not None and now - session.at <= life else None

    def sign_out(self, cookie: str | None) -> None:
        """End a Clever session."""
        self._sessions.pop(cookie or "", None)

    def ends(self, life: float) -> dict[str, list[float]]:
        """When the unused codes, the tokens and the sessions expire, a session living so many seconds."""
        return {
            "codes": [issued.at + CODE_LIFE for issued in self._codes.values() if not issued.used],
            "tokens": [issued.at + TOKEN_LIFE for issued in self._tokens.values()],
            "sessions": [session.at + life for session in self._sessions.values()],
        }

    def _forget(self, now: float) -> None:
        """Drop what has long expired, so that a long run does not grow without bound."""
        if len(self._codes) > 10_000:
            self._codes = {c: i for c, i in self._codes.items() if now - i.at <= TOKEN_LIFE}
            self._tokens = {t: i for t, i in self._tokens.items() if now - i.at <= TOKEN_LIFE}
            self._sessions = {c: s for c, s in self._sessions.items() if now - s.at <= TOKEN_LIFE}
