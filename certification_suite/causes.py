"""What tells one finding of a requirement from another: a few words that stay the same from run to run.

A check fails in several places, and each says so in a sentence of its own. What the sentence says of this run
(names, numbers, addresses) differs; the words around it, as they stand in the source, do not. Those are the
cause, so a finding keeps its id on every machine and until somebody writes the sentence anew.
"""

from __future__ import annotations

import ast
import re
import traceback
from functools import lru_cache
from pathlib import Path

from certification_suite.verdicts import Verdict

LONGEST = 60
"""How many characters of the words are kept."""


def cause(ended: Verdict) -> str:
    """Why a check ended like this, as a slug: what it says itself, or the words of the sentence that it raised."""
    if ended.cause:
        return slug(f"{ended.where} {ended.cause}")
    frames = traceback.extract_tb(ended.__traceback__)
    if not frames:
        return ""
    where = frames[-1]
    words = next(
        (words for first, last, words in _raised(where.filename) if first <= (where.lineno or 0) <= last), ""
    )
    return slug(f"{ended.where} {words or where.name}")


def slug(words: str) -> str:
    """Lower case and dashes, cut after a whole word."""
    whole = "-".join(re.findall(r"[a-z0-9]+", re.sub(r"['’]s?", "", words.lower())))
    return whole if len(whole) <= LONGEST else whole[: LONGEST + 1].rpartition("-")[0]


@lru_cache
def _raised(filename: str) -> tuple[tuple[int, int, str], ...]:
    """Each `raise` of a source file: its first line, its last, and the words of its first argument."""
    try:
        tree = ast.parse(Path(filename).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return ()
    return tuple(
        (node.lineno, node.end_lineno or node.lineno, _words(node.exc.args[0]))
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args
    )


def _words(sentence: ast.expr) -> str:
    """The constant words of a sentence, in their order; what is filled in is left out."""
    if isinstance(sentence, ast.Constant):
        return str(sentence.value)
    if isinstance(sentence, ast.JoinedStr):
        return " ".join(_words(part) for part in sentence.values)
    if isinstance(sentence, ast.BinOp):
        return f"{_words(sentence.left)} {_words(sentence.right)}"
    return ""
