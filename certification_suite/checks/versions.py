"""Which version of the API the app speaks, at login and in a sync (SSO-04, SYN-03)."""

from __future__ import annotations

from certification_suite.checks.guides import also_library, secure_sync, sso
from certification_suite.checks.journeys import log_in
from certification_suite.checks.rosters import reads, sync
from certification_suite.evidence import Exchange
from certification_suite.examination import Examination
from certification_suite.verdicts import Fail

CURRENT = ("/v3.0/", "/v3.1/")
UNVERSIONED_BY_DESIGN = ("/userinfo", "/oauth/")
PAGES = ("/library",)
"""What people visit at Clever on the way, and no app asks for."""


@also_library("LIB-05", since="26a")
@sso(
    "SSO-04",
    "API version 3.0 or 3.1",
    evidence="A",
    proof=("LOG",),
    since="26a",
    says="Everything read at login comes from v3.0 or v3.1, and `/me` too carries its version.",
    why="The form of an id depends on the version: an unversioned /me gives ids that the rest of the API "
    "does not know.",
    mend="Put /v3.1 before every path, /me included; only /oauth/* and /userinfo have no version.",
    refuted_by=("CallsUnversionedMe",),
)
def logs_in_on_a_current_version(exam: Examination) -> str:
    [person] = exam.anyone()
    log_in(exam, exam.browser(), person)
    asked = [e for e in exam.exchanges("identity", "data") if not e.path.startswith(PAGES)]
    read = [e for e in asked if e.credential in ("user_token", "unknown", "none")]
    return expect_current_versions(exam, read, "at login")


@secure_sync(
    "SYN-03",
    "API version 3.0 or 3.1",
    evidence="A",
    proof=("LOG",),
    since="26a",
    needs=("POST /sync",),
    says="A new integration reads v3.0 or v3.1 only.",
    why="Ids of teachers, staff and contacts differ between v2 and v3: a mix of versions makes two people of one.",
    mend="Put /v3.1 before every path of the sync.",
    refuted_by=("SyncsWithVersion21",),
)
def syncs_on_a_current_version(exam: Examination) -> str:
    sync(exam)
    return expect_current_versions(exam, reads(exam), "during the sync")


def expect_current_versions(exam: Examination, read: list[Exchange], when: str) -> str:
    """Every path carries a current version; no path at all proves nothing."""
    counted = [e for e in read if not e.path.startswith(UNVERSIONED_BY_DESIGN)]
    old = [e for e in counted if not e.path.startswith(CURRENT)]
    exam.evidence.show(*(old[:3] or counted[:3]))
    if old:
        raise Fail(
            f"{when.capitalize()} the app asked for {', '.join(dict.fromkeys(e.path for e in old[:4]))}.",
            expected="Paths that start with /v3.0/ or /v3.1/.",
        )
    if not any(e.status == 200 for e in read):
        raise Fail(
            f"{when.capitalize()} the app read nothing from Clever's API.",
            expected="Reads under /v3.0/ or /v3.1/.",
        )
    used = sorted({e.path.split("/")[1] for e in counted}) or ["/userinfo"]
    return f"{len(counted)} reads {when}, all under {' and '.join(used)}."
