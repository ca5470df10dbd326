"""Attestations: answers that outlive a run, in a file that a person may edit, and the command that writes them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from test_suite_verdicts import APP

from certification_suite.answering import attestations
from certification_suite.answering.attestations import Attestation
from certification_suite.answering.attesting import main
from certification_suite.describing.config import ConfigurationError

TOLD = st.text(min_size=1, max_size=30).filter(lambda text: text.strip() != "" and text.isprintable())
DESCRIPTION = f"""[app]
name = "App"
base_url = "{APP.base_url}"
redirect_uri = "{APP.redirect_uri}"
home_page = "/home"
user_types = ["student"]
programmes = ["sso"]
"""


@given(answer=TOLD, by=st.just("") | TOLD, on=st.none() | st.dates())
@settings(max_examples=25)
def test_what_is_saved_is_loaded(
    tmp_path_factory: pytest.TempPathFactory, answer: str, by: str, on: date | None
) -> None:
    path = tmp_path_factory.mktemp("answers") / "attestations.toml"
    kept = {"LIB-C1": Attestation(answer.strip(), by, on), "SYN-Q03": Attestation("A district.")}
    attestations.save(path, kept)
    assert attestations.load(path) == kept


def test_no_file_is_no_answer(tmp_path: Path) -> None:
    assert attestations.load(tmp_path / "attestations.toml") == {}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[LIB-C1]\nanswer = "a\nby = "b"\n', 2, "An answer looks like this"),
        ('[LIB-C1]\nanswer = "a"\n\n[SSO-05]\nanswer = "b"\n', 4, "SSO-05 is nothing that a person answers"),
        ('[LIB-C1]\nanswer = "a"\non = "yesterday"\n', 3, "a day without quotes"),
        ("[LIB-C1]\nanswer = 3\n", 2, "Write text in quotes"),
        ('[LIB-C1]\nanswer = "a"\nwho = "b"\n', 3, "It may have answer, by, on"),
        ('[LIB-C1]\nby = "a"\n', 1, "has no answer"),
        ('\nLIB-C1 = "a"\n', 2, "below it answer"),
    ],
)
def test_a_bad_file_is_a_configuration_error_that_names_the_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    path = tmp_path / "attestations.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        attestations.load(path)
    assert str(refused.value).startswith(f"{path}:{line}: ") and words in str(refused.value)


def test_the_report_shows_the_answer_or_the_question() -> None:
    one = attestations.questions()["SSO-C1"]
    given = {"SSO-C1": Attestation("Two of us.", "Rosa Díaz", date(2026, 10, 14))}
    assert attestations.told(one, given) == "Two of us. (Rosa Díaz, 2026-10-14)"
    assert attestations.told(one, {}) == one.says
    assert "mock-clever attest SSO-C1" in attestations.next_step(one, {})
    assert attestations.next_step(one, given) == ""


def test_the_command_answers_shows_and_takes_back(tmp_path: Path) -> None:
    description = tmp_path / "certification.toml"
    description.write_text(DESCRIPTION)

    def attest(*arguments: str) -> tuple[int, str]:
        ended = CliRunner().invoke(main, [*arguments, "--app", str(description)])
        return ended.exit_code, ended.output

    code, told = attest()
    assert code == 0 and "SSO-C1 " in told and "0 of 11 are answered" in told and "LIB-" not in told
    assert attest("sso-c1", "All of us.", "--by", "Rosa Díaz")[0] == 0
    assert attestations.load(tmp_path / "attestations.toml")["SSO-C1"].sentence().startswith("All of us. (Rosa")
    assert attest("SSO-C1", "Two of us.")[0] == 0
    assert "Answered: Two of us. (Rosa Díaz" in attest("SSO-C1")[1]
    assert "SSO-C1 " not in attest()[1]
    assert attest("SSO-C1", "--remove")[0] == 0
    assert attestations.load(tmp_path / "attestations.toml") == {}


def test_an_answer_may_be_what_a_run_observed(tmp_path: Path) -> None:
    report, file = tmp_path / "report.json", tmp_path / "a.toml"
    rows = [{"id": "SYN-Q01", "prefilled": "v3.1."}, {"id": "SYN-Q29", "prefilled": "Not observed: nothing."}]
    report.write_text(json.dumps({"results": rows}))

    def as_seen(id_: str) -> int:
        return CliRunner().invoke(main, [id_, "--as-seen", str(report), "--attestations", str(file)]).exit_code

    assert [as_seen(id_) for id_ in ("SYN-Q01", "SYN-Q29", "SYN-Q03")] == [0, 2, 2]
    assert {id_: one.answer for id_, one in attestations.load(file).items()} == {"SYN-Q01": "v3.1."}
    for broken in ("{}", "[]", "{", '{"results": [1]}'):
        report.write_text(broken)
        assert as_seen("SYN-Q01") == 2
    report.unlink()
    assert as_seen("SYN-Q01") == 2


REFUSED = [("SSO-05", "Yes."), ("SSO-C1", " "), ("SSO-C1", "\udcff"), ("--attestations", "/proc/none/x")]


@pytest.mark.parametrize("arguments", REFUSED, ids=ascii)
def test_what_cannot_be_answered_is_refused_and_nothing_is_written(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    more = arguments if "--attestations" in arguments else (*arguments, "--attestations", str(tmp_path / "a.toml"))
    given = ("SSO-C1", "Yes.", *more) if more == arguments else more
    ended = CliRunner().invoke(main, given)
    assert ended.exit_code == 2 and ended.output.startswith("Configuration: ")
    assert list(tmp_path.iterdir()) == []
