"""Which certifications are submitted together, and which each for itself (docs/certification-types)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NAMES = {
    "library": "Clever Library",
    "sso": "Clever Single Sign-On",
    "secure_sync": "Clever Secure Sync",
    "lms": "LMS Connect",
}


@dataclass(frozen=True)
class Combination:
    """Programmes that an app has side by side, and how often they are then submitted."""

    programmes: frozenset[str]
    says: str
    together: bool
    since: str
    source: str = "docs/certification-types"
    unless: frozenset[str] = frozenset()
    """Programmes beside which it is not so."""
    chosen: bool = False
    """Whether Clever's page leaves it open, and the answer is ours."""


COMBINATIONS = (
    Combination(
        frozenset({"sso", "secure_sync"}),
        "Submit Single Sign-On and Secure Sync once, together: one survey, and no second one for the logins.",
        together=True,
        since="25",
    ),
    Combination(
        frozenset({"library", "sso"}),
        "Submit the Library and Single Sign-On once, together: the same credentials, the same survey. (Since "
        "March 2026 Clever's table names the Library alone there; its comparison of the two still says so.)",
        together=True,
        since="25",
        unless=frozenset({"secure_sync"}),
    ),
    Combination(
        frozenset({"library", "secure_sync"}),
        "Submit the Library and Secure Sync separately: two submissions, two reviews.",
        together=False,
        since="25",
    ),
    Combination(
        frozenset({"secure_sync", "lms"}),
        "Submit LMS Connect for itself, after Secure Sync, and show every LMS that you support. Clever's page "
        "leaves this open; ask your Application Success Manager.",
        together=False,
        since="26b",
        chosen=True,
    ),
)
"""What is built at another time is submitted for itself, whatever stands here."""


@dataclass(frozen=True)
class Gate:
    """A programme that is not taken any more without another."""

    programme: str
    needs: str
    says: str
    since: str
    source: str


GATES = (
    Gate(
        "sso",
        "secure_sync",
        "Single Sign-On alone is not accepted from new apps since May 2026: Clever wants it with rosters (a "
        "Clever Complete agreement). Add secure_sync, or ask Clever whether your app may go on as it is.",
        since="26c",
        source="me/docs/district-sso-certification-guide",
    ),
    Gate(
        "lms",
        "secure_sync",
        "LMS Connect is for partners of Secure Sync: programmes names lms without secure_sync, so that part must "
        "be certified already.",
        since="26b",
        source="docs/clever-secure-sync-certification-guide-copy",
    ),
)


def submissions(programmes: Iterable[str]) -> list[str]:
    """What an app with these programmes submits, and how often; then what Clever will not take as it is."""
    chosen = {*programmes}
    pairs = [one for one in COMBINATIONS if one.programmes <= chosen and not one.unless & chosen]
    alone = [name for name in NAMES if name in chosen and not any(name in one.programmes for one in pairs)]
    told = [one.says for one in pairs] + [f"Submit {NAMES[name]} for itself." for name in alone]
    return told + warnings(chosen)


def warnings(programmes: Iterable[str]) -> list[str]:
    """Only what Clever will not take as it is."""
    chosen = {*programmes}
    return [gate.says for gate in GATES if gate.programme in chosen and gate.needs not in chosen]
