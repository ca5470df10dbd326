"""Clever Library: where teachers add applications, say what they share with one, and districts say which they may.

A teacher comes by "Install" or by the application's own "Sign up with Clever"; both lead over the consent page
(docs/clever-library-user-flow; support 360013488672). What is on these pages is the documents'; how they look, and
their addresses, are our own.
"""

from __future__ import annotations

import csv
from collections import Counter
from io import StringIO
from typing import NamedTuple

from flask import Response, request
from msgspec import Struct, structs

from mock_clever.api.asking import here, row
from mock_clever.apps import LIBRARY_TYPES, App
from mock_clever.consents import Library
from mock_clever.model import Id, Section, Snapshot, User
from mock_clever.people import full_name
from mock_clever.portal.addresses import home
from mock_clever.portal.entry import cancelled, kinds, needs_consent, parameters, refused, wanted
from mock_clever.portal.stops import stop
from mock_clever.portal.visit import check_form, go, go_on, page, portal, send_on, signed_in
from mock_clever.world import World


class Shared(NamedTuple):
    """One thing that a consent shares; `field` is its row in the field table, where an app may leave it out."""

    words: str
    field: str = ""


SHARED = {
    "Yourself": (Shared("your name"), Shared("your e-mail address", "user.email")),
    "Your classes, those to come too": (
        *(Shared("name"), Shared("section number", "section.section_number"), Shared("grade", "section.grade")),
        *(Shared("subject"), Shared("who teaches and who learns in them")),
    ),
    "Your students": (
        *(Shared("first name"), Shared("first letter of the last name"), Shared("grade", "student.grade")),
    ),
}
"""What a teacher shares (docs/clever-library-rostering): no school, no district, nothing else of a student."""


class Class(Struct, frozen=True, kw_only=True):
    """A section as its teacher knows it."""

    name: str
    facts: str
    students: int


# Consent


@portal.get("/library/consent")
def ask_consent() -> Response:
    """What a teacher is about to share with an application, of which classes (docs/clever-library-user-flow)."""
    entry, found = wanted(here(), request.args), signed_in()
    if found is None:
        return go_on("/oauth/login", entry)
    session, teacher = found
    if not needs_consent(here(), entry, session.district, teacher):
        return send_on(entry)
    return page(
        "consent.html",
        app=entry.app,
        name=full_name(teacher),
        classes=classes_of(here().districts[session.district], teacher.id),
        shared=shared_with(entry.app),
        parameters=parameters(entry),
    )


@portal.post("/library/consent")
def answer_consent() -> Response:
    """Share and go on to the application; or not, and stay here."""
    entry, found = wanted(here(), request.form), signed_in()
    check_form()
    if found is None:
        return go_on("/oauth/login", entry)
    session, teacher = found
    if request.form.get("answer") == "authorize":
        with here().lock:
            if needs_consent(here(), entry, session.district, teacher):
                here().consent(entry.app.client_id, session.district, teacher.id)
        return send_on(entry)
    row().client_id, row().user, row().district = entry.app.client_id, teacher.id, session.district
    told = cancelled(here(), entry)
    return go(told) if told is not None else page("cancelled.html", app=entry.app, parameters=parameters(entry))


def classes_of(town: Snapshot, teacher: Id) -> list[Class]:
    """The sections a person teaches, by name."""
    taught = (s for s in town.sections.some(town.sections_of_user.get(teacher, ())) if teacher in s.teachers)
    found = [Class(name=s.name, facts=_facts(s), students=len(s.students)) for s in taught]
    return sorted(found, key=lambda each: (each.name, each.facts))


def _facts(section: Section) -> str:
    known = {"section {}": section.section_number, "grade {}": section.grade, "{}": section.subject}
    return " · ".join(words.format(value) for words, value in known.items() if value)


def shared_with(app: App) -> dict[str, tuple[str, ...]]:
    """What a consent shares with this application, which may have left fields out."""
    return {
        whose: tuple(thing.words for thing in things if thing.field not in app.off)
        for whose, things in SHARED.items()
    }


# The Library of a teacher


class Offered(Struct, frozen=True, kw_only=True):
    """An application in the Library, as one teacher finds it. `closed` says why it cannot be added, if so."""

    app: App
    users: str
    installed: bool
    recommended: bool
    by_district: bool
    closed: str


@portal.get("/library")
def library() -> Response:
    """The applications a teacher may add, and those added (support 360013488672)."""
    found = signed_in()
    if found is None:
        return go("/login")
    district, teacher = found[0].district, found[1]
    if teacher.roles.district_admin is not None and teacher.roles.teacher is None:
        return go("/library/controls")
    _check_teacher(teacher)
    return page(
        "library.html",
        name=full_name(teacher),
        offered=[offered(here(), app, district, teacher) for app in here().apps.values() if app.by_teacher],
        enabled=here().consents.library(district).enabled,
        home=home(here(), district, teacher, found[0].role),
        admin=teacher.roles.district_admin is not None,
    )


def offered(world: World, app: App, district: Id, teacher: User) -> Offered:
    """How a teacher finds this application of the Library."""
    refusal = refused(world, app, district, teacher)
    if not app.redirect_uris:
        refusal = stop("no redirect URI", app=app.name)
    return Offered(
        app=app,
        users=" and ".join(f"{kind}s" for kind in LIBRARY_TYPES if kind in app.supported_user_types),
        installed=world.consents.given(app.client_id, teacher.id),
        recommended=app.client_id in world.consents.library(district).recommended,
        by_district=world.authorizes(app, district) == "district",
        closed=refusal.title if refusal is not None else "",
    )


@portal.post("/library/install")
def install() -> Response:
    """Add an application, or open it: at its primary redirect URI, without a state (docs/identity-api)."""
    check_form()
    found = signed_in()
    if found is None:
        return go("/login")
    _check_teacher(found[1])
    asked = {"client_id": request.form.get("client_id", ""), "response_type": "code"}
    return send_on(wanted(here(), asked | {"district_id": found[0].district}))


@portal.post("/library/uninstall")
def uninstall() -> Response:
    """Take an application off: its access to the teacher and to students no other teacher shares ends (sso 14)."""
    check_form()
    found, client_id = signed_in(), request.form.get("client_id", "")
    if found is None:
        return go("/login")
    with here().lock:
        if here().consents.given(client_id, found[1].id):
            here().uninstall(client_id, found[1].id)
    return go("/library")


def _check_teacher(user: User) -> None:
    if user.roles.teacher is None:
        raise stop("not in the Library", name=full_name(user), roles=kinds(user))


# The controls of a district


class Switch(NamedTuple):
    """A control over the whole Library of a district: its words, and what each side of it means."""

    words: str
    on: str
    off: str


SWITCHES = {
    "enabled": Switch("Allow teachers to add SSO resources", "Teachers may.", "The Library is off."),
    "approval": Switch("Require approval for new Library apps", "Teachers wait.", "Teachers add what they like."),
}
PICKS = {
    "blocked": Switch("Block", "blocked", ""),
    "recommended": Switch("Recommend", "recommended", ""),
    "approved": Switch("Approve", "approved", ""),
}
"""Controls over one application, by the set of `Library` that holds its client id (support 000001741)."""


@portal.get("/library/controls")
def controls() -> Response:
    """A district's Library controls."""
    found = signed_in()
    if found is None:
        return go("/login")
    return _controls(found[0].district, found[1])


@portal.post("/library/controls")
def change_controls() -> Response:
    """Turn one of them."""
    check_form()
    found = signed_in()
    if found is None:
        return go("/login")
    district = found[0].district
    _check_admin(found[1])
    with here().lock:
        now = here().consents.library(district)
        here().allow(district, turned(now, request.form.get("control", ""), _known_app(), _on()))
    return go("/library/controls")


@portal.get("/library/installs.csv")
def installs() -> Response:
    """Who has installed what in this district, as its admin exports it (support 000001741)."""
    found = signed_in()
    if found is None:
        return go("/login")
    _check_admin(found[1])
    town, text = here().districts[found[0].district], StringIO()
    lines = csv.writer(text)
    lines.writerow(("app", "teacher_id", "teacher", "installed"))
    for consent in here().consents:
        if consent.district == found[0].district:
            user, app = town.users.get(consent.teacher), here().apps.get(consent.client_id)
            name = full_name(user) if user is not None else ""
            lines.writerow((_cell(app.name if app else ""), consent.teacher, _cell(name), consent.at))
    return Response(text.getvalue(), mimetype="text/csv", headers={"Cache-Control": "no-store"})


def turned(library: Library, control: str, client_id: str, on: bool) -> Library:
    """A district's controls with one turned; one that is not there changes nothing."""
    if control in SWITCHES:
        return structs.replace(library, **{control: on})
    if control in PICKS and client_id:
        chosen: frozenset[str] = getattr(library, control)
        return structs.replace(library, **{control: chosen | {client_id} if on else chosen - {client_id}})
    return library


def _controls(district: Id, admin: User) -> Response:
    _check_admin(admin)
    library = here().consents.library(district)
    installed = Counter(consent.client_id for consent in here().consents if consent.district == district)
    return page(
        "library_controls.html",
        district=here().districts[district].district,
        apps=[app for app in here().apps.values() if app.by_teacher],
        switches={name: (switch, getattr(library, name)) for name, switch in SWITCHES.items()},
        picks={name: (pick, getattr(library, name)) for name, pick in PICKS.items()},
        installed=installed,
        home=home(here(), district, admin),
    )


def _check_admin(user: User) -> None:
    if user.roles.district_admin is None:
        raise stop("not an admin", name=full_name(user), roles=kinds(user))


def _known_app() -> str:
    client_id = request.form.get("client_id", "")
    return client_id if client_id in here().apps else ""


def _on() -> bool:
    return request.form.get("turn") == "on"


def _cell(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
