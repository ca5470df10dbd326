"""The routes of those who log in: a login without a browser, what teachers authorise, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from msgspec import structs

from mock_clever.api.asking import here
from mock_clever.apps import App
from mock_clever.consents import Library
from mock_clever.control.bodies import (
    ConsentBody,
    LibraryBody,
    LoginBody,
    RevokeBody,
    among,
    body_of,
    number,
    only_known,
)
from mock_clever.control.environment import environment
from mock_clever.errors import ControlRefusal, PageRefusal
from mock_clever.model import Id, User
from mock_clever.people import person, search, unshared
from mock_clever.portal.entry import Wanted, finish, needs_consent, refused
from mock_clever.portal.icons import may_impersonate
from mock_clever.portal.impersonation import may_be
from mock_clever.portal.stops import stop


def let_in(plane: Blueprint) -> None:
    """Add these routes to the control plane."""

    @plane.get("/people")
    def people() -> Response:
        """People by name, username, id, grade, school, role or quirk."""
        only_known("q", "role", "limit")
        text, role = request.args.get("q", ""), request.args.get("role", "")
        found = search(here(), text, role, limit=number("limit", 50, 10_000), more={"unshared": unshared(here())})
        return _json({"people": [who.shown(here()) for who in found]})

    @plane.post("/login")
    def login() -> Response:
        """A finished Clever login without a browser: where it would redirect to, and who that is."""
        body = body_of(LoginBody)
        app, (district, user) = _app(body.client_id), _person(body.user, body.district)
        redirect = _finished(body, app, district, user)
        return _json({"redirect": redirect, "user": person(district, here().districts[district], user).told()})

    @plane.get("/consents")
    def list_consents() -> Response:
        """The teachers who authorised a Library application for their classes."""
        return _json({"consents": [msgspec.to_builtins(consent) for consent in here().consents]})

    @plane.post("/consents")
    def consent() -> Response:
        """A teacher authorises a Library application, without a browser and without logging in."""
        body = body_of(ConsentBody)
        app, (district, teacher) = _app(body.client_id), _person(body.teacher, "")
        with here().lock:
            _check_library(app, district, teacher)
            given = here().consent(app.client_id, district, teacher.id)
        return _json(msgspec.to_builtins(given), 201)

    @plane.delete("/consents/<client_id>/<teacher>")
    def uninstall(client_id: str, teacher: Id) -> Response:
        """A teacher takes a Library application off: their tokens and those of their students end."""
        return _json(msgspec.to_builtins(here().uninstall(client_id, teacher)))

    @plane.get("/districts/<id>/library")
    def show_library(id: Id) -> Response:
        """What a district lets its teachers add from the Library."""
        return _json(_library(here().consents.library(here().district(id).district.id)))

    @plane.patch("/districts/<id>/library")
    def rule_library(id: Id) -> Response:
        """Block, recommend or approve applications of the Library in a district, or switch it off there."""
        given = {k: v for k, v in structs.asdict(body_of(LibraryBody)).items() if v is not None}
        for name in ("blocked", "recommended", "approved"):
            among(name, given.get(name, ()), here().apps)
        with here().lock:
            now = structs.replace(here().consents.library(id), **given)
            here().allow(id, now)
        return _json(_library(now))

    @plane.post("/revoke")
    def revoke() -> Response:
        """End the user tokens of a person, of an application or of both; how many there were."""
        body = body_of(RevokeBody)
        if body.user is None and body.client_id is None:
            raise ControlRefusal("name whose tokens end: a `user`, a `client_id` or both")
        with here().lock:
            ended = here().grants.revoke(
                lambda login: body.user in (None, login.user) and body.client_id in (None, login.client_id)
            )
        return _json({"revoked": ended})


def _app(client_id: str | None) -> App:
    client_id = client_id or environment("")["CLEVER_SSO_CLIENT_ID"]
    app = here().apps.get(client_id)
    if app is None:
        raise ControlRefusal(f"no application has the client id {client_id!r}: GET /_mock/apps lists them", 404)
    return app


def _person(wanted: str, district: Id) -> tuple[Id, User]:
    if district:
        here().district(district)
    found = here().person(wanted, district)
    if found is None:
        raise ControlRefusal(f"nobody is or has the username {wanted!r}: GET /_mock/people?q= finds people", 404)
    return found


def _finished(body: LoginBody, app: App, district: Id, user: User) -> str:
    """Where this login ends. A teacher says yes to a Library application, unless told not to."""
    redirect_uri = body.redirect_uri or next(iter(app.redirect_uris), "")
    if redirect_uri not in app.redirect_uris:
        raise ControlRefusal(f"{redirect_uri!r} is not among the redirect URIs of {app.name}: {app.redirect_uris}")
    entry = Wanted(
        app=app,
        redirect_uri=redirect_uri,
        state=body.state,
        nonce=body.nonce,
        return_unshared=body.return_unshared,
    )
    by = _admin(body.by_admin, district, user) if body.by_admin else None
    with here().lock:
        if needs_consent(here(), entry, district, user):
            if not body.consent:
                raise ControlRefusal(f"{user.id} has not authorised {app.name}: POST /_mock/consents", 403)
            here().consent(app.client_id, district, user.id)
    try:
        return finish(here(), entry, district, user, role=body.role, by=by)
    except PageRefusal as no:
        raise _as_control(no) from None


def _admin(wanted: str, district: Id, user: User) -> Id:
    """The admin who sees Clever as this person, refused where no page would let them (support 360000406146)."""
    _, admin = _person(wanted, district)
    if not may_impersonate(admin):
        raise ControlRefusal(f"{admin.id} is nobody's admin: only district admins and School Tech Leads are", 409)
    if not may_be(admin, user):
        raise _as_control(stop("not yours to be"))
    return admin.id


def _check_library(app: App, district: Id, teacher: User) -> None:
    """Refuse a consent that no page would let this person give."""
    if here().authorizes(app, district) != "teacher":
        raise ControlRefusal(f"{app.name} is no Library application here: district {district} decides for it", 409)
    if teacher.roles.teacher is None:
        raise ControlRefusal(f"{teacher.id} is no teacher: only teachers authorise applications", 409)
    no = refused(here(), app, district, teacher)
    if no is not None:
        raise _as_control(no)


def _as_control(no: PageRefusal) -> ControlRefusal:
    return ControlRefusal(f"{no.title}: {no} {no.advice}", no.status)


def _library(library: Library) -> dict[str, Any]:
    shown = structs.asdict(library)
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in shown.items()}


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, content_type="application/json")
