"""What else may reach the callback: failures, repeats, forgeries, additions (SSO-09, ADJ-01, ADJ-02, ADJ-04)."""

from __future__ import annotations

from certification_suite.checks import failures
from certification_suite.checks.arriving import expect_signed_in
from certification_suite.checks.guides import adjacent, also_library, sso
from certification_suite.checks.journeys import authorize_url, callback_url, exchanged, first, log_in
from certification_suite.checks.recognition import (
    home,
    is_signed_in,
    strangers_stay_out,
    ways_in,
)
from certification_suite.examination import Examination
from certification_suite.verdicts import Fail, NotApplicable


@also_library("LIB-13", since="all")
@sso(
    "SSO-09",
    "A friendly page when a login fails",
    evidence="A",
    proof=("WEB",),
    since="all",
    says="Whatever goes wrong at login, the person reads a sentence and has a way to try again: no server "
    "error, "
    "no stack trace, no dead end.",
    why="Logins fail every day: slow devices, expired codes, pupils not shared yet. A dead page is a lesson lost.",
    mend="Catch every failure of the callback in one place and show one calm page with a “Log in with "
    "Clever” button.",
    refuted_by=("ShowsAStackTrace", "HidesTheWayBack", "FallsOverABrokenAnswer", "ReopensAFinishedLogin"),
)
def failed_logins_end_kindly(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.anyone()
    browser = exam.browser()
    log_in(exam, browser, person)
    expect_signed_in(exam, browser, person, "an ordinary login")
    everyday = exam.browser().open(exam.app.url(exam.app.login_page), until=browser.is_clever)
    looks = {case.title: failures.look(exam, case, person, everyday) for case in failures.CASES}
    wrong = {title: trouble for title, trouble in looks.items() if trouble is not None}
    exam.evidence.show(*[e for e in exam.exchanges("oauth", "identity") if e.status >= 400][:3])
    if wrong:
        raise Fail(
            f"{len(wrong)} of {len(failures.CASES)} failed logins end badly. " + failures.told(wrong),
            expected="A page without a server error, with a sentence for people and a way to try again.",
        )
    return (
        f"{len(failures.CASES)} ways to fail ({', '.join(case.title for case in failures.CASES)}) all "
        "end at a page people can use."
    )


@adjacent(
    "ADJ-01",
    "A code is exchanged once",
    programme="sso",
    evidence="A",
    proof=("WEB", "LOG"),
    since="all",
    says="A callback that arrives twice (reload, back button, app and browser at once) exchanges its code "
    "once and "
    "leaves the person signed in or with a way to log in.",
    why="Reloads happen in every class. The second exchange fails, and the pupil sees an error instead of "
    "the lesson.",
    mend="Remember the codes of the last minutes; when one comes again, show the open session or offer the "
    "login. "
    "Redirect away from the callback, so that the code leaves the address bar.",
    source="docs/best-practices-edge-cases",
    refuted_by=("ExchangesTheSameCodeTwice",),
)
def a_second_delivery_is_harmless(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.anyone()
    browser = exam.browser()
    arrival = log_in(exam, browser, person)
    expect_signed_in(exam, browser, person, "a login")
    again = browser.open(arrival.callback, until=browser.is_clever)
    exam.keep("The callback, loaded a second time", again)
    sent = exchanged(exam.exchanges("oauth"), arrival.code)
    exam.evidence.show(*sent)
    if len(sent) != 1:
        raise Fail(f"The code was exchanged {len(sent)} times.", expected="One POST /oauth/tokens for each code.")
    at_clever = again.location is not None and browser.is_clever(again.location)
    resumed = is_signed_in(exam, home(exam, browser))
    if again.status >= 500 or not (at_clever or resumed or ways_in(again)):
        raise Fail(
            f"The second load of the callback ended at {again.status}: “{again.text[:160]}”.",
            expected="The open session, or a way to log in again.",
        )
    return f"One exchange for two loads; the second {'kept the session' if resumed else 'offered a login'}."


@adjacent(
    "ADJ-04",
    "A login the app did not start is refused",
    programme="sso",
    evidence="A",
    proof=("WEB", "LOG"),
    since="all",
    says="A login that the app starts carries a `state` bound to that browser; a callback with another "
    "`state` logs nobody in.",
    why="Without it an attacker sends a link and the victim works in the attacker's account.",
    mend="Put a random `state` into the session before /oauth/authorize and compare it before exchanging the "
    "code.",
    source="docs/il-design",
    refuted_by=("AcceptsAnyState",),
)
def forged_state_opens_nothing(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.anyone()
    browser = exam.browser()
    arrival = log_in(exam, browser, person)
    expect_signed_in(exam, browser, person, "a login with the app's own state")
    if arrival.started_by_app is None:
        raise NotApplicable("The app starts no login of its own: it has no login button.")
    if not first(arrival.started_by_app or "", "state"):
        raise Fail(
            "The app sends no `state` to /oauth/authorize.",
            expected="A random `state`, bound to the session.",
            cause="no state",
        )
    for started, device in (
        (False, "a device that started no login"),
        (True, "a device that started another login"),
    ):
        victim = exam.browser()
        authorize = authorize_url(exam, victim) if started else arrival.started_by_app or ""
        target = first(authorize, "redirect_uri") or exam.app.redirect_uri
        redirect = exam.clever.login(person.id, client_id=exam.client_id, redirect_uri=target, state="forged")
        code = first(redirect, "code") or ""
        page = victim.open(callback_url(exam, authorize, code=code, state="forged"), until=victim.is_clever)
        sent = exchanged(exam.exchanges("oauth"), code)
        exam.evidence.show(*sent)
        exam.keep(f"A forged state on {device}", page)
        if sent or is_signed_in(exam, home(exam, victim)):
            what = "exchanged the code" if sent else "opened a session"
            raise Fail(
                f"On {device} a callback with state=forged and a valid code {what}.",
                expected="Nobody is logged in.",
                cause="forged state",
            )
    return (
        "The app's own state opens the door; a forged one, with a valid code, opens nothing and exchanges nothing."
    )


@adjacent(
    "ADJ-02",
    "Unknown parameters at the callback do no harm",
    programme="sso",
    evidence="A",
    proof=("WEB",),
    since="all",
    says="Clever may add parameters to the redirect (loginas_by_admin=true when an admin looks in); the "
    "login succeeds.",
    why="Support staff see the app through an admin's eyes. An app that chokes on it cannot be helped.",
    mend="Ignore query parameters you do not know, and name the registered redirect_uri in the exchange, not "
    "the URL "
    "the browser arrived at.",
    source="docs/best-practices-edge-cases",
    refuted_by=("RebuildsTheRedirectUri",),
)
def unknown_parameters_are_ignored(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.anyone()
    browser = exam.browser()
    log_in(exam, browser, person)
    expect_signed_in(exam, browser, person, "an ordinary login")
    browser = exam.browser()
    arrival = log_in(exam, browser, person, adding="&loginas_by_admin=true")
    exam.evidence.show(*exchanged(exam.exchanges("oauth"), arrival.code))
    exam.keep("The callback with loginas_by_admin=true", arrival.page)
    expect_signed_in(exam, browser, person, "a login with loginas_by_admin=true at the callback")
    return "A login with loginas_by_admin=true at the callback ended signed in."
