"""How a sync reads: to the last page, by the given links, with the token in force (SYN-02, ADJ-10, ADJ-14)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

from certification_suite.checks.guides import adjacent, secure_sync
from certification_suite.checks.rosters import active, good_sync, name_of, offered, reads, sync, wanted
from certification_suite.evidence import Exchange
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, Fail, NeedsReview

MOST_LOOKS = 3


@secure_sync(
    "SYN-02",
    "Reads everything, to the last page",
    evidence="S",
    proof=("LOG", "DATA"),
    since="26a",
    needs=("POST /sync", "GET /users"),
    says="Every collection is read to the end of its `next` links, and everything that is shared is there "
    "afterwards.",
    why="A district never fits on one page. What is on the second page is a class without pupils.",
    mend="Follow the link with rel=next until there is none; do not build page URLs and do not stop at the "
    "first page.",
    refuted_by=("ReadsOnlyTheFirstPage",),
)
def every_page_is_read(exam: Examination) -> str:
    report = good_sync(exam, "The first sync")
    set_aside = " ".join(report.problems)
    asked = [e for e in reads(exam) if e.status == 200]
    kinds = [kind for kind in offered(exam) if kind != "users"]
    counts: list[str] = []
    for kind in ("users", *kinds):
        shown = wanted(exam, kind)
        kept = active(exam, kind)
        gone = [record for id_, record in shown.items() if id_ not in kept]
        missing = [record for record in gone if record["id"] not in set_aside]
        if len(missing) < len(gone):
            exam.evidence.note(
                f"{len(gone) - len(missing)} {kind} were read and set aside as problems (see SYN-07)."
            )
        pages = _walk(asked, kind)
        if missing:
            exam.evidence.show(*pages[:3])
            named = ", ".join(f"{name_of(record)} ({record['id']})" for record in missing[:3])
            raise Fail(
                f"{len(missing)} of {len(shown)} {kind} are missing after the sync, among them {named}. "
                f"The app read {len(pages)} page{'s' if len(pages) != 1 else ''} of {kind}.",
                expected="All that Clever shares, read page by page to the last.",
            )
        counts.append(f"{len(shown)} {kind}")
        exam.evidence.show(*pages[:2])
    turned = [e for e in asked if "starting_after" in e.query]
    if not turned:
        raise NeedsReview(
            f"All is there ({', '.join(counts)}), but it fitted on one page each, so turning pages was never "
            "seen.",
            next_step="Run against a larger district (mock-clever serve --preset certification-isd) or with "
            "a smaller page size.",
        )
    return f"{', '.join(counts)}: all there, read over {len(turned)} further pages."


def _walk(asked: list[Exchange], kind: str) -> list[Exchange]:
    return [e for e in asked if e.path.rstrip("/").endswith(f"/{kind}")]


@adjacent(
    "ADJ-10",
    "Pages are turned by the links that Clever gives",
    programme="secure_sync",
    evidence="A",
    proof=("LOG",),
    since="all",
    needs=("POST /sync",),
    says="Every further page is asked for exactly as the `next` link of the page before it says.",
    why="The form of page links is Clever's to change. Who builds them breaks on the day it does.",
    mend="Take the uri of rel=next as it is and put the host before it.",
    source="docs/paging-and-limits",
    refuted_by=("BuildsItsOwnPageAddresses",),
)
def links_are_followed_as_given(exam: Examination) -> str:
    sync(exam)
    asked = [e for e in reads(exam) if e.method == "GET" and e.status == 200 and e.path.count("/") == 2]
    turned, ignored = 0, 0
    for kind in dict.fromkeys(e.path for e in asked):
        pages = [e for e in asked if e.path == kind]
        ignored += exam.clever.link_after(exam.connection, kind, pages[-1].query) is not None
        for page, following in pairwise(pages):
            given = exam.clever.link_after(exam.connection, page.path, page.query)
            due = dict(parse_qsl(urlsplit(given).query, keep_blank_values=True)) if given else None
            if due is None or "starting_after" not in following.query:
                continue
            turned += 1
            if {key: str(value) for key, value in following.query.items()} != due:
                exam.evidence.show(page, following)
                raise Fail(
                    f"After {page.line()} the link said {given}; the app asked for {following.line()}.",
                    expected="The link, unchanged.",
                )
            exam.evidence.show(following)
    if not asked:
        raise Fail("The sync read no collection.", expected="Collections, page by page.")
    if not turned and ignored:
        raise Blocked("the app turns no page at all.", by="SYN-02")
    if not turned:
        raise NeedsReview(
            "Every collection fitted on one page, so following links was never seen.",
            next_step="Run against a larger district or with a smaller page size.",
        )
    return f"{turned} pages were turned, each by the link of the page before."


@adjacent(
    "ADJ-14",
    "A rotated token is noticed",
    programme="secure_sync",
    evidence="S",
    proof=("LOG",),
    since="all",
    needs=("POST /sync",),
    says="The district's token is asked for (GET /oauth/tokens), so that a new one is used when Clever "
    "rotates it.",
    why="Clever replaces a token that leaked within a day. An app that keeps the old one stops syncing, silently.",
    mend="Store the district id; ask GET /oauth/tokens?district=… with your client id and secret before each "
    "sync.",
    source="docs/onboarding",
    refuted_by=("KeepsTheFirstToken", "KeepsOldTokenAfterRotation"),
)
def a_rotated_token_is_survived(exam: Examination) -> str:
    good_sync(exam, "With the first token")
    exam.clever.rotate(exam.connection)
    since = exam.clever.mark()
    report = sync(exam)
    asked = reads(exam, since)
    exam.evidence.show(*[e for e in asked if e.status == 401][:2], *[e for e in asked if e.status == 200][:1])
    if not report.success or not any(e.status == 200 for e in asked):
        raise Fail(
            "After the district's token was rotated the sync "
            f"{'read nothing' if report.success else 'failed'}: "
            f"{'; '.join(report.problems[:2]) or 'no reason given'}.",
            expected="The app asks for the new token and syncs.",
        )
    if not (seen := _rotated_on_the_way(exam)):
        exam.evidence.note("No sync was caught in the middle, so what a rotation does there was not seen.")
    return f"The token was rotated, and the next sync used the new one{seen}."


def _rotated_on_the_way(exam: Examination) -> str:
    """Rotate while a sync waits for a moment of trouble to pass; what was seen, or "" for nothing."""
    for _ in range(MOST_LOOKS):
        since = exam.clever.mark()
        exam.clever.fault("/v3", status=503, method="GET", times=None)
        with ThreadPoolExecutor(max_workers=1) as pool:
            running = pool.submit(sync, exam)
            while not running.done() and not exam.clever.struck():
                wait([running], timeout=0.01)
            exam.clever.rotate(exam.connection)
            exam.clever.clear_faults()
            report = running.result()
        refused = [e for e in reads(exam, since) if e.status == 401]
        if refused and not report.success:
            exam.evidence.show(*refused[:2])
            raise Fail(
                "The token was rotated in the middle of a sync; the app kept the old one, and the sync failed: "
                f"{'; '.join(report.problems[:2]) or 'no reason given'}.",
                expected="After 401 the app asks GET /oauth/tokens once more, and goes on.",
            )
        if refused:
            return ", also when that happened in the middle of a sync"
    if not report.success:
        raise Blocked("the app does not ride out a moment of 503.", by="ADJ-12")
    return ""
