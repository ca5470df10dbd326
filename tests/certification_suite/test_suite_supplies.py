"""What a district lacks is added for a check, and of a large one a school is looked at; the evidence says so."""

from __future__ import annotations

import pytest
from stage import Stage, set_up

from certification_suite.running import runner


def test_a_district_without_staff_terms_and_courses_is_judged_all_the_same() -> None:
    with set_up(preset="library") as stage:
        stage.put()
        results = stage.judge("ADJ-07", "SYN-06", "LMS-C1", screen=False)
    said = {id_: (result.verdict, " ".join(result.evidence.notes)) for id_, result in results.items()}
    assert {verdict for verdict, _ in said.values()} == {"pass"}, said
    assert "nobody of type staff, so somebody was added" in said["ADJ-07"][1]
    assert "no terms or no courses, so classes that have both were added" in said["SYN-06"][1]
    assert "no class of 2 with a term in the LMS, so some were added" in said["LMS-C1"][1]


@pytest.mark.parametrize("whole", [False, True])
def test_a_large_district_is_judged_by_one_school_unless_told_otherwise(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    monkeypatch.setattr(runner, "LARGE", 40)
    stage.put()
    [result] = stage.judge("SYN-02", screen=False, whole_district=whole).values()
    assert ("Judged on one school of the district" in " ".join(result.evidence.notes)) is not whole
    assert ("5 schools, 33 sections" in result.observed) is whole, result.observed
