"""A run with a person beside it: what the app's probe does not offer, somebody does in the app and says so.

Only acts are asked for. What would have to be read off many pages (all users, all classes) nobody is asked, and
the checks that need it still want a review.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from certification_suite.drivers.coursework import Gradebook
from certification_suite.drivers.mock import MockClever
from certification_suite.drivers.probe import Probe
from certification_suite.drivers.probe_ways import Way
from certification_suite.verdicts import CouldNotRun, NotOffered

DONE, FAILED, HELD, SKIPPED, ALL = "done", "failed", "held", "skip", "all"
LABELS = {
    DONE: "Done",
    FAILED: "It did not work",
    HELD: "It waits for a confirmation",
    SKIPPED: "Skip",
    ALL: "Skip all that follow",
}
"""What a person can say, and how a button says it."""
SAID = "What your app says about it, if it did not work"
BY_HAND = "by-hand"

Told = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """Something for a person to do, in plain words."""

    about: str
    steps: tuple[str, ...]
    says: tuple[str, ...] = (DONE, FAILED, SKIPPED)
    """What the person may say of it, keys of LABELS; the first is what Enter means."""
    wants: str = ""
    """What they are to write down, if anything."""
    labels: tuple[tuple[str, str], ...] = ()
    """Other words on the buttons."""

    def label(self, word: str) -> str:
        return dict(self.labels).get(word) or LABELS[word]


@dataclass(frozen=True)
class Reply:
    """What the person said."""

    word: str
    text: str = ""


class Person(Protocol):
    """Somebody at the terminal, or at the page that the harness serves."""

    def now(self, where: str) -> None:
        """What is judged now, in words."""

    def asked(self, task: Task) -> Reply:
        """Ask, and wait for as long as it takes."""


class ByHand(Probe):
    """The app's probe, and a person for what it does not offer."""

    def __init__(
        self, way: Way | None, *, pause: Callable[[float], None], person: Person, clever: MockClever
    ) -> None:
        super().__init__(way, pause=pause)
        self.person, self.clever = person, clever
        self.written: dict[str, dict[str, int]] = {}
        """The progress that the person gave students: Clever id → item → score."""
        self.held = False

    def call(self, name: str, **told: Any) -> dict[str, Any]:
        """Ask the app; where it offers nothing, ask the person."""
        try:
            return super().call(name, **told)
        except NotOffered as missing:
            if name not in ACTS:
                raise
            return self._by_hand(name, told, missing)

    def _by_hand(self, name: str, told: Told, missing: NotOffered) -> dict[str, Any]:
        task = ACTS[name].task(self, told)
        if task is None:
            raise missing
        if not task.steps:
            return ACTS[name].answer(self, Reply(DONE), told)
        reply = self.person.asked(task)
        words = f" (“{reply.text}”)" if reply.text else ""
        self.answers.append(f"{task.about}, by hand → {task.label(reply.word)}{words}")
        if reply.word == SKIPPED:
            raise missing
        return ACTS[name].answer(self, reply, told)

    def name(self, clever_id: str) -> str:
        """Who that is, for people."""
        found = next((person.name for person in self.clever.people() if person.id == clever_id), "")
        return f"{found or 'the person'} (Clever id {clever_id})"

    def section(self, clever_id: str) -> str:
        """Which class that is, for people."""
        found = next((row for row in self.clever.rows("sections") if row["id"] == clever_id), {})
        return f"“{found.get('name') or 'the class'}” (Clever id {clever_id})"

    def in_lms(self, section: str, title: str) -> str | None:
        """Clever's id of the assignment that came into the LMS under this title."""
        tasks = Gradebook(self.clever, self.clever.first_district()).tasks(section)
        return next((task.id for task in reversed(tasks) if title in task.title), None)


@dataclass(frozen=True)
class Act:
    """A part of the probe that a person can stand in for: what they are told, and what their reply means."""

    task: Callable[[ByHand, Told], Task | None]
    """None: nothing that a person could do now; without steps: nothing need be asked."""
    answer: Callable[[ByHand, Reply, Told], dict[str, Any]]


def _sync(probe: ByHand, told: Told) -> Task:
    whole = told.get("mode") != "delta"
    what = (
        "a full sync: it reads everything from Clever" if whole else "a sync of what changed, from Clever's events"
    )
    steps = (f"In your app, start {what}.", "Wait until it has ended, and look how.")
    return Task("A sync", steps, (DONE, FAILED, HELD, SKIPPED), SAID)


def _synced(probe: ByHand, reply: Reply, told: Told) -> dict[str, Any]:
    probe.held = reply.word == HELD
    status = {DONE: "success", FAILED: "failed", HELD: "held"}[reply.word]
    return {"status": status, "problems": [reply.text] if reply.text else []}


def _waiting(probe: ByHand, told: Told) -> Task | None:
    return Task("A sync that waits", ()) if probe.held else None


def _held(probe: ByHand, reply: Reply, told: Told) -> dict[str, Any]:
    return {"holds": [{"id": BY_HAND, "status": "waiting"}]}


def _decide(probe: ByHand, told: Told) -> Task | None:
    if told.get("id") != BY_HAND:
        return None
    steps = ("In your app, confirm the sync that waits.", "Wait until it has ended, and look how.")
    return Task("A sync that waits", steps, wants=SAID)


def _seed(probe: ByHand, told: Told) -> Task:
    people = told.get("users") or []
    rows = [", ".join(f"{key} {value}" for key, value in person.items() if value) for person in people]
    steps = (f"In your app, make {len(people)} account(s) by hand, not through Clever:", *rows)
    return Task("Accounts of your own", steps, (DONE, SKIPPED), "Your app's own id of each account, one a line")


def _seeded(probe: ByHand, reply: Reply, told: Told) -> dict[str, Any]:
    ids, people = reply.text.split(), told.get("users") or []
    if len(ids) != len(people):
        raise CouldNotRun(
            f"{len(ids)} ids were written down for {len(people)} accounts.",
            next_step="Judge this again, and write down one id for each account.",
        )
    return {"users": [{"internal_id": id_} for id_ in ids]}


def _progress(probe: ByHand, told: Told) -> Task:
    steps = (
        f"In your app, let {probe.name(told['clever_id'])} reach a score of {told['score']} in one exercise.",
        f"The suite calls the exercise “{told['item']}”; any will do, as long as you find it again.",
    )
    return Task("A student's progress", steps, (DONE, SKIPPED))


def _progressed(probe: ByHand, reply: Reply, told: Told) -> dict[str, Any]:
    probe.written.setdefault(told["clever_id"], {})[told["item"]] = told["score"]
    return {}


def _remembered(probe: ByHand, told: Told) -> Task | None:
    given = probe.written.get(told["clever_id"])
    if not given:
        return None
    reached = ", ".join(f"{score} in “{item}”" for item, score in given.items())
    steps = (
        f"In your app, look at {probe.name(told['clever_id'])}.",
        f"Does the student still have what you gave them: {reached}?",
    )
    return Task("A student's progress", steps, labels=((DONE, "Yes, it is all there"), (FAILED, "No")))


def _reached(probe: ByHand, reply: Reply, told: Told) -> dict[str, Any]:
    given = probe.written[told["clever_id"]] if reply.word == DONE else {}
    return {"progress": [{"item": item, "score": score} for item, score in given.items()]}


def _assign(probe: ByHand, told: Told) -> Task:
    steps = (f"In your app, make an assignment for {probe.section(told['section'])}:", *_lines(told))
    return Task("An assignment", (*steps, "Let your app send it to the LMS, and wait for that."), wants=SAID)


def _assigned(probe: ByHand, reply: Reply, told: Told) -> dict[str, Any]:
    there = probe.in_lms(told["section"], told["title"]) if reply.word == DONE else None
    return _assignment(reply, there or BY_HAND, there)


def _reassign(probe: ByHand, told: Told) -> Task:
    steps = ("In your app, change the assignment that you made last:", *_lines(told))
    return Task("An assignment", steps, wants=SAID)


def _unassign(probe: ByHand, told: Told) -> Task:
    return Task("An assignment", ("In your app, delete the assignment that you made last.",), wants=SAID)


def _same(probe: ByHand, reply: Reply, told: Told) -> dict[str, Any]:
    return _assignment(reply, told["internal_id"], told["internal_id"])


def _score(probe: ByHand, told: Told) -> Task:
    who = probe.name(told["clever_id"])
    steps = (f"In your app, give {who} this for the assignment that you made last:", *_lines(told))
    return Task("A score", steps, wants=SAID)


def _scored(probe: ByHand, reply: Reply, told: Told) -> dict[str, Any]:
    status = "sent" if reply.word == DONE else "failed"
    return {"score": {"points": told.get("points"), "status": status, "problem": reply.text}}


def _assignment(reply: Reply, internal_id: str, lms_id: str | None) -> dict[str, Any]:
    status = "synced" if reply.word == DONE else "failed"
    told = {"internal_id": internal_id, "lms_id": lms_id, "status": status, "problem": reply.text or None}
    return {"assignment": told}


def _lines(told: Told) -> tuple[str, ...]:
    """What is to be filled in, a line each."""
    shown = ("title", "description", "due_date", "points", "comment", "state", "url")
    return tuple(f"{key.replace('_', ' ')}: {told[key]}" for key in shown if told.get(key) is not None)


ACTS = {
    "sync": Act(_sync, _synced),
    "holds": Act(_waiting, _held),
    "decide": Act(_decide, _synced),
    "seed": Act(_seed, _seeded),
    "write_progress": Act(_progress, _progressed),
    "progress": Act(_remembered, _reached),
    "create_assignment": Act(_assign, _assigned),
    "change_assignment": Act(_reassign, _same),
    "delete_assignment": Act(_unassign, _same),
    "score": Act(_score, _scored),
}
"""By the names of the probe's parts."""
