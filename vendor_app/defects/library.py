"""Mistakes with the Clever Library: accounts, classes, questions."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence

from vendor_app.behaviour import Behaviour, Candidates
from vendor_app.defects.register import defect
from vendor_app.records import Enrollment, Record, Told, roles, teachers


@defect
class TurnsNewTeachersAway(Behaviour):
    """Tells a teacher from the Library who has no account to ask for one first."""

    refutes = ("LIB-02",)
    models = "the flow of one programme taken for the other's"

    def opens_an_account(self, told: Told) -> bool:
        return "teacher" not in roles(told)


@defect
class WaitsForStudentsToLogIn(Behaviour):
    """Makes no accounts when a teacher consents, so that the class list stays empty until each student comes."""

    refutes = ("LIB-04",)
    models = "accounts on demand where a list was needed"

    def students_at_consent(self) -> bool:
        return False


@defect
class IsForTeachersOnly(Behaviour):
    """Has a student side but refuses the students whom the Library brings."""

    refutes = ("LIB-06",)
    models = "the flow of one programme taken for the other's"

    def library_roles(self) -> tuple[str, ...]:
        return ("teacher",)


@defect
class OffersNoMerge(Behaviour):
    """Never asks a teacher about the account they had before, and makes a second one."""

    refutes = ("LIB-09",)
    models = "a first login that never looks for the account before"

    def merge_candidates(self, told: Told, same_email: Candidates) -> list[Record]:
        return []


@defect
class MergesWithoutThePassword(Behaviour):
    """Links the older account whatever password was typed: who has the e-mail address has the account."""

    refutes = ("LIB-09",)
    models = "I-07"

    def proves_ownership(self, right_password: bool) -> bool:
        return True


@defect
class LooksForADistrictToken(Behaviour):
    """Asks for a district token to read a teacher's classes with, which the Library does not give."""

    refutes = ("LIB-04",)
    models = "the flow of one programme taken for the other's"

    def classes_token(self, own: str, districts: Callable[[], dict[str, str]]) -> str:
        return next(iter(districts().values()), own)


@defect
class ReadsNoClasses(Behaviour):
    """Logs teachers in and leaves them to type their classes by hand."""

    refutes = ("LIB-04", "LIB-10", "LIB-R06", "LIB-R09", "LIB-R10", "LIB-R11")
    models = "a login button without the roster behind it"

    def reads_classes(self, when: str) -> bool:
        return False


@defect
class ReadsClassesOnce(Behaviour):
    """Reads the classes at a teacher's first login and never again, not even when asked to."""

    refutes = ("LIB-14", "LIB-R06")
    models = "a cache without an end"

    def reads_classes(self, when: str) -> bool:
        return when == "first login"


@defect
class KeepsTenClasses(Behaviour):
    """Has room for ten classes and drops the others."""

    refutes = ("LIB-R10",)
    models = "a limit of the database"

    def classes_to_keep(self, sections: Sequence[Told]) -> Sequence[Told]:
        return sections[:10]


@defect
class ImportsEveryClass(Behaviour):
    """Offers a list of classes to choose from and brings all of them in, whatever was chosen."""

    refutes = ("LIB-R07",)
    models = "an answer that nobody looks at"

    def is_wanted(self, section: str, declined: Container[str]) -> bool:
        return True


@defect
class KeepsAHundredStudents(Behaviour):
    """Has room for a hundred students in a class and drops the others."""

    refutes = ("LIB-R11",)
    models = "I-09"

    def members(self, section: Told, students: Iterable[Told]) -> Iterator[Enrollment]:
        return super().members(section, list(students)[:100])


@defect
class KnowsOnlyThePrimaryTeacher(Behaviour):
    """Reads `teacher` and ignores `teachers`, so that a co-teacher has no class."""

    refutes = ("LIB-R09",)
    models = "I-14"

    def members(self, section: Told, students: Iterable[Told]) -> Iterator[Enrollment]:
        others = {*teachers(section)[1:]}
        return (
            one for one in super().members(section, students) if one.role == "student" or one.user not in others
        )


@defect
class AStudentHasOneTeacher(Behaviour):
    """Takes one teacher's classes for all a student has, so that the second teacher ends the first one's."""

    refutes = ("LIB-10",)
    models = "a column where a table was needed"

    def ties_that_end(self, missing: Iterable[Enrollment], sections: Container[str]) -> set[Enrollment]:
        return set(missing)


@defect
class NeedsAClass(Behaviour):
    """Refuses a teacher whom the school has not given a class yet."""

    refutes = ("LIB-11",)
    models = "an empty list taken for an error"

    def may_start_without_classes(self) -> bool:
        return False


@defect
class HasNoSyncButton(Behaviour):
    """Offers no way to read the classes again but logging out and in."""

    refutes = ("LIB-R06",)
    models = "a job that only the night can start"

    def offers_class_sync(self) -> bool:
        return False


@defect
class DoesNotSayWhereClassesComeFrom(Behaviour):
    """Shows classes without a word about Clever, so that teachers look for a way to type them in."""

    refutes = ("LIB-R03",)
    models = "a page that shows data without its source"

    def class_source(self) -> str:
        return ""


@defect
class DropsGradeAndSubject(Behaviour):
    """Keeps of a class its name only."""

    refutes = ("LIB-R05",)
    models = "an import that keeps what it needs today"

    def kept_of_class(self, told: Told) -> Told:
        return {key: value for key, value in told.items() if key not in ("subject", "grade")}


@defect
class AsksForAClassCode(Behaviour):
    """Has students type a class code although Clever tells their classes."""

    refutes = ("LIB-R08",)
    models = "the flow of apps without rosters left in place"

    def asks_for_a_class_code(self, held: Container[str]) -> bool:
        return "student" in held


@defect
class AsksNothingAtFirstLogin(Behaviour):
    """Never asks for the one thing it needs and Clever does not tell."""

    refutes = ("LIB-R02", "SSO-R2")
    models = "a required field left empty for ever"

    def questions(self) -> tuple[str, ...]:
        return ()


@defect
class AsksWhatCleverTold(Behaviour):
    """Has people type the name and the e-mail address that Clever already told."""

    refutes = ("SSO-03", "LIB-R04")
    models = "a sign-up form that stands before every account"

    def questions(self) -> tuple[str, ...]:
        return ("first_name", "last_name", "email", *super().questions())


@defect
class AsksAtEveryLogin(Behaviour):
    """Asks the same question at every login, answered or not."""

    refutes = ("LIB-R02", "SSO-R2")
    models = "an answer that is not saved"

    def asks_now(self, logins: int, answered: bool) -> bool:
        return True
