"""Work that the workers of a test run share: each takes what nobody has taken yet, and all get every result."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")
PATIENCE = 300.0
"""Seconds to wait for a piece that another worker has taken."""


def parted(pieces: Iterable[str], do: Callable[[str], Found], folder: Path) -> dict[str, Found]:
    """What `do` says of each piece, some of it said in another process that was given the same folder."""
    folder.mkdir(exist_ok=True)
    wanted = list(pieces)
    for piece in wanted:
        if _mine(folder / f"{piece}.taken"):
            half = folder / f"{piece}.half"
            half.write_bytes(pickle.dumps(do(piece)))
            half.rename(folder / f"{piece}.done")
    return {piece: pickle.loads(_awaited(folder / f"{piece}.done")) for piece in wanted}


def _mine(claim: Path) -> bool:
    try:
        claim.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _awaited(done: Path) -> bytes:
    begun = time.monotonic()
    while not done.exists():
        assert time.monotonic() - begun < PATIENCE, f"the worker that took {done.stem} did not finish it"
        time.sleep(0.05)
    return done.read_bytes()
