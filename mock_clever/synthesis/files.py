"""Where the data files are, in a checkout and in an installed wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def fixtures() -> Path:
    """The folder of data files: `_fixtures` inside an installed package, `fixtures` beside it in a checkout."""
    for folder in (_PACKAGE / "_fixtures", _PACKAGE.parent / "fixtures"):
        if (folder / "presets").is_dir():
            return folder
    raise FileNotFoundError(
        f"no data files beside {_PACKAGE.name}: the installation is incomplete, install mock-clever again"
    )


@cache
def lines(name: str) -> tuple[str, ...]:
    """The lines of a list, without blank ones and `#` comments."""
    text = (fixtures() / name).read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def columns(name: str) -> tuple[tuple[str, ...], ...]:
    """The lines of a list whose columns are parted by ` | `."""
    return tuple(tuple(cell.strip() for cell in line.split("|")) for line in lines(name))
