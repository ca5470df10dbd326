"""What becomes of every attribute of a world when it is kept: the whole of what a restart remembers.

tests/test_data_folder.py looks for an attribute that is not listed here.
"""

from __future__ import annotations

from typing import Any

from mock_clever.apps import App, Connection
from mock_clever.attendance import Attendance
from mock_clever.badges import BackupCode, Badge
from mock_clever.changes import Answered
from mock_clever.consents import Consent, Library
from mock_clever.faults.plan import Fault
from mock_clever.feeds import Batch, Feed
from mock_clever.grants import Issued, Session
from mock_clever.keeping.kinds import Ahead, Each, Inside, Left, Listed, Mapped, Value
from mock_clever.life import Held, Life
from mock_clever.lms.link import Link
from mock_clever.lms.records import Coursework
from mock_clever.lti.launch import Launch, Placed
from mock_clever.model import Course, District, Id, Resource, School, Section, Snapshot, Term, User
from mock_clever.pages import Published
from mock_clever.publishing import Gone, Key
from mock_clever.settings import Settings
from mock_clever.signing import Turn
from mock_clever.sis import Options
from mock_clever.upkeep import Upkeep

RECORDS: dict[str, Any] = {
    "districts": District,
    "schools": School,
    "terms": Term,
    "courses": Course,
    "users": User,
    "sections": Section,
    "resources": Resource,
    "attendance": Attendance,
}
"""The records of each kind."""

_GONE: dict[str, Any] = {kind: Gone[record] for kind, record in RECORDS.items()}  # type: ignore[valid-type]
_BATCH = ("at", "number", "_feed", "_told", "_before", "_after")

_NAMED = Left("follows from the world's name and seed")
_LOCK = Left("a lock is nothing to keep")
_WORKED_OUT = Left("is worked out again when it is asked for")
_RESUMED = Left("World.resume works it out again")

WORLD = Inside(
    {
        "name": _NAMED,
        "seed": _NAMED,
        "lock": _LOCK,
        "clock": Inside({"_offset": Value(float), "_stopped": Value(float | None)}),
        "mint": Inside({"_key": _NAMED, "_number": Value(int), "_lock": _LOCK}),
        "requests": Inside({"_key": _NAMED, "_number": Ahead(), "_lock": _LOCK}),
        "apps": Mapped(str, App),
        "districts": Mapped(Id, Snapshot),
        "sources": Mapped(Id, Snapshot),
        "connections": Mapped(Id, Connection),
        "answers": Inside({"planted": Listed(dict[str, Any]), "changes": Listed(Answered, by="number")}),
        "grants": Inside(
            {
                "_mint": Left("is the world's own"),
                "_codes": Mapped(str, Issued),
                "_tokens": Mapped(str, Issued),
                "_sessions": Mapped(str, Session),
            }
        ),
        "keys": Inside({"_name": _NAMED, "turn": Value(Turn)}),
        "badges": Inside({"_badges": Mapped(Id, Badge), "_codes": Mapped(str, BackupCode)}),
        "links": Mapped(Id, Link),
        "gradebooks": Inside({"_works": Mapped(str, Coursework)}),
        "launches": Inside({"_launched": Mapped(tuple[Id, Id], float)}),
        "platform": Inside({"_launches": Mapped(str, Launch), "_links": Mapped(str, Placed)}),
        "consents": Inside({"_given": Mapped(tuple[str, Id], Consent), "_libraries": Mapped(Id, Library)}),
        "journal": Inside({"_rows": Left("a journal begins anew"), "_newest": Ahead(), "_lock": _LOCK}),
        "faults": Inside(
            {
                "faults": Listed(Fault, by="number", made=("number", "planned", "seen", "struck", "place")),
                "_newest": Value(int),
                "_lock": _LOCK,
            }
        ),
        "rates": Left("every token has a fresh minute"),
        "settings": Value(Settings),
        "_lives": Each(
            Life,
            Inside(
                {
                    "upkeep": Value(Upkeep),
                    "options": Value(Options),
                    "held": Value(Held | None),
                    "removed": Mapped(Key, RECORDS),
                    "_gone": Mapped(Key, _GONE),
                    "_left": Mapped(Id, User),
                    "_now_called": Mapped(Id, Id),
                }
            ),
        ),
        "_lived": Value(float),
        "_due": _RESUMED,
        "_by_token": _RESUMED,
        "_feeds": Each(
            lambda: Feed(""),
            Inside(
                {
                    "_feed": Value(str),
                    "_batches": Listed(Batch, by="number", made=_BATCH),
                    "_number": Value(int),
                }
            ),
        ),
        "_seen": _RESUMED,
        "_guarded": Mapped(Id, Published, made=("snapshot", "permission")),
        "_frozen": Mapped(Id, Published, made=("snapshot", "permission")),
        "_published": _WORKED_OUT,
        "_shelf": _WORKED_OUT,
        "_marks": _WORKED_OUT,
        "directories": _WORKED_OUT,
    }
)

MOVED_BY_READING = Inside(
    {name: WORLD.attributes[name] for name in ("mint", "requests", "journal", "faults", "_lived")}
)
"""What a request may change that only reads; what else it changes is due, and moves `_lived`."""
