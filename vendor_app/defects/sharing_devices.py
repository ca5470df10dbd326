"""Mistakes at the doors and on shared devices: the button, the launch, the next person, the back button."""

from collections.abc import Sequence

from vendor_app import ids
from vendor_app.behaviour import Behaviour
from vendor_app.defects.register import defect
from vendor_app.records import Record, Told


@defect
class HidesTheCleverButton(Behaviour):
    """Shows no “Log in with Clever” on the login page: people must know the address, or come from the portal."""

    refutes = ("SSO-R1",)
    models = "a button for a part of the customers only"

    def offers_clever(self) -> bool:
        return False


@defect
class TurnsStaffAway(Behaviour):
    """Says it supports school staff and refuses their logins."""

    refutes = ("SSO-C2", "SSO-05", "SSO-O1", "ADJ-07")
    models = "roles the app has no page for"

    def may_log_in(self, account: Record) -> bool:
        return super().may_log_in(account) and set(account.roles) != {"staff"}


@defect
class SpendsTheLaunchCodeToo(Behaviour):
    """Exchanges the code of a launch, and then starts the login again and exchanges another."""

    refutes = ("ADJ-03",)
    models = "a restart that comes after the exchange"

    def spends_the_launch_code(self) -> bool:
        return True


@defect
class DropsTheEmail(Behaviour):
    """Takes the name that Clever tells and leaves the e-mail empty."""

    refutes = ("SSO-R3",)
    models = "an import that keeps what it needs today"

    def kept_email(self, told: Told) -> str:
        return ""


@defect
class ResumesTheOpenSessionAtALaunch(Behaviour):
    """Shows whoever is signed in when a launch arrives from the portal, whoever launched it."""

    refutes = ("SSO-R5", "LIB-R13")
    models = "I-01"

    def launch_resumes(self, signed_in: Record | None) -> bool:
        return signed_in is not None


@defect
class RemembersTheLastPerson(Behaviour):
    """Tells every page who was signed in before, for a script that shows nobody knows what."""

    refutes = ("ADJ-23",)
    models = "I-01"

    def left_behind(self, previous: Record | None) -> str:
        return (previous.clever_id or "") if previous else ""


@defect
class LetsBrowsersKeepPages(Behaviour):
    """Lets browsers keep every page for five minutes, so that Back shows it after a log-out."""

    refutes = ("ADJ-24",)
    models = "the caching of a public site"

    def cache_control(self) -> str:
        return "private, max-age=300"


@defect
class KnowsOneStateOnly(Behaviour):
    """Keeps the `state` of the last login that was begun, so that one begun in another tab fails."""

    refutes = ("ADJ-25",)
    models = "I-05"

    def state_is_ours(self, returned: str, issued: Sequence[str]) -> bool:
        return any(ids.same(returned, state) for state in issued[-1:])


@defect
class ReopensAFinishedLogin(Behaviour):
    """Remembers which account a code opened, and opens it again for whoever loads the callback again."""

    refutes = ("ADJ-26", "SSO-09", "LIB-13")
    models = "I-13"

    def second_delivery(self, same_user_signed_in: bool) -> str:
        return "reopen"
