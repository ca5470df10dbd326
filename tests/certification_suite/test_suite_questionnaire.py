"""The questionnaire: a run fills in what it saw, says so where it did not, and says nothing of the rest."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from stage import Stage
from test_suite_verdicts import APP

from certification_suite.answering.attestations import Attestation
from certification_suite.answering.intake import as_csv, columns
from certification_suite.answering.questionnaire import answers
from certification_suite.catalogue import catalogue
from certification_suite.evidence import Evidence
from certification_suite.running.runner import Result

ROWS = {requirement.id: requirement for requirement in catalogue()}


def result(id_: str, verdict: str, observed: str) -> Result:
    return Result(ROWS[id_], verdict, observed, "", "", Evidence(), 0.0)


def test_a_run_answers_by_what_it_saw(stage: Stage) -> None:
    stage.put()
    results = stage.judge("SSO-04", "SSO-10", "SSO-C2", "SYN-03", "SYN-06", "ADJ-14", screen=False)
    told = answers(results.values(), stage.described())
    assert "Requests under v3.1." in told["SYN-Q01"] and "(SYN-03)" in told["SYN-Q01"]
    assert "GET /v3.1/users/{id}" in told["SYN-Q34"]
    assert "district-app tokens" in told["SYN-Q05"]
    assert f"ends at {stage.door.url}/ (SSO-10)" in told["SSO-Q4"]
    assert "student, teacher, staff" in told["SYN-Q09"] and "(SSO-C2)" in told["SYN-Q09"]
    assert "(SYN-06)" in told["SYN-Q25"] and "every login" in told["SYN-Q08"]
    assert told["SYN-Q29"] == "Not observed: this run gives no verdict on ADJ-22 and ADJ-15."
    assert told["SYN-Q03"] == ""
    row = columns(stage.described(), results.values(), {"SYN-Q02": Attestation("=Clever id")})
    assert (row["SSO - Error Handling"], row["Syncs Events"], row["Company"]) == ("", "", "")
    assert row["API Version(s)"] == told["SYN-Q01"] and row["Rollover"] == ""
    assert [*csv.reader(io.StringIO(as_csv(row)))][1][
        list(row).index("Key Identifier from Clever")
    ] == "'=Clever id"


def test_what_was_not_seen_is_not_claimed() -> None:
    told = answers([], replace(APP, programmes=("library", "sso", "secure_sync", "lms")))
    asked = {id_ for id_, one in ROWS.items() if one.level == "questionnaire"}
    assert told.keys() == asked
    described = {"LIB-Q7", "SSO-Q2", "SYN-Q09"}
    filled = {id_ for id_, words in told.items() if words and not words.startswith("Not observed")}
    assert filled == described
    assert all(told[id_].startswith("Described as ") for id_ in described)


def test_a_fail_is_told_as_one_and_a_doubt_not_at_all() -> None:
    app = replace(APP, programmes=("secure_sync",))
    told = answers([result("SYN-06", "fail", "It deleted them."), result("ADJ-22", "needs review", "Hm.")], app)
    assert told["SYN-Q25"] == "It deleted them (fails, SYN-06)."
    assert told["SYN-Q24"].startswith("Not observed")
    told = answers([result("ADJ-13", "not applicable", "It follows none.")], app)
    assert told["SYN-Q16"] == "The app asks for no events. It follows none (does not apply, ADJ-13)."
