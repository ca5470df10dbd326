"""The files of a run, each of them whole or as it was before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from certification_suite.reports import dossier, junit, markdown, sarif
from certification_suite.running.runner import Result

NO_MORE: Mapping[str, str] = MappingProxyType({})


def write(
    out: Path, document: dict[str, Any], results: Iterable[Result], more: Mapping[str, str] = NO_MORE
) -> None:
    """The reports, and `more` files by their names; report.json last, as it is what the next run compares with."""
    shots = {shot.fingerprint: shot.jpeg for result in results for shot in result.evidence.pictures}
    files = {
        "report.html": dossier.page(document, shots),
        "report.md": markdown.document(document),
        "report.sarif": _json(sarif.document(document)),
        "junit.xml": junit.document(document).decode(),
        **more,
        "report.json": _json(document),
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        fresh = out / f".{name}.new"
        fresh.write_text(text, encoding="utf-8", errors="replace")
        fresh.replace(out / name)


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
