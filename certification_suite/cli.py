"""The command: read the description, look before judging, judge, and tell it four ways.

Exit codes: 0 nothing decisive failed, 1 something did, 2 the configuration is wrong, 3 no verdict.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console

from certification_suite import preflight
from certification_suite.catalogue import catalogue, chosen
from certification_suite.config import AppUnderTest, ConfigurationError, load
from certification_suite.drivers.browser import TIMEOUT
from certification_suite.drivers.chromium import NONE, Chromium, installed
from certification_suite.reports import dossier, junit, machine, terminal
from certification_suite.runner import Result, exit_code, run
from certification_suite.verdicts import CouldNotRun

WRONG_CONFIGURATION = 2
HARNESS = 3


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--app",
    "description",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("certification.toml"),
    show_default=True,
    help="The file that describes the app under test.",
)
@click.option("--mock", "mock_url", metavar="URL", help="Where the mock runs; overrules mock_url in the file.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write report.html, report.json and junit.xml here.",
)
@click.option("--only", multiple=True, metavar="ID,…", help="Judge only these requirements, e.g. SSO-05,SYN-06.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first fail.")
@click.option(
    "--patience",
    type=click.FloatRange(min=0, min_open=True),
    default=TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for each answer of the app. After two checks in a row without one the run ends.",
)
@click.option(
    "--hurry",
    type=click.FloatRange(min=1),
    default=1,
    metavar="TIMES",
    help="The app waits for its answers this many times shorter than it would; slow answers are as much shorter.",
)
@click.option(
    "--browser",
    metavar="PATH|none",
    help="A Chromium for what only a real browser shows (left out: one on the PATH); none leaves that out.",
)
@click.option("--list", "list_only", is_flag=True, help="Print the catalogue and stop.")
def main(
    description: Path,
    mock_url: str | None,
    out: Path | None,
    only: tuple[str, ...],
    fail_fast: bool,
    patience: float,
    hurry: float,
    browser: str | None,
    list_only: bool,
) -> None:
    """Judge an app that speaks to Clever, requirement by requirement, against the mock.

    \b
    Exit codes: 0 nothing decisive failed, 1 something did,
                2 the configuration is wrong, 3 the harness could not judge.
    """
    console = Console(soft_wrap=False)
    if list_only:
        terminal.listing(console, catalogue())
        return
    try:
        _check_browser(browser)
        app = load(description, mock_url=mock_url)
        requirements = chosen(app, [id_ for given in only for id_ in given.split(",")])
        app, notes = preflight.check(app, patience=patience)
    except ConfigurationError as error:
        click.echo(f"Configuration: {error}", err=True)
        sys.exit(WRONG_CONFIGURATION)
    except CouldNotRun as trouble:
        click.echo(f"Harness: {trouble.observed}", err=True)
        sys.exit(HARNESS)
    terminal.header(console, app, notes)
    why_not = "--browser none leaves it out." if browser == NONE else ""
    chromium = Chromium(installed(browser), why_not=why_not, patience=patience)
    with closing(chromium):
        judged = run(
            app,
            requirements,
            clock=time.perf_counter,
            pause=time.sleep,
            fail_fast=fail_fast,
            patience=patience,
            chromium=chromium,
            hurry=hurry,
        )
        results = told(console, judged)
    terminal.summary(console, results)
    if out:
        write(out, app, results, at=datetime.now(UTC).isoformat(timespec="seconds"))
        console.print(f"\nThe whole story, with evidence: {out / 'report.html'}", highlight=False, soft_wrap=True)
    sys.exit(exit_code(results))


def _check_browser(asked: str | None) -> None:
    if asked not in (None, NONE) and shutil.which(str(asked)) is None:
        raise ConfigurationError(f"--browser {asked}: there is no such program. Name a Chromium, or none.")


def told(console: Console, judged: Iterable[Result]) -> list[Result]:
    """Print each verdict as it falls."""
    results = []
    for result in judged:
        terminal.line(console, result)
        results.append(result)
    return results


def write(out: Path, app: AppUnderTest, results: list[Result], *, at: str) -> None:
    """The three files of a run."""
    out.mkdir(parents=True, exist_ok=True)
    document = machine.document(app, results, at=at)
    (out / "report.json").write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    shots = {shot.fingerprint: shot.jpeg for result in results for shot in result.evidence.pictures}
    (out / "report.html").write_text(dossier.page(document, shots), encoding="utf-8")
    (out / "junit.xml").write_bytes(junit.document(app.name, results))
