"""The command `requirements`: the catalogue, filtered, as a table, as JSON, or one row in full."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from certification_suite.answering.combinations import COMBINATIONS, GATES
from certification_suite.catalogue import PROGRAMMES, catalogue
from certification_suite.reports import terminal
from certification_suite.requirements import EVIDENCE, GUIDES, LEVELS, PROOF, Requirement

WRONG_CONFIGURATION = 2
Filter = Callable[[Requirement], bool]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--programme", type=click.Choice([*PROGRAMMES]), help="Only those of one programme.")
@click.option("--level", type=click.Choice([*LEVELS]), help="Only those of one level.")
@click.option(
    "--class",
    "kind",
    type=click.Choice([*EVIDENCE], case_sensitive=False),
    help="A: a machine judges; S: with your app's probe; H: a person answers.",
)
@click.option("--since", type=click.Choice([*GUIDES]), help="Only what this version of the guides asked first.")
@click.option("--id", "id_", metavar="ID", help="One of them in full, for example SSO-05.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
def main(
    programme: str | None, level: str | None, kind: str | None, since: str | None, id_: str | None, as_json: bool
) -> None:
    """Print what Clever asks of an app: every requirement, recommendation, checklist item and question."""
    wanted: dict[str, str | None] = {
        "programme": programme,
        "level": level,
        "evidence": kind and kind.upper(),
        "since": since,
        "id": id_ and id_.strip().upper(),
    }
    found = [one for one in catalogue() if all(getattr(one, key) == v for key, v in wanted.items() if v)]
    if not found:
        known = "--id names no requirement" if id_ else "Nothing is all of that"
        click.echo(f"{known}: leave the options out to see all {len(catalogue())}.", err=True)
        sys.exit(WRONG_CONFIGURATION)
    if as_json:
        click.echo(json.dumps(document(found), ensure_ascii=False, indent=2))
    elif id_:
        in_full(Console(soft_wrap=False), found[0])
    else:
        terminal.listing(Console(soft_wrap=False), found)


def document(requirements: Iterable[Requirement]) -> dict[str, Any]:
    """The rows as JSON, with what their tags mean."""
    return {
        "requirements": [as_json(one) for one in requirements],
        "levels": LEVELS,
        "classes": EVIDENCE,
        "proof": PROOF,
        "guides": GUIDES,
        "combinations": [
            {
                "programmes": sorted(one.programmes),
                "together": one.together,
                "says": one.says,
                "source": one.source,
            }
            for one in COMBINATIONS
        ],
        "gates": [
            {"programme": one.programme, "needs": one.needs, "says": one.says, "source": one.source}
            for one in GATES
        ],
    }


def as_json(one: Requirement) -> dict[str, Any]:
    """One row, with everything but its code."""
    return {
        "id": one.id,
        "title": one.title,
        "programme": one.programme,
        "level": one.level,
        "class": one.evidence,
        "since": one.since,
        "proof": list(one.proof),
        "says": one.says,
        "why": one.why,
        "mend": one.mend,
        "source": one.source,
        "needs": list(one.needs),
        "browser": one.browser,
        "sums": list(one.sums),
        "refuted_by": list(one.refuted_by),
        "prefilled": one.prefilled is not None,
    }


def in_full(console: Console, one: Requirement) -> None:
    """One row as a person reads it."""
    console.print(Text.assemble((f"{one.id}  ", "bold"), (one.title, "bold")))
    told = [
        ("programme", PROGRAMMES[one.programme]),
        ("level", f"{one.level}: {LEVELS[one.level]}"),
        ("class", f"{one.evidence}: {EVIDENCE[one.evidence]}"),
        ("since", f"{one.since}: {GUIDES[one.since]}"),
        ("seen by", "; ".join(f"{kind}, {PROOF[kind]}" for kind in one.proof)),
        ("asks" if one.evidence == "H" else "says", one.says),
        ("why", one.why),
        ("mend", one.mend),
        ("probe", ", ".join(one.needs)),
        ("browser", "a real one" if one.browser else ""),
        ("sums up", ", ".join(one.sums)),
        ("pre-filled", "by what a run observes" if one.prefilled else ""),
        ("refuted by", ", ".join(one.refuted_by)),
        ("source", f"dev.clever.com/{one.source}"),
    ]
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", justify="right")
    grid.add_column(overflow="fold")
    for name, what in told:
        if what:
            grid.add_row(name, Text(what))
    console.print(grid)


if __name__ == "__main__":
    main(prog_name="mock-clever requirements")
