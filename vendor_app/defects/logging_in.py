"""Mistakes at a login: the flow, the account, the session, the page."""

import traceback
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

from vendor_app.behaviour import Behaviour, Candidates, Shown, TokenRequest
from vendor_app.config import App, Config
from vendor_app.defects.register import defect
from vendor_app.errors import CleverTrouble, Failure, LoginFailed
from vendor_app.records import Record, Told, email, full_name, roles


@defect
class SendsTheSecretInTheBody(Behaviour):
    """Exchanges the code with the client secret among the form fields instead of HTTP Basic."""

    refutes = ("SSO-01", "LIB-01")
    models = "an OAuth library with its defaults"

    def token_request(self, app: App, code: str, redirect_uri: str) -> TokenRequest:
        form = super().token_request(app, code, redirect_uri).form
        return TokenRequest(None, form | {"client_id": app.client_id, "client_secret": app.client_secret})


@defect
class PutsTheSecretInThePage(Behaviour):
    """Ships the client secret to every browser, among the settings of the page."""

    refutes = ("SSO-01", "LIB-01", "ADJ-18")
    models = "I-23"

    def page_settings(self, config: Config) -> dict[str, str]:
        return super().page_settings(config) | {"client-secret": config.login.client_secret}


@defect
class AsksForATokenInTheBrowser(Behaviour):
    """Starts logins with the implicit grant, which Clever does not give to new apps: no login succeeds."""

    refutes = ("SSO-01", "SSO-R1", "LIB-01", "LIB-R01")
    models = "an OAuth library with its defaults of ten years ago"

    def authorize_parameters(self, config: Config, state: str) -> dict[str, str]:
        return super().authorize_parameters(config, state) | {"response_type": "token"}


@defect
class ComesBackFromTheLastAppToo(Behaviour):
    """Asks Clever to send back also those who may use none of its apps, to whom it cannot say why."""

    refutes = ("ADJ-17",)
    models = "a parameter sent with every request because one needs it"

    def asks_to_come_back(self, another: bool) -> bool:
        return True


@defect
class GivesUpAfterTheFirstApp(Behaviour):
    """Turns away whoever may use only the second app behind the button."""

    refutes = ("ADJ-17",)
    models = "a chain that ends at its first link"

    def tries_another_app(self, another: bool) -> bool:
        return False


@defect
class AcceptsAnyState(Behaviour):
    """Logs in whoever arrives at the callback with any `state` at all."""

    refutes = ("ADJ-04",)
    models = "I-05"

    def state_is_ours(self, returned: str, issued: Sequence[str]) -> bool:
        return True


@defect
class InsistsOnState(Behaviour):
    """Answers a portal launch, which never carries `state`, with an error."""

    refutes = ("SSO-08", "SSO-C5", "LIB-12", "LIB-C4", "LMS-05", "T-LMS-07", "SSO-O1")
    models = "I-04"

    def restart_without_state(self, parameters: dict[str, str], restarts: int) -> dict[str, str] | None:
        return None


@defect
class RestartsForEver(Behaviour):
    """Restarts a portal launch without adding its own `state`, so that it comes back the same, again and again."""

    refutes = ("SSO-08", "SSO-C5", "LIB-12", "LIB-C4", "LMS-05", "T-LMS-07", "SSO-O1")
    models = "I-04"

    def restart_without_state(self, parameters: dict[str, str], restarts: int) -> dict[str, str] | None:
        return {name: value for name, value in parameters.items() if name != "state"}


@defect
class RebuildsTheRedirectUri(Behaviour):
    """Names the URL the browser arrived at in the exchange, so that one extra query parameter breaks the match."""

    refutes = ("ADJ-02", "ADJ-09")
    models = "I-12"

    def callback_uri(self, config: Config, arrived_at: str) -> str:
        return arrived_at


@defect
class ExchangesTheSameCodeTwice(Behaviour):
    """Exchanges the code again when the callback is reloaded, and shows the error Clever answers."""

    refutes = ("ADJ-01",)
    models = "I-13"

    def second_delivery(self, same_user_signed_in: bool) -> str:
        return "exchange"


@defect
class CallsUnversionedMe(Behaviour):
    """Asks the unversioned `/me` first, whose id has another form."""

    refutes = ("SSO-04", "LIB-05")
    models = "I-20"

    def identity_paths(self, version: str) -> tuple[str, ...]:
        return ("/me", *super().identity_paths(version))


@defect
class NeverReadsTheUser(Behaviour):
    """Stops at `/me`, never reads `/users/{id}`, and greets everybody as Clever user."""

    refutes = ("SSO-03", "SSO-05", "SSO-07", "SSO-R3", "LIB-02", "LIB-06")
    models = "the answer of /me taken for the person"

    def user_record(self, version: str, me: Told, read: Callable[[str], Told]) -> Told:
        return me | {"name": {"first": "Clever", "last": "user"}}


@defect
class GarblesNames(Behaviour):
    """Keeps names in ASCII: ñ, é and everything beyond become question marks."""

    refutes = ("SSO-R4", "LIB-R12")
    models = "I-22"

    def display_name(self, kind: str, told: Told) -> str:
        return full_name(kind, told).encode("ascii", "replace").decode()


@defect
class DoesNotSayWhoIsSignedIn(Behaviour):
    """Shows no name, so that nobody notices a classmate's account."""

    refutes = ("SSO-05", "LIB-15")
    models = "a page that looks the same for everybody"

    def signed_in_as(self, account: Record) -> str:
        return ""


@defect
class MatchesByEmail(Behaviour):
    """Finds the account of a returning person by e-mail: a new address is a new person, a shared one the same."""

    refutes = ("SSO-06", "SSO-07", "LIB-07", "LIB-08", "LIB-09")
    models = "I-07"

    def login_key(self, told: Told) -> tuple[str, str]:
        return ("email", email(told)) if email(told) else super().login_key(told)


@defect
class IgnoresTheAccountWithTheSameEmail(Behaviour):
    """Makes a second account for a person who already had one under the same e-mail."""

    refutes = ("SSO-07",)
    models = "a first login that never looks for the account before"

    def account_to_link(self, told: Told, same_email: Candidates) -> Record | None:
        return None


@defect
class LinksAnAccountThatIsTaken(Behaviour):
    """Lets a second Clever user with the same e-mail into an account that is linked to the first."""

    refutes = ("SSO-07",)
    models = "I-07"

    def account_to_link(self, told: Told, same_email: Candidates) -> Record | None:
        return same_email[0] if same_email else None


@defect
class ReadsRolesAsAList(Behaviour):
    """Expects a list of roles, finds an object, and takes everybody for a student."""

    refutes = ("ADJ-08", "LIB-04", "LIB-10", "LIB-R09", "LIB-R10", "LIB-R11")
    models = "I-19"

    def held_roles(self, told: Told) -> tuple[str, ...]:
        listed = told.get("roles")
        return tuple(map(str, listed)) if isinstance(listed, list) else ("student",)


@defect
class KeepsOneRoleOnly(Behaviour):
    """Takes the first role of a person and drops the others, so that an administrator is only a teacher."""

    refutes = ("ADJ-08",)
    models = "I-02"

    def held_roles(self, told: Told) -> tuple[str, ...]:
        return roles(told)[:1]


@defect
class LetsArchivedPeopleIn(Behaviour):
    """Leaves the accounts of people the district no longer shares open."""

    refutes = ("SYN-06",)
    models = "an archive that the login does not know of"

    def may_log_in(self, account: Record) -> bool:
        return True


@defect
class SendsNewcomersBack(Behaviour):
    """Knows the roster of the last sync and sends whoever joined since back to the login page, without a word."""

    refutes = ("SSO-O2",)
    models = "accounts that only the nightly import makes"

    def takes_in_newcomers(self, synced: bool) -> bool:
        return not synced


@defect
class NeverRefreshes(Behaviour):
    """Reads a person once, at the first login, and never again: neither at logins nor daily."""

    refutes = ("SYN-05",)
    models = "a cache without an end"

    def what_a_login_refreshes(self, last_sync: timedelta | None) -> frozenset[str]:
        return frozenset()


@defect
class KeepsTheFirstPersonSignedIn(Behaviour):
    """On a shared device, leaves the first person's session open when a second one logs in."""

    refutes = ("SSO-02", "SSO-R5", "ADJ-23", "LIB-R13")
    models = "I-01"

    def new_login_replaces(self, signed_in: Record | None) -> bool:
        return signed_in is None


@defect
class LeavesOldSessionsAlive(Behaviour):
    """Gives the newcomer a new cookie, but the old cookie still opens the first person's account."""

    refutes = ("SSO-02",)
    models = "I-01"

    def sessions_a_login_ends(self, in_this_browser: Iterable[str], of_this_person: Iterable[str]) -> set[str]:
        return set()


@defect
class ShowsAStackTrace(Behaviour):
    """Answers a failed login with status 500 and the programmer's view of it."""

    refutes = ("SSO-09", "LIB-13")
    models = "a debug setting in production"

    def shown(self, failure: Failure) -> Shown:
        if not isinstance(failure, LoginFailed):
            return super().shown(failure)
        trace = "".join(traceback.format_exception(failure))
        return Shown(500, "Internal Server Error", type(failure).__name__, retry=False, details=trace)


@defect
class FallsOverABrokenAnswer(Behaviour):
    """Expects Clever to refuse, but not to fall silent: a login whose answer breaks off ends in a server error."""

    refutes = ("SSO-09", "LIB-13")
    models = "an exception of the HTTP library that no handler of the callback knows"

    def shown(self, failure: Failure) -> Shown:
        trouble = failure.__cause__
        if isinstance(failure, LoginFailed) and isinstance(trouble, CleverTrouble) and trouble.status is None:
            return Shown(500, "Internal Server Error", "Something broke.", retry=False)
        return super().shown(failure)


@defect
class HidesTheWayBack(Behaviour):
    """Answers every failed login with the same blank refusal, without a reason and without a way to try again."""

    refutes = ("SSO-09", "LIB-13")
    models = "I-11"

    def shown(self, failure: Failure) -> Shown:
        return Shown(403, "", "", retry=False) if isinstance(failure, LoginFailed) else super().shown(failure)


@defect
class HasNoLogOut(Behaviour):
    """Offers no way to log out."""

    refutes = ("SSO-10", "LIB-16")
    models = "I-30"

    def offers_log_out(self) -> bool:
        return False


@defect
class LogsOutInNameOnly(Behaviour):
    """Takes the cookie away but leaves the session alive, so that the old cookie still opens the account."""

    refutes = ("SSO-02",)
    models = "I-30"

    def sessions_a_log_out_ends(self, session: str) -> set[str]:
        return set()


@defect
class LogsOutOfCleverToo(Behaviour):
    """Sends people who log out on to Clever's own log-out, which ends all their other apps."""

    refutes = ("SSO-10", "LIB-16", "ADJ-05")
    models = "I-30"

    def after_log_out(self, config: Config) -> str:
        return f"{config.clever_url}/logout"
