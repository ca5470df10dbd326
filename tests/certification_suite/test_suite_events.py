"""What no events show is neither failed nor passed; archiving a third is as good as waiting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from stage import HurriedClock, Stage

from vendor_app.app import create_app
from vendor_app.clever import Clever
from vendor_app.config import from_environment
from vendor_app.exchanging import Exchanging, Reading

EVENTS = ("ADJ-13", "ADJ-19", "ADJ-20")


def verdicts(stage: Stage, *only: str) -> dict[str, str]:
    return {id_: result.verdict for id_, result in stage.judge(*only).items()}


def test_an_app_without_events_is_not_judged_by_them(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Clever, "newest_event", lambda *asked: None)
    stage.put()
    assert verdicts(stage, *EVENTS) == dict.fromkeys(EVENTS, "not applicable")


def test_events_that_the_probe_cannot_start_need_a_person(stage: Stage) -> None:
    stage.put()
    app = stage.door.app

    def without_delta(environ: dict[str, Any], start: Any) -> Any:
        if environ["PATH_INFO"] == "/probe/sync" and environ["CONTENT_LENGTH"] == str(len('{"mode": "delta"}')):
            start("400 Bad Request", [])
            return []
        return app(environ, start)

    stage.door.app = without_delta
    assert verdicts(stage, *EVENTS) == dict.fromkeys(EVENTS, "needs review")


def test_pages_that_were_never_turned_need_a_person(stage: Stage) -> None:
    stage.put(page_size=1000)
    assert verdicts(stage, *EVENTS) == {"ADJ-13": "needs review", "ADJ-19": "pass", "ADJ-20": "needs review"}


def test_pages_too_small_to_be_turned_need_a_person(stage: Stage) -> None:
    stage.put(page_size=3)
    result = stage.judge("ADJ-20")["ADJ-20"]
    assert (result.verdict, "so small" in result.observed) == ("needs review", True), result.observed
    stage.put(page_size=4)
    assert verdicts(stage, "ADJ-20") == {"ADJ-20": "pass"}


def test_an_app_that_archives_a_third_and_restores_it_passes(stage: Stage) -> None:
    environ = {**stage.env, "CLEVER_REDIRECT_URI": stage.callback}
    config = from_environment(environ, database=":memory:", probe=True, page_size=25, archive_share=1.0)
    stage.door.app = create_app(config, None, clock=HurriedClock())
    result = stage.judge("ADJ-15")["ADJ-15"]
    assert (result.verdict, "archived them, and restored each" in result.observed) == ("pass", True)


def test_an_app_that_notes_the_newest_event_too_late_fails(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    newest, bulk = Exchanging._newest_event, Exchanging._bulk

    def late(self: Exchanging, district: str, token: str) -> Reading | None:
        reading = bulk(self, district, token)
        return reading and replace(reading, cursor=newest(self, token))

    monkeypatch.setattr(Exchanging, "_newest_event", lambda *asked: None)
    monkeypatch.setattr(Exchanging, "_bulk", late)
    stage.put()
    result = stage.judge("ADJ-13")["ADJ-13"]
    assert (result.verdict, "after the reading had begun" in result.observed) == ("fail", True)
