"""The tokens that Clever's documentation prints, in a world that holds a demo district they were made for.

They belong to Clever's own portal application, never expire, and `/me` knows them by the ids of before v3
(recorded with clever_sdk: authentication/me.yml, tokeninfo.yml). Which person each stands for is ours to choose:
the first by id who holds that role and no other.
"""

from __future__ import annotations

from mock_clever.apps import App
from mock_clever.grants import Login
from mock_clever.ids import token
from mock_clever.model import Id, Snapshot, User
from mock_clever.world import World

EVENTS_SANDBOX = "58da8a43cc70ab00017a1a87"
OLD_DEMO = "4fd43cc56d11340000000005"
DISTRICT_TOKENS = {EVENTS_SANDBOX: "TEST_TOKEN", OLD_DEMO: "DEMO_TOKEN"}
USER_TOKENS = {
    "ilc_DEMO_STUDENT_TOKEN": "student",
    "ilc_DEMO_TEACHER_TOKEN": "teacher",
    "ilc_DEMO_SCHOOL_ADMIN_TOKEN": "staff",
    "ilc_DEMO_DISTRICT_ADMIN_TOKEN": "district_admin",
}
PORTAL = App(
    client_id="4c63c1cf623dce82caac",
    client_secret=token(40, "client secret", "documentation"),
    name="Clever's documentation",
    products=("documentation", "secure_sync", "sso"),
)


def publish(world: World, district: Snapshot) -> None:
    """Let the documentation's tokens open this district, if it is one they were made for.

    `DEMO_TOKEN` is older than the identity API's, so only the newer district has people with tokens.
    """
    id = district.district.id
    if id not in DISTRICT_TOKENS:
        return
    world.register(PORTAL)
    world.connect(PORTAL.client_id, id, access_token=DISTRICT_TOKENS[id])
    for published, role in USER_TOKENS.items() if id == EVENTS_SANDBOX else ():
        person = _first(district, role)
        if person is not None:
            login = Login(client_id=PORTAL.client_id, district=id, user=person.id, role=role, redirect_uri="")
            world.grants.publish(published, login)


def _first(district: Snapshot, role: str) -> User | None:
    people: list[Id] = district.users_of_role.get(role, [])
    return next((user for id in people if (user := district.users[id]).holds() == (role,)), None)
