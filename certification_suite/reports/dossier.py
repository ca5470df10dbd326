"""The run as one self-contained HTML page: it asks no network for anything, prints well, and filters by itself."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from certification_suite.catalogue import PROGRAMMES
from certification_suite.reports import comparison
from certification_suite.reports.urgency import first_to_do
from certification_suite.requirements import EVIDENCE, GUIDES, LEVELS
from certification_suite.verdicts import WORDS, CouldNotRun, Fail, NeedsReview

TEMPLATES = Path(__file__).parent
NO_PICTURES: Mapping[str, bytes] = MappingProxyType({})
OUTCOMES = (
    (1, Fail.word, "Not ready.", "{} failed. Each says what was expected, what was seen and what to do next."),
    (3, CouldNotRun.word, "No verdict.", "{} could not run, which says nothing about the app."),
    (0, Fail.word, "Nothing that decides failed.", "{} failed, which are advised."),
    (0, CouldNotRun.word, "Nothing failed.", "{} can only be seen in a real browser, and this run had none."),
    (
        0,
        NeedsReview.word,
        "Nothing failed.",
        "A person should look at {}, which the suite could not see to the end.",
    ),
)
"""How it stands: the exit code decides, and where several go with it the first verdict that occurs."""

Row = Mapping[str, Any]


def page(run: Mapping[str, Any], pictures: Mapping[str, bytes] = NO_PICTURES) -> str:
    """The dossier of a run as reports/machine.py documents it, with its pictures (fingerprint → JPEG) in it."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["pretty"] = _pretty
    environment.filters["slug"] = lambda word: word.replace(" ", "-")
    environment.filters["moment"] = lambda at: at[:16].replace("T", " ")
    style, script = _static("dossier.css"), _static("dossier.js")
    return (
        environment.get_template("dossier.html")
        .render(
            run=run,
            style=style,
            script=script,
            policy=_policy(script),
            outcome=_outcome(run),
            first=first_to_do(run["results"]),
            judged={row["id"] for row in run["results"]},
            since=comparison.sentence(run["comparison"]),
            programmes=[_programme(run["results"], key) for key in PROGRAMMES if _any(run["results"], key)],
            choices=_choices(run["results"]),
            words=WORDS,
            levels=LEVELS,
            classes=EVIDENCE,
            guides=GUIDES,
            pictures={fingerprint: b64encode(jpeg).decode() for fingerprint, jpeg in pictures.items()},
        )
        .lstrip()
    )


def _static(name: str) -> Markup:
    return Markup((TEMPLATES / "static" / name).read_text(encoding="utf-8"))  # ours, and nothing of an app's


def _policy(script: str) -> str:
    """What a browser lets the page do: show itself and run its own script, and ask nobody for anything."""
    own = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = f"img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{own}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _outcome(run: Mapping[str, Any]) -> dict[str, Any]:
    """How it stands, and the requirements that make it so."""
    rows = run["results"]
    for code, word, headline, sentence in OUTCOMES:
        found = [row for row in rows if row["verdict"] == word]
        if found and run["exit_code"] == code:
            counted = f"{len(found)} of {len(rows)} requirements"
            return {"verdict": word, "headline": headline, "sentence": sentence.format(counted), "results": found}
    told = "Everything a machine can see is in order."
    return {"verdict": "pass", "headline": "In order.", "sentence": told, "results": []}


def _any(rows: Sequence[Row], programme: str) -> bool:
    return any(row["programme"] == programme for row in rows)


def _programme(rows: Sequence[Row], key: str) -> dict[str, Any]:
    """A programme's rows: those that were judged, and those that a person answers."""
    own = [row for row in rows if row["programme"] == key]
    asked = [row for row in own if row["evidence_class"] == "H"]
    return {
        "name": PROGRAMMES[key],
        "counts": Counter(row["verdict"] for row in own),
        "judged": [row for row in own if row["evidence_class"] != "H"],
        "asked": asked,
        "answered": sum(row["answer"] is not None for row in asked),
    }


def _choices(rows: Sequence[Row]) -> list[tuple[str, str, dict[str, str]]]:
    """What can be chosen besides the verdict: the attribute of a row, what stands for all, and the choices."""
    levels = {level: level for level in LEVELS}
    classes = {letter: f"{letter}: {meaning}" for letter, meaning in EVIDENCE.items()}
    told = (
        ("programme", "All programmes", "programme", PROGRAMMES),
        ("level", "All levels", "level", levels),
        ("class", "All classes", "evidence_class", classes),
    )
    there = {key: {row[key] for row in rows} for _, _, key, _ in told}
    return [
        (name, every, {value: label for value, label in labels.items() if value in there[key]})
        for name, every, key, labels in told
    ]


def _pretty(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
