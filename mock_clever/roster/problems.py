"""What is wrong with a roster: every problem by file, line and column, in one report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

MOST = 100
"""So many problems are written out; the rest are counted."""

MOST_ALIKE = 25
"""So many of them may be of one kind in one column, so that one bad column does not hide another."""


class Problem(Struct, frozen=True):
    """One thing wrong at one place, and what to do about it. Lines count from 1, the header's."""

    file: str
    line: int | None
    column: str | None
    message: str
    remedy: str

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        column = f"{self.column}: " if self.column else ""
        return f"{place}: {column}{self.message}. {self.remedy}."


class RosterError(ValueError):
    """A roster that cannot be loaded, and everything that is wrong with it. Nothing of it was loaded.

    `more` counts the problems beyond those in `problems`; `warnings` would not have stopped it alone.
    """

    def __init__(self, problems: Sequence[Problem], more: int = 0, warnings: Sequence[Problem] = ()) -> None:
        super().__init__(problems, more, warnings)
        self.problems, self.more, self.warnings = tuple(problems), more, tuple(warnings)

    def __str__(self) -> str:
        count = len(self.problems) + self.more
        said = "1 problem" if count == 1 else f"{count:,} problems"
        lines = [f"The roster has {said}; nothing was loaded.", *map(str, self.problems)]
        return "\n  ".join([*lines, f"and {self.more:,} more"] if self.more else lines)


class Report:
    """Collects problems, so many and no more."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.more = 0
        self._alike: Counter[tuple[str, str | None, str]] = Counter()

    def __call__(self, file: str, line: int | None, column: str | None, message: str, remedy: str) -> None:
        """Note one problem."""
        kind = (file, column, remedy)
        self._alike[kind] += 1
        if len(self.problems) < MOST and self._alike[kind] <= MOST_ALIKE:
            self.problems.append(Problem(file, line, column, message, remedy))
        else:
            self.more += 1
