"""Writes certification.toml: what was guessed and from what, what a person answered, and what each key means."""

from __future__ import annotations

import json
import os
import textwrap
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from certification_suite.describing.config import ConfigurationError, Places, describe
from certification_suite.describing.init_guess import LOGIN_PAGES, YOURS, Guess, Guesses, guess
from certification_suite.describing.keys import KEYS, TABLES, Key
from certification_suite.describing.parts import PARTS

Ask = Callable[[str, str], str]
"""Asks a person a question, with an answer they may just confirm."""
BASE_URL = "http://127.0.0.1:5000"
ASKED = (
    ("app", "name"),
    ("app", "redirect_uri"),
    ("app", "home_page"),
    ("app", "user_types"),
    ("app", "programmes"),
    ("clever", "mock_url"),
)
"""What a person is asked, if there is one; the rest they find in the file."""
MOST_TRIES = 5
WIDTH = 110
COMMANDS = """\
# [probe.commands]
# users = "cat users.json"
# sync = "bin/sync $PROBE_MODE"
# whoami = "bin/whoami"
"""
EXAMPLE = "an example, nothing was seen: correct it"
HEAD = (
    "Your app, described once. docs/describe.md tells more, and mock-clever certify --preflight says whether it "
    "is right. A line behind # is left out: then what its comment says holds."
)


def write(
    path: Path,
    *,
    base_url: str | None = None,
    login_page: str | None = None,
    mock_url: str | None = None,
    ca: Path | None = None,
    ask: Ask | None = None,
    force: bool = False,
) -> list[str]:
    """Write the file, and say what was guessed from what. Without `ask` nobody is asked anything.

    `login_page` is where a login begins, if that is known; else the usual pages are looked at.

    Raises ConfigurationError where a file stands already, or an address is none.
    """
    if path.exists() and not force:
        raise ConfigurationError(
            f"{path} is there already, and is not overwritten. Name another with --app, or say --force."
        )
    base_url = base_url or (_answer(ask, "app", "base_url", BASE_URL) if ask else BASE_URL)
    for table, key, url in (("app", "base_url", base_url), ("clever", "mock_url", mock_url)):
        if url and (wrong := KEYS[table][key].wrong(url)):
            raise ConfigurationError(f"{key} {wrong}")
    if ca is not None and not ca.is_file():
        raise ConfigurationError(f"There is no file {ca}. Name the certificate of your app's authority, ca.pem.")
    pages = (login_page,) if login_page else LOGIN_PAGES
    seen = guess(base_url, mock_url, str(ca) if ca else None, pages=pages)
    if ca is not None:
        seen.put("ca", os.path.relpath(ca, path.absolute().parent), YOURS)
    _fill_in(seen)
    if ask:
        _ask(seen, ask)
    text = document(seen)
    describe(tomllib.loads(text), Places(str(path), text), mock_url=mock_url or BASE_URL)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error}.") from error
    return [f"Wrote {path}.", *_told(seen), f"Next: mock-clever certify --app {path} --preflight"]


def _fill_in(seen: Guesses) -> None:
    """The keys that every file must have, where nothing was seen."""
    base_url = seen.get("base_url")
    examples: dict[str, Any] = {
        "name": base_url.partition("://")[2],
        "redirect_uri": base_url.rstrip("/") + "/oauth/clever/callback",
        "home_page": "/home",
        "programmes": ["sso"],
    }
    for key, value in examples.items():
        if seen.get(key) is None:
            seen.put(key, value, EXAMPLE)


def _ask(seen: Guesses, ask: Ask) -> None:
    for table, key in ASKED:
        known = seen.get(key, table)
        if (table, key) == ("clever", "mock_url") and known:
            continue
        default = ", ".join(known) if isinstance(known, list) else known or json.loads(KEYS[table][key].example)
        answer = _answer(ask, table, key, default)
        if answer != known:
            seen.put(key, answer, YOURS, table=table)


def _answer(ask: Ask, table: str, key: str, default: str) -> Any:
    """What a person says, asked again until it can be."""
    what, trouble = KEYS[table][key], ""
    for _ in range(MOST_TRIES):
        choices = f" ({', '.join(what.choices)})" if what.choices else ""
        said = ask(f"{trouble}{what.says.rstrip('.')}{choices}", default).strip()
        value: Any = said.replace(",", " ").split() if what.kind is list else said
        wrong = what.wrong(value)
        if wrong is None:
            return value
        trouble = f"{key} {wrong} "
    raise ConfigurationError(f"{trouble}Nothing was written.")


def document(seen: Guesses) -> str:
    """The file: every key with what it means, commented out where nothing is known of it."""
    pieces = [_comment(HEAD)]
    for table, keys in KEYS.items():
        lines = [_entry(key, what, seen.values.get((table, key))) for key, what in keys.items()]
        has_any = any((table, key) in seen.values for key in keys)
        header = f"[{table}]" if has_any or table in ("app", "clever") else f"# [{table}]"
        pieces.append(f"{_comment(TABLES[table])}{header}\n\n" + "\n".join(lines))
    commands = _comment(f"{TABLES['probe.commands']} They may be called {', '.join(PARTS)}.")
    pieces.append(f"{commands}{COMMANDS}")
    pieces.append(f'{_comment(TABLES["not_applicable"])}# [not_applicable]\n# SYN-08 = "We keep no progress."\n')
    return "\n".join(pieces)


def _entry(key: str, what: Key, known: Guess | None) -> str:
    many = "One or more of" if what.kind is list else "One of"
    choices = f" {many} {', '.join(what.choices)}." if what.choices else ""
    comment = _comment(f"{what.says}{choices}{f' Left out: {what.left_out}.' if what.left_out else ''}")
    if known is None:
        return f"{comment}# {key} = {what.example}\n"
    line = f"{'# ' if known.doubtful else ''}{key} = {_toml(known.value)}\n"
    return f"{comment}{_comment(f'{_guessed(known)}.')}{line}"


def _comment(words: str) -> str:
    """As comments, whose lines are no longer than a screen is wide."""
    lines = textwrap.wrap(words, WIDTH - 2, break_long_words=False, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in lines)


def _guessed(known: Guess) -> str:
    words = "".join(c for c in " ".join(known.why.split()) if c.isprintable())
    return words.capitalize() if words in (YOURS, EXAMPLE) else f"Guessed: {words}"


def _toml(value: Any) -> str:
    """A value as TOML writes it, whose strings are JSON's, less a character or two."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _told(seen: Guesses) -> list[str]:
    lines = []
    for (table, key), known in seen.values.items():
        name = key if table == "app" else f"{table}.{key}"
        lines.append(f"  {'?' if known.doubtful else ' '} {name} = {_toml(known.value)}  ({_guessed(known)})")
    return [*lines, *(f"  ! {remark}" for remark in seen.remarks)]
