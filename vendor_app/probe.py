"""The optional JSON probe: lets a certification suite see what the app stored. Off unless asked for.

It answers without a login, so it belongs on a test machine only.
"""

import json
from dataclasses import asdict
from typing import Any, NoReturn

from flask import Blueprint, Response, abort, jsonify, make_response, request

from vendor_app.guard import DECISIONS, Hold
from vendor_app.records import Record, grade, text
from vendor_app.vendor import Vendor

MODES = {"full": "bulk", "delta": "delta"}
"""The words of the probe for what we call bulk and delta."""
RUNS_TOLD = 1000


def blueprint(vendor: Vendor) -> Blueprint:
    """The routes under /probe."""
    probe = Blueprint("probe", __name__, url_prefix="/probe")
    store, history = vendor.store, vendor.syncs.history

    @probe.get("/users")
    def users() -> Response:
        return jsonify(users=[user(one) for one in store.records("kind = 'users' ORDER BY id")])

    @probe.get("/<any(schools, sections, terms, courses):kind>")
    def records(kind: str) -> Response:
        return jsonify({kind: [plain(one) for one in store.records("kind = ? ORDER BY id", kind)]})

    @probe.get("/enrollments")
    def enrollments() -> Response:
        return jsonify(
            enrollments=[
                {"section": one.section, "user": one.user, "role": one.role, "status": status}
                for one, status in store.enrollments()
            ]
        )

    @probe.post("/sync")
    def sync() -> Response:
        mode = body().get("mode", "full")
        if not isinstance(mode, str) or mode not in MODES:
            refuse(400, f"mode is {mode!r}; this app knows {' and '.join(map(repr, MODES))}")
        return done(vendor.syncs.run("the probe", MODES[mode]))

    def done(run: int) -> Response:
        told = history.details(run)
        assert told is not None, "the sync just ran"
        reasons = [{"reason": told["note"]}] if told["status"] != "success" else []
        return jsonify(told | {"problems": reasons + told["problems"]})

    @probe.get("/syncs")
    def syncs() -> Response:
        return jsonify(syncs=[asdict(one) for one in history.runs(RUNS_TOLD)])

    @probe.get("/syncs/<int:run>")
    def one_sync(run: int) -> Response:
        told = history.details(run)
        if told is None:
            refuse(404, f"there is no sync {run}; GET /syncs lists them")
        return jsonify(told)

    @probe.get("/cursors")
    def cursors() -> Response:
        return jsonify(cursors=[asdict(one) for one in vendor.syncs.connections.all()])

    @probe.get("/holds")
    def holds() -> Response:
        return jsonify(holds=[held(one) for one in vendor.syncs.guard.holds()])

    @probe.post("/holds/<int:hold>")
    def decide(hold: int) -> Response:
        decision = body().get("decision")
        if not isinstance(decision, str) or decision not in DECISIONS:
            refuse(400, f"decision is {decision!r}; expected {' or '.join(map(repr, DECISIONS))}")
        method = vendor.syncs.decide(hold, DECISIONS[decision], "the probe")
        if method is None:
            refuse(409, f"hold {hold} does not wait; GET /holds says what became of it")
        if not method:
            return jsonify(status=DECISIONS[decision])
        return done(vendor.syncs.run("the probe", method))

    @probe.post("/seed")
    def seed() -> Response:
        people = body().get("users")
        if not isinstance(people, list) or not all(isinstance(one, dict) for one in people):
            refuse(400, 'expected {"users": [{"name", "email", "sis_id", "role"}]}')
        with store.transaction():
            return jsonify(users=[{"internal_id": local_account(vendor, one)} for one in people])

    @probe.get("/review")
    def review() -> Response:
        rows = store.rows("SELECT internal_id, clever_id, why FROM review ORDER BY internal_id, clever_id")
        return jsonify(candidates=[dict(row) for row in rows])

    @probe.route("/progress/<person>", methods=["GET", "PUT"])
    def progress(person: str) -> Response:
        account = store.find("users", "clever_id", person)
        if account is None:
            refuse(404, f"no user with the Clever id {person} is known; sync or log in first")
        if request.method == "PUT":
            told = body()
            store.write_progress(account.id, text(told.get("item")) or "item", told.get("score"), vendor.now())
        items = [{"item": one["item"], "score": one["score"]} for one in store.progress(account.id)]
        return jsonify(progress=items)

    @probe.get("/whoami")
    def whoami() -> Response:
        account = vendor.account
        return jsonify(
            clever_id=account.clever_id if account else None, internal_id=account.id if account else None
        )

    @probe.post("/reset")
    def reset() -> Response:
        vendor.syncs.forget_everything()
        return jsonify(status="forgotten")

    return probe


def refuse(status: int, message: str) -> NoReturn:
    abort(make_response(jsonify(message=message), status))


def body() -> dict[str, Any]:
    told = request.get_json(silent=True)
    return told if isinstance(told, dict) else {}


def local_account(vendor: Vendor, told: dict[str, Any]) -> int:
    """A local account that existed before Clever; its internal id."""
    role, now = text(told.get("role")), vendor.now()
    account = vendor.store.insert(
        "records",
        {
            "kind": "users",
            "name": text(told.get("name")),
            "email": text(told.get("email")),
            "sis_id": text(told.get("sis_id")),
            "roles": json.dumps([role] if role else []),
            "created_at": now,
            "updated_at": now,
        },
    )
    if password := text(told.get("password")):
        vendor.people.set_password(account, password)
    return account


def plain(one: Record) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "clever_id": one.clever_id,
        "sis_id": one.sis_id,
        "status": one.status,
        "internal_id": one.id,
        "name": one.name,
    }
    if one.kind == "sections":
        keys = {"school": "school", "course": "course", "term": "term_id"}
        keys |= {"subject": "subject", "grade": "grade"}
        shown |= {name: text(one.told.get(key)) or None for name, key in keys.items()}
    return shown


def held(one: Hold) -> dict[str, Any]:
    """A hold, with what would go as `{kind: {"leaving", "active"}}`."""
    going = {kind: {"leaving": gone, "active": active} for kind, (gone, active) in one.leaving.items()}
    return asdict(one) | {"leaving": going}


def user(one: Record) -> dict[str, Any]:
    return plain(one) | {"roles": list(one.roles), "email": one.email, "grade": grade(one.told) or None}
