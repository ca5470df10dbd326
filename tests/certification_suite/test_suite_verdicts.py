"""How a check ends: whatever happens becomes a verdict, and only the app's own doing becomes a fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from certification_suite.describing.config import AppUnderTest
from certification_suite.drivers.browser import Silence
from certification_suite.drivers.mock import MockClever
from certification_suite.drivers.page import Page
from certification_suite.examination import Examination
from certification_suite.requirements import Requirement
from certification_suite.running import runner
from certification_suite.verdicts import Blocked, CouldNotRun, Fail, NeedsReview, NotOffered

APP = AppUnderTest(
    name="App",
    base_url="http://app.test",
    redirect_uri="http://app.test/callback",
    home_page="/home",
    login_page="/",
    start_login=None,
    logout="auto",
    user_types=("student",),
    programmes=("sso",),
    mock_url="http://mock.test",
    client_id="abc",
    sync_client_id=None,
)


@pytest.fixture(autouse=True)
def nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MockClever, "reset", lambda self, one_school_above=None: "")
    monkeypatch.setattr(MockClever, "mark", lambda self: 0)
    monkeypatch.setattr("certification_suite.drivers.browser.Browser.open", lambda *a, **k: Page("", 200, "", ""))


def judged(
    check: Callable[[Examination], str] | None, app: AppUnderTest = APP, level: str = "required"
) -> runner.Result:
    requirement = Requirement(
        "SSO-99", "A title", "sso", level, "It says.", "It matters.", "Mend it.", "docs/x", "A"
    )
    return runner.examine(app, replace(requirement, check=check), clock=lambda: 0.0, pause=lambda seconds: None)


def raising(error: Exception) -> Callable[[Examination], str]:
    def check(exam: Examination) -> str:
        raise error

    return check


def test_a_check_passes_by_saying_what_it_saw() -> None:
    result = judged(lambda exam: "Saw it.")
    assert (result.verdict, result.observed, result.next_step) == ("pass", "Saw it.", "")


@pytest.mark.parametrize(
    ("error", "verdict", "next_step"),
    [
        (Fail("Broke."), "fail", "Mend it."),
        (Fail("Broke.", next_step="Do this."), "fail", "Do this."),
        (NeedsReview("Unclear."), "needs review", "Look at it yourself, or show it to the reviewer."),
        (NotOffered("GET /users"), "needs review", "Offer `GET /users`"),
        (CouldNotRun("The mock is gone."), "could not run", "Look at it"),
        (Blocked("no login.", by="SSO-01"), "could not run", "Mend SSO-01 first"),
        (Silence("http://app.test/x", "dropped"), "fail", "Mend it."),
        (Silence("http://app.test/x", "late"), "fail", "Mend it."),
        (ZeroDivisionError("division by zero"), "could not run", "fault of the suite, not of your app"),
    ],
)
def test_every_outcome_has_its_word(error: Exception, verdict: str, next_step: str) -> None:
    result = judged(raising(error))
    assert result.verdict == verdict
    assert next_step in result.next_step


def test_an_app_that_stopped_running_is_not_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Page:
        raise Silence("http://app.test/", "refused")

    monkeypatch.setattr("certification_suite.drivers.browser.Browser.open", refuse)
    assert judged(lambda exam: "never").verdict == "could not run"


def test_what_the_app_declares_it_does_not_do_is_not_applicable() -> None:
    result = judged(lambda exam: "never", replace(APP, not_applicable={"SSO-99": "We have no pupils."}))
    assert (result.verdict, result.observed) == ("not applicable", "We have no pupils.")


def test_what_only_a_person_can_answer_is_attested() -> None:
    assert judged(None).verdict == "attest"


@pytest.mark.parametrize(
    ("error", "level", "code"),
    [
        (Fail("x"), "required", 1),
        (Fail("x"), "adjacent", 1),
        (Fail("x"), "recommended", 0),
        (Fail("x"), "superseded", 0),
        (NeedsReview("x"), "required", 0),
        (CouldNotRun("x"), "required", 3),
    ],
)
def test_the_exit_code_follows_what_decides(error: Exception, level: str, code: int) -> None:
    assert runner.exit_code([judged(raising(error), level=level)]) == code


def test_a_fail_outranks_trouble() -> None:
    assert runner.exit_code([judged(raising(CouldNotRun("x"))), judged(raising(Fail("x")))]) == 1


LATE, DROPPED = Silence("http://app.test/x", "late"), Silence("http://app.test/x", "dropped")


@pytest.mark.parametrize(
    ("ends", "given_up"),
    [
        ([LATE, LATE, None, None], [False, False, True, True]),
        ([LATE, None, LATE, LATE, None], [False, False, False, False, True]),
        ([LATE, Fail("Broke."), LATE, None], [False, False, False, False]),
        ([DROPPED, DROPPED, DROPPED, None], [False, False, False, False]),
    ],
)
def test_only_silence_twice_in_a_row_ends_a_run(ends: list[Exception | None], given_up: list[bool]) -> None:
    def passing(exam: Examination) -> str:
        return "Saw it."

    checks = [raising(error) if error else passing for error in ends]
    requirements = [
        Requirement(f"SSO-{i}", "", "sso", "required", "", "", "", "docs/x", "A", check=check)
        for i, check in enumerate(checks)
    ]
    results = runner.run(APP, requirements, clock=lambda: 0.0, pause=lambda seconds: None)
    assert [r.observed.startswith("Not judged: the app did not answer") for r in results] == given_up


def test_what_nobody_was_asked_does_not_break_a_row_of_silence() -> None:
    checks = [raising(LATE), None, raising(LATE), raising(Fail("never"))]
    requirements = [
        Requirement(f"SSO-{i}", "", "sso", "required", "", "", "", "docs/x", "A", check=check)
        for i, check in enumerate(checks)
    ]
    results = runner.run(APP, requirements, clock=lambda: 0.0, pause=lambda seconds: None)
    assert [result.verdict for result in results] == ["fail", "attest", "fail", "could not run"]
