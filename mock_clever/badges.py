"""Ways in for the youngest: badges to scan, with or without a PIN, and backup codes for who has lost theirs.

Students only. A badge lives until a teacher voids it or makes a new one (support 115005209686, 360020354392); a
backup code has six digits, works once and for 20 minutes (support 222752827).
"""

from __future__ import annotations

from msgspec import Struct, structs

from mock_clever.ids import Mint, token
from mock_clever.model import Id, User

BACKUP_LIFE = 20 * 60.0
DIGITS = 6


def is_pin(text: str) -> bool:
    """Whether this can be the PIN of a badge: six digits, or nothing to have none."""
    return not text or (len(text) == DIGITS and text.isascii() and text.isdigit())


class Badge(Struct, frozen=True, kw_only=True):
    """A student's badge: how many were made before, whether it is void, and its PIN, if any: six digits."""

    number: int = 0
    void: bool = False
    pin: str = ""


class BackupCode(Struct, frozen=True, kw_only=True):
    """Who a backup code is for, and when it was made."""

    district: Id
    user: Id
    at: float


class Badges:
    """The badges and backup codes of one world. Every student has a badge from the beginning."""

    def __init__(self) -> None:
        self._badges: dict[Id, Badge] = {}
        self._codes: dict[str, BackupCode] = {}

    def badge(self, user: Id) -> Badge:
        """A student's badge as it is now."""
        return self._badges.get(user, Badge())

    def value(self, user: Id) -> str:
        """What the QR code of this student's badge says: 32 hex digits; only the last one made is good."""
        return token(32, "badge", user, str(self.badge(user).number))

    def opens(self, user: User, value: str) -> bool:
        """Whether this is the student's badge and good."""
        return user.roles.student is not None and not self.badge(user.id).void and value == self.value(user.id)

    def renew(self, user: Id) -> Badge:
        """Make a new badge; the old one opens nothing any more. The PIN stays."""
        badge = self.badge(user)
        return self.put(user, structs.replace(badge, number=badge.number + 1, void=False))

    def put(self, user: Id, badge: Badge) -> Badge:
        """Let this be the student's badge."""
        self._badges[user] = badge
        return badge

    def backup(self, mint: Mint, district: Id, user: Id, now: float) -> str:
        """A new backup code for a student: six digits that no other live code has. The one before is void."""
        self._codes = {c: b for c, b in self._codes.items() if now - b.at <= BACKUP_LIFE and b.user != user}
        while (code := f"{int(mint.hex(16), 16) % 10**DIGITS:0{DIGITS}}") in self._codes:
            pass
        self._codes[code] = BackupCode(district=district, user=user, at=now)
        return code

    def redeem(self, code: str, district: Id, now: float) -> Id | None:
        """Use a backup code of this district up: whose it was, if it was good."""
        found = self._codes.get(code)
        if found is None or found.district != district:
            return None
        del self._codes[code]
        return found.user if now - found.at <= BACKUP_LIFE else None

    def ends(self) -> list[float]:
        """When the backup codes that were not used expire."""
        return [code.at + BACKUP_LIFE for code in self._codes.values()]
