"""The run as Markdown, for the summary of a CI job: the counts, each failure in a paragraph, how to see it again.

What an app wrote may hold Markdown or HTML of its own; here it is text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from certification_suite.catalogue import PROGRAMMES
from certification_suite.reports import comparison
from certification_suite.verdicts import WORDS, CouldNotRun, Fail, NeedsReview

SPECIAL = re.compile(r"([\\`*_{}\[\]<>&|~#!$@])")
ADDRESS = re.compile(r"(?i)(?<=\w)(://)|(?<=www)(\.)")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
LONGEST = 600
"""How many characters of a sentence are told; a CI summary has a size."""

OUTCOMES = {
    1: "**Not ready.** Something that decides failed.",
    3: "**No verdict.** Some checks could not run, which says nothing about the app.",
    0: "**Nothing that decides failed.**",
}
CLOSER = (
    (Fail.word, "Failed"),
    (CouldNotRun.word, "Could not run"),
    (NeedsReview.word, "For a person to look at"),
)
"""The verdicts that are told one by one, and under what heading."""

Row = Mapping[str, Any]


def document(run: Mapping[str, Any]) -> str:
    """The summary of a run as reports/machine.py documents it."""
    return "\n".join(_lines(run)) + "\n"


def text(words: str) -> str:
    """Words as they are, on one line, with nothing in them taken for Markdown, HTML or an address."""
    flat = UNPRINTABLE.sub("�", " ".join(words.split()))
    short = flat if len(flat) <= LONGEST else flat[:LONGEST] + " …"
    return ADDRESS.sub(lambda hit: "".join(f"\\{letter}" for letter in hit[0]), SPECIAL.sub(r"\\\1", short))


def code(words: str) -> str:
    """Words as code, with a fence longer than any in them."""
    flat = UNPRINTABLE.sub("�", " ".join(words.split()))
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", flat)), default=0))
    pad = " " if "`" in flat else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def _lines(run: Mapping[str, Any]) -> Iterator[str]:
    yield f"# Clever certification of {text(run['app']['name'])}"
    yield ""
    yield f"{OUTCOMES[run['exit_code']]} {text(run['app']['base_url'])}, {run['at'][:16].replace('T', ' ')} UTC."
    if told := comparison.sentence(run["comparison"]):
        yield from ("", f"Since the run before: {text(told)}.")
    yield from ("", *_counts(run["results"]))
    for word, heading in CLOSER:
        if rows := [row for row in run["results"] if row["verdict"] == word]:
            yield from ("", f"## {heading}", "")
            for row in rows:
                yield from _finding(row)


def _counts(rows: Iterable[Row]) -> Iterator[str]:
    counts = {key: Counter(row["verdict"] for row in rows if row["programme"] == key) for key in PROGRAMMES}
    words = [word for word in WORDS if any(count[word] for count in counts.values())]
    yield f"| Programme | {' | '.join(words)} |"
    yield "| --- |" + " ---: |" * len(words)
    for key, name in PROGRAMMES.items():
        if counts[key]:
            yield f"| {name} | {' | '.join(str(counts[key][word] or '–') for word in words)} |"


def _finding(row: Row) -> Iterator[str]:
    expected = f" **Expected:** {text(row['expected'])}" if row["verdict"] == Fail.word else ""
    yield f"**{row['id']} {text(row['title'])}** ({row['level']})"
    yield f"**Observed:** {text(row['observed'])}{expected} **Next:** {text(row['next_step'])}"
    if row["evidence"]["injected"]:
        yield "**Injected:** " + "; ".join(text(event["line"]) for event in row["evidence"]["injected"])
    yield f"**Source:** [{row['source'].removeprefix('https://')}]({row['source']})"
    yield ""
    if row["replay"]:
        yield from (f"    {UNPRINTABLE.sub('�', ' '.join(row['replay'].split()))}", "")
