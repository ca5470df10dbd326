"""One run from the description to the reports: start what is to be started, look, judge, keep the diary, tell."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from certification_suite.answering import attestations, intake, questionnaire
from certification_suite.answering.attestations import Attestation
from certification_suite.answering.combinations import submissions, warnings
from certification_suite.describing import preflight
from certification_suite.describing.config import AppUnderTest, ConfigurationError, load
from certification_suite.drivers.mock import MockClever
from certification_suite.reports import comparison, machine, terminal
from certification_suite.reports.files import write
from certification_suite.requirements import Requirement
from certification_suite.running import diary
from certification_suite.running.asked import Asked
from certification_suite.running.attendance import Attendant, attendant
from certification_suite.running.attended import ALL, DONE, SKIPPED, Person, Task
from certification_suite.running.fingerprints import fingerprints
from certification_suite.running.judging import Judging, apps
from certification_suite.running.runner import Result, exit_code
from certification_suite.running.surroundings import surroundings

FORM = "questionnaire"


def certify(asked: Asked, console: Console) -> int:
    """The exit code of a whole run.

    Raises ConfigurationError or CouldNotRun before anything is judged, and KeyboardInterrupt when somebody stops
    it; what was judged until then stands in the diary.
    """
    asked.refuse_conflicts()
    app = load(asked.description, mock_url=asked.mock_url)
    requirements, notes = asked.picked(app)
    answers: Mapping[str, Attestation] = attestations.load(_answers(asked))
    _make(asked.out)
    with _logs(asked) as logs, apps(asked, app, logs) as crew:
        looked = [preflight.check(one, patience=asked.patience) for one in crew]
        crew, notes = [one for one, _ in looked], [*notes, *looked[0][1]]
        clever = MockClever(crew[0].mock_url)
        _the_mock_is_as_asked(asked, clever)
        at, environment = datetime.now(UTC).isoformat(timespec="seconds"), surroundings(clever)
        marks = fingerprints(app, requirements, asked.manner)
        began, held = _held(asked, requirements, marks, at)
        left = [one for one in requirements if one.id not in {result.requirement.id for result in held}]
        notes = [*notes, *warnings(app.programmes), *_of_the_held(asked, held, left, began)]
        terminal.header(console, crew[0], notes)
        started = time.perf_counter()
        with _kept(asked, began, marks, held) as book:
            said = {result.requirement.id: result.verdict for result in held}
            fresh, answers = _judged(asked, console, crew, left, said, answers, book)
        seconds = time.perf_counter() - started
    order = {one.id: number for number, one in enumerate(requirements)}
    results = sorted([*held, *fresh], key=lambda result: order[result.requirement.id])
    document = machine.document(
        crew[0],
        results,
        at=at,
        replay=asked.replay,
        environment=environment,
        answers=answers,
        prefilled=questionnaire.answers(results, app),
        submissions=tuple(submissions(app.programmes)),
    )
    document["comparison"] = comparison.since(asked.out / "report.json", document) if asked.out else None
    terminal.summary(console, document)
    took(console, fresh, seconds, len(crew))
    if asked.out:
        form = intake.as_csv(intake.columns(app, results, answers)) if "secure_sync" in app.programmes else None
        write(asked.out, document, results, {"intake.csv": form} if form else {})
        where = f"The whole story, with evidence: {asked.out / 'report.html'}"
        console.print(where, highlight=False, soft_wrap=True)
    return exit_code(results)


def _judged(
    asked: Asked,
    console: Console,
    crew: Sequence[AppUnderTest],
    left: Iterable[Requirement],
    said: Mapping[str, str],
    answers: Mapping[str, Attestation],
    book: diary.Diary | None,
) -> tuple[list[Result], Mapping[str, Attestation]]:
    """What the machine can see, then what only a person can say; and the answers, with those given meanwhile."""
    seen, questions = [one for one in left if one.check], [one for one in left if not one.check]
    with _attended(asked, console) as person, closing(Judging(asked, crew, person)) as judging:
        fresh = told(console, book, judging.results(seen, said, answers))
        if asked.fail_fast and any(result.failed for result in fresh):
            return fresh, answers
        if person is not None:
            answers = ask(person, questions, answers, _answers(asked))
        fresh += told(console, book, judging.results(questions, said, answers))
    if book is not None:
        book.end()
    return fresh, answers


@contextmanager
def _logs(asked: Asked) -> Iterator[Path]:
    """Where the apps that the harness starts say what they say."""
    if asked.out:
        yield asked.out
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@contextmanager
def _kept(
    asked: Asked, began: str, marks: Mapping[str, str], held: Iterable[Result]
) -> Iterator[diary.Diary | None]:
    if asked.out is None:
        yield None
        return
    with closing(diary.Diary(asked.out / diary.NAME, began, marks, held)) as book:
        yield book


@contextmanager
def _attended(asked: Asked, console: Console) -> Iterator[Attendant | None]:
    if not asked.attended:
        yield None
        return
    with closing(
        attendant(lambda line: console.print(line, markup=False, highlight=False, soft_wrap=True))
    ) as person:
        yield person


def _answers(asked: Asked) -> Path:
    return asked.attestations or attestations.beside(asked.description)


def _make(out: Path | None) -> None:
    if out is None:
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / diary.NAME).open("a", encoding="utf-8").close()
    except OSError as error:
        raise ConfigurationError(f"--out {out}: nothing can be written there: {error.strerror}.") from None


def _the_mock_is_as_asked(asked: Asked, clever: MockClever) -> None:
    """What the command says of the mock must be so, or the replay lines of the report would lie."""
    serves, settings = clever.health().get("preset"), clever.get("/_mock/settings")
    if asked.preset is not None and clever.first_district() and serves != asked.preset and "/w/" not in clever.url:
        raise ConfigurationError(
            f"--preset {asked.preset}: the mock at {clever.url} serves {serves}. Start it with "
            f"`mock-clever serve --preset {asked.preset}`, or leave --mock out and let it be started."
        )
    if asked.variation is not None and settings.get("variation") != asked.variation:
        raise ConfigurationError(
            f"--variation {asked.variation}: the mock at {clever.url} varies by {settings.get('variation')}. "
            f"Start it with `mock-clever serve --variation {asked.variation}`, or leave --mock out."
        )


def _held(
    asked: Asked, requirements: list[Requirement], marks: Mapping[str, str], at: str
) -> tuple[str, list[Result]]:
    """When the run began, and what need not be judged again."""
    if asked.out is None or not (asked.resume or asked.changed):
        return at, []
    path = asked.out / diary.NAME
    earlier = diary.read(path, requirements)
    if asked.changed:
        return at, earlier.carried(marks) if earlier else []
    if earlier is None:
        raise ConfigurationError(f"--resume: {path} holds no run to go on with. Run without --resume.")
    if earlier.ended:
        raise ConfigurationError(
            f"--resume: the run of {earlier.began} ended; there is nothing to go on with. Run without --resume, "
            "or with --changed to judge again what did not pass."
        )
    return earlier.began, earlier.resumed(marks)


def _of_the_held(asked: Asked, held: list[Result], left: list[Requirement], began: str) -> list[str]:
    if not (asked.resume or asked.changed):
        return []
    from_ = f"the run of {began}" if asked.resume else "earlier runs"
    now = sum(one.check is not None for one in left)
    return [f"Verdicts taken from {from_}: {len(held)}. Judged now: {now}."]


def told(console: Console, book: diary.Diary | None, judged: Generator[Result]) -> list[Result]:
    """Keep each verdict as it falls, and print it. Questions of the form come in the summary."""
    results: list[Result] = []
    with closing(judged):
        for result in judged:
            if book is not None:
                book.write(result)
            if result.requirement.level != FORM:
                terminal.line(console, result)
            results.append(result)
    return results


def ask(
    person: Person, questions: Iterable[Requirement], answers: Mapping[str, Attestation], path: Path
) -> Mapping[str, Attestation]:
    """Ask what nobody answered yet; each answer is saved at once. An answer without words answers nothing."""
    answers = dict(answers)
    person.now("Questions that no machine can answer")
    for question in questions:
        if question.id not in answers:
            reply = person.asked(of_the_form(question))
            if reply.word == ALL:
                break
            if reply.word == DONE and reply.text:
                answers[question.id] = Attestation(reply.text, on=datetime.now(UTC).date())
                attestations.save(path, answers)
    return answers


def of_the_form(question: Requirement) -> Task:
    """A question as it is put to a person."""
    steps, buttons = (question.says, question.why), ((DONE, "Keep this answer"),)
    return Task(f"{question.id} {question.title}", steps, (DONE, SKIPPED, ALL), "Your answer", buttons)


def took(console: Console, fresh: list[Result], seconds: float, workers: int) -> None:
    """How long it took, and how much work that was."""
    judged, work = sum(one.requirement.check is not None for one in fresh), sum(one.seconds for one in fresh)
    by = f" by {workers} workers, who were busy for {work:.0f} s together" if workers > 1 else ""
    console.print(f"\nJudged {judged} in {seconds:.0f} s{by}.", style="dim", highlight=False)
