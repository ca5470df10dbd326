"""The Clever Library: a teacher authorises the app, and the teacher's own token reads their classes.

There is no district here, no district token and no sync at night: what changed is read at each login and whenever
the teacher asks (docs/classroom-rostering). Where a district told us of a class or a person, the district's word
stays (docs/library-sso: the district connection wins).
"""

import json
from dataclasses import dataclass
from typing import Any

from vendor_app.behaviour import Behaviour
from vendor_app.clever import Clever
from vendor_app.config import Config
from vendor_app.errors import CleverTrouble
from vendor_app.people import People, columns
from vendor_app.records import Enrollment, Record, Told, clever_id
from vendor_app.store import Store


@dataclass(frozen=True)
class Classroom:
    """One section of a teacher, with its students."""

    section: Told
    students: list[Told]


class Library:
    """Reads what one person's token shows of their classes, and takes it in."""

    def __init__(self, config: Config, behaviour: Behaviour, store: Store, clever: Clever, people: People) -> None:
        self._config = config.for_library
        self._behaviour = behaviour
        self._store = store
        self._clever = clever
        self._people = people

    def refresh(self, account: Record, token: str, when: str, now: str) -> None:
        """Read and take in this person's classes. Raises CleverTrouble, and has changed nothing then."""
        if not self._behaviour.reads_classes(when):
            return
        if "teacher" in account.roles:
            self._teaches(account, self._classrooms(account, token), now)
        else:
            mine = self._clever.sections_of(self._config.api_version, account.clever_id or "", token)
            self._attends(account, [clever_id(section) for section in mine])

    # ── A teacher ─────────────────────────────────────────────────────────────────────────────────────────

    def _classrooms(self, account: Record, own: str) -> list[Classroom]:
        version, login = self._config.api_version, self._config.login
        token = self._behaviour.classes_token(own, lambda: self._clever.district_tokens(login))
        told = self._clever.sections_of(version, account.clever_id or "", token)
        rooms = []
        for section in self._behaviour.classes_to_keep([one for one in told if clever_id(one)]):
            try:
                students = self._clever.students_of(version, clever_id(section), token)
            except CleverTrouble as trouble:
                if trouble.status != 404:
                    raise
                continue  # the class ended between the two questions
            rooms.append(Classroom(section, [one for one in students if clever_id(one)]))
        return rooms

    def _teaches(self, account: Record, rooms: list[Classroom], now: str) -> None:
        """Make these the classes of this teacher; what they took off their list stays out."""
        me = account.clever_id or ""
        with self._store.transaction():
            for told in {clever_id(one): one for room in rooms for one in room.students}.values():
                if self._behaviour.students_at_consent() or self._people.known(clever_id(told)):
                    self._people.library_account(told, now)
            refused = self.declined(me)
            wanted = [room for room in rooms if self._behaviour.is_wanted(clever_id(room.section), refused)]
            ours = [room for room in wanted if self._take(room.section, now)]
            ties = {
                tie
                for room in ours
                for tie in self._behaviour.members(room.section, room.students)
                if tie.role == "student" or self._takes_part(tie)
            }
            sections = {clever_id(room.section) for room in ours}
            self._settle(ties, sections)
            self._leave(me, {clever_id(room.section) for room in wanted})

    def _take(self, told: Told, now: str) -> bool:
        """Write a section; False when it is a district's, who knows more of it."""
        ours = self._store.find("sections", "clever_id", clever_id(told))
        if ours and ours.in_roster and ours.active:
            return False
        values: dict[str, Any] = columns(self._behaviour, "sections", self._behaviour.kept_of_class(told))
        values |= {"key": clever_id(told), "in_roster": 0, "updated_at": now}
        values |= {"status": "active", "archived_at": None}
        if ours:
            self._store.update("records", ours.id, values)
        else:
            self._store.insert("records", values | {"kind": "sections", "created_at": now})
        return True

    def _takes_part(self, tie: Enrollment) -> bool:
        """Whether a teacher of a section has an account and wants the section."""
        return self._people.known(tie.user) is not None and tie.section not in self.declined(tie.user)

    def _settle(self, ties: set[Enrollment], sections: set[str]) -> None:
        """Write the ties of these sections, and end what they no longer hold."""
        students = {one.user for one in ties if one.role == "student"}
        had = self._store.enrollments(
            "status = 'active' AND (section IN (SELECT value FROM json_each(?))"
            " OR role = 'student' AND user IN (SELECT value FROM json_each(?)))",
            *(json.dumps(sorted(sections)), json.dumps(sorted(students))),
        )
        missing = {one for one, _ in had} - ties
        for tie in ties:
            self._mark(tie, "active")
        for tie in self._behaviour.ties_that_end(missing, sections):
            self._mark(tie, "archived")

    def _leave(self, me: str, wanted: set[str]) -> None:
        """End this teacher's ties to the classes that are not theirs any more, and archive what nobody teaches."""
        for tie, status in self._store.enrollments("user = ? AND role = 'teacher'", me):
            section = self._store.find("sections", "clever_id", tie.section)
            if status == "archived" or tie.section in wanted or section is None or section.in_roster:
                continue
            self._mark(tie, "archived")
            if not self._store.enrollments("section = ? AND role = 'teacher' AND status = 'active'", tie.section):
                self._store.update("records", section.id, {"status": "archived"})
                self._store.execute("UPDATE enrollments SET status = 'archived' WHERE section = ?", tie.section)

    # ── A student ─────────────────────────────────────────────────────────────────────────────────────────

    def _attends(self, account: Record, told: list[str]) -> None:
        """Make these the classes of this student, of those that a teacher brought here."""
        me = account.clever_id or ""
        with self._store.transaction():
            here = [one for one in self._store.by_clever_id("sections", told) if one.active and not one.in_roster]
            ties = {Enrollment(one.clever_id or "", me, "student") for one in here}
            for tie, status in self._store.enrollments("user = ? AND role = 'student'", me):
                section = self._store.find("sections", "clever_id", tie.section)
                if tie not in ties and status == "active" and not (section and section.in_roster):
                    self._mark(tie, "archived")
            for tie in ties:
                self._mark(tie, "active")

    # ── What the teacher chose ────────────────────────────────────────────────────────────────────────────

    def choice(self, teacher: Record) -> list[tuple[Record, bool]]:
        """The classes a teacher may choose of, each with whether it is wanted."""
        me = teacher.clever_id or ""
        refused = self.declined(me)
        ties = self._store.enrollments("user = ? AND role = 'teacher'", me)
        offered = [tie.section for tie, status in ties if status == "active" or tie.section in refused]
        found = [
            one for one in self._store.by_clever_id("sections", offered) if not (one.in_roster and one.active)
        ]
        return [(one, one.clever_id not in refused) for one in sorted(found, key=lambda one: one.name.casefold())]

    def choose(self, teacher: Record, wanted: set[str]) -> None:
        """Note which of these classes the teacher wants. The others leave now; a reading brings these in."""
        me = teacher.clever_id or ""
        with self._store.transaction():
            offered = self.choice(teacher)
            for section, _ in offered:
                self._store.execute(
                    "DELETE FROM declined WHERE teacher = ? AND section = ?", me, section.clever_id
                )
                if section.clever_id not in wanted:
                    self._store.insert("declined", {"teacher": me, "section": section.clever_id})
            refused, ids = self.declined(me), [section.clever_id or "" for section, _ in offered]
            self._leave(me, {one for one in ids if self._behaviour.is_wanted(one, refused)})

    def declined(self, teacher: str) -> set[str]:
        """The sections, by Clever id, that this teacher does not want here."""
        return {row["section"] for row in self._store.rows("SELECT * FROM declined WHERE teacher = ?", teacher)}

    def _mark(self, tie: Enrollment, status: str) -> None:
        self._store.execute(
            "INSERT INTO enrollments (section, user, role, status) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (section, user, role) DO UPDATE SET status = excluded.status",
            *(tie.section, tie.user, tie.role, status),
        )
