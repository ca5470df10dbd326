"""The only place of the vendor app that knows the time and can wait."""

import time
from datetime import UTC, datetime, timedelta

LEAST_PATIENCE = 10.0
"""At most so many times shorter is an answer waited for."""


class Clock:
    """The real clock; tests hand in one they can move. It waits `hurry` times shorter than it is told."""

    def __init__(self, hurry: float = 1.0) -> None:
        self._hurry = hurry

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / self._hurry)

    def patience(self, seconds: float) -> float:
        """How long to wait for an answer that may take so long: in a hurry too, a machine needs its time."""
        return seconds / min(self._hurry, LEAST_PATIENCE)


def written(moment: datetime) -> str:
    """A moment as the database keeps it: UTC, sortable as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def age(text: str | None, now: datetime) -> timedelta | None:
    """How long ago a written moment was; None for never."""
    return None if text is None else now - read(text)
