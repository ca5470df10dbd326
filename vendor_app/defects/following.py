"""Mistakes in following the events: order, cursor, gaps, large changes, disconnections."""

from collections.abc import Callable, Sequence

from vendor_app.behaviour import Behaviour, Window
from vendor_app.defects.register import defect
from vendor_app.records import Event, Record, Told


@defect
class IgnoresDeletesInEvents(Behaviour):
    """Takes in what is created and updated, and never hears that something is gone."""

    refutes = ("ADJ-13",)
    models = "a handler that was never written"

    def event_means(self, verb: str, applied: bool) -> str:
        return "" if verb == "deleted" else super().event_means(verb, applied)


@defect
class WaitsForEventsCalledCreated(Behaviour):
    """Knows `created`, `updated` and `deleted`, and takes `users.created` for something it need not know."""

    refutes = ("ADJ-13", "ADJ-20")
    models = "I-18"

    def event_means(self, verb: str, applied: bool) -> str:
        return ""


@defect
class DoublesAfterCrash(Behaviour):
    """Makes a new record for every `created` without looking for the one it holds; a page told again doubles."""

    refutes = ("ADJ-20",)
    models = "insert where upsert was meant"

    def event_means(self, verb: str, applied: bool) -> str:
        return "double" if verb == "created" else super().event_means(verb, applied)


@defect
class AppliesEventsByTypeNotOrder(Behaviour):
    """Sorts events by type, so that a record that went and came back is gone afterwards."""

    refutes = ("ADJ-13",)
    models = "a batch sorted for convenience"

    def in_order(self, events: Sequence[Event]) -> list[Event]:
        return sorted(events, key=lambda event: (event.verb, event.kind))


@defect
class TrustsTheOrderOfDelivery(Behaviour):
    """Applies events as they lie on the page, so that an older one told later puts an old value back."""

    refutes = ("ADJ-20",)
    models = "a queue taken for an ordered one"

    def in_order(self, events: Sequence[Event]) -> list[Event]:
        return list(events)


@defect
class LosesCursorOnError(Behaviour):
    """Moves the cursor before a page has taken effect, so that an error on the page loses it."""

    refutes = ("ADJ-20",)
    models = "the cursor saved before the work"

    def page_transactions(self) -> tuple[tuple[str, ...], ...]:
        return (("cursor",), ("apply",))


@defect
class NoGapCheck(Behaviour):
    """Resumes after any pause as if nothing could have been missed."""

    refutes = ("ADJ-19",)
    models = "I-27"

    def gap(self, window: Window) -> str:
        return ""


@defect
class FollowsFromTheEndOfTheReading(Behaviour):
    """Asks for the newest event once more when everything is read, and never hears what changed meanwhile."""

    refutes = ("ADJ-13",)
    models = "a mark that is set when the work is done instead of when it begins"

    def follows_from(self, before: str | None, newest: Callable[[], str | None]) -> str | None:
        return newest()


@defect
class ReadsFirstPageOfEventsOnly(Behaviour):
    """Takes the first page of the feed for all of it."""

    refutes = ("ADJ-13",)
    models = "I-09"

    def next_events(self, body: Told) -> str | None:
        return None


@defect
class CursorByTimeNotId(Behaviour):
    """Resumes after the second of the last event instead of after the event: its neighbours are lost."""

    refutes = ("ADJ-20",)
    models = "a time where an id was meant"

    def events_after(self, cursor: str) -> str:
        return cursor[:8] + "f" * 16


@defect
class NoRestore(Behaviour):
    """Leaves archived what comes back."""

    refutes = ("SYN-06",)
    models = "an archive that is a one-way street"

    def when_back(self, archived: Record) -> str:
        return "leave"


@defect
class SkipsTermsAndCoursesRestore(Behaviour):
    """Restores people, schools and sections, but leaves returning terms and courses archived."""

    refutes = ("SYN-06",)
    models = "an archive that is a one-way street for some kinds"

    def when_back(self, archived: Record) -> str:
        return "leave" if archived.kind in ("terms", "courses") else super().when_back(archived)


@defect
class MassUnshareHardDelete(Behaviour):
    """Deletes a large part of a district in one go, without asking, when it is no longer shared."""

    refutes = ("ADJ-15", "ADJ-22")
    models = "I-16"

    def large_change(self, leaving: int, active: int, share: float) -> str:
        return "delete" if super().large_change(leaving, active, share) else ""


@defect
class HammersOn5xx(Behaviour):
    """Repeats a request at once, again and again, while Clever is down."""

    refutes = ("ADJ-12",)
    models = "I-25"

    def wait_before_retry(self, retries: int, status: int | None, reset_in: float) -> float | None:
        if status is not None and status >= 500:
            return 0.0 if retries < 50 else None
        return super().wait_before_retry(retries, status, reset_in)


@defect
class IgnoresRateLimitReset(Behaviour):
    """Waits a second after a 429, whatever X-Ratelimit-Reset says."""

    refutes = ("ADJ-12",)
    models = "I-25"

    def wait_before_retry(self, retries: int, status: int | None, reset_in: float) -> float | None:
        return super().wait_before_retry(retries, status, 0.0)


@defect
class KeepsOldTokenAfterRotation(Behaviour):
    """Does not ask for a new token when the one it holds is refused in the middle of a sync."""

    refutes = ("ADJ-14",)
    models = "a token read once at the start of a job"

    def token_after_refusal(self, ask: Callable[[], str | None]) -> str | None:
        return None


@defect
class DeletesOn401(Behaviour):
    """Deletes all records of a district whose token is refused."""

    refutes = ("SYN-06",)
    models = "I-24"

    def when_disconnected(self, why: str) -> str:
        return "delete" if why == "refused" else super().when_disconnected(why)


@defect
class DropsDataOnDisconnect(Behaviour):
    """Deletes all records of a district that has disconnected the app."""

    refutes = ("ADJ-21",)
    models = "I-15"

    def when_disconnected(self, why: str) -> str:
        return "delete" if why == "no token" else super().when_disconnected(why)
