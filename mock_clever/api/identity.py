"""Who a user token stands for: `/me`, versioned and not (docs/oauth-implementation; sso 7)."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response, request

from mock_clever.api.asking import Asker, asker, find, here, out_of_scope
from mock_clever.api.claims import own_id
from mock_clever.api.wire import answer
from mock_clever.errors import CannotGet
from mock_clever.model import Id
from mock_clever.pages import page
from mock_clever.versions import VERSIONS, Collection, Version
from mock_clever.versions.shape import builtins, telling

_WITHOUT_DISTRICTS = ("v3.0", "v3.1")

identity = Blueprint("identity", __name__)


@identity.get("/me")
@identity.get("/me/")
@identity.get("/<version:version>/me")
@identity.get("/<version:version>/me/")
def me(version: str = "") -> Response:
    """The id, district and type of whoever logged in. The form of the id depends on the version asked."""
    settings = here().settings
    told = VERSIONS.get(version.lower() or settings.unversioned_me)
    if told is None:
        raise CannotGet(request.method, request.path)
    who = asker()
    if who.login is None:
        if settings.district_me == "told" and version.lower() not in _WITHOUT_DISTRICTS:
            return answer(page(msgspec.json.encode(_district(who, told))))
        raise out_of_scope()
    if not version:
        find("unversioned-me", "call /v3.0/me or /v3.1/me: the form of the id depends on the version")
    write = _published_me if "documentation" in who.app.products else _me
    return answer(page(msgspec.json.encode(write(who, told))))


def _me(who: Asker, told: Version) -> dict[str, Any]:
    login = who.login
    assert login is not None
    people = told.collections[told.people[login.role]]
    id, kind = own_id(who, people), people.name.removesuffix("s")
    links = [("self", "/me"), ("canonical", f"/{told.name}/{people.name}/{id}")]
    known = {"id": id, "type": kind}
    if login.authorized_by == "district":  # Library tells nobody the district (docs/classroom-rostering)
        links.append(("district", f"/{told.name}/districts/{login.district}"))
        known["district"] = login.district
    if login.authorized_by in told.me.authorized_by:
        known["authorized_by"] = login.authorized_by
    data = {name: known[name] for name in told.me.order if name in known}
    if told.me.record and who.permission.tier == "sync":
        data = _record(who, told, people, id) | data
    return {"type": kind, "data": data, "links": [{"rel": rel, "uri": uri} for rel, uri in links]}


def _published_me(who: Asker, told: Version) -> dict[str, Any]:
    """What the documentation's tokens are told in every version: an id of before v3, no links (recorded)."""
    body = _me(who, VERSIONS["v2.1"])
    return {"data": {key: body["data"][key] for key in ("id", "district", "type")}}


def _district(who: Asker, told: Version) -> dict[str, Any]:
    """What a district's token was told while districts that connected called back with a code (sso 3)."""
    uri = f"/{told.name}/districts/{who.district}"
    links = [{"rel": "self", "uri": "/me"}, {"rel": "canonical", "uri": uri}, {"rel": "district", "uri": uri}]
    return {"type": "district", "data": {"id": who.district, "type": "district"}, "links": links}


def _record(who: Asker, told: Version, people: Collection, id: Id) -> dict[str, Any]:
    record = who.snapshot.table(people.kind)[id]
    tell = telling(told.name, people, who.permission, who.snapshot, dialect=here().settings.dialect)
    return builtins(tell(record))
