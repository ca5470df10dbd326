"""Which requirements are about security, and the weakness (CWE) that each keeps out.

A reader of security findings wants those alone. A requirement is in this table when failing it lets somebody
see or do what is another's; and a fail of it counts when its cause (causes.py) does. Being merely annoying,
late or incomplete is not enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Weakness:
    """A kind of mistake as https://cwe.mitre.org numbers it, and how bad it is here, 0 to 10 as CVSS counts."""

    cwe: int
    name: str
    severity: float


SECRET = Weakness(522, "Insufficiently Protected Credentials", 9.1)
SESSION = Weakness(613, "Insufficient Session Expiration", 7.1)
WRONG_SESSION = Weakness(488, "Exposure of Data Element to Wrong Session", 8.1)
LEFT_BEHIND = Weakness(200, "Exposure of Sensitive Information to an Unauthorized Actor", 6.5)
CACHED = Weakness(525, "Use of Web Browser Cache Containing Sensitive Information", 4.3)
TAKEOVER = Weakness(287, "Improper Authentication", 9.1)
FORGERY = Weakness(352, "Cross-Site Request Forgery", 7.5)
REPLAY = Weakness(294, "Authentication Bypass by Capture-replay", 8.1)
SIGNATURE = Weakness(347, "Improper Verification of Cryptographic Signature", 9.8)
CLAIMS = Weakness(345, "Insufficient Verification of Data Authenticity", 9.1)
ACCESS = Weakness(284, "Improper Access Control", 6.5)

WEAKNESSES: Mapping[str, Weakness] = MappingProxyType(
    {
        "SSO-01": SECRET,
        "LIB-01": SECRET,
        "ADJ-18": SECRET,
        "SSO-02": SESSION,
        "SSO-10": SESSION,
        "LIB-16": SESSION,
        "SSO-R5": WRONG_SESSION,
        "LIB-R13": WRONG_SESSION,
        "ADJ-23": LEFT_BEHIND,
        "ADJ-24": CACHED,
        "SSO-06": TAKEOVER,
        "SSO-07": TAKEOVER,
        "LIB-07": TAKEOVER,
        "LIB-09": TAKEOVER,
        "ADJ-04": FORGERY,
        "ADJ-26": REPLAY,
        "ADJ-27": SIGNATURE,
        "ADJ-28": CLAIMS,
        "SYN-06": ACCESS,
    }
)
"""By requirement."""

CAUSES = frozenset(
    {
        "account-left-open",
        "archived-account-open",
        "callback-replayed",
        "forged-state",
        "implicit-grant",
        "no-log-out",
        "no-state",
        "old-session-alive-after-a-log-out",
        "old-session-alive-after-a-login",
        "page-shown-again",
        "secret-in-the-browser",
        "session-not-ended",
        "something-left-behind",
        "takeover",
        "wrong-id-token-believed",
    }
)
"""What the checks of those requirements call a fail that is about security; a login that never began is not."""


def about_security(requirement: str, cause: str, *, failed: bool) -> bool:
    """Whether a verdict is one on security: of those requirements any, but a fail only for one of those causes."""
    return requirement in WEAKNESSES and (not failed or cause in CAUSES)
