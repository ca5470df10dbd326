"""The table of all benchmarks: `python -m benchmarks [--only NAME] [--rounds N] [--list]`. It never fails."""

from __future__ import annotations

import importlib
import pkgutil

import click
from rich.console import Console
from rich.table import Table

import benchmarks
from benchmarks.benchmark import Benchmark, Figure, NotMeasurableError


def every_benchmark() -> list[Benchmark]:
    """The `BENCHMARK` of each file in this folder, by name of file."""
    names = [each.name for each in pkgutil.iter_modules(benchmarks.__path__) if each.name != "__main__"]
    modules = [importlib.import_module(f"benchmarks.{name}") for name in names]
    return [module.BENCHMARK for module in modules if hasattr(module, "BENCHMARK")]


def row(figure: Figure) -> list[str]:
    verdict = "[green]met[/]" if figure.met else "[red]missed[/]"
    return [
        figure.what,
        figure.ours,
        figure.baseline,
        f"{figure.ratio:.2f}",
        f"{figure.bound} {figure.target:g}",
        verdict,
    ]


@click.command()
@click.option("--only", multiple=True, metavar="NAME", help="Measure only this one; may be repeated.")
@click.option("--rounds", default=7, show_default=True, help="Turns that ours and the baseline take.")
@click.option("--list", "list_them", is_flag=True, help="Say which there are, and measure nothing.")
def main(only: tuple[str, ...], rounds: int, list_them: bool) -> None:
    """Measure the mock against a bare Flask app under the same server, taking turns in the same run."""
    console = Console(width=None if Console().is_terminal else 120)
    known = {each.name: each for each in every_benchmark()}
    unknown = set(only) - set(known)
    if unknown:
        raise click.BadParameter(
            f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}",
            param_hint="--only",
        )
    if list_them:
        for each in known.values():
            console.print(f"{each.name:15} {each.asks}")
        return
    table = Table("measured", "ours", "baseline", "ratio", "target", "", title="Speed and memory")
    for name in only or known:
        console.print(f"… {known[name].asks}", style="dim")
        try:
            for figure in known[name].measure(max(rounds, 1)):
                table.add_row(*row(figure))
        except NotMeasurableError as why:
            table.add_row(name, f"[yellow]not measured[/]: {why}")
        except Exception as wrong:  # the rest of the table is worth having, whatever went wrong here
            table.add_row(name, f"[yellow]not measured[/]: {type(wrong).__name__}: {wrong}")
    console.print(table)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
