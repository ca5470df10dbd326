"""Launches from an LMS: who may begin one, where it leads, and what the application gets of it (lms-connect 9).

Clever's own way is a login that arrives at the application as any other from the portal does; the second way is an
id_token of LTI 1.3 (lms-connect 11 #24).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from msgspec import Struct

from mock_clever.apps import App, Connection
from mock_clever.ids import token
from mock_clever.lms.link import Link, synced
from mock_clever.lms.profiles import PROFILES
from mock_clever.lti.launch import Launch
from mock_clever.lti.message import Claims, View, claims
from mock_clever.lti.misbehaviours import MISBEHAVIOURS, NONE, Misbehaviour, patched
from mock_clever.lti.tool import Tool
from mock_clever.lti.vocabulary import DEEP_LINKING_REQUEST, RESOURCE_LINK_REQUEST
from mock_clever.model import Id, Section, User
from mock_clever.people import full_name
from mock_clever.portal.entry import Wanted, finish, refused
from mock_clever.portal.stops import stop
from mock_clever.world import World

SSO, ID_TOKEN = "clever-sso", "id-token"


class Asked(Struct, frozen=True, kw_only=True):
    """A launch somebody wants. `section` is None where any will do and empty where none is meant; `target` a page
    of the application, or the id of a link it has placed; `form` is to initiate the login by a form."""

    app: App
    district: Id
    user: User
    mode: str
    issuer: str
    section: Id | None = None
    target: str = ""
    deep_linking: bool = False
    misbehaviour: str = ""
    form: bool = False


class Begun(NamedTuple):
    """Where a launch leads, and from which section."""

    redirect: str
    section: Id


def launch(world: World, asked: Asked) -> Begun:
    """Begin this launch, or finish it where Clever logs in. Raises PageRefusal when it cannot be."""
    with world.lock:
        connection = may_launch(world, asked.app, asked.district, asked.user)
        section = _section(world, asked, connection)
        if asked.mode == SSO:
            return Begun(_logged_in(world, asked, connection), section)
        return Begun(_begun(world, asked, connection, section), section)


def may_launch(world: World, app: App, district: Id, user: User) -> Connection:
    """The connection by which this person launches the application. Raises PageRefusal when they may not now.

    Where LMS Connect is accepted for another application of the district, one that logs people in may be launched
    too: products whose rosters and logins have a client id each (docs/integration-types).
    """
    link = usable_link(world, district, user)
    no = refused(world, app, district, user)
    if no is not None:
        raise no
    connection = world.connection_of(app.client_id, district)
    if connection is None or not _accepted(world, district):
        raise stop("no LMS Connect", app=app.name)
    if not synced(world.districts[district], link, user):
        raise stop("not in the LMS", name=full_name(user))
    return connection


def usable_link(world: World, district: Id, user: User) -> Link:
    """The district's LMS, which launches. Raises PageRefusal when there is none, or it does not."""
    link = world.links.get(district)
    if link is None:
        raise stop("no LMS", name=full_name(user), district=district)
    profile = PROFILES[link.lms_type]
    if not profile.lti:
        raise stop("LMS without LTI", lms=profile.name, district=district)
    if not link.usable:
        raise stop("LMS not ready", state=link.state or "not connected", district=district)
    return link


def launchable(world: World, district: Id) -> App | None:
    """The application that is launched where nobody names one: the first that has LMS Connect here."""
    return next((world.apps[each.client_id] for each in _accepted(world, district)), None)


def _accepted(world: World, district: Id) -> list[Connection]:
    return [
        each
        for each in world.connections.values()
        if each.district == district and each.connected and each.lms_connect == "accepted"
    ]


def _section(world: World, asked: Asked, connection: Connection) -> Id:
    """The section that is launched from: the one named, or the first that fits, or none."""
    own = _own(world, asked, connection)
    fitting = [s.id for s in own if not asked.deep_linking or asked.user.id in s.teachers]
    section = next(iter(fitting), "") if asked.section is None else asked.section
    if asked.deep_linking and section not in fitting:
        raise stop("links are placed by teachers", name=full_name(asked.user), app=asked.app.name)
    if section and section not in fitting:
        raise stop("not in this section", name=full_name(asked.user), section=section, app=asked.app.name)
    return section


def _own(world: World, asked: Asked, connection: Connection) -> list[Section]:
    """The sections of this person that the application sees and the LMS has."""
    seen, town = world.published(connection).snapshot, world.districts[asked.district]
    link = world.links[asked.district]
    of_user = seen.sections.some(seen.sections_of_user.get(asked.user.id, ()))
    return [section for section in of_user if synced(town, link, section)]


# By a login from Clever


def _logged_in(world: World, asked: Asked, connection: Connection) -> str:
    """The primary redirect URI with a code and without a state, as after any login from Clever (sso 3)."""
    if not asked.app.redirect_uris:
        raise stop("no redirect URI", app=asked.app.name)
    entry = Wanted(app=asked.app, redirect_uri=asked.app.redirect_uris[0])
    redirect = finish(world, entry, asked.district, asked.user)
    remember(world, connection, asked.user)
    return redirect


def remember(world: World, connection: Connection, user: User) -> None:
    """A student came by LTI: from now on Schoology takes their grades (docs/submitting-schoology-submissions).

    One who came to an application without LMS Connect of its own came for the product that has it.
    """
    if user.roles.student is None:
        return
    accepted = _accepted(world, connection.district)
    for each in [connection] if connection in accepted else accepted:
        world.launches.add(each.id, user.id, world.clock.now())


# By an id_token


def _begun(world: World, asked: Asked, connection: Connection, section: Id) -> str:
    tool, wrong = _tool(asked.app), MISBEHAVIOURS.get(asked.misbehaviour, NONE)
    message = DEEP_LINKING_REQUEST if asked.deep_linking else RESOURCE_LINK_REQUEST
    if wrong.only not in ("", message):
        raise stop("other message", misbehaviour=asked.misbehaviour, message=wrong.only)
    if wrong.replays and not world.platform.nonces(asked.app.client_id):
        raise stop("no launch before", app=asked.app.name)
    place = _place(world, asked, tool, connection, section)
    begun = Launch(
        hint=world.mint.hex(40),
        at=world.clock.now(),
        issuer=asked.issuer,
        client_id=asked.app.client_id,
        connection=connection.id,
        user=asked.user.id,
        section=section,
        target=place.target,
        resource_link=place.id,
        title=place.title,
        custom=place.custom,
        message_type=message,
        data=world.mint.hex(40) if asked.deep_linking else "",
        misbehaviour=asked.misbehaviour,
    )
    world.platform.begin(begun)
    if asked.form:
        return f"{asked.issuer}/lti/initiate?{urlencode({'lti_message_hint': begun.hint})}"
    login = tool.login_url
    return f"{login}{'&' if '?' in login else '?'}{urlencode(initiation(begun))}"


class Place(NamedTuple):
    """Where in a course an application is linked, and to which of its pages."""

    id: str
    target: str
    title: str
    custom: Mapping[str, str]


def _place(world: World, asked: Asked, tool: Tool, connection: Connection, section: Id) -> Place:
    """The link that is followed: one that was placed, or the application's own in this course, always the same."""
    placed = world.platform.link(connection.id, section, asked.target) if asked.target else None
    if placed is not None and placed.type == "ltiResourceLink":
        return Place(placed.id, placed.url, placed.title, placed.custom)
    target = asked.target or tool.target_link_uri
    if not tool.serves(target) or asked.app.problem_with(target):
        raise stop("link elsewhere", app=asked.app.name)
    return Place(token(32, "resource link", connection.id, section, target), target, asked.app.name, {})


def _tool(app: App) -> Tool:
    if app.lti is None:
        raise stop("no LTI tool", app=app.name, client_id=app.client_id)
    return app.lti


def initiation(begun: Launch) -> dict[str, str]:
    """What a tool's login is initiated with, wrong or not."""
    return patched(begun.login(), wrong_with(begun).login)


def wrong_with(begun: Launch) -> Misbehaviour:
    """What is wrong with a launch on purpose."""
    return MISBEHAVIOURS.get(begun.misbehaviour, NONE)


def id_token(world: World, app: App, begun: Launch, user: User, link: Link, nonce: str) -> str:
    """The id_token of a launch, wrong or not."""
    now, wrong = world.clock.now(), wrong_with(begun)
    seen = world.published(world.connections[begun.connection])
    view = View(snapshot=seen.snapshot, permission=seen.permission, link=link)
    before = world.platform.nonces(app.client_id)
    nonce = before[-1] if wrong.replays and before else nonce
    told: Claims = claims(begun, view, app.login_roles(user), nonce, now)
    return wrong.token(told, world.keys, now)
