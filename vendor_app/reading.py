"""Reads the whole roster of a district from Clever, without touching the database.

Everything is read before anything is written, so that a sync which fails half-way has changed nothing.
"""

from collections.abc import Callable

from vendor_app.behaviour import Behaviour
from vendor_app.clever import Clever
from vendor_app.config import Config
from vendor_app.errors import CleverTrouble
from vendor_app.records import KINDS, Roster, Told, clever_id, of_district, references

Tell = Callable[[str, bool], None]
"""Tells the progress page what is going on; True when one more step is done."""

STEPS = len(KINDS) + 1


class Reader:
    """Reads one district at a time."""

    def __init__(self, clever: Clever, behaviour: Behaviour, config: Config, tell: Tell) -> None:
        self._clever = clever
        self._behaviour = behaviour
        self._config = config
        self._tell = tell

    def read(self, district: str, token: str) -> Roster:
        """Everything the district shares. Raises CleverTrouble when Clever would not give all of it."""
        found = {kind: self._collection(kind, district, token) for kind in KINDS}
        unshared = self._references(found, district, token)
        return Roster((district,), found, tuple(unshared))

    def _collection(self, kind: str, district: str, token: str) -> list[Told]:
        self._tell(f"Reading {kind}", False)
        path = f"/{self._behaviour.version_for(kind, self._config.api_version)}/{kind}"
        found: list[Told] = []
        try:
            for page in self._clever.pages(path, token, self._config.page_size):
                found += [of_district(told, kind, district) for told in page]
                self._tell(f"Reading {kind}: {len(found):,} so far", False)
        except CleverTrouble as trouble:
            if trouble.status != 404 or kind != "districts":
                raise
            found = [{"id": district, "district": district}]  # nothing to lose of its own record
        self._tell(f"Read {len(found):,} {kind}", True)
        return found

    def _references(self, found: dict[str, list[Told]], district: str, token: str) -> list[tuple[str, str]]:
        """Look up what sections name but no list held; add what is found, return what is not shared."""
        held = {kind: {clever_id(told) for told in found[kind]} for kind in found}
        named = dict.fromkeys(
            (kind, id_)
            for section in found["sections"]
            for kind, id_ in references(section)
            if id_ not in held[kind]
        )
        unshared = []
        for done, (kind, id_) in enumerate(named, start=1):
            self._tell(f"Looking up {done:,} of {len(named):,} records that sections name", False)
            version = self._behaviour.version_for(kind, self._config.api_version)
            try:
                told = self._clever.data(f"/{version}/{kind}/{id_}", token, patient=True)
            except CleverTrouble as trouble:
                self._behaviour.reference_when_missing(trouble)
                unshared.append((kind, id_))
            else:
                found[kind].append(of_district(told, kind, district))
        self._tell(f"Looked up {len(named):,} records that sections name", True)
        return unshared
