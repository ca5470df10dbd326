"""OpenID Connect: an id_token is believed only when everything about it is right (ADJ-27 to ADJ-29).

For apps that say `openid = true`. The mock makes one thing wrong at a time; the same login with a right token
comes first, so that what is refused is the forgery and not the person (OpenID Connect Core 3.1.3.7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from certification_suite.checks.arriving import expect_signed_in
from certification_suite.checks.guides import adjacent
from certification_suite.checks.journeys import Arrival, exchanged, first, log_in
from certification_suite.checks.recognition import home, is_signed_in, strangers_stay_out
from certification_suite.drivers.browser import Browser
from certification_suite.drivers.mock import Person
from certification_suite.evidence import Exchange
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, CouldNotRun, Fail, NotApplicable

SOURCE = "docs/oidc-implementation"
UNSIGNED = {
    "signature": "whose signature none of Clever's keys made",
    "unsigned": "that nobody signed (alg none)",
}
WRONG = {
    "issuer": "of another issuer",
    "audience": "made for another application",
    "expired": "that expired an hour ago",
    "nonce": "with the nonce of another login",
    "subject": "about somebody else than the access token beside it",
}
"""The mock's faults of id_tokens, and what they make of one."""


@contextmanager
def speaking_openid(exam: Examination) -> Iterator[Person]:
    """Somebody who can log in by a right id_token, while Clever has OpenID Connect switched on for the app."""
    if not exam.app.openid:
        raise NotApplicable("The app reads no id_token: certification.toml does not say openid = true.")
    strangers_stay_out(exam)
    [person] = exam.anyone()
    was_on = exam.clever.app(exam.client_id).get("oidc")
    exam.clever.register(exam.client_id, oidc=True)
    try:
        yield person
    finally:
        exam.clever.register(exam.client_id, oidc=was_on)


def by_id_token(exam: Examination, person: Person, what: str) -> tuple[Browser, Arrival]:
    """Log in on a new device and be signed in; Clever gave an id_token that is right."""
    browser = exam.browser()
    arrival = log_in(exam, browser, person)
    expect_signed_in(exam, browser, person, what)
    [*given] = _with_id_token(exchanged(exam.exchanges("oauth"), arrival.code))
    exam.evidence.show(*given)
    if not given:
        raise CouldNotRun("Clever gave no id_token with this login.", next_step="Is it a login by a district?")
    return browser, arrival


def _with_id_token(exchanges: Iterable[Exchange]) -> list[Exchange]:
    return [e for e in exchanges if "id_token" in (e.response.get("body") or {})]


def expect_refused(exam: Examination, person: Person, forgeries: dict[str, str]) -> None:
    """Each of these, on a device of its own, signs nobody in."""
    for kind, what in forgeries.items():
        exam.clever.fault("/oauth/tokens", kind=kind, method="POST", times=None)
        browser, since = exam.browser(), exam.clever.mark()
        arrival = log_in(exam, browser, person)
        struck = exam.clever.struck()
        exam.clever.clear_faults()
        if not struck:
            raise CouldNotRun(f"No exchange came by which an id_token {what} could be sent.")
        page = home(exam, browser)
        exam.keep(f"Where a login with an id_token {what} ended", arrival.page)
        if is_signed_in(exam, page):
            exam.evidence.show(*_with_id_token(exam.exchanges("oauth", since=since)))
            exam.keep(f"The home page after an id_token {what}", page)
            raise Fail(
                f"{person.name}'s login came with an id_token {what}, and {exam.app.home_page} opened.",
                expected="Nobody is signed in.",
                cause="wrong id_token believed",
            )


@adjacent(
    "ADJ-27",
    "Clever signed the id_token",
    programme="sso",
    evidence="A",
    proof=("WEB", "LOG"),
    since="all",
    says="An app that reads the id_token signs nobody in by one that no published key of Clever's signed, or that "
    "is not signed at all.",
    why="Without its signature an id_token is a text that anybody can write, about anybody.",
    mend="Verify the signature with the keys at jwks_uri, and allow RS256 only, whatever the token's header says.",
    source=SOURCE,
    refuted_by=("TrustsAnySignature",),
)
def only_clevers_signature_counts(exam: Examination) -> str:
    with speaking_openid(exam) as person:
        by_id_token(exam, person, "a login with a right id_token")
        expect_refused(exam, person, UNSIGNED)
    return f"A right id_token signed {person.name} in; one that Clever did not sign, and an unsigned one, did not."


@adjacent(
    "ADJ-28",
    "The id_token is for this app, this login and this person",
    programme="sso",
    evidence="A",
    proof=("WEB", "LOG"),
    since="all",
    says="An app that reads the id_token signs nobody in by one of another issuer, for another application, of "
    "another "
    "login, about somebody else, or that has expired, though Clever signed it.",
    why="A token that was right somewhere else, or yesterday, is what a thief has in hand.",
    mend="Compare iss with the issuer of the discovery document, aud with your client id, nonce with the one this "
    "browser was given, sub with the person whom /me or /userinfo names, and exp with the time.",
    source=SOURCE,
    refuted_by=(
        "IgnoresTheIssuer",
        "IgnoresTheAudience",
        "AcceptsExpiredIdTokens",
        "IgnoresTheNonce",
        "IgnoresTheSubject",
    ),
)
def the_claims_are_compared(exam: Examination) -> str:
    with speaking_openid(exam) as person:
        since = exam.clever.mark()
        _, arrival = by_id_token(exam, person, "a login with a right id_token")
        wrong = dict(WRONG)
        if not first(arrival.started_by_app or "", "nonce"):
            del wrong["nonce"]
            exam.evidence.note(
                "The app sends no nonce to /oauth/authorize, so a stolen id_token is not noticed by it."
            )
        if not any(e.status == 200 for e in exam.exchanges("identity", since=since)):
            del wrong["subject"]
            exam.evidence.note("The app reads neither /me nor /userinfo, so it has nothing to compare sub with.")
        expect_refused(exam, person, wrong)
    return f"A right id_token signed {person.name} in; with another {', '.join(wrong)} nobody was."


@adjacent(
    "ADJ-29",
    "New keys of Clever's are learnt",
    programme="sso",
    evidence="A",
    proof=("WEB", "LOG"),
    since="all",
    says="After Clever began to sign with a new key, which it publishes, people still log in.",
    why="Keys change without notice. An app that keeps the first ones lets nobody in from that day on.",
    mend="When an id_token names a key you do not know, read jwks_uri again before you refuse it.",
    source=SOURCE,
    refuted_by=("KeepsTheFirstKeys",),
)
def new_keys_are_learnt(exam: Examination) -> str:
    with speaking_openid(exam) as person:
        by_id_token(exam, person, "a login with a right id_token")
        exam.clever.rotate_keys()
        browser, since = exam.browser(), exam.clever.mark()
        arrival = log_in(exam, browser, person)
        given = _with_id_token(exam.exchanges("oauth", since=since))
        exam.evidence.show(*given)
        if not given:
            raise Blocked("no code was exchanged after the keys had changed.", by="SSO-01")
        exam.keep("Where a login with a new key ended", arrival.page)
        if not is_signed_in(exam, home(exam, browser)):
            raise Fail(
                f"Clever signs with a new key, which it publishes; {person.name}'s login ended at "
                f"{arrival.page.status}: “{arrival.page.main[:160]}”.",
                expected=f"{person.name} is signed in.",
            )
    return f"{person.name} logged in by the key Clever had, and by the one it has now."
