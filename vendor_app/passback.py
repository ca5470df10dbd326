"""Carries assignments and scores to the LMS behind Clever, and says what became of each (LMS Connect).

A change, a deletion or a score may be repeated as often as it takes and does no harm. A new assignment may not:
Clever has no list to find it in and no key that makes a repetition harmless. So `sending` is written before it
goes, and an answer that never came leaves it `unknown` until somebody has looked.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import quote

from vendor_app.behaviour import Behaviour
from vendor_app.clever import Clever
from vendor_app.config import Config
from vendor_app.coursework import MAY_BE_THERE, Assignment, Coursework, Score
from vendor_app.desks import VERSION, Desk, Desks, NotYet
from vendor_app.errors import CleverTrouble
from vendor_app.records import Told, teachers, text
from vendor_app.refusals import MEANINGS, STOPPING, sentence
from vendor_app.store import Store
from vendor_app.sync import Background

log = logging.getLogger("vendor_app")

ATTEMPTS = 3
MOST_SUBMISSIONS = 100
"""The largest page of submissions."""

NOT_THERE_YET = "The assignment is not in the LMS yet."
LEFT_BEHIND = "Nobody knows whether the LMS has a copy of it; please look there."


@dataclass(frozen=True)
class Seen:
    """What the LMS says of an assignment: each student's submission, and why there is none."""

    submissions: dict[str, Told]
    problem: str = ""


class Passback:
    """Delivers what the tables hold. Deliveries of one assignment take turns."""

    def __init__(
        self, config: Config, behaviour: Behaviour, store: Store, clever: Clever, coursework: Coursework
    ) -> None:
        self._config = config
        self._behaviour = behaviour
        self._clever = clever
        self._coursework = coursework
        self._desks = Desks(config, behaviour, store, clever)
        self._turns: dict[int, threading.Lock] = {}
        self._under_way: set[int] = set()

    def start(self, id_: int, work: Callable[[], None], background: Background) -> None:
        """Let a delivery of this assignment take its time; meanwhile it is `under_way`."""

        def run() -> None:
            try:
                work()
            except Exception:
                log.exception("The delivery of assignment %d stopped.", id_)
            finally:
                self._under_way.discard(id_)

        self._under_way.add(id_)
        background(run)

    def under_way(self, id_: int) -> bool:
        return id_ in self._under_way

    # ── Assignments ───────────────────────────────────────────────────────────────────────────────────────

    def deliver(self, id_: int, *, confirmed: bool = False) -> None:
        """Bring the LMS to what we have: create, change or delete; `confirmed` when a person says so."""
        with self._turn(id_):
            one = self._coursework.one(id_)
            if one is None or one.status == "deleted":
                return
            if one.status == "unknown" and not self._behaviour.sends_again(confirmed):
                return
            act = self._remove if one.status == "deleting" else self._change if one.lms_id else self._create
            lms = one.lms
            try:
                desk = self._desks.of(one.section)
                lms = desk.lms
                act(one, desk)
            except NotYet as reason:
                self._stays(one, "waiting", str(reason))
            except CleverTrouble as trouble:
                self._failed(id_, lms, trouble)

    def delete(self, id_: int) -> None:
        """Take an assignment away, here and in the LMS."""
        one = self._coursework.one(id_)
        if one is None:
            return
        if one.lms_id:
            self._coursework.settle(id_, "deleting")
            self.deliver(id_)
        elif one.status != "sending":
            self._coursework.settle(id_, "deleted", LEFT_BEHIND if one.status == "unknown" else "")

    def _create(self, one: Assignment, desk: Desk) -> None:
        sent = self._behaviour.assignment_sent(desk.lms, self._fields(one, desk))
        self._coursework.settle(one.id, "sending")
        told = self._desks.with_key(
            desk.district, lambda key: self._clever.write(desk.lms, "POST", desk.path, key, sent)
        )
        lms_id = text(told.get("id"))
        if not lms_id:
            raise CleverTrouble(desk.path, None, "the answer holds no id")
        self._coursework.delivered(one, desk.lms, sent, lms_id)
        self._note(one, told)
        held = self._coursework.ids(one.section)
        for id_ in {*held} - {*self._behaviour.ids_to_keep(held)}:
            self._coursework.forget_id(one.section, id_)

    def _change(self, one: Assignment, desk: Desk) -> None:
        verdict = self._behaviour.when_assignment_changes()
        after = self._behaviour.assignment_sent(desk.lms, self._fields(one, desk))
        sent = self._behaviour.changes_sent(desk.lms, one.sent, after)
        if verdict == "create" and sent:
            self._create(one, desk)
            return
        if verdict == "patch" and sent:
            told = self._write("PATCH", one, desk, sent)
            self._note(one, told)
        self._coursework.delivered(one, desk.lms, after, one.lms_id)

    def _remove(self, one: Assignment, desk: Desk) -> None:
        if self._behaviour.when_assignment_is_deleted() == "delete":
            self._write("DELETE", one, desk, None)
        self._coursework.settle(one.id, "deleted")

    def _write(self, method: str, one: Assignment, desk: Desk, sent: Told | None, beneath: str = "") -> Told:
        path = f"{desk.path}/{named(one)}{beneath}"
        return self._desks.with_key(
            desk.district, lambda key: self._clever.write(desk.lms, method, path, key, sent)
        )

    def _fields(self, one: Assignment, desk: Desk) -> Told:
        """All that we can tell of an assignment; what of it goes out, the behaviour decides."""
        attachment = self._behaviour.attachment_sent
        return {
            "title": one.title,
            "description": one.description,
            "due_date": self._behaviour.due_date_sent(one.due),
            "points_possible": one.points,
            "assignee_mode": "all",
            "submission_types": ["text" if desk.lms == "schoology" else "link"],
            "max_attempts": ATTEMPTS,
            "attachments": [attachment(desk.lms, one.title, one.url)] if one.url else [],
            "term_id": text(desk.section.get("term_id")),
        }

    def _failed(self, id_: int, lms: str, trouble: CleverTrouble) -> None:
        """Note what a failure means. A new assignment on its way that nobody answered for may be there."""
        one = self._coursework.one(id_)
        meaning = self._meaning(lms, trouble)
        if one is None:
            return
        if meaning == "":
            self._coursework.settle(id_, "deleted" if one.status == "deleting" else "synced")
        elif meaning == "gone" and one.status == "deleting":
            self._coursework.settle(id_, "deleted")
        elif meaning == "no answer" and one.status == "sending" and trouble.status != 429:
            self._coursework.settle(id_, "unknown", MAY_BE_THERE)
        else:
            self._stays(one, MEANINGS[meaning].assignment, sentence(meaning, lms, trouble))

    def _stays(self, one: Assignment, status: str, problem: str) -> None:
        """It could not be done; what was to be deleted still is."""
        self._coursework.settle(one.id, "deleting" if one.status == "deleting" else status, problem)

    # ── Scores ────────────────────────────────────────────────────────────────────────────────────────────

    def deliver_scores(self, id_: int, users: Iterable[str] | None = None) -> None:
        """Send the scores that an assignment's LMS does not have yet, or those of these students."""
        with self._turn(id_):
            one, held = self._coursework.one(id_), self._coursework.scores(id_)
            news = [user for user, score in held.items() if score.status != "sent"]
            scores = [held[user] for user in (news if users is None else users) if user in held]
            if one is None:
                return
            left, lms = list(scores), one.lms
            try:
                if not one.lms_id or one.status == "deleted":
                    raise NotYet(NOT_THERE_YET)
                desk = self._desks.of(one.section)
                lms = desk.lms
                while left:
                    self._try_score(one, desk, left)
            except NotYet as reason:
                self._all(left, "waiting", str(reason))
            except CleverTrouble as trouble:
                self._refused(one, left, lms, trouble)

    def _try_score(self, one: Assignment, desk: Desk, left: list[Score]) -> None:
        """Send the first of what is left, which then is done, unless its failure is that of all."""
        try:
            self._score(one, desk, left[0])
        except CleverTrouble as trouble:
            if self._meaning(desk.lms, trouble) in STOPPING:
                raise
            self._refused(one, left[:1], desk.lms, trouble)
        left.pop(0)

    def _score(self, one: Assignment, desk: Desk, score: Score) -> None:
        attachment = self._behaviour.attachment_sent
        fields = {
            "points": score.points,
            "comment": score.comment,
            "state": score.state,
            "grader": score.grader or next(iter(teachers(desk.section)), ""),
            "attachments": [attachment(desk.lms, one.title, score.url)] if score.url else [],
        }
        sent = self._behaviour.score_sent(desk.lms, fields)
        state, where = text(sent.get("state")), f"/submissions/{quote(score.user, safe='')}"
        first = self._behaviour.states_on_the_way(desk.lms, score.sent_state, state)
        for body in [{"state": each} for each in first] + ([sent] if sent else []):
            self._write("PATCH", one, desk, body, where)
        self._coursework.delivered_score(score, state)

    def _refused(self, one: Assignment, scores: list[Score], lms: str, trouble: CleverTrouble) -> None:
        """Note why these scores were not taken."""
        meaning = self._meaning(lms, trouble)
        if meaning == "":
            self._all(scores, "sent", "")
            return
        words = sentence(meaning, lms, trouble)
        if meaning == "gone":
            self._coursework.settle(one.id, "deleted", words)
        self._all(scores, MEANINGS[meaning].score, words)

    def _all(self, scores: Iterable[Score], status: str, problem: str) -> None:
        for score in scores:
            self._coursework.settle_score(score, status, problem)

    # ── What the LMS says ─────────────────────────────────────────────────────────────────────────────────

    def look(self, id_: int, *, patient: bool = True) -> Seen:
        """Read an assignment and its submissions back; not patiently when somebody waits for the page."""
        one = self._coursework.one(id_)
        if one is None or not one.lms_id or one.status == "deleted":
            return Seen({}, (one.problem if one else "") or NOT_THERE_YET)
        try:
            return Seen(self._submissions(one, self._desks.district(one.section), patient=patient))
        except NotYet as reason:
            return Seen({}, str(reason))
        except CleverTrouble as trouble:
            meaning = self._meaning(one.lms, trouble)
            words = sentence(meaning, one.lms, trouble) if meaning else ""
            if meaning == "gone":
                self._coursework.settle(one.id, "deleted", words)
            return Seen({}, words)

    def _submissions(self, one: Assignment, district: str, *, patient: bool) -> dict[str, Told]:
        """By the student's Clever id: a submission's own id is going away (docs/api-reference)."""
        path = f"/{VERSION}/sections/{one.section}/assignments/{named(one)}"
        limit = min(self._config.page_size, MOST_SUBMISSIONS)

        def work(key: str) -> list[Told]:
            self._note(one, self._clever.data(path, key, patient=patient))
            return self._clever.submissions(f"{path}/submissions", key, limit, patient=patient)

        return {text(each.get("user_id")): each for each in self._desks.with_key(district, work)}

    def _note(self, one: Assignment, told: Told) -> None:
        """What the LMS made of it: a teacher may unpublish it there, or take its due date away."""
        due, state = self._behaviour.due_date_told(told), text(told.get("state"))
        self._coursework.change(one.id, lms_due=due, lms_state=state)

    def _meaning(self, lms: str, trouble: CleverTrouble) -> str:
        return self._behaviour.refusal_means(lms, trouble.status, trouble.message)

    def _turn(self, id_: int) -> threading.Lock:
        return self._turns.setdefault(id_, threading.Lock())


def named(one: Assignment) -> str:
    """The id that Clever gave, as a part of a path."""
    return quote(one.lms_id or "", safe="")
