"""An app that does not answer costs two checks, not the whole catalogue."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from stage import CALLBACK, Door, Stage
from tiny_app import TinyApp

from certification_suite.catalogue import chosen
from certification_suite.running.runner import exit_code, run

GIVEN_UP = "Not judged: the app did not answer twice in a row"


class Hanging:
    """Shows its login page, and lets everybody else wait until it is released."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.asked: list[str] = []

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.asked.append(environ["PATH_INFO"])
        if environ["PATH_INFO"] != "/":
            self.released.wait()
        start("200 OK", [("Content-Type", "text/html")])
        return [b"<a href=/login>Log in with Clever</a>"]


@pytest.fixture
def hanging(stage: Stage) -> Iterator[Hanging]:
    app = Hanging()
    stage.door.app = app
    yield app
    app.released.set()


def test_two_time_outs_in_a_row_end_the_run(stage: Stage, hanging: Hanging) -> None:
    app = stage.described(programmes=["sso"], probe=False)
    waits = iter(run(app, chosen(app), clock=time.perf_counter, pause=time.sleep, patience=0.3))
    first, second = next(waits), next(waits)
    assert {first.verdict, second.verdict} == {"fail"}
    assert "no answer within 0.3 seconds" in second.observed
    asked = len(hanging.asked)
    rest = list(waits)
    assert len(hanging.asked) == asked
    judged = [result for result in rest if result.requirement.check]
    assert len(judged) > 8
    assert all(result.verdict == "could not run" and GIVEN_UP in result.observed for result in judged)
    assert f"({first.requirement.id})" in judged[0].observed
    assert {result.verdict for result in rest if not result.requirement.check} == {"attest"}
    assert exit_code([first, second, *rest]) == 1


def test_an_app_that_dies_is_not_asked_for_ever(stage: Stage) -> None:
    door = Door()
    callback = door.url + CALLBACK
    client = stage._control("POST", "apps", {"name": "Mortal", "products": ["sso"], "redirect_uris": [callback]})
    keys = {"CLEVER_SSO_CLIENT_ID": client["client_id"], "CLEVER_SSO_CLIENT_SECRET": client["client_secret"]}
    door.app = TinyApp({**stage.env, **keys}, callback)
    places = {"base_url": door.url, "redirect_uri": callback, "home_page": "/desk", "start_login": "/enter"}
    app = stage.described(**places, programmes=["sso"], probe=False, client_id=client["client_id"])
    results = iter(run(app, chosen(app), clock=time.perf_counter, pause=time.sleep))
    assert next(results).verdict == "pass"
    door.close()
    rest = [result for result in results if result.requirement.check]
    assert {result.verdict for result in rest} == {"could not run"}
    assert all("does not run any more" in result.observed for result in rest[:2])
    assert all(GIVEN_UP in result.observed for result in rest[2:])
    assert exit_code(rest) == 3
