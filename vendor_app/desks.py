"""Where the coursework of a class goes: whether its LMS is ready, and with which key (docs/clever-lms-connect)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from vendor_app.behaviour import Behaviour
from vendor_app.clever import Clever
from vendor_app.config import Config
from vendor_app.errors import CleverTrouble
from vendor_app.records import Told, clever_id, part, text
from vendor_app.store import Store

VERSION = "v3.1"
"""The only version with coursework (docs/whats-new-in-api-v31)."""
STATES = {
    "": "The school has not joined an LMS to Clever for us yet.",
    "pending_authorization": "The school has yet to let Clever into its LMS.",
    "initial_sync_processing": "Clever is reading the school’s LMS for the first time.",
    "matching_in_progress": "Clever is still matching people and classes with the LMS.",
    "error": "The connection of the school’s LMS with Clever is broken.",
    "disconnected": "The school’s LMS is disconnected from Clever.",
}
NOT_FOUND_THERE = "Clever did not find this class in the school’s LMS."
NO_KEY = "No key of this school’s district is in force. It may have disconnected this app."
NO_LONGER_SHARED = "Clever no longer shows us this class."

Done = TypeVar("Done")


class NotYet(Exception):
    """Nothing can be written now; the message says why."""


@dataclass(frozen=True)
class Desk:
    """Where the coursework of a section goes: the LMS, the section as Clever tells it, its address."""

    lms: str
    district: str
    section: Told

    @property
    def path(self) -> str:
        return f"/{VERSION}/sections/{clever_id(self.section)}/assignments"


class Desks:
    """Finds the desk of a section, and works there with the key of its district."""

    def __init__(self, config: Config, behaviour: Behaviour, store: Store, clever: Clever) -> None:
        self._config = config
        self._behaviour = behaviour
        self._store = store
        self._clever = clever
        self._keys: dict[str, str] = {}

    def district(self, section: str) -> str:
        """The district that told us of a section. Raises NotYet when none did."""
        ours = self._store.find("sections", "clever_id", section)
        if ours is None or not ours.in_roster:
            raise NotYet(NO_LONGER_SHARED)
        return ours.district

    def of(self, section: str) -> Desk:
        """Ask, before each writing, whether this section can be written to. Raises NotYet."""
        district = self.district(section)
        told = self._read(district, f"districts/{district}")
        state = text(told.get("lms_state"))
        if not self._behaviour.district_is_ready(state):
            raise NotYet(STATES.get(state, f"The school’s LMS is not ready for us: “{state}”."))
        ours = self._read(district, f"sections/{section}")
        if not self._behaviour.section_is_ready(part(ours, "lms_status").get("synced_in_lms") is True):
            raise NotYet(NOT_FOUND_THERE)
        return Desk(text(told.get("lms_type")), district, ours)

    def _read(self, district: str, what: str) -> Told:
        path = f"/{VERSION}/{what}"
        try:
            return self.with_key(district, lambda key: self._clever.data(path, key, patient=True))
        except CleverTrouble as trouble:
            if trouble.status != 404:
                raise
            raise NotYet(NO_LONGER_SHARED) from trouble

    def with_key(self, district: str, work: Callable[[str], Done]) -> Done:
        """Work with the district's key; when it is refused and there is another by now, once more with that."""
        key = self._keys.get(district) or self._ask_for_key(district)
        try:
            return work(key)
        except CleverTrouble as trouble:
            if not self._behaviour.key_is_refused(trouble.status) or self._ask_for_key(district) == key:
                raise
        return work(self._keys[district])

    def _ask_for_key(self, district: str) -> str:
        told = self._behaviour.district_tokens(
            lambda: self._clever.district_tokens(self._config.sync, district), self._config
        )
        if not told.get(district):
            raise NotYet(NO_KEY)
        self._keys[district] = told[district]
        return told[district]
