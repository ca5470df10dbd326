"""The run as one self-contained HTML page: no network, prints well, filters without a server."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from certification_suite.catalogue import PROGRAMMES
from certification_suite.requirements import EVIDENCE, LEVELS
from certification_suite.verdicts import WORDS

TEMPLATES = Path(__file__).parent
NO_PICTURES: Mapping[str, bytes] = MappingProxyType({})


def page(run: dict[str, Any], pictures: Mapping[str, bytes] = NO_PICTURES) -> str:
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
    programmes = [
        {
            "key": key,
            "name": name,
            "results": [result for result in run["results"] if result["programme"] == key],
            "counts": Counter(result["verdict"] for result in run["results"] if result["programme"] == key),
        }
        for key, name in PROGRAMMES.items()
        if any(result["programme"] == key for result in run["results"])
    ]
    return environment.get_template("dossier.html").render(
        run=run,
        programmes=programmes,
        words=WORDS,
        levels=LEVELS,
        classes=EVIDENCE,
        pictures={fingerprint: b64encode(jpeg).decode() for fingerprint, jpeg in pictures.items()},
    )


def _pretty(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
