"""What was done to the mock while a check ran stands in its evidence, in order and in plain words."""

from __future__ import annotations

import re

from stage import Stage

from certification_suite.drivers.mock import shortened
from certification_suite.evidence import Injected


def test_a_finding_tells_what_was_injected_and_nothing_of_the_suite_s_own_housekeeping(stage: Stage) -> None:
    stage.put()
    injected = stage.judge("ADJ-14", screen=False)["ADJ-14"].evidence.injected
    told = [event.sentence for event in injected]
    assert " was rotated" in told[0]
    assert "F1 was planned: status 503 for GET /v3, always" in told
    assert any(re.fullmatch(r"F1 answered GET /v3\.1/\w+ with 503(, \d times)?", sentence) for sentence in told)
    assert not any("reset" in sentence or "no fault" in sentence for sentence in told)
    assert [event.number for event in injected] == sorted(event.number for event in injected)


def test_of_many_events_the_first_and_the_last_are_told() -> None:
    events = [Injected(number, "2027-01-01T00:00:00.000Z", f"event {number}") for number in range(1, 13)]
    assert shortened(events[:8]) == events[:8]
    assert shortened([]) == []
    short = shortened(events)
    assert [event.number for event in short] == [1, 6, 7, 8, 9, 10, 11, 12]
    assert short[0].sentence == "event 1; 4 more followed"
