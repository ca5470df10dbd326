"""Every way the app can fail a person, each with its status, its sentence and a way on.

    Failure                  shown as a friendly page; always 4xx, because Clever's reviewers look for it
    ├── LoginFailed          the login ended; the page offers to log in again
    │   └── … one class per reason, so support can tell them apart (incident I-11)
    └── NotSignedIn, NotAllowed, NotFound, StaleForm, AlreadyDecided
    CleverTrouble            what went wrong on the wire; the callers decide what it means
    SyncFailed               a sync stopped and changed nothing

Requirement: a friendly screen when login fails, docs/district-sso-certification-guide.
"""


class Failure(Exception):
    """Something a person is told about, in words that say what to do next."""

    status = 400
    title = "Something went wrong"
    sentence = "We could not do that. Please try again."
    retry = False


class LoginFailed(Failure):
    title = "We couldn’t log you in"
    retry = True


class NoCode(LoginFailed):
    sentence = "This page only works as the last step of a Clever login, and the login did not come with it."


class CodeRefused(LoginFailed):
    """Clever answered 400 `invalid_grant`: used, older than a minute, or made up (docs/il-design)."""

    sentence = (
        "This login took too long or was already used. Logging in once more takes a moment and usually helps."
    )


class StateMismatch(LoginFailed):
    """The login was not started in this browser, so it may be somebody else's (docs/il-design)."""

    status = 403
    sentence = "This login was not started in this browser, so we stopped it to keep your account safe."


class LoginLoop(LoginFailed):
    sentence = (
        "Your browser went back and forth between us and Clever. Allowing cookies for this site usually helps."
    )


class NotShared(LoginFailed):
    """Clever sent `error=unauthorized-user` (docs/best-practices-edge-cases)."""

    status = 403
    title = "Your school hasn’t shared this app with you yet"
    sentence = (
        "Your Clever login works, but your school has not given you this app. Please ask your teacher or school."
    )


class RefusedByClever(LoginFailed):
    sentence = "Clever ended the login before it was finished. You can simply start again."


class NoAnswerFromClever(LoginFailed):
    """Clever is down, slow or answers nonsense; 424 says the failure is that of a service we depend on."""

    status = 424
    title = "Clever isn’t answering right now"
    sentence = (
        "We could not finish your login because Clever did not answer as expected. Please try again in a minute."
    )


class IdentityRefused(LoginFailed):
    """`/me` or `/users/{id}` answered 401, 403 or 404 to a brand-new token."""

    sentence = "Clever let you in but would not tell us who you are, so we could not open your account."


class AccountArchived(LoginFailed):
    """The last sync no longer saw this person (docs/secure-sync-certification-guide, archive)."""

    status = 403
    title = "Your account is archived"
    sentence = (
        "Your school no longer shares your account with us. Nothing is lost: everything you did comes back "
        "when your school shares it again. Please ask your teacher or school."
    )


class RecordRefused(LoginFailed):
    """The person's Clever record lacks something this app cannot do without."""

    status = 403

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__()
        self.sentence = (
            f"Your school has not told us your {' and '.join(missing)}. Please ask your teacher or school."
        )


class IdTokenRefused(LoginFailed):
    """The id_token that came with the login is not what it should be (docs/oidc-implementation)."""

    status = 403
    sentence = "What Clever sent with this login did not belong to it, so we stopped to keep your account safe."


class NoAccount(LoginFailed):
    """Somebody from the Library whom we do not take in by ourselves."""

    status = 403
    title = "You have no account yet"
    sentence = "Please write to us and ask for an account, then log in again."


class NotForYou(LoginFailed):
    """The Library brought somebody who is neither teacher nor student, or whom we have nothing for."""

    status = 403
    title = "This app is not for you yet"
    sentence = "We have nothing for people like you yet. Please ask your teacher or school."


class NoClasses(LoginFailed):
    """A teacher without a class, where that counts as a failure."""

    status = 403
    title = "You have no classes"
    sentence = "Your school has not given you a class yet. Please log in again when it has."


class NotSignedIn(Failure):
    status = 401
    retry = True
    title = "Please log in first"
    sentence = "This page is for people who are logged in. Your session may have ended."


class NotAllowed(Failure):
    status = 403
    title = "This page is for school staff"
    sentence = "The roster shows other people’s records, so only teachers and staff can open it."


class NotFound(Failure):
    status = 404
    title = "There is nothing here"
    sentence = "The page you asked for does not exist, or the record has gone."


class StaleForm(Failure):
    """A form without the token of its own page (cross-site request forgery, or a page left open too long)."""

    status = 400
    title = "That button had expired"
    sentence = "The page was open for too long, so we did nothing. Please go back, reload it and try again."


class AlreadyDecided(Failure):
    """A hold that somebody confirmed or discarded meanwhile, or that a later sync made pointless."""

    status = 409
    title = "This does not wait any more"
    sentence = "Somebody decided it meanwhile, or a later sync no longer needs it. The list of syncs says which."


class CleverTrouble(Exception):
    """Clever did not give what was asked: a refusal, an outage, or an answer that cannot be read."""

    def __init__(self, path: str, status: int | None, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.status = status
        self.reason = reason
        self.message = ""
        """Clever's own words about a refusal, if it had any."""
        self.reset_in = 0.0


class SyncFailed(Exception):
    """A sync that stopped. Nothing was changed."""
