"""What people answered where no machine can see, kept in a file between runs (attestations.toml).

[LIB-C1]
answer = "The whole team, in October."
by     = "Rosa Díaz, product"
on     = 2026-10-14
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from certification_suite.catalogue import catalogue
from certification_suite.describing.config import ConfigurationError, Places
from certification_suite.requirements import Requirement

FILE = "attestations.toml"
KEYS = {"answer": str, "by": str, "on": date}
LINE = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True)
class Attestation:
    """One answer: what was said, by whom, on which day."""

    answer: str
    by: str = ""
    on: date | None = None

    def sentence(self) -> str:
        """The answer with who gave it."""
        who = ", ".join(part for part in (self.by, self.on.isoformat() if self.on else "") if part)
        return f"{self.answer} ({who})" if who else self.answer


def beside(description: Path) -> Path:
    """The file that goes with a certification.toml."""
    return description.parent / FILE


def questions() -> dict[str, Requirement]:
    """What a person can answer, by its id."""
    return {one.id: one for one in catalogue() if one.check is None}


def load(path: Path) -> dict[str, Attestation]:
    """The answers of a file, none where there is no file. Raises ConfigurationError for one that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.") from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where = LINE.search(str(error))
        words = LINE.sub("", str(error)).strip().rstrip(".")
        raise ConfigurationError(
            f"{path}:{where[1] if where else len(text.splitlines())}: {words}. An answer looks like this: "
            '[LIB-C1], below it answer = "…", by = "…" and on = 2026-10-14.'
        ) from error
    return {id_: _attestation(path, text, id_, told) for id_, told in document.items()}


def _attestation(path: Path, text: str, id_: str, told: Any) -> Attestation:
    def wrong(words: str, key: str = "") -> ConfigurationError:
        return ConfigurationError(f"{_where(path, text, id_, key)}: {words}")

    if id_ not in questions():
        raise wrong(
            f"{id_} is nothing that a person answers. `mock-clever attest` lists what is, and "
            "`mock-clever requirements --class H` explains it."
        )
    if not isinstance(told, dict):
        raise wrong(f'{id_} is {told!r}. Write [{id_}] and below it answer = "…".')
    for key, value in told.items():
        if key not in KEYS:
            raise wrong(f"[{id_}] has a key {key!r}. It may have {', '.join(KEYS)}.", key)
        if type(value) is not KEYS[key]:
            how = "a day without quotes, such as 2026-10-14" if key == "on" else "text in quotes"
            raise wrong(f"{key} of [{id_}] is {value!r}. Write {how}.", key)
    if not str(told.get("answer", "")).strip():
        raise wrong(f'[{id_}] has no answer. Write answer = "…", or take the whole table out.')
    return Attestation(told["answer"].strip(), told.get("by", ""), told.get("on"))


def _where(path: Path, text: str, id_: str, key: str) -> str:
    """The file and the line that speaks of this id, or of a key below it."""
    found = Places(str(path), text).of(id_, key or None)
    if found != str(path):
        return found
    lines = text.splitlines()
    return f"{path}:{next((number for number, line in enumerate(lines, 1) if id_ in line), 1)}"


def save(path: Path, answers: Mapping[str, Attestation]) -> None:
    """Write the answers, in the order of the catalogue; the file is there whole or as it was before."""
    order = [id_ for id_ in questions() if id_ in answers]
    text = '# Answers to what no machine can see. `mock-clever attest ID "answer"` adds one; edit freely.\n'
    text += "".join(_table(id_, answers[id_]) for id_ in order)
    try:
        written = text.encode()
    except UnicodeEncodeError as error:
        raise ConfigurationError(f"An answer holds what is no text: {error.reason}. Type it as UTF-8.") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(path.name + ".new")
    half.write_bytes(written)
    half.replace(path)


def _table(id_: str, told: Attestation) -> str:
    by = f"by     = {_quoted(told.by)}\n" if told.by else ""
    on = f"on     = {told.on.isoformat()}\n" if told.on else ""
    return f"\n[{id_}]\nanswer = {_quoted(told.answer)}\n{by}{on}"


def _quoted(text: str) -> str:
    """A TOML string; JSON writes the same, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def told(requirement: Requirement, answers: Mapping[str, Attestation]) -> str:
    """What the report shows of such a requirement: the answer, or else the question."""
    given = answers.get(requirement.id)
    return given.sentence() if given else requirement.says


def next_step(requirement: Requirement, answers: Mapping[str, Attestation]) -> str:
    """How to answer; nothing when it is answered."""
    return "" if requirement.id in answers else f'Answer it: mock-clever attest {requirement.id} "…" --by NAME'
