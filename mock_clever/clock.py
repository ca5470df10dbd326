"""The one clock: everything that lives or expires asks it, and tests move it.

Times inside the mock are seconds since 1970 as a float; on the wire they are `YYYY-MM-DDTHH:MM:SS.sssZ`
(docs/data-model). A clock is real time plus an offset, or stands still when frozen.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

_DURATION = re.compile(
    r"P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
_SECONDS = {"weeks": 604800, "days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}


def iso(seconds: float) -> str:
    """A moment as Clever writes it: UTC, three digits of milliseconds."""
    moment = datetime.fromtimestamp(round(seconds, 3), UTC)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def moment(text: str) -> float:
    """The seconds of an ISO 8601 date or timestamp. Raises ValueError when it is neither."""
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def duration(value: object) -> float:
    """Seconds of a number or an ISO 8601 duration such as `PT61S` or `P1D`. Raises ValueError otherwise."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        raise ValueError(f"{value!r} is not a duration: send seconds or ISO 8601 such as PT61S or P1D")
    return float(sum(int(n) * _SECONDS[unit] for unit, n in match.groupdict().items() if n))


def stopwatch() -> float:
    """A reading of the machine's monotonic timer, for measuring how long an answer took."""
    return time.perf_counter()


def stand_still(seconds: float) -> None:
    """Let so many real seconds pass, whatever a world's clock does: for clients whose patience is real."""
    time.sleep(seconds)


class Clock:
    """The time of one world. Only this class reads the machine's clock."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._stopped: float | None = None

    @property
    def frozen(self) -> bool:
        return self._stopped is not None

    def now(self) -> float:
        """Seconds since 1970 in this world."""
        return time.time() + self._offset if self._stopped is None else self._stopped

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds; a frozen clock moves too and stays frozen."""
        self.set(self.now() + seconds)

    def set(self, seconds: float) -> None:
        """Make it this moment now."""
        iso(seconds)  # refuses years no timestamp can hold
        if self._stopped is None:
            self._offset = seconds - time.time()
        else:
            self._stopped = seconds

    def freeze(self, frozen: bool) -> None:
        """Stop the clock where it stands, or let it run on from there."""
        now = self.now()
        self._stopped = now if frozen else None
        self.set(now)
