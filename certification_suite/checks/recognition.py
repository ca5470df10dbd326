"""Telling who is signed in, on pages nobody described to us.

People are recognised by name, address or user name, a log-out control by its words, label or address, and a
signed-in page by what it offers.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from certification_suite.drivers.browser import Browser
from certification_suite.drivers.mock import Person
from certification_suite.drivers.page import Form, Link, Page, plain
from certification_suite.examination import Examination
from certification_suite.verdicts import Fail, NotOffered

LOG_OUT = re.compile(r"\b(log|sign)[\s_-]*(me[\s_-]*)?out\b", re.IGNORECASE)
LOG_IN = re.compile(
    r"\b(log|sign)[\s_-]*in\b|clever|try[\s_-]*again|\bback\b|\bhome\b|start[\s_-]*over|retry", re.IGNORECASE
)
CLEVER = re.compile(r"clever", re.IGNORECASE)


def home(exam: Examination, browser: Browser) -> Page:
    """The page that only people who are signed in can see."""
    return browser.open(exam.app.url(exam.app.home_page), until=browser.is_clever)


def is_signed_in(exam: Examination, page: Page) -> bool:
    """Whether this answer for the home page is one that only a signed-in person gets."""
    wanted = urlsplit(exam.app.url(exam.app.home_page)).path.rstrip("/")
    if page.status != 200 or page.location or not page.text:
        return False
    if log_out_control(page) is not None:
        return True
    asks_to_log_in = any(CLEVER.search(f"{control.text} {control.url}") for control in ways_in(page))
    return urlsplit(page.url).path.rstrip("/") == wanted and not asks_to_log_in


def strangers_stay_out(exam: Examination) -> None:
    """Show that the home page refuses somebody without a session; otherwise being let in says nothing."""
    page = home(exam, exam.browser())
    if is_signed_in(exam, page):
        exam.keep("The home page, as a stranger sees it", page)
        raise Fail(
            f"{exam.app.home_page} shows the same to somebody who never logged in: “{page.text[:160]}”.",
            expected="A page that only people who are signed in can see.",
            next_step="If that page is meant to be public, name another as home_page in certification.toml.",
        )


def ways_in(page: Page) -> list[Link | Form]:
    """What on a page might start a login or try again; a jump within the page leads nowhere."""
    here = page.url.partition("#")[0]
    controls: list[Link | Form] = [link for link in page.links if link.url.partition("#")[0] != here]
    told = [(c, f"{c.text} {urlsplit(c.url).path}") for c in (*controls, *page.forms)]
    return [control for control, words in told if LOG_IN.search(words) and not LOG_OUT.search(words)]


def markers(page: Page, person: Person) -> list[str]:
    """What on the page tells that it is this person's: name, e-mail address or user name."""
    text = page.text.casefold()
    words = plain(person.name).casefold().split(" ")
    names = {" ".join(words), f"{words[-1]}, {' '.join(words[:-1])}"}
    if len(words) > 2:
        names |= {f"{words[0]} {words[-1]}", f"{words[-1]}, {words[0]}"}
    found = [name for name in sorted(names, key=len, reverse=True) if _stands_in(text, name)][:1]
    found += [
        mark
        for mark in (person.email, person.username)
        if mark and len(mark) > 3 and _stands_in(text, mark.casefold())
    ]
    return found


def identity(exam: Examination, browser: Browser) -> tuple[str | None, str | None] | None:
    """Clever id and internal id of whoever is signed in here; None when the probe does not tell."""
    try:
        return exam.probe.whoami(browser.cookies())
    except NotOffered:
        return None


def log_out_control(page: Page) -> Link | Form | None:
    """The control that logs out: by its words, its label or where it leads."""
    for form in page.forms:
        if any(LOG_OUT.search(button.text) for button in form.buttons) or LOG_OUT.search(urlsplit(form.url).path):
            return form
    for link in page.links:
        if LOG_OUT.search(link.text) or LOG_OUT.search(urlsplit(link.url).path):
            return link
    return None


def press_log_out(browser: Browser, control: Link | Form) -> Page:
    """Use it, and look where it leads without ever following to Clever."""
    buttons = control.buttons if isinstance(control, Form) else []
    return browser.press(
        control, next((b for b in buttons if LOG_OUT.search(b.text)), None), until=browser.is_clever
    )


def _stands_in(text: str, mark: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(mark)}(?!\w)", text) is not None
