"""The checks lean on nobody's pages: an app in another style passes what can be seen of it."""

from __future__ import annotations

from typing import Any

import pytest
from proof import facts, write_down
from stage import Stage
from tiny_app import TinyApp

UNSEEN = {"SSO-06", "SSO-07", "SSO-R3", "ADJ-08", "SSO-C6"}
"""What needs a probe, which the tiny app does not offer, and what sums that up."""
OTHERS = {"ADJ-17", "ADJ-27", "ADJ-28", "ADJ-29"}
"""What is asked of vendors with several apps, and of apps that read an id_token."""
TINY: dict[str, Any] = {
    "start_login": None,
    "home_page": "/desk",
    "programmes": ["sso"],
    "probe": False,
    "refresh": None,
    "asks": None,
    "openid": None,
    "other_client_ids": None,
}


@pytest.mark.proof
def test_an_app_in_another_style_passes_what_can_be_seen(stage: Stage) -> None:
    stage.door.app = TinyApp(stage.env, stage.callback)
    results = stage.judge(**TINY)
    write_down("other", "tiny app", facts(results))
    others = {id_: (r.verdict, r.observed) for id_, r in results.items() if r.verdict not in ("pass", "attest")}
    assert {others.pop(id_)[0] for id_ in OTHERS} == {"not applicable"}
    assert others.pop("ADJ-25")[0] == "fail"  # it remembers one login that was begun, not two
    assert set(others) == UNSEEN, others
    assert {verdict for verdict, _ in others.values()} == {"needs review"}


@pytest.mark.proof
def test_an_app_without_a_button_of_its_own_is_judged_by_portal_launches(stage: Stage) -> None:
    app = TinyApp(stage.env, stage.callback)
    app.door = lambda query, cookie: ("200 OK", [], "<p>Come in through your school's portal.</p>")  # type: ignore[method-assign]
    stage.door.app = app
    results = stage.judge(**TINY)
    write_down("other", "tiny app, portal only", facts(results))
    others = {id_: (r.verdict, r.observed) for id_, r in results.items() if r.verdict not in ("pass", "attest")}
    assert {others.pop(id_)[0] for id_ in OTHERS} == {"not applicable"}
    assert set(others) == UNSEEN | {"ADJ-04", "ADJ-25", "SSO-R1"}, others
    assert (others["ADJ-04"][0], others["ADJ-25"][0], others["SSO-R1"][0]) == (*["not applicable"] * 2, "fail")


class CookieApp(TinyApp):
    """Keeps its session in the signed cookie alone, as many frameworks do: a copy of it is as good for ever."""

    def arrive(self, query: dict[str, str], cookie: str) -> Any:
        return super().arrive(query, "")  # nothing on the server ends

    def leave(self, query: dict[str, str], cookie: str) -> Any:
        return "302 Found", [("Set-Cookie", "desk=; Path=/; Max-Age=0"), ("Location", "/")], ""


def test_a_signed_cookie_logs_out_and_is_no_protection_against_a_copy(stage: Stage) -> None:
    stage.door.app = CookieApp(stage.env, stage.callback)
    described = {"start_login": None, "home_page": "/desk", "programmes": ["sso"], "probe": False}
    results = stage.judge("SSO-02", "SSO-10", **described)
    assert results["SSO-10"].verdict == "pass", results["SSO-10"].observed
    [note] = [note for note in results["SSO-10"].evidence.notes if "copy of the cookie" in note]
    assert "SSO-02" in note and "signed-cookie session: keep an id on the server" in note
    assert results["SSO-02"].verdict == "fail"


def test_a_log_out_must_end_the_session_on_the_server(stage: Stage) -> None:
    class ForgetfulApp(TinyApp):
        leave = CookieApp.leave

    stage.door.app = ForgetfulApp(stage.env, stage.callback)
    described = {"start_login": None, "home_page": "/desk", "programmes": ["sso"], "probe": False}
    results = stage.judge("SSO-02", "SSO-10", **described)
    assert results["SSO-10"].verdict == "pass", results["SSO-10"].observed
    assert results["SSO-02"].verdict == "fail"
    assert "logged out, the cookie from before still opens" in results["SSO-02"].observed
