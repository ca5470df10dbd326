"""What to say of a change in the answer key: what it did, and what a correct application shows because of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mock_clever.changes.change import Changed
from mock_clever.changes.draft import Draft, Key
from mock_clever.model import Record

_FOLLOWS = "It follows from the changes before: without students no section, without sections no course or term."


def answer(draft: Draft, change: Changed | None, effect: Mapping[Key, Record | None]) -> dict[str, Any]:
    """One row: `at`, `type`, the `records` concerned, `why`, and `expected`: which records an application now
    archives, creates (or restores) and updates, with old and new values. Without a change, of what follows."""
    expected: dict[str, list[dict[str, Any]]] = {"created": [], "updated": [], "archived": []}
    for (kind, id), was in sorted(effect.items(), key=lambda each: each[0]):
        now = draft.get(kind, id)
        if was is None and now is not None:
            expected["created"].append({"kind": kind, "id": id})
        elif was is not None and now is None:
            expected["archived"].append({"kind": kind, "id": id})
        elif was is not None and (other := _other(msgspec.to_builtins(was), msgspec.to_builtins(now))):
            expected["updated"].append({"kind": kind, "id": id, "values": other})
    concerned = [{"kind": row["kind"], "id": row["id"]} for rows in expected.values() for row in rows]
    why = " ".join((change.__doc__ or "").split()) if change is not None else _FOLLOWS
    said = msgspec.to_builtins(change) if change is not None else {}
    return {
        "kind": "change",
        "at": draft.now,
        "type": said.pop("type", "follows"),
        "said": said,
        "records": sorted(concerned, key=lambda row: (row["kind"], row["id"])),
        "why": why,
        "expected": expected,
    }


def _other(was: dict[str, Any], now: dict[str, Any], path: str = "") -> dict[str, list[Any]]:
    """The values that differ, by their paths, each with the old and the new one."""
    found: dict[str, list[Any]] = {}
    for name in dict.fromkeys((*was, *now)):
        old, new = was.get(name), now.get(name)
        if old == new or name == "last_modified":
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            found |= _other(old, new, f"{path}{name}.")
        else:
            found[f"{path}{name}"] = [old, new]
    return found
