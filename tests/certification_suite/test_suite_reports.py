"""The ways a run is told: JSON, JUnit, Markdown, a terminal. Dossier, SARIF and comparison have other files."""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt
from rich.console import Console
from stage import Stage
from telling import ANSWER, EVIDENCE, HOSTILE, one_of_each, requirement, result, told
from test_suite_verdicts import APP

from certification_suite.catalogue import PROGRAMMES, catalogue
from certification_suite.causes import cause
from certification_suite.cli import main
from certification_suite.evidence import Evidence, mask, masked
from certification_suite.reports import dossier, files, junit, machine, markdown, replaying, terminal
from certification_suite.requirements import EVIDENCE as CLASSES
from certification_suite.requirements import LEVELS, PROOF
from certification_suite.running.runner import MOST_EXCHANGES, MOST_PAGES, Result
from certification_suite.verdicts import Blocked, Fail, NotOffered, Verdict
from vendor_app.defects import DEFECTS

SCHEMA = json.loads(resources.files("certification_suite.reports").joinpath("report.schema.json").read_text())


VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def valid(document: dict[str, Any]) -> None:
    VALIDATOR.validate(json.loads(json.dumps(document)))


def row_of(one: Result, **more: Any) -> dict[str, Any]:
    [row] = told([one], **more)["results"]
    assert isinstance(row, dict)
    return row


def test_the_json_of_every_verdict_obeys_its_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    document = told(one_of_each(), answers={"SSO-04": ANSWER}, prefilled={"SSO-04": "Seen."}, submissions=("So.",))
    valid(document)
    for wrong in ({"format": 1}, {"more": 1}, {"results": [document["results"][0] | {"verdict": "maybe"}]}):
        with pytest.raises(jsonschema.ValidationError):
            valid(document | wrong)


def test_the_schema_knows_the_whole_catalogue_and_all_the_evidence_there_may_be() -> None:
    crowded = Evidence(EVIDENCE.exchanges * MOST_EXCHANGES, EVIDENCE.pages * MOST_PAGES, [], [])
    crowded.pictures = EVIDENCE.pictures * MOST_PAGES
    known = [Result(one, "pass", "", "", "", Evidence(), 0.0) for one in catalogue()]
    valid(told([replace(known[0], evidence=crowded), *known[1:]]))
    properties = SCHEMA["$defs"]["result"]["properties"]
    assert set(properties["level"]["enum"]) == set(LEVELS)
    assert set(properties["evidence_class"]["enum"]) == set(CLASSES)
    assert set(properties["proof"]["items"]["enum"]) == set(PROOF)
    assert set(properties["programme"]["enum"]) == set(PROGRAMMES)


def stayed_open(name: str, number: int) -> None:
    if number > 1:
        raise Fail(f"{name}'s account stayed open {number} times.")
    raise Fail(f"The page of {name} " + "says nothing.")


def found_by(act: Callable[..., Any], *given: Any) -> str:
    """The cause of the verdict that this ends in."""
    with pytest.raises(Verdict) as ended:
        act(*given)
    return cause(ended.value)


def test_a_finding_is_named_by_its_cause_and_not_by_what_a_run_saw() -> None:
    assert found_by(stayed_open, "Rosa", 2) == found_by(stayed_open, "Ada", 17) == "account-stayed-open-times"
    assert found_by(stayed_open, "Rosa", 1) == "the-page-of-says-nothing"


def in_canvas(fail: Fail) -> Fail:
    fail.where = "Canvas"
    return fail


@pytest.mark.parametrize(
    ("ended", "told_as"),
    [
        (Fail("Anything.", cause="Two at once"), "two-at-once"),
        (NotOffered("GET /users"), "no-probe-for-get-users"),
        (Blocked("no login.", by="SSO-01"), "blocked-by-sso-01"),
        (in_canvas(Fail("Raised elsewhere.")), "canvas-again"),
        (Fail("Raised elsewhere."), "again"),
    ],
)
def test_a_cause_may_be_given_and_is_at_least_where_it_was_raised(ended: Verdict, told_as: str) -> None:
    def again() -> None:
        raise ended

    assert found_by(again) == told_as


def test_only_what_somebody_must_look_at_is_a_finding() -> None:
    found = {row["verdict"]: row["finding"] for row in told(one_of_each())["results"]}
    assert {verdict for verdict, finding in found.items() if finding} == {"fail", "needs review", "could not run"}


def test_a_row_says_what_was_injected_what_was_answered_and_when_it_was_judged() -> None:
    earlier = replace(result("SSO-01", "pass"), carried="2026-01-30T08:00:00+00:00")
    assert told([earlier, result("SSO-02", "pass")])["seconds"] == 0.25
    row = row_of(earlier)
    assert row["evidence"]["injected"][0]["line"] == "#6 fault F1 struck POST /oauth/tokens → 503"
    assert row["carried"] == "2026-01-30T08:00:00+00:00"
    asked = result("SSO-C1", "attest", check=None, evidence="H", level="checklist")
    row = row_of(asked, answers={"SSO-C1": ANSWER}, prefilled={"SSO-C1": "Seen at /home?code=0123456789."})
    assert row["answer"] == {"text": ANSWER.answer, "by": "Product", "on": "2026-01-30"}
    assert row["prefilled"] == f"Seen at /home?code={mask('0123456789.')}" and row["replay"] == ""


def test_a_replay_line_holds_what_changes_the_verdict() -> None:
    options = {"variation": 3, "hurry": 10.0, "mock": None}
    base = replaying.command(Path("my app/certification.toml"), options)
    assert base == "mock-clever certify --app 'my app/certification.toml' --variation 3 --hurry 10"
    assert replaying.line(base, requirement("SSO-01")) == f"{base} --only SSO-01"
    summing = requirement("SSO-C6", sums=("SSO-01", "SSO-02"))
    assert replaying.line(base, summing) == f"{base} --only SSO-01,SSO-02,SSO-C6"


def test_a_replay_line_reproduces_its_finding(stage: Stage, tmp_path: Path) -> None:
    """One real run: its report obeys the schema, and what it says of the second run is that nothing changed."""
    stage.put(DEFECTS["AcceptsAnyState"]())
    path = tmp_path / "certification.toml"
    path.write_text(
        f"[app]\nname = 'Larkspur'\nbase_url = '{stage.door.url}'\nstart_login = '/login'\n"
        f"redirect_uri = '{stage.callback}'\nhome_page = '/home'\nprogrammes = ['sso']\n"
        f"[clever]\nmock_url = '{stage.mock_url}'\n"
    )
    out = tmp_path / "out"
    first = ["--app", str(path), "--only", "ADJ-04", "--browser", "none", "--out", str(out)]
    assert CliRunner().invoke(main, first).exit_code == 1
    report = json.loads((out / "report.json").read_text())
    valid(report)
    assert report["environment"]["mock"]["preset"] == "sandbox"
    [row] = report["results"]
    assert row["finding"] == "ADJ-04/fail/forged-state"
    program, command, *arguments = shlex.split(row["replay"])
    assert (program, command) == ("mock-clever", "certify")
    again = CliRunner().invoke(main, [*arguments, "--out", str(out)])
    assert again.exit_code == 1 and "1 still" in again.output
    report = json.loads((out / "report.json").read_text())
    [second] = report["results"]
    [security] = json.loads((out / "report.sarif").read_text())["runs"][0]["results"]
    assert (security["ruleId"], security["level"]) == ("ADJ-04", "error")
    assert (second["verdict"], second["finding"]) == (row["verdict"], row["finding"])


def test_the_files_are_written_whatever_an_app_says(tmp_path: Path) -> None:
    odd = replace(result("SSO-01", "fail"), observed="\ud800 half a character, \x00 none")
    files.write(tmp_path, told([odd]), [odd], {"more.csv": "one,two"})
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"report.html", "report.json", "report.md", "report.sarif", "junit.xml", "more.csv"}
    ElementTree.fromstring((tmp_path / "junit.xml").read_bytes())


def test_the_junit_counts_each_kind_of_outcome() -> None:
    root = ElementTree.fromstring(junit.document(told(one_of_each())))
    [suite] = root.findall("testsuite")
    counts = {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "6", "failures": "1", "errors": "1", "skipped": "3"}
    failure = suite.find("testcase/failure")
    assert failure is not None and failure.text is not None
    said = {line.partition(":")[0] for line in failure.text.splitlines()}
    assert said >= {"Expected", "Observed", "Why", "Next", "Source", "Replay"}


def test_a_junit_case_carries_its_replay_and_its_source() -> None:
    root = ElementTree.fromstring(junit.document(told([result("SSO-02", "fail")])))
    found = {one.get("name"): one.get("value") for one in root.iterfind("testsuite/testcase/properties/property")}
    assert found["replay"] == "mock-clever certify --app certification.toml --only SSO-02"
    assert (found["source"], found["finding"]) == ("https://dev.clever.com/docs/x", "SSO-02/fail/broke")
    [case] = root.iterfind("testsuite/testcase")
    assert [child.tag for child in case] == ["properties", "failure"], "readers want the properties first"


def test_the_markdown_counts_and_tells_each_failure_with_its_replay() -> None:
    told_ = markdown.document(told(one_of_each()))
    assert "| Clever Single Sign-On | 1 | 1 | 1 | 1 | 1 | 1 |" in told_
    assert "**SSO-02 Title of SSO-02** (required)" in told_
    assert "    mock-clever certify --app certification.toml --only SSO-02" in told_.splitlines()
    assert "SSO-01 Title" not in told_


def test_what_an_app_wrote_is_text_in_markdown() -> None:
    app = replace(APP, name=HOSTILE)
    document = machine.document(app, one_of_each(), at="2026-01-31T12:00:00+00:00")
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown.document(document))
    inside = [token for outer in tokens for token in (outer, *(outer.children or ()))]
    assert not [token for token in inside if token.type.startswith("html") or token.type in ("em_open", "image")]
    links = {token.attrs["href"] for token in inside if token.type == "link_open"}
    assert links == {"https://dev.clever.com/docs/x"}
    shown = "".join(token.content for token in inside if token.type == "text")
    assert "<script>alert(1)</script> [x](http://evil.test)" in shown, "and nothing of it is lost"
    assert "//evil" not in markdown.document(document), "no reader finds an address by itself"


def screen(width: int, **more: Any) -> str:
    """What a terminal of so many columns shows of a run."""
    console = Console(file=io.StringIO(), width=width, **more)
    results = one_of_each()
    terminal.header(console, APP, ["A note [with brackets]."])
    for one in results:
        terminal.line(console, one)
    terminal.summary(console, told(results))
    terminal.listing(console, catalogue()[:3])
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_terminal_says_why_and_last_what_to_do() -> None:
    said = screen(100)
    for word in ("expected", "observed", "why", "next", "injected", "source", "replay", "A note [with brackets]."):
        assert word in said
    after = said.partition("Verdicts")[2]
    assert "Not ready. 1 of 6 failed." in after and "Begin with SSO-02" in after


@pytest.mark.parametrize(
    ("results", "headline"),
    [
        ([result("SSO-01", "could not run")], "No verdict."),
        ([replace(result("ADJ-24", "could not run"), excused=True)], "Nothing failed."),
        ([result("SSO-R1", "fail", level="recommended")], "Nothing that decides failed."),
        ([result("SSO-R1", "fail", level="recommended"), result("SSO-01", "could not run")], "No verdict."),
    ],
)
def test_how_it_stands_is_what_the_exit_code_says(results: list[Result], headline: str) -> None:
    console = Console(file=io.StringIO(), width=100)
    terminal.summary(console, told(results))
    assert headline in console.file.getvalue()  # type: ignore[attr-defined]
    assert f">{headline}<" in dossier.page(told(results))


@pytest.mark.parametrize("width", [30, 63, 100])
def test_a_command_is_never_broken_and_the_rest_keeps_to_the_width(width: int) -> None:
    lines = screen(width).splitlines()
    for number in (2, 3, 6):
        command = f"mock-clever certify --app certification.toml --only SSO-{number:02}"
        assert any(line.endswith(command) for line in lines)
    assert not [line for line in lines if len(line.rstrip()) > width and "mock-clever certify" not in line][1:]


def test_no_colour_and_nothing_that_steers_reaches_a_file() -> None:
    assert "\x1b" not in screen(100)
    assert "\x1b[1;31mfail" in screen(100, force_terminal=True, color_system="standard")
    assert "\x1b[31m *red*" not in screen(100, force_terminal=True, color_system="standard")


def last_line(results: list[Result], **more: Any) -> str:
    written = io.StringIO()
    terminal.summary(Console(file=written, width=100), told(results, **more))
    return written.getvalue().splitlines()[-1]


def test_a_run_without_failures_says_so_and_what_is_left_to_answer() -> None:
    asked = result("SSO-C1", "attest", check=None, evidence="H", level="checklist")
    assert last_line([result("SSO-01", "pass")]) == "In order. Nothing failed among 1."
    assert "mock-clever attest" in last_line([asked])
    assert "mock-clever attest" not in last_line([asked], answers={"SSO-C1": ANSWER})


def test_secrets_are_masked_alike_and_once() -> None:
    assert masked("/callback?code=0123456789&x=1") == f"/callback?code={mask('0123456789')}&x=1"
    assert mask("0123456789") == "0123…#84d89877"
    assert masked('{"access_token": "0123456789"}') == f'{{"access_token": "{mask("0123456789")}"}}'
    assert masked("Bearer 0123456789abcdef") == f"Bearer {mask('0123456789abcdef')}"
    for once in (masked("code=0123456789&state=ab"), masked("Basic 0123456789abcdef")):
        assert masked(once) == once
