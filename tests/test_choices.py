"""Every question that our notes call unknown has its answer, and every switch belongs to a question."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from mock_clever import choices
from mock_clever.choices import CHOICES, DISTRICT_OPTIONS, LATER, OTHER_SETTINGS, Choice
from mock_clever.settings import Settings
from mock_clever.sis import DistrictRow

SHEETS = Path(__file__).parents[2] / "shared" / "reference"
ROWS = {"data-api 15": 32, "sso 14": 44, "events-and-sync 11": 33, "lms-connect 11": 30}

# The switches that the sheets offer, row by row, written by hand.
SWITCHED = {
    ("data-api 15", 1): "unauthorized",
    ("data-api 15", 2): "out_of_scope",
    ("data-api 15", 7): "unknown_parameter",
    ("data-api 15", 8): "unknown_role",
    ("data-api 15", 9): "link_order",
    ("data-api 15", 10): "next_link",
    ("data-api 15", 12): "empty_resources",
    ("data-api 15", 13): "other_methods",
    ("data-api 15", 16): "healthy_state",
    ("data-api 15", 19): "nulls",
    ("data-api 15", 25): "student_extras",
    ("data-api 15", 26): "spelling",
    ("data-api 15", 27): "section_name",
    ("data-api 15", 28): "contact_identity",
    ("sso 14", 7): "token_credentials",
    ("sso 14", 16): "unversioned_me",
    ("sso 14", 19): "user_type",
    ("sso 14", 21): "issuer",
    ("sso 14", 29): "district_me",
    ("sso 14", 42): "session_life",
    ("events-and-sync 11", 1): "event_order",
    ("events-and-sync 11", 4): "former_objects",
    ("events-and-sync 11", 5): "event_last_modified",
    ("events-and-sync 11", 7): "last_sync_events",
    ("events-and-sync 11", 17): "bare_self",
    ("events-and-sync 11", 27): "event_delay",
    ("events-and-sync 11", 29): "out_of_scope",
    ("lms-connect 11", 8): "lms_go",
    ("lms-connect 11", 15): "submissions_self",
    ("lms-connect 11", 16): "submission_id",
    ("lms-connect 11", 21): "lms_go",
    ("lms-connect 11", 22): "rate_limit",
    ("lms-connect 11", 24): "lti_mode",
}


def of(sheet: str) -> list[Choice]:
    return [choice for choice in CHOICES if choice.sheet == sheet]


@pytest.mark.parametrize("sheet", ROWS)
def test_the_choices_of_a_sheet_are_numbered_without_gaps(sheet: str) -> None:
    assert [choice.number for choice in of(sheet)] == list(range(1, ROWS[sheet] + 1))


def test_no_choice_is_of_another_sheet() -> None:
    assert {choice.sheet for choice in CHOICES} == set(ROWS)


def test_every_choice_says_what_it_chooses() -> None:
    assert [choice for choice in CHOICES if not choice.question or not choice.choice] == []
    assert {choice.state for choice in CHOICES} == {"served", LATER}


def test_the_switches_the_sheets_offer_are_there() -> None:
    found = {(choice.sheet, choice.number): choice.setting for choice in CHOICES}
    assert {row: found[row] for row in SWITCHED} == SWITCHED


def test_every_setting_a_choice_names_exists() -> None:
    known = {*Settings.__struct_fields__, *DISTRICT_OPTIONS}
    assert {choice.setting for choice in CHOICES if choice.setting} - known == set()


def test_every_setting_answers_a_question_or_is_listed_with_its_purpose() -> None:
    answered = {choice.setting for choice in CHOICES}
    left = set(Settings.__struct_fields__) - answered
    assert left == set(OTHER_SETTINGS)
    assert all(len(purpose) > 20 for purpose in OTHER_SETTINGS.values())


def test_every_setting_is_obeyed_somewhere() -> None:
    root = Path(choices.__file__).parent.parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in root.rglob("*.py") if path.stem != "settings")
    obeyed = {name for name in Settings.__struct_fields__ if re.search(rf"settings\.{name}\b|\"{name}=", code)}
    assert set(Settings.__struct_fields__) - obeyed == set()


def test_the_options_of_a_district_are_those_of_its_file() -> None:
    kinds = get_type_hints(DistrictRow)
    assert {name: get_args(kinds[name]) for name in DISTRICT_OPTIONS} == DISTRICT_OPTIONS


# Against the notes themselves, where they are beside this checkout.


@cache
def asked(sheet: str) -> list[str]:
    """The questions of a sheet's table of unknowns, in order."""
    name, _, section = sheet.rpartition(" ")
    if not SHEETS.is_dir():
        pytest.skip("the notes are not beside this checkout")
    text = (SHEETS / f"{name}.md").read_text(encoding="utf-8")
    (below,) = re.findall(rf"^## {section}\. Unknown.*?\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    rows = [line.strip("| ").split(" | ") for line in below.splitlines() if line.startswith("|")][2:]
    if not rows:
        return re.findall(r"^\d+\. (.+)", below, re.MULTILINE)
    return [row[1] if row[0].isdigit() else row[0] for row in rows]


@pytest.mark.parametrize("sheet", ROWS)
def test_every_unknown_of_a_sheet_has_its_choice(sheet: str) -> None:
    assert len(asked(sheet)) == len(of(sheet))
    strangers = [
        (number, question, choice.question)
        for number, (question, choice) in enumerate(zip(asked(sheet), of(sheet), strict=True), 1)
        if not words(question) & words(f"{choice.question} {choice.choice}")
    ]
    assert strangers == []


def words(text: str) -> set[str]:
    """The telling words of a sentence: those of four letters and more, without their endings."""
    return {word[:6] for word in re.findall(r"\w{4,}|\d{3}|\b[A-Z]{2,}\w*", text.lower())} | {
        word.lower() for word in re.findall(r"\b(?:ext|id|ids|Etag)\b", text)
    }
