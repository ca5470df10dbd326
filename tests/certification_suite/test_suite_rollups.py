"""Roll-ups: the worst that a run said of a list decides, and what the run did not look at is no pass."""

from __future__ import annotations

import pytest
from stage import Stage
from test_suite_verdicts import APP

from certification_suite.catalogue import catalogue
from certification_suite.checks.rollups import LIBRARY, SSO, met
from certification_suite.drivers.mock import MockClever
from certification_suite.drivers.probe import Probe
from certification_suite.examination import Examination
from certification_suite.verdicts import CouldNotRun, Fail, NeedsReview, NotApplicable
from vendor_app.defects import DEFECTS

ROLLUPS = [requirement for requirement in catalogue() if requirement.sums]


def exam(ids: tuple[str, ...], **otherwise: str) -> Examination:
    said = dict.fromkeys(ids, "pass") | {id_.replace("_", "-"): word for id_, word in otherwise.items()}
    clever, probe = MockClever("http://mock.test"), Probe(None, pause=lambda seconds: None)
    return Examination(APP, clever, probe, said=said)


def test_all_pass_or_do_not_apply() -> None:
    assert met(exam(SSO, SSO_02="not applicable"), SSO).startswith("10 of 10 are met")


@pytest.mark.parametrize(
    ("said", "ends", "names"),
    [
        ({"SSO_02": "fail", "SSO_05": "needs review"}, Fail, "SSO-02"),
        ({"SSO_04": "could not run", "SSO_05": "needs review"}, CouldNotRun, "SSO-04"),
        ({"SSO_05": "needs review"}, NeedsReview, "SSO-05"),
    ],
)
def test_the_worst_decides(said: dict[str, str], ends: type[Exception], names: str) -> None:
    with pytest.raises(ends, match=names):
        met(exam(SSO, **said), SSO)


def test_what_was_not_looked_at_is_no_pass() -> None:
    with pytest.raises(CouldNotRun, match="did not look at SSO-10"):
        met(exam(SSO[:-1]), SSO)
    with pytest.raises(Fail, match="SSO-01"):
        met(exam((), SSO_01="fail"), SSO)


def test_what_a_person_answers_is_noted_and_not_waited_for() -> None:
    judged = exam(tuple(id_ for id_ in LIBRARY if id_ != "LIB-03"))
    assert met(judged, LIBRARY).startswith("15 of 15")
    assert judged.evidence.notes == ["LIB-03 is for a person to answer."]


@pytest.mark.parametrize("rollup", ROLLUPS, ids=lambda rollup: rollup.id)
def test_a_rollup_sums_the_required_of_a_list_and_comes_after_them(rollup: object) -> None:
    order = [requirement.id for requirement in catalogue() if requirement.check]
    by_id = {requirement.id: requirement for requirement in catalogue()}
    [one] = [each for each in ROLLUPS if each is rollup]
    assert {by_id[id_].level for id_ in one.sums} == {"required"}
    listed = {id_ for id_, each in by_id.items() if each.level == "required" and id_[:3] == one.sums[0][:3]}
    assert set(one.sums) == listed
    assert all(order.index(id_) < order.index(one.id) for id_ in one.sums if id_ in order)


def test_a_defect_fails_the_list_with_its_requirement(stage: Stage) -> None:
    stage.put(DEFECTS["HasNoLogOut"]())
    results = stage.judge("SSO-10", "SSO-C6", "SYN-C2")
    assert {id_: result.verdict for id_, result in results.items()} == dict.fromkeys(results, "fail")
    assert results["SSO-C6"].observed == "Not met: SSO-10."


def test_an_app_without_logins_is_not_asked_for_them() -> None:
    [without] = [each for each in ROLLUPS if each.id == "SYN-C2"]
    app = exam(SSO)
    app.app = app.app.__class__(**{**vars(app.app), "programmes": ("secure_sync",)})
    assert without.check is not None
    with pytest.raises(NotApplicable):
        without.check(app)
