"""Which account we had before is which Clever user; what is doubtful waits on the review list.

"Make sure you have a strategy to match" (docs/secure-sync-certification-guide): nothing is ever merged on a name.
"""

from collections import defaultdict
from collections.abc import Container, Iterable

from vendor_app.behaviour import Behaviour, fits
from vendor_app.records import Record, Told, clever_id, email, names, sis_id
from vendor_app.store import Store


class Matching:
    """The local accounts nobody has linked yet, found by what makes two people look alike."""

    def __init__(self, store: Store, behaviour: Behaviour) -> None:
        self._store = store
        self._behaviour = behaviour
        self._alike: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for one in store.records("kind = 'users' AND clever_id IS NULL"):
            for what, value in (("SIS id", one.sis_id), ("e-mail", one.email), ("name", one.name)):
                self._alike[what, value.casefold()].append(one)

    def claims(self, users: Iterable[Told], known: Container[str | None]) -> dict[str, Record]:
        """Clever id → the local account it takes over. An account that two users could claim goes to nobody."""
        claimed: dict[int, list[tuple[Told, Record]]] = defaultdict(list)
        for told in users if self._alike else ():
            if self._behaviour.record_key("users", told) in known:
                continue
            candidates = list({one.id: one for ones in self._like(told).values() for one in ones}.values())
            if match := self._behaviour.account_to_match(told, candidates):
                claimed[match.id].append((told, match))
            else:
                self._to_review(told, candidates)
        taken = {}
        for claims in claimed.values():
            for told, match in claims:
                if len(claims) == 1:
                    taken[clever_id(told)] = match
                    self._store.execute("DELETE FROM review WHERE internal_id = ?", match.id)
                else:
                    self._to_review(told, [match])
        return taken

    def _like(self, told: Told) -> dict[str, list[Record]]:
        """The accounts that have the same SIS id, e-mail or name."""
        marks = [
            ("SIS id", sis_id("users", told)),
            ("e-mail", email(told)),
            *(("name", name) for name in names(told)),
        ]
        like: dict[str, list[Record]] = {}
        for what, value in marks:
            if value:
                like.setdefault(what, []).extend(self._alike.get((what, value.casefold()), []))
        return like

    def _to_review(self, told: Told, candidates: Iterable[Record]) -> None:
        like = self._like(told)
        for one in candidates:
            if fits(one, told):
                same = " and ".join(what for what, ones in like.items() if one in ones)
                self._store.execute(
                    "INSERT OR IGNORE INTO review (internal_id, clever_id, why) VALUES (?, ?, ?)",
                    *(one.id, clever_id(told), f"same {same}, which is not proof enough"),
                )
