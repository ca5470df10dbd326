"""Mistakes in validating an id_token, each of which lets somebody in who is somebody else."""

from collections.abc import Callable, Container, Sequence

from vendor_app.behaviour import Behaviour
from vendor_app.defects.register import defect
from vendor_app.records import Told


@defect
class TrustsAnySignature(Behaviour):
    """Reads what an id_token claims without looking who signed it, or whether anybody did (`alg` none)."""

    refutes = ("ADJ-27",)
    models = "a JWT decoded and not verified"

    def claims(self, verified: Callable[[], Told], unverified: Callable[[], Told]) -> Told:
        return unverified()


@defect
class IgnoresTheIssuer(Behaviour):
    """Takes an id_token that says it comes from somewhere else."""

    refutes = ("ADJ-28",)
    models = "a JWT verified by half"

    def is_from(self, issuer: str, claimed: str) -> bool:
        return True


@defect
class IgnoresTheAudience(Behaviour):
    """Takes an id_token that Clever made for another app."""

    refutes = ("ADJ-28",)
    models = "a JWT verified by half"

    def is_for(self, client_id: str, audience: Container[str]) -> bool:
        return True


@defect
class AcceptsExpiredIdTokens(Behaviour):
    """Never looks at the clock, so that an id_token opens the account for ever."""

    refutes = ("ADJ-28",)
    models = "a JWT verified by half"

    def is_in_time(self, expires: float, now: float) -> bool:
        return True


@defect
class IgnoresTheNonce(Behaviour):
    """Takes an id_token that belongs to another browser's login."""

    refutes = ("ADJ-28",)
    models = "a JWT verified by half"

    def nonce_is_ours(self, claimed: str, sent: str) -> bool:
        return True


@defect
class IgnoresTheSubject(Behaviour):
    """Takes an id_token about somebody else than the person whose token came with it."""

    refutes = ("ADJ-28",)
    models = "two answers that nobody compares"

    def is_about(self, person: str, subject: str) -> bool:
        return True


@defect
class KeepsTheFirstKeys(Behaviour):
    """Reads Clever's keys once, so that nobody can log in after the keys have changed."""

    refutes = ("ADJ-29",)
    models = "a cache without an end"

    def keys_for_an_unknown_kid(self, held: Sequence[Told], ask: Callable[[], list[Told]]) -> Sequence[Told]:
        return held
