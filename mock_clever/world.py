"""A world: everything that can change, behind one lock. Worlds know nothing of each other.

Districts are Snapshots; reading one takes no lock. Whoever writes does so under `world.lock`, and builds the new
value completely before it takes the place of the old one, so that nothing is ever half-done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import RLock
from typing import Any

from msgspec import structs

from mock_clever.apps import App, Connection
from mock_clever.changes import Change, applied, removals
from mock_clever.clock import Clock, iso
from mock_clever.errors import ControlRefusal
from mock_clever.faults.plan import FaultPlan
from mock_clever.grants import Grants
from mock_clever.ids import Mint, object_id, token
from mock_clever.journal import Journal
from mock_clever.model import Id, Record, Snapshot, User
from mock_clever.pages import Published, Shelf
from mock_clever.rates import Rates
from mock_clever.settings import Settings
from mock_clever.sharing import Sharing, visible


class World:
    """Districts, applications, their connections, and what has been granted, asked and planned in one world."""

    def __init__(self, name: str, seed: int = 0) -> None:
        self.name = name
        self.seed = seed
        self.lock = RLock()
        self.clock = Clock()
        self.mint = Mint(f"{seed} {name}")
        self.requests = Mint(f"requests of {seed} {name}")
        self.apps: dict[str, App] = {}
        self.districts: dict[Id, Snapshot] = {}
        self.connections: dict[Id, Connection] = {}
        self.answers: list[dict[str, Any]] = []
        self.grants = Grants(self.mint)
        self.journal = Journal()
        self.faults = FaultPlan()
        self.rates = Rates()
        self.settings = Settings()
        self._removed: dict[Id, dict[tuple[str, Id], Record]] = {}
        self._by_token: dict[str, Id] = {}
        self._published: dict[Id, tuple[Snapshot, Connection, App, Published]] = {}
        self._shelf = Shelf()

    def carry_on(self, before: World) -> None:
        """Take over, empty, what must never repeat itself across a reset: the mint and the journal's numbers."""
        self.mint = before.mint
        self.grants = Grants(self.mint)
        self.journal = before.journal
        self.journal.clear()

    # Districts and what happens to them

    def add_district(self, district: Snapshot, answers: Iterable[dict[str, Any]] = ()) -> None:
        """Put a district into this world, connected to nothing yet."""
        with self.lock:
            if district.district.id in self.districts:
                raise ControlRefusal(f"district {district.district.id} is here already: choose another seed", 409)
            self.districts[district.district.id] = district
            self._removed[district.district.id] = {}
            self.answers += answers

    def district(self, id: Id) -> Snapshot:
        """A district by its id. Raises ControlRefusal when there is none."""
        found = self.districts.get(id)
        if found is None:
            raise ControlRefusal(f"no district {id} in this world: GET /_mock/districts lists them", 404)
        return found

    def change(self, district: Id, changes: Iterable[Change]) -> int:
        """Let these changes happen and be published, all or none; how many there were."""
        with self.lock:
            snapshot, removed = self.district(district), dict(self._removed[district])
            now = iso(self.clock.now())
            done = 0
            for change in changes:
                gone = removals(snapshot, change)
                snapshot = applied(snapshot, change, removed, now)
                removed |= gone
                done += 1
            self.districts[district], self._removed[district] = snapshot, removed
            return done

    # Applications and connections

    def register(self, app: App) -> None:
        """Add an application, or put a newer one in the place of the one with its client id."""
        with self.lock:
            self.apps[app.client_id] = app

    def connect(self, client_id: str, district: Id, sharing: Sharing | None = None) -> Connection:
        """Connect a district to an application: a token of their own. The same two always get the same one."""
        with self.lock:
            second = int(district[:8], 16)
            created = iso(second)
            connection = Connection(
                id=object_id(second, "connection", client_id, district),
                client_id=client_id,
                district=district,
                token_id=object_id(second, "token", client_id, district),
                access_token=token(40, "district token", client_id, district),
                created=created,
                launch_date=created[:10],
                sharing=sharing or Sharing(),
            )
            self._place(connection)
            return connection

    def connection(self, id: Id) -> Connection:
        """A connection by its id. Raises ControlRefusal when there is none."""
        found = self.connections.get(id)
        if found is None:
            raise ControlRefusal(f"no connection {id} in this world: GET /_mock/connections lists them", 404)
        return found

    def reconnect(self, id: Id, **values: Any) -> Connection:
        """Change a connection: its sharing, whether it is launched or connected."""
        with self.lock:
            connection = structs.replace(self.connection(id), **values)
            self._place(connection)
            return connection

    def rotate(self, id: Id) -> Connection:
        """Give a connection a new token; the old one is unknown from now on (docs/onboarding)."""
        with self.lock:
            self._by_token.pop(self.connection(id).access_token, None)
            return self.reconnect(id, access_token=self.mint.hex(40))

    def join_again(self, id: Id) -> Connection:
        """Connect what was disconnected: a token record of its own, new in every part (sso 14)."""
        with self.lock:
            now = self.clock.now()
            self.reconnect(id, connected=True, token_id=self.mint.object_id(now), created=iso(now))
            return self.rotate(id)

    def _place(self, connection: Connection) -> None:
        self.connections[connection.id] = connection
        self._by_token[connection.access_token] = connection.id

    def connections_of(self, client_id: str) -> list[Connection]:
        """The districts connected to an application, in the order of their ids."""
        own = (c for c in self.connections.values() if c.client_id == client_id and c.connected)
        return sorted(own, key=lambda c: c.district)

    def connection_of(self, client_id: str, district: Id) -> Connection | None:
        """The connection between these two, if the district is connected."""
        return next((c for c in self.connections_of(client_id) if c.district == district), None)

    def bearer(self, token: str) -> Connection | None:
        """The connection a district-app token stands for, while it is connected."""
        connection = self.connections.get(self._by_token.get(token, ""))
        return connection if connection is not None and connection.connected else None

    # What an application sees

    def published(self, connection: Connection) -> Published:
        """What this connection's application sees now: the one Snapshot all its answers come from."""
        district, app = self.districts[connection.district], self.apps[connection.client_id]
        kept = self._published.get(connection.id)
        if kept is not None and kept[0] is district and kept[1] is connection and kept[2] is app:
            return kept[3]
        seen = visible(district, connection.sharing, app.roles)
        launched = structs.replace(seen.district, launch_date=connection.launch_date)
        gone = [record for record in self._removed[connection.district].values() if isinstance(record, User)]
        published = Published(seen.replace(districts=[launched]).within(district, gone), self._shelf)
        self._published[connection.id] = (district, connection, app, published)
        return published

    def foreseen(self, connection: Connection, rule: Sharing) -> Snapshot:
        """What this connection's application would see under another rule."""
        return visible(self.districts[connection.district], rule, self.apps[connection.client_id].roles)

    def person(self, wanted: str) -> tuple[Id, User] | None:
        """A person by Clever id or by a name they log in with, and the district they belong to."""
        for id, district in self.districts.items():
            user = district.users.get(wanted) or next((u for u in district.users if wanted in logins(u)), None)
            if user is not None:
                return id, user
        return None


def logins(user: User) -> Mapping[str, str | None]:
    """The names a person may type to log in, each with the password it takes.

    In the sandbox a student's username and password are the student number, a teacher's the teacher number, a
    member of staff's the staff id (docs/testing-your-sso-integration).
    """
    student, teacher, staff = user.roles.student, user.roles.teacher, user.roles.staff
    numbers = [
        student.student_number if student else None,
        teacher.teacher_number if teacher else None,
        staff.staff_id if staff else None,
    ]
    found = {number: user.password or number for number in numbers if number}
    for role in (student, teacher, staff):
        if role is not None and role.credentials and role.credentials.district_username:
            name = role.credentials.district_username
            found[name] = user.password or name
    if user.roles.district_admin is not None and user.email:
        found[user.email] = user.password or user.email
    return found
