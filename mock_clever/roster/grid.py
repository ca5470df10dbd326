"""One file as a grid: its header understood, and each row's cells by column, looked at one by one.

Here a fault is seen that shows in one file alone: no such file, a column missing, a row too short, a bad date.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from mock_clever.fields import Field
from mock_clever.normalise import Reading, is_date
from mock_clever.roster.layout import CUSTOM, Sheet, header
from mock_clever.roster.lines import rows
from mock_clever.roster.problems import Report

Ext = Mapping[str, str]
NO_EXT: Ext = {}
ENOUGH = 2_000
"""After so many rows it shows which columns repeat themselves, and so are worth sharing the texts of."""


class Grid:
    """One file of a folder. `headers` are its known columns, as it spells them."""

    def __init__(self, folder: Path, names: set[str], sheet: Sheet, problems: Report, warnings: Report) -> None:
        self.sheet = sheet
        self.headers: dict[str, str] = {}
        self.complete = True
        self._path = folder / sheet.file
        self._neighbours = names
        self._problems, self._warnings = problems, warnings
        self._given: list[str] = []
        self._names: list[str] = []

    def problem(self, line: int | None, column: str | None, message: str, remedy: str) -> None:
        """Note what stops this roster from being loaded."""
        self._problems(self.sheet.file, line, self._spelled(column), message, remedy)

    def warning(self, line: int | None, column: str | None, message: str, remedy: str) -> None:
        """Note what Clever would warn the district about."""
        self._warnings(self.sheet.file, line, self._spelled(column), message, remedy)

    def _spelled(self, column: str | None) -> str | None:
        if column in self.sheet.columns:
            return self.headers.get(column, header(column))
        return column

    def rows(self) -> Iterator[tuple[int, dict[str, str], Ext]]:
        """Each whole row: its line, its known cells by column, and its custom cells.

        When a required column is missing all rows are still looked at, but none comes out.
        """
        file = self._open()
        if file is None:
            return
        with file:
            read = rows(file, self._fault)
            line, names = next(read, (0, None))
            if names is None:
                if self.complete:
                    self._lost(None, None, "is empty", f"Its first line names the columns: {self._expected()}")
                return
            readable = self._understand(line, names)
            for line, values, ext in self._cells(read, names):
                if readable:
                    yield line, values, ext

    def _cells(
        self, read: Iterator[tuple[int, list[str]]], names: list[str]
    ) -> Iterator[tuple[int, dict[str, str], Ext]]:
        columns = [(index, name) for index, name in enumerate(self._names) if name]
        known = [(i, name) for i, name in columns if name in self.headers]
        custom = [(i, name.removeprefix(CUSTOM)) for i, name in columns if name not in self.headers]
        table = self.sheet.fields
        checks = [(i, _Check(self, name, table[name])) for i, name in known if name in table]
        checks = [(i, check) for i, check in checks if check.matters]
        sharing = _Sharing(len(names))
        exts: dict[tuple[str, ...], Ext] = {}
        for line, cells in read:
            if len(cells) != len(names):
                said = f"{len(cells)} cells under {len(names)} columns"
                self._lost(line, None, said, "Give every row a cell for each column; quote cells with commas")
                continue
            sharing(cells)
            for index, check in checks:
                if cells[index] not in check.passed:
                    check(line, cells[index])
            ext = NO_EXT
            if len(known) == len(names):
                yield line, dict(zip(self._names, cells, strict=True)), ext
                continue
            if custom:
                mine = tuple(cells[i] for i, _ in custom)
                ext = exts.get(mine) or exts.setdefault(mine, {name: cells[i] for i, name in custom})
            yield line, {name: cells[index] for index, name in known}, ext

    # -- the header

    def _understand(self, line: int, names: list[str]) -> bool:
        """Take in the header; whether rows can be made of what stands below it."""
        self._given = [name.strip() for name in names]
        self._names = [self._named(given) for given in self._given]
        known = set(self._names).intersection(self.sheet.columns)
        if not known:
            said = f"this is no header: {shown(','.join(names))}"
            commas = "; columns are parted by commas" if len(names) == 1 else ""
            self._lost(line, None, said, f"The first line names the columns: {self._expected()}{commas}")
            return False
        self.headers = {name: given for name, given in zip(self._names, self._given, strict=True) if name in known}
        missing = [column for column in self.sheet.required if column not in known]
        for column in missing:
            self._lost(line, header(column), "this column is missing", "Add it to the header and to every row")
        for index, (name, given) in enumerate(zip(self._names, self._given, strict=True)):
            if not name:
                self.warning(line, None, f"column {index + 1} has no name", "It is left out; give it one")
            elif (twin := self._names.index(name)) < index:
                said = f"column {index + 1} is column {twin + 1} again"
                self._lost(line, given, said, "Keep one of the two")
            elif name not in known and not given.lower().startswith(CUSTOM):
                said = "Clever knows no such column; it becomes a custom field"
                self.warning(line, given, said, f"Correct it, or write {name} to say that it is meant")
        return self.complete

    def _named(self, given: str) -> str:
        """The column a header means: a known one in lower case, else `ext.` and the name as given."""
        plain = self.sheet.also.get(given.lower(), given.lower())
        if not given or plain in self.sheet.columns:
            return plain
        return CUSTOM + (given[len(CUSTOM) :] if given.lower().startswith(CUSTOM) else given)

    def _expected(self) -> str:
        return ", ".join(map(header, self.sheet.required)) + ", …"

    # -- the file

    def _open(self) -> BinaryIO | None:
        path = self._path
        try:
            mode = path.stat().st_mode
            if stat.S_ISREG(mode):
                return path.open("rb")
            kind = "a folder" if stat.S_ISDIR(mode) else "no ordinary file"
            self._lost(None, None, f"this is {kind}", "Put a CSV file in its place")
        except FileNotFoundError:
            if path.is_symlink():
                self._lost(None, None, "this link leads nowhere", "Put the file in its place")
            elif not self.sheet.optional:
                self._lost(None, None, "there is no such file", self._where())
        except OSError as error:
            self._lost(None, None, f"cannot be read ({error.strerror})", "Make it readable")
        return None

    def _where(self) -> str:
        for other in sorted(self._neighbours):
            if other.lower() == self._path.name:
                return f"Rename {other}: Clever's file names are in lower case"
        return f"Add it; its columns are {self._expected()}"

    def _lost(self, line: int | None, column: str | None, message: str, remedy: str) -> None:
        self.complete = False
        self.problem(line, column, message, remedy)

    def _fault(self, line: int, index: int | None, message: str, remedy: str) -> None:
        column = self._given[index] if index is not None and index < len(self._given) else None
        self._lost(line, column, message, remedy)


class _Check:
    """Whether the cells of one column are what Clever takes; each different cell is judged once."""

    def __init__(self, grid: Grid, column: str, field: Field) -> None:
        self.passed: set[str] = {""}
        self.matters = bool(field.values or field.pattern or is_date(field))
        self._strict = column in grid.sheet.strict
        self._grid, self._column, self._field = grid, column, field
        self._reading = Reading(field)

    def __call__(self, line: int, cell: str) -> None:
        words = [cell]
        if self._field.type == "strings":
            words = ["".join(word.split()) for word in cell.split(",")]
        if not cell.strip() or all(self._reading.known(word) is not None for word in words):
            self.passed.add(cell)
        elif is_date(self._field):
            remedy = "Write MM/DD/YYYY, as in 08/25/2026" + ("" if self._strict else ", or leave it blank")
            self._grid.problem(line, self._column, f"{shown(cell)} is not a date", remedy)
        elif self._strict:
            remedy = f"Write one of {', '.join(self._field.values)}"
            self._grid.problem(line, self._column, f"{shown(cell)} is not among Clever's values", remedy)
        else:
            self._grid.warning(line, self._column, f"{shown(cell)} is not among Clever's values", self._remedy)

    @property
    def _remedy(self) -> str:
        seen = "see it blank" if self._field.validated else "see it as it is"
        if self._field.name == "subject":
            seen = "see a subject guessed from the section's name"
        listed = ", ".join(value for value in self._field.values if value) or "a year of four digits"
        return f"Applications will {seen}; Clever knows {listed}"


class _Sharing:
    """Makes equal texts of a column one object, in columns that repeat themselves: a district fits in a third."""

    def __init__(self, width: int) -> None:
        self._known: list[tuple[int, dict[str, str]]] = [(index, {}) for index in range(width)]
        self._rows = 0

    def __call__(self, cells: list[str]) -> None:
        self._rows += 1
        if self._rows == ENOUGH:
            self._known = [(index, known) for index, known in self._known if len(known) < ENOUGH // 2]
        for index, known in self._known:
            cells[index] = known.setdefault(cells[index], cells[index])


def shown(cell: object) -> str:
    """A cell as a message quotes it: short."""
    return repr(cell if not isinstance(cell, str) or len(cell) <= 40 else f"{cell[:39]}…")
