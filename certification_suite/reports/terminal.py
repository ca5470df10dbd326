"""The run as a person at a terminal reads it: one line as each verdict falls, then what to do."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from certification_suite.catalogue import PROGRAMMES
from certification_suite.config import AppUnderTest
from certification_suite.requirements import EVIDENCE, Requirement
from certification_suite.runner import Result
from certification_suite.verdicts import WORDS, Attest, Fail

COLOURS = {
    "pass": "green",
    "fail": "bold red",
    "needs review": "yellow",
    "attest": "cyan",
    "not applicable": "dim",
    "could not run": "bold magenta",
}


def header(console: Console, app: AppUnderTest, notes: list[str]) -> None:
    title = Text.assemble((app.name, "bold"), f" at {app.base_url}, with the mock at {app.mock_url}")
    console.print(title, soft_wrap=True)
    for note in notes:
        console.print(Text.assemble(("Note: ", "yellow"), note))
    console.print()


def line(console: Console, result: Result) -> None:
    """One verdict, as it falls."""
    text = Text(f"{result.verdict:>14}  ", style=COLOURS[result.verdict])
    text.append(f"{result.requirement.id:<8}", style="bold")
    text.append(f" {result.requirement.title}", style="")
    text.append(f"  {result.seconds:.1f} s", style="dim")
    console.print(text)


def summary(console: Console, results: list[Result]) -> None:
    """What is wrong and how to mend it, then the counts per programme."""
    for result in results:
        if result.verdict not in ("pass", Attest.word, "not applicable"):
            _explain(console, result)
    words = [word for word in WORDS if any(result.verdict == word for result in results)]
    table = Table(title="Verdicts", title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("Programme", no_wrap=True)
    for word in words:
        table.add_column(word, justify="right", style=COLOURS[word])
    for programme, name in PROGRAMMES.items():
        counts = Counter(r.verdict for r in results if r.requirement.programme == programme)
        if counts:
            table.add_row(name, *[str(counts[word] or "·") for word in words])
    console.print()
    console.print(table)


def _explain(console: Console, result: Result) -> None:
    requirement = result.requirement
    console.print()
    console.print(
        Text.assemble(
            (f"{result.verdict} ", COLOURS[result.verdict]), (f"{requirement.id} {requirement.title}", "bold")
        )
    )
    rows = [("observed", result.observed)]
    if result.verdict == Fail.word:
        rows += [("expected", result.expected), ("why", requirement.why)]
    rows += [("next", result.next_step)]
    rows += [("seen", exchange.line()) for exchange in result.evidence.exchanges]
    rows += [("source", f"dev.clever.com/{requirement.source}")]
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", justify="right")
    grid.add_column(overflow="fold")
    for name, what in rows:
        grid.add_row(name, Text(what))
    console.print(Padding(grid, (0, 0, 0, 2)))


def listing(console: Console, requirements: list[Requirement]) -> None:
    """The catalogue."""
    table = Table(box=None, pad_edge=False)
    for column in ("id", "programme", "level", "class"):
        table.add_column(column, no_wrap=True)
    table.add_column("what Clever asks", overflow="fold", ratio=1)
    for one in requirements:
        row = (Text(one.id, style="bold"), one.programme, one.level, one.evidence, Text(one.says))
        table.add_row(*row)
    console.print(table)
    for letter, meaning in EVIDENCE.items():
        console.print(f"[dim]{letter}: {meaning}[/dim]")
