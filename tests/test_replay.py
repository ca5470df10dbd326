"""The truth oracle: an application that replays its feed onto its first full read has what a full read gives now.

In every version, whatever happens: changes of every type, syncs, held ones, pauses, sharing and permission edits.
What an event says that it was is what the application had. Left out of the comparison is what the sheet says an
event tells otherwise or does not tell: a student's role's e-mail, a contact's keys of before v3, `last_modified`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clients import Mock, Reader
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from lives import changes_of
from msgspec import structs
from test_schemas import rich_town
from town import TOWN

from mock_clever.apps import CHOOSABLE, GRANTS
from mock_clever.changes import read
from mock_clever.clock import moment
from mock_clever.errors import ControlRefusal
from mock_clever.model import ROLES, Snapshot
from mock_clever.settings import Settings
from mock_clever.sharing import TYPES, Sharing
from mock_clever.upkeep import paused
from mock_clever.versions import VERSIONS

COLLECTIONS = {  # what the documents list in each version, and how its events call it
    "v1.2": {
        **{name: name for name in ("districts", "schools", "sections", "students", "teachers")},
        "school_admins": "schooladmins",
        "contacts": "studentcontacts",
    },
    "v2.0": {
        **{name: name for name in ("districts", "schools", "sections", "students", "teachers", "contacts")},
        "courses": "courses",
        "terms": "terms",
        "school_admins": "schooladmins",
        "district_admins": "districtadmins",
    },
    "v3.0": {
        name: name for name in ("districts", "schools", "sections", "users", "courses", "terms", "resources")
    },
}
COLLECTIONS["v2.1"], COLLECTIONS["v3.1"] = COLLECTIONS["v2.0"], COLLECTIONS["v3.0"]

EDITS: list[tuple[str, dict[str, Any]]] = [  # of what others are written with, and of what is a list or nested
    *(("courses", {"name": name}) for name in ("Art", None)),
    *(("terms", {"name": name}) for name in ("Autumn", None)),
    *(
        ("resources", {"title": title, "roles": roles})
        for title, roles in (("A", ["teacher"]), ("B", ["student"]))
    ),
    *(("users", {"roles": {"staff": {"roles": roles}}}) for roles in (["PortalOnly"], ["SchoolTechLead"], [])),
    *(("schools", {"principal": principal}) for principal in ({"name": "P", "email": None}, None)),
]

State = dict[str, dict[str, Any]]


def plain(record: Any) -> Any:
    """A record without what an event and the Data API say differently (events-and-sync 2)."""
    kept = {key: value for key, value in record.items() if key != "last_modified"}
    if isinstance(kept.get("roles"), dict):
        kept["roles"] = {role: dict(held) for role, held in kept["roles"].items()}
        kept["roles"].get("student", {}).pop("email", None)
        for key in ("relationship", "type", "students"):
            kept["roles"].get("contact", {}).pop(key, None)
    return kept


def full_read(reader: Reader, version: str) -> State:
    """Everything the application may read, by the names of the feed."""
    found: State = {}
    for path, name in COLLECTIONS[version].items():
        response = reader.ask(f"/{version}/{path}?limit=10000")
        body = response.get_json() if response.status_code == 200 else {"data": []}
        listed = body.get("data", body.get("resources", []))
        found[name] = {item["data"]["id"]: plain(item["data"]) for item in listed}
    return found


class Replica:
    """An application that reads everything once, in one version, and then its feed alone."""

    def __init__(self, reader: Reader, version: str) -> None:
        self.reader, self.version = reader, version
        newest = reader.get(f"/{version}/events?ending_before=last&limit=1")["data"]
        self.cursor = newest[0]["data"]["id"] if newest else ""
        self.state = full_read(reader, version)

    def follow(self) -> None:
        """Apply every event since, and see that each fits what is here."""
        for event in self._events():
            prefix, _, action = event["type"].partition(".")
            held, record = self.state[prefix], event["data"]["object"]
            id = record["id"]
            was = held.get(id)
            assert (was is None) == (action == "created"), event
            if action == "deleted":
                assert plain(record) == was, event
                del held[id]
                continue
            if action == "updated":
                fits(was, event["data"]["previous_attributes"])
            held[id] = plain(record)

    def _events(self) -> Iterator[Any]:
        while True:
            after = f"&starting_after={self.cursor}" if self.cursor else ""
            page = self.reader.get(f"/{self.version}/events?limit=7{after}")["data"]
            if not page:
                return
            for element in page:
                assert element["data"]["id"] > self.cursor
                self.cursor = element["data"]["id"]
                yield element["data"]


def fits(had: Any, previous: Any) -> None:
    """What an update says it was is what the application has; null for what it has not."""
    assert previous
    for key, value in previous.items():
        if isinstance(value, dict) and isinstance(had.get(key), dict) and key in ("roles", *ROLES):
            fits(had[key], value)
        elif key not in ("relationship", "type", "students"):
            assert plain({key: had.get(key)}) == plain({key: value}), (key, had, previous)


class Year(RuleBasedStateMachine):
    """Anything that may happen between two reads."""

    @initialize()
    def begin(self) -> None:
        self.mock = Mock(rich_town())
        self.world = self.mock.world
        self.world.settings = Settings(rate_limit=10**9)
        self.world.clock.freeze(True)
        self.world.clock.set(moment("2026-09-01T12:00:00Z"))
        self.mock.control("POST", "apps", {"client_id": self.mock.sync.client_id, "granted": list(GRANTS)})
        connection = self.world.connection_of(self.mock.sync.client_id, TOWN)
        assert connection is not None
        self.connection = connection.id
        self.world.keep(TOWN, {"hold_threshold": None}, {})
        self.world.reconnect(self.connection, connected=False)
        self._bootstrap()

    def _bootstrap(self) -> None:
        self.world.join_again(self.connection)
        reader = self.mock.reader()
        self.replicas = [Replica(reader, version) for version in VERSIONS]

    @property
    def district(self) -> Snapshot:
        return self.world.sources[TOWN]

    @rule(data=st.data(), publish=st.booleans())
    def change(self, data: st.DataObject, publish: bool) -> None:
        gone = self.world.life(TOWN).removed
        for _ in range(data.draw(st.integers(1, 4))):
            wanted, before = data.draw(changes_of(self.district, gone)), self.district
            try:
                self.world.change(TOWN, read([wanted]), publish=publish)
            except ControlRefusal:
                assert self.district == before

    @rule(data=st.data(), publish=st.booleans())
    def edit(self, data: st.DataObject, publish: bool) -> None:
        kind, values = data.draw(st.sampled_from(EDITS))
        ids = self.district.users_of_role.get("staff", []) if kind == "users" else self.district.table(kind).ids
        if ids:
            wanted = {"type": "record.update", "kind": kind, "id": data.draw(st.sampled_from(ids)), "set": values}
            self.world.change(TOWN, read([wanted]), publish=publish)

    @rule()
    def sync(self) -> None:
        self.world.sync(TOWN)

    @rule(approve=st.booleans())
    def decide(self, approve: bool) -> None:
        rests = paused(self.world.districts[TOWN].district, self.world.clock.now())
        if self.world.life(TOWN).held is not None and not (approve and rests):
            (self.world.approve if approve else self.world.discard)(TOWN)

    @rule(hours=st.sampled_from([0.001, 1, 30, 300]))
    def wait(self, hours: float) -> None:
        self.world.clock.advance(hours * 3600)
        self.world.catch_up()
        self.check()

    @rule(data=st.data())
    def share(self, data: st.DataObject) -> None:
        kinds = ("schools", "sections", "users")
        ids = st.frozensets(st.sampled_from([id for kind in kinds for id in self.district.table(kind).ids]))
        sharing = st.builds(
            Sharing,
            type=st.sampled_from([t for t in TYPES if t != "rules"]),
            ids=ids,
            staff=st.booleans(),
            hidden=ids,
        )
        self.world.reconnect(self.connection, sharing=data.draw(sharing | st.just(Sharing())))

    @rule(
        granted=st.frozensets(st.sampled_from(GRANTS)),
        off=st.frozensets(st.sampled_from(CHOOSABLE), max_size=5),
        roles=st.frozensets(st.sampled_from(ROLES)) | st.just(frozenset(ROLES)),
    )
    def permit(self, granted: frozenset[str], off: frozenset[str], roles: frozenset[str]) -> None:
        self.world.register(structs.replace(self.mock.sync, granted=granted, off=off, roles=roles))

    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:
        self.world.reconnect(self.connection, paused=paused)

    @rule(safety=st.booleans())
    def guard(self, safety: bool) -> None:
        self.world.register(structs.replace(self.mock.sync, safety=safety))

    @rule()
    def review(self) -> None:
        if self.world.connection(self.connection).requires_review:
            self.world.accept(self.connection)

    @rule()
    def connect_again(self) -> None:
        self.world.reconnect(self.connection, connected=False)
        self._bootstrap()

    @rule(most=st.sampled_from([None, 10]))
    def hold(self, most: int | None) -> None:
        self.world.keep(TOWN, {"hold_threshold": most}, {})

    @rule(days=st.sampled_from([None, ("2026-09-02", "2026-09-20")]))
    def summer(self, days: tuple[str, str] | None) -> None:
        begins, ends = days or (None, None)
        self.world.keep(TOWN, {}, {"pause_start": begins, "pause_end": ends})

    @rule()
    def check(self) -> None:
        for replica in self.replicas:
            replica.follow()
            now = full_read(replica.reader, replica.version)
            for name, held in replica.state.items():
                other = {id for id in held.keys() | now[name].keys() if held.get(id) != now[name].get(id)}
                differing = [(name, id, held.get(id), now[name].get(id)) for id in sorted(other)]
                assert differing == [], replica.version

    def teardown(self) -> None:
        if hasattr(self, "replicas"):
            self.check()


Year.TestCase.settings = settings(max_examples=30, stateful_step_count=25, phases=(Phase.explicit, Phase.generate))
test_replaying_the_feed_gives_what_a_full_read_gives = Year.TestCase
