"""A requirement is a declaration: what Clever asks, in our words, and how it is seen (a check or a person)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from certification_suite.examination import Examination

Check = Callable[["Examination"], str]

LEVELS = {
    "required": "on the certification list",
    "adjacent": "not on the list, but stated as a must elsewhere, and reviewers apply it",
    "recommended": "recommended on the certification list",
    "checklist": "on the list of things to do before submitting",
}
EVIDENCE = {
    "A": "judged by the mock's journal and the app's pages",
    "S": "needs the app's probe",
    "H": "a person answers",
}


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

    @property
    def decides(self) -> bool:
        """Whether a fail here fails the certification."""
        return self.level in ("required", "adjacent")


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
            )
        )
        return check

    return declare


def attestation(id: str, title: str, *, programme: str, level: str, prompt: str, why: str, source: str) -> None:
    """Declare what only a person can answer."""
    REQUIREMENTS.append(
        Requirement(
            id, title, programme, level, prompt, why, "Write the answer down for the reviewer.", source, "H"
        )
    )
