"""What a teacher typed about an assignment or a score, and what is wrong with it."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from vendor_app.coursework import MOST_POINTS, SCORE_STATES, Assignment, Score, moment
from vendor_app.records import text

LONGEST_TITLE, LONGEST_TEXT = 200, 4000
FIELDS = ("title", "description", "due_date", "points", "url")
WRONG = {
    "title": f"Give it a title of at most {LONGEST_TITLE} letters.",
    "description": f"Say what is to be done, in at most {LONGEST_TEXT} letters.",
    "due_date": "Choose a moment in the future.",
    "points": f"Give a number above 0 and at most {MOST_POINTS:,}.",
    "url": "Give the whole address of a page, from http on, or nothing.",
}


def assignment_fields(form: Mapping[str, str], may_be_due: Callable[[datetime], bool]) -> dict[str, Any]:
    """An assignment as it was typed; None where that cannot be."""
    typed = {name: text(form.get(name)) for name in FIELDS}
    fits = {
        "title": 0 < len(typed["title"]) <= LONGEST_TITLE,
        "description": 0 < len(typed["description"]) <= LONGEST_TEXT,
        "due_date": due_fits(typed["due_date"], may_be_due),
        "points": (number(typed["points"]) or 0) > 0,
        "url": typed["url"] == "" or is_address(typed["url"]),
    }
    told = typed | {"points": number(typed["points"])}
    return {name: told[name] if fits[name] else None for name in FIELDS}


def typed_before(one: Assignment) -> dict[str, str]:
    """An assignment as its form shows it."""
    due = one.due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
    return {name: str(getattr(one, name)) for name in FIELDS} | {"due_date": due}


def score_fields(form: Mapping[str, str], user: str) -> dict[str, Any]:
    """What was typed for one student. Points that are no number count as none."""
    state = text(form.get(f"state-{user}"))
    return {
        "points": number(text(form.get(f"points-{user}"))),
        "comment": text(form.get(f"comment-{user}"))[:LONGEST_TEXT],
        "state": state if state in SCORE_STATES else "",
    }


def differ(before: Score | None, told: dict[str, Any]) -> bool:
    """Whether what was typed is news."""
    had = (
        {name: getattr(before, name) for name in told} if before else {"points": None, "comment": "", "state": ""}
    )
    return had != told


def number(typed: str) -> float | None:
    """A number from 0 on, with a comma or a point; None for anything else."""
    try:
        found = float(typed.replace(",", "."))
    except ValueError:
        return None
    return found if 0 <= found <= MOST_POINTS else None


def due_fits(typed: str, may_be_due: Callable[[datetime], bool]) -> bool:
    try:
        return may_be_due(moment(typed))
    except ValueError:
        return False


def is_address(typed: str) -> bool:
    try:
        parts = urlsplit(typed)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and len(typed) <= LONGEST_TEXT
