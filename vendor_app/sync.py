"""Runs syncs, one at a time: decides for each district between a delta and a bulk sync, and keeps the history."""

import logging
import threading
from collections.abc import Callable

from vendor_app.behaviour import Behaviour
from vendor_app.clever import Clever
from vendor_app.clock import Clock, written
from vendor_app.config import Config
from vendor_app.connections import Connections
from vendor_app.errors import SyncFailed
from vendor_app.exchanging import Exchanging, Parts, what_stays
from vendor_app.guard import Guard
from vendor_app.history import History
from vendor_app.store import COUNTS, Store

log = logging.getLogger("vendor_app")

Background = Callable[[Callable[[], None]], None]
"""Runs a piece of work without waiting for it."""


def in_a_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="sync", daemon=True).start()


class Syncs:
    """Starts syncs, in the background or waiting for them, and hears what becomes of a hold."""

    def __init__(
        self,
        config: Config,
        behaviour: Behaviour,
        clock: Clock,
        store: Store,
        clever: Clever,
        background: Background = in_a_thread,
    ) -> None:
        self._clock = clock
        self._store = store
        self._method = config.method
        self._background = background
        self._turn = threading.Lock()
        self._forgotten = 0
        self.history = History(store)
        self.guard = Guard(store, behaviour, config.archive_share)
        self.connections = Connections(store)
        self._parts = Parts(config, behaviour, clock, store, clever, self.history, self.guard, self.connections)

    def start(self, started_by: str, method: str = "") -> int:
        """Start a sync in the background, unless one is running; its id."""
        with self._store.transaction():
            running = self._store.row("SELECT id FROM syncs WHERE status = 'running' ORDER BY id LIMIT 1")
            if running:
                return int(running["id"])
            sync, forgotten = self.history.begin(started_by, self._clock.now()), self._forgotten
        self._background(lambda: self._run(sync, method, forgotten))
        return sync

    def run(self, started_by: str, method: str = "") -> int:
        """Run a sync and wait for its end; its id."""
        sync, forgotten = self.history.begin(started_by, self._clock.now()), self._forgotten
        self._run(sync, method, forgotten)
        return sync

    def forget_everything(self) -> None:
        """Begin anew: a sync that runs is waited for, and one that waits for its turn never begins."""
        with self._turn:
            self._forgotten += 1
            self._store.forget_everything()

    def _run(self, sync: int, method: str, forgotten: int) -> None:
        with self._turn:
            if forgotten != self._forgotten:
                return
            failure = ""
            try:
                Exchanging(self._parts, sync, method or self._method).run()
            except SyncFailed as failed:
                log.warning("Sync %d failed: %s", sync, failed)
                failure = f"{failed} {what_stays(self.history.exchanges(sync))}"
            except Exception:
                log.exception("Sync %d stopped.", sync)
                failure = f"Something unexpected stopped the sync. {what_stays(self.history.exchanges(sync))}"
            self.history.end(sync, self._clock.now(), failure)
            did = self._store.row("SELECT * FROM syncs WHERE id = ?", sync)
            log.info("Sync %d: %s", sync, ", ".join(f"{did[name]} {name}" for name in COUNTS if did))

    # ── Holds ─────────────────────────────────────────────────────────────────────────────────────────────

    def decide(self, hold: int, decision: str, by: str) -> str | None:
        """Confirm or discard what waits. The method to sync with now, "" for none; None when nothing waits."""
        found = self.guard.holds("id = ?", hold)
        if not found or not self.guard.decide(hold, decision, by, written(self._clock.now())):
            return None
        methods = {one.district: one.method.lower() for one in self.history.exchanges(found[0].sync)}
        return methods.get(found[0].district, "bulk") if decision == "confirmed" else ""
