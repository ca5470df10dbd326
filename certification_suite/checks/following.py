"""How an app follows the events: in order, to the end, from where it stopped (ADJ-13, ADJ-19, ADJ-20).

An app that never asks for events is none of these requirements' business.
"""

from __future__ import annotations

from functools import partial

from certification_suite.checks.guides import adjacent
from certification_suite.checks.rosters import (
    Record,
    active,
    enroll,
    good_sync,
    reads,
    remove,
    restore,
    role_of,
    start_alike,
    sync,
    truth,
    unlike,
    update,
    wanted,
)
from certification_suite.drivers.mock import Connection
from certification_suite.evidence import Exchange
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, CouldNotRun, Fail, NeedsReview, NotApplicable, NotOffered

MINUTE, DAY = 60, 86_400
KEPT = 31 * DAY
"""Longer than Clever keeps an event."""
USUAL_PAGE, TOLD_AT_ONCE = 100, 4
"""Events on a page that asks for no limit; how many a page must hold for a going and a return to meet on it."""

follows = partial(
    adjacent,
    programme="secure_sync",
    evidence="S",
    proof=("LOG", "DATA"),
    since="all",
    needs=("POST /sync", "GET /users", "GET /sections"),
    source="docs/events-api",
)


@follows(
    "ADJ-13",
    "Events are followed in order, to the last page",
    says="The newest event is asked for before a full sync; later syncs ask for what came after the stored one, "
    "read every page and apply the events as they come, deletions too.",
    why="An event that is skipped is a change nobody ever hears of: a pupil who left stays in the class.",
    mend="Ask ending_before=last&limit=1 first, then read everything; after that starting_after your last event, "
    "page by page, each event in its turn.",
    refuted_by=(
        "WaitsForEventsCalledCreated",
        "ReadsFirstPageOfEventsOnly",
        "AppliesEventsByTypeNotOrder",
        "IgnoresDeletesInEvents",
        "FollowsFromTheEndOfTheReading",
    ),
)
def events_are_followed(exam: Examination) -> str:
    midway = _renamed_midway(exam)
    _expect_to_follow(exam)
    _expect_the_newest_event_first(exam)
    _expect_to_have_heard_of(exam, midway)
    gone, *coming_back = _students(exam, 3)
    since = exam.clever.mark()
    names = _many_changes(exam, "Newname")
    for student in coming_back:
        for kind in ("user.leave", "user.return"):
            _change(exam, {"type": kind, "user": student})
    _change(exam, {"type": "user.leave", "user": gone})
    good_sync(exam, "Following the events", "delta")
    pages = feed(exam, since)
    exam.evidence.show(*pages[:3])
    if not pages or "starting_after" not in pages[0].query:
        raise Fail(
            f"The next sync asked for {pages[0].line() if pages else 'no events'}, not for what came after the "
            "last one it had.",
            expected="starting_after, with the id of the last event that was applied.",
        )
    _expect_caught_up(exam, "After following the events", names)
    if len(pages) == 1:
        raise NeedsReview(
            "All changes arrived, but their events fitted on one page, so turning pages was never seen.",
            next_step="Run with a smaller page size (limit) for events.",
        )
    return (
        f"Changes of {len(names)} people and two who left and came back, told over {len(pages)} pages of events, "
        "were applied in order; who left is archived."
    )


@follows(
    "ADJ-19",
    "A gap in the events is noticed",
    says="Clever keeps events for 30 days and resumes after an older one without a word. An app that was away "
    "for longer reads everything again.",
    why="After the summer the feed looks complete and is not: what happened in July is never told.",
    mend="Ask for the event you stopped at (GET /events/{id}): 404 means that it is gone. Then read everything. "
    "Your own clock does not show it here, for only the mock's is moved.",
    refuted_by=("NoGapCheck",),
)
def a_gap_is_noticed(exam: Examination) -> str:
    _expect_to_follow(exam)
    [gone] = _students(exam, 1)
    names = _many_changes(exam, "Oldnews")
    _change(exam, {"type": "user.leave", "user": gone})
    exam.clever.advance(KEPT)
    [last] = _people(exam, 1)
    names |= _renamed(exam, [last], "Freshnews")
    since = exam.clever.mark()
    good_sync(exam, "After 31 days", "delta")
    exam.evidence.show(*feed(exam, since)[:1])
    _expect_caught_up(exam, "After 31 days without a sync", names)
    return "After 31 days, in which events expired, the app is right again."


@follows(
    "ADJ-20",
    "Events told twice, out of order or cut short do no harm",
    says="A page of events that comes twice changes nothing the second time; one whose events lie in another "
    "order is applied by their ids. When Clever fails in the middle of the feed, or while a page is being "
    "applied, the next sync goes on from there.",
    why="Networks repeat, overtake and break. What is not idempotent makes two accounts for one pupil, with half "
    "the work in each; what trusts the order of delivery puts last week's class back.",
    mend="Look every record up by its Clever id, whatever the event is called. Sort a page by event id before you "
    "apply it. Store the id of the last event applied together with what it changed, never before.",
    refuted_by=(
        "WaitsForEventsCalledCreated",
        "DoublesAfterCrash",
        "CursorByTimeNotId",
        "TrustsTheOrderOfDelivery",
        "LosesCursorOnError",
    ),
)
def events_may_come_twice_turned_or_break_off(exam: Examination) -> str:
    connection = exam.connection
    unheard = _somebody_unheard_of(exam)
    path = _expect_to_follow(exam)
    _expect_no_harm_from_repetition(exam, path)
    turned = _expect_no_harm_from_disorder(exam, path)
    asked = _expect_no_loss_while_a_page_is_applied(exam, path, connection, unheard)
    seen = "Events told twice or last to first changed nothing"
    _expect_no_loss_on_the_second_page(exam, path, seen)
    if not turned:
        raise NeedsReview(
            "Events told twice or cut short lost nothing. Your pages are so small that hardly two events could "
            "come out of order.",
            next_step=f"Run with a page size (limit) of {TOLD_AT_ONCE} or more for events.",
        )
    return (
        f"{seen}; a failure on the second page{' and one while a page was applied' if asked else ''} lost nothing."
    )


def _expect_no_loss_on_the_second_page(exam: Examination, path: str, seen: str) -> None:
    before = _asked_before_the_second_page(exam, path)
    names = _many_changes(exam, "Halfway")
    fault = exam.clever.fault(path, method="GET", times=None, skip=before)
    since = exam.clever.mark()
    sync(exam, "delta")
    exam.clever.clear_faults()
    struck = [e for e in reads(exam, since) if e.fault == fault]
    exam.evidence.show(*feed(exam, since)[:2])
    if not struck:
        [*_, last] = feed(exam, since)
        if exam.clever.link_after(exam.connection, last.path, last.query):
            raise Blocked("the app turns no page of events.", by="ADJ-13")
        raise NeedsReview(
            f"{seen}. All events fitted on one page, so a failure in the middle was never seen.",
            next_step="Run with a smaller page size (limit) for events.",
        )
    good_sync(exam, "After Clever had failed on the second page of events", "delta")
    _expect_caught_up(exam, "After a failure on the second page of events and another sync", names)


def _expect_no_harm_from_repetition(exam: Examination, path: str) -> None:
    [student] = _students(exam, 1)
    _change(exam, {"type": "user.leave", "user": student})
    good_sync(exam, "After a student left")
    _change(exam, {"type": "user.return", "user": student})
    exam.clever.fault(path, kind="repeat", times=None)
    good_sync(exam, "While every page of events came twice over", "delta")
    exam.clever.clear_faults()
    if "twice" in (difference := unlike(exam)):
        raise Fail(f"Clever told a page of events twice over, and now {difference}.", expected="Each record once.")
    _expect_caught_up(exam, "After a page of events that came twice over", {})


def _expect_no_harm_from_disorder(exam: Examination, path: str) -> bool:
    """The same changes told in order, then each page last to first; whether pages held enough to be turned."""
    names = _renamed_around_a_return(exam, "Inorder")
    good_sync(exam, "After a change and a return", "delta")
    if difference := _behind(exam, names):
        raise Blocked(f"after events that came in their order {difference}.", by="ADJ-13")
    names = _renamed_around_a_return(exam, "Turned")
    since = exam.clever.mark()
    exam.clever.fault(path, kind="reorder", times=None)
    good_sync(exam, "While every page of events came last to first", "delta")
    exam.clever.clear_faults()
    pages = feed(exam, since)
    exam.evidence.show(*pages[:1])
    _expect_caught_up(exam, "After a page of events that came last to first", names)
    return any(int(page.query.get("limit", USUAL_PAGE)) >= TOLD_AT_ONCE for page in pages)


def _renamed_around_a_return(exam: Examination, last: str) -> dict[str, str]:
    """Somebody is renamed twice while a student goes and comes back: six events, of which the order matters."""
    [person], [student] = _people(exam, 1), _students(exam, 1)
    _renamed(exam, [person], "Meanwhile", remove("users", student))
    return _renamed(exam, [person], last, restore("users", student))


def _somebody_unheard_of(exam: Examination) -> str:
    """A new student, unshared before the app could hear of them and in no section; their Clever id."""
    before = {person.id for person in exam.clever.people(role="student")}
    section = next(iter(truth(exam, "sections").values()), None)
    if section is None:
        raise CouldNotRun("The mock's district shows no section.")
    name = {"first": "Una", "last": "Unheard"}
    add = {"type": "user.add", "role": "student", "sis_id": "90210", "name": name, "school": section["school"]}
    exam.clever.change(exam.connection.district, [add])
    [unheard] = {person.id for person in exam.clever.people(role="student")} - before
    exam.clever.share(exam.connection, hide=[unheard])
    return unheard


def _expect_no_loss_while_a_page_is_applied(
    exam: Examination, path: str, shared: Connection, unheard: str
) -> bool:
    """A section names somebody the app never heard of, and Clever fails when asked who that is; then everybody is
    `shared` again. Whether the app asked: one that asks for nothing while it applies events cannot fail so.
    """
    section = next(iter(truth(exam, "sections")))
    names = _renamed(exam, _people(exam, 2), "Midway", enroll(section, unheard))
    users = f"{path.rstrip('/').removesuffix('events')}users"
    fault = exam.clever.fault(users, method="GET", times=None)
    since = exam.clever.mark()
    sync(exam, "delta")
    exam.clever.clear_faults()
    struck = [e for e in reads(exam, since) if e.fault == fault]
    exam.evidence.show(*struck[:1])
    exam.clever.share(shared, hide=())
    good_sync(exam, "After Clever had failed while a page of events was applied", "delta")
    _expect_caught_up(exam, "After a failure while a page of events was applied and another sync", names)
    return bool(struck)


def _asked_before_the_second_page(exam: Examination, path: str) -> int:
    """How many requests under `path` a sync sends before it turns the first page of events."""
    since = exam.clever.mark()
    _renamed(exam, _people(exam, 1), "Rehearsal")
    good_sync(exam, "After one change", "delta")
    under = [e for e in reads(exam, since) if e.path.startswith(path)]
    lists = [i for i, e in enumerate(under) if is_feed(e) and "starting_after" in e.query]
    return lists[0] + 1 if lists else 1


# ── The feed ──


def is_feed(exchange: Exchange) -> bool:
    """Whether a list of events was asked for, and not a single one."""
    return exchange.path.rstrip("/").endswith("/events")


def feed(exam: Examination, since: int) -> list[Exchange]:
    """The lists of events that were asked for, other than the newest."""
    return [e for e in reads(exam, since) if is_feed(e) and e.query.get("ending_before") != "last"]


def _expect_to_follow(exam: Examination) -> str:
    """A first full sync and one that follows the events; the address of the feed. Others need not be judged."""
    exam.clever.change(exam.connection.district, [{"type": "user.rename", "user": _first(exam), "middle": "Q"}])
    exam.clever.advance(MINUTE)
    start_alike(exam)
    _renamed(exam, _people(exam, 1), "Firstnews")
    silent = NotApplicable("Your app read no events: each of its syncs reads everything.")
    try:
        sync(exam, "delta")
    except NotOffered:
        if any(is_feed(e) for e in reads(exam)):
            raise
        raise silent from None
    asked = [e for e in reads(exam) if is_feed(e)]
    if not asked:
        raise silent
    return asked[-1].path


def _first(exam: Examination) -> str:
    found = next(iter(wanted(exam, "users")), None)
    if found is None:
        raise CouldNotRun("The mock's district shows nobody.")
    return found


def _expect_the_newest_event_first(exam: Examination) -> None:
    """What changes while everything is read must come after the event that is noted first."""
    asked = [e for e in reads(exam) if e.method == "GET"]
    newest = [i for i, e in enumerate(asked) if is_feed(e) and e.query.get("ending_before") == "last"]
    people = [i for i, e in enumerate(asked) if e.path.rstrip("/").endswith("/users")]
    if newest and people and newest[0] > people[0]:
        exam.evidence.show(asked[people[0]], asked[newest[0]])
        raise Fail(
            "The newest event was asked for after the reading had begun; what changed in between is never told.",
            expected="First the newest event, then everything.",
        )


def _renamed_midway(exam: Examination) -> dict[str, str]:
    """Plan that somebody on the first page of people is renamed before the second one; who has which last name."""
    person, last = _first(exam), "Midway"
    change = update("users", person, name={"first": "Renata", "last": last})
    exam.clever.fault(kind="mid-walk-change", target="users", change=[change])
    return {person: last}


def _expect_to_have_heard_of(exam: Examination, midway: dict[str, str]) -> None:
    """What changed between two pages of the first reading is told by the events after it."""
    struck = exam.clever.struck()
    exam.clever.clear_faults()
    if struck:
        _expect_caught_up(exam, "After somebody was renamed between two pages of the first full sync", midway)
    else:
        exam.evidence.note("All people fitted on one page, so a change in the middle of a full sync was not seen.")


def _expect_caught_up(exam: Examination, when: str, names: dict[str, str]) -> None:
    """The app shows what Clever shows. What a full sync does not mend either is not a matter of events."""
    if difference := _behind(exam, names):
        good_sync(exam, "A full sync after that")
        if _behind(exam, names):
            raise Blocked(f"{difference}, and a full sync does not mend it.", by="SYN-06")
        raise Fail(
            f"{when} {difference}. A full sync mended it.", expected="The events alone bring the app up to date."
        )


def _behind(exam: Examination, names: dict[str, str]) -> str:
    """What the app holds otherwise than Clever, in words; "" for nothing."""
    if difference := unlike(exam):
        return difference
    ours = active(exam, "users")
    old = [id_ for id_ in names if id_ in ours and names[id_].casefold() not in ours[id_].name.casefold()]
    if not old:
        return ""
    return f"{len(old)} of {len(names)} renamed people keep an old name, for example {ours[old[0]].name}"


# ── Changes ──


def _change(exam: Examination, *changes: Record) -> None:
    """One sync of Clever's, a minute after the last: events of one second never belong to two of them."""
    exam.clever.advance(MINUTE)
    exam.clever.change(exam.connection.district, list(changes))


def _renamed(exam: Examination, people: list[str], last: str, *more: Record) -> dict[str, str]:
    """Rename these people, with more changes in the same sync; who has which last name now."""
    _change(exam, *(update("users", id_, name={"first": "Renata", "last": last}) for id_ in people), *more)
    return dict.fromkeys(people, last)


def _many_changes(exam: Examination, last: str) -> dict[str, str]:
    """Change everybody's name and every section; who has which last name now."""
    known = active(exam, "users")
    people = [id_ for id_ in wanted(exam, "users") if id_ in known]
    rename = [update("users", id_, name={"first": "Renata", "last": last}) for id_ in people]
    move = [update("sections", id_, section_number=last) for id_ in truth(exam, "sections")]
    _change(exam, *rename, *move)
    return dict.fromkeys(people, last)


def _people(exam: Examination, count: int) -> list[str]:
    return list(wanted(exam, "users"))[-count:]


def _students(exam: Examination, count: int) -> list[str]:
    """Students whom the app holds."""
    known = active(exam, "users")
    ids = [id_ for id_, user in truth(exam, "users").items() if role_of(user) == "student" and id_ in known]
    if len(ids) < count:
        raise CouldNotRun(f"The mock's district has no {count} students that the app holds.")
    return ids[:count]
