"""One check's run: the app under test, the instruments, and the evidence collected so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from certification_suite.config import AppUnderTest
from certification_suite.drivers.browser import TIMEOUT, Browser
from certification_suite.drivers.mock import Connection, MockClever, Person
from certification_suite.drivers.page import Page
from certification_suite.drivers.probe import Probe
from certification_suite.evidence import Evidence, Excerpt, Exchange
from certification_suite.verdicts import CouldNotRun, NotApplicable


@dataclass
class Examination:
    """What a check is handed."""

    app: AppUnderTest
    clever: MockClever
    probe: Probe
    patience: float = TIMEOUT
    mark: int = 0
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def client_id(self) -> str:
        """The SSO app's id."""
        if self.app.client_id is None:
            raise NotApplicable("The app under test declares no SSO client id.")
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
        """The district that the people of this examination belong to."""
        connections = self.clever.connections(self.client_id)
        if not connections:
            raise CouldNotRun("No district is connected to the SSO app in the mock.")
        return connections[0].district

    def browser(self) -> Browser:
        """A new device that nobody has used."""
        return Browser(self.clever.url, self.app.addresses, patience=self.patience)

    def people(self, role: str, count: int = 1, *, with_email: bool = False) -> list[Person]:
        """Ordinary people of one role whose names cannot be mistaken, plainest first."""
        everybody = self.clever.people()
        names = [person.name.casefold() for person in everybody]
        fit = [
            person
            for person in everybody
            if role in person.roles
            and names.count(person.name.casefold()) == 1
            and (not person.shared_with or self.app.client_id is None or self.app.client_id in person.shared_with)
            and (person.email or not with_email)
        ]
        fit.sort(key=lambda person: (not person.name.isascii(), len(person.roles), person.email is None))
        if len(fit) < count:
            raise CouldNotRun(
                f"The mock's district has {len(fit)} people of type {role} for this check, and it needs {count}.",
                next_step="Run against `mock-clever serve --preset sandbox`.",
            )
        return fit[:count]

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
        """Keep a page as evidence."""
        self.evidence.pages.append(Excerpt(title, page.url, page.status, page.text[:400]))
