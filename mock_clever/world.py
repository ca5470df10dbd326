"""A world: everything that can change, behind one lock. Worlds know nothing of each other.

Districts are Snapshots; reading one takes no lock. Whoever writes does so under `world.lock`, and builds the new
value completely before it takes the place of the old one, so that nothing is ever half-done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import is_
from threading import RLock
from typing import Any

from msgspec import structs

from mock_clever.apps import App, Connection
from mock_clever.badges import Badges
from mock_clever.changes import AnswerKey, Change, happen
from mock_clever.clock import Clock, iso
from mock_clever.consents import Consent, Consents, Library
from mock_clever.difference import NOTHING, difference
from mock_clever.directory import Directories
from mock_clever.errors import ControlRefusal
from mock_clever.faults.plan import FaultPlan
from mock_clever.feeds import Batch, Feed
from mock_clever.grants import Grants, Login
from mock_clever.ids import Mint, object_id, token
from mock_clever.journal import Journal
from mock_clever.life import Held, Life, Offer, Outcome
from mock_clever.lms.gradebook import Gradebooks
from mock_clever.lms.joining import anew, due_of_lms, joined, other, passed
from mock_clever.lms.launches import Launches
from mock_clever.lms.link import Link
from mock_clever.lms.marking import Marks
from mock_clever.lti.launch import Platform
from mock_clever.model import District, Id, Snapshot, User
from mock_clever.pages import Published, Shelf
from mock_clever.publishing import excess
from mock_clever.rates import Rates
from mock_clever.settings import Settings
from mock_clever.sharing import Sharing, classrooms, visible
from mock_clever.signing import Keyring
from mock_clever.sis import Options
from mock_clever.upkeep import DAY, Moment, due, paused
from mock_clever.versions import Permission

MOST_DELETED, MOST_UPDATED = 10, 75
"""Per cent of a type above which an application's safety thresholds stop a change (support 360044699192)."""


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
        self.sources: dict[Id, Snapshot] = {}
        self.connections: dict[Id, Connection] = {}
        self.answers = AnswerKey()
        self.grants = Grants(self.mint)
        self.keys = Keyring(f"{seed} {name}")
        self.consents = Consents()
        self.badges = Badges()
        self.links: dict[Id, Link] = {}
        self.launches = Launches()
        self.gradebooks = Gradebooks()
        self.platform = Platform()
        self.directories = Directories()
        self.journal = Journal()
        self.faults = FaultPlan()
        self.rates = Rates()
        self.settings = Settings()
        self._lives: dict[Id, Life] = {}
        self._lived, self._due = self.clock.now(), 0.0
        self._by_token: dict[str, Id] = {}
        self._feeds: dict[Id, Feed] = {}
        self._seen: dict[Id, tuple[Snapshot, Permission]] = {}
        self._guarded: dict[Id, Published] = {}
        self._frozen: dict[Id, Published] = {}
        self._published: dict[Id, tuple[tuple[Any, ...], Published]] = {}
        self._shelf = Shelf()
        self._marks = Marks()

    def resume(self) -> None:
        """Work out again what follows from all the rest, which somebody has put in place."""
        self._by_token = {connection.access_token: connection.id for connection in self.connections.values()}
        self._frozen = {id: frozen.on(self._shelf) for id, frozen in self._frozen.items()}
        self._guarded = {id: guarded.on(self._shelf) for id, guarded in self._guarded.items()}
        for connection in self.connections.values():
            if connection.connected and self.apps[connection.client_id].told_events:
                seen = self.published(connection)
                self._seen[connection.id] = (seen.snapshot, seen.permission)

    def carry_on(self, before: World) -> None:
        """Take over, empty, what must never repeat itself across a reset: the mint and the journal's numbers."""
        self.mint = before.mint
        self.grants.carry_on(self.mint)
        self.journal = before.journal
        self.journal.clear()

    # Districts and what happens to them

    def add_district(
        self, district: Snapshot, answers: Iterable[dict[str, Any]] = (), options: Options | None = None
    ) -> None:
        """Put a district into this world, connected to nothing yet; its rows were read with these options."""
        with self.lock:
            if district.district.id in self.districts:
                raise ControlRefusal(f"district {district.district.id} is here already: choose another seed", 409)
            self.districts[district.district.id] = self.sources[district.district.id] = district
            self._lives[district.district.id] = life = Life()
            life.options = options or life.options
            self.answers.plant(answers)
            self._due = 0.0

    def district(self, id: Id) -> Snapshot:
        """A district by its id. Raises ControlRefusal when there is none."""
        found = self.districts.get(id)
        if found is None:
            raise ControlRefusal(f"no district {id} in this world: GET /_mock/districts lists them", 404)
        return found

    def life(self, district: Id) -> Life:
        """What Clever remembers of a district. Raises ControlRefusal when there is none."""
        self.district(district)
        return self._lives[district]

    def change(self, district: Id, changes: Iterable[Change], publish: bool = True) -> int:
        """Let these changes happen at the source, all or none; how many there were.

        `publish` runs a sync at once that no threshold holds, unless one is held already or the district pauses.
        The district's own record is Clever's: what changes in it acts at once on both sides.
        """
        with self.lock:
            self.catch_up()
            life, before, now = self.life(district), self.sources[district], self.clock.now()
            wanted, resting = list(changes), paused(self.districts[district].district, now)
            happened = happen(before, wanted, life.removed, iso(now), settling=publish)
            self.sources[district], life.removed = happened.district, happened.removed
            self.answers.add(happened.answers)
            self._follow(district, before, happened.district)
            if publish and not resting:
                self._sync(district, now, at_once=True)
            else:
                self._tell(self._connected_to(district))
            return len(wanted)

    def load(
        self, district: Id, source: Snapshot, publish: bool = True, options: Options | None = None
    ) -> Outcome | None:
        """Put a whole new source in the place of the old one, and sync unless told not to. `options`: how its rows
        were read, if not as before."""
        with self.lock:
            self.catch_up()
            life = self.life(district)
            life.options = options or life.options
            self.sources[district] = life.recognised(source)
            return self._sync(district, self.clock.now()) if publish else None

    # Syncs: how what a district's system says comes to be published

    def sync(self, district: Id) -> Outcome:
        """Publish the net effect of every edit since the last sync, unless that is held or the district pauses."""
        with self.lock:
            self.catch_up()
            self.district(district)
            return self._sync(district, self.clock.now())

    def pending(self, district: Id) -> Outcome:
        """What a sync would publish now."""
        with self.lock:
            self.catch_up()
            life, published, now = self.life(district), self.district(district), self.clock.now()
            return life.outcome("pending", life.offer(self.sources[district], published, now), published, now)

    def approve(self, district: Id) -> Outcome:
        """Publish a held sync, everything at once. Raises ControlRefusal if none is held or it pauses."""
        with self.lock:
            self.catch_up()
            self._held(district)
            published, now = self.districts[district], self.clock.now()
            if paused(published.district, now):
                raise ControlRefusal("this district pauses: end its pause before anything is published", 409)
            offer = self._lives[district].offer(self.sources[district], published, now)
            return self._publish(district, offer, now)

    def discard(self, district: Id) -> Outcome:
        """Drop a held sync: the source is again what is published. Raises ControlRefusal when none is held."""
        with self.lock:
            self.catch_up()
            life, published = self._held(district), self.districts[district]
            self.sources[district], life.held = published, None
            life.removed = {key: was for key, was in life.removed.items() if key[1] not in published.table(key[0])}
            return life.outcome("discarded", None, published, self.clock.now())

    def keep(self, district: Id, upkeep: Mapping[str, Any], pause: Mapping[str, Any]) -> None:
        """Change how a district's syncs are kept, and its pause, which begins or ends at once if it is time."""
        with self.lock:
            self.catch_up()
            life = self.life(district)
            life.upkeep = structs.replace(life.upkeep, **upkeep)
            self._due = 0.0
            if pause:
                now = self.clock.now()
                healthy = structs.replace(self.districts[district].district, state="running", **pause)
                state = "paused" if paused(healthy, now) else "running"
                self._amend(district, now, state=state, **pause)

    def catch_up(self) -> list[dict[str, Any]]:
        """Let everything happen that became due since this was last asked; what it was, in order.

        Every request asks first, so the world needs nobody who waits. A clock that was put back makes nothing due.
        """
        if self._lived <= self.clock.now() < self._due:
            return []
        with self.lock:
            since, self._lived = self._lived, self.clock.now()
            fired = [self._happen(moment) for moment in sorted(self._due_between(since, self._lived))]
            tomorrow = self._lived + DAY
            ahead = (moment.at for moment in self._due_between(self._lived, tomorrow))
            self._due = min(ahead, default=tomorrow)
            return fired

    def _due_between(self, since: float, until: float) -> Iterator[Moment]:
        for id, district in self.districts.items():
            yield from due(district.district, self._lives[id].upkeep, since, until)
        for id, link in self.links.items():
            yield from due_of_lms(id, link, since, until)

    def _happen(self, moment: Moment) -> dict[str, Any]:
        told: dict[str, Any] = {"at": iso(moment.at), "what": moment.what, "district": moment.district}
        if moment.what.startswith("lms."):
            link = passed(self.links[moment.district], moment.what, moment.at)
            self._relink(moment.district, link, moment.at)
            return told | {"lms_state": link.state}
        if moment.what == "sync":
            outcome = self._sync(moment.district, moment.at)
            return told | {"outcome": outcome.outcome, "counts": outcome.counts}
        self._amend(moment.district, moment.at, state="paused" if moment.what == "pause.begins" else "running")
        return told

    def _sync(self, district: Id, now: float, at_once: bool = False) -> Outcome:
        life, published = self._lives[district], self.districts[district]
        if paused(published.district, now) and not at_once:
            return life.outcome("ignored", None, published, now)
        offer = life.offer(self.sources[district], published, now)
        reasons = () if at_once and life.held is None else life.excess(offer, published, now)
        if reasons or (not at_once and self._struck(district, now)):
            life.held = Held(life.held.since if life.held is not None else iso(now), reasons)
            self._tell(self._connected_to(district), now)
            return life.outcome("held", offer, published, now)
        return self._publish(district, offer, now)

    def _struck(self, district: Id, now: float) -> bool:
        """Whether a planned fault holds this sync; the journal tells of it."""
        fault = self.faults.holding(district)
        if fault is None:
            return False
        says = fault.sentence(district=district)
        self.journal.tell(now, "fault.struck", says, fault=fault.id, kind=fault.planned.kind, district=district)
        return True

    def _publish(self, district: Id, offer: Offer, now: float) -> Outcome:
        life, published = self._lives[district], self.districts[district]
        life.accept(offer, published, now)
        self.sources[district] = self.districts[district] = offer.district
        self._tell(self._connected_to(district), now)
        return life.outcome("published", offer, published, now)

    def _held(self, district: Id) -> Life:
        life = self.life(district)
        if life.held is None:
            raise ControlRefusal("no sync of this district is held: GET its sync to see how it stands", 409)
        return life

    def _follow(self, district: Id, before: Snapshot, after: Snapshot) -> None:
        """Let what changed of the district's own record in its source be so on the published side too."""
        old, new = structs.asdict(before.district), structs.asdict(after.district)
        values = {name: value for name, value in new.items() if value != old[name]}
        if values:
            published = self.districts[district]
            own = structs.replace(published.district, **values)
            self.districts[district] = published.replace(districts=[own])
            self._due = 0.0

    def _amend(self, district: Id, now: float, **values: Any) -> None:
        """Change a district's own record on both sides."""
        for sides in (self.sources, self.districts):
            own = structs.replace(sides[district].district, **values)
            if own != sides[district].district:
                sides[district] = sides[district].replace(districts=[own])
        self._tell(self._connected_to(district), now)

    def _connected_to(self, district: Id) -> list[Connection]:
        return [c for c in self.connections.values() if c.district == district]

    # A district's learning management system

    def join_lms(
        self,
        district: Id,
        lms_type: str,
        state: str = "success",
        unmatched: Iterable[Id] = (),
        accept: bool = True,
    ) -> None:
        """Join a district to an LMS in one step, and accept LMS Connect for every application that has it."""
        with self.lock:
            town = self.district(district)
            self.relink(district, lambda was, now: joined(town, was, now, lms_type, state, unmatched))
            for connection in self.with_lms_connect(district) if accept else ():
                self.reconnect(connection.id, lms_connect="accepted")

    def relink(self, district: Id, become: Callable[[Link | None, float], Link | None]) -> Link | None:
        """Let what joins a district to its LMS become what this says of the one there is, now; None is no LMS."""
        with self.lock:
            self.catch_up()
            self.district(district)
            now = self.clock.now()
            link = become(self.links.get(district), now)
            self._relink(district, link, now)
            return link

    def _relink(self, district: Id, link: Link | None, now: float) -> None:
        was, connections = self.links.get(district), self._connected_to(district)
        if link is not None:
            self.links[district] = link
        else:
            self.links.pop(district, None)
        if other(was, link):
            self.gradebooks.forget(district)
        for connection in connections:
            if anew(was, link):
                self.launches.forget(connection.id)
            if not connection.requires_review:
                self._guarded.pop(connection.id, None)  # nobody's roster is other: no threshold counts this
        self._due = 0.0
        self._tell(connections, now)

    def with_lms_connect(self, district: Id) -> list[Connection]:
        """The connections of a district whose application has LMS Connect."""
        return [c for c in self._connected_to(district) if "lms_connect" in self.apps[c.client_id].products]

    def lms_seen(self, district: Id) -> District:
        """A district's own record as those see it who are told of its LMS."""
        return self._marked(self.district(district), self.links.get(district)).district

    def _marked(self, district: Snapshot, link: Link | None) -> Snapshot:
        return self._marks.of(district, link) if link is not None else district

    # Applications and connections

    def register(self, app: App) -> None:
        """Add an application, or put a newer one in the place of the one with its client id."""
        with self.lock:
            self.apps[app.client_id] = app
            self._tell([c for c in self.connections.values() if c.client_id == app.client_id])

    def connect(
        self, client_id: str, district: Id, sharing: Sharing | None = None, access_token: str = ""
    ) -> Connection:
        """Connect a district to an application: a token of their own. The same two always get the same one."""
        with self.lock:
            second = int(district[:8], 16)
            created = iso(second)
            connection = Connection(
                id=object_id(second, "connection", client_id, district),
                client_id=client_id,
                district=district,
                token_id=object_id(second, "token", client_id, district),
                access_token=access_token or token(40, "district token", client_id, district),
                created=created,
                launch_date=created[:10],
                sharing=sharing or Sharing(),
            )
            self._place(connection)
            self._begin_feed(connection)
            return connection

    def connection(self, id: Id) -> Connection:
        """A connection by its id. Raises ControlRefusal when there is none."""
        found = self.connections.get(id)
        if found is None:
            raise ControlRefusal(f"no connection {id} in this world: GET /_mock/connections lists them", 404)
        return found

    def reconnect(self, id: Id, **values: Any) -> Connection:
        """Change a connection: its sharing, whether it is launched or connected.

        Disconnecting ends every user token with it, so that none comes back when the district does. While paused,
        the application sees what it saw when the pause began.
        """
        with self.lock:
            was = self.connection(id)
            connection = structs.replace(was, **values)
            if connection.paused and not was.paused and was.connected:
                self._frozen[id] = self.published(was)
            self._place(connection)
            if connection.lms_connect == "accepted" != was.lms_connect:
                self.launches.forget(id)
            if not connection.connected:
                self.launches.forget(id)
                self._thaw(id)
                ended = (connection.client_id, connection.district, "district")
                self.grants.revoke(lambda login: (login.client_id, login.district, login.authorized_by) == ended)
            self._tell([connection])
            return self.connections[id]

    def accept(self, id: Id) -> Connection:
        """Let an application see what its safety thresholds held back. Raises ControlRefusal for nothing."""
        with self.lock:
            if not self.connection(id).requires_review:
                raise ControlRefusal("this connection does not require review: nothing of it is held back", 409)
            self._guarded.pop(id, None)
            return self.reconnect(id)

    def rotate(self, id: Id) -> Connection:
        """Give a connection a new token; the old one is unknown from now on (docs/onboarding)."""
        with self.lock:
            self._by_token.pop(self.connection(id).access_token, None)
            return self.reconnect(id, access_token=self.mint.hex(40))

    def join_again(self, id: Id) -> Connection:
        """Connect what was disconnected: a token record of its own, new in every part (sso 14)."""
        with self.lock:
            now = self.clock.now()
            self.reconnect(id, connected=True, paused=False, token_id=self.mint.object_id(now), created=iso(now))
            self._begin_feed(self.connection(id))
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

    # What teachers authorise

    def authorizes(self, app: App, district: Id) -> str:
        """Who lets people of this district in: "district" if it connected the app, or their "teacher".

        A district's connection wins; Library only exists where there is none (docs/library-sso).
        """
        return "teacher" if app.by_teacher and self.connection_of(app.client_id, district) is None else "district"

    def consent(self, client_id: str, district: Id, teacher: Id) -> Consent:
        """A teacher authorises an application for their classes."""
        with self.lock:
            now = iso(self.clock.now())
            return self.consents.give(Consent(client_id=client_id, district=district, teacher=teacher, at=now))

    def uninstall(self, client_id: str, teacher: Id) -> Consent:
        """A teacher takes an application off again. Raises ControlRefusal when they have not authorised it."""
        with self.lock:
            taken = self.consents.withdraw(client_id, teacher)
            if taken is None:
                raise ControlRefusal(
                    f"teacher {teacher} has not authorised {client_id}: GET /_mock/consents lists who has", 404
                )
            self._end_unvouched(taken.district)
            return taken

    def allow(self, district: Id, library: Library) -> None:
        """A district blocks applications of Library, or switches it off; consents outlive that."""
        with self.lock:
            self.consents.allow(self.district(district).district.id, library)
            self._end_unvouched(district)

    def vouched(self, client_id: str, district: Id, user: Id) -> bool:
        """Whether a consent stands behind this person: their own, or that of one of their teachers."""
        consenting = self.consents.teachers(client_id, district)
        return user in consenting or bool(classrooms(self.districts[district], consenting, user).sections)

    def _end_unvouched(self, district: Id) -> None:
        """End the tokens of a district behind which no consent stands any more (sso 14)."""
        self.grants.revoke(
            lambda login: (
                login.district == district
                and login.authorized_by == "teacher"
                and not self.vouched(login.client_id, district, login.user)
            )
        )

    # What an application sees

    def published(self, connection: Connection) -> Published:
        """What this connection's application sees now: the one Snapshot all its answers come from."""
        return self._frozen.get(connection.id) or self._current(connection)

    def _current(self, connection: Connection) -> Published:
        """What it would see if nothing were held back."""
        district, app = self.districts[connection.district], self.apps[connection.client_id]
        kept = self._published.get(connection.id)
        link = self.links.get(connection.district) if "lms" in app.granted else None
        of = (district, connection, app, self.settings, link)
        if kept is not None and all(map(is_, kept[0], of)):
            return kept[1]
        seen = visible(self._marked(district, link), connection.sharing, app.roles)
        launched = structs.replace(seen.district, launch_date=connection.launch_date)
        snapshot = seen.replace(districts=[launched]).within(district, self._lives[connection.district].gone_users)
        published = Published(snapshot, app.permission(connection), self._shelf)
        self._published[connection.id] = (of, published)
        return published

    # What an application is told of it

    def events(self, connection: Connection) -> tuple[Batch, ...]:
        """The batches of events that this connection's application may read now."""
        with self.lock:
            feed = self._feeds.get(connection.id)
            return feed.kept(self.clock.now(), self.settings.event_delay) if feed is not None else ()

    def event_ends(self) -> Mapping[Id, list[float]]:
        """When the batches of each connection's feed expire."""
        return {id: feed.ends() for id, feed in self._feeds.items()}

    def _begin_feed(self, connection: Connection) -> None:
        """A new token has a new feed: its district first, then every shared record (events-and-sync 11 #8, #9)."""
        self._thaw(connection.id)
        self._feeds[connection.id] = Feed(connection.token_id)
        self._seen[connection.id] = (NOTHING, self.apps[connection.client_id].permission(connection))
        self._tell([connection])

    def _tell(self, connections: Iterable[Connection], now: float | None = None) -> None:
        """Append what changed of what these see. Events begin where an application asks for them, and are not
        made up for the time before."""
        at = self.clock.now() if now is None else now
        for connection in connections:
            if not connection.connected:
                continue
            self._guard(connection, at)
            told = self.apps[connection.client_id].told_events
            published = self.published(connection) if told else None
            was = self._seen.pop(connection.id, None)
            if published is None:
                continue
            self._seen[connection.id] = (published.snapshot, published.permission)
            if was is None:
                continue
            snapshot, before = was
            if self.settings.last_sync_events == "silent":
                snapshot = _as_synced(snapshot, published.snapshot)
            other = difference(snapshot, published.snapshot, whole=before != published.permission)
            if other:
                self._feeds[connection.id].add(at, other, before, published.permission)

    def _guard(self, connection: Connection, now: float) -> None:
        """Freeze what a connection sees if its application's safety thresholds say so, or let it go again."""
        if connection.paused:
            return
        if not self.apps[connection.client_id].safety:
            self._thaw(connection.id)
            return
        last, current = self._guarded.get(connection.id), self._current(connection)
        stopped = last is not None and self._alarming(connection, last.snapshot, current.snapshot, now)
        if stopped and last is not None:
            self._frozen[connection.id] = last
            self.connections[connection.id] = structs.replace(connection, requires_review=True)
        else:
            self._thaw(connection.id)
            self._guarded[connection.id] = current

    def _alarming(self, connection: Connection, last: Snapshot, current: Snapshot, now: float) -> bool:
        district = self.districts[connection.district].district
        if self._lives[connection.district].upkeep.relaxed(district, now):
            return False
        return bool(excess(last, current, MOST_DELETED, MOST_UPDATED))

    def _thaw(self, id: Id) -> None:
        """Let a connection's application see what there is."""
        self._frozen.pop(id, None)
        self._guarded.pop(id, None)
        if self.connections[id].requires_review:
            self.connections[id] = structs.replace(self.connections[id], requires_review=False)

    def taught(self, login: Login) -> Published | None:
        """What someone whom a teacher let in sees now; nothing if no consent stands behind them.

        It is small and many people ask for their own, so nothing of it is kept.
        """
        if not self.vouched(login.client_id, login.district, login.user):
            return None
        district, gone = self.districts[login.district], self._lives[login.district].gone_users
        consenting = self.consents.teachers(login.client_id, login.district)
        seen = classrooms(district, consenting, login.user)
        snapshot = seen.within(district, gone)
        return Published(snapshot, self.apps[login.client_id].library_permission)

    def foreseen(self, connection: Connection, rule: Sharing) -> Snapshot:
        """What this connection's application would see under another rule."""
        return visible(self.districts[connection.district], rule, self.apps[connection.client_id].roles)

    def person(self, wanted: str, district: Id = "") -> tuple[Id, User] | None:
        """A person by Clever id or by a name they log in with, and their district: any, or that one."""
        for id, town in self.districts.items():
            user = next(self.directories.of(town).named(wanted), None) if district in ("", id) else None
            if user is not None:
                return id, user
        return None


def _as_synced(before: Snapshot, after: Snapshot) -> Snapshot:
    """What was seen, had it been synced when what is seen now was."""
    if not len(before.districts):
        return before
    own = structs.replace(before.district, last_sync=after.district.last_sync)
    return before.replace(districts=[own])
