"""What an LTI platform serves to tools: its keys, the authorization endpoint, and where deep links come back.

These forms come from applications, not from pages of ours: no token of this browser's is in them. Each is good
for one launch, by a secret that its beginning gave away once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from flask import Blueprint, Response, render_template, request

from mock_clever.api.asking import find, here, row
from mock_clever.api.wire import DISCOVERY, answer
from mock_clever.apps import App
from mock_clever.errors import PageRefusal
from mock_clever.lti.answer import Refused, check, placed, said, verify
from mock_clever.lti.launch import Launch, Placed
from mock_clever.lti.misbehaviours import patched
from mock_clever.lti.request import problem, refusal
from mock_clever.pages import page as finished
from mock_clever.portal.launching import id_token, initiation, may_launch, remember, usable_link, wrong_with
from mock_clever.portal.stops import stop

lti_platform = Blueprint("lti", __name__)


@lti_platform.get("/lti/jwks")
def jwks() -> Response:
    """The platform's public keys: those of this world's id_tokens, the old ones too while a token may live."""
    world = here()
    keys = world.keys.published(world.clock.now())
    return answer(finished(msgspec.json.encode({"keys": keys})), DISCOVERY)


@lti_platform.get("/lti/initiate")
def initiate() -> Response:
    """A form that initiates a tool's login, where that is not done by a link (lti/v1p3 4.1)."""
    begun = here().platform.awaited(request.args.get("lti_message_hint", ""), here().clock.now())
    app = here().apps.get(begun.client_id) if begun is not None else None
    if begun is None or app is None or app.lti is None:
        raise stop("no waiting launch")
    return _form(app, app.lti.login_url, initiation(begun))


@lti_platform.get("/lti/authorize")
@lti_platform.post("/lti/authorize")
def authorize() -> Response:
    """A tool asks for the id_token of a launch. It comes as a form; so does an error, once it is known to whom."""
    sent = request.args if request.method == "GET" else request.form
    app = here().apps.get(sent.get("client_id", ""))
    if app is None or app.lti is None:
        raise stop("unknown LTI tool")
    row().client_id = app.client_id
    redirect_uri = sent.get("redirect_uri", "")
    if redirect_uri not in app.lti.redirect_uris:
        raise stop("unknown LTI redirect URI", app=app.name)
    repeated = any(len(values) > 1 for _, values in sent.lists())
    why = "repeated parameter" if repeated else problem(sent)
    if "state" not in sent:
        find(
            "lti-no-state", "send a state, and compare what comes back with this browser's (security/v1p0 5.1.1.2)"
        )
    return _form(app, redirect_uri, _fields(app, sent, why))


@lti_platform.post("/lti/deep-link")
def take_links() -> Response:
    """A tool answers what it wants to be placed in a section (lti-dl/v2p0 4.4)."""
    world, token = here(), request.form.get("JWT", "")
    try:
        with world.lock:
            begun, links = _links(token)
            world.platform.place(begun, links)
    except Refused as no:
        raise stop("no deep linking response", problem=str(no)) from None
    app, section = world.apps[begun.client_id], _section_name(begun)
    return _page("lti_placed.html", app=app, links=links, section=section)


def _fields(app: App, sent: Mapping[str, str], why: str | None) -> dict[str, str]:
    """What goes to the tool: an id_token, unless something is wrong; and its state."""
    state = {"state": sent["state"]} if "state" in sent else {}
    if why is not None:
        return state | refusal(why)
    world, now = here(), here().clock.now()
    with world.lock:
        begun = world.platform.awaited(sent["lti_message_hint"], now)
        if begun is None or (begun.client_id, begun.user) != (app.client_id, sent["login_hint"]):
            return state | refusal("no such launch")
        token = _id_token(app, begun, sent["nonce"])
        if token is None:
            return state | refusal("may not log in")
        world.platform.answered(begun, sent["nonce"], now)
    return patched(state | {"id_token": token}, wrong_with(begun).form)


def _id_token(app: App, begun: Launch, nonce: str) -> str | None:
    """The id_token of a launch, if this person may still launch this application."""
    world = here()
    connection = world.connections.get(begun.connection)
    town = world.districts.get(connection.district) if connection is not None else None
    user = town.users.get(begun.user) if town is not None else None
    if connection is None or user is None:
        return None
    row().user, row().district = user.id, connection.district
    try:
        may_launch(world, app, connection.district, user)
    except PageRefusal:
        return None
    if begun.section and begun.section not in world.published(connection).snapshot.sections:
        return None
    if nonce in world.platform.nonces(app.client_id):
        find("lti-nonce-reused", "make a new nonce for every launch, and take each once (security/v1p0 5.1.3)")
    link = usable_link(world, connection.district, user)
    if not begun.misbehaviour:
        remember(world, connection, user)
    return id_token(world, app, begun, user, link, nonce)


def _links(token: str) -> tuple[Launch, list[Placed]]:
    """What a response places, and the request it answers. Raises Refused."""
    world, now = here(), here().clock.now()
    told = said(token)
    app = world.apps.get(told.iss)
    if app is None or app.lti is None:
        raise Refused("iss is the client id of no tool")
    row().client_id = app.client_id
    verify(token, app.lti)
    begun = world.platform.linking(told.data, now)
    if begun is None or begun.client_id != app.client_id:
        raise Refused("its data is that of no request that awaits a response")
    row().user = begun.user
    check(told, begun, app.lti, now)
    return begun, list(placed(told, begun, app.lti, _ids(now)))


def _ids(now: float) -> Iterator[str]:
    while True:
        yield here().mint.object_id(now)


def _section_name(begun: Launch) -> str:
    connection = here().connections[begun.connection]
    section = here().districts[connection.district].sections.get(begun.section)
    return (section.name or "") if section is not None else ""


def _form(app: App, action: str, fields: Mapping[str, str]) -> Response:
    """A form that sends itself, or waits for its button where no scripts run."""
    return _page("lti_post.html", app=app, action=action, fields=fields)


def _page(template: str, **values: Any) -> Response:
    """A page without a form of ours: nothing on it needs this browser's token."""
    return Response(render_template(template, **values))
