"""After a login: the person must be in, and where nobody of their kind gets in, that is said elsewhere."""

from __future__ import annotations

import json

from certification_suite.checks.journeys import log_in
from certification_suite.checks.recognition import home, is_signed_in
from certification_suite.drivers.browser import Browser
from certification_suite.drivers.mock import Person
from certification_suite.drivers.page import Page
from certification_suite.evidence import masked
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, Fail


def expect_signed_in(exam: Examination, browser: Browser, person: Person, way: str) -> Page:
    """The home page of a person who must now be signed in."""
    page = home(exam, browser)
    if not is_signed_in(exam, page):
        expect_an_open_door(exam, person)
        exam.keep(f"The home page after {way}", page)
        ended = page.location or page.url
        raise Fail(
            f"After {way} as {person.name} the home page answered {page.status} at {masked(ended)}: "
            f"“{page.text[:200]}”.",
            expected=f"{person.name} is signed in and sees {exam.app.home_page}.",
        )
    return page


def was_told(exam: Examination, text: str) -> bool:
    """Whether Clever told the app this in a record it read. Not all that is not guaranteed is told to everybody.

    An app that read no record may have had it from an id_token, into which nobody looks.
    """
    told = [e.response.get("body") for e in exam.exchanges("identity", "data") if e.status == 200]
    return not told or any(text in json.dumps(body, ensure_ascii=False) for body in told)


def expect_an_open_door(exam: Examination, person: Person) -> None:
    """In the Library nobody has an account before: where a first login fails, LIB-02 or LIB-06 says so, and alone.

    Asked only when something failed already, for it lets the app forget everything.
    """
    if not exam.app.by_teachers:
        return
    exam.probe.reset()
    browser = exam.browser()
    log_in(exam, browser, person)
    if not is_signed_in(exam, home(exam, browser)):
        by = "LIB-06" if "student" in person.roles else "LIB-02"
        raise Blocked(f"a first login of {person.name} from the Library does not end signed in.", by=by)
