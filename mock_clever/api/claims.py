"""What OIDC tells of whoever logged in: the claims of an id_token, and the answer of `/userinfo` (sso 9).

Both speak of one role only, that of the login (docs/the-userinfo-endpoint). Name and e-mail are those the same
application reads in the record, cut to what it may see.
"""

from __future__ import annotations

from typing import Any

from mock_clever.api.asking import Asker
from mock_clever.errors import NotFound
from mock_clever.model import Id
from mock_clever.settings import Settings
from mock_clever.signing import ID_TOKEN_LIFE
from mock_clever.versions import VERSIONS, Collection
from mock_clever.versions.shape import builtins, telling

USER_TYPES: dict[str, dict[str, str]] = {
    "underscored": {},
    "spaced": {"district_admin": "district admin"},
    "older": {"staff": "school_admin"},
}
"""How each way of writing spells the roles that it does not call by their names."""

CLAIMS = (
    *("iss", "sub", "aud", "iat", "exp", "nonce", "user_id", "multi_role_user_id", "user_type", "district"),
    *("email", "email_verified", "given_name", "family_name"),
)
"""The claims of an id_token in their order (docs/oauth-implementation, docs/oauth-oidc-overview)."""

OF_DISTRICT: dict[str, tuple[str, ...]] = {
    "district": ("district",),
    "district_id": ("district_id",),
    "both": ("district_id", "district"),
}


def own_id(who: Asker, people: Collection) -> Id:
    """The id of whoever logged in, as that collection lists them. Raises NotFound when they are not shared."""
    assert who.login is not None and people.own is not None
    for id in people.own(who.snapshot, who.login.user):
        return id
    raise NotFound


def id_token(who: Asker, issuer: str, now: float, settings: Settings) -> dict[str, Any]:
    """The claims of the id_token that this login is given now. Raises NotFound when the person is not shared."""
    assert who.login is not None
    person, second = _person(who, settings), int(now)
    claims = {
        "iss": issuer,
        "sub": who.login.user,
        "aud": who.app.client_id,
        "iat": second,
        "exp": second + ID_TOKEN_LIFE,
    }
    if who.login.nonce is not None:
        claims["nonce"] = who.login.nonce
    for name in ("user_id", "multi_role_user_id", "user_type"):
        claims[name] = person[name]
    claims |= dict.fromkeys(OF_DISTRICT[settings.id_token_district], who.district)
    if "email" in person:
        claims["email"] = person["email"]
    return claims | {name: person[name] for name in ("email_verified", "given_name", "family_name")}


def userinfo(who: Asker, settings: Settings) -> dict[str, Any]:
    """What `/userinfo` answers, in the order of the documented example. Raises NotFound as above.

    A person whom a teacher let in has no district (docs/classroom-rostering); one without e-mail no `email`.
    """
    assert who.login is not None
    person = _person(who, settings)
    told = {"sub": who.login.user} | {
        name: person[name] for name in ("user_id", "multi_role_user_id", "user_type")
    }
    if who.login.authorized_by == "district":
        told |= {"district_id": who.district, "district": who.district}
    if "email" in person:
        told["email"] = person["email"]
    told |= {"name": person["name"], "schools": []}
    told |= {name: person[name] for name in ("given_name", "family_name", "email_verified")}
    return told | {"authorized_by": who.login.authorized_by}


def _person(who: Asker, settings: Settings) -> dict[str, Any]:
    """What both tell of the person, by claim; no `email` where there is none or it is not for this application."""
    login = who.login
    assert login is not None
    before, now = VERSIONS["v2.1"], VERSIONS["v3.1"]
    people = now.collections[now.people[login.role]]
    legacy = own_id(who, before.collections[before.people[login.role]])
    record = builtins(telling(now.name, people, who.permission, who.snapshot)(who.snapshot.users[login.user]))
    name = {part: record.get("name", {}).get(part) or "" for part in ("first", "last", "middle")}
    told = {
        "user_id": legacy,
        "multi_role_user_id": login.user,
        "user_type": USER_TYPES[settings.user_type].get(login.role, login.role),
        "name": name,
        "email_verified": who.app.email_verified,
        "given_name": name["first"],
        "family_name": name["last"],
    }
    return told | ({"email": record["email"]} if record.get("email") else {})
