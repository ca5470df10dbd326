"""Applications and their connections to districts.

An application is one client id with its products; a connection is one district's consent to one application,
with a token and a sharing rule of its own (docs/onboarding; support 203115007).
"""

from __future__ import annotations

from itertools import chain
from typing import Literal
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from mock_clever.fields import FIELDS
from mock_clever.ids import token
from mock_clever.lti.tool import Tool
from mock_clever.model import ROLES, Id, User
from mock_clever.sharing import EVERYTHING, Sharing
from mock_clever.versions import Permission

PRODUCTS = ("sso", "secure_sync", "library", "lms_connect")
"""What an application may have. One more, "documentation", is that of Clever's own (see documentation.py)."""

USER_TYPES = ("student", "teacher", "staff", "district_admin")
CHOOSABLE = tuple(
    sorted({f"{f.part}.{f.key}" for f in FIELDS if not f.guaranteed and f.key not in ("id", "name", "roles")})
)
"""The fields an application may leave out or mark optional: all that are not guaranteed."""

GRANTS = tuple(sorted({f.scope or f.key for f in FIELDS if f.scope or f.sensitive} | {"resources"}))
SCOPES = {
    "documentation": (
        *("read:district_admins_limited", "read:ell_status", "read:iep_status", "read:school_admins_limited"),
        *("read:sections_limited", "read:student_contacts", "read:students_launchpad", "read:students_limited"),
        *("read:teachers_limited", "read:user_id"),
    ),
    "secure_sync": ("read:district_admins", "read:school_admins", "read:sis", "read:user_id"),
    "sso": (
        *("read:district_admins_basic", "read:school_admins_basic", "read:students_basic"),
        *("read:teachers_basic", "read:user_id"),
    ),
    "library": ("read:students_basic", "read:teachers_basic", "read:user_id", "read:sections_limited"),
}
"""The scopes of each product, the widest first; those of Library are our own names (sso 1, 14)."""

LIBRARY_TYPES = ("teacher", "student")
LOGINS = frozenset({"sso", "library"})
"""The products people log in by."""


class App(Struct, frozen=True, kw_only=True):
    """One application as its dashboard shows it. `redirect_uris[0]` is the primary one.

    `granted` are sensitive fields and extra scopes it may read, `off` the fields it did not select and
    `optional` those a district may withhold, both as `student.dob`; `roles` are the kinds of users it takes at
    all (support 360000216886; docs/ss-design). `events` is the switch "Enable events" (docs/events-api),
    `safety` that of the safety thresholds (support 360044699192). A development app may register http and
    localhost redirect URIs; a production app only https (docs/identity-api).

    What Clever switches on for those who ask: `oidc`, an id_token in every exchange (docs/oidc-implementation),
    and `email_verified` in it; `implicit`, the implicit grant beside the code (docs/il-implicit-grant);
    `loginas_flag`, to be told of impersonation (docs/best-practices-edge-cases). `website` is where the icon leads
    of someone who cannot log in. `lti` is how an LMS launches it, if it is registered as a tool.
    """

    client_id: str
    client_secret: str
    name: str
    products: tuple[str, ...]
    redirect_uris: tuple[str, ...] = ()
    supported_user_types: tuple[str, ...] = USER_TYPES
    granted: frozenset[str] = frozenset({"resources"})
    off: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset(ROLES)
    events: bool = False
    safety: bool = False
    development: bool = True
    oidc: bool = False
    email_verified: bool = False
    implicit: bool = False
    loginas_flag: bool = False
    website: str = ""
    lti: Tool | None = None

    @property
    def told_events(self) -> bool:
        """Whether events are made for it: it asked for them, and has Secure Sync (docs/events-api)."""
        return self.events and "secure_sync" in self.products

    @property
    def by_district(self) -> bool:
        """Whether districts connect it; an application of Library alone has only teachers who authorise it."""
        return set(self.products) != {"library"}

    @property
    def by_teacher(self) -> bool:
        """Whether teachers may authorise it where their district has not connected it (docs/library-sso)."""
        return "library" in self.products

    @property
    def library_permission(self) -> Permission:
        """What it may see of the records that a teacher's consent shows it."""
        return Permission(tier="library", withheld=self.off)

    def permission(self, connection: Connection) -> Permission:
        """What it may see of the records that this connection shares with it."""
        tier = "sync" if "secure_sync" in self.products else "sso"
        return Permission(tier=tier, granted=self.granted, withheld=self.off | connection.withheld)

    @property
    def scopes(self) -> tuple[str, ...]:
        """Its scopes; fixed on Clever's side, whatever a client asks for (docs/oidc-implementation)."""
        widest = next((scopes for product, scopes in SCOPES.items() if product in self.products), SCOPES["sso"])
        return tuple(dict.fromkeys((*widest, *(SCOPES["library"] if self.by_teacher else ()))))

    def login_role(self, user: User, authorized_by: str = "district") -> str | None:
        """The role a person logs in with: the first one held that the app, and who authorised it, supports."""
        return next(iter(self.login_roles(user, authorized_by)), None)

    def login_roles(self, user: User, authorized_by: str = "district") -> tuple[str, ...]:
        """Every role a person may log in with, in the order of preference (sso 14)."""
        types = USER_TYPES if authorized_by == "district" else LIBRARY_TYPES
        return tuple(role for role in user.holds() if role in self.supported_user_types and role in types)

    @property
    def logs_in(self) -> bool:
        """Whether people log in to it at all; an application of rosters alone has no way in."""
        return not LOGINS.isdisjoint(self.products)

    def problem_with(self, uri: str) -> str:
        """What is wrong with a redirect URI of this application; nothing if it may have it (docs/identity-api)."""
        allowed = ("http://", "https://") if self.development else ("https://",)
        if not uri.startswith(allowed):
            return f"must begin with {' or '.join(allowed)} (docs/identity-api)"
        if "#" in uri or not uri.isprintable() or " " in uri:
            return "cannot hold spaces, control characters or a fragment"
        return ""


class Connection(Struct, frozen=True, kw_only=True):
    """One district connected to one application.

    `token_id` names the token record, which survives a rotation; `launch_date` is `YYYY-MM-DD`. `withheld` are
    the optional fields that this district does not give. `lms_connect` is how far the application's request for
    LMS Connect is: none, requested or accepted (docs/clever-lms-connect). While it is `paused` or
    `requires_review`, its application sees what it saw before (support 360044699192).
    """

    id: Id
    client_id: str
    district: Id
    token_id: Id
    access_token: str
    created: str
    launch_date: str
    sharing: Sharing = EVERYTHING
    withheld: frozenset[str] = frozenset()
    launched: bool = True
    connected: bool = True
    paused: bool = False
    requires_review: bool = False
    lms_connect: Literal["", "requested", "accepted"] = ""


CALLBACK, LIBRARY_CALLBACK = "/oauth/clever/callback", "/oauth/clever/library"
"""The usual path of a redirect URI, and that of the Library app of the same product."""


def _of_library(uri: str) -> tuple[str, ...]:
    """The redirect URIs that a Library app has for this one of its product: where that is the usual one, its own.

    A launch from Clever has no `state`, so only the address tells which of two apps it is for (docs/identity-api).
    """
    return (urljoin(uri, LIBRARY_CALLBACK), uri) if urlsplit(uri).path == CALLBACK else (uri,)


def standard_apps(redirect_uris: tuple[str, ...], oidc: bool = False) -> tuple[App, App, App]:
    """Those every world begins with: Secure Sync, single sign-on and Library, the same on every machine.

    Clever switches OIDC on for those who ask, so it is off unless `oidc`; Library has none.
    """
    return (
        App(
            client_id=token(20, "client id", "secure sync"),
            client_secret=token(40, "client secret", "secure sync"),
            name="Example Roster",
            products=("secure_sync", "sso", "lms_connect"),
            redirect_uris=redirect_uris,
            granted=frozenset({"resources", "lms"}),
            events=True,
            oidc=oidc,
        ),
        App(
            client_id=token(20, "client id", "sso"),
            client_secret=token(40, "client secret", "sso"),
            name="Example Login",
            products=("sso",),
            redirect_uris=redirect_uris,
            oidc=oidc,
        ),
        App(
            client_id=token(20, "client id", "library"),
            client_secret=token(40, "client secret", "library"),
            name="Example Library",
            products=("library",),
            redirect_uris=tuple(chain.from_iterable(map(_of_library, redirect_uris))),
            supported_user_types=("student", "teacher"),
        ),
    )
