"""How far each connected district has been followed: the cursor in its feed, and whether it is still connected."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from vendor_app.clock import written
from vendor_app.store import Store


@dataclass(frozen=True)
class Connection:
    """One district. `cursor` is the id of the event last applied; None where there is no feed to follow."""

    district: str
    cursor: str | None = None
    synced_at: str | None = None
    heard_at: str | None = None
    connected: bool = True
    why: str = ""


class Connections:
    """Reads and writes the table. Who moves a cursor does it in the transaction that applies the events."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[Connection]:
        rows = self._store.rows("SELECT * FROM connections ORDER BY district")
        return [Connection(**dict(row) | {"connected": bool(row["connected"])}) for row in rows]

    def of(self, district: str) -> Connection:
        return next((one for one in self.all() if one.district == district), Connection(district))

    def begin(self, district: str, cursor: str | None, now: datetime) -> None:
        """Everything was read: follow the feed from here."""
        at = written(now)
        self._write(district, cursor=cursor, heard_at=at, synced_at=at)

    def move(self, district: str, cursor: str, now: datetime) -> None:
        """A page was applied up to this event."""
        self._write(district, cursor=cursor, heard_at=written(now))

    def synced(self, district: str, now: datetime) -> None:
        """The feed was read to its end."""
        self._write(district, synced_at=written(now))

    def answers(self, district: str) -> None:
        self._write(district, connected=1, why="")

    def disconnected(self, district: str, why: str) -> None:
        """The district has taken our key away. What we hold of it stays."""
        self._write(district, connected=0, why=why)

    def _write(self, district: str, **values: object) -> None:
        with self._store.transaction():
            self._store.execute("INSERT OR IGNORE INTO connections (district) VALUES (?)", district)
            sets = ", ".join(f"{column} = ?" for column in values)
            self._store.execute(f"UPDATE connections SET {sets} WHERE district = ?", *values.values(), district)

    # ── Events that took effect ───────────────────────────────────────────────────────────────────────────

    def applied(self, event: str) -> bool:
        return self._store.row("SELECT 1 FROM applied WHERE event = ?", event) is not None

    def apply(self, event: str, now: datetime) -> None:
        self._store.execute("INSERT OR IGNORE INTO applied (event, at) VALUES (?, ?)", event, written(now))

    def forget_applied(self, now: datetime, after: timedelta) -> None:
        """Forget the events that Clever cannot tell again."""
        self._store.execute("DELETE FROM applied WHERE at < ?", written(now - after))
