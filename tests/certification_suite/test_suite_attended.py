"""A run with a person beside it: what they are asked, how they answer, and what the suite makes of the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
import requests
from stage import Stage

from certification_suite.answering import attestations
from certification_suite.catalogue import catalogue, chosen
from certification_suite.describing.parts import PARTS
from certification_suite.drivers.assignments import Assignments
from certification_suite.drivers.coursework import Gradebook
from certification_suite.drivers.mock import MockClever
from certification_suite.running.attendance import Attendant, typed
from certification_suite.running.attended import ACTS, ALL, DONE, FAILED, HELD, SKIPPED, ByHand, Reply, Task
from certification_suite.running.course import ask
from certification_suite.running.runner import Result, run
from certification_suite.verdicts import CouldNotRun, NotOffered

TASK = Task("A sync", ("Start a sync.", "Wait <until> it has ended."), (DONE, FAILED, SKIPPED), "What it says")


class Scripted:
    """A person who says what the test says."""

    def __init__(self, *replies: Reply | Callable[[Task], Reply]) -> None:
        self.replies = list(replies)
        self.tasks: list[Task] = []

    def now(self, where: str) -> None:
        """Nothing to see."""

    def asked(self, task: Task) -> Reply:
        self.tasks.append(task)
        reply = self.replies.pop(0)
        return reply(task) if callable(reply) else reply


# -- how a person answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("", Reply(DONE)),
        ("1", Reply(DONE)),
        ("2 error 500", Reply(FAILED, "error 500")),
        ("3", Reply(SKIPPED)),
        ("it just works", Reply(DONE, "it just works")),
        ("4", Reply(DONE, "4")),
    ],
)
def test_a_line_of_the_terminal_is_an_answer(line: str, reply: Reply) -> None:
    assert typed(TASK, line) == reply


def test_a_line_that_means_nothing_is_asked_for_again() -> None:
    assert typed(Task("A sync", ("Start.",)), "what?") is None


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def lines() -> SimpleQueue[str]:
    """What is typed; an empty text ends it."""
    return SimpleQueue()


@pytest.fixture
def attendant(said: list[str], lines: SimpleQueue[str]) -> Iterator[Attendant]:
    with closing(Attendant(said.append, iter(lines.get, ""))) as found:
        yield found
    lines.put("")


def press(attendant: Attendant, page: str, word: str, **more: str) -> requests.Response:
    """Click a button of the page, as a browser without scripts does."""
    number = page.partition('name="task" value="')[2].partition('"')[0]
    return requests.post(attendant.url, data={"task": number, "word": word, **more}, timeout=10)


def test_somebody_at_the_terminal_is_told_what_to_do_and_answers(
    attendant: Attendant, said: list[str], lines: SimpleQueue[str]
) -> None:
    attendant.now("SYN-03 API version")
    told = attendant._say

    def say(line: str) -> None:
        told(line)
        lines.put("2 nothing happens\n")

    attendant._say = say  # type: ignore[method-assign]
    assert attendant.asked(TASK) == Reply(FAILED, "nothing happens")
    assert "SYN-03 API version" in said[0] and "Start a sync." in said[0] and "Enter: Done" in said[0]


def test_somebody_at_the_page_clicks(attendant: Attendant) -> None:
    attendant.now("SYN-03 API version")
    waiting = requests.get(attendant.url, timeout=10)
    assert "The suite is at work" in waiting.text and 'http-equiv="refresh"' in waiting.text
    pages: list[str] = []

    def click(_: str) -> None:
        pages.append(requests.get(attendant.url, timeout=10).text)
        evil = {"Origin": "http://evil.test"}
        requests.post(attendant.url, headers=evil, data={"task": "1", "word": DONE}, timeout=10)
        assert press(attendant, pages[-1].replace('value="1"', 'value="99"'), DONE).status_code == 200, "too late"
        assert press(attendant, pages[-1], "nonsense").status_code == 200
        press(attendant, pages[-1], FAILED, text=" error 500 ")

    attendant._say = click  # type: ignore[method-assign]
    assert attendant.asked(TASK) == Reply(FAILED, "error 500")
    (page,) = pages
    assert "SYN-03 API version" in page and "&lt;until&gt;" in page and "<until>" not in page
    assert 'http-equiv="refresh"' not in page, "what somebody types is not lost"
    assert page.count("<button") == 3 and "<textarea" in page and "<script" not in page


def test_the_page_is_for_nobody_else(attendant: Attendant) -> None:
    for headers in ({"Host": "evil.test"}, {"Origin": "http://evil.test"}):
        assert requests.get(attendant.url, headers=headers, timeout=10).status_code == 403
        assert requests.post(attendant.url, headers=headers, data={"word": DONE}, timeout=10).status_code == 403
    assert requests.get(f"{attendant.url}other", timeout=10).status_code == 404
    assert requests.post(attendant.url, data={"text": "x" * 30_000}, timeout=10).status_code == 413
    assert requests.post(attendant.url, data={"task": "x"}, timeout=10).status_code == 200
    policy = requests.get(attendant.url, timeout=10).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy


# -- what the suite makes of it ----------------------------------------------------------------------------


@pytest.fixture
def by_hand(stage: Stage) -> Callable[..., ByHand]:
    stage.put()
    clever = MockClever(stage.mock_url)
    return lambda *replies: ByHand(None, pause=lambda _: None, person=Scripted(*replies), clever=clever)


def judged(stage: Stage, id_: str, *replies: Any) -> tuple[Result, Scripted]:
    """The verdict on an app without a probe, with a person beside it."""
    stage.put()
    app, person = stage.described(probe=False), Scripted(*replies)
    (found,) = run(app, chosen(app, [id_]), clock=lambda: 0.0, pause=lambda _: None, person=person)
    return found, person


def test_a_sync_that_a_person_starts_is_judged_by_what_clever_saw(stage: Stage) -> None:
    def start(_: Task) -> Reply:
        requests.post(f"{stage.door.url}/probe/sync", json={"mode": "full"}, timeout=60)
        return Reply(DONE)

    assert stage.judge("SYN-03", probe=False)["SYN-03"].verdict == "needs review"
    found, person = judged(stage, "SYN-03", start)
    assert found.verdict == "pass", found.observed
    assert "start a full sync" in " ".join(person.tasks[0].steps)
    assert "A sync, by hand → Done" in found.evidence.probe


def test_who_only_says_done_passes_nothing(stage: Stage) -> None:
    assert judged(stage, "SYN-03", Reply(DONE))[0].verdict == "fail"


def test_who_skips_leaves_a_review(stage: Stage) -> None:
    found, _ = judged(stage, "SYN-03", Reply(SKIPPED))
    assert found.verdict == "needs review" and "POST /sync" in found.observed


def test_what_must_be_read_off_is_not_asked(by_hand: Any) -> None:
    probe = by_hand()
    for name in ("users", "enrollments", "whoami", "reset", "review", "scores"):
        with pytest.raises(NotOffered):
            probe.call(name)
    assert probe.person.tasks == []


def test_a_sync_that_is_held_is_confirmed_by_hand(by_hand: Any) -> None:
    probe = by_hand(Reply(HELD), Reply(DONE))
    assert probe.sync().status == "held"
    assert probe.confirm().success
    assert "confirm the sync that waits" in probe.person.tasks[1].steps[0]
    assert by_hand(Reply(FAILED, "timeout")).sync("delta").problems == ("timeout",)


def test_accounts_made_by_hand_have_the_ids_that_were_written_down(by_hand: Any) -> None:
    people = [{"name": "Ida Ito", "email": "ida@school.test"}, {"name": "Ned Ito", "email": None}]
    probe = by_hand(Reply(DONE, "17\n18"), Reply(DONE, "17"))
    assert probe.seed(people) == ["17", "18"]
    assert "name Ida Ito, email ida@school.test" in probe.person.tasks[0].steps
    with pytest.raises(CouldNotRun, match="1 ids were written down for 2 accounts"):
        probe.seed(people)


@pytest.mark.parametrize(("reply", "kept"), [(DONE, {"Fractions": 80}), (FAILED, {})])
def test_progress_is_given_and_looked_at_by_hand(by_hand: Any, stage: Stage, reply: str, kept: Any) -> None:
    student = MockClever(stage.mock_url).people(role="student")[0]
    probe = by_hand(Reply(DONE), Reply(reply))
    probe.write_progress(student.id, "Fractions", 80)
    assert probe.progress(student.id) == kept
    assert student.name in probe.person.tasks[0].steps[0]
    assert "80 in “Fractions”?" in probe.person.tasks[1].steps[1]
    with pytest.raises(NotOffered):
        probe.progress("somebody else")


def test_coursework_is_brought_by_hand(by_hand: Any) -> None:
    """Nothing came into the LMS, so there is no id of Clever's, whatever the person says."""
    replies = (Reply(DONE), Reply(DONE), Reply(FAILED, "error"), Reply(DONE), Reply(DONE))
    probe = by_hand(*replies)
    work = Assignments(probe)
    Gradebook(probe.clever, probe.clever.first_district()).join("canvas")
    section = probe.clever.rows("sections")[0]
    made = work.create(section["id"], title="Volcanoes", due_date="2026-10-14T08:00:00Z", points=10)
    assert (made.status, made.lms_id) == ("synced", None)
    assert {"title: Volcanoes", "due date: 2026-10-14T08:00:00Z", "points: 10"} <= {*probe.person.tasks[0].steps}
    assert f"“{section['name']}”" in probe.person.tasks[0].steps[0]
    assert work.change("7", title="Islands").lms_id == "7"
    failed = work.change("7", title="Islands")
    assert (failed.status, failed.problem) == ("failed", "error")
    assert work.score("7", section["students"][0], points=8).status == "sent"
    work.delete("7")


def test_every_act_is_a_part_of_the_probe() -> None:
    assert set(ACTS) <= set(PARTS)


def test_questions_are_asked_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "attestations.toml"
    questions = [one for one in catalogue() if not one.check][:4]
    person: Any = Scripted(Reply(DONE, "In October."), Reply(SKIPPED), Reply(DONE, ""), Reply(ALL))
    found = ask(person, questions, {}, path)
    assert [task.steps[0] for task in person.tasks] == [one.says for one in questions]
    assert attestations.load(path) == found
    assert {id_: told.answer for id_, told in found.items()} == {questions[0].id: "In October."}
    again: Any = Scripted(Reply(ALL))
    assert ask(again, questions, found, path) == found
    assert len(again.tasks) == 1 and questions[1].says in again.tasks[0].steps
