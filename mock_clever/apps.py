"""Applications and their connections to districts.

An application is one client id with its products; a connection is one district's consent to one application,
with a token and a sharing rule of its own (docs/onboarding; support 203115007).
"""

from __future__ import annotations

from msgspec import Struct

from mock_clever.fields import FIELDS
from mock_clever.ids import token
from mock_clever.model import ROLES, Id, User
from mock_clever.sharing import EVERYTHING, Sharing
from mock_clever.versions import Permission

PRODUCTS = ("sso", "secure_sync", "library", "lms_connect")
USER_TYPES = ("student", "teacher", "staff", "district_admin")
CHOOSABLE = tuple(
    sorted({f"{f.part}.{f.key}" for f in FIELDS if not f.guaranteed and f.key not in ("id", "name", "roles")})
)
"""The fields an application may leave out or mark optional: all that are not guaranteed."""

GRANTS = tuple(sorted({f.scope or f.key for f in FIELDS if f.scope or f.sensitive} | {"resources"}))
SSO_SCOPES = (
    "read:district_admins_basic",
    "read:school_admins_basic",
    "read:students_basic",
    "read:teachers_basic",
    "read:user_id",
)
SYNC_SCOPES = ("read:district_admins", "read:school_admins", "read:sis", "read:user_id")


class App(Struct, frozen=True, kw_only=True):
    """One application as its dashboard shows it. `redirect_uris[0]` is the primary one.

    `granted` are sensitive fields and extra scopes it may read, `off` the fields it did not select and `optional`
    those a district may withhold, both as `student.dob`; `roles` are the kinds of users it takes at all (support
    360000216886; docs/ss-design). A development app may register http and localhost redirect URIs; a production
    app only https (docs/identity-api).
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
    development: bool = True

    def permission(self, connection: Connection) -> Permission:
        """What it may see of the records that this connection shares with it."""
        tier = "sync" if "secure_sync" in self.products else "sso"
        return Permission(tier=tier, granted=self.granted, withheld=self.off | connection.withheld)

    @property
    def scopes(self) -> tuple[str, ...]:
        """Its scopes; fixed on Clever's side, whatever a client asks for (docs/oidc-implementation)."""
        return SYNC_SCOPES if "secure_sync" in self.products else SSO_SCOPES

    def login_role(self, user: User) -> str | None:
        """The role a person logs in with: the first one held that this app supports."""
        return next((role for role in user.holds() if role in self.supported_user_types), None)


class Connection(Struct, frozen=True, kw_only=True):
    """One district connected to one application.

    `token_id` names the token record, which survives a rotation; `launch_date` is `YYYY-MM-DD`. `withheld` are
    the optional fields that this district does not give.
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


def standard_apps(redirect_uris: tuple[str, ...]) -> tuple[App, App]:
    """The two applications every world begins with: Secure Sync and single sign-on, the same on every machine."""
    return (
        App(
            client_id=token(20, "client id", "secure sync"),
            client_secret=token(40, "client secret", "secure sync"),
            name="Example Roster",
            products=("secure_sync", "sso"),
            redirect_uris=redirect_uris,
        ),
        App(
            client_id=token(20, "client id", "sso"),
            client_secret=token(40, "client secret", "sso"),
            name="Example Login",
            products=("sso",),
            redirect_uris=redirect_uris,
        ),
    )
