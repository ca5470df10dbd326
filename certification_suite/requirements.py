"""A requirement is a declaration: what Clever asks, in our words, and how it is seen (a check or a person)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from certification_suite.answering.questionnaire import Seen
    from certification_suite.examination import Examination

Check = Callable[["Examination"], str]
Prefill = Callable[["Seen"], str]

LEVELS = {
    "required": "on the certification list",
    "adjacent": "not on the list, but stated as a must elsewhere, and reviewers apply it",
    "recommended": "recommended on the certification list",
    "checklist": "on the list of things to do before submitting",
    "superseded": "on the list of an older guide, and no longer asked in these words",
    "questionnaire": "a question of the submission form",
}
EVIDENCE = {
    "A": "judged by the mock's journal and the app's pages",
    "S": "needs the app's probe",
    "H": "a person answers",
}
PROOF = {
    "LOG": "the mock's journal",
    "WEB": "the app's pages, as people use them",
    "CFG": "the app's record at Clever",
    "DATA": "what the app's probe tells of its data",
    "FORM": "an answer in the questionnaire",
}
GUIDES = {
    "all": "as long as it is known",
    "1.1": "docs v1.1",
    "2.0": "docs v2.0",
    "2.1": "docs v2.1",
    "25": "the guides without a version, before 2026",
    "26a": "the guides of February 2026",
    "26b": "the guides of March to May 2026",
    "26c": "the guides after May 2026",
}
"""The versions of Clever's guides, oldest first; what stands on no list of a guide is in force as long as it is
known."""


@dataclass(frozen=True)
class Requirement:
    """One thing Clever asks, and how we see it."""

    id: str
    title: str
    programme: str
    level: str
    says: str
    why: str
    mend: str
    source: str
    evidence: str
    needs: tuple[str, ...] = ()
    refuted_by: tuple[str, ...] = ()
    check: Check | None = None
    browser: bool = False
    """Whether only a real browser shows it."""
    sums: tuple[str, ...] = ()
    """The requirements whose verdicts of the same run decide this one, where it is a roll-up."""
    since: str = "all"
    """The first version of the guides that asks it, a key of GUIDES."""
    proof: tuple[str, ...] = ()
    """The kinds of evidence it is seen by, keys of PROOF; a roll-up has none of its own."""
    prefilled: Prefill | None = None
    """Of a question: what a run says of the answer (questionnaire.py)."""

    @property
    def decides(self) -> bool:
        """Whether a fail here fails the certification."""
        return self.level in ("required", "adjacent")


ANSWER = "Answer it once with `mock-clever attest`; the answer is kept beside certification.toml."
REQUIREMENTS: list[Requirement] = []


def requirement(
    id: str,
    title: str,
    *,
    programme: str,
    level: str = "required",
    says: str,
    why: str,
    mend: str,
    source: str,
    evidence: str,
    proof: tuple[str, ...],
    since: str,
    needs: tuple[str, ...] = (),
    browser: bool = False,
    sums: tuple[str, ...] = (),
    refuted_by: tuple[str, ...],
) -> Callable[[Check], Check]:
    """Declare what the function below judges."""

    def declare(check: Check) -> Check:
        REQUIREMENTS.append(
            Requirement(
                id,
                title,
                programme,
                level,
                says,
                why,
                mend,
                source,
                evidence,
                needs,
                refuted_by,
                check,
                browser,
                sums,
                since,
                proof,
            )
        )
        return check

    return declare


def attestation(
    id: str,
    title: str,
    *,
    programme: str,
    level: str,
    proof: tuple[str, ...],
    since: str,
    prompt: str,
    why: str,
    source: str,
) -> None:
    """Declare what only a person can answer."""
    told = Requirement(id, title, programme, level, prompt, why, ANSWER, source, "H", since=since, proof=proof)
    REQUIREMENTS.append(told)
