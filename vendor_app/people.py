"""Accounts: who a Clever user is to us, at a login and in a sync."""

import json
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.security import check_password_hash, generate_password_hash

from vendor_app.behaviour import Behaviour
from vendor_app.records import Record, Told, clever_id, email, sis_id, text
from vendor_app.store import Store

MOST_TRIES = 5
"""How often a password may be wrong before the older account is no longer offered."""


@dataclass(frozen=True)
class Profile:
    """What we know of a person by ourselves: how often they logged in, and their reading goal, "" for none."""

    logins: int = 0
    goal: str = ""


def columns(behaviour: Behaviour, kind: str, told: Told) -> dict[str, Any]:
    """What Clever tells of a record, as the columns of its row."""
    return {
        "clever_id": clever_id(told),
        "district": text(told.get("district")),
        "sis_id": sis_id(kind, told),
        "email": behaviour.kept_email(told),
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
            return self._read(self._create(told, now) if ours is None else self._refresh(ours, told, now))

    def library_account(self, told: Told, now: str) -> Record:
        """The account of somebody the Library tells of; nobody is linked by e-mail, a teacher is asked first.

        What a district told of an active account is more than the Library tells, and stays.
        """
        with self._store.transaction():
            ours = self._store.find("users", *self._behaviour.login_key(told))
            if ours is None:
                row = self._create(told, now)
                self._offer(row, told)
                return self._read(row)
            if ours.in_roster and ours.active:
                return ours
            self._refresh(replace(ours, in_roster=False), told, now)
            self._store.update("records", ours.id, {"status": "active", "in_roster": 0, "archived_at": None})
            return self._read(ours.id)

    def logged_in(self, account: Record) -> int:
        """Count a login; how many there were with this one."""
        count = (
            "INSERT INTO profiles (user_id, logins) VALUES (?, 1) ON CONFLICT DO UPDATE SET logins = logins + 1"
        )
        self._store.execute(count, account.id)
        return self.profile(account).logins

    def profile(self, account: Record) -> Profile:
        row = self._store.row("SELECT logins, goal FROM profiles WHERE user_id = ?", account.id)
        return Profile(row["logins"], row["goal"]) if row else Profile()

    def set_goal(self, account: Record, goal: str) -> None:
        write = "INSERT INTO profiles (user_id, goal) VALUES (?, ?) ON CONFLICT DO UPDATE SET goal = excluded.goal"
        self._store.execute(write, account.id, goal)

    # ── The account a teacher had before (docs/clever-library-rostering) ──────────────────────────────────

    def _offer(self, row: int, told: Told) -> None:
        """Note what to ask a new teacher about. An account without a password is for a person to sort out."""
        for one in self._behaviour.merge_candidates(told, self._same_email(told)):
            if self._store.row("SELECT 1 FROM passwords WHERE user_id = ?", one.id):
                self._store.insert("offers", {"user_id": row, "local_id": one.id})
            else:
                why = "same e-mail, and no password to prove it with"
                self._store.insert("review", {"internal_id": one.id, "clever_id": clever_id(told), "why": why})

    def offered(self, account: Record) -> list[Record]:
        """The older accounts that may be this person's, and still nobody else's."""
        where = "clever_id IS NULL AND id IN (SELECT local_id FROM offers WHERE user_id = ? AND tries < ?)"
        return self._store.records(f"{where} ORDER BY id", account.id, MOST_TRIES)

    def decline(self, account: Record) -> None:
        self._store.execute("DELETE FROM offers WHERE user_id = ?", account.id)

    def claim(self, account: Record, password: str, now: str) -> Record | None:
        """The older account this password opens, now this person's; None when it opens none."""
        for old in self.offered(account):
            row = self._store.row("SELECT hash FROM passwords WHERE user_id = ?", old.id)
            right = row is not None and check_password_hash(row["hash"], password)
            if self._behaviour.proves_ownership(right):
                return self._merged(account, old, now)
        self._store.execute("UPDATE offers SET tries = tries + 1 WHERE user_id = ?", account.id)
        return None

    def _merged(self, new: Record, old: Record, now: str) -> Record:
        """One account of two: the older one, with the Clever id, and what was done under either."""
        with self._store.transaction():
            for table in ("codes", "progress", "profiles"):
                self._store.execute(f"UPDATE OR IGNORE {table} SET user_id = ? WHERE user_id = ?", old.id, new.id)
            self._store.execute("DELETE FROM records WHERE id = ?", new.id)
            self._store.execute("DELETE FROM review WHERE internal_id = ?", old.id)
            self._store.execute("DELETE FROM offers WHERE local_id = ?", old.id)
            self._refresh(old, new.told, now)
            return self._read(old.id)

    def set_password(self, user: int, password: str) -> None:
        """The password of an account that is older than Clever."""
        self._store.insert("passwords", {"user_id": user, "hash": generate_password_hash(password)})

    def _read(self, row: int) -> Record:
        account = self._store.record(row)
        assert account is not None, "the row was just written"
        return account

    def _same_email(self, told: Told) -> list[Record]:
        address = email(told)
        return self._store.records("kind = 'users' AND email = ? ORDER BY id", address) if address else []

    def _linked(self, told: Told) -> Record | None:
        ours = self._behaviour.account_to_link(told, self._same_email(told))
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
