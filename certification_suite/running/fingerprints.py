"""Whether a verdict of an earlier run still holds, as far as the suite can know: what it rests on is the same.

A fingerprint is made of the source of the check and of every module that it leans on, of the description, and of
the options that may change a verdict. What the app itself does is not in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from certification_suite.describing.config import AppUnderTest
from certification_suite.requirements import Requirement

IMPORT = re.compile(r"^ *(?:from|import) (certification_suite[\w.]*)", re.MULTILINE)


def fingerprints(
    app: AppUnderTest, requirements: Iterable[Requirement], options: Mapping[str, object]
) -> dict[str, str]:
    """By the ids of requirements. What a person answers, and what sums up others, has none: it is said anew."""
    described = repr(replace(app, mock_url="", not_applicable={}, probe=replace(app.probe, folder="")))
    run = repr(sorted(options.items()))
    return {
        one.id: _hash(described, app.not_applicable.get(one.id, ""), run, source(one.check.__module__))
        for one in requirements
        if one.check is not None and not one.sums
    }


@cache
def source(module: str) -> str:
    """A fingerprint of a module and of every module of the suite that it imports, directly or not."""
    found: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _text(name)
            waiting += IMPORT.findall(found[name])
    return _hash(*(found[name] for name in sorted(found)))


@cache
def _text(module: str) -> str:
    spec = find_spec(module)
    return Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else ""


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
