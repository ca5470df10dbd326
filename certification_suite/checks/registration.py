"""What is registered at Clever for the app: where logins arrive, and for whom (SSO-C3, SSO-C4)."""

from __future__ import annotations

from urllib.parse import urlsplit

from certification_suite.checks.arriving import expect_signed_in
from certification_suite.checks.entrances import registered_types
from certification_suite.checks.guides import sso
from certification_suite.checks.journeys import log_in
from certification_suite.checks.login import LOOPBACK
from certification_suite.checks.recognition import strangers_stay_out
from certification_suite.examination import Examination
from certification_suite.verdicts import Fail


@sso(
    "SSO-C3",
    "A redirect URI that answers",
    level="checklist",
    evidence="A",
    proof=("CFG", "WEB"),
    since="all",
    says="The app's record at Clever names the redirect URI as the first one; it is HTTPS, or on your own "
    "machine, "
    "and the app answers there.",
    why="Without a redirect URI that the reviewer's browser can reach certification is impossible.",
    mend="Set the redirect URI at Settings > Integration (formerly Settings > Instant Login), the primary one "
    "first.",
    refuted_by=("RegistersAnAddressThatIsNotThere",),
)
def the_redirect_uri_answers(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.anyone()
    registered = exam.clever.app(exam.client_id).get("redirect_uris") or []
    primary = next(iter(registered), "")
    parts = urlsplit(primary)
    if not primary or (parts.scheme != "https" and parts.hostname not in LOOPBACK):
        raise Fail(
            f"The primary redirect URI is {primary or 'not set'}.",
            expected="An https:// address as the first one.",
        )
    browser = exam.browser()
    log_in(exam, browser, person)
    expect_signed_in(exam, browser, person, "a login")
    page = exam.browser().open(primary, until=lambda url: True)
    exam.keep(f"{parts.path}, opened without a login", page)
    if page.status == 404:
        raise Fail(f"{primary} answers 404.", expected="The app answers at its primary redirect URI.")
    return f"{primary} stands first of {len(registered)} and answers {page.status} to a visitor without a login."


@sso(
    "SSO-C4",
    "The supported user types are set",
    level="checklist",
    evidence="A",
    proof=("CFG",),
    since="all",
    says="The user types in the app's record at Clever are those that the app supports.",
    why="Clever turns away every type that is not ticked, however well the app could serve it.",
    mend="Tick the same user types at Settings > Integration as you name in certification.toml.",
    refuted_by=("RegistersTooFewUserTypes",),
)
def the_user_types_are_set(exam: Examination) -> str:
    strangers_stay_out(exam)
    [person] = exam.anyone()
    browser = exam.browser()
    log_in(exam, browser, person)
    expect_signed_in(exam, browser, person, "a login")
    registered, supported = registered_types(exam), exam.app.user_types
    if missing := [role for role in supported if role not in registered]:
        raise Fail(
            f"certification.toml says the app supports {', '.join(supported)}; its record at Clever supports "
            f"{', '.join(registered) or 'nobody'}.",
            expected=f"Clever lets {', '.join(missing)} log in too.",
        )
    if extra := [role for role in registered if role not in supported]:
        exam.evidence.note(f"Clever would also let {', '.join(extra)} log in, whom the app does not support.")
    return f"Clever lets {', '.join(supported)} log in, as the app supports."
