"""Mistakes in asking Clever: pages, retries, tokens, versions."""

from collections.abc import Callable

from vendor_app.behaviour import Behaviour
from vendor_app.config import Config
from vendor_app.defects.register import defect
from vendor_app.errors import CleverTrouble
from vendor_app.records import Told


@defect
class ReadsOnlyTheFirstPage(Behaviour):
    """Takes the first page of a collection for all of it."""

    refutes = ("SYN-02", "T-LMS-03")
    models = "I-09"

    def next_page(self, body: Told) -> str | None:
        return None


@defect
class BuildsItsOwnPageAddresses(Behaviour):
    """Works out the address of the next page instead of following the link."""

    refutes = ("ADJ-10",)
    models = "I-17"

    def next_page(self, body: Told) -> str | None:
        given = super().next_page(body)
        return f"{given}&page=next" if given else None


@defect
class NeverRetries(Behaviour):
    """Gives up at the first 500, 503 or 429."""

    refutes = ("ADJ-12", "T-LMS-11")
    models = "one 503 at night and no sync until the next"

    def wait_before_retry(self, retries: int, status: int | None, reset_in: float) -> float | None:
        return None


@defect
class StormsWhenToldToWait(Behaviour):
    """Repeats a request every twentieth of a second, a hundred times, when Clever is down or says to wait."""

    refutes = ("ADJ-12",)
    models = "I-25"

    def wait_before_retry(self, retries: int, status: int | None, reset_in: float) -> float | None:
        return 0.05 if retries < 100 and (status is None or status >= 429) else None


@defect
class RepeatsWhatCannotSucceed(Behaviour):
    """Sends a request that was refused as wrong, 400 or 401, again unchanged."""

    refutes = ("ADJ-12", "T-LMS-11")
    models = "a retry loop that does not look at the status"

    def wait_before_retry(self, retries: int, status: int | None, reset_in: float) -> float | None:
        wait = super().wait_before_retry(retries, status, reset_in)
        return 0.0 if wait is None and retries < 5 else wait


@defect
class KeepsTheFirstToken(Behaviour):
    """Uses the district token it was configured with for ever, so that a rotation ends all syncs."""

    refutes = ("ADJ-14",)
    models = "a token in the settings of the app instead of in the answer of Clever"

    def district_tokens(self, ask: Callable[[], dict[str, str]], config: Config) -> dict[str, str]:
        return {config.district: config.district_token}


@defect
class PutsSyncsOffTillNight(Behaviour):
    """Notes that somebody wants a sync and lets it wait for the nightly one."""

    refutes = ("SYN-O1",)
    models = "a button that only puts a job on a list"

    def starts_a_sync_at_once(self) -> bool:
        return False


@defect
class SyncsWithVersion21(Behaviour):
    """Still asks a retired version of the API for districts."""

    refutes = ("SYN-03",)
    models = "I-20"

    def version_for(self, kind: str, version: str) -> str:
        return "v2.1" if kind == "districts" else version


@defect
class TakesARefusalForAnEmptyDistrict(Behaviour):
    """Reads a 401 as a district without records, and archives everything."""

    refutes = ("SYN-06",)
    models = "I-24"

    def when_disconnected(self, why: str) -> str:
        return "archive" if why == "refused" else super().when_disconnected(why)


@defect
class StopsAtAMissingRecord(Behaviour):
    """Lets one unshared student of one section stop the sync of the whole district."""

    refutes = ("ADJ-11",)
    models = "I-26"

    def reference_when_missing(self, trouble: CleverTrouble) -> None:
        raise trouble
