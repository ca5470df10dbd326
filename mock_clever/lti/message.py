"""What an id_token of a launch says: who comes, from which course, to which page (lti/v1p3 5.3, 5.4).

Name, e-mail and SIS ids are those the same application reads in the record, cut to what it may see.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from mock_clever.lms.link import Link
from mock_clever.lti import vocabulary as v
from mock_clever.lti.launch import Launch
from mock_clever.model import Snapshot
from mock_clever.signing import ID_TOKEN_LIFE
from mock_clever.versions import VERSIONS, Permission
from mock_clever.versions.shape import builtins, telling

DEEP_LINK_PATH = "/lti/deep-link"
DOCUMENT_TARGETS = ("window", "iframe")

Claims = dict[str, Any]


class View(Struct, frozen=True):
    """What the launched application sees of the district, and the LMS behind it."""

    snapshot: Snapshot
    permission: Permission
    link: Link

    def told(self, collection: str, id: str) -> dict[str, Any]:
        """A record as the application reads it in v3.1."""
        version = VERSIONS["v3.1"]
        tell = telling(version.name, version.collections[collection], self.permission, self.snapshot)
        return builtins(tell(self.snapshot.table(collection)[id]))


def claims(launch: Launch, view: View, held: Iterable[str], nonce: str, now: float) -> Claims:
    """The claims of this launch's id_token. `held` are the person's roles that the application supports."""
    second = int(now)
    told: Claims = {
        "iss": launch.issuer,
        "sub": launch.user,
        "aud": launch.client_id,
        "iat": second,
        "exp": second + ID_TOKEN_LIFE,
        "nonce": nonce,
    }
    person = view.told("users", launch.user)
    told |= _names(person)
    told |= {
        v.MESSAGE_TYPE: launch.message_type,
        v.MESSAGE_VERSION: v.VERSION,
        v.DEPLOYMENT_ID: launch.connection,
        v.TARGET_LINK_URI: launch.target,
        v.ROLES: list(v.roles(held, bool(launch.section))),
        v.CUSTOM: _custom(launch, view),
        v.LAUNCH_PRESENTATION: _presentation(launch, view),
        v.TOOL_PLATFORM: _platform(view),
    }
    if launch.section:
        section = view.told("sections", launch.section)
        told[v.CONTEXT] = {"id": launch.section, "type": [v.COURSE_SECTION]} | _present(title=section.get("name"))
        told[v.LIS] = _sis_ids(person, section)
    if launch.deep_linking:
        told[v.SETTINGS] = _settings(launch)
    else:
        told[v.RESOURCE_LINK] = {"id": launch.resource_link} | _present(title=launch.title)
    return {name: value for name, value in told.items() if value != {}}


def _names(person: dict[str, Any]) -> Claims:
    name = person.get("name", {})
    first, last = name.get("first"), name.get("last")
    whole = " ".join(part for part in (first, name.get("middle"), last) if part)
    return _present(name=whole, given_name=first, family_name=last, email=person.get("email"))


def _custom(launch: Launch, view: View) -> Claims:
    """The ids of the Data API; names that a public sample reads, and no document of Clever's (lms-connect 9.1)."""
    own = _present(
        clever_user_id=launch.user,
        clever_section_id=launch.section,
        clever_district_id=view.snapshot.district.id,
    )
    return {**launch.custom, **own}


def _platform(view: View) -> Claims:
    district = view.snapshot.district
    return {"guid": district.id, "name": district.name, "product_family_code": view.link.lms_type}


def _presentation(launch: Launch, view: View) -> Claims:
    """The LMS opens a window, and has a page to return to: the course, or the list of them."""
    page = f"{launch.issuer}/lms/{view.snapshot.district.id}"
    course = f"/sections/{launch.section}" if launch.section else ""
    return {"document_target": "window", "return_url": page + course, "locale": "en-US"}


def _sis_ids(person: dict[str, Any], section: dict[str, Any]) -> Claims:
    held = person.get("roles", {}).values()
    own = next((role["sis_id"] for role in held if isinstance(role, dict) and role.get("sis_id")), None)
    return _present(person_sourcedid=own, course_section_sourcedid=section.get("sis_id"))


def _settings(launch: Launch) -> Claims:
    return {
        "deep_link_return_url": launch.issuer + DEEP_LINK_PATH,
        "accept_types": list(v.PLACEABLE),
        "accept_presentation_document_targets": list(DOCUMENT_TARGETS),
        "accept_multiple": True,
        "auto_create": False,
        "data": launch.data,
    }


def _present(**claims: Any) -> Claims:
    return {name: value for name, value in claims.items() if value}
