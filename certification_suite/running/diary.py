"""The diary of a run, `run.jsonl`: each verdict with its evidence as it falls, so that a killed run can go on.

The first line says which run it is, the last that it ended; between them stands one result a line. Secrets are
masked as in the reports. A line that was cut off, or that another version of the suite wrote, does not count: what
it speaks of is judged again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import msgspec

from certification_suite.describing.config import ConfigurationError
from certification_suite.evidence import Evidence, masked
from certification_suite.requirements import Requirement
from certification_suite.running.runner import Result
from certification_suite.verdicts import PASS, Attest, CouldNotRun, NotApplicable

NAME = "run.jsonl"
FORMAT = 1
NOT_KEPT = ("requirement", "silence")
SETTLED = (PASS, NotApplicable.word, Attest.word)
"""The verdicts that a run of what changed does not look at again."""


@dataclass(frozen=True)
class Kept:
    """A result of an earlier run, and what it rested on."""

    result: Result
    fingerprint: str


@dataclass(frozen=True)
class Earlier:
    """A run that wrote a diary."""

    began: str
    ended: bool
    kept: Mapping[str, Kept]

    def resumed(self, fingerprints: Mapping[str, str]) -> list[Result]:
        """What a run that goes on need not judge again: everything that was judged and rests on the same."""
        return [kept.result for kept in self._still(fingerprints) if kept.result.verdict != CouldNotRun.word]

    def carried(self, fingerprints: Mapping[str, str]) -> list[Result]:
        """What a run of what changed takes over: what was settled and rests on the same, marked with its time."""
        settled = [kept.result for kept in self._still(fingerprints) if kept.result.verdict in SETTLED]
        return [replace(result, carried=result.carried or self.began) for result in settled]

    def _still(self, fingerprints: Mapping[str, str]) -> list[Kept]:
        return [kept for id_, kept in self.kept.items() if kept.fingerprint == fingerprints.get(id_)]


class Diary:
    """The diary of the run that goes on now; it replaces the one before at once and whole."""

    def __init__(
        self, path: Path, began: str, fingerprints: Mapping[str, str], held: Iterable[Result] = ()
    ) -> None:
        self._fingerprints = fingerprints
        started = [_line({"format": FORMAT, "began": began}), *(self._entry(result) for result in held)]
        fresh = path.with_suffix(".new")
        fresh.write_text("".join(started), encoding="utf-8")
        fresh.replace(path)
        self._file = path.open("a", encoding="utf-8")

    def write(self, result: Result) -> None:
        """Add a verdict; once this returns, it outlives this process."""
        self._file.write(self._entry(result))
        self._file.flush()

    def end(self) -> None:
        """Everything that was to be judged is judged."""
        self._file.write(_line({"ended": True}))

    def close(self) -> None:
        self._file.close()

    def _entry(self, result: Result) -> str:
        told = {one.name: getattr(result, one.name) for one in fields(result) if one.name not in NOT_KEPT}
        id_ = result.requirement.id
        return _line({"id": id_, "fingerprint": self._fingerprints.get(id_, ""), "result": told})


def read(path: Path, requirements: Iterable[Requirement]) -> Earlier | None:
    """The run whose diary stands there; None when none does, or nothing that can be read."""
    known = {one.id: one for one in requirements}
    try:
        rows = [
            row for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if (row := _row(line))
        ]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}.") from None
    if not rows or rows[0].get("format") != FORMAT:
        return None
    kept = {row["id"]: result for row in rows[1:] if row.get("id") in known and (result := _kept(known, row))}
    return Earlier(str(rows[0].get("began")), any("ended" in row for row in rows), kept)


def _kept(known: Mapping[str, Requirement], row: dict[str, Any]) -> Kept | None:
    try:
        told = dict(row["result"])
        told["evidence"] = msgspec.convert(told["evidence"], Evidence)
        return Kept(Result(requirement=known[row["id"]], **told), row["fingerprint"])
    except (KeyError, TypeError, ValueError, msgspec.ValidationError):
        return None


def _row(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _line(told: dict[str, Any]) -> str:
    return json.dumps(_masked(msgspec.to_builtins(told)), ensure_ascii=False) + "\n"


def _masked(value: Any) -> Any:
    match value:
        case str():
            return masked(value)
        case dict():
            return {key: one if key == "jpeg" else _masked(one) for key, one in value.items()}
        case list() | tuple():
            return [_masked(one) for one in value]
        case _:
            return value
