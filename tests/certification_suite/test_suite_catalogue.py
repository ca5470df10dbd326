"""The catalogue holds together: every row of the guides, nothing dangling, nothing unexplained."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from registrations import MISTAKES
from test_suite_verdicts import APP

from certification_suite.answering.combinations import COMBINATIONS, GATES, submissions, warnings
from certification_suite.catalogue import PROGRAMMES, catalogue, chosen
from certification_suite.describing.config import ConfigurationError
from certification_suite.listing import main
from certification_suite.requirements import EVIDENCE, GUIDES, LEVELS, PROOF, Requirement
from vendor_app.defects import DEFECTS

EACH = pytest.mark.parametrize("requirement", catalogue(), ids=lambda requirement: requirement.id)
SHEET = Path(__file__).parents[3] / "shared" / "reference" / "certification.md"
OURS = {
    *(f"ADJ-{number}" for number in range(19, 30)),
    *("LMS-A4", "LMS-A5"),
    *(f"SSO-Q{number}" for number in range(5, 11)),
}
"""What the project asks beyond the guides, and the questions of older forms, which have no number there."""
SOURCE = re.compile(r"(v\d\.\d/)?docs/[a-z0-9-]+")


@EACH
def test_a_requirement_explains_itself(requirement: Requirement) -> None:
    assert requirement.level in LEVELS and requirement.evidence in EVIDENCE
    assert requirement.since in GUIDES and set(requirement.proof) <= PROOF.keys()
    for text in (requirement.says, requirement.why, requirement.mend):
        assert text.endswith((".", "?", ")")) and len(text) > 20
    assert SOURCE.fullmatch(requirement.source)


@EACH
def test_what_a_machine_judges_has_a_check_and_a_defect_and_the_rest_a_question(requirement: Requirement) -> None:
    assert (requirement.check is None) == (requirement.evidence == "H")
    assert bool(requirement.refuted_by or requirement.sums) == (requirement.check is not None)
    assert set(requirement.refuted_by) <= {*DEFECTS, *MISTAKES}
    assert bool(requirement.proof) != bool(requirement.sums)
    assert ("FORM" in requirement.proof) or requirement.evidence != "H"
    assert requirement.evidence != "S" or requirement.needs
    assert (requirement.level == "superseded") == bool(re.search(r"-O\d$", requirement.id))
    assert (requirement.level == "questionnaire") == bool(re.search(r"-Q\d+$", requirement.id))
    assert requirement.prefilled is None or requirement.level == "questionnaire"


def test_nothing_dangles() -> None:
    ids = {requirement.id for requirement in catalogue()}
    assert {id_ for requirement in catalogue() for id_ in requirement.sums} <= ids
    assert {id_ for defect in DEFECTS.values() for id_ in defect.refutes} <= ids


def test_no_two_rows_of_a_programme_have_the_same_words() -> None:
    words = Counter((requirement.programme, requirement.says) for requirement in catalogue())
    assert [said for said, times in words.items() if times > 1] == []


def test_every_row_of_the_guides_is_in_the_catalogue() -> None:
    if not SHEET.is_file():
        pytest.skip(f"The reference sheet is not here: {SHEET}.")
    tables = SHEET.read_text(encoding="utf-8").partition("## 1. ")[2].partition("\n## 2. ")[0]
    wanted = {*re.findall(r"^\| ((?:LIB|SSO|SYN|LMS|ADJ)-[A-Z]?\d+) \|", tables, re.MULTILINE)}
    wanted |= {*re.findall(r"\bSYN-C\d\b", tables)}
    for first, last in re.findall(r"^\| SYN-Q(\d+)(?:–(\d+))? \|", tables, re.MULTILINE):
        wanted |= {f"SYN-Q{number:02}" for number in range(int(first), int(last or first) + 1)}
    for programme, questions in re.findall(r"((?:LIB|SSO)-Q)(1 .*)", tables):
        wanted |= {f"{programme}{number}" for number in re.findall(r"(?:^|· Q)(\d)(?= )", questions)}
    assert len(wanted) > 130
    ids = {requirement.id for requirement in catalogue() if not requirement.id.startswith("T-")}
    assert wanted - ids == set()
    assert ids - wanted == OURS


def test_ids_are_unique_and_in_order() -> None:
    ids = [requirement.id for requirement in catalogue()]
    assert len(set(ids)) == len(ids)
    assert ids[0] == "LIB-01"
    some = ["LIB-C1", "LIB-Q9", "SSO-01", "SSO-C1", "SSO-Q9", "SSO-Q10", "SYN-01"]
    assert [id_ for id_ in ids if id_ in some] == some


def test_a_twin_asks_the_same_under_the_library_s_number() -> None:
    by_id = {requirement.id: requirement for requirement in catalogue()}
    sso, library = by_id["SSO-09"], by_id["LIB-13"]
    assert (library.programme, library.check, library.refuted_by) == ("library", sso.check, sso.refuted_by)
    assert (by_id["SSO-10"].since, by_id["LIB-16"].since) == ("2.0", "25")


def test_named_requirements_are_chosen_and_unknown_ones_refused() -> None:
    assert [r.id for r in chosen(APP, ["syn-06", " SSO-05"])] == ["SSO-05", "SYN-06"]
    assert {r.programme for r in chosen(APP)} == {"sso"}
    with pytest.raises(ConfigurationError, match="--only names SSO-77"):
        chosen(APP, ["SSO-77"])


@pytest.mark.parametrize(
    ("programmes", "words"),
    [
        (("library",), ["Submit Clever Library for itself."]),
        (("sso", "secure_sync"), ["once, together: one survey"]),
        (("library", "sso"), ["the same survey", "not accepted"]),
        (("library", "sso", "secure_sync"), ["once, together: one survey", "two reviews"]),
        (("secure_sync", "lms"), ["leaves this open"]),
        (("sso",), ["Submit Clever Single Sign-On for itself.", "not accepted"]),
        (("lms",), ["Submit LMS Connect for itself.", "partners of Secure Sync"]),
    ],
)
def test_what_goes_together_is_submitted_together(programmes: tuple[str, ...], words: list[str]) -> None:
    told = submissions(programmes)
    assert len(told) == len(words)
    assert all(word in sentence for word, sentence in zip(words, told, strict=True))
    assert warnings(programmes) == [sentence for sentence in told if sentence in {gate.says for gate in GATES}]


def test_combinations_are_of_programmes() -> None:
    assert {name for one in COMBINATIONS for name in one.programmes} == {*PROGRAMMES}
    assert {one.since for one in (*COMBINATIONS, *GATES)} <= GUIDES.keys()


def listed(*options: str) -> tuple[int, str]:
    ended = CliRunner().invoke(main, [*options])
    return ended.exit_code, ended.output


def test_the_command_lists_filters_and_tells_one_in_full() -> None:
    code, told = listed(
        "--json", "--programme", "sso", "--class", "h", "--level", "questionnaire", "--since", "1.1"
    )
    rows = json.loads(told)["requirements"]
    assert code == 0 and [row["id"] for row in rows] == [f"SSO-Q{number}" for number in range(5, 11)]
    code, told = listed("--id", "syn-06")
    assert code == 0 and "NeverArchives" in told and "dev.clever.com/docs/secure-sync" in told
    assert "SYN-06" in listed("--programme", "secure_sync")[1]
    code, told = listed("--id", "SYN-66")
    assert code == 2 and "--id names no requirement" in told
