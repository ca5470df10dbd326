"""Whoever attends the run, at the terminal and at a page: the first of the two that answers counts."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from queue import SimpleQueue

from certification_suite.running.attended import Reply, Task
from certification_suite.running.attended_page import AttendedPage


class Attendant:
    """Asks one thing at a time. Lines come from the terminal, presses of a button from the page."""

    def __init__(self, say: Callable[[str], None], lines: Iterable[str]) -> None:
        self._say = say
        self._number = 0
        self._open: Task | None = None
        self._where = "The run begins."
        self._replies: SimpleQueue[tuple[int, Reply]] = SimpleQueue()
        self._page = AttendedPage(lambda: self._where, self._opened, self._answered)
        self.url = self._page.url
        threading.Thread(target=self._listen, args=(lines,), daemon=True).start()

    def now(self, where: str) -> None:
        """Tell the page which requirement is judged now."""
        self._where = where

    def asked(self, task: Task) -> Reply:
        """Ask, and wait for as long as it takes."""
        self._number, self._open = self._number + 1, task
        self._say(
            "\n".join(
                ("", f"  ► {task.about}. {self._where}", *(f"    {step}" for step in task.steps), _keys(task))
            )
        )
        try:
            while True:
                number, reply = self._replies.get()
                if number == self._number and reply.word in task.says:
                    return reply
        finally:
            self._open = None

    def close(self) -> None:
        self._page.close()

    def _opened(self) -> tuple[int, Task] | None:
        number, task = self._number, self._open
        return None if task is None else (number, task)

    def _answered(self, number: int, reply: Reply) -> None:
        self._replies.put((number, reply))

    def _listen(self, lines: Iterable[str]) -> None:
        """What is typed before anything is asked is no answer."""
        for line in lines:
            if (task := self._open) is not None:
                if (reply := typed(task, line.strip())) is None:
                    self._say(_keys(task))
                else:
                    self._answered(self._number, reply)


def typed(task: Task, line: str) -> Reply | None:
    """What a line of the terminal means: a number of the list, then words if any are wanted; Enter is 1."""
    chosen, _, text = line.partition(" ")
    if not line:
        return Reply(task.says[0])
    if chosen.isdecimal() and 1 <= int(chosen) <= len(task.says):
        return Reply(task.says[int(chosen) - 1], text.strip())
    return Reply(task.says[0], line) if task.wants else None


def _keys(task: Task) -> str:
    keys = [f"{number} {task.label(word)}" for number, word in enumerate(task.says, 1)]
    more = f" ({task.wants}: behind the number)" if task.wants else ""
    return f"    Enter: {task.label(task.says[0])}.  {'   '.join(keys)}{more}"


def attendant(say: Callable[[str], None]) -> Attendant:
    """The person at this terminal; the page is for those who would rather click."""
    found = Attendant(say, iter(sys.stdin.readline, ""))
    say(f"You are asked to do things in your app. Answer here, or at {found.url} with a browser.")
    return found
