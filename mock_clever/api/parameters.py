"""Every parameter an endpoint reads: what it may be, where it applies and how that is known.

Roster endpoints come from the tables of the versions, so their parameters say which places take them; the others
name their paths. What an endpoint does not read is in no row, and ignored (data-api 15 #7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct, structs

from mock_clever.api.endpoints import ENDPOINTS
from mock_clever.api.paging import DEFAULT_LIMIT, MAX_LIMIT
from mock_clever.journal import KINDS as JOURNAL_KINDS
from mock_clever.versions import VERSIONS, Collection, Relation, Version

OWN = "this mock"


class Place(Struct, frozen=True, kw_only=True):
    """One endpoint of the roster: a list, a record (`single`) or what a record links to (`relation`)."""

    version: Version
    collection: Collection
    relation: Relation | None = None
    single: bool = False

    @property
    def path(self) -> str:
        """The path as the specifications write it: links in lower case, `{id}` for the record."""
        parts = [self.version.name, self.collection.name]
        if self.single or self.relation is not None:
            parts.append("{id}")
        if self.relation is not None:
            parts.append(self.relation.rel.lower())
        return "/" + "/".join(parts)

    @property
    def target(self) -> Collection:
        """The collection whose records it answers with."""
        return self.version.collections[self.relation.to] if self.relation is not None else self.collection

    @property
    def lists(self) -> bool:
        """Whether it answers with a page of records."""
        if self.relation is not None:
            return not (self.relation.one or self.relation.values)
        return not self.single

    @property
    def roles(self) -> tuple[str, ...]:
        """The values of its `role` filter, none if it has none."""
        return self.relation.roles if self.relation is not None else () if self.single else self.collection.roles


class Parameter(Struct, frozen=True, kw_only=True):
    """One parameter. `where` says in words what takes it; `takes` finds out, or `paths` names the endpoints.

    `values` are those it may have, none for any; `least` and `most` bound a number. `sent` is "query", or "body"
    for a key of a form or JSON object.
    """

    name: str
    says: str
    where: str = ""
    takes: Callable[[Place], bool] | None = None
    paths: tuple[str, ...] = ()
    sent: str = "query"
    type: str = "string"
    values: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    default: str = ""
    required: bool = False
    mark: str = "documented"
    source: str = ""


def _pages(place: Place) -> bool:
    return place.lists and place.target.pages


def _top(place: Place) -> bool:
    return place.relation is None and not place.single


def _filters(place: Place) -> bool:
    return place.relation.where if place.relation is not None else place.collection.where and not place.single


PAGED = "every list, districts apart"

ROSTER = (
    Parameter(
        name="limit",
        where=PAGED,
        says="Records on a page; above the most a 413, anything but a number from 1 a 400.",
        takes=_pages,
        type="integer",
        least=1,
        most=MAX_LIMIT,
        default=str(DEFAULT_LIMIT),
        source="docs/paging-and-limits",
    ),
    Parameter(
        name="starting_after",
        where=PAGED,
        says="The page begins after this id, there or not; `last` is after all.",
        takes=_pages,
        type="cursor",
        source="docs/paging-and-limits",
    ),
    Parameter(
        name="ending_before",
        where=PAGED,
        says="The page ends before this id; not together with `starting_after`.",
        takes=_pages,
        type="cursor",
        source="docs/paging-and-limits",
    ),
    Parameter(
        name="count",
        where="top-level lists since v2.1, resources apart",
        says="`true` answers how many records there are; anything else does nothing.",
        takes=lambda place: _top(place) and place.collection.counts,
        values=("", "true", "false", "undefined"),
        source="spec:v3.1",
    ),
    Parameter(
        name="role",
        where="lists of users that name roles, since v3.0",
        says="Only users who hold this role.",
        takes=lambda place: bool(place.roles),
        source="spec:v3.1",
    ),
    Parameter(
        name="primary",
        where="/schools/{id}/users and /users/{id}/schools, since v3.0",
        says="Only primary schools; empty is the same as `true`.",
        takes=lambda place: place.relation is not None and place.relation.primary is not None,
        values=("", "true"),
        source="spec:v3.1",
    ),
    Parameter(
        name="where",
        where="lists of v1.2 that the specification gives it",
        says='A JSON object of fields and the values they must have: `{"name.first":"Ada"}`.',
        takes=_filters,
        source="spec:v1.2",
    ),
    Parameter(
        name="include",
        where="single records of v1.2 that the specification gives it",
        says="Names of links, comma-separated, whose first page is put beside the record.",
        takes=lambda place: place.single and place.collection.includes,
        source="spec:v1.2",
    ),
    Parameter(
        name="show_links",
        where="/v1.2/district_admins, and related lists that stand without envelope",
        says="`true` or empty puts the usual envelope around each record.",
        takes=lambda place: place.relation.bare if place.relation else _top(place) and place.collection.bare,
        source="spec:v1.2",
    ),
)


_FEEDS = tuple(f"/{version}/events" for version in VERSIONS)
_FEEDS_OF_RECORDS = tuple(
    f"/v1.2/{name}/{{id}}/events" for name in ("school_admins", "schools", "sections", "students", "teachers")
)


def _group(where: str, *rows: Parameter, paths: tuple[str, ...] = (), **facts: str) -> tuple[Parameter, ...]:
    """Rows that share where they apply and, unless a row has its own, `source`."""
    paths = paths or (where,)
    return tuple(
        structs.replace(row, where=where, paths=paths, **(facts | {"source": row.source or facts["source"]}))
        for row in rows
    )


OTHERS = (
    *_group(
        "attendance, v3.1",
        Parameter(name="date_range_start", says="The first day; together with `date_range_end`.", type="date"),
        Parameter(name="date_range_end", says="The last day; together with `date_range_start`.", type="date"),
        Parameter(
            name="attendance_status", says="Only rows of this status.", values=("present", "absent", "tardy")
        ),
        Parameter(name="limit", says="Rows on a page.", type="integer", least=1, most=1000, default="100"),
        Parameter(name="starting_after", says="The page begins after this cursor, an opaque one of a link."),
        Parameter(name="ending_before", says="The page ends before this cursor, an opaque one of a link."),
        paths=("/v3.1/attendance/schools/{school_id}", "/v3.1/attendance/sections/{section_id}"),
        source="spec:v3.1-attendance",
    ),
    *_group(
        "submissions, v3.1",
        Parameter(name="cursor", says="The page begins here: an opaque cursor of a `next` link, for two hours."),
        Parameter(name="limit", says="Submissions on a page.", type="integer", least=1, most=100, default="100"),
        paths=("/v3.1/sections/{section_id}/assignments/{assignment_id}/submissions",),
        source="spec:v3.1-lms",
    ),
    *_group(
        "lists of events",
        Parameter(
            name="limit",
            says="Events on a page.",
            type="integer",
            least=1,
            most=MAX_LIMIT,
            default=str(DEFAULT_LIMIT),
        ),
        Parameter(
            name="starting_after",
            says="The page begins after this event, kept or not; `last` is after all.",
            type="cursor",
        ),
        Parameter(name="ending_before", says="The page ends before this event, kept or not.", type="cursor"),
        paths=(*_FEEDS, *_FEEDS_OF_RECORDS),
        source="spec:v3.1-events",
    ),
    *_group(
        "lists of events, since v2.0",
        Parameter(
            name="record_type", says="Only events of these kinds of records; may be repeated.", type="strings"
        ),
        Parameter(name="school", says="Only events of this school's records."),
        paths=_FEEDS[1:],
        source="spec:v3.1-events",
    ),
    *_group(
        "the login flow",
        Parameter(
            name="response_type",
            says="`token` only for applications that Clever allows the implicit grant.",
            values=("code", "token"),
            required=True,
        ),
        Parameter(name="client_id", says="The application.", required=True),
        Parameter(name="redirect_uri", says="One that is registered, to the letter; the primary one by default."),
        Parameter(name="state", says="Comes back as it was sent."),
        Parameter(name="district_id", says="Straight to the login of this district.", type="id"),
        Parameter(
            name="return_unshared",
            says="`true` sends people without access back with `error=unauthorized-user`.",
            source="docs/best-practices-edge-cases",
        ),
        Parameter(name="nonce", says="Comes back in the id_token.", source="docs/oauth-oidc-overview"),
        Parameter(
            name="confirmed",
            says="`false` asks a signed-in student first whether it is them; `true` is what the portal sends.",
            source="docs/best-practices-edge-cases",
        ),
        Parameter(
            name="user_type",
            says="`district_admin` opens the form of the district admins.",
            mark="inferred",
            source="sso 2",
        ),
        Parameter(
            name="channel",
            says="Where the login came from, `clever-portal` or `clever`; nothing depends on it.",
            mark="inferred",
            source="sso 2",
        ),
        paths=("/oauth/authorize", "/oauth/login", "/library/consent"),
        source="docs/oauth-implementation",
    ),
    *_group(
        "/oauth/instant-login",
        Parameter(name="client_id", says="The application.", required=True),
        Parameter(name="district_id", says="The district to log in to.", type="id", required=True),
        source="docs/oauth-implementation",
    ),
    *_group(
        "the LTI authorization endpoint",
        Parameter(name="scope", says="The one scope there is.", values=("openid",), required=True),
        Parameter(name="response_type", says="What a launch answers.", values=("id_token",), required=True),
        Parameter(name="response_mode", says="How it comes.", values=("form_post",), required=True),
        Parameter(name="prompt", says="Nobody is asked anything.", values=("none",), required=True),
        Parameter(name="client_id", says="The application, registered as a tool.", required=True),
        Parameter(name="redirect_uri", says="One that is registered for the tool, to the letter.", required=True),
        Parameter(name="login_hint", says="As it came with the initiation of the login.", required=True),
        Parameter(name="lti_message_hint", says="As it came with the initiation of the login.", required=True),
        Parameter(name="nonce", says="Comes back in the id_token; a new one each time.", required=True),
        Parameter(name="state", says="Comes back as it was sent; none is a finding."),
        paths=("/lti/authorize",),
        mark="inferred",
        source="lms-connect 9.2",
    ),
    *_group(
        "the form that initiates a tool's login",
        Parameter(name="lti_message_hint", says="Which launch it is.", required=True),
        paths=("/lti/initiate",),
        mark="chosen",
        source=OWN,
    ),
    *_group(
        "the answer to deep linking",
        Parameter(name="JWT", says="What is to be placed, signed by the tool.", required=True),
        paths=("/lti/deep-link",),
        mark="inferred",
        source="lms-connect 9.2",
    ),
    *_group(
        "the exchange of a code",
        Parameter(name="code", says="The code of the redirect: once, within a minute.", required=True),
        Parameter(
            name="grant_type", says="The one grant there is.", values=("authorization_code",), required=True
        ),
        Parameter(name="redirect_uri", says="The redirect URI of the login, to the letter.", required=True),
        paths=("/oauth/tokens",),
        sent="body",
        source="docs/oauth-implementation",
    ),
    *_group(
        "the exchange of a code",
        Parameter(name="client_id", says="In the place of Basic; a finding."),
        Parameter(name="client_secret", says="In the place of Basic; a finding."),
        paths=("/oauth/tokens",),
        sent="body",
        mark="chosen",
        source="sso 14",
    ),
    *_group(
        "/me and /userinfo",
        Parameter(name="access_token", says="In the place of the Authorization header; a finding."),
        paths=(*(row.path for row in ENDPOINTS if row.path.endswith("/me")), "/userinfo"),
        mark="inferred",
        source="sso 13",
    ),
    *_group(
        "/userinfo",
        Parameter(name="access_token", says="In the place of the Authorization header; a finding."),
        paths=("/userinfo",),
        sent="body",
        mark="inferred",
        source="sso 13",
    ),
    *_group(
        "the list of district tokens",
        Parameter(name="owner_type", says="Whose tokens.", values=("district",), default="district"),
        Parameter(name="district", says="Only this district's.", type="id"),
        paths=("/oauth/tokens",),
        source="docs/onboarding",
    ),
    *_group(
        "/_mock/login-as",
        Parameter(name="client_id", says="The application to log in to.", required=True),
        Parameter(name="user", says="Who to be: a Clever id or a username.", required=True),
        Parameter(name="redirect_uri", says="As at /oauth/authorize, like everything else it takes."),
        Parameter(name="state", says="As at /oauth/authorize."),
        Parameter(name="district_id", says="Whose username it is, where several have it.", type="id"),
        mark="chosen",
        source=OWN,
    ),
    *_group(
        "/_mock/people",
        Parameter(name="q", says="Part of a name, or a username, id, grade, school or quirk."),
        Parameter(name="role", says="Only people who hold this role."),
        Parameter(name="limit", says="People at most.", type="integer", least=0, most=10_000, default="50"),
        mark="chosen",
        source=OWN,
    ),
    *_group(
        "/_mock/journal",
        Parameter(name="since", says="Only rows after this number.", type="integer", least=0, default="0"),
        Parameter(name="kind", says="Only rows of this kind; without it, exchanges.", values=JOURNAL_KINDS),
        Parameter(name="path", says="Only paths that begin like this."),
        Parameter(name="client_id", says="Only this application's."),
        Parameter(name="status", says="Only answers with this status."),
        Parameter(name="limit", says="Rows at most.", type="integer", least=0, most=5000, default="1000"),
        mark="chosen",
        source=OWN,
    ),
    *_group(
        "/_mock/connections/{id}/preview",
        Parameter(name="rule", says="A sharing rule as JSON.", required=True),
        mark="chosen",
        source=OWN,
    ),
    *_group(
        "/_mock/fidelity",
        Parameter(name="kind", says="Only facts of this kind."),
        Parameter(name="mark", says="Only facts known in this way."),
        mark="chosen",
        source=OWN,
    ),
)

PARAMETERS = (*ROSTER, *OTHERS)


def places(version: Version) -> Iterator[Place]:
    """Every endpoint of a version's roster, by collection."""
    for collection in version.collections.values():
        yield Place(version=version, collection=collection)
        yield Place(version=version, collection=collection, single=True)
        for relation in collection.relations.values():
            yield Place(version=version, collection=collection, relation=relation)


def of_place(place: Place) -> list[Parameter]:
    """The parameters one endpoint of the roster takes, `role` with its values there."""
    taken = (row for row in ROSTER if row.takes is not None and row.takes(place))
    return [structs.replace(row, values=place.roles) if row.name == "role" else row for row in taken]


def of_path(path: str, sent: str = "query") -> list[Parameter]:
    """The parameters of an endpoint that is not of the roster."""
    return [row for row in OTHERS if path in row.paths and row.sent == sent]


def everywhere() -> Iterator[Place]:
    """Every endpoint of every version's roster."""
    return (place for version in VERSIONS.values() for place in places(version))
