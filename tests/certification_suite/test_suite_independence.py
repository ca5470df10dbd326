"""The checks lean on nobody's pages: an app in another style passes what can be seen of it."""

from __future__ import annotations

from stage import Stage
from tiny_app import TinyApp

UNSEEN = {"SSO-06", "SSO-07", "ADJ-08"}
"""What needs a probe, which the tiny app does not offer."""


def test_an_app_in_another_style_passes_what_can_be_seen(stage: Stage) -> None:
    stage.door.app = TinyApp(stage.env, stage.callback)
    results = stage.judge(start_login=None, home_page="/desk", programmes=["sso"], probe=False, refresh=None)
    others = {id_: (r.verdict, r.observed) for id_, r in results.items() if r.verdict not in ("pass", "attest")}
    assert set(others) == UNSEEN, others
    assert {verdict for verdict, _ in others.values()} == {"needs review"}


def test_an_app_without_a_button_of_its_own_is_judged_by_portal_launches(stage: Stage) -> None:
    app = TinyApp(stage.env, stage.callback)
    app.door = lambda query, cookie: ("200 OK", [], "<p>Come in through your school's portal.</p>")  # type: ignore[method-assign]
    stage.door.app = app
    results = stage.judge(start_login=None, home_page="/desk", programmes=["sso"], probe=False, refresh=None)
    others = {id_: (r.verdict, r.observed) for id_, r in results.items() if r.verdict not in ("pass", "attest")}
    assert set(others) == UNSEEN | {"ADJ-04"}, others
    assert others["ADJ-04"][0] == "not applicable"
