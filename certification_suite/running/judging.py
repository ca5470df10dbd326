"""Who judges in a run: one worker with the app that runs, or several, each with an app, a world and a browser."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from certification_suite.answering.attestations import Attestation
from certification_suite.describing.config import AppUnderTest
from certification_suite.drivers.chromium import NONE, Chromium, installed
from certification_suite.requirements import Requirement
from certification_suite.running.asked import Asked
from certification_suite.running.attended import Person
from certification_suite.running.runner import Result, run
from certification_suite.running.workers import Dealer, instance, world_name


@contextmanager
def apps(asked: Asked, app: AppUnderTest, logs: Path) -> Iterator[list[AppUnderTest]]:
    """The app under test as each worker sees it; those that the harness starts are ended, whatever happens."""
    if not asked.begins(app):
        yield [app]
        return
    with ExitStack() as stack:
        started = [
            instance(app, world_name(number), log=logs / f"app-{number}.log", preset=asked.preset)
            for number in range(1, asked.workers + 1)
        ]
        with ThreadPoolExecutor() as together:
            standing = list(together.map(stack.enter_context, started))
        yield standing


class Judging:
    """The workers of a run."""

    def __init__(self, asked: Asked, apps: Sequence[AppUnderTest], person: Person | None = None) -> None:
        why_not = "--browser none leaves it out." if asked.browser == NONE else ""
        self._asked, self._apps, self._person = asked, apps, person
        self._screens = [
            Chromium(installed(asked.browser), why_not=why_not, patience=asked.patience) for _ in apps
        ]

    def results(
        self, requirements: Iterable[Requirement], said: Mapping[str, str], answers: Mapping[str, Attestation]
    ) -> Generator[Result]:
        """The results as they fall; several workers finish in any order."""
        judges = [partial(self._judge, screen, answers) for screen in self._screens]
        if len(self._apps) == 1:
            return judges[0](self._apps[0], requirements, said)
        return Dealer(self._apps, judges).judge(requirements, said, fail_fast=self._asked.fail_fast)

    def close(self) -> None:
        for screen in self._screens:
            screen.close()

    def _judge(
        self,
        screen: Chromium,
        answers: Mapping[str, Attestation],
        app: AppUnderTest,
        requirements: Iterable[Requirement],
        said: Mapping[str, str],
    ) -> Generator[Result]:
        return run(
            app,
            requirements,
            clock=time.perf_counter,
            pause=time.sleep,
            fail_fast=self._asked.fail_fast,
            patience=self._asked.patience,
            chromium=screen,
            hurry=self._asked.hurry,
            said=said,
            person=self._person,
            answers=answers,
        )
