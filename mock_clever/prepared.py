"""Prepared districts: a large one is made once, in a process of its own, and read from a file from then on.

The file's name holds what it was made of (preset, seed, and a fingerprint of the code and data that made it), so
a file of another version is never read. Whatever is wrong with a file, it is made again, and a line on stderr
says so.
"""

from __future__ import annotations

import gc
import hashlib
import os
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mock_clever.ingest import ingest
from mock_clever.model import Snapshot
from mock_clever.packing import BadPack, pack, unpack
from mock_clever.synthesis import generate, read_preset
from mock_clever.synthesis.files import fixtures

_PACKAGE = Path(__file__).resolve().parent
_MADE_BY = (
    *("attendance", "clock", "fields", "identity", "ids", "ingest", "model", "normalise", "packing", "prepared"),
    *("sis", "tables"),
)
_MAGIC = b"mock-clever prepared district\n"
_LARGE = 2**22  # bytes of a packed district
_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of glibc's mallopt


def prepare(preset: str, seed: int = 0, cache: Path | None = None) -> Snapshot:
    """The district of that preset and seed. Raises UnknownPreset."""
    if not read_preset(preset).large:
        return ingest(generate(preset, seed))
    path = prepared_file(preset, seed, cache or default_cache())
    try:
        return load(path)
    except FileNotFoundError:
        _say(f"making district {preset} (seed {seed}) for the first time; this takes about half a minute")
    except (BadPack, OSError) as problem:
        _say(f"{path} cannot be used ({problem}); making it again")
    try:
        _make_in_child(preset, seed, path)
        return load(path)
    except (BadPack, OSError) as problem:
        _say(f"{path} cannot be made ({problem}); going on without. Name a writable folder with --cache")
        return ingest(generate(preset, seed))


def default_cache() -> Path:
    """Where prepared files are kept unless someone says otherwise."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mock-clever"


def prepared_file(preset: str, seed: int, cache: Path) -> Path:
    """The file in which this version of the code keeps that district."""
    return cache / f"{preset}-{seed}-{_fingerprint(preset)}.district"


def save(snapshot: Snapshot, path: Path) -> None:
    """Write a district in one step: nobody ever sees half a file."""
    with _collector_paused():
        data = pack(snapshot)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC + zlib.crc32(data).to_bytes(4, "big"))
            file.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load(path: Path) -> Snapshot:
    """Read a district. Raises BadPack for a damaged or foreign file, OSError for one that cannot be read."""
    with path.open("rb") as file:
        head = file.read(len(_MAGIC) + 4)
        data = file.read()
    if not head.startswith(_MAGIC) or head[len(_MAGIC) :] != zlib.crc32(data).to_bytes(4, "big"):
        raise BadPack("the file is damaged, or is no prepared district")
    if len(data) > _LARGE:
        _return_large_blocks()
    with _collector_paused():
        return unpack(data)


def main(preset: str, seed: str, path: str) -> None:
    """What the child process does."""
    with _collector_paused():
        save(ingest(generate(preset, int(seed))), Path(path))


def _make_in_child(preset: str, seed: int, path: Path) -> None:
    """Make the file in another process, whose memory is given back when it ends. Raises OSError."""
    import subprocess  # only when a large district is made: any other start is quicker without

    for old in path.parent.glob(f"{preset}-{seed}-*.district"):
        old.unlink(missing_ok=True)
    found = [str(_PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    made = subprocess.run(
        [sys.executable, "-m", "mock_clever.prepared", preset, str(seed), str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(found)},
        stdout=subprocess.DEVNULL,  # ours belongs to the ready line
    )
    if made.returncode != 0:
        raise ChildProcessError(f"the process that makes it ended with {made.returncode}")


def _fingerprint(preset: str) -> str:
    """What changes when the code or the data that make this district change."""
    code = [*(_PACKAGE / f"{name}.py" for name in _MADE_BY), *(_PACKAGE / "synthesis").glob("*.py")]
    data = [path for path in fixtures().rglob("*") if path.suffix in (".toml", ".txt", ".csv")]
    digest = hashlib.blake2b(f"{sys.version_info[:2]} {preset}".encode(), digest_size=8)
    for path in sorted([*code, *data]):
        digest.update(path.name.encode() + hashlib.blake2b(path.read_bytes()).digest())
    return digest.hexdigest()


def _return_large_blocks() -> None:
    """Have the C library give back at once what is freed of a megabyte or more.

    Of itself it keeps such blocks for each thread: the pages of a large district then weigh twice what they hold.
    """
    import ctypes  # only for a large district: any other start is quicker without

    if sys.platform == "linux":
        with suppress(AttributeError):  # not every C library can be told
            ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, 2**20)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Millions of new objects and no cycles: looking for garbage among them would take most of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _say(what: str) -> None:
    print(f"mock-clever: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
