"""One check's run: the app under test, the instruments, and the evidence collected so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from certification_suite import supplies
from certification_suite.describing.config import AppUnderTest
from certification_suite.drivers.browser import TIMEOUT, Browser, Silence
from certification_suite.drivers.chromium import Chromium, Device
from certification_suite.drivers.mock import Connection, MockClever, Person
from certification_suite.drivers.page import Page
from certification_suite.drivers.probe import Probe
from certification_suite.evidence import Evidence, Excerpt, Exchange, Picture
from certification_suite.verdicts import CouldNotRun, Fail, NoBrowser, NotApplicable

LIBRARY_NUMBERS = {"SSO-01": "LIB-01", "SSO-05": "LIB-15", "SSO-08": "LIB-12", "SSO-C4": "LIB-06"}
"""Where the Library programme asks what another requirement waits for, under a number of its own."""


def as_the_library_tells(person: Person, name: dict[str, str]) -> Person:
    """Of a student the Library tells the first name, the initial of the last, no e-mail (docs/library-sso)."""
    if "student" not in person.roles:
        return person
    parts = (name.get("first"), name.get("middle"), (name.get("last") or "")[:1])
    return replace(person, name=" ".join(part for part in parts if part), email=None, username="")


def teachers_of(classes: list[dict[str, Any]], student: str) -> list[str]:
    """The Clever ids of those who teach this student, from the sections as the Data API tells them."""
    mine = [one for one in classes if student in one.get("students", ())]
    return list(dict.fromkeys(teacher for one in mine for teacher in one.get("teachers", ())))


@dataclass
class Examination:
    """What a check is handed."""

    app: AppUnderTest
    clever: MockClever
    probe: Probe
    patience: float = TIMEOUT
    mark: int = 0
    evidence: Evidence = field(default_factory=Evidence)
    chromium: Chromium = field(default_factory=lambda: Chromium(None, why_not="This run uses none."))
    said: Mapping[str, str] = field(default_factory=dict)
    """The verdicts of this run so far, by the ids of requirements."""
    devices: list[Device] = field(default_factory=list)
    hurry: float = 1.0
    """How many times shorter than it would the app waits; the suite holds answers back so much shorter too."""
    easel: Device | None = None
    """A real browser without scripts, that draws what the plain one holds; put up when first needed."""

    @property
    def client_id(self) -> str:
        """The id of the app that people log in to: the SSO app's, in the Library programme the Library app's."""
        if self.app.client_id is None:
            kind = "Library" if self.app.by_teachers else "SSO"
            raise NotApplicable(f"The app under test declares no {kind} client id.")
        return self.app.client_id

    @property
    def connection(self) -> Connection:
        """The district that the Secure Sync app reads."""
        if self.app.sync_client_id is None:
            raise NotApplicable("The app under test declares no Secure Sync client id.")
        connections = self.clever.connections(self.app.sync_client_id)
        if not connections:
            raise CouldNotRun("No district is connected to the Secure Sync app in the mock.")
        return connections[0]

    @property
    def district(self) -> str:
        """The district that the people of this examination belong to; no district connects a Library app."""
        if self.app.by_teachers:
            return self.clever.first_district()
        connections = self.clever.connections(self.client_id)
        if not connections:
            raise CouldNotRun("No district is connected to the SSO app in the mock.")
        return connections[0].district

    def called(self, id: str) -> str:
        """The number that a requirement of single sign-on has in the programme that is judged."""
        return LIBRARY_NUMBERS.get(id, id) if self.app.by_teachers else id

    def browser(self) -> Browser:
        """A new device that nobody has used."""
        return Browser(self.clever.url, self.app.addresses, patience=self.patience, ca=self.app.ca)

    def device(self) -> Device:
        """A new device with a real browser. Raises NoBrowser where there is none."""
        device = self.chromium.device(self.clever.url, self.app.addresses, trusting=bool(self.app.ca))
        self.devices.append(device)
        return device

    def picture(self, title: str, device: Device) -> None:
        """Keep what the screen of a device shows as evidence; what looks the same is kept once."""
        jpeg = device.picture()
        if jpeg and all(jpeg != kept.jpeg for kept in self.evidence.pictures):
            self.evidence.pictures.append(Picture(title, device.url, jpeg))

    def leave(self) -> None:
        """Put the devices away."""
        for device in self.devices:
            device.close()

    def residents(self) -> list[Person]:
        """Everybody who may come to the app: those it is shared with, or those shared with nobody yet."""
        client = self.app.client_id
        if self.app.by_teachers:
            district, users = self.district, {user["id"]: user for user in self.clever.rows("users")}
            people = [person for person in self.clever.people() if person.district == district]
            return [as_the_library_tells(p, users.get(p.id, {}).get("name") or {}) for p in people]
        return [p for p in self.clever.people() if not p.shared_with or client is None or client in p.shared_with]

    def people(self, role: str, count: int = 1, *, with_email: bool = False) -> list[Person]:
        """Ordinary people of one role whose names cannot be mistaken, plainest first.

        Where the district has nobody of the role, somebody comes new to it.
        """
        residents = self.residents()
        fit = self._fit(residents, role, with_email)
        if role in supplies.ROLES and not any(role in person.roles for person in residents):
            supplies.newcomer(self.clever, self.district, role)
            self.evidence.note(f"The district had nobody of type {role}, so somebody was added.")
            fit = self._fit(self.residents(), role, with_email)
        if len(fit) < count:
            raise CouldNotRun(
                f"The mock's district has {len(fit)} people of type {role} for this check, and it needs {count}.",
                next_step="Run against `mock-clever serve --preset sandbox`.",
            )
        if self.app.by_teachers and role == "student":
            return self._vouched_for(fit)[:count]
        return fit[:count]

    def has(self, role: str) -> bool:
        """Whether the district has somebody of this type, or somebody of it can come new to a school."""
        return role in supplies.ROLES or any(role in person.roles for person in self.residents())

    def _fit(self, residents: list[Person], role: str, with_email: bool) -> list[Person]:
        names = Counter(person.name.casefold() for person in residents)
        fit = [p for p in residents if role in p.roles and names[p.name.casefold()] == 1]
        if with_email:
            told = {user["id"] for user in self.clever.rows("users") if user.get("email")}
            fit = [person for person in fit if person.email and person.id in told]
        return sorted(fit, key=lambda one: (not one.name.isascii(), len(one.roles), one.email is None))

    def as_many(self, role: str, most: int, *, with_email: bool = False) -> list[Person]:
        """The same, as many as the district has, up to this number; at least one."""
        for count in range(most, 1, -1):
            try:
                return self.people(role, count, with_email=with_email)
            except CouldNotRun:
                continue
        return self.people(role, with_email=with_email)

    def _vouched_for(self, students: list[Person]) -> list[Person]:
        """Those who have a teacher, who authorises the app now: else no student may come by the Library."""
        classes = self.clever.rows("sections")
        for student in students:
            for teacher in teachers_of(classes, student.id)[:1]:
                self.clever.consent(self.client_id, teacher)
        return [student for student in students if teachers_of(classes, student.id)]

    def anyone(self, count: int = 1, *, with_email: bool = False, first: str = "teacher") -> list[Person]:
        """People of the first user type the app supports that has enough of them."""
        for role in (first, "teacher", "student", "staff", "district_admin"):
            if role in self.app.user_types:
                try:
                    return self.people(role, count, with_email=with_email)
                except CouldNotRun:
                    continue
        raise CouldNotRun(f"The mock's district lacks {count} people of any type the app supports.")

    def exchanges(self, *kinds: str, since: int | None = None) -> list[Exchange]:
        """What was asked of Clever during this check."""
        everything = kinds or ("oauth", "identity", "data", "page")
        return self.clever.journal(self.mark if since is None else since, kinds=everything)

    def keep(self, title: str, page: Page) -> None:
        """Keep a page as evidence, and where there is a real browser a picture of it."""
        self.evidence.pages.append(Excerpt(title, page.url, page.status, page.text[:400]))
        if page.location or not page.text:
            return
        try:
            self.easel = self.easel or self._put_up()
            self.easel.draw(page)
            self.picture(title, self.easel)
        except NoBrowser as none:
            self.evidence.note(f"Read, and not looked at on a screen. {none.observed}")
        except (Fail, Silence) as trouble:
            self.evidence.note(f"“{title}” could not be drawn: {trouble}")

    def _put_up(self) -> Device:
        self.devices.append(
            self.chromium.device(self.clever.url, self.app.addresses, scripts=False, trusting=bool(self.app.ca))
        )
        return self.devices[-1]
