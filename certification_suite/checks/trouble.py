"""How a sync takes trouble at Clever's end (ADJ-11, ADJ-12)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from itertools import pairwise
from math import ceil

from certification_suite.checks.guides import adjacent
from certification_suite.checks.rosters import active, good_sync, reads, role_of, some_active, sync, truth
from certification_suite.drivers.probe import SyncReport
from certification_suite.evidence import Exchange
from certification_suite.examination import Examination
from certification_suite.verdicts import CouldNotRun, Fail, NeedsReview

MOST_TRIES = 6  # one, and five repetitions
GROWTH = 1.5  # doubled waits, with room for a busy machine
MOST_LOOKS = 3  # a busy machine can blur short waits; look again before doubting
NEAR, FAR = 5, 25  # seconds until a window ends
MUCH_LONGER = 2.0  # of five: what a busy machine adds to short waits is far less
SHORT = 0.9  # seconds; waits this short are hardly waits, so the repetitions are counted


@adjacent(
    "ADJ-11",
    "An id that answers 404 stops nothing",
    programme="secure_sync",
    evidence="S",
    proof=("DATA", "LOG"),
    since="all",
    needs=("POST /sync", "GET /users", "GET /sections"),
    says="Sections name people who are not shared; asking for one answers 404, and the sync goes on without them.",
    why="One unshared pupil in one class must not keep a whole district from syncing.",
    mend="On 404 archive the record if you know it, skip it if you do not, and go on.",
    source="docs/sync-troubleshooting",
    refuted_by=("StopsAtAMissingRecord",),
)
def an_unshared_id_is_skipped(exam: Examination) -> str:
    good_sync(exam, "With everybody shared")
    some_active(exam, "users")
    kinds = ("users", "sections")
    before = {kind: set(active(exam, kind)) for kind in kinds}
    users, sections = truth(exam, "users"), truth(exam, "sections")
    named = [id_ for section in sections.values() for id_ in section.get("students", ())]
    hidden = next(
        (id_ for id_ in named if id_ in before["users"] and role_of(users.get(id_, {})) == "student"), None
    )
    if hidden is None:
        raise CouldNotRun("The mock's district has no student in a section.")
    exam.clever.share(exam.connection, hide=[hidden])
    since = exam.clever.mark()
    report = sync(exam)
    missing = [e for e in reads(exam, since) if e.status == 404]
    exam.evidence.show(*missing[:2])
    if not report.success:
        raise Fail(
            f"Student {hidden} is named by a section and not shared, and the whole sync failed: "
            f"{'; '.join(report.problems[:2])}.",
            expected="The sync goes on without that student.",
        )
    for kind in kinds:
        lost = (before[kind] & set(truth(exam, kind))) - set(active(exam, kind))
        if lost:
            raise Fail(
                f"With one student unshared the app lost {len(lost)} other {kind}.",
                expected="Everything else stays.",
            )
    asked = f"asked for {len(missing)} and was told 404" if missing else "did not ask for what is not in the lists"
    return f"With student {hidden} named and unshared the sync went on ({asked}); everything else stayed."


@adjacent(
    "ADJ-12",
    "Tries again after an outage, not after a refusal",
    programme="secure_sync",
    evidence="S",
    proof=("LOG",),
    since="all",
    needs=("POST /sync",),
    says="429 and 500, 502, 503 are tried again, later and later, at most five times; 400 and 401 are not "
    "tried again. After 429 the app waits until X-Ratelimit-Reset.",
    why="Clever has bad minutes. An app that gives up at once misses a day; one that hammers makes the "
    "minute longer.",
    mend="Wait 1, 2, 4, 8, 16 seconds, then give up until the next sync. Never repeat a refused request "
    "unchanged. After 429 wait until the moment that X-Ratelimit-Reset names.",
    source="docs/error-messages",
    refuted_by=(
        "NeverRetries",
        "StormsWhenToldToWait",
        "RepeatsWhatCannotSucceed",
        "HammersOn5xx",
        "IgnoresRateLimitReset",
    ),
)
def outages_are_ridden_out(exam: Examination) -> str:
    for _ in range(MOST_LOOKS):
        gaps = _waits_through_an_outage(exam)
        growing = len(gaps) > 1 and gaps[-1] >= GROWTH * gaps[0]
        if growing:
            break
    told = ", ".join(f"{gap:.2f} s" for gap in gaps)
    if max(gaps, default=0.0) < SHORT:
        _, storm = _sync_through(exam, status=503, times=2 * MOST_TRIES)
        if len(storm) > MOST_TRIES:
            raise Fail(
                f"Clever kept answering 503; the app asked for {storm[0].path} {len(storm)} times, {told} apart.",
                expected="Longer and longer waits, and an end after five repetitions.",
            )
    _expect_the_reset_awaited(exam)
    _, refused = _sync_through(exam, status=401, times=None)
    if len(refused) > 2:
        raise Fail(
            f"Clever refused {refused[0].path} with 401, and the app asked {len(refused)} times.",
            expected="A refusal is not repeated.",
        )
    if not growing:
        raise NeedsReview(f"An outage is ridden out, but the waits do not grow: {told}.")
    return f"Three answers of 503 were ridden out, with waits of {told}; a refusal was not repeated."


def _waits_through_an_outage(exam: Examination) -> list[float]:
    """The seconds between the tries for one address that is answered 503 three times and then answers."""
    report, tries = _sync_through(exam, status=503, times=3)
    if not report.success:
        raise Fail(
            "Clever answered 503 three times and would then have answered; the app gave up after "
            f"{len(tries)} {'try' if len(tries) == 1 else 'tries'}: "
            f"{'; '.join(report.problems[:2]) or 'the sync failed'}.",
            expected="The request is repeated and the sync succeeds.",
        )
    moments = [datetime.fromisoformat(each.at) for each in tries]
    return [(after - before).total_seconds() for before, after in pairwise(moments)]


def _expect_the_reset_awaited(exam: Examination) -> None:
    """A 429 says when it ends. An app whose clock runs faster than ours waits longer for a later end."""
    waited = _wait_after_429(exam, NEAR)
    if waited >= SHORT * NEAR:
        return
    if min(_wait_after_429(exam, FAR), _wait_after_429(exam, FAR)) < MUCH_LONGER * waited:
        raise Fail(
            f"Clever answered 429 with X-Ratelimit-Reset {NEAR} seconds ahead; the app asked again after "
            f"{waited:.2f} s, and no later when the reset was {FAR} seconds ahead.",
            expected="A wait until X-Ratelimit-Reset.",
        )


def _wait_after_429(exam: Examination, seconds: int) -> float:
    """How long the app waits after one 429 whose window ends in so many seconds."""
    ends = str(ceil(exam.clever.now().timestamp()) + seconds)
    report, tries = _sync_through(exam, status=429, times=1, headers={"X-Ratelimit-Reset": ends})
    if not report.success or len(tries) == 1:
        raise Fail("Clever answered 429 once, and the app gave up.", expected="The request is repeated later.")
    first, second = (datetime.fromisoformat(each.at) for each in tries[:2])
    return (second - first).total_seconds()


def _sync_through(
    exam: Examination, *, status: int, times: int | None, headers: dict[str, str] | None = None
) -> tuple[SyncReport, list[Exchange]]:
    """A sync while a fault strikes, and all tries for the address that was struck most often."""
    fault = exam.clever.fault("/v3", status=status, method="GET", times=times, headers=headers)
    since = exam.clever.mark()
    report = sync(exam)
    exam.clever.clear_faults()
    asked = reads(exam, since)
    struck = Counter((e.path, str(e.query)) for e in asked if e.fault == fault)
    if not struck:
        raise Fail("The sync read nothing from Clever.", expected=f"Reads, of which some are answered {status}.")
    [(address, _)] = struck.most_common(1)
    tries = [e for e in asked if (e.path, str(e.query)) == address]
    exam.evidence.show(*tries[:2])
    return report, tries
