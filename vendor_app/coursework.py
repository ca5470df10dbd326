"""The assignments and scores of this app, and what is known of each in the school's LMS.

There is no list of assignments at Clever (docs/api-reference), so what stands here is all we will ever know: an id
is written the moment it is told, and that a new assignment is on its way is written before it goes.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from sqlite3 import Row
from typing import Any

from vendor_app.clock import Clock, written
from vendor_app.records import Told
from vendor_app.store import Store

SCORE_STATES = ("created", "submitted", "returned", "reclaimed")
"""What a student's work can be in an LMS (docs/api-reference)."""
MOST_POINTS = 1_000_000

INTERRUPTED = "The app was stopped while this was on its way. Send it again."
MAY_BE_THERE = (
    "No answer came, so it may be in the LMS already. Look there first: sending again makes a second one if it is."
)
ON_STARTING = (
    ("assignments", "unknown", MAY_BE_THERE, "status = 'sending' AND lms_id IS NULL"),
    ("assignments", "waiting", INTERRUPTED, "status = 'sending'"),
    ("scores", "waiting", INTERRUPTED, "status = 'sending'"),
)
"""What becomes of what was on its way when the app was stopped: a repetition harms all but a new assignment."""


@dataclass(frozen=True)
class Assignment:
    """One assignment. `lms_id` is the id Clever gave, `sent` what the LMS has of it as far as we know."""

    id: int
    section: str
    title: str
    description: str
    due_date: str
    points: float
    url: str
    status: str
    problem: str
    lms: str
    lms_id: str | None
    lms_due: str
    lms_state: str
    sent: Told

    @property
    def due(self) -> datetime:
        return moment(self.due_date)


@dataclass(frozen=True)
class Score:
    """What one student, by Clever id, has of an assignment. `points` is None while there is only work.

    `sent_state` is the state that the LMS was told last.
    """

    assignment: int
    user: str
    points: float | None
    comment: str
    state: str
    url: str
    grader: str
    sent_state: str
    status: str
    problem: str


class Coursework:
    """Reads and writes the two tables."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        for table, status, problem, where in ON_STARTING:
            store.execute(f"UPDATE {table} SET status = ?, problem = ? WHERE {where}", status, problem)

    # ── Assignments ───────────────────────────────────────────────────────────────────────────────────────

    def all(self) -> list[Assignment]:
        return [assignment(row) for row in self._store.rows("SELECT * FROM assignments ORDER BY id")]

    def of_section(self, section: str) -> list[Assignment]:
        rows = self._store.rows("SELECT * FROM assignments WHERE section = ? ORDER BY id", section)
        return [assignment(row) for row in rows]

    def one(self, id_: int) -> Assignment | None:
        row = self._store.row("SELECT * FROM assignments WHERE id = ?", id_)
        return assignment(row) if row else None

    def draft(self, section: str, form: str | None = None, **told: Any) -> int:
        """A new assignment that nobody was told of yet; its id. One form sent twice makes one assignment."""
        values = told | {"section": section, "form": form, "at": self._now()}
        with self._store.transaction():
            sql = "SELECT id FROM assignments WHERE section = ? AND form = ?"
            same = self._store.row(sql, section, form)
            return int(same["id"]) if same else self._store.insert("assignments", values)

    def change(self, id_: int, **told: Any) -> None:
        self._store.update("assignments", id_, told | {"at": self._now()})

    def settle(self, id_: int, status: str, problem: str = "") -> None:
        """What became of it, and why."""
        self.change(id_, status=status, problem=problem)

    def delivered(self, one: Assignment, lms: str, sent: Told, lms_id: str | None) -> None:
        """The LMS has this of it. Its id is on disk before anybody is told that it worked."""
        self.change(one.id, lms=lms, lms_id=lms_id, sent=json.dumps(sent), status="synced", problem="")

    def ids(self, section: str) -> list[str]:
        """The ids that Clever gave for the assignments of a section, oldest first."""
        return [one.lms_id for one in self.of_section(section) if one.lms_id]

    def forget_id(self, section: str, lms_id: str) -> None:
        self._store.execute(
            "UPDATE assignments SET lms_id = NULL WHERE section = ? AND lms_id = ?", section, lms_id
        )

    # ── Scores ────────────────────────────────────────────────────────────────────────────────────────────

    def scores(self, assignment: int) -> dict[str, Score]:
        """The scores of an assignment, by the student's Clever id."""
        rows = self._store.rows("SELECT * FROM scores WHERE assignment = ? ORDER BY user", assignment)
        return {row["user"]: score(row) for row in rows}

    def give(self, assignment: int, user: str, **told: Any) -> None:
        """Note a score; what was not told stays. It waits for somebody to send it."""
        values = told | {"status": "waiting", "problem": "", "at": self._now()}
        with self._store.transaction():
            self._store.execute(
                "INSERT OR IGNORE INTO scores (assignment, user, at) VALUES (?, ?, ?)",
                *(assignment, user, values["at"]),
            )
            self._write(assignment, user, values)

    def on_their_way(self, assignment: int) -> None:
        """Somebody sends the scores that the LMS does not have yet."""
        where = "assignment = ? AND status <> 'sent'"
        self._store.execute(f"UPDATE scores SET status = 'sending', problem = '' WHERE {where}", assignment)

    def delivered_score(self, one: Score, state: str) -> None:
        """The LMS has it, and this state if it was told one."""
        self._write(one.assignment, one.user, {"sent_state": state or one.sent_state})
        self.settle_score(one, "sent")

    def settle_score(self, one: Score, status: str, problem: str = "") -> None:
        self._write(one.assignment, one.user, {"status": status, "problem": problem, "at": self._now()})

    def _write(self, assignment: int, user: str, values: dict[str, Any]) -> None:
        sets = ", ".join(f"{column} = ?" for column in values)
        where = "assignment = ? AND user = ?"
        self._store.execute(f"UPDATE scores SET {sets} WHERE {where}", *values.values(), assignment, user)

    def _now(self) -> str:
        return written(self._clock.now())


def assignment(row: Row) -> Assignment:
    values = {name: row[name] for name in Assignment.__dataclass_fields__}
    return Assignment(**values | {"points": whole(row["points"]), "sent": json.loads(row["sent"])})


def score(row: Row) -> Score:
    values = {name: row[name] for name in Score.__dataclass_fields__}
    return Score(**values | {"points": None if row["points"] is None else whole(row["points"])})


def whole(number: float) -> float:
    """5.0 as 5: the way people write it."""
    return int(number) if float(number).is_integer() else number


def moment(text: str) -> datetime:
    """A moment as somebody wrote it; one without a zone is in UTC. Raises ValueError for anything else."""
    told = datetime.fromisoformat(text)
    if not 1970 <= told.year <= 9000:
        raise ValueError(f"{text} is not of our time")
    return told if told.tzinfo else told.replace(tzinfo=UTC)
