"""LMS Connect: judged in the LMSes that the app supports, with what was seen in each; a fail names the LMS."""

from __future__ import annotations

import pytest
from stage import Stage, set_up

from mock_clever.settings import Settings
from vendor_app.defects import DEFECTS


def test_only_what_the_app_supports_is_judged(stage: Stage) -> None:
    stage.put()
    results = stage.judge(
        "LMS-02", "LMS-05", "T-LMS-08", "T-LMS-09", "T-LMS-10", screen=False, lms=["google_classroom"]
    )
    assert {id_: result.verdict for id_, result in results.items()} == {
        "LMS-02": "pass",
        "LMS-05": "not applicable",
        "T-LMS-08": "not applicable",
        "T-LMS-09": "pass",
        "T-LMS-10": "not applicable",
    }
    assert results["LMS-02"].observed.endswith("arrived in Google Classroom, under the same id.")


def test_the_evidence_tells_which_states_were_seen_where(stage: Stage) -> None:
    stage.put()
    result = stage.judge("LMS-04", screen=False)["LMS-04"]
    assert result.evidence.notes == [
        "Canvas: created, submitted and 17 points were seen; no app can set returned and reclaimed there.",
        "Schoology: created, submitted, returned and 17 points were seen; no app can set reclaimed there.",
        "Google Classroom: created, submitted, returned, reclaimed and 17 points were seen.",
    ]
    assert len(result.evidence.exchanges) == 3


@pytest.mark.parametrize(
    ("defect", "id_", "names"),
    [("SendsNoTerm", "LMS-01", "Schoology: "), ("NeverSendsAState", "LMS-04", "Google Classroom: ")],
)
def test_a_fail_names_the_lms(stage: Stage, defect: str, id_: str, names: str) -> None:
    stage.put(DEFECTS[defect]())
    result = stage.judge(id_, screen=False)[id_]
    assert (result.verdict, result.observed.startswith(names)) == ("fail", True), result.observed


def test_a_zero_that_clever_drops_is_not_held_against_the_app() -> None:
    with set_up(Settings(lms_go="strict")) as stage:
        stage.put()
        results = stage.judge("LMS-04", "T-LMS-03", screen=False)
    assert {result.verdict for result in results.values()} == {"pass"}, [r.observed for r in results.values()]
    assert "Canvas: the app sent 0 points, and Clever dropped them." in results["LMS-04"].evidence.notes
    assert "Canvas: no zero arrived in the LMS, so none could be read back." in results["T-LMS-03"].evidence.notes
