"""Several workers judge at once, each with an instance of the app and a world of the mock that no other touches.

What is to be judged is dealt from one pile; what sums up the rest comes when the rest is there.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import urlsplit

from certification_suite.describing.config import AppUnderTest, ConfigurationError
from certification_suite.drivers.mock import MockClever
from certification_suite.requirements import Requirement
from certification_suite.running.programs import free_port, started
from certification_suite.running.runner import Result
from certification_suite.running.worlds import environment, welcome, world

Judge = Callable[[AppUnderTest, Iterable[Requirement], Mapping[str, str]], Generator[Result]]
"""Judges requirements one by one, given the verdicts that stand already."""


@contextmanager
def instance(app: AppUnderTest, name: str, *, log: Path, preset: str | None = None) -> Iterator[AppUnderTest]:
    """The app, started by the harness on a free port, in a world of its own."""
    assert app.start is not None, "somebody asked whether the file says how to start it"
    with world(MockClever(app.mock_url), name, preset=preset) as own:
        port = free_port()
        moved = at_port(app, port, own.url)
        welcome(own, moved)
        folder = app.places.folder if app.places else Path()
        with started(app.start, port, environment(own), log=log, folder=folder):
            yield moved


def at_port(app: AppUnderTest, port: int, mock_url: str) -> AppUnderTest:
    """The same app at another port. Raises ConfigurationError where part of it cannot move."""
    parts = urlsplit(app.base_url)
    moved = app.moved(base_url=parts._replace(netloc=f"{parts.hostname}:{port}").geturl(), mock_url=mock_url)
    if parts.hostname not in ("127.0.0.1", "localhost"):
        raise ConfigurationError(
            f"start: base_url is {app.base_url}; an app that is started here is at http://127.0.0.1."
        )
    for key, before, after in (
        ("redirect_uri", app.redirect_uri, moved.redirect_uri),
        ("[library] redirect_uri", app.library.redirect_uri, moved.library.redirect_uri),
    ):
        if before is not None and before == after:
            raise ConfigurationError(
                f"{key} is {before}, and base_url is {app.base_url}. An app that the harness starts gets a port "
                "of its own, and Clever must send people there: let both begin with the same address."
            )
    return moved


def world_name(number: int) -> str:
    """No other run's world has this name."""
    return f"certify-{os.getpid()}-{number}"


class Dealer:
    """Deals requirements to workers from one pile, and hands on the results as they fall."""

    def __init__(self, apps: Sequence[AppUnderTest], judges: Sequence[Judge]) -> None:
        self._crew = list(zip(apps, judges, strict=True))

    def judge(
        self, requirements: Iterable[Requirement], said: Mapping[str, str], *, fail_fast: bool = False
    ) -> Generator[Result]:
        """All of them; roll-ups, and what a person answers, last.

        Whoever stops listening stops the workers after what they have in hand.
        """
        listed = list(requirements)
        pile = deque(one for one in listed if one.check and not one.sums)
        known = dict(said)
        with closing(self._dealt(pile)) as dealt:
            for result in dealt:
                known[result.requirement.id] = result.verdict
                yield result
                if fail_fast and result.failed:
                    return
        app, judge = self._crew[0]
        yield from judge(app, [one for one in listed if one.sums or not one.check], known)

    def _dealt(self, pile: deque[Requirement]) -> Generator[Result]:
        told: SimpleQueue[Result | BaseException | None] = SimpleQueue()
        threads = [
            threading.Thread(target=_work, args=(app, judge, pile, told), name=f"worker {number}", daemon=True)
            for number, (app, judge) in enumerate(self._crew, 1)
        ]
        for thread in threads:
            thread.start()
        try:
            working = len(threads)
            while working:
                match told.get():
                    case None:
                        working -= 1
                    case BaseException() as trouble:
                        raise trouble
                    case Result() as result:
                        yield result
        finally:
            pile.clear()


def _work(
    app: AppUnderTest, judge: Judge, pile: deque[Requirement], told: SimpleQueue[Result | BaseException | None]
) -> None:
    """What one worker does: take the next, judge it, tell the result; until the pile is empty."""
    try:
        for result in judge(app, _taken(pile), {}):
            told.put(result)
    except BaseException as trouble:  # told to whoever listens; a thread has nobody else
        told.put(trouble)
    told.put(None)


def _taken(pile: deque[Requirement]) -> Iterator[Requirement]:
    while pile:
        try:
            yield pile.popleft()
        except IndexError:
            return
