"""Who a user token stands for: `/me`, versioned and not (docs/oauth-implementation; sso 7)."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response, request

from mock_clever.api.asking import Asker, asker, find, here, out_of_scope
from mock_clever.api.wire import answer
from mock_clever.errors import CannotGet, NotFound
from mock_clever.model import Id
from mock_clever.pages import page
from mock_clever.versions import VERSIONS, Collection, Version
from mock_clever.versions.shape import builtins, telling

UNVERSIONED = "v2.1"

identity = Blueprint("identity", __name__)


@identity.get("/me")
@identity.get("/me/")
@identity.get("/<version:version>/me")
@identity.get("/<version:version>/me/")
def me(version: str = UNVERSIONED) -> Response:
    """The id, district and type of whoever logged in. The form of the id depends on the version asked."""
    told = VERSIONS.get(version.lower())
    if told is None:
        raise CannotGet(request.method, request.path)
    who = asker()
    if who.login is None:
        raise out_of_scope()
    if "version" not in (request.view_args or {}):
        find("unversioned-me", "call /v3.0/me or /v3.1/me: the form of the id depends on the version")
    write = _published_me if "documentation" in who.app.products else _me
    return answer(page(msgspec.json.encode(write(who, told))))


def _me(who: Asker, told: Version) -> dict[str, Any]:
    login = who.login
    assert login is not None
    people = told.collections[told.people[login.role]]
    id, kind = _own_id(who, people), people.name.removesuffix("s")
    links = [("self", "/me"), ("canonical", f"/{told.name}/{people.name}/{id}")]
    data = {"id": id}
    if login.authorized_by == "district":  # Library tells nobody the district (docs/classroom-rostering)
        links.append(("district", f"/{told.name}/districts/{login.district}"))
        data["district"] = login.district
    data["type"] = kind
    if login.authorized_by in told.me.authorized_by:
        data["authorized_by"] = login.authorized_by
    if told.me.record and who.permission.tier == "sync":
        data = _record(who, told, people, id) | data
    return {"type": kind, "data": data, "links": [{"rel": rel, "uri": uri} for rel, uri in links]}


def _published_me(who: Asker, told: Version) -> dict[str, Any]:
    """What the documentation's tokens are told in every version: an id of before v3, no links (recorded)."""
    body = _me(who, VERSIONS[UNVERSIONED])
    return {"data": {key: body["data"][key] for key in ("id", "district", "type")}}


def _own_id(who: Asker, people: Collection) -> Id:
    """The id of whoever logged in, as that collection lists them."""
    assert who.login is not None and people.own is not None
    for id in people.own(who.snapshot, who.login.user):
        return id
    raise NotFound


def _record(who: Asker, told: Version, people: Collection, id: Id) -> dict[str, Any]:
    record = who.snapshot.table(people.kind)[id]
    tell = telling(told.name, people, who.permission, who.snapshot, dialect=here().settings.dialect)
    return builtins(tell(record))
