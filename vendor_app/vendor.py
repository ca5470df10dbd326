"""The parts of one running app, put together once and handed to every page."""

from dataclasses import dataclass

from flask import g, request

from vendor_app import ids
from vendor_app.behaviour import Behaviour
from vendor_app.clever import Clever
from vendor_app.clock import Clock, written
from vendor_app.config import Config
from vendor_app.coursework import Coursework
from vendor_app.errors import NotAllowed, NotSignedIn, StaleForm
from vendor_app.library import Library
from vendor_app.openid import IdTokens
from vendor_app.passback import Passback
from vendor_app.people import People
from vendor_app.records import Record
from vendor_app.sessions import Sessions
from vendor_app.store import Store
from vendor_app.sync import Background, Syncs

STAFF_ROLES = frozenset({"teacher", "staff", "district_admin"})


@dataclass(frozen=True)
class Vendor:
    """Everything a page needs."""

    config: Config
    behaviour: Behaviour
    clock: Clock
    store: Store
    clever: Clever
    people: People
    sessions: Sessions
    syncs: Syncs
    library: Library
    id_tokens: IdTokens
    coursework: Coursework
    passback: Passback
    background: Background

    def now(self) -> str:
        return written(self.clock.now())

    @property
    def account(self) -> Record | None:
        """Who is signed in in this request."""
        if "account" not in g:
            session = self.sessions.current
            g.account = self.store.record(session.user) if session and session.user else None
        account: Record | None = g.account
        return account

    def signed_in(self) -> Record:
        if self.account is None:
            raise NotSignedIn
        return self.account

    def staff_only(self) -> Record:
        """Other people's records are for people who work at a school."""
        account = self.signed_in()
        if not may_see_roster(account):
            raise NotAllowed
        return account

    def check_form(self) -> None:
        """Refuse a form that did not come from a page of this session."""
        session = self.sessions.current
        if session is None or not ids.same(request.form.get("csrf", ""), session.csrf):
            raise StaleForm


def may_see_roster(account: Record) -> bool:
    """The roster is a district's, for the people who work there; a teacher from the Library has their classes."""
    return bool(STAFF_ROLES & {*account.roles}) and account.district != ""
