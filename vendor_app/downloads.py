"""The history as CSV: RFC 4180, and safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from vendor_app.history import Run
from vendor_app.store import COUNTS

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
PROBLEM = ("kind", "clever_id", "sis_id", "field", "reason")
RUN = ("id", "started_at", "finished_at", "duration", "started_by", "method", "status", *COUNTS, "note")


def problems_csv(problems: Iterable[dict[str, str]]) -> str:
    """One row per record that could not be taken in."""
    return written(PROBLEM, ([one[name] for name in PROBLEM] for one in problems))


def runs_csv(runs: Iterable[Run]) -> str:
    """One row per sync; `duration` in seconds."""
    return written(RUN, ([run.counts[n] if n in COUNTS else getattr(run, n) for n in RUN] for run in runs))


def written(head: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """CRLF at each end, quotes where needed, one header line."""
    page = StringIO()
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([harmless(value) for value in row] for row in rows)
    return page.getvalue()


def harmless(value: object) -> str:
    """A cell that no spreadsheet runs: text that begins like a formula gets an apostrophe in front."""
    text = "" if value is None else str(value)
    first = text.lstrip(" ")
    return f"'{text}" if isinstance(value, str) and first.startswith(STARTS_A_FORMULA) else text
