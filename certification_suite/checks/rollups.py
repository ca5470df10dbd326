"""Checklist items that ask for a whole list: what this run said, summed up (LIB-C5, SSO-C6, SYN-C2, SYN-C3)."""

from __future__ import annotations

from certification_suite.checks.guides import library, secure_sync, sso
from certification_suite.examination import Examination
from certification_suite.requirements import REQUIREMENTS
from certification_suite.verdicts import CouldNotRun, Fail, NeedsReview, NotApplicable

LIBRARY = tuple(f"LIB-{number:02}" for number in range(1, 17))
SSO = tuple(f"SSO-{number:02}" for number in range(1, 11))
SECURE_SYNC = tuple(f"SYN-{number:02}" for number in range(1, 10))
WHY = "A submission in which one required item is missing goes back to the end of the queue."
MEND = "Mend what failed; this follows."


@library(
    "LIB-C5",
    "The Library's requirements are met",
    level="checklist",
    evidence="A",
    proof=(),
    since="2.0",
    says="All of LIB-01 to LIB-16 that a machine can judge pass, or do not apply; LIB-03 is answered by a person.",
    why=WHY,
    mend=MEND,
    sums=LIBRARY,
    refuted_by=(),
)
def the_library_list_is_met(exam: Examination) -> str:
    return met(exam, LIBRARY)


@sso(
    "SSO-C6",
    "The requirements of single sign-on are met",
    level="checklist",
    evidence="A",
    proof=(),
    since="all",
    says="All of SSO-01 to SSO-10 pass, or do not apply.",
    why=WHY,
    mend=MEND,
    sums=SSO,
    refuted_by=(),
)
def the_sso_list_is_met(exam: Examination) -> str:
    return met(exam, SSO)


@secure_sync(
    "SYN-C2",
    "Single sign-on is certified with it",
    level="checklist",
    evidence="A",
    proof=(),
    since="all",
    says="Where the app also logs people in through Clever, SSO-01 to SSO-10 are met too.",
    why="Rosters and logins are reviewed together, and one list does not stand in for the other.",
    mend=MEND,
    sums=SSO,
    refuted_by=(),
)
def single_sign_on_is_met_too(exam: Examination) -> str:
    if "sso" not in exam.app.programmes:
        raise NotApplicable("The app does not log people in through Clever: programmes names no sso.")
    return met(exam, SSO)


@secure_sync(
    "SYN-C3",
    "The requirements of Secure Sync are met",
    level="checklist",
    evidence="A",
    proof=(),
    since="all",
    says="All of SYN-01 to SYN-09 pass, or do not apply.",
    why=WHY,
    mend=MEND,
    sums=SECURE_SYNC,
    refuted_by=(),
)
def the_sync_list_is_met(exam: Examination) -> str:
    return met(exam, SECURE_SYNC)


def met(exam: Examination, ids: tuple[str, ...]) -> str:
    """What this run said of these: the worst of it decides, as it does for a reviewer."""
    people = {one.id for one in REQUIREMENTS if one.check is None}
    judged = [id_ for id_ in ids if id_ not in people]

    def said(*words: str | None) -> str:
        return ", ".join(id_ for id_ in judged if exam.said.get(id_) in words)

    if failed := said(Fail.word):
        raise Fail(f"Not met: {failed}.", expected="Each of them passes, or does not apply to the app.")
    if missing := said(None):
        raise CouldNotRun(
            f"Not judged: this run did not look at {missing}.",
            next_step="Judge the whole programme in one run, without --only.",
        )
    if broken := said(CouldNotRun.word):
        raise CouldNotRun(f"Not judged: {broken} could not run.", next_step="Let these run first.")
    if unclear := said(NeedsReview.word):
        raise NeedsReview(f"Nothing failed; a person must look at {unclear}.")
    for id_ in ids:
        if id_ in people:
            exam.evidence.note(f"{id_} is for a person to answer.")
    return f"{len(judged)} of {len(judged)} are met or do not apply: {judged[0]} to {judged[-1]}."
