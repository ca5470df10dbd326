"""The answers as one row under the columns that Clever's own intake base for Secure Sync has, as CSV.

The columns are known from a public tool that fills that base; nobody says which of them a reviewer needs. Where
neither the description nor an answer nor the run says anything, the cell stays empty.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping

from certification_suite.answering import questionnaire
from certification_suite.answering.attestations import Attestation
from certification_suite.answering.questionnaire import Judged, Seen
from certification_suite.describing.config import AppUnderTest
from certification_suite.verdicts import PASS, Fail

Cell = Callable[[AppUnderTest, Seen, Mapping[str, str]], str]


def described(tell: Callable[[AppUnderTest], str | None]) -> Cell:
    """What the description says."""
    return lambda app, seen, answers: tell(app) or ""


def answered(*ids: str) -> Cell:
    """What people or the run say to these questions."""
    return lambda app, seen, answers: " ".join(words for id_ in ids if (words := answers.get(id_, "")))


def judged(*ids: str) -> Cell:
    """Yes or no by the first of these that this run judged."""

    def cell(app: AppUnderTest, seen: Seen, answers: Mapping[str, str]) -> str:
        words = {PASS: "Yes", Fail.word: "No"}
        known = (words.get(seen.results[id_].verdict, "") for id_ in ids if id_ in seen.results)
        return next((word for word in known if word), "")

    return cell


def nobody(app: AppUnderTest, seen: Seen, answers: Mapping[str, str]) -> str:
    """What only people know, and no question asks."""
    return ""


COLUMNS: dict[str, Cell] = {
    "Company": nobody,
    "App Name": described(lambda app: app.name),
    "Dev account Client ID": described(lambda app: app.sync_client_id or app.client_id),
    "Contact Name": nobody,
    "Email": nobody,
    "Support Contact": nobody,
    "Application Summary": nobody,
    "SSO Support": described(lambda app: "Yes" if "sso" in app.programmes else "No"),
    "SSO - Auth Type": described(lambda app: "OpenID Connect" if app.openid else "OAuth 2.0"),
    "SSO - Invalidate Previous Sessions": judged("SSO-02"),
    "SSO - LIWC Button": judged("SSO-R1"),
    "SSO - Supported User Types": described(lambda app: ", ".join(app.user_types)),
    "SSO - Loading Behavior": answered("SYN-Q31", "SYN-Q32"),
    "SSO - Error Handling": judged("SSO-09"),
    "SSO - Identity Provider": answered("SSO-Q5"),
    "SSO - Supports Hybrid Logins": answered("SSO-Q9"),
    "Sync Methods": answered("SYN-Q16"),
    "API Version(s)": answered("SYN-Q01"),
    "Endpoints used": lambda app, seen, answers: questionnaire.endpoints(seen),
    "Which Tokens": lambda app, seen, answers: questionnaire.tokens(seen),
    "User Accounts Provisioned": answered("SYN-Q09"),
    "Clever ID as Primary ID?": judged("SYN-01", "SSO-06"),
    "Key Identifier from Clever": answered("SYN-Q02"),
    "Uses Rosters": answered("SYN-Q14"),
    "Uses District-App Tokens": answered("SYN-Q05"),
    "Rollover": answered("SYN-Q29"),
    "Rollover Period Steps": nobody,
    "Deleted Records": answered("SYN-Q25"),
    "Restoring Records": answered("SYN-Q26"),
    "Deleted Sections": answered("SYN-Q23"),
    "District Onboarding Steps": answered("SYN-Q04"),
    "Missing Fields": answered("SYN-Q07"),
    "Required Fields": described(lambda app: ", ".join(app.asks)),
    "Record Matching": answered("SYN-Q13"),
    "Term Data Usage": nobody,
    "Syncs Events": judged("ADJ-13"),
    "Target Go-Live": nobody,
    "Contract Start Date": nobody,
    "Certification Status": nobody,
    "Not Yet Finished Work": nobody,
    "Other Integration Information": nobody,
    "LMS/CMS": described(lambda app: ", ".join(app.lms) if "lms" in app.programmes else ""),
    "Tech Stack": nobody,
    "Supported Regions": nobody,
    "Redirect URI": described(lambda app: app.redirect_uri),
    "Login URL": described(lambda app: app.url(app.start_login or app.login_page)),
}


def columns(
    app: AppUnderTest, results: Iterable[Judged], given: Mapping[str, Attestation] | None = None
) -> dict[str, str]:
    """Column → what is known; a person's answer goes before what the run says."""
    seen = Seen(app, {result.requirement.id: result for result in results})
    told = questionnaire.answers(seen.results.values(), app)
    told = {id_: words for id_, words in told.items() if questionnaire.says_something(words)}
    told |= {id_: attestation.answer for id_, attestation in (given or {}).items()}
    return {name: cell(app, seen, told) for name, cell in COLUMNS.items()}


def as_csv(row: Mapping[str, str]) -> str:
    """A heading and one row. A cell that a spreadsheet would take for a formula is told as text."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(row)
    table.writerow(f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell for cell in row.values())
    return written.getvalue()
