"""The command: what a run is asked to do, and how it ends.

Exit codes: 0 nothing decisive failed, 1 something did, 2 the configuration is wrong, 3 no verdict, 130 stopped.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from certification_suite.catalogue import PROGRAMMES, catalogue
from certification_suite.describing import init, parts, preflight
from certification_suite.describing.by_login import by_login
from certification_suite.describing.config import ConfigurationError, load
from certification_suite.drivers.browser import TIMEOUT
from certification_suite.reports import terminal
from certification_suite.running import diary
from certification_suite.running.asked import Asked
from certification_suite.running.course import certify
from certification_suite.running.judging import apps
from certification_suite.verdicts import CouldNotRun

WRONG_CONFIGURATION = 2
HARNESS = 3
STOPPED = 130
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--app",
    "description",
    type=FILE,
    default=Path("certification.toml"),
    show_default=True,
    help="The file that describes the app under test.",
)
@click.option("--mock", "mock_url", metavar="URL", help="Where the mock runs; overrules mock_url in the file.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write report.html, .md, .json, .sarif, junit.xml and run.jsonl here, and compare with what lies there.",
)
@click.option(
    "--programme", "programmes", multiple=True, type=click.Choice(list(PROGRAMMES)), help="Just this; repeat."
)
@click.option("--only", multiple=True, metavar="ID,…", help="Judge only these requirements, e.g. SSO-05,SYN-06.")
@click.option(
    "--changed", is_flag=True, help="Judge again what did not pass in the last run, or has changed since."
)
@click.option("--resume", is_flag=True, help="Go on with the run in --out that was cut off.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first fail.")
@click.option(
    "--workers",
    type=click.IntRange(1, 32),
    default=1,
    show_default=True,
    metavar="N",
    help="Judge by N workers, each with an instance of the app (`start` in the file) and a world of the mock.",
)
@click.option("--running", is_flag=True, help="Judge the app at base_url, though the file says how to start one.")
@click.option("--attended", is_flag=True, help="Ask you to do in the app what its probe does not offer.")
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
@click.option(
    "--preset", metavar="NAME", help="The district that the mock serves; with `start` it is made for the run."
)
@click.option("--variation", type=int, metavar="SEED", help="The variation that the mock was started with.")
@click.option(
    "--attestations", type=FILE, help="The answers of people (left out: attestations.toml beside the file)."
)
@click.option("--preflight", "only_look", is_flag=True, help="Look whether all is set up, and stop.")
@click.option("--init", "only_write", is_flag=True, help="Write the file that describes the app, and stop.")
@click.option("--base-url", metavar="URL", help="Where the app runs, for --init.")
@click.option("--login-url", metavar="URL", help="Judge by this alone, without a file: the rest is guessed.")
@click.option("--ca", type=FILE, help="The authority of the app's https certificate, for --init.")
@click.option("--force", is_flag=True, help="Let --init write over a file that is there.")
@click.option("--list", "only_list", is_flag=True, help="Print the catalogue and stop.")
@click.option(
    "--probe-openapi", "only_describe", is_flag=True, help="Print what a probe may offer (OpenAPI) and stop."
)
@click.option("--mock-port", type=int, hidden=True)
def main(
    only_look: bool,
    only_write: bool,
    only_list: bool,
    only_describe: bool,
    base_url: str | None,
    login_url: str | None,
    ca: Path | None,
    force: bool,
    **options: Any,
) -> None:
    """Judge an app that speaks to Clever, requirement by requirement, against the mock.

    \b
    Exit codes: 0 nothing decisive failed, 1 something did,
                2 the configuration is wrong, 3 the harness could not judge.
    """
    asked = Asked(**options)
    with ending(asked):
        if only_list:
            terminal.listing(Console(soft_wrap=False), catalogue())
        elif only_describe:
            click.echo(parts.openapi())
        elif only_write:
            _write(asked, base_url, ca, force)
        else:
            asked = _guessed(asked, login_url) if login_url else asked
            sys.exit(_look(asked) if only_look else certify(asked, Console(soft_wrap=False)))


@contextmanager
def ending(asked: Asked) -> Iterator[None]:
    """Whatever happens ends in a sentence and an exit code that says whose it is."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except ConfigurationError as error:
        click.echo(f"Configuration: {error}", err=True)
        sys.exit(WRONG_CONFIGURATION)
    except CouldNotRun as trouble:
        click.echo(f"Harness: {trouble.observed} {trouble.next_step or ''}".rstrip(), err=True)
        sys.exit(HARNESS)
    except click.ClickException:
        raise
    except (KeyboardInterrupt, click.Abort):
        click.echo(_how_to_go_on(asked), err=True)
        sys.exit(STOPPED)
    except Exception as error:
        click.echo(_broken(error), err=True)
        sys.exit(HARNESS)
    finally:
        signal.signal(signal.SIGTERM, before)


def _how_to_go_on(asked: Asked) -> str:
    if asked.out is None:
        return "Stopped. Nothing was kept, for there is no --out."
    return f"Stopped. What was judged stands in {asked.out / diary.NAME}; go on with:\n{asked.resumption}"


def _broken(error: Exception) -> str:
    where = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(where.filename).name}, line {where.lineno}"
    return (
        f"Harness: it broke itself: {type(error).__name__}: {error} ({place}). This is a fault of the suite, not "
        "of your app. Please report it with this line."
    )


def _guessed(asked: Asked, login_url: str) -> Asked:
    """The run, by what could be guessed of the app behind this login page."""
    asked, told = by_login(asked, login_url)
    for line in told:
        click.echo(line)
    click.echo()
    return asked


def _look(asked: Asked) -> int:
    """Only look: every step, and what is wrong with it; the exit code."""
    app = load(asked.description, mock_url=asked.mock_url)
    with tempfile.TemporaryDirectory() as logs, apps(asked, app, Path(logs)) as crew:
        looked = preflight.look(crew[0], patience=asked.patience)
    for line in looked.lines(all=True):
        click.echo(line, err=looked.exit_code is not None)
    return looked.exit_code or 0


def _write(asked: Asked, base_url: str | None, ca: Path | None, force: bool) -> None:
    """Write a description; ask for what is missing where there is somebody to ask."""
    ask = (lambda question, default: str(click.prompt(question, default=default))) if sys.stdin.isatty() else None
    for line in init.write(
        asked.description, base_url=base_url, mock_url=asked.mock_url, ca=ca, ask=ask, force=force
    ):
        click.echo(line)
