"""The catalogue holds together: nothing dangling, nothing unexplained."""

from __future__ import annotations

import pytest
from registrations import MISTAKES
from test_suite_verdicts import APP

from certification_suite.catalogue import catalogue, chosen
from certification_suite.config import ConfigurationError
from certification_suite.requirements import EVIDENCE, LEVELS, Requirement
from vendor_app.defects import DEFECTS

EACH = pytest.mark.parametrize("requirement", catalogue(), ids=lambda requirement: requirement.id)


@EACH
def test_a_requirement_explains_itself(requirement: Requirement) -> None:
    assert requirement.level in LEVELS and requirement.evidence in EVIDENCE
    for text in (requirement.says, requirement.why, requirement.mend):
        assert text.endswith((".", "?")) and len(text) > 20
    assert requirement.source.startswith("docs/")


@EACH
def test_what_a_machine_judges_has_a_check_and_a_defect(requirement: Requirement) -> None:
    assert (requirement.check is None) == (requirement.evidence == "H")
    assert bool(requirement.refuted_by or requirement.sums) == (requirement.check is not None)
    assert set(requirement.refuted_by) <= {*DEFECTS, *MISTAKES}


def test_ids_are_unique_and_in_order() -> None:
    ids = [requirement.id for requirement in catalogue()]
    assert len(set(ids)) == len(ids)
    assert ids[0] == "LIB-01"
    assert [id_ for id_ in ids if id_ in ("SSO-01", "SYN-01", "LIB-C1", "SSO-C1")] == [
        "LIB-C1",
        "SSO-01",
        "SSO-C1",
        "SYN-01",
    ]


def test_a_twin_asks_the_same_under_the_library_s_number() -> None:
    by_id = {requirement.id: requirement for requirement in catalogue()}
    sso, library = by_id["SSO-09"], by_id["LIB-13"]
    assert (library.programme, library.check, library.refuted_by) == ("library", sso.check, sso.refuted_by)


def test_named_requirements_are_chosen_and_unknown_ones_refused() -> None:
    assert [r.id for r in chosen(APP, ["syn-06", " SSO-05"])] == ["SSO-05", "SYN-06"]
    assert {r.programme for r in chosen(APP)} == {"sso"}
    with pytest.raises(ConfigurationError, match="--only names SSO-77"):
        chosen(APP, ["SSO-77"])
