"""Where a district lives on clever.com: its short name, and the portals of the people in it (sso 11)."""

from __future__ import annotations

from urllib.parse import quote

from mock_clever.model import Id, Snapshot, User
from mock_clever.world import World

STUDENT, TEACHER = "student", "teacher"
"""The two portals there are; who is no student goes to the teachers'."""


def shortname(world: World, district: Id) -> str:
    """What a district is called in addresses: the end of its portal's, its id where another had that before."""
    name = _own(world.districts[district])
    return name if name and _first(world, name) == district else district


def called(world: World, name: str) -> Id | None:
    """The district of this short name or id."""
    return name if name in world.districts else _first(world, name)


def home(world: World, district: Id, user: User, role: str = "") -> str:
    """The path of a person's portal, in the role they chose if they did."""
    student = role == STUDENT if role else user.roles.student is not None
    return f"{page(world, district)}/{STUDENT if student else TEACHER}/portal"


def page(world: World, district: Id) -> str:
    """The path of a district's login page."""
    return f"/in/{quote(shortname(world, district), safe='')}"


def hidden(town: Snapshot) -> bool:
    """Whether a search for schools leaves this district out: sandboxes are found by their id alone.

    They are called `#DEMO …`, or `… Sandbox` after the app they were made for (docs/sync-testing; sso 12).
    """
    return town.district.name.startswith("#DEMO") or town.district.name.endswith(" Sandbox")


def _own(town: Snapshot) -> str:
    return (town.district.portal_url or "").rstrip("/").rpartition("/")[2]


def _first(world: World, name: str) -> Id | None:
    return next((id for id, town in world.districts.items() if name and _own(town) == name), None)
