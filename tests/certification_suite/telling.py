"""Results by hand, for the tests of what is told of a run: one for each verdict, with awkward texts in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from test_suite_verdicts import APP

from certification_suite.answering.attestations import Attestation
from certification_suite.evidence import Evidence, Excerpt, Exchange, Injected, Picture, mask
from certification_suite.reports import comparison, dossier, machine
from certification_suite.requirements import Requirement
from certification_suite.running.runner import Result
from certification_suite.verdicts import WORDS

AT = "2026-01-31T12:00:00+00:00"
SECRET = "0123456789abcdef"
TOKENS = Exchange(
    id=7,
    at=AT,
    kind="oauth",
    method="POST",
    path="/oauth/tokens",
    query={},
    status=503,
    client_id="abc",
    user=None,
    credential="basic",
    request={"body": {"code": mask("c" * 40)}},
    response={"body": {"error": "invalid_grant"}},
    fault="F1",
)
SHOT = Picture("The <b>screen</b>", f"http://app.test/home?code={SECRET}", b"\xff\xd8 not much of a JPEG")
HOSTILE = (
    "<script>alert(1)</script> [x](http://evil.test) `<b>` | \x1b[31m *red*\n# heading https://evil.test\n- item"
)
EVIDENCE = Evidence(
    exchanges=[TOKENS],
    pages=[Excerpt("A page", f"http://app.test/callback?code={SECRET}", 500, f"{HOSTILE} \x00")],
    probe=["GET /users → 200"],
    notes=["A note.", "unbreakable" * 40],
    pictures=[SHOT],
    injected=[Injected(6, AT, "fault F1 struck POST /oauth/tokens → 503")],
)
ANSWER = Attestation("All of us, in <i>October</i>.", "Product", date(2026, 1, 30))


def requirement(id_: str, **different: Any) -> Requirement:
    """A requirement of single sign-on that something judges."""
    plain = Requirement(
        id_, f"Title of {id_}", "sso", "required", "It says.", "It matters.", "Mend it.", "docs/x", "A"
    )
    return replace(plain, **{"check": lambda exam: "", **different})


def result(id_: str, verdict: str, *, cause: str = "broke", **different: Any) -> Result:
    """A verdict of the requirement with this number."""
    judged = requirement(id_, **different)
    said = f"Observed {HOSTILE}"
    return Result(
        judged, verdict, said, "Expected.", "Next.", EVIDENCE, 0.25, cause="" if verdict == "pass" else cause
    )


def one_of_each() -> list[Result]:
    """A result for each verdict: SSO-01 passes, SSO-02 fails, and so on."""
    by_hand = {"attest": {"check": None, "evidence": "H", "level": "questionnaire"}}
    return [result(f"SSO-{number:02}", word, **by_hand.get(word, {})) for number, word in enumerate(WORDS, 1)]


def told(results: list[Result], **more: Any) -> dict[str, Any]:
    """The run as every report reads it."""
    return machine.document(APP, results, at=AT, **more)


@cache
def dossier_of_everything() -> str:
    """A dossier with one of everything in it."""
    results = [*one_of_each(), result("LIB-01", "pass", programme="library")]
    run = told(results, answers={"SSO-04": ANSWER}, prefilled={"SSO-04": "Seen."}, submissions=("Once for all.",))
    run["comparison"] = comparison.compare(told([result("SSO-01", "fail"), result("SSO-77", "fail")]), run)
    run["environment"] = {
        "suite": "0.1.0",
        "python": "3.11",
        "system": "Linux",
        "mock": {
            "version": "0.1.0",
            "preset": "tiny",
            "variation": 3,
            "clock": "then",
            "settings": {},
            "trouble": "",
        },
    }
    return dossier.page(run, {SHOT.fingerprint: SHOT.jpeg})
