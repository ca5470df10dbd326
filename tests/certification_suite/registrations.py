"""Mistakes that are not in the app's code but in its record at Clever: what refutes a check of the registration.

Each is a change of the record that the mock keeps of the app, and the requirements that fail with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Mistake:
    """A change of the record; `{home}` stands for the app's address."""

    record: dict[str, Any]
    fails: frozenset[str]
    programme: str = "sso"
    app: str = "CLEVER_SSO_CLIENT_ID"

    def at(self, home: str) -> dict[str, Any]:
        """The record with the mistake, for an app at this address."""
        uris = [uri.format(home=home) for uri in self.record.get("redirect_uris", ())]
        return self.record | ({"redirect_uris": uris} if uris else {})


MISTAKES = {
    "RegistersAnAddressThatIsNotThere": Mistake(
        {"redirect_uris": ["{home}/oauth/callback/that/was", "{home}/oauth/clever/callback"]},
        frozenset({"SSO-C3", "SSO-C5", "SSO-C6", "SSO-08", "SSO-O1"}),
    ),
    "RegistersTooFewUserTypes": Mistake({"supported_user_types": ["student", "teacher"]}, frozenset({"SSO-C4"})),
    "LacksLmsConnect": Mistake(
        {"products": ["secure_sync", "sso"]}, frozenset({"LMS-C1"}), "lms", "CLEVER_CLIENT_ID"
    ),
}
