"""The app's database: SQLite, one connection, one writer at a time. The schema stands in `schema.sql`."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vendor_app.records import Enrollment, Record, Told

SCHEMA = Path(__file__).with_name("schema.sql")
TABLES = (
    *("problems", "counts", "exchanges", "holds", "syncs", "connections", "applied"),
    *("remains", "tokens", "offers", "declined", "passwords", "profiles"),
    *("scores", "assignments"),
    *("review", "progress", "sessions", "codes", "enrollments", "records"),
)
HISTORY = ("problems", "syncs")
"""Tables of the first form of the schema that have changed since; they hold the history of syncs only."""
FORM = 2
COUNTS = ("created", "updated", "archived", "restored", "skipped", "failed")


class Store:
    """Reads and writes the tables. `with store.transaction():` makes several writes one."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA foreign_keys = ON")
        if path != ":memory:":
            self._db.execute("PRAGMA journal_mode = WAL")
        if self.number("PRAGMA user_version") < FORM:
            for table in HISTORY:
                self.execute(f"DROP TABLE IF EXISTS {table}")
        self._db.executescript(SCHEMA.read_text("utf-8") + f"PRAGMA user_version = {FORM};")
        for table in ("syncs", "exchanges"):
            stopped = f"UPDATE {table} SET status = 'failed', note = ? WHERE status = 'running'"
            self.execute(stopped, "The app was stopped during this sync. The next one goes on where it ended.")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; an inner transaction is part of the outer one."""
        with self._lock:
            if self._depth:
                yield
                return
            self._depth = 1
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    def execute(self, sql: str, *values: Any) -> int:
        """Run one statement; the number of rows it changed."""
        with self._lock:
            return self._db.execute(sql, values).rowcount

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        found = self.rows(sql, *values)
        return found[0] if found else None

    def number(self, sql: str, *values: Any) -> int:
        found = self.row(sql, *values)
        return int(found[0] or 0) if found else 0

    def insert(self, table: str, values: Mapping[str, Any]) -> int:
        """Add one row to one of our own tables; its id."""
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        with self._lock:
            done = self._db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))
            return int(done.lastrowid or 0)

    def update(self, table: str, row: int, values: Mapping[str, Any]) -> None:
        sets = ", ".join(f"{column} = ?" for column in values)
        self.execute(f"UPDATE {table} SET {sets} WHERE id = ?", *values.values(), row)

    def forget_everything(self) -> None:
        with self.transaction():
            for table in TABLES:
                self.execute(f"DELETE FROM {table}")

    # ── Records ───────────────────────────────────────────────────────────────────────────────────────────

    def records(self, where: str = "1", *values: Any) -> list[Record]:
        return [record(row) for row in self.rows(f"SELECT * FROM records WHERE {where}", *values)]

    def record(self, internal_id: int) -> Record | None:
        found = self.records("id = ?", internal_id)
        return found[0] if found else None

    def find(self, kind: str, column: str, value: str) -> Record | None:
        """The record of a kind with this value; an active one rather than an archived one."""
        if not value:
            return None
        where = f"kind = ? AND {column} = ? ORDER BY status = 'archived', clever_id IS NULL, id LIMIT 1"
        found = self.records(where, kind, value)
        return found[0] if found else None

    def by_clever_id(self, kind: str, ids: Iterable[str]) -> list[Record]:
        """Records by Clever id, in the order of the ids; unknown ids are left out."""
        found = (self.find(kind, "clever_id", clever_id) for clever_id in ids)
        return [one for one in found if one]

    # ── Enrollments and progress ──────────────────────────────────────────────────────────────────────────

    def enrollments(self, where: str = "1", *values: Any) -> list[tuple[Enrollment, str]]:
        """Enrollments and their status."""
        rows = self.rows(f"SELECT * FROM enrollments WHERE {where} ORDER BY section, role DESC, user", *values)
        return [(Enrollment(row["section"], row["user"], row["role"]), row["status"]) for row in rows]

    def write_progress(self, user: int, item: str, score: Any, at: str) -> None:
        self.execute(
            "INSERT INTO progress (user_id, item, score, at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (user_id, item) DO UPDATE SET score = excluded.score, at = excluded.at",
            *(user, item, json.dumps(score), at),
        )

    def progress(self, user: int) -> list[dict[str, Any]]:
        rows = self.rows("SELECT item, score, at FROM progress WHERE user_id = ? ORDER BY id", user)
        return [{"item": row["item"], "score": json.loads(row["score"]), "at": row["at"]} for row in rows]

    # ── Syncs ─────────────────────────────────────────────────────────────────────────────────────────────

    def last_look(self) -> str | None:
        """When a sync last saw all that Clever shows, even if it then waited for a person to confirm."""
        looked = "SELECT finished_at FROM syncs WHERE status IN ('success', 'held') ORDER BY id DESC LIMIT 1"
        row = self.row(looked)
        return row["finished_at"] if row else None


def record(row: sqlite3.Row) -> Record:
    told: Told = json.loads(row["told"])
    return Record(
        id=row["id"],
        kind=row["kind"],
        key=row["key"],
        clever_id=row["clever_id"],
        district=row["district"],
        sis_id=row["sis_id"],
        email=row["email"],
        name=row["name"],
        roles=tuple(json.loads(row["roles"])),
        status=row["status"],
        in_roster=bool(row["in_roster"]),
        told=told,
    )
