"""The rows of one CSV file, whatever has been done to it: each fault is reported and reading goes on after it.

Python's `csv` takes a quote in the middle of a cell for a letter and swallows the rest of the file after a quote
that is never closed. Here a row with a fault (RFC 4180) costs that row alone, and a line too long to be one is
never held whole.
"""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Callable, Iterator
from io import SEEK_END
from typing import BinaryIO

Row = tuple[int, list[str]]
Tell = Callable[[int, int | None, str, str], None]
"""Where faults go: the line, the cell's number in its row from 0 (None: the row), what is wrong, what to do."""

LONGEST_CELL = 100_000
LONGEST_LINE = 1_000_000

_QUOTED = r'(?:[^"]++|"")*+'
_CELL = rf'(?:[^",\r]*+|"{_QUOTED}")'
_CELLS = re.compile(rf'(?:^|,)(?:"({_QUOTED})"|([^",]*+))')
_SOUND = re.compile(rf"(?:{_CELL},)*+")
_ROW = rf'(?:{_CELL},)*+(?:{_CELL}|"(?P<opened>{_QUOTED}))'
_FIRST_LINE = re.compile(_ROW)
_NEXT_LINE = re.compile(rf'{_QUOTED}(?:"(?:,{_ROW})?|(?P<still_open>))')

_RETURN = re.compile(r'[^",]*\r')

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SAVE_AS = "Save the file as UTF-8 (in Excel: CSV UTF-8)"
STRAY = 'Put quotes around the whole cell and double those inside it, as in "Robert ""Bob"" Lee"'
RETURN = ("a carriage return inside a cell", "End lines with LF or CR LF")
UNCLOSED = "Close it at the end of the cell, or take it out"
TOO_LONG = f"Keep a cell under {LONGEST_CELL:,} characters"


def rows(file: BinaryIO, tell: Tell) -> Iterator[Row]:
    """Each row that can be read, with the line it starts on; blank lines and rows of mere commas are left out."""
    lines = _Lines(file, tell)
    for number, line in lines:
        text = line.rstrip("\r\n")
        if '"' in text:
            row = _quoted(number, line, lines, tell)
        elif "\r" in text:
            row = None
            tell(number, len(_sound(text)), *RETURN)
        else:
            row = text.split(",") if text.strip(",") else None
        if row is not None:
            if len(text) > LONGEST_CELL or '"' in text:
                _measure(number, row, tell)
            yield number, row


def _quoted(number: int, line: str, lines: _Lines, tell: Tell) -> list[str] | None:
    """The cells of a row with quotes in it, taking further lines while a quote is open."""
    held, length = [(number, line)], len(line)
    match = _FIRST_LINE.fullmatch(line.rstrip("\r\n"))
    while match is not None and any(part is not None for part in match.groupdict().values()):
        following = next(lines, None) if length <= LONGEST_CELL else None
        if following is None:
            break  # the file ends, or this is no cell any more
        held.append(following)
        length += len(following[1])
        match = _NEXT_LINE.fullmatch(following[1].rstrip("\r\n"))
    else:
        if match is not None:
            return _cells("".join(text for _, text in held).rstrip("\r\n"))
    index = len(_sound("".join(text for _, text in held)))
    if match is not None and length > LONGEST_CELL:
        said = f"a quote is opened here and not closed within {LONGEST_CELL:,} characters"
        tell(number, index, said, UNCLOSED)
    elif match is not None:
        tell(number, index, "a quote is opened here and never closed", UNCLOSED)
    elif len(held) > 1:
        tell(number, index, f"the quote opened here is closed inside a cell, on line {held[-1][0]}", STRAY)
    elif _RETURN.match(line.rstrip("\r\n"), _fault(line)):
        tell(number, index, *RETURN)
    else:
        tell(number, index, "a quote inside a cell", STRAY)
    lines.again(held[1:])
    return None


def _cells(text: str) -> list[str]:
    return [quoted.replace('""', '"') if quoted else bare for quoted, bare in _CELLS.findall(text)]


def _sound(text: str) -> list[str]:
    """The cells at the beginning of a row that are in order: as many as stand before the one at fault."""
    return _cells(text[: _fault(text)])[:-1]


def _fault(text: str) -> int:
    """Where the first cell begins that is not in order, or the last one."""
    found = _SOUND.match(text)
    return found.end() if found else 0


def _measure(line: int, cells: list[str], tell: Tell) -> None:
    for index, cell in enumerate(cells):
        if len(cell) > LONGEST_CELL:
            tell(line, index, f"a cell of {len(cell):,} characters", TOO_LONG)


class _Lines(Iterator[tuple[int, str]]):
    """The numbered lines of a file as text. Lines can be handed back to be read again."""

    def __init__(self, file: BinaryIO, tell: Tell) -> None:
        self._file, self._tell = file, tell
        self._number = 0
        self._again: deque[tuple[int, str]] = deque()

    def again(self, lines: list[tuple[int, str]]) -> None:
        """Let these lines come next, once more."""
        self._again.extendleft(reversed(lines))

    def __next__(self) -> tuple[int, str]:
        if self._again:
            return self._again.popleft()
        raw = self._file.readline(LONGEST_LINE)
        self._number += 1
        if self._number == 1:
            raw = self._opening(raw)
        while len(raw) >= LONGEST_LINE and not raw.endswith(b"\n"):
            self._skip(raw)
            raw = self._file.readline(LONGEST_LINE)
            self._number += 1
        if not raw:
            raise StopIteration
        return self._number, self._text(raw)

    def _opening(self, raw: bytes) -> bytes:
        raw = raw.removeprefix(codecs.BOM_UTF8)
        if raw.startswith(_UTF_16) or bytes(4) in (raw[0:7:2], raw[1:8:2]):
            self._tell(1, None, "this is UTF-16, not UTF-8", SAVE_AS)
            self._file.seek(0, SEEK_END)
            return b""
        return raw

    def _text(self, raw: bytes) -> str:
        if b"\0" in raw:
            before = raw[: raw.index(b"\0")].decode(errors="replace")
            self._tell(self._number, len(_sound(before)), "a NUL byte", "Take it out")
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            wrong = raw[error.start : error.start + 1]
            meant = wrong.decode("cp1252", errors="replace")
            message = f"byte {error.start + 1}, 0x{wrong.hex().upper()}, is not UTF-8 ({meant!r} in Windows-1252)"
            self._tell(self._number, len(_sound(raw[: error.start].decode())), message, SAVE_AS)
            return raw.decode(errors="replace")

    def _skip(self, raw: bytes) -> None:
        """Leave out a line that is too long to be one, a piece at a time."""
        text = raw.decode(errors="replace")
        cells = _sound(text)
        long = (index for index, cell in enumerate(cells) if len(cell) > LONGEST_CELL)
        rest = len(text) - sum(len(cell) + 1 for cell in cells)
        index = next(long, len(cells) if rest > LONGEST_CELL else None)
        self._tell(self._number, index, f"a line of over {LONGEST_LINE:,} bytes", TOO_LONG)
        while raw and not raw.endswith(b"\n"):
            raw = self._file.readline(LONGEST_LINE)
