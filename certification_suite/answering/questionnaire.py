"""The questions of Clever's submission forms, in our words, and what a run can already say of each answer.

Pre-filled is only what this run saw: verdict sentences, requests kept as evidence, pages. What it could have seen
and did not is said to be not observed; of the rest it says nothing. A person reads it, corrects it and signs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from certification_suite.describing.config import AppUnderTest
from certification_suite.evidence import Evidence, Exchange, masked
from certification_suite.requirements import ANSWER, REQUIREMENTS, Prefill, Requirement
from certification_suite.verdicts import PASS, Fail, NotApplicable

LIBRARY = "docs/library-certification-guide"
SSO = "docs/district-sso-certification-guide"
OLD_SSO = "v2.0/docs/il-certification"
SYNC = "docs/secure-sync-certification-guide"
ID = re.compile(r"(?<=/)(?:[0-9a-f]{24}|[0-9a-f-]{32,})(?=/|$)")
VERSION = re.compile(r"^/(v\d+\.\d+)/")
BROWSER = re.compile(r"ADJ-2[45]$")
NOT_OBSERVED = "Not observed"
CREDENTIALS = {
    "user_token": "the token of the person who logs in",
    "district_token": "district-app tokens",
    "basic": "client id and secret (HTTP Basic)",
}


class Judged(Protocol):
    """What of a result the answers are made of."""

    @property
    def requirement(self) -> Requirement: ...
    @property
    def verdict(self) -> str: ...
    @property
    def observed(self) -> str: ...
    @property
    def evidence(self) -> Evidence: ...


@dataclass(frozen=True)
class Seen:
    """A run, as the answers need it: the app's description, and results by id."""

    app: AppUnderTest
    results: Mapping[str, Judged]

    def exchanges(self) -> list[Exchange]:
        """Every request that some verdict kept as evidence."""
        return [exchange for result in self.results.values() for exchange in result.evidence.exchanges]


def answers(results: Iterable[Judged], app: AppUnderTest) -> dict[str, str]:
    """By the ids of questions: what this run says of the answer; "" where no run could say anything."""
    seen = Seen(app, {result.requirement.id: result for result in results})
    rows = [one for one in REQUIREMENTS if one.level == "questionnaire" and one.programme in app.programmes]
    return {one.id: one.prefilled(seen) if one.prefilled else "" for one in rows}


def says_something(prefilled: str | None) -> bool:
    """Whether this is a beginning of an answer, and not only that nothing was observed."""
    return bool(prefilled) and not str(prefilled).startswith(NOT_OBSERVED)


# ── What a run can say ────────────────────────────────────────────────────────────────────────────────────────


def verdicts(*ids: str, first: Prefill | None = None) -> Prefill:
    """The sentences of these requirements, behind what `first` says."""

    def prefilled(seen: Seen) -> str:
        told = [sentence for id_ in ids if (sentence := _sentence(seen, id_))]
        more = first(seen) if first else ""
        if not (told or more):
            return f"{NOT_OBSERVED}: this run gives no verdict on {' and '.join(ids)}."
        return " ".join([*([more] if more else []), *told])

    return prefilled


def _sentence(seen: Seen, id_: str) -> str:
    result = seen.results.get(id_)
    words = {PASS: "", Fail.word: "fails, ", NotApplicable.word: "does not apply, "}
    if result is None or result.verdict not in words:
        return ""
    return f"{result.observed.rstrip('.')} ({words[result.verdict]}{id_})."


def not_measured(why: str) -> Prefill:
    """The run looked at nothing of the kind, and says so."""
    return lambda seen: f"{NOT_OBSERVED}: {why}"


def versions(seen: Seen) -> str:
    """The versions of the API in the requests that were kept."""
    used = sorted({found[1] for e in seen.exchanges() if (found := VERSION.match(e.path))})
    return f"Requests under {' and '.join(used)}." if used else ""


def endpoints(seen: Seen) -> str:
    """The endpoints in the requests that were kept, each once."""
    asked = {f"{e.method} {ID.sub('{id}', e.path)}" for e in seen.exchanges() if e.kind != "page"}
    return f"Among others {', '.join(sorted(asked))}." if asked else ""


def tokens(seen: Seen) -> str:
    """What the app showed Clever to be let in."""
    shown = {e.credential for e in seen.exchanges()}
    told = [words for credential, words in CREDENTIALS.items() if credential in shown]
    return f"Requests carried {', '.join(told)}." if told else ""


def browsers(seen: Seen) -> str:
    """The one engine that a run drives, where it had one."""
    drove = any(BROWSER.search(id_) and r.verdict in (PASS, Fail.word) for id_, r in seen.results.items())
    drove = drove or any(result.evidence.pictures for result in seen.results.values())
    others = "Firefox, Internet Explorer, Safari and the mobile browsers were not tried."
    return f"Chromium was driven in this run; {others}" if drove else f"{NOT_OBSERVED}: this run drove no browser."


def user_types(seen: Seen) -> str:
    """The user types of the description."""
    return f"Described as {', '.join(seen.app.user_types)}."


def asked_fields(seen: Seen) -> str:
    """What people are asked at their first login."""
    return f"Described as asking {', '.join(seen.app.asks)}." if seen.app.asks else "Described as asking nothing."


def refreshed(seen: Seen) -> str:
    """How data stays fresh, as the description says."""
    how = {"login": "at every login", "schedule": "by a schedule"}
    return f"Described as refreshed {how[seen.app.refresh]}." if seen.app.refresh in how else ""


def after_log_out(id_: str) -> Prefill:
    """The page at which the log-out of this requirement ended."""

    def prefilled(seen: Seen) -> str:
        pages = seen.results[id_].evidence.pages if id_ in seen.results else []
        ended = next((page for page in pages if page.title == "After logging out"), None)
        if ended is None:
            return f"{NOT_OBSERVED}: this run saw no log-out."
        return (
            f"The browser ends at {masked(ended.url)} ({id_}); a window that a script closes was not looked for."
        )

    return prefilled


def events(seen: Seen) -> str:
    """Whether the app follows the events."""
    result = seen.results.get("ADJ-13")
    says = {PASS: "The app follows the events.", NotApplicable.word: "The app asks for no events."}
    return says.get(result.verdict, "") if result else ""


# ── The questions ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Block:
    """Questions that belong together: programme, source, and why a reviewer asks."""

    programme: str
    source: str
    why: str
    since: str = "all"


def ask(block: Block, id: str, title: str, question: str, prefilled: Prefill | None = None) -> None:
    """Declare a question of the form."""
    REQUIREMENTS.append(
        Requirement(
            id,
            title,
            block.programme,
            "questionnaire",
            question,
            block.why,
            ANSWER,
            block.source,
            "H",
            since=block.since,
            proof=("FORM",),
            prefilled=prefilled,
        )
    )


library = Block("library", LIBRARY, "The reviewer tries the app as your answers describe it, and not otherwise.")
TIMEOUTS = not_measured("the suite moves Clever's clock, never your app's, so no session was left to age.")

ask(
    library,
    "LIB-Q1",
    "Browsers",
    "Which browsers are supported: Chrome, Firefox, Internet Explorer, Safari, Safari and Chrome on phones?",
    browsers,
)
ask(
    library,
    "LIB-Q2",
    "A teacher's sign-up",
    "What does a teacher go through from Install to the first real page?",
    verdicts("LIB-02", "LIB-R04"),
)
ask(
    library,
    "LIB-Q3",
    "Need of rosters",
    "Does the app need the teacher's classes, or only the teacher?",
    verdicts("LIB-04"),
)
ask(
    library,
    "LIB-Q4",
    "Special classes",
    "Does the app want only some classes, such as mathematics, and can the teacher pick them?",
    verdicts("LIB-R07"),
)
ask(
    library,
    "LIB-Q5",
    "Fresh classes",
    "Are classes read again at each login, or does the teacher press a button?",
    verdicts("LIB-14", "LIB-R06"),
)
ask(
    library,
    "LIB-Q6",
    "Co-teachers",
    "What does a second teacher of a class see, before and after that teacher installs the app?",
    verdicts("LIB-R09"),
)
ask(
    library,
    "LIB-Q7",
    "Missing fields",
    "Which fields does the app need that the Library does not give, and are people asked for them at first?",
    verdicts("LIB-R02", first=asked_fields),
)
ask(
    library,
    "LIB-Q8",
    "Inactivity",
    "After how long without activity does a session of a Library user end?",
    TIMEOUTS,
)
ask(
    library,
    "LIB-Q9",
    "After the log-out",
    "Which page follows a Library user's log-out, or does the window close?",
    after_log_out("LIB-16"),
)

sso = Block("sso", SSO, "Logins are reviewed by hand, and the answer says what the reviewer should find.")

ask(
    sso,
    "SSO-Q1",
    "Browsers",
    "In which can people log in: Chrome, Firefox, Internet Explorer, Safari, Safari and Chrome on phones?",
    browsers,
)
ask(
    sso,
    "SSO-Q2",
    "Missing fields",
    "What does the app need of a person beyond Clever's fields, and does it ask at the first login?",
    verdicts("SSO-R2", first=asked_fields),
)
ask(sso, "SSO-Q3", "Inactivity", "After how long without activity must people log in again?", TIMEOUTS)
ask(
    sso,
    "SSO-Q4",
    "After the log-out",
    "Where are people after they logged out, and does the window close?",
    after_log_out("SSO-10"),
)

older = Block("sso", OLD_SSO, "The forms of versions 1.1 and 2.0 asked it; districts still do.", since="1.1")

ask(older, "SSO-Q5", "Other ways in", "Can people log in otherwise than through Clever?")
ask(older, "SSO-Q6", "Offline use", "Is there use without a network, and by which credentials?")
ask(
    older,
    "SSO-Q7",
    "A teacher who administers",
    "What does somebody get who is teacher and administrator at once?",
    verdicts("ADJ-08"),
)
ask(older, "SSO-Q8", "A district's set-up", "What must a district do, step by step, before its people can log in?")
ask(older, "SSO-Q9", "Rosters without logins", "May a district that sends rosters by Clever keep another login?")
ask(older, "SSO-Q10", "Requests", "Do you approve the requests of districts by hand, or by themselves?")

general = Block("secure_sync", SYNC, "It tells the reviewer which of Clever's products your sync is built on.")
REFRESH = verdicts("SYN-05", first=refreshed)

ask(
    general,
    "SYN-Q01",
    "API version",
    "Which version of the API does the app speak?",
    verdicts("SYN-03", "SSO-04", first=versions),
)
ask(
    general,
    "SYN-Q02",
    "Key",
    "Under which of Clever's identifiers are records kept?",
    verdicts("SYN-01", "SSO-06"),
)
ask(general, "SYN-Q03", "Top record", "What is the record on top: district, school, or a group of your own?")
ask(general, "SYN-Q04", "Steps for a district", "What happens from a district's request until its first sync?")
ask(
    general,
    "SYN-Q05",
    "District-app tokens",
    "Does the app read with the tokens of districts, and where does it get them?",
    verdicts("ADJ-14", first=tokens),
)
ask(
    general,
    "SYN-Q06",
    "Sync before login",
    "Must a first sync have run before anybody can log in?",
    verdicts("SSO-O2"),
)
ask(
    general,
    "SYN-Q07",
    "Missing fields",
    "What becomes of records in which a field is missing?",
    verdicts("SYN-07", "ADJ-06"),
)
ask(general, "SYN-Q08", "Refresh", "Is data refreshed at each login or by a daily sync?", REFRESH)

provisioning = Block("secure_sync", SYNC, "Who has an account decides what the reviewer can try at all.")

ask(
    provisioning,
    "SYN-Q09",
    "Accounts",
    "Which user types have accounts?",
    verdicts("SSO-C2", "SYN-02", first=user_types),
)
ask(
    provisioning, "SYN-Q10", "Above teachers", "Is there a type of user that stands above teachers, and who is it?"
)

matching = Block("secure_sync", SYNC, "Records that were there before must not exist twice after the first sync.")

ask(matching, "SYN-Q11", "Districts", "How is a district that was a customer before matched?")
ask(matching, "SYN-Q12", "Schools", "How are its schools matched?")
ask(matching, "SYN-Q13", "People", "How are its people matched, so that they keep their work?", verdicts("SYN-04"))

rostering = Block("secure_sync", SYNC, "Classes are what most teachers judge a sync by.")

ask(
    rostering,
    "SYN-Q14",
    "Students and teachers",
    "Does the app take over which students a teacher has?",
    verdicts("SYN-09"),
)

ongoing = Block("secure_sync", SYNC, "A district wants to know when a change of theirs arrives.")

ask(
    ongoing,
    "SYN-Q15",
    "When it syncs",
    "How often does a sync run, and what sets it off?",
    verdicts("SYN-05", "SYN-O1", first=refreshed),
)
ask(
    ongoing,
    "SYN-Q16",
    "How it syncs",
    "Does it refresh by logins, by reading everything, or by following the events?",
    verdicts("ADJ-13", "SYN-02", first=events),
)

edits = Block("secure_sync", SYNC, "What people edit by hand and what Clever sends can contradict each other.")
EDITS = not_measured("the suite edits nothing by hand in your app.")

ask(edits, "SYN-Q17", "Roles by hand", "May a teacher or administrator change somebody's role or rights?")
ask(edits, "SYN-Q18", "People by hand", "May they add people that the sync did not bring?")
ask(edits, "SYN-Q19", "Groups by hand", "May they make classes or groups of their own?")
ask(edits, "SYN-Q20", "Splitting", "May they split a class that was synced?")
ask(edits, "SYN-Q21", "Members by hand", "May they add students to a synced class, or take some out?")
ask(edits, "SYN-Q22", "What survives", "Which of these edits outlive the next sync?", EDITS)

changes = Block("secure_sync", SYNC, "These happen every week in every district.")

ask(
    changes,
    "SYN-Q23",
    "Another class",
    "What happens when a student changes class?",
    verdicts("SYN-05", "SYN-08"),
)
ask(changes, "SYN-Q24", "Another school", "What happens when a student changes school?", verdicts("ADJ-22"))
ask(changes, "SYN-Q25", "Gone", "What becomes of a record that Clever deleted?", verdicts("SYN-06"))
ask(changes, "SYN-Q26", "Back", "What becomes of it when Clever tells it again?", verdicts("SYN-06"))

progress = Block("secure_sync", SYNC, "A pupil's work must not hang on a class that ends.")

ask(progress, "SYN-Q27", "Progress", "Does the app keep what students achieved?", verdicts("SYN-08"))
ask(progress, "SYN-Q28", "End of progress", "Is it ever deleted, and when?")

rollover = Block("secure_sync", SYNC, "In summer every class of a district changes at once.")

ask(
    rollover,
    "SYN-Q29",
    "New school year",
    "What does the app do at the end of a term, and of a school year?",
    verdicts("ADJ-22", "ADJ-15"),
)

by_login = Block("secure_sync", SYNC, "Apps that make accounts at the login are asked these instead of a sync.")

ask(by_login, "SYN-Q30", "What is kept", "Which types of records does an app without a sync keep?")
ask(by_login, "SYN-Q31", "First login", "What does the first login make and read?", verdicts("SSO-03"))
ask(by_login, "SYN-Q32", "Later logins", "What do later logins read again?", verdicts("SYN-05"))

first_sync = Block("secure_sync", SYNC, "The first sync of a district is the longest, and somebody waits for it.")

ask(first_sync, "SYN-Q33", "Who starts it", "Who starts a district's first sync, you or the district?")
ask(
    first_sync,
    "SYN-Q34",
    "What it reads",
    "Which types of records does it read?",
    verdicts("SYN-02", first=endpoints),
)

administrators = Block(
    "secure_sync", SYNC, "Whoever sees too much is a complaint, and whoever sees nothing a call."
)

ask(
    administrators,
    "SYN-Q35",
    "Access",
    "Which of your access levels does each user type of Clever's get?",
    verdicts("ADJ-07"),
)
ask(
    administrators,
    "SYN-Q36",
    "Two roles",
    "What becomes of a teacher who is an administrator too? (The form says two Clever ids; since v3 it is one.)",
    verdicts("ADJ-08"),
)

roster_users = Block("secure_sync", SYNC, "Each is an odd case of the certification district.")

ask(roster_users, "SYN-Q37", "Fields that matter", "Which fields of a class change what the app does with it?")
ask(roster_users, "SYN-Q38", "No class", "What do people see who are in no class?")
ask(roster_users, "SYN-Q39", "Many classes", "What do people see who are in a dozen?", verdicts("SYN-09"))
ask(roster_users, "SYN-Q40", "Several schools", "What do people see who belong to several schools?")
ask(
    roster_users,
    "SYN-Q41",
    "Several teachers",
    "May a class have several teachers, and how many at most?",
    verdicts("SYN-09"),
)

following = Block("secure_sync", SYNC, "Events are kept for thirty days, so an app must be able to begin anew.")

ask(
    following,
    "SYN-Q42",
    "Beginning anew",
    "Can a full sync be started when the events do not suffice?",
    verdicts("ADJ-19", "SYN-O1"),
)
ask(
    following,
    "SYN-Q43",
    "Which events",
    "Events of which types of records does the app take in?",
    verdicts("ADJ-13", first=events),
)
