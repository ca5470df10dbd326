"""Accounts: who a Clever user is to us, at a login and in a sync."""

import json
from typing import Any

from vendor_app.behaviour import Behaviour
from vendor_app.records import Record, Told, clever_id, email, sis_id, text
from vendor_app.store import Store


def columns(behaviour: Behaviour, kind: str, told: Told) -> dict[str, Any]:
    """What Clever tells of a record, as the columns of its row."""
    return {
        "clever_id": clever_id(told),
        "district": text(told.get("district")),
        "sis_id": sis_id(kind, told),
        "email": email(told),
        "name": behaviour.display_name(kind, told),
        "roles": json.dumps(behaviour.held_roles(told)) if kind == "users" else "[]",
        "told": json.dumps(told),
    }


def merged(old: Told, new: Told) -> Told:
    """What a login tells on top of what the sync told: an SSO app sees fewer fields, and blanks hide none."""
    both = dict(old)
    for key, value in new.items():
        before = both.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            both[key] = merged(before, value)
        elif value not in (None, "", []) or key not in both:
            both[key] = value
    return both


class People:
    """Finds, links, creates and refreshes the account of a person who logs in."""

    def __init__(self, store: Store, behaviour: Behaviour) -> None:
        self._store = store
        self._behaviour = behaviour

    def known(self, clever_id_: str) -> Record | None:
        return self._store.find("users", "clever_id", clever_id_)

    def account(self, told: Told, now: str) -> Record:
        """The account of this person: their own, a local one to take over, or a new one."""
        with self._store.transaction():
            ours = self._store.find("users", *self._behaviour.login_key(told))
            ours = ours or self._linked(told)
            row = self._create(told, now) if ours is None else self._refresh(ours, told, now)
        account = self._store.record(row)
        assert account is not None, "the row was just written"
        return account

    def _linked(self, told: Told) -> Record | None:
        address = email(told)
        same = self._store.records("kind = 'users' AND email = ? ORDER BY id", address) if address else []
        ours = self._behaviour.account_to_link(told, same)
        if ours:
            self._store.execute("DELETE FROM review WHERE internal_id = ?", ours.id)
        return ours

    def _create(self, told: Told, now: str) -> int:
        stamps = {"kind": "users", "key": self._free_key(told, 0), "created_at": now, "updated_at": now}
        return self._store.insert("records", columns(self._behaviour, "users", told) | stamps)

    def _refresh(self, ours: Record, told: Told, now: str) -> int:
        told = merged(ours.told, told) if ours.in_roster else told
        values = columns(self._behaviour, "users", told) | {"key": self._free_key(told, ours.id)}
        self._store.update("records", ours.id, values | {"updated_at": now})
        return ours.id

    def _free_key(self, told: Told, row: int) -> str:
        """The key of this person's row; another row that held it (only a defect leaves one) gives it up."""
        key = self._behaviour.record_key("users", told)
        self._store.execute("UPDATE records SET key = NULL WHERE kind = 'users' AND key = ? AND id <> ?", key, row)
        return key
