"""A sync when somebody asks for one (SYN-O1)."""

from __future__ import annotations

from certification_suite.checks.classes import sync_control
from certification_suite.checks.guides import secure_sync
from certification_suite.checks.journeys import log_in
from certification_suite.checks.recognition import strangers_stay_out
from certification_suite.checks.rosters import reads, sync
from certification_suite.checks.shared_device import within_reach
from certification_suite.drivers.browser import Browser
from certification_suite.drivers.page import Form, Link
from certification_suite.evidence import Exchange
from certification_suite.examination import Examination
from certification_suite.verdicts import Fail

LOOKS, PAUSE = 20, 0.1
"""How often, and after how many seconds each time, the journal is asked whether a sync has begun."""
EMPLOYEES = ("staff", "district_admin", "teacher")


@secure_sync(
    "SYN-O1",
    "A sync can be started on demand",
    level="superseded",
    evidence="A",
    proof=("WEB", "LOG"),
    since="1.1",
    says="A person presses a button, or the probe asks, and the app reads the district at once.",
    why="The first guides required it; today's recommend it. A district that mended its data does not want "
    "to wait for the night.",
    mend="Put a “Sync now” button where your staff or the district's administrators see the roster, and start.",
    source="v2.0/docs/sync-certification",
    refuted_by=("PutsSyncsOffTillNight",),
)
def a_sync_starts_on_demand(exam: Examination) -> str:
    if exam.app.client_id is None or not (found := _button(exam)):
        exam.evidence.note("No sync button was found on the app's pages; the probe was asked instead.")
        since = exam.clever.mark()
        sync(exam)
        return _told("POST /sync of the probe", reads(exam, since))
    browser, control = found
    since = exam.clever.mark()
    exam.keep("After pressing the sync button", browser.press(control))
    read = _begun(exam, since)
    exam.evidence.show(*read[:2])
    return _told(f"“{control.text[:20].strip()}…”", read)


def _told(what: str, read: list[Exchange]) -> str:
    if not read:
        raise Fail(f"{what} read nothing from Clever.", expected="The app reads the district at once.")
    return f"{what} began a sync at once: {len(read)} reads, first {read[0].path}."


def _button(exam: Examination) -> tuple[Browser, Link | Form] | None:
    """A control that starts a sync, on a page that an employee reaches from the home page."""
    strangers_stay_out(exam)
    role = next((role for role in EMPLOYEES if role in exam.app.user_types), exam.app.user_types[0])
    [person] = exam.people(role)
    browser = exam.browser()
    log_in(exam, browser, person)
    pages = within_reach(exam, browser).seen.values()
    controls = (sync_control(page) for page in pages if page.status == 200)
    control = next((one for one in controls if one is not None), None)
    return (browser, control) if control else None


def _begun(exam: Examination, since: int) -> list[Exchange]:
    """What the sync read, once it reads no more: it may run in the background."""
    before, read = -1, reads(exam, since)
    for _ in range(LOOKS):
        if read and len(read) == before:
            break
        exam.probe.pause(PAUSE)
        before, read = len(read), reads(exam, since)
    return read
