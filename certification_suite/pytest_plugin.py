"""The certification as plain pytest: a test for each requirement, its programme, level and class as markers.

`pytest --pyargs certification_suite --app certification.toml` (test_certification.py holds the test itself).
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from certification_suite.answering import attestations
from certification_suite.catalogue import PROGRAMMES, chosen
from certification_suite.describing import preflight
from certification_suite.describing.config import AppUnderTest, ConfigurationError, load
from certification_suite.drivers.browser import TIMEOUT
from certification_suite.requirements import EVIDENCE, LEVELS, Requirement
from certification_suite.running.asked import Asked
from certification_suite.running.judging import Judging, apps
from certification_suite.running.mock_process import mock_of_its_own
from certification_suite.running.runner import Result
from certification_suite.verdicts import CouldNotRun

DESCRIBED = pytest.StashKey[AppUnderTest]()
ASKED = pytest.StashKey[Asked]()
NOWHERE = "http://mock.invalid"
"""Stands for the mock in a description until one is started for the run."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("Clever certification")
    group.addoption("--app", type=Path, default=Path("certification.toml"), help="the description of the app")
    group.addoption("--mock", metavar="URL", help="where the mock runs; left out, one is started for the run")
    group.addoption(
        "--certify-running", action="store_true", help="judge the app at base_url, though `start` is there"
    )
    group.addoption("--certify-patience", type=float, default=TIMEOUT, help="seconds to wait for each answer")
    group.addoption("--certify-hurry", type=float, default=1.0, help="how many times shorter the app waits")
    group.addoption("--certify-browser", metavar="PATH|none", help="a Chromium, or none")


def pytest_configure(config: pytest.Config) -> None:
    """Read the description once; what is wrong with it, or with the options, ends the run before it begins."""
    meanings = {name: f"part of {title}" for name, title in PROGRAMMES.items()} | LEVELS
    meanings |= {f"class_{letter}": meaning for letter, meaning in EVIDENCE.items()}
    for name, meaning in meanings.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    option = config.getoption
    asked = Asked(
        description=option("--app"),
        mock_url=option("--mock"),
        running=option("--certify-running"),
        patience=option("--certify-patience"),
        hurry=option("--certify-hurry"),
        browser=option("--certify-browser"),
    )
    try:
        asked.refuse_conflicts()
        app = load(asked.description, mock_url=asked.mock_url or _named(asked.description))
        started = asked.begins(app)
    except ConfigurationError as error:
        raise pytest.UsageError(f"Configuration: {error}") from None
    if (option("numprocesses", None) or 0) > 1 and not started:
        raise pytest.UsageError(
            "Configuration: -n wants an instance of your app for each worker, and the description does not say "
            "how to start one. Add start to [app] (docs/certification.md, Runs), or leave -n out."
        )
    config.stash[ASKED], config.stash[DESCRIBED] = asked, app


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each requirement of the app's programmes."""
    if "requirement" in metafunc.fixturenames:
        found = chosen(metafunc.config.stash[DESCRIBED])
        metafunc.parametrize("requirement", [pytest.param(one, id=one.id, marks=_marks(one)) for one in found])


def _marks(one: Requirement) -> list[pytest.MarkDecorator]:
    return [getattr(pytest.mark, name) for name in (one.programme, one.level, f"class_{one.evidence}")]


def _named(description: Path) -> str | None:
    """Something to read a description by that names no mock: one is started for the run."""
    try:
        load(description)
    except ConfigurationError as error:
        return NOWHERE if "--mock" in str(error) else None
    return None


class Bench:
    """The app under test and everything that judges it, for one process of pytest."""

    def __init__(self, asked: Asked, app: AppUnderTest, stack: ExitStack) -> None:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if app.mock_url == NOWHERE:
            app = stack.enter_context(mock_of_its_own(app, asked.begins(app)))
        (seen,) = stack.enter_context(apps(asked, app, logs))
        self.app, self.notes = preflight.check(seen, patience=asked.patience)
        self.judged: set[str] = set()
        self._next: deque[Requirement] = deque()
        judging = stack.enter_context(closing(Judging(asked, [self.app])))
        answers = attestations.load(attestations.beside(asked.description))
        self._results = stack.enter_context(closing(judging.results(self._asked(), {}, answers)))

    def judge(self, requirement: Requirement) -> Result:
        """One requirement now; roll-ups know of those before it."""
        self._next.append(requirement)
        self.judged.add(requirement.id)
        return next(self._results)

    def _asked(self) -> Iterator[Requirement]:
        while self._next:
            yield self._next.popleft()


@pytest.fixture(scope="session")
def bench(request: pytest.FixtureRequest) -> Generator[Bench]:
    """Everything is set up, or the run ends and says whose fault that is."""
    stash = request.config.stash
    with ExitStack() as stack:
        try:
            found = Bench(stash[ASKED], stash[DESCRIBED], stack)
        except ConfigurationError as error:
            pytest.exit(f"Configuration: {error}", returncode=2)
        except CouldNotRun as trouble:
            pytest.exit(f"Harness: {trouble.observed}", returncode=3)
        yield found


@pytest.fixture
def result(bench: Bench, requirement: Requirement, request: pytest.FixtureRequest) -> Result:
    """The verdict, told in JUnit's properties too."""
    properties = request.node.user_properties
    properties += [("requirement", requirement.id), ("source", f"https://dev.clever.com/{requirement.source}")]
    found = judged(bench, requirement)
    properties.append(("verdict", found.verdict))
    return found


def judged(bench: Bench, requirement: Requirement) -> Result:
    """The verdict. That the harness could not reach one is an error of the set-up, and no fail of the app."""
    if missing := [id_ for id_ in requirement.sums if id_ not in bench.judged]:
        pytest.skip(f"sums up {', '.join(missing)}, which this run (or this worker) does not judge")
    found = bench.judge(requirement)
    if found.verdict == CouldNotRun.word and not found.excused:
        pytest.fail(f"Harness: {found.observed} {found.next_step}".rstrip(), pytrace=False)
    return found
