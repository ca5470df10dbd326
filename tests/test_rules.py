"""Share by Rules, by students and with exceptions: what each shows of the hand-written town, by heart."""

from __future__ import annotations

from typing import Any

import pytest
from clients import Mock
from town import (
    ADA,
    ALGEBRA,
    ALGEBRA_ASH,
    ASH,
    BEN,
    BIOLOGY,
    BIOLOGY_ASH,
    BIOLOGY_BIRCH,
    BIRCH,
    CLEO,
    DAN,
    FALL,
    PAT,
    ROOT,
    SOL,
    TESS,
    TOWN,
    UMA,
    town,
)

from mock_clever.rules import Filter, Rule
from mock_clever.sharing import Sharing, visible


def rules(*rules: Rule, **more: Any) -> Sharing:
    return Sharing(type="rules", rules=rules, staff=False, **more)


def where(of: Any, *conditions: tuple[str, Any, str]) -> Rule:
    return Rule(of=of, where=tuple(Filter(field=f, operator=o, value=v) for f, o, v in conditions))


def shown(rule: Sharing, kind: str) -> list[str]:
    return visible(town(), rule).table(kind).ids


@pytest.mark.parametrize(
    ("rule", "sections"),
    [
        (where("sections", ("course", "is", "101")), [ALGEBRA_ASH]),
        (where("sections", ("course", "is", "BIOLOGY")), [BIOLOGY_ASH, BIOLOGY_BIRCH]),
        (where("sections", ("course", "is", "biology"), ("school", "is", "Ash")), [BIOLOGY_ASH]),
        (where("sections", ("school", "is not", ASH)), [BIOLOGY_BIRCH]),
        (where("sections", ("term", "is", "fall")), [ALGEBRA_ASH, BIOLOGY_BIRCH]),
        (where("sections", ("term", "is not", "fall")), [BIOLOGY_ASH]),
        (where("sections", ("teacher", "is", "uma@example.org")), [ALGEBRA_ASH, BIOLOGY_BIRCH]),
        (where("sections", ("name", "contains", "gebra")), [ALGEBRA_ASH]),
        (where("sections"), [ALGEBRA_ASH, BIOLOGY_ASH, BIOLOGY_BIRCH]),
        (where("teachers", ("email", "is", "tess@example.org")), [ALGEBRA_ASH, BIOLOGY_ASH]),
        (where("staff", ("title", "is", "Principal")), []),
    ],
    ids=lambda value: "" if isinstance(value, list) else str(value.where and value.where[0].value),
)
def test_a_rule_chooses_sections(rule: Rule, sections: list[str]) -> None:
    assert shown(rules(rule), "sections") == sections


def test_a_section_rule_brings_what_a_chosen_section_brings() -> None:
    rule = rules(where("sections", ("course", "is", "101")))
    assert shown(rule, "users") == [ADA, BEN, TESS, UMA, ROOT, PAT]
    assert shown(rule, "schools") == [ASH, BIRCH]
    assert shown(rule, "courses") == [ALGEBRA]
    assert shown(rule, "terms") == [FALL]


def test_several_rules_add_up() -> None:
    rule = rules(where("sections", ("course", "is", "101")), where("staff", ("title", "contains", "princ")))
    assert shown(rule, "users") == [ADA, BEN, TESS, UMA, SOL, ROOT, PAT]


def test_a_rule_that_chooses_nothing_shows_nobody_but_the_admins() -> None:
    assert shown(rules(where("students", ("grade", "is", "12"))), "users") == [UMA, ROOT]


def test_a_student_rule_brings_sections_without_classmates() -> None:
    rule = rules(where("students", ("grade", "is", "10")))
    assert shown(rule, "users") == [CLEO, UMA, ROOT]
    assert shown(rule, "sections") == [BIOLOGY_BIRCH]
    assert visible(town(), rule).sections[BIOLOGY_BIRCH].students == (ADA, CLEO)


def test_students_are_shared_one_by_one() -> None:
    rule = Sharing(type="students", ids=frozenset({ADA, DAN}), staff=False)
    assert shown(rule, "users") == [ADA, DAN, TESS, UMA, ROOT, PAT]
    assert shown(rule, "sections") == [ALGEBRA_ASH, BIOLOGY_BIRCH]
    assert shown(rule, "schools") == [ASH, BIRCH]


def test_an_excepted_student_goes_and_their_contact_with_them() -> None:
    assert PAT in shown(Sharing(hidden=frozenset({ADA})), "users")
    assert shown(Sharing(hidden=frozenset({ADA, BEN})), "users") == [CLEO, DAN, TESS, UMA, SOL, ROOT]


def test_an_excepted_section_brings_nobody() -> None:
    rule = Sharing(type="schools", ids=frozenset({BIRCH}), staff=False, hidden=frozenset({BIOLOGY_BIRCH}))
    assert shown(rule, "sections") == []
    assert shown(rule, "courses") == []
    assert shown(rule, "users") == [ADA, CLEO, UMA, ROOT, PAT]


def sharing_path(mock: Mock) -> str:
    connection = mock.world.connection_of(mock.sync.client_id, TOWN)
    assert connection is not None
    return f"connections/{connection.id}/sharing"


def test_rules_are_set_through_the_control_plane(mock: Mock) -> None:
    body = {"type": "rules", "rules": [{"of": "sections", "where": [{"field": "course", "value": "Biology"}]}]}
    told = mock.control("PUT", sharing_path(mock), body)
    assert told["sharing"]["rules"][0]["where"] == [{"field": "course", "operator": "is", "value": "Biology"}]
    assert mock.reader().ids("/v3.0/sections") == [BIOLOGY_ASH, BIOLOGY_BIRCH]
    assert mock.reader().ids("/v3.0/courses") == [BIOLOGY]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"of": "sections", "where": [{"field": "colour", "value": "red"}]}, "have no field 'colour'"),
        ({"of": "contacts"}, "Invalid enum value 'contacts'"),
        ({"of": "sections", "where": [{"field": "name", "operator": "like", "value": "x"}]}, "Invalid enum value"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(mock: Mock, rule: object, says: str) -> None:
    refused = mock.control("PUT", sharing_path(mock), {"type": "rules", "rules": [rule]}, status=400)
    assert says in refused["message"]


@pytest.mark.parametrize("kind", ["schools", "sections", "students"])
def test_choosing_records_without_naming_any_is_refused(mock: Mock, kind: str) -> None:
    assert "in `ids`" in mock.control("PUT", sharing_path(mock), {"type": kind}, status=400)["message"]
    mock.control("PUT", sharing_path(mock), {"type": kind, "ids": []})
