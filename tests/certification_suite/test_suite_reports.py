"""The four ways a run is told."""

from __future__ import annotations

import io
import json
import re
from importlib import resources
from xml.etree import ElementTree

import jsonschema
import pytest
from rich.console import Console
from test_suite_verdicts import APP

from certification_suite.catalogue import catalogue
from certification_suite.evidence import Evidence, Excerpt, Exchange, Picture, mask, masked
from certification_suite.reports import dossier, junit, machine, terminal
from certification_suite.runner import Result
from certification_suite.verdicts import WORDS

AT = "2026-01-31T12:00:00+00:00"
TOKENS = Exchange(
    id=7,
    at=AT,
    kind="oauth",
    method="POST",
    path="/oauth/tokens",
    query={},
    status=400,
    client_id="abc",
    user=None,
    credential="basic",
    request={"body": {"code": mask("c" * 40)}},
    response={"body": {"error": "invalid_grant"}},
    fault="F1",
)

SHOT = Picture("The <b>screen</b>", "http://app.test/home?code=0123456789abcdef", b"\xff\xd8 not much of a JPEG")


@pytest.fixture
def results() -> list[Result]:
    """One result for each verdict, with awkward texts."""
    evidence = Evidence(
        exchanges=[TOKENS],
        pages=[
            Excerpt(
                "A page", "http://app.test/callback?code=0123456789abcdef", 500, "<script>alert(1)</script>\x00"
            )
        ],
        probe=["GET /users → 200"],
        notes=["A note."],
        pictures=[SHOT],
    )
    requirements = catalogue()
    return [
        Result(requirements[number], word, f"Observed <b>{word}</b> \x0b", "Expected.", "Next.", evidence, 0.25)
        for number, word in enumerate(WORDS)
    ]


def test_the_json_obeys_its_schema(results: list[Result]) -> None:
    schema = json.loads(resources.files("certification_suite.reports").joinpath("report.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(json.dumps(machine.document(APP, results, at=AT)))
    jsonschema.validate(document, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document | {"format": 2}, schema)


def test_findings_keep_their_ids(results: list[Result]) -> None:
    findings = [row["finding"] for row in machine.document(APP, results, at=AT)["results"]]
    assert findings[:2] == [None, f"{results[1].requirement.id}/fail"]
    assert len(set(findings)) == len(findings)


def test_the_junit_counts_each_kind_of_outcome(results: list[Result]) -> None:
    root = ElementTree.fromstring(junit.document(APP.name, results))
    [suite] = root.findall("testsuite")
    assert {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "6",
        "failures": "1",
        "errors": "1",
        "skipped": "3",
    }
    failure = suite.find("testcase/failure")
    assert failure is not None and failure.text is not None
    assert {line.partition(":")[0] for line in failure.text.splitlines()} >= {
        "Expected",
        "Observed",
        "Why",
        "Next",
        "Source",
    }


def test_the_dossier_needs_no_network(results: list[Result]) -> None:
    html = dossier.page(machine.document(APP, results, at=AT))
    assert not re.search(
        r"""(src|action)\s*=|href\s*=\s*"[^#]|@import|url\(|fetch\(|XMLHttp|<link|<img|<iframe""", html
    )


def test_a_picture_stands_in_the_dossier_and_is_listed_in_the_json(results: list[Result]) -> None:
    document = machine.document(APP, results, at=AT)
    listed = document["results"][0]["evidence"]["pictures"]
    assert [(row["title"], row["bytes"], row["sha256"]) for row in listed] == [
        (SHOT.title, len(SHOT.jpeg), SHOT.fingerprint)
    ]
    html = dossier.page(document, {SHOT.fingerprint: SHOT.jpeg})
    assert re.findall(r'<img alt="([^"]*)" src="data:image/jpeg;base64,/9g', html)[0].startswith("The &lt;b&gt;")
    assert not re.search(r"""(?:src|href)\s*=\s*"(?!#|data:image/jpeg;base64,)""", html)
    assert "<b>screen" not in html and "0123456789abcdef" not in html


def test_the_dossier_escapes_what_the_vendor_wrote(results: list[Result]) -> None:
    html = dossier.page(machine.document(APP, results, at=AT))
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "0123456789abcdef" not in html


def test_the_dossier_shows_every_requirement_with_its_evidence(results: list[Result]) -> None:
    html = dossier.page(machine.document(APP, results, at=AT))
    for result in results:
        assert f'id="{result.requirement.id}" data-word="{result.verdict}"' in html
    assert "#7 POST /oauth/tokens → 400 [fault F1]" in html


def test_the_terminal_says_what_to_do(results: list[Result]) -> None:
    out = io.StringIO()
    console = Console(file=out, width=100)
    terminal.header(console, APP, ["A note [with brackets]."])
    for result in results:
        terminal.line(console, result)
    terminal.summary(console, results)
    terminal.listing(console, catalogue())
    told = out.getvalue()
    for word in ("expected", "observed", "why", "next", "source", "A note [with brackets]."):
        assert word in told


def test_secrets_in_addresses_are_masked_alike() -> None:
    assert masked("/callback?code=0123456789&x=1") == f"/callback?code={mask('0123456789')}&x=1"
    assert mask("0123456789") == "0123…#84d89877"
