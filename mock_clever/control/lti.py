"""The routes of LTI: which applications are tools, what those need to know of the platform, and launches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from flask import Blueprint, Response, request
from msgspec import Struct, structs

from mock_clever.api.asking import here
from mock_clever.apps import App
from mock_clever.control.bodies import among, body_of
from mock_clever.errors import ControlRefusal, PageRefusal
from mock_clever.lti.launch import Placed
from mock_clever.lti.message import DEEP_LINK_PATH
from mock_clever.lti.misbehaviours import MISBEHAVIOURS
from mock_clever.lti.tool import Tool, public_keys
from mock_clever.model import Id
from mock_clever.people import person
from mock_clever.portal.launching import ID_TOKEN, SSO, Asked, launch, launchable


class ToolBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """An application as an LTI tool. `jwks` are its public keys, which sign what it answers to deep linking."""

    login_url: str
    redirect_uris: tuple[str, ...]
    target_link_uri: str
    jwks: dict[str, Any] | None = None


class LaunchBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A launch from an LMS without a browser: someone by id or username, in one of their sections ("" is none).

    `initiation` is how a tool's login begins: by a link, or by a form on a page of the mock's.
    """

    user: str
    client_id: str | None = None
    mode: Literal["clever-sso", "id-token"] | None = None
    misbehave: str = ""
    target: str = ""
    section: Id | None = None
    deep_linking: bool = False
    initiation: Literal["link", "form"] = "link"


def launch_by_lti(plane: Blueprint) -> None:
    """Add these routes to the control plane."""

    @plane.get("/lti")
    def show_platform() -> Response:
        """What an LTI tool must know of this platform: issuer, endpoints, deployments; and its misbehaviours."""
        return _json(_platform())

    @plane.put("/apps/<client_id>/lti")
    def register_tool(client_id: str) -> Response:
        """Register an application as an LTI tool: login URL, redirect URIs, target link URI, public keys."""
        app, body = _app(client_id), body_of(ToolBody)
        tool = _checked(app, body)
        here().register(structs.replace(app, lti=tool))
        return _json(_tool(app, tool))

    @plane.delete("/apps/<client_id>/lti")
    def unregister_tool(client_id: str) -> Response:
        """Let an application be no LTI tool any more."""
        here().register(structs.replace(_app(client_id), lti=None))
        return _json(_platform())

    @plane.post("/lms/<district>/launch")
    def launch_from_lms(district: Id) -> Response:
        """A launch from a district's LMS: where to go on, as a login from Clever or to a tool's login URL."""
        body = body_of(LaunchBody)
        asked = _asked(district, body)
        try:
            begun = launch(here(), asked)
        except PageRefusal as no:
            raise ControlRefusal(f"{no.title}: {no} {no.advice}", no.status) from None
        who = person(district, here().districts[district], asked.user).told()
        told = {"mode": asked.mode, "client_id": asked.app.client_id, "section": begun.section or None}
        return _json({"redirect": begun.redirect, **told, "user": who})


def _app(client_id: str) -> App:
    app = here().apps.get(client_id)
    if app is None:
        raise ControlRefusal(f"no application has the client id {client_id!r}: GET /_mock/apps lists them", 404)
    return app


def _checked(app: App, body: ToolBody) -> Tool:
    if not body.redirect_uris:
        raise ControlRefusal("redirect_uris cannot be empty: it is where id_tokens are sent")
    for uri in (body.login_url, body.target_link_uri, *body.redirect_uris):
        if problem := app.problem_with(uri):
            raise ControlRefusal(f"{uri!r} {problem}")
    try:
        keys = public_keys(body.jwks) if body.jwks is not None else ()
    except ValueError as wrong:
        raise ControlRefusal(f"jwks {wrong}") from None
    return Tool(
        login_url=body.login_url,
        redirect_uris=body.redirect_uris,
        target_link_uri=body.target_link_uri,
        keys=keys,
    )


def _asked(district: Id, body: LaunchBody) -> Asked:
    world = here()
    world.district(district)
    found = world.person(body.user, district)
    if found is None:
        raise ControlRefusal(
            f"nobody here is or has the username {body.user!r}: GET /_mock/people?q= finds people", 404
        )
    app = _app(body.client_id) if body.client_id is not None else launchable(world, district)
    if app is None:
        raise ControlRefusal(
            f"no application has LMS Connect in district {district}: PUT /_mock/districts/{district}/lms", 409
        )
    mode = body.mode or world.settings.lti_mode
    if body.misbehave:
        among("misbehave", (body.misbehave,), MISBEHAVIOURS)
    if mode == SSO and (body.misbehave or body.deep_linking or body.initiation == "form"):
        raise ControlRefusal(f"misbehave, deep_linking and initiation are for id_tokens: add mode {ID_TOKEN!r}")
    return Asked(
        app=app,
        district=district,
        user=found[1],
        mode=mode,
        issuer=_issuer(),
        section=body.section,
        target=body.target,
        deep_linking=body.deep_linking,
        misbehaviour=body.misbehave,
        form=body.initiation == "form",
    )


def _issuer() -> str:
    return request.url_root.rstrip("/")


def _platform() -> dict[str, Any]:
    base, world = _issuer(), here()
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/lti/authorize",
        "jwks_uri": f"{base}/lti/jwks",
        "deep_link_return_url": base + DEEP_LINK_PATH,
        "mode": world.settings.lti_mode,
        "tools": [_tool(app, app.lti) for app in world.apps.values() if app.lti is not None],
        "links": [_link(link) for link in world.platform.links()],
        "misbehaviours": {name: each.says for name, each in MISBEHAVIOURS.items()},
    }


def _tool(app: App, tool: Tool) -> dict[str, Any]:
    world = here()
    deployments = [
        {
            "deployment_id": each.id,
            "district": each.district,
            "lms_type": link.lms_type if link is not None else None,
        }
        for each in world.connections_of(app.client_id)
        for link in (world.links.get(each.district),)
    ]
    return {
        "client_id": app.client_id,
        "name": app.name,
        "login_url": tool.login_url,
        "redirect_uris": tool.redirect_uris,
        "target_link_uri": tool.target_link_uri,
        "jwks": {"keys": tool.keys},
        "deployments": deployments,
    }


def _link(link: Placed) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(link)
    return told | {"district": here().connections[link.connection].district}


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, content_type="application/json")
