"""Runs checks one by one, each from a fresh start, and turns whatever happens into a verdict."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from certification_suite.answering.attestations import Attestation, next_step, told
from certification_suite.causes import cause
from certification_suite.describing.config import AppUnderTest
from certification_suite.drivers.browser import TIMEOUT, Silence
from certification_suite.drivers.chromium import Chromium
from certification_suite.drivers.mock import MockClever, shortened
from certification_suite.drivers.probe import Probe, transport
from certification_suite.evidence import Evidence
from certification_suite.examination import Examination
from certification_suite.requirements import Requirement
from certification_suite.running.attended import ByHand, Person
from certification_suite.verdicts import PASS, Attest, CouldNotRun, Fail, NoBrowser, NotApplicable, Verdict

MOST_EXCHANGES = 3
LARGE = 5000
"""Of a district of more people than that one school is looked at: all of them show no more of the app."""
MOST_PAGES = 8
MOST_SILENCES = 2
NOTHING_SAID: Mapping[str, str] = MappingProxyType({})
NO_ANSWERS: Mapping[str, Attestation] = MappingProxyType({})


@dataclass(frozen=True)
class Result:
    """One requirement's verdict, and everything a reader needs to judge it."""

    requirement: Requirement
    verdict: str
    observed: str
    expected: str
    next_step: str
    evidence: Evidence
    seconds: float
    silence: Silence | None = None
    """Where the app did not answer, when that ended the check."""

    excused: bool = False
    """Whether it could not run only because this machine has no real browser."""

    cause: str = ""
    """What tells this finding from others of the same requirement (causes.py)."""

    carried: str | None = None
    """The time of the earlier run this verdict was taken over from; none where this run judged it."""

    @property
    def failed(self) -> bool:
        return self.verdict == Fail.word


def run(
    app: AppUnderTest,
    requirements: Iterable[Requirement],
    *,
    clock: Callable[[], float],
    pause: Callable[[float], None],
    fail_fast: bool = False,
    patience: float = TIMEOUT,
    chromium: Chromium | None = None,
    hurry: float = 1.0,
    said: Mapping[str, str] = NOTHING_SAID,
    person: Person | None = None,
    answers: Mapping[str, Attestation] = NO_ANSWERS,
) -> Generator[Result]:
    """The results, one as soon as it is known. An app that is silent twice in a row is not asked a third time.

    The browser is started once, when the first check asks for it; whoever hands it in closes it. `said` are
    verdicts that stand already, for the roll-ups; `person` does in the app what no probe does; `answers` are those
    to what no machine can see.
    """
    chromium = chromium or Chromium(None, why_not="This run uses none.")
    silent: list[Result] = []
    said = dict(said)
    for requirement in requirements:
        given_up = _given_up(silent) if len(silent) == MOST_SILENCES else None
        result = examine(
            app,
            requirement,
            clock=clock,
            pause=pause,
            patience=patience,
            given_up=given_up,
            chromium=chromium,
            hurry=hurry,
            said=said,
            person=person,
            answers=answers,
        )
        said[requirement.id] = result.verdict
        yield result
        if not given_up and _was_asked(result):
            silent = [*silent, result] if result.silence else []
        if fail_fast and result.failed:
            return


def _was_asked(result: Result) -> bool:
    return result.verdict not in (Attest.word, NotApplicable.word)


def _given_up(silent: list[Result]) -> CouldNotRun:
    """What is said of every requirement after the app was silent too often."""
    where = ", then ".join(f"{result.silence} ({result.requirement.id})" for result in silent)
    return CouldNotRun(
        f"Not judged: the app did not answer twice in a row: {where}.",
        next_step="Find out why the app does not answer there, start it again, and judge this again.",
    )


def examine(
    app: AppUnderTest,
    requirement: Requirement,
    *,
    clock: Callable[[], float],
    pause: Callable[[float], None],
    patience: float = TIMEOUT,
    given_up: CouldNotRun | None = None,
    chromium: Chromium | None = None,
    hurry: float = 1.0,
    said: Mapping[str, str] = NOTHING_SAID,
    person: Person | None = None,
    answers: Mapping[str, Attestation] = NO_ANSWERS,
) -> Result:
    """Judge one requirement, on a mock and an app that remember nothing; `given_up` says why not to ask.

    `said` are the verdicts of the same run so far, which a roll-up sums up.
    """
    app = app.as_in(requirement.programme)
    if person is not None:
        person.now(f"{requirement.id} {requirement.title}")
    clever = MockClever(app.mock_url)
    exam = Examination(app, clever, _probe(app, clever, pause, person), patience)
    exam.chromium, exam.hurry, exam.said = chromium or exam.chromium, hurry, said
    started = clock()
    try:
        observed, verdict, outcome = _judge(exam, requirement, given_up, answers), PASS, None
    except Verdict as ended:
        observed, verdict, outcome = ended.observed, ended.word, ended
    _complete(exam)
    exam.leave()
    return Result(
        requirement,
        verdict,
        observed,
        (outcome.expected if outcome else None) or requirement.says,
        _next_step(requirement, outcome),
        exam.evidence,
        clock() - started,
        _silence(outcome),
        excused=isinstance(outcome, NoBrowser),
        cause=cause(outcome) if outcome else "",
    )


def _probe(app: AppUnderTest, clever: MockClever, pause: Callable[[float], None], person: Person | None) -> Probe:
    if person is None:
        return Probe(transport(app), pause=pause)
    return ByHand(transport(app), pause=pause, person=person, clever=clever)


def _silence(outcome: Verdict | None) -> Silence | None:
    """The time-out or refusal that a check ended in; a dropped connection is one bad answer among others."""
    cause = outcome.__cause__ if outcome else None
    return cause if isinstance(cause, Silence) and cause.kind != "dropped" else None


def _judge(
    exam: Examination,
    requirement: Requirement,
    given_up: CouldNotRun | None,
    answers: Mapping[str, Attestation],
) -> str:
    """Run the check; every surprise becomes a verdict here, and only the app's own become fails."""
    if why := exam.app.not_applicable.get(requirement.id):
        raise NotApplicable(why)
    if requirement.check is None:
        raise Attest(told(requirement, answers), next_step=next_step(requirement, answers))
    if given_up:
        raise given_up
    reached = False
    try:
        if cut := exam.clever.reset(None if exam.app.whole_district else LARGE):
            exam.evidence.note(cut)
        exam.probe.reset()
        exam.mark = exam.clever.mark()
        exam.browser().open(exam.app.url(exam.app.login_page), until=lambda url: True)
        reached = True
        return requirement.check(exam)
    except Silence as silence:
        if silence.kind == "refused" and not reached:
            raise CouldNotRun(
                f"The app does not run any more: {silence}.", next_step="Start it again and repeat this check."
            ) from silence
        raise Fail(f"The app gave no answer: {silence}.", expected="An answer.") from silence
    except Verdict:
        raise
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        raise CouldNotRun(
            f"The check itself broke: {type(error).__name__}: {error} ({where.name}, line {where.lineno}).",
            next_step="This is a fault of the suite, not of your app. Please report it with this line.",
        ) from error


def _complete(exam: Examination) -> None:
    """Let every verdict show two or three exchanges, also when the check kept none, and what the probe said."""
    evidence = exam.evidence
    try:
        if not evidence.exchanges and exam.mark:
            evidence.show(*exam.exchanges("oauth", "identity", "data")[-MOST_EXCHANGES:])
        if exam.mark:
            evidence.injected += shortened(exam.clever.events(exam.mark))
    except CouldNotRun:
        pass
    if len(evidence.exchanges) > MOST_EXCHANGES:
        evidence.exchanges[:] = evidence.exchanges[: MOST_EXCHANGES - 1] + evidence.exchanges[-1:]
    evidence.pages[:] = evidence.pages[-MOST_PAGES:]
    evidence.pictures[:] = evidence.pictures[-MOST_PAGES:]
    evidence.probe += [line for line in exam.probe.answers[-MOST_EXCHANGES:] if not line.startswith("POST /reset")]


def _next_step(requirement: Requirement, outcome: Verdict | None) -> str:
    if outcome is None:
        return ""
    if outcome.next_step is not None:
        return outcome.next_step
    return requirement.mend if isinstance(outcome, Fail) else "Look at it yourself, or show it to the reviewer."


def exit_code(results: Iterable[Result]) -> int:
    """0 when nothing decisive failed, 1 when something did, 3 when the harness could not judge.

    That a machine has no browser is told with the verdicts and is no error.
    """
    kept = list(results)
    if any(result.failed and result.requirement.decides for result in kept):
        return 1
    return 3 if any(result.verdict == CouldNotRun.word and not result.excused for result in kept) else 0
