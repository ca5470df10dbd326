"""Opening the folder: it is ours, of this form, whole, and nobody else has it open; or else FolderError."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

from msgspec import Struct

from mock_clever import model
from mock_clever.attendance import Attendance

FORMAT = 1
"""Another number for every way of writing that this code cannot read."""

DATABASE = "worlds.sqlite"
_OURS = 0x4D6B436C  # SQLite's application id: "MkCl"
_SCHEMA = (
    f"PRAGMA application_id = {_OURS}",
    f"PRAGMA user_version = {FORMAT}",
    "CREATE TABLE model (fingerprint TEXT)",
    "CREATE TABLE rows (world TEXT, part TEXT, key TEXT, place INTEGER, value BLOB,"
    " PRIMARY KEY (world, part, key)) WITHOUT ROWID",
    "CREATE TABLE snapshots (number INTEGER PRIMARY KEY, root INTEGER, has_file INTEGER, beside BLOB)",
)


class FolderError(Exception):
    """The folder cannot be used; the message says why and what to do. Nothing in it was changed."""


def opened(folder: Path) -> sqlite3.Connection:
    """The database of a folder, which is made if there is none. Raises FolderError."""
    try:
        _place(folder)
        return _connected(folder)
    except OSError as problem:
        raise FolderError(
            f"{folder} cannot be used: {problem.strerror}. Name a folder you can write to"
        ) from problem


def _place(folder: Path) -> None:
    """Make the folder and an empty file for the database, unless there is one that is ours."""
    database = folder / DATABASE
    if not database.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        strangers = sorted(each.name for each in folder.iterdir())
        if strangers:
            raise FolderError(
                f"{folder} holds other things ({', '.join(strangers[:3])}) and no worlds of mock-clever: name an"
                " empty folder, or one that is not there yet"
            )
        folder.chmod(0o700)
        database.touch(mode=0o600)
    with database.open("rb") as file:
        head = file.read(100)
    if not head:
        return
    if not head.startswith(b"SQLite format 3\0") or head[68:72] != _OURS.to_bytes(4, "big"):
        raise FolderError(f"{database} is damaged, or mock-clever did not write it: name another folder")
    form = int.from_bytes(head[60:64], "big")
    if form != FORMAT:
        raise FolderError(_other_version(folder, f"its format is {form}, this version's {FORMAT}"))


def _connected(folder: Path) -> sqlite3.Connection:
    run = sqlite3.connect(folder / DATABASE, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        run.execute("PRAGMA locking_mode = EXCLUSIVE")
        run.execute("BEGIN EXCLUSIVE")
        if not run.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for statement in _SCHEMA:
                run.execute(statement)
            run.execute("INSERT INTO model VALUES (?)", (_fingerprint(),))
        run.execute("COMMIT")
        if run.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("its pages do not fit together")
        if run.execute("SELECT fingerprint FROM model").fetchone() != (_fingerprint(),):
            raise FolderError(_other_version(folder, "its records have other fields"))
        run.execute("PRAGMA journal_mode = WAL")
        run.execute("PRAGMA synchronous = NORMAL")
    except FolderError:
        run.close()
        raise
    except sqlite3.Error as problem:
        run.close()
        if getattr(problem, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
            raise FolderError(
                f"another mock-clever has {folder} open: stop that one, or name another folder"
            ) from problem
        raise FolderError(f"{folder / DATABASE} is damaged ({problem}): name another folder") from problem
    return run


def _other_version(folder: Path, how: str) -> str:
    return (
        f"another version of mock-clever wrote {folder}: {how}. Serve it with that version, or name another folder"
    )


def _fingerprint() -> str:
    """The fields of every record, in their order: packed snapshots go by it."""
    structs = sorted(
        (name, thing.__struct_fields__)
        for name, thing in {**vars(model), "Attendance": Attendance}.items()
        if isinstance(thing, type) and issubclass(thing, Struct)
    )
    return hashlib.sha256(repr(structs).encode()).hexdigest()
