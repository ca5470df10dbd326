"""Runs syncs, one at a time, and keeps a row about each."""

import logging
import threading
from collections.abc import Callable
from dataclasses import astuple

from vendor_app.behaviour import Behaviour
from vendor_app.clever import Clever
from vendor_app.clock import Clock, written
from vendor_app.config import Config
from vendor_app.errors import CleverTrouble, SyncFailed
from vendor_app.intake import Intake, Outcome
from vendor_app.reading import STEPS, Reader
from vendor_app.store import COUNTS, Store

log = logging.getLogger("vendor_app")

Background = Callable[[Callable[[], None]], None]
"""Runs a piece of work without waiting for it."""


def in_a_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="sync", daemon=True).start()


class Syncs:
    """Starts full syncs. One that fails has changed nothing: reading comes first, writing is one transaction."""

    def __init__(
        self,
        config: Config,
        behaviour: Behaviour,
        clock: Clock,
        store: Store,
        clever: Clever,
        background: Background = in_a_thread,
    ) -> None:
        self._config = config
        self._behaviour = behaviour
        self._clock = clock
        self._store = store
        self._clever = clever
        self._background = background
        self._turn = threading.Lock()

    def start(self, started_by: str) -> int:
        """Start a sync in the background, unless one is running; its id."""
        with self._store.transaction():
            running = self._store.row("SELECT id FROM syncs WHERE status = 'running' ORDER BY id LIMIT 1")
            if running:
                return int(running["id"])
            sync = self._open(started_by)
        self._background(lambda: self._run(sync))
        return sync

    def run(self, started_by: str) -> int:
        """Run a sync and wait for its end; its id."""
        sync = self._open(started_by)
        self._run(sync)
        return sync

    def _open(self, started_by: str) -> int:
        return self._store.insert("syncs", {"started_by": started_by, "started_at": written(self._clock.now())})

    def _run(self, sync: int) -> None:
        with self._turn:
            try:
                self._full(sync)
            except (CleverTrouble, SyncFailed) as failure:
                log.warning("Sync %d failed: %s", sync, failure)
                self._end(sync, "failed", f"{sentence(failure)} Nothing was changed.")
            except Exception:
                log.exception("Sync %d stopped.", sync)
                self._end(sync, "failed", "Something unexpected stopped the sync. Nothing was changed.")

    def _full(self, sync: int) -> None:
        config = self._config
        tokens = self._behaviour.district_tokens(lambda: self._clever.district_tokens(config.sync), config)
        if not tokens:
            raise SyncFailed("No district is connected to this app. Connect one in Clever, then sync again.")
        self._store.update("syncs", sync, {"steps": STEPS * len(tokens) + 1})

        def tell(note: str, done: bool) -> None:
            self._store.execute("UPDATE syncs SET note = ?, step = step + ? WHERE id = ?", note, int(done), sync)

        roster = Reader(self._clever, self._behaviour, config, tell).read(tokens)
        tell("Saving", False)
        with self._store.transaction():
            outcome = Intake(self._store, self._behaviour, roster, written(self._clock.now())).take_in()
            self._keep(sync, outcome)
        log.info("Sync %d: %s", sync, ", ".join(f"{outcome.counts[name]} {name}" for name in COUNTS))

    def _keep(self, sync: int, outcome: Outcome) -> None:
        self._store.update("syncs", sync, {name: outcome.counts[name] for name in COUNTS})
        for problem in outcome.problems:
            self._store.execute("INSERT INTO problems VALUES (?, ?, ?, ?, ?, ?)", sync, *astuple(problem))
        self._end(sync, "success", "Everything is up to date.")

    def _end(self, sync: int, status: str, note: str) -> None:
        ended = {"status": status, "note": note, "finished_at": written(self._clock.now())}
        with self._store.transaction():
            self._store.update("syncs", sync, ended)
            self._store.execute("UPDATE syncs SET step = steps WHERE id = ? AND status = 'success'", sync)


def sentence(failure: CleverTrouble | SyncFailed) -> str:
    """Why a sync failed, in words for the person who started it."""
    if isinstance(failure, SyncFailed):
        return str(failure)
    if failure.status in (401, 403):
        return f"Clever refused our key for {failure.path}. The district may have disconnected this app."
    return f"Clever did not give us {failure.path}: {failure.reason}."
