"""The command `attest`: answer once what no machine can see, and see what is still open."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from certification_suite.answering import attestations
from certification_suite.answering.attestations import Attestation
from certification_suite.answering.questionnaire import says_something
from certification_suite.describing.config import ConfigurationError, load
from certification_suite.requirements import Requirement

WRONG_CONFIGURATION = 2


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("id_", metavar="[ID]", required=False)
@click.argument("answer", required=False)
@click.option("--by", default="", metavar="NAME", help="Who answers.")
@click.option(
    "--as-seen",
    "report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="REPORT.JSON",
    help="Answer ID by what a run observed, as its report pre-filled it.",
)
@click.option("--remove", is_flag=True, help="Take the answer to ID out again.")
@click.option(
    "--app",
    "description",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("certification.toml"),
    show_default=True,
    help="The description beside which the answers are kept; its programmes say what is open.",
)
@click.option(
    "--attestations",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Another file for the answers.  [default: attestations.toml beside the description]",
)
def main(
    id_: str | None,
    answer: str | None,
    by: str,
    report: Path | None,
    remove: bool,
    description: Path,
    file: Path | None,
) -> None:
    """Answer what no machine can see: attest LIB-C1 "The whole team, in October." --by "Rosa Díaz".

    With an ID alone the question and the answer so far are shown, without one all that is still open.
    """
    try:
        path = file or attestations.beside(description)
        given = attestations.load(path)
        if id_ is None:
            _still_open(given, description, path)
            return
        one = _question(id_)
        if report is not None and answer is None and not remove:
            answer = _as_seen(report, one)
        if answer is None and not remove:
            _shown(one, given)
            return
        _kept(path, given, one, None if remove else answer, by)
    except ConfigurationError as error:
        click.echo(f"Configuration: {error}", err=True)
        sys.exit(WRONG_CONFIGURATION)
    except OSError as error:
        click.echo(f"Configuration: {path} cannot be written: {error.strerror}.", err=True)
        sys.exit(WRONG_CONFIGURATION)


def _question(id_: str) -> Requirement:
    one = attestations.questions().get(id_.strip().upper())
    if one is None:
        raise ConfigurationError(
            f"{id_} is nothing that a person answers. `mock-clever attest` lists what is still open."
        )
    return one


def _as_seen(report: Path, one: Requirement) -> str:
    """What a report pre-filled of this question."""
    try:
        rows = json.loads(report.read_text(encoding="utf-8"))["results"]
        told = next((row["prefilled"] for row in rows if row["id"] == one.id), None)
    except OSError as error:
        raise ConfigurationError(
            f"{report} cannot be read: {error.strerror}. Name the report.json of a run."
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigurationError(f"{report} is no report of this suite. Name the report.json of a run.") from error
    if not isinstance(told, str) or not says_something(told):
        raise ConfigurationError(
            f'{report} says nothing of {one.id}. Answer it in words: mock-clever attest {one.id} "…".'
        )
    return told


def _kept(path: Path, given: dict[str, Attestation], one: Requirement, answer: str | None, by: str) -> None:
    if answer is None:
        given.pop(one.id, None)
        said = f"{one.id} is open again"
    elif answer.strip():
        told = Attestation(answer.strip(), by.strip(), datetime.now(UTC).date())
        before = given.get(one.id)
        given[one.id] = replace(told, by=told.by or (before.by if before else ""))
        said = f"{one.id} is answered"
    else:
        raise ConfigurationError(
            f"The answer to {one.id} is empty. Say it in words, or take it out with --remove."
        )
    attestations.save(path, given)
    click.echo(f"{said}, in {path}.")


def _shown(one: Requirement, given: dict[str, Attestation]) -> None:
    click.echo(f"{one.id}  {one.title}\n{one.says}\n{one.why}")
    answer = given.get(one.id)
    click.echo(f"Answered: {answer.sentence()}" if answer else attestations.next_step(one, given))


def _still_open(given: dict[str, Attestation], description: Path, path: Path) -> None:
    """What a person has to answer for the app's programmes, or for all where there is no description."""
    programmes = load(description, mock_url="http://127.0.0.1").programmes if description.is_file() else ()
    asked = [one for one in attestations.questions().values() if not programmes or one.programme in programmes]
    missing = [one for one in asked if one.id not in given]
    console = Console(soft_wrap=True, highlight=False)
    for one in missing:
        console.print(Text.assemble((f"{one.id:<9}", "bold"), f"{one.title}: {one.says}"))
    console.print(f"{len(asked) - len(missing)} of {len(asked)} are answered in {path}.")


if __name__ == "__main__":
    main(prog_name="mock-clever attest")
