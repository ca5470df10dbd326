"""The steps of a login that every way in shares: authorize, Instant Login, the questions it may ask, sign-out."""

from __future__ import annotations

from flask import Response, render_template, request

from mock_clever.api.asking import here, row
from mock_clever.people import full_name
from mock_clever.portal.entry import Wanted, cancelled, instant, parameters, wanted
from mock_clever.portal.visit import (
    check_form,
    choose_role,
    go,
    go_on,
    page,
    portal,
    remember,
    remembered,
    roles_of,
    send_on,
    sign_out,
    signed_in,
)


@portal.get("/")
def welcome() -> str:
    """What this is, and where to go from here."""
    return render_template("welcome.html", districts=[town.district for town in here().districts.values()])


@portal.get("/favicon.ico")
def no_icon() -> Response:
    """Nothing, so that no browser complains."""
    return Response(status=204)


@portal.get("/oauth/authorize")
def authorize() -> Response:
    """Begin a login, or finish it at once for someone already signed in to Clever (docs/identity-api)."""
    return begin(wanted(here(), request.args))


@portal.get("/oauth/instant-login")
def instant_login() -> Response:
    """An Instant Login link (docs/oauth-implementation)."""
    return begin(instant(here(), request.args))


def begin(entry: Wanted) -> Response:
    """Where a login begins: at the application, for who is signed in; else at a login page, or the school picker.

    `confirmed=false` asks a signed-in student first whether it is them (docs/best-practices-edge-cases).
    """
    row().client_id = entry.app.client_id
    found = signed_in()
    if found is not None and entry.district in ("", found[0].district):
        if entry.confirmed == "false" and found[1].roles.student is not None:
            return page("confirm.html", app=entry.app, name=full_name(found[1]), parameters=parameters(entry))
        return send_on(entry)
    if entry.district:
        remember(entry.district)
    if entry.user_type == "district_admin":
        return go_on("/oauth/district-admin", entry)
    district = entry.district or remembered()
    return (
        go_on("/oauth/login", entry, district_id=district) if district else go_on("/oauth/district-picker", entry)
    )


@portal.post("/oauth/confirm")
def confirm() -> Response:
    """Continue as who is signed in; "not me" signs out of Clever and shows the login page."""
    entry = wanted(here(), request.form)
    check_form()
    found = signed_in()
    if found is not None and request.form.get("answer") == "continue":
        return send_on(entry)
    sign_out()
    return go_on("/oauth/login", entry, **({"district_id": found[0].district} if found is not None else {}))


@portal.get("/oauth/role")
def ask_role() -> Response:
    """Which of their accounts a person of several roles means, as Clever asked before v3 (docs/il-design)."""
    entry, found = wanted(here(), request.args), signed_in()
    if found is None:
        return begin(entry)
    roles = roles_of(entry, found[0].district, found[1])
    return page("role.html", app=entry.app, name=full_name(found[1]), roles=roles, parameters=parameters(entry))


@portal.post("/oauth/role")
def be_in_role() -> Response:
    """Go on in the chosen role."""
    entry, found, role = wanted(here(), request.form), signed_in(), request.form.get("role", "")
    check_form()
    if found is None or role not in roles_of(entry, found[0].district, found[1]):
        return begin(entry)
    choose_role(role)
    return send_on(entry)


@portal.get("/oauth/cancel")
def cancel() -> Response:
    """Break a login off: the person stays here, unless this world is set to tell the application (sso 14)."""
    entry = wanted(here(), request.args)
    told = cancelled(here(), entry)
    return go(told) if told is not None else page("cancelled.html", app=entry.app, parameters=parameters(entry))


@portal.get("/logout")
def log_out() -> Response:
    """Sign out of Clever itself; applications are not told (docs/il-design)."""
    sign_out()
    return page("signed_out.html")
