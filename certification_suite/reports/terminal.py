"""The run as a person at a terminal reads it: each verdict as it falls, why, the counts, what to do next.

The last lines are the first that a person sees. What an app wrote is shown without the characters that steer a
terminal.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from certification_suite.answering.questionnaire import says_something
from certification_suite.catalogue import PROGRAMMES
from certification_suite.describing.config import AppUnderTest
from certification_suite.reports import comparison
from certification_suite.reports.urgency import first_to_do
from certification_suite.requirements import EVIDENCE, Requirement
from certification_suite.running.runner import Result
from certification_suite.verdicts import WORDS, Attest, CouldNotRun, Fail, NeedsReview

COLOURS = {
    "pass": "green",
    "fail": "bold red",
    "needs review": "yellow",
    "attest": "cyan",
    "not applicable": "dim",
    "could not run": "bold magenta",
}
SHORT = {"needs review": "look", "attest": "ask", "not applicable": "n/a", "could not run": "none"}
"""Verdicts in four letters."""

NARROW = 64
"""A terminal of fewer columns gets labels above their texts instead of beside them."""

STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
Row = Mapping[str, Any]


def header(console: Console, app: AppUnderTest, notes: list[str]) -> None:
    title = Text.assemble((plain(app.name), "bold"), f" at {app.base_url}, with the mock at {app.mock_url}")
    console.print(title, soft_wrap=True)
    for note in notes:
        console.print(Text.assemble(("Note: ", "yellow"), plain(note)))
    console.print()


def line(console: Console, result: Result) -> None:
    """One verdict, as it falls; the questions of the form are only counted in the end."""
    if result.requirement.level == "questionnaire":
        return
    requirement, narrow = result.requirement, console.width < NARROW
    grid = Table.grid(padding=(0, 1 if narrow else 2))
    grid.add_column(width=4 if narrow else 14, justify="right", no_wrap=not narrow)
    grid.add_column(width=8, no_wrap=True)
    grid.add_column(overflow="fold")
    told = SHORT.get(result.verdict, result.verdict) if narrow else result.verdict
    word = Text(told, style=COLOURS[result.verdict])
    title = Text(requirement.title)
    if requirement.check is not None:
        title.append(f"  {_when(result)}", style="dim")
    grid.add_row(word, Text(requirement.id, style="bold"), title)
    console.print(grid)


def _when(result: Result) -> str:
    return f"from {result.carried[:16]}" if result.carried else f"{result.seconds:.1f}s"


def summary(console: Console, run: Mapping[str, Any]) -> None:
    """What is wrong and how to mend it, the counts per programme, and what to do next."""
    for row in run["results"]:
        if row["verdict"] in (Fail.word, NeedsReview.word, CouldNotRun.word):
            _explain(console, row)
    _counts(console, run["results"])
    _next(console, run)


def _counts(console: Console, rows: Sequence[Row]) -> None:
    tallies = {
        name: Counter(row["verdict"] for row in rows if row["programme"] == programme)
        for programme, name in PROGRAMMES.items()
    }
    words = [word for word in WORDS if any(tally[word] for tally in tallies.values())]
    console.print()
    if console.width < NARROW:
        for name, tally in tallies.items():
            if tally:
                counted = ", ".join(f"{tally[word]} {word}" for word in words if tally[word])
                console.print(Text.assemble((f"{name}: ", "bold"), counted))
    else:
        console.print(_table({name: tally for name, tally in tallies.items() if tally}, words))
    for programme, name in PROGRAMMES.items():
        if asked := [row for row in rows if row["programme"] == programme and row["level"] == "questionnaire"]:
            console.print(Text(f"{name}: {_questions(asked)}", style="dim"))


def _table(tallies: Mapping[str, Counter[str]], words: Sequence[str]) -> Table:
    table = Table(title="Verdicts", title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("Programme", no_wrap=True)
    for word in words:
        table.add_column(word, justify="right", style=COLOURS[word])
    for name, tally in tallies.items():
        table.add_row(name, *[str(tally[word] or "·") for word in words])
    return table


def _questions(asked: Sequence[Row]) -> str:
    answered = sum(row["answer"] is not None for row in asked)
    begun = sum(row["answer"] is None and says_something(row["prefilled"]) for row in asked)
    open_ = len(asked) - answered - begun
    return f"{len(asked)} questions for the form: {answered} answered, {begun} pre-filled, {open_} open."


def _explain(console: Console, row: Row) -> None:
    console.print()
    title = (f"{row['id']} {row['title']}", "bold")
    console.print(Text.assemble((f"{row['verdict']} ", COLOURS[row["verdict"]]), title))
    evidence = row["evidence"]
    told = [("observed", row["observed"])]
    if row["verdict"] == Fail.word:
        told += [("expected", row["expected"]), ("why", row["why"])]
    told += [("next", row["next_step"])]
    told += [("injected", event["line"]) for event in evidence["injected"]]
    told += [("seen", exchange["line"]) for exchange in evidence["exchanges"]]
    told += [("source", row["source"].removeprefix("https://"))]
    _labelled(console, told)
    _command(console, "replay", row["replay"])


def _labelled(console: Console, told: Sequence[tuple[str, str]]) -> None:
    if console.width < NARROW:
        for name, what in told:
            console.print(Text.assemble((f"{name}: ", "dim"), plain(what)), overflow="fold")
        return
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", justify="right", width=8)
    grid.add_column(overflow="fold")
    for name, what in told:
        grid.add_row(name, Text(plain(what)))
    console.print(Padding(grid, (0, 0, 0, 2)))


def _command(console: Console, name: str, command: str) -> None:
    """A command on a line of its own, never broken, so that it can be copied."""
    if command:
        pad = "" if console.width < NARROW else " " * (10 - len(name))
        console.print(Text.assemble((f"{pad}{name}  ", "dim"), plain(command)), soft_wrap=True)


def _next(console: Console, run: Mapping[str, Any]) -> None:
    """How it stands, and the one thing to do first."""
    console.print()
    console.print(Text.assemble(*_standing(run)))
    if told := comparison.sentence(run["comparison"]):
        console.print(Text(plain(f"Since the run before: {told}."), style="dim"))
    if first := first_to_do(run["results"]):
        console.print(Text.assemble(("Begin with ", ""), (f"{first['id']} {first['title']}", "bold"), ":"))
        console.print(Text(plain(first["next_step"])))
        console.print(Text(plain(first["replay"]), style="bold"), soft_wrap=True)
    elif asked := sum(row["verdict"] == Attest.word and row["answer"] is None for row in run["results"]):
        told = f"Left to answer, as only you can: {asked}. Say `mock-clever attest`."
        console.print(told, highlight=False, soft_wrap=True)


def _standing(run: Mapping[str, Any]) -> tuple[tuple[str, str], str]:
    counts, judged = run["counts"], len(run["results"])
    failed, broken = counts.get(Fail.word, 0), counts.get(CouldNotRun.word, 0)
    if run["exit_code"] == 1:
        return ("Not ready. ", COLOURS[Fail.word]), f"{failed} of {judged} failed."
    if run["exit_code"] == 3:
        return ("No verdict. ", COLOURS[CouldNotRun.word]), f"{broken} of {judged} could not run."
    if failed:
        return ("Nothing that decides failed. ", "bold"), f"{failed} of {judged} did of what is advised."
    if broken:
        return ("Nothing failed. ", "bold"), f"{broken} of {judged} can only be seen in a real browser."
    if unsure := counts.get(NeedsReview.word, 0):
        return ("Nothing failed. ", "bold"), f"A person should look at {unsure} of {judged}."
    return ("In order. ", COLOURS["pass"]), f"Nothing failed among {judged}."


def plain(words: str) -> str:
    """The words without anything that would steer a terminal."""
    return STEERING.sub("�", words)


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
