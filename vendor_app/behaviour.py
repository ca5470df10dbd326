"""Every decision a vendor can get wrong, one method each, decided rightly.

The rest of the app asks a `Behaviour` and does what it says. `vendor_app.defects` holds the wrong decisions: each
a subclass with one method overridden. Requirement ids are those of Clever's certification guides.
"""

import logging
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from vendor_app import ids
from vendor_app.config import App, Config
from vendor_app.errors import CleverTrouble, Failure
from vendor_app.records import (
    Enrollment,
    Event,
    Record,
    Told,
    clever_id,
    email,
    full_name,
    roles,
    sis_id,
    students,
    teachers,
    text,
)

log = logging.getLogger("vendor_app")

DAY = timedelta(hours=24)
TRANSIENT = (500, 502, 503, 504)
MOST_RETRIES = 5
MOST_RESTARTS = 3
LONGEST_WINDOW = 60.0
LEEWAY = 60.0
"""Seconds by which two clocks may differ."""
EVENTS_LAST = timedelta(days=29)
"""Clever keeps events for 30 days; the last of them is left as a margin."""
A_HANDFUL = 10
"""Fewer records of a type than this are archived without asking, whatever share they are."""
UNKNOWN_TO = {"canvas": ("term_id",), "google_classroom": ("submission_types", "term_id", "max_attempts")}
"""Fields of an assignment that an LMS does not know (docs/lms-connect-output-behavior)."""
NEVER_LAUNCHED = "Error updating submission"
"""Schoology's words about a student who never opened the app there (docs/submitting-schoology-submissions)."""

Candidates = Sequence[Record]


@dataclass(frozen=True)
class TokenRequest:
    """How the app asks Clever to exchange a code: who it is (Basic), and the form it sends."""

    basic: App | None
    form: dict[str, str]


@dataclass(frozen=True)
class Window:
    """What is known of the time between the last sync of a district and now."""

    age: timedelta | None
    """How long ago the last sync succeeded; None for never."""
    cursor_kept: bool
    """Whether Clever still tells the event we stopped at."""
    restarted: bool = False
    """Whether a `districts.created` stands after the cursor."""
    unheard: bool = False
    """Whether the feed says nothing although the district was synced since, or for a week."""


@dataclass(frozen=True)
class FailedWrite:
    """A write to the LMS behind Clever that failed: `status` is None when no readable answer came."""

    lms: str
    method: str
    retries: int
    status: int | None
    message: str
    reset_in: float


@dataclass(frozen=True)
class Shown:
    """What a person sees when something failed."""

    status: int
    title: str
    sentence: str
    retry: bool
    details: str = ""


class Behaviour:
    """The right decisions."""

    refutes: ClassVar[tuple[str, ...]] = ()
    """The requirements that fail with this behaviour: none, here."""
    models: ClassVar[str] = ""
    """What a defect is modelled on: a public incident (I-…), or in words the kind of mistake."""

    # ── Starting a login ──────────────────────────────────────────────────────────────────────────────────

    def authorize_parameters(self, config: Config, state: str) -> dict[str, str]:
        """Ask for an authorization code, at the registered redirect URI (SSO-01, docs/oauth-implementation)."""
        return {
            "response_type": "code",
            "client_id": config.login.client_id,
            "redirect_uri": config.redirect_uri,
            "state": state,
        }

    def asks_to_come_back(self, another: bool) -> bool:
        """Where another app of ours stands behind the button, who may not use this one comes back to us (ADJ-17).

        The last attempt does not ask for it, so that Clever tells why (docs/best-practices-edge-cases).
        """
        return another

    def tries_another_app(self, another: bool) -> bool:
        """Whoever came back tries the next app behind the button, if there is one (ADJ-17)."""
        return another

    def restart_without_state(self, parameters: dict[str, str], restarts: int) -> dict[str, str] | None:
        """A login from Clever carries no `state`: start again with our own, but not for ever (SSO-08, ADJ-03).

        `restarts` counts those of the last minute in this browser; None gives up.
        """
        return parameters if restarts < MOST_RESTARTS else None

    def spends_the_launch_code(self) -> bool:
        """Of a login that is started again only its own code is exchanged, never the launch's (ADJ-03)."""
        return False

    def launch_resumes(self, signed_in: Record | None) -> bool:
        """A launch is a new login, whoever is signed in on this device (SSO-R5, docs/il-security)."""
        return False

    def state_is_ours(self, returned: str, issued: Sequence[str]) -> bool:
        """Only a `state` issued to this very browser finishes a login we started (ADJ-04, docs/il-design)."""
        return any(ids.same(returned, state) for state in issued)

    def second_delivery(self, same_user_signed_in: bool) -> str:
        """A code seen before is not exchanged again: `resume` that user's session, or `offer` a login (ADJ-01).

        Whoever else opens the address gets nothing of that account (ADJ-26); `exchange` and `reopen` are defects.
        """
        return "resume" if same_user_signed_in else "offer"

    # ── Exchanging the code ───────────────────────────────────────────────────────────────────────────────

    def callback_uri(self, config: Config, arrived_at: str) -> str:
        """The exchange names the registered redirect URI, whatever URL the browser arrived at (I-12)."""
        return config.redirect_uri

    def token_request(self, app: App, code: str, redirect_uri: str) -> TokenRequest:
        """Exchange on the server, with HTTP Basic and a form (SSO-01, ADJ-09, docs/oauth-implementation)."""
        return TokenRequest(
            basic=app, form={"code": code, "grant_type": "authorization_code", "redirect_uri": redirect_uri}
        )

    def page_settings(self, config: Config) -> dict[str, str]:
        """What every page tells the browser about the app: never the secret (SSO-01, ADJ-18, docs/il-security)."""
        return {"app": config.name, "client-id": config.login.client_id}

    # ── Who is it ─────────────────────────────────────────────────────────────────────────────────────────

    def identity_paths(self, version: str) -> tuple[str, ...]:
        """`/me` carries a version, because the form of the id depends on it (SSO-04). The last one counts."""
        return (f"/{version}/me",)

    def user_record(self, version: str, me: Told, read: Callable[[str], Told]) -> Told:
        """`/me` holds only ids; name, e-mail and roles stand at `/users/{id}` (SSO-03)."""
        return read(f"/{version}/users/{clever_id(me)}")

    def login_key(self, told: Told) -> tuple[str, str]:
        """A returning person is found by Clever id and nothing else (SSO-06)."""
        return "clever_id", clever_id(told)

    def account_to_link(self, told: Told, same_email: Candidates) -> Record | None:
        """At a first login, take over the one local account with this e-mail that nobody has yet (SSO-07).

        E-mail is not verified and not unique (docs/security), so a linked account is never opened by it, and two
        accounts with one address are left for a person to sort out.
        """
        free = [record for record in same_email if record.clever_id is None and fits(record, told)]
        return free[0] if len(free) == 1 else None

    def takes_in_newcomers(self, synced: bool) -> bool:
        """Whoever joined since the last sync has an account at the first login all the same (SSO-O2)."""
        return True

    def held_roles(self, told: Told) -> tuple[str, ...]:
        """Every role counts: one person may be teacher and administrator at once (ADJ-08, I-02)."""
        return roles(told)

    def display_name(self, kind: str, told: Told) -> str:
        """The name as the school spells it, in any script (SSO-R4)."""
        return full_name(kind, told)

    def kept_email(self, told: Told) -> str:
        """The e-mail as Clever tells it, or nothing: many people have none (SSO-R3)."""
        return email(told)

    def may_log_in(self, account: Record) -> bool:
        """An archived account stays closed until a sync sees its person again (SYN-06)."""
        return account.active

    def what_a_login_refreshes(self, last_sync: timedelta | None) -> frozenset[str]:
        """Each login rereads the person's record; the first one after a day also starts a sync (SYN-05).

        An app that never synced waits for a person to start the first sync.
        """
        overdue = last_sync is not None and last_sync >= DAY
        return frozenset({"record", "roster"} if overdue else {"record"})

    # ── Sessions and pages ────────────────────────────────────────────────────────────────────────────────

    def new_login_replaces(self, signed_in: Record | None) -> bool:
        """On a shared device the newcomer always replaces whoever was signed in (SSO-02, SSO-R5, I-01)."""
        return True

    def sessions_a_login_ends(self, in_this_browser: Iterable[str], of_this_person: Iterable[str]) -> set[str]:
        """The browser's old session dies on the server too, and so do the person's others (SSO-02)."""
        return {*in_this_browser, *of_this_person}

    def signed_in_as(self, account: Record) -> str:
        """Every page says whose account is open (SSO-05)."""
        return f"Signed in as {account.name or 'library card ' + account.number}"

    def offers_clever(self) -> bool:
        """The login page has a “Log in with Clever” button (SSO-R1)."""
        return True

    def cache_control(self) -> str:
        """No page is kept by the browser: the next person on the device presses Back (ADJ-24)."""
        return "no-store"

    def shown(self, failure: Failure) -> Shown:
        """Every failure is a calm page with a sentence and a way on: never a 5xx, never a trace (SSO-09)."""
        return Shown(failure.status, failure.title, failure.sentence, failure.retry)

    def offers_log_out(self) -> bool:
        """Every signed-in page has a log-out button (SSO-10)."""
        return True

    def sessions_a_log_out_ends(self, session: str) -> set[str]:
        """Logging out ends the session on the server, so that an old cookie opens nothing (SSO-02)."""
        return {session}

    def after_log_out(self, config: Config) -> str:
        """Back to our own login page; the person stays logged in to Clever (SSO-10, ADJ-05)."""
        return "/"

    def left_behind(self, previous: Record | None) -> str:
        """Nothing of whoever was signed in before stays on any page: "" (ADJ-23). A defect names them."""
        return ""

    # ── The Library ───────────────────────────────────────────────────────────────────────────────────────

    def library_roles(self) -> tuple[str, ...]:
        """The Library brings teachers and their students, and we have a side for both (LIB-06)."""
        return ("teacher", "student")

    def opens_an_account(self, told: Told) -> bool:
        """Whoever comes from the Library for the first time has an account at once (LIB-02)."""
        return True

    def students_at_consent(self) -> bool:
        """A teacher's consent is enough to make the accounts of their students (LIB-02, support 000001450)."""
        return True

    def merge_candidates(self, told: Told, same_email: Candidates) -> list[Record]:
        """The accounts a teacher new from the Library may have had before, to ask about (LIB-09).

        An e-mail is unverified, so nothing is linked by it: whoever had the account knows its password.
        """
        employee = "teacher" in roles(told)
        return [one for one in same_email if employee and one.clever_id is None and fits(one, told)]

    def proves_ownership(self, right_password: bool) -> bool:
        """Only the old account's password links it (LIB-09, docs/security)."""
        return right_password

    def classes_token(self, own: str, districts: Callable[[], dict[str, str]]) -> str:
        """A teacher's classes are read with the teacher's own token; there is no district token (LIB-04)."""
        return own

    def reads_classes(self, when: str) -> bool:
        """Classes are read again at every login and whenever the teacher asks (LIB-14, LIB-R06).

        `when` is `first login`, `login` or `button`.
        """
        return True

    def classes_to_keep(self, sections: Sequence[Told]) -> Sequence[Told]:
        """All the classes that Clever tells, ten or more too (LIB-R10)."""
        return sections

    def is_wanted(self, section: str, declined: Container[str]) -> bool:
        """A class that the teacher took off the list stays out; new ones come in by themselves (LIB-R07)."""
        return section not in declined

    def members(self, section: Told, students: Iterable[Told]) -> Iterator[Enrollment]:
        """All students of a class, a hundred or more too, and all its teachers, not only the primary one.

        (LIB-R09, LIB-R11)
        """
        for user in teachers(section):
            yield Enrollment(clever_id(section), user, "teacher")
        for told in students:
            yield Enrollment(clever_id(section), clever_id(told), "student")

    def ties_that_end(self, missing: Iterable[Enrollment], sections: Container[str]) -> set[Enrollment]:
        """One teacher's classes say nothing of another's: a student may belong to both (LIB-10).

        `missing` are the ties of the same students that this reading does not hold, `sections` the classes read.
        """
        return {one for one in missing if one.section in sections}

    def may_start_without_classes(self) -> bool:
        """A teacher without classes comes in and finds an empty list (LIB-11)."""
        return True

    def offers_class_sync(self) -> bool:
        """A button reads the classes again, for who will not wait for the next login (LIB-R06)."""
        return True

    def class_source(self) -> str:
        """Says where classes come from, so that nobody looks for a way to type them in (LIB-R03)."""
        return "Classes come from your school through Clever and update by themselves."

    def kept_of_class(self, told: Told) -> Told:
        """A class is kept with all that Clever tells of it (LIB-R05)."""
        return told

    def asks_for_a_class_code(self, held: Container[str]) -> bool:
        """Who is in which class Clever tells; nobody types a code (LIB-R08)."""
        return False

    def questions(self) -> tuple[str, ...]:
        """We ask what Clever does not tell, and only that: the reading goal (SSO-R2, LIB-R04)."""
        return ("goal",)

    def asks_now(self, logins: int, answered: bool) -> bool:
        """Questions come with the first login and never again (SSO-R2, LIB-R02)."""
        return logins <= 1 and not answered

    # ── OpenID Connect ────────────────────────────────────────────────────────────────────────────────────

    def claims(self, verified: Callable[[], Told], unverified: Callable[[], Told]) -> Told:
        """What an id_token claims counts only when a published key of Clever's signed it, with RS256."""
        return verified()

    def is_from(self, issuer: str, claimed: str) -> bool:
        """`iss` is the issuer of the discovery document, to the letter (docs/oidc-implementation)."""
        return claimed == issuer

    def is_for(self, client_id: str, audience: Container[str]) -> bool:
        """`aud` is our client id: a token made for another app opens nothing here."""
        return client_id in audience

    def is_in_time(self, expires: float, now: float) -> bool:
        """The token has not expired: it lives an hour (docs/oidc-implementation); clocks may differ."""
        return now < expires + LEEWAY

    def nonce_is_ours(self, claimed: str, sent: str) -> bool:
        """`nonce` is the one this browser was given with the login, so a stolen token cannot be played back."""
        return ids.same(claimed, sent)

    def is_about(self, person: str, subject: str) -> bool:
        """`sub` is the person whom `/me` names: both belong to one login."""
        return subject == person

    def keys_for_an_unknown_kid(self, held: Sequence[Told], ask: Callable[[], list[Told]]) -> Sequence[Told]:
        """A key we do not know may be new: Clever's keys are asked for again (docs/oidc-implementation)."""
        return ask()

    # ── Asking Clever ─────────────────────────────────────────────────────────────────────────────────────

    def wait_before_retry(self, retries: int, status: int | None, reset_in: float) -> float | None:
        """1, 2, 4 … seconds on an outage, the window's end on 429, never again after five (ADJ-12).

        `status` is None when no readable answer came; None as the answer means: give up now.
        """
        if retries >= MOST_RETRIES:
            return None
        if status == 429:
            return min(max(reset_in, 1.0), LONGEST_WINDOW)
        return 2.0**retries if status is None or status in TRANSIENT else None

    def next_page(self, body: Told) -> str | None:
        """The next page is where the `next` link says, until there is none (SYN-02, ADJ-10)."""
        links = body.get("links")
        given = links if isinstance(links, list) else []
        return next(
            (link.get("uri") for link in given if isinstance(link, dict) and link.get("rel") == "next"), None
        )

    def district_tokens(self, ask: Callable[[], dict[str, str]], config: Config) -> dict[str, str]:
        """Clever tells the token in force for each district, so a rotation is survived (ADJ-14, docs/onboarding).

        The token we were configured with is only for the day Clever will not say.
        """
        try:
            told = ask()
        except CleverTrouble as trouble:
            log.warning(
                "Clever would not list the district tokens (%s); using the configured one.", trouble.reason
            )
            told = {}
        return told or ({config.district: config.district_token} if config.district_token else {})

    def token_after_refusal(self, ask: Callable[[], str | None]) -> str | None:
        """A token that answers 401 may have been rotated since we asked: ask again, for this district (ADJ-14).

        The same token, or None, means that the district has disconnected us.
        """
        return ask()

    def when_disconnected(self, why: str) -> str:
        """A refusal is not an empty district: `keep` everything (SYN-06, I-24). The alternatives are defects.

        `why` is `refused` (401, and no other token) or `no token` (Clever no longer lists the district).
        """
        return "keep"

    # ── Following the events ──────────────────────────────────────────────────────────────────────────────

    def gap(self, window: Window) -> str:
        """Why the events since the cursor are not all that happened; "" when they are (docs/events-api, I-27).

        Clever keeps events for 30 days and resumes after an expired cursor without a word, so the app looks at
        its own clock and asks for the cursor's own event. A `districts.created` after the cursor is the start of
        another token's feed. A district that was synced or stayed silent without an event has them switched off.
        """
        reasons = (
            (window.age is None or window.age > EVENTS_LAST, "the last sync is more than 29 days ago"),
            (not window.cursor_kept, "Clever no longer keeps the event we stopped at"),
            (window.restarted, "the district was connected anew, and its feed began again"),
            (window.unheard, "Clever told no event although the district changed or was long silent"),
        )
        return next((reason for holds, reason in reasons if holds), "")

    def follows_from(self, before: str | None, newest: Callable[[], str | None]) -> str | None:
        """After a reading of everything the feed is followed from where it was before: what changed meanwhile is
        told there, to some twice (docs/events-api)."""
        return before

    def events_after(self, cursor: str) -> str:
        """Events are asked for after the id of the last one applied; times are no order (docs/events-api)."""
        return cursor

    def next_events(self, body: Told) -> str | None:
        """The feed too is read to the end of its `next` links (ADJ-13)."""
        return self.next_page(body)

    def in_order(self, events: Sequence[Event]) -> list[Event]:
        """Events act in the order of their ids, however a page was delivered, never grouped by type.

        The id alone says which event came first (docs/events-api, docs/api-v3-upgrade-guide).
        """
        return sorted(events, key=lambda event: event.id)

    def event_means(self, verb: str, applied: bool) -> str:
        """What an event does: `take` its record in, archive what is `gone`, or nothing.

        The record is looked up by its Clever id, whatever the verb says: a `created` of a known one updates it,
        an `updated` of an unknown one creates it. An event that was applied before does nothing: told again
        late, it would put an old value back.
        """
        means = {"created": "take", "updated": "take", "deleted": "gone"}
        return "" if applied else means.get(verb, "")

    def page_transactions(self) -> tuple[tuple[str, ...], ...]:
        """A page takes effect and moves the cursor in one transaction, so that no crash comes between them.

        What its sections name is asked of Clever just before that; an outage then leaves both as they were.
        """
        return (("apply", "cursor"),)

    def large_change(self, leaving: int, active: int, share: float) -> str:
        """`hold` a sync that would archive more than the share of a type; else "" (docs/data-changes, I-16).

        A handful never waits: a small school may lose half of its terms on an ordinary day.
        """
        return "hold" if leaving >= A_HANDFUL and leaving > share * active else ""

    # ── The sync ──────────────────────────────────────────────────────────────────────────────────────────

    def starts_a_sync_at_once(self) -> bool:
        """A sync that somebody asks for does not wait for the night (SYN-O1)."""
        return True

    def version_for(self, kind: str, version: str) -> str:
        """One current version of the API for everything (SYN-03)."""
        return version

    def reference_when_missing(self, trouble: CleverTrouble) -> None:
        """An id that answers 404 is one the district does not share: skip it, the sync goes on (ADJ-11, I-26)."""
        if trouble.status != 404:
            raise trouble

    def record_key(self, kind: str, told: Told) -> str:
        """Every kind of record is kept under its Clever id (SYN-01)."""
        return clever_id(told)

    def missing_fields(self, kind: str, told: Told) -> tuple[str, ...]:
        """Only the Clever id is needed; all else may be missing (SYN-07, ADJ-06)."""
        return () if clever_id(told) else ("id",)

    def account_to_match(self, told: Told, candidates: Candidates) -> Record | None:
        """Match an account we had before by exact SIS id, else exact e-mail; a name is never enough (SYN-04)."""
        free = [record for record in candidates if record.clever_id is None and fits(record, told)]
        for same in (
            [record for record in free if record.sis_id and record.sis_id == sis_id("users", told)],
            [record for record in free if record.email and record.email.casefold() == email(told).casefold()],
        ):
            if same:
                return same[0] if len(same) == 1 else None
        return None

    def when_gone(self, kind: str) -> str:
        """What a district no longer shows is archived, of every kind; it may come back (SYN-06)."""
        return "archive"

    def when_back(self, archived: Record) -> str:
        """A Clever id that returns gets its old record back, with its history (SYN-06).

        The alternatives are defects: `renew` makes another record, `leave` keeps it archived.
        """
        return "restore"

    def updated(self, kind: str, before: Told, told: Told) -> Told:
        """What Clever tells takes the place of all it told before: a section's term and school too (ADJ-22)."""
        return told

    def tie_ends(self, one: Enrollment) -> bool:
        """Whom a section no longer names has left it, teachers no less than students (SYN-09, ADJ-22)."""
        return True

    def erases_progress(self, event: str) -> bool:
        """Progress hangs on the person and outlives every event: `user archived`, `left section` (SYN-08)."""
        return False

    def enrollments(self, sections: Iterable[Told], users: Sequence[Told]) -> Iterator[Enrollment]:
        """Every student and every teacher of every section, whatever school they are of (SYN-09)."""
        for section in sections:
            for role, people in (("teacher", teachers(section)), ("student", students(section))):
                for user in people:
                    yield Enrollment(clever_id(section), user, role)

    # ── Coursework (LMS Connect) ──────────────────────────────────────────────────────────────────────────

    def district_is_ready(self, lms_state: str) -> bool:
        """Nothing is written before the district's LMS is connected and matched (T-LMS-00, LMS-A1)."""
        return lms_state == "success"

    def section_is_ready(self, synced_in_lms: bool) -> bool:
        """Nothing is written to a section that the matching did not find in the LMS (LMS-A1)."""
        return synced_in_lms

    def assignment_sent(self, lms: str, fields: Told) -> Told:
        """What a new assignment is made of: all that its LMS knows, and nothing empty (LMS-01, T-LMS-08 to 10).

        Schoology cannot do without the term; Canvas shows blanks without submission types and attempts.
        """
        return {key: value for key, value in fields.items() if value and key not in UNKNOWN_TO.get(lms, ())}

    def due_date_sent(self, due: datetime) -> str:
        """A due date is one moment for everyone, so it goes out in UTC (LMS-01)."""
        return due.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def attachment_sent(self, lms: str, title: str, url: str) -> Told:
        """A link is a link, but Schoology takes text only (T-LMS-10, docs/submitting-schoology-submissions)."""
        how = {"type": "text", "text": url} if lms == "schoology" else {"type": "link", "url": url}
        return {**how, "title": title}

    def ids_to_keep(self, ids: Sequence[str]) -> Sequence[str]:
        """The id of every assignment of a section is kept: there is no list to find it in again (LMS-A2)."""
        return ids

    def when_assignment_changes(self) -> str:
        """A change goes to the assignment that is there: `patch` (LMS-02). `create` and `keep` are defects."""
        return "patch"

    def changes_sent(self, lms: str, before: Told, after: Told) -> Told:
        """Only what changed: a due date that has passed would be refused when told again (LMS-02, T-LMS-02).

        Google Classroom cannot change attachments (docs/lms-connect-output-behavior).
        """
        emptied: Told = {"attachments": []} if "attachments" in before and "attachments" not in after else {}
        changed = emptied | {key: value for key, value in after.items() if before.get(key) != value}
        fixed = ("attachments",) if lms == "google_classroom" else ()
        return {key: value for key, value in changed.items() if key not in fixed}

    def when_assignment_is_deleted(self) -> str:
        """What is deleted here is deleted in the LMS: `delete` (LMS-03). `keep` is a defect."""
        return "delete"

    def score_sent(self, lms: str, fields: Told) -> Told:
        """Points are `grade_points` everywhere, 0 too; the rest as its LMS takes it (LMS-04, T-LMS-08 to 10).

        Only Google Classroom takes a state, and needs one. Canvas takes a comment with a grade and a grader.
        `fields` are points, comment, state, grader and attachments, None or empty where there is none.
        """
        points, comment = fields["points"], fields["comment"]
        sent: Told = {} if points is None else {"grade_points": points}
        if fields["attachments"]:
            sent["attachments"] = fields["attachments"]
        if lms == "google_classroom":
            sent["state"] = fields["state"] or "submitted"
        elif lms == "canvas" and comment and fields["grader"] and points is not None:
            sent |= {"grade": f"{points:g}", "grade_comment": comment, "grader_id": fields["grader"]}
        elif lms != "canvas" and comment:
            sent["grade_comment"] = comment
        return sent

    def states_on_the_way(self, lms: str, had: str, wanted: str) -> Sequence[str]:
        """In Google Classroom nothing is returned, or reclaimed, that was not submitted before (T-LMS-09).

        `had` is the state we sent last, "" for none.
        """
        begins = lms == "google_classroom" and had in ("", "created", "reclaimed")
        return ("submitted",) if begins and wanted in ("returned", "reclaimed") and had != wanted else ()

    def grade_told(self, submission: Told) -> float | None:
        """No grade in the answer means not graded, which is not 0 (T-LMS-03)."""
        told = submission.get("grade_points")
        return float(told) if isinstance(told, int | float) else None

    def due_date_told(self, assignment: Told) -> str:
        """A teacher may have taken the due date away in the LMS: "" (T-LMS-09)."""
        return text(assignment.get("due_date"))

    def next_submissions(self, body: Told) -> str | None:
        """Submissions too are read to the end of their `next` links (T-LMS-03)."""
        return self.next_page(body)

    def write_patience(self) -> float:
        """A write goes on to the LMS and back: expect 15 to 60 seconds (LMS-A3, docs/core-concepts)."""
        return 30.0

    def wait_before_writing_again(self, write: FailedWrite) -> float | None:
        """A write that may be repeated without harm is, like a reading; a refused one never (T-LMS-11, ADJ-12).

        A new assignment whose answer was lost may be there, and nothing tells it from a second one: there is
        neither a list of assignments nor a key that makes a repetition harmless (I-28). Only a 429 says for sure
        that nothing was made. Schoology's 500 is a refusal: it waits for the student (T-LMS-10).
        """
        if write.method == "POST" and write.status != 429:
            return None
        if write.lms == "schoology" and write.message == NEVER_LAUNCHED:
            return None
        return self.wait_before_retry(write.retries, write.status, write.reset_in)

    def sends_again(self, confirmed: bool) -> bool:
        """An assignment that may be in the LMS already is sent again only when somebody has looked (I-28)."""
        return confirmed

    def key_is_refused(self, status: int | None) -> bool:
        """A key that no longer works answers 401, and 403 where coursework is (T-LMS-11, docs/error-messages)."""
        return status in (401, 403)

    def refusal_means(self, lms: str, status: int | None, message: str) -> str:
        """What a failed write means for a teacher: a key of `refusals.MEANINGS`; "" that all is well, a defect.

        (T-LMS-08, T-LMS-10, T-LMS-11, docs/clever-lms-connect-api-errors)
        """
        known = (
            (status == 404 and "Assignment" in message, "gone"),
            (status == 404 and "User" in message, "not assigned"),
            (lms == "canvas" and "UNSUPPORTED_OPERATION" in message, "unpublished"),
            (lms == "schoology" and message == NEVER_LAUNCHED, "never launched"),
            (status == 400 and "due_date must be in the future" in message, "overdue"),
            (status in (401, 403), "no key"),
            (status is None or status == 429 or status >= 500, "no answer"),
        )
        return next((meaning for holds, meaning in known if holds), "refused")


def fits(local: Record, told: Told) -> bool:
    """Whether a local account can be this Clever user: a pupil and an employee may share an address (E-03)."""
    return not local.roles or bool({*local.roles} & {*roles(told)})
