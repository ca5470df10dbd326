"""Mistakes in keeping the roster: keys, matching, archiving, enrollments."""

from collections.abc import Iterable, Iterator, Sequence

from vendor_app.behaviour import Behaviour, Candidates
from vendor_app.defects.register import defect
from vendor_app.errors import SyncFailed
from vendor_app.records import Enrollment, Record, Told, clever_id, email, full_name, names, part, sis_id, text


@defect
class KeysTheRosterOnSisId(Behaviour):
    """Keeps records under the school's own id, which two districts share and one may change."""

    refutes = ("SYN-01",)
    models = "I-10"

    def record_key(self, kind: str, told: Told) -> str:
        return sis_id(kind, told) or super().record_key(kind, told)


@defect
class KeysTheRosterOnEmail(Behaviour):
    """Keeps people under their e-mail, which they share, change or lack."""

    refutes = ("SYN-01",)
    models = "I-21"

    def record_key(self, kind: str, told: Told) -> str:
        return (kind == "users" and email(told).casefold()) or super().record_key(kind, told)


@defect
class KeysTheRosterOnNames(Behaviour):
    """Keeps sections under their name, which is not unique."""

    refutes = ("SYN-01", "ADJ-22")
    models = "names taken for keys"

    def record_key(self, kind: str, told: Told) -> str:
        return (kind == "sections" and full_name(kind, told)) or super().record_key(kind, told)


@defect
class RequiresAnEmail(Behaviour):
    """Leaves out people without an e-mail: most of the youngest pupils."""

    refutes = ("SYN-07", "ADJ-06", "LIB-06")
    models = "I-03"

    def missing_fields(self, kind: str, told: Told) -> tuple[str, ...]:
        lacking = kind == "users" and not email(told)
        return (*super().missing_fields(kind, told), *(["email"] if lacking else []))


@defect
class RequiresATerm(Behaviour):
    """Stops the whole sync at one section without term and course, which no district has to send."""

    refutes = ("SYN-07",)
    models = "I-08"

    def missing_fields(self, kind: str, told: Told) -> tuple[str, ...]:
        if kind == "sections" and not text(told.get("term_id")) and not text(told.get("course")):
            raise SyncFailed(f"Section {clever_id(told)} has neither term nor course.")
        return super().missing_fields(kind, told)


@defect
class MatchesByNameOnly(Behaviour):
    """Merges people who merely have the same name."""

    refutes = ("SYN-04",)
    models = "names taken for keys"

    def account_to_match(self, told: Told, candidates: Candidates) -> Record | None:
        return next((one for one in candidates if one.name.casefold() in names(told)), None)


@defect
class NeverMatches(Behaviour):
    """Makes a second account for everybody who already had one."""

    refutes = ("SYN-04",)
    models = "a migration that was left for later"

    def account_to_match(self, told: Told, candidates: Candidates) -> Record | None:
        return None


@defect
class DeletesWhatVanished(Behaviour):
    """Deletes a record the district no longer shares, with everything that hangs on it."""

    refutes = ("SYN-06", "ADJ-22")
    models = "I-15"

    def when_gone(self, kind: str) -> str:
        return "delete"


@defect
class NeverArchives(Behaviour):
    """Keeps everybody active who was ever shared."""

    refutes = ("SYN-06", "ADJ-22")
    models = "an import that only adds"

    def when_gone(self, kind: str) -> str:
        return "keep"


@defect
class ForgetsTermsAndCourses(Behaviour):
    """Archives people, schools and sections, but leaves last year's terms and courses active."""

    refutes = ("SYN-06", "ADJ-22")
    models = "a clean-up that was written for people alone"

    def when_gone(self, kind: str) -> str:
        return "keep" if kind in ("terms", "courses") else super().when_gone(kind)


@defect
class RestoresUnderANewId(Behaviour):
    """Takes a person who comes back for a new one and starts an empty record."""

    refutes = ("SYN-06",)
    models = "an archive that is not looked at before a record is made"

    def when_back(self, archived: Record) -> str:
        return "renew"


@defect
class ErasesProgressWithTheSection(Behaviour):
    """Erases what a student did when the student leaves the section, or the section ends."""

    refutes = ("SYN-08", "ADJ-22")
    models = "I-15"

    def erases_progress(self, event: str) -> bool:
        return event == "left section"


@defect
class ErasesProgressOfTheArchived(Behaviour):
    """Erases what a person did as soon as the person is archived."""

    refutes = ("SYN-08",)
    models = "I-15"

    def erases_progress(self, event: str) -> bool:
        return event == "user archived"


@defect
class OnlyThePrimaryTeacher(Behaviour):
    """Reads `teacher` and ignores `teachers`: co-teachers see no class."""

    refutes = ("SYN-09",)
    models = "I-14"

    def enrollments(self, sections: Iterable[Told], users: Sequence[Told]) -> Iterator[Enrollment]:
        alone = [section | {"teachers": []} for section in sections]
        return super().enrollments(alone, users)


@defect
class ReadsStudentsUnderTheOldKey(Behaviour):
    """Looks for the students of a section under the key of another version, and finds every class empty."""

    refutes = ("SYN-09",)
    models = "I-06"

    def enrollments(self, sections: Iterable[Told], users: Sequence[Told]) -> Iterator[Enrollment]:
        empty = [section | {"students": section.get("student_ids", [])} for section in sections]
        return super().enrollments(empty, users)


@defect
class OnlyTheFirstSection(Behaviour):
    """Keeps one section per person, the first that names them."""

    refutes = ("SYN-09",)
    models = "a column where a table was needed"

    def enrollments(self, sections: Iterable[Told], users: Sequence[Told]) -> Iterator[Enrollment]:
        placed: set[str] = set()
        for one in super().enrollments(sections, users):
            if one.user not in placed:
                placed.add(one.user)
                yield one


@defect
class DropsClassmatesFromOtherSchools(Behaviour):
    """Drops a student whose primary school is not the school of the section."""

    refutes = ("SYN-09",)
    models = "one school taken for the school of everybody in a class"

    def enrollments(self, sections: Iterable[Told], users: Sequence[Told]) -> Iterator[Enrollment]:
        home = {clever_id(user): text(part(part(user, "roles"), "student").get("school")) for user in users}
        sections = list(sections)
        school = {clever_id(section): text(section.get("school")) for section in sections}
        for one in super().enrollments(sections, users):
            if one.role != "student" or home.get(one.user) == school[one.section]:
                yield one


@defect
class KeepsTheFormerTeacher(Behaviour):
    """Ties the new teacher to the section and never unties the old one, who goes on reading about the class."""

    refutes = ("ADJ-22",)
    models = "an import that only adds"

    def tie_ends(self, one: Enrollment) -> bool:
        return one.role != "teacher"


@defect
class KeepsSectionsInTheOldTerm(Behaviour):
    """Leaves a section in the term it was made with, so that a section used again lies in last year."""

    refutes = ("ADJ-22",)
    models = "a field that is written once"

    def updated(self, kind: str, before: Told, told: Told) -> Told:
        kept = text(before.get("term_id"))
        return told | {"term_id": kept} if kind == "sections" and kept else told
