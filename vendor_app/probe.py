"""The optional JSON probe: lets a certification suite see what the app stored. Off unless asked for.

It answers without a login, so it belongs on a test machine only.
"""

import json
from typing import Any, NoReturn

from flask import Blueprint, Response, abort, jsonify, make_response, request

from vendor_app.records import Record, text
from vendor_app.store import COUNTS
from vendor_app.vendor import Vendor


def blueprint(vendor: Vendor) -> Blueprint:
    """The routes under /probe."""
    probe = Blueprint("probe", __name__, url_prefix="/probe")
    store = vendor.store

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
        if mode != "full":
            refuse(400, f"mode is {mode!r}; this app only knows 'full'")
        run = vendor.syncs.run("the probe")
        row = store.row("SELECT * FROM syncs WHERE id = ?", run)
        assert row is not None, "the sync just ran"
        counts = {name: row[name] for name in COUNTS}
        reasons = [{"reason": row["note"]}] if row["status"] == "failed" else []
        return jsonify(status=row["status"], counts=counts, problems=reasons + store.problems(run))

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
        store.forget_everything()
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
    return vendor.store.insert(
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
        shown |= {name: text(one.told.get(key)) or None for name, key in keys.items()}
    return shown


def user(one: Record) -> dict[str, Any]:
    return plain(one) | {"roles": list(one.roles), "email": one.email}
