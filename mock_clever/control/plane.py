"""The control plane's routes. Each answers JSON; each refusal says what to send instead (docs/control.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from msgspec import structs

from mock_clever import __version__
from mock_clever.api.asking import here
from mock_clever.apps import CHOOSABLE, GRANTS, PRODUCTS, USER_TYPES, App, Connection
from mock_clever.control.badges import give_badges
from mock_clever.control.bodies import (
    AppBody,
    ConnectionBody,
    DistrictBody,
    ResetBody,
    SharingBody,
    WorldBody,
    among,
    body_of,
    decoded,
    number,
    only_known,
)
from mock_clever.control.entering import let_in
from mock_clever.control.environment import environment
from mock_clever.control.gradebook import act_in_lms
from mock_clever.control.happenings import tell
from mock_clever.control.keys import turn_keys
from mock_clever.control.living import let_live
from mock_clever.control.lms import join_lms
from mock_clever.control.lti import launch_by_lti
from mock_clever.control.printed import tell_of_itself
from mock_clever.control.timelines import play_on
from mock_clever.errors import ControlRefusal
from mock_clever.fields import FIELDS as FIELD_TABLE
from mock_clever.ids import token
from mock_clever.journal import KINDS as JOURNAL_KINDS
from mock_clever.model import KINDS, ROLES, Id, Snapshot, User
from mock_clever.people import full_name
from mock_clever.rules import FIELDS
from mock_clever.scenarios import Scenario, Worlds, fill, start
from mock_clever.settings import changed
from mock_clever.sharing import Sharing


def control_plane(worlds: Worlds) -> Blueprint:
    """The routes over these worlds."""
    plane = Blueprint("control", __name__, url_prefix="/_mock")
    plane.after_request(tell)

    @plane.get("/health")
    def health() -> Response:
        """Whether the mock answers, and what it serves."""
        return _json({"status": "ok", "preset": worlds.begins.scenario.preset, "version": __version__})

    @plane.get("/env")
    def env() -> Response:
        """What a vendor app needs to know, as environment variables."""
        return _json(environment(request.url_root.rstrip("/")))

    @plane.get("/apps")
    def list_apps() -> Response:
        """The registered applications, with their secrets, as a dashboard shows them."""
        return _json({"apps": [_app(app) for app in here().apps.values()]})

    @plane.post("/apps")
    def register_app() -> Response:
        """Register an application, or change the one with this client id."""
        body = body_of(AppBody)
        new = body.client_id is None or body.client_id not in here().apps
        app = _registered(body)
        here().register(app)
        if new and app.by_district:
            for district in here().districts:
                here().connect(app.client_id, district)
        return _json(_app(app), 201 if new else 200)

    @plane.get("/connections")
    def list_connections() -> Response:
        """Every district connected to every application."""
        return _json({"connections": [_connection(c) for c in here().connections.values()]})

    @plane.patch("/connections/<id>")
    def switch_connection(id: Id) -> Response:
        """Launch or unlaunch a connection, disconnect or reconnect it, withhold fields, accept LMS Connect."""
        given = {k: v for k, v in structs.asdict(body_of(ConnectionBody)).items() if v is not None}
        was = here().connection(id)
        _check_withheld(was, given.get("withheld", frozenset()))
        _check_lms_connect(was, given.get("lms_connect", ""))
        changed = here().reconnect(id, **given)
        if changed.connected and not was.connected:
            changed = here().join_again(id)
        return _json(_connection(changed))

    @plane.put("/connections/<id>/sharing")
    def share(id: Id) -> Response:
        """Choose what a district shares with an application; acts at once."""
        body = body_of(SharingBody)
        connection = here().connection(id)
        _check_sharing(here().district(connection.district), body)
        return _json(_connection(here().reconnect(id, sharing=_rule(body))))

    @plane.get("/connections/<id>/preview")
    def preview(id: Id) -> Response:
        """Who would appear and disappear under another rule, given as JSON in `rule`; nothing changes."""
        connection = here().connection(id)
        body = decoded(request.args.get("rule", "").encode(), SharingBody)
        _check_sharing(here().district(connection.district), body)
        now, then = here().published(connection).snapshot, here().foreseen(connection, _rule(body))
        return _json({"appear": _beyond(then, now), "disappear": _beyond(now, then)})

    @plane.post("/connections/<id>/rotate")
    def rotate(id: Id) -> Response:
        """Give a connection a new token; the old one answers 401 from now on."""
        return _json(_connection(here().rotate(id)))

    @plane.get("/districts")
    def list_districts() -> Response:
        """The districts of this world and how much they hold."""
        return _json({"districts": [_district(d) for d in here().districts.values()]})

    @plane.post("/districts")
    def add_district() -> Response:
        """Another district from a preset, connected to every application unless told not to."""
        body = body_of(DistrictBody)
        begins = start(Scenario(preset=body.preset, seed=body.seed, cache=worlds.begins.scenario.cache))
        fill(here(), begins, body.connect)
        return _json(_district(begins.district), 201)

    @plane.get("/answer-key")
    def answer_key() -> Response:
        """What is odd in this world's districts, what happened since, and what a correct app shows."""
        return _json(here().answers.shown())

    @plane.get("/journal")
    def journal() -> Response:
        """Every exchange seen, oldest first, secrets masked; with `kind=event` what was done to the world."""
        only_known("since", "kind", "path", "client_id", "status", "limit")
        wanted = {name: request.args.get(name) for name in ("kind", "path", "client_id", "status")}
        if wanted["kind"] not in (None, *JOURNAL_KINDS):
            raise ControlRefusal(f"no row is of kind {wanted['kind']!r}: choose one of {', '.join(JOURNAL_KINDS)}")
        since, newest = number("since", 0, 2**53), here().journal.newest
        rows = [row for row in here().journal.entries(since, **wanted) if row.id <= newest]
        shown = rows[: number("limit", 1000, 5000)]
        if len(shown) < len(rows):
            newest = shown[-1].id if shown else since
        return _json({"entries": [row.shown() for row in shown], "next": newest})

    @plane.delete("/journal")
    def clear_journal() -> Response:
        """Forget every exchange; numbers go on."""
        here().journal.clear()
        return _json({"next": here().journal.newest})

    @plane.get("/settings")
    def show_settings() -> Response:
        """How this world's open questions are answered."""
        return _json(structs.asdict(here().settings))

    @plane.patch("/settings")
    def change_settings() -> Response:
        """Answer some of them otherwise, or change a limit."""
        here().settings = changed(here().settings, body_of(dict[str, Any]))
        return _json(structs.asdict(here().settings))

    tell_of_itself(plane)
    play_on(plane)
    let_live(plane)
    join_lms(plane)
    act_in_lms(plane)
    turn_keys(plane)
    give_badges(plane)
    let_in(plane)
    launch_by_lti(plane)

    @plane.get("/faults")
    def list_faults() -> Response:
        """The planned faults and how many matching requests each has seen."""
        return _json({"faults": [fault.shown() for fault in here().faults.faults]})

    @plane.post("/faults")
    def plan_fault() -> Response:
        """Plan a fault, or several as a `plan`: all of them or none."""
        body = body_of(dict[str, Any])
        planned = [fault.shown() for fault in here().faults.plan(body)]
        return _json({"plan": planned} if "plan" in body else planned[0], 201)

    @plane.delete("/faults")
    def clear_faults() -> Response:
        """Plan nothing any more."""
        here().faults.clear()
        return _json({"faults": []})

    @plane.post("/reset")
    def reset() -> Response:
        """This world as it began: data, sharing, grants, faults, clock and journal. Registered apps stay.

        With `one_school_above` a district of more people than that begins with one school (`cut` says which).
        """
        wanted = body_of(ResetBody) if request.get_data() else ResetBody()
        cut = worlds.reset(here().name, wanted.one_school_above)
        return _json({"status": "reset", **({"cut": cut.shown()} if cut else {})})

    @plane.get("/worlds")
    def list_worlds() -> Response:
        """The names of all worlds."""
        return _json({"worlds": list(worlds)})

    @plane.post("/worlds")
    def create_world() -> Response:
        """A fresh world, reached under /w/{name}."""
        body = body_of(WorldBody)
        world = worlds.create(body.name, body.preset, body.seed)
        return _json({"name": world.name, "path": f"/w/{world.name}"}, 201)

    @plane.delete("/worlds/<name>")
    def drop_world(name: str) -> Response:
        """Forget a world."""
        worlds.drop(name)
        return _json({"worlds": list(worlds)})

    return plane


def _registered(body: AppBody) -> App:
    given = {k: v for k, v in structs.asdict(body).items() if v is not None}
    among("products", given.get("products", ()), PRODUCTS)
    among("supported_user_types", given.get("supported_user_types", ()), USER_TYPES)
    if "" in (body.client_id, body.client_secret):
        raise ControlRefusal("client_id and client_secret cannot be empty: leave them out to have them made")
    among("granted", given.get("granted", ()), GRANTS)
    among("off", given.get("off", ()), CHOOSABLE)
    among("optional", given.get("optional", ()), CHOOSABLE)
    among("roles", given.get("roles", ()), ROLES)
    old = here().apps.get(body.client_id or "")
    if old is not None:
        return _checked(structs.replace(old, **given))
    if not body.name or not body.products:
        raise ControlRefusal(f"a new application needs a name and products, some of {', '.join(PRODUCTS)}")
    minted = {
        "client_id": token(20, "client id", here().mint.hex()),
        "client_secret": token(40, "client secret", here().mint.hex()),
    }
    return _checked(App(**(minted | given)))


def _checked(app: App) -> App:
    for uri in app.redirect_uris:
        if problem := app.problem_with(uri):
            raise ControlRefusal(f"redirect URI {uri!r} {problem}")
    if app.oidc and not app.by_district:
        raise ControlRefusal(
            "oidc is not for an application of Library alone: it gets no id_token (docs/library-sso)"
        )
    if app.website and not app.website.startswith(("http://", "https://")):
        raise ControlRefusal(f"website {app.website!r} must begin with http:// or https://")
    return app


def _rule(body: SharingBody) -> Sharing:
    return Sharing(
        type=body.type, ids=body.ids or frozenset(), rules=body.rules, staff=body.staff, hidden=body.hidden
    )


def _beyond(these: Snapshot, those: Snapshot) -> dict[str, list[dict[str, Any]]]:
    """The records that are in these and not in those, by kind, with a name to know them by."""
    found = {
        kind: [record for record in these.table(kind) if record.id not in those.table(kind)] for kind in KINDS
    }
    return {
        kind: [{"id": record.id, "name": _called(record)} for record in records]
        for kind, records in found.items()
        if records
    }


def _called(record: Any) -> str:
    return full_name(record) if isinstance(record, User) else str(getattr(record, "name", None) or "")


def _check_withheld(connection: Connection, withheld: frozenset[str]) -> None:
    """A district may withhold what the application marked optional, and what is sensitive."""
    app = here().apps[connection.client_id]
    sensitive = {f"{field.part}.{field.key}" for field in FIELD_TABLE if field.sensitive}
    odd = sorted(withheld - app.optional - sensitive)
    if odd:
        raise ControlRefusal(
            f"withheld: {', '.join(odd)} is required by {app.name}; POST /_mock/apps can mark it optional"
        )


def _check_lms_connect(connection: Connection, asked: str) -> None:
    """Only an application with that product asks for LMS Connect, and is accepted."""
    app = here().apps[connection.client_id]
    if asked and "lms_connect" not in app.products:
        raise ControlRefusal(f"{app.name} has no LMS Connect: POST /_mock/apps can give it that product")


def _check_sharing(district: Snapshot, body: SharingBody) -> None:
    """Refuse ids that are left out or name nothing of the kind, and filters on fields that are not there."""
    if body.ids is None and body.type in ("schools", "sections", "students"):
        raise ControlRefusal(f"name the {body.type} to share in `ids`; an empty list shares none of them")
    kind = "users" if body.type == "students" else body.type
    odd = sorted(id for id in body.ids or () if kind in KINDS and id not in district.table(kind))
    if odd:
        raise ControlRefusal(f"no {body.type} of this district have the ids {', '.join(odd[:5])}", 404)
    for rule in body.rules:
        for condition in rule.where:
            if condition.field not in FIELDS[rule.of]:
                known = ", ".join(FIELDS[rule.of])
                raise ControlRefusal(
                    f"{rule.of} have no field {condition.field!r} to filter by: take one of {known}"
                )


def _app(app: App) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(app)
    return shown | {name: sorted(getattr(app, name)) for name in ("granted", "off", "optional", "roles")}


def _connection(connection: Connection) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(connection)
    rule = connection.sharing
    sharing = {"type": rule.type, "ids": sorted(rule.ids), "rules": msgspec.to_builtins(rule.rules)}
    sharing |= {"staff": rule.staff, "except": sorted(rule.hidden)}
    return shown | {"sharing": sharing, "withheld": sorted(connection.withheld)}


def _district(snapshot: Snapshot) -> dict[str, Any]:
    tables = ("schools", "sections", "users", "terms", "courses")
    counts = {kind: len(snapshot.table(kind)) for kind in tables}
    counts |= {role: len(ids) for role, ids in snapshot.users_of_role.items()}
    district = snapshot.district
    return {"id": district.id, "name": district.name, "state": district.state, "counts": counts}


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, content_type="application/json")
