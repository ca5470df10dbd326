"""Mistakes with LMS Connect: readiness, assignments, scores, and what is done when an answer fails to come."""

from collections.abc import Sequence
from datetime import datetime

from vendor_app.behaviour import Behaviour, FailedWrite
from vendor_app.defects.register import defect
from vendor_app.records import Told

# ── Before writing ────────────────────────────────────────────────────────────────────────────────────────────


@defect
class WritesWhateverTheState(Behaviour):
    """Writes to an LMS that is not connected yet, or is still being matched."""

    refutes = ("T-LMS-00",)
    models = "a check that was only made at the first connection"

    def district_is_ready(self, lms_state: str) -> bool:
        return True


@defect
class WritesToUnmatchedSections(Behaviour):
    """Never looks at `synced_in_lms` and finds out by failing."""

    refutes = ("LMS-A1",)
    models = "a list of classes taken from the roster alone"

    def section_is_ready(self, synced_in_lms: bool) -> bool:
        return True


# ── Assignments ───────────────────────────────────────────────────────────────────────────────────────────────


@defect
class LeavesTheDescriptionOut(Behaviour):
    """Takes the title for enough, though a description is required."""

    refutes = ("LMS-01", "T-LMS-01")
    models = "a form that does not ask what the other side requires"

    def assignment_sent(self, lms: str, fields: Told) -> Told:
        return {key: value for key, value in super().assignment_sent(lms, fields).items() if key != "description"}


@defect
class LeavesSubmissionTypesOut(Behaviour):
    """Says nothing of how work is handed in, so that Canvas shows a blank."""

    refutes = ("LMS-01", "T-LMS-01", "T-LMS-08")
    models = "the defaults of one LMS taken for those of all"

    def assignment_sent(self, lms: str, fields: Told) -> Told:
        return super().assignment_sent(lms, fields | {"submission_types": []})


@defect
class LeavesAttemptsOut(Behaviour):
    """Says nothing of how often work is handed in, which Canvas keeps as -1."""

    refutes = ("T-LMS-08",)
    models = "the defaults of one LMS taken for those of all"

    def assignment_sent(self, lms: str, fields: Told) -> Told:
        return super().assignment_sent(lms, fields | {"max_attempts": 0})


@defect
class SendsNoTerm(Behaviour):
    """Leaves out the term, without which Schoology makes no assignment."""

    refutes = ("LMS-01", "T-LMS-01", "T-LMS-10")
    models = "the defaults of one LMS taken for those of all"

    def assignment_sent(self, lms: str, fields: Told) -> Told:
        return super().assignment_sent(lms, fields | {"term_id": ""})


@defect
class SendsDueDatesWithoutTheirZone(Behaviour):
    """Sends a due date as its clock shows it, which Clever reads as another moment."""

    refutes = ("LMS-01", "T-LMS-01")
    models = "a local time sent as if it were UTC"

    def due_date_sent(self, due: datetime) -> str:
        return due.replace(tzinfo=None).isoformat(timespec="seconds")


@defect
class LinksInSchoology(Behaviour):
    """Attaches links everywhere, Schoology included."""

    refutes = ("LMS-04", "T-LMS-04", "T-LMS-10")
    models = "the defaults of one LMS taken for those of all"

    def attachment_sent(self, lms: str, title: str, url: str) -> Told:
        return super().attachment_sent("", title, url)


@defect
class KeepsOneAssignmentPerSection(Behaviour):
    """Has room for one id per class, so that the assignment before can never be changed again."""

    refutes = ("LMS-A2",)
    models = "a column where a table was needed"

    def ids_to_keep(self, ids: Sequence[str]) -> Sequence[str]:
        return ids[-1:]


@defect
class MakesANewAssignmentForEachChange(Behaviour):
    """Creates the assignment anew whenever something of it changes."""

    refutes = ("LMS-02", "T-LMS-02")
    models = "a save button that always creates"

    def when_assignment_changes(self) -> str:
        return "create"


@defect
class UpdatesOnlyItsOwnCopy(Behaviour):
    """Sends an assignment once and tells nobody what changed."""

    refutes = ("LMS-02", "T-LMS-02")
    models = "a write that was forgotten on the second path"

    def when_assignment_changes(self) -> str:
        return "keep"


@defect
class SendsEverythingAgain(Behaviour):
    """Repeats the whole assignment with each change, also a due date that has passed by now."""

    refutes = ("LMS-02", "T-LMS-02")
    models = "a whole form sent where a change was meant"

    def changes_sent(self, lms: str, before: Told, after: Told) -> Told:
        return after


@defect
class DeletesOnlyItsOwnCopy(Behaviour):
    """Deletes an assignment here and leaves it in the LMS."""

    refutes = ("LMS-03", "T-LMS-05")
    models = "a write that was forgotten on the third path"

    def when_assignment_is_deleted(self) -> str:
        return "keep"


# ── Scores ────────────────────────────────────────────────────────────────────────────────────────────────────


@defect
class SendsLettersForPoints(Behaviour):
    """Sends `grade`, which is ignored where it is not shown wrong, instead of `grade_points`."""

    refutes = ("LMS-04", "T-LMS-04")
    models = "two fields with nearly the same name"

    def score_sent(self, lms: str, fields: Told) -> Told:
        sent = super().score_sent(lms, fields)
        points = sent.pop("grade_points", None)
        return sent if points is None else sent | {"grade": f"{points:g}"}


@defect
class LosesTheZero(Behaviour):
    """Takes a score of 0 for no score."""

    refutes = ("LMS-04", "T-LMS-04")
    models = "I-29"

    def score_sent(self, lms: str, fields: Told) -> Told:
        return super().score_sent(lms, fields | {"points": fields["points"] or None})


@defect
class NeverSendsAState(Behaviour):
    """Leaves the state out, without which nothing leaves `created` in Google Classroom."""

    refutes = ("LMS-04", "T-LMS-04", "T-LMS-09")
    models = "the defaults of one LMS taken for those of all"

    def score_sent(self, lms: str, fields: Told) -> Told:
        return {key: value for key, value in super().score_sent(lms, fields).items() if key != "state"}


@defect
class ReturnsWhatWasNeverSubmitted(Behaviour):
    """Jumps to `returned` in Google Classroom, over the heads of students who handed nothing in."""

    refutes = ("LMS-A5",)
    models = "a step of the work flow left out"

    def states_on_the_way(self, lms: str, had: str, wanted: str) -> Sequence[str]:
        return ()


@defect
class CommentsWithoutAGrader(Behaviour):
    """Names nobody with a comment, so that Canvas signs it with a stranger's name."""

    refutes = ("T-LMS-08",)
    models = "an optional field that only one LMS misses"

    def score_sent(self, lms: str, fields: Told) -> Told:
        return {key: value for key, value in super().score_sent(lms, fields).items() if key != "grader_id"}


# ── Reading back ──────────────────────────────────────────────────────────────────────────────────────────────


@defect
class TakesNoGradeForZero(Behaviour):
    """Reads a submission without a grade as one with 0 points."""

    refutes = ("T-LMS-03",)
    models = "absent and zero in one number (I-29 the other way round)"

    def grade_told(self, submission: Told) -> float | None:
        return float(submission.get("grade_points") or 0)


@defect
class ReadsOnlyTheFirstPageOfSubmissions(Behaviour):
    """Takes the first page of submissions for all of them."""

    refutes = ("T-LMS-03",)
    models = "I-09"

    def next_submissions(self, body: Told) -> str | None:
        return None


@defect
class ChokesOnAMissingDueDate(Behaviour):
    """Expects every assignment to have a due date, though a teacher may take it away in Google Classroom."""

    refutes = ("T-LMS-09",)
    models = "an optional field read as if it were always there"

    def due_date_told(self, assignment: Told) -> str:
        return str(assignment["due_date"])


# ── When it fails ─────────────────────────────────────────────────────────────────────────────────────────────


@defect
class GivesUpAfterFiveSeconds(Behaviour):
    """Waits for an LMS no longer than for a database."""

    refutes = ("LMS-A3",)
    models = "a time-out chosen without the slowest LMS in mind"

    def write_patience(self) -> float:
        return 5.0


@defect
class CreatesAgainAfterALostAnswer(Behaviour):
    """Repeats the creation of an assignment whose answer was lost, so that the class has it twice."""

    refutes = ("LMS-A4",)
    models = "I-28"

    def wait_before_writing_again(self, write: FailedWrite) -> float | None:
        return super().wait_before_writing_again(
            FailedWrite(write.lms, "PUT", write.retries, write.status, write.message, write.reset_in)
        )


@defect
class SendsAgainWithoutAsking(Behaviour):
    """Creates an assignment that may be there already as soon as somebody changes it here."""

    refutes = ("LMS-A4",)
    models = "I-28"

    def sends_again(self, confirmed: bool) -> bool:
        return True


@defect
class RepeatsRefusedWrites(Behaviour):
    """Tries again what was refused, as if the answer could be another one the next time."""

    refutes = ("T-LMS-11",)
    models = "a retry loop that does not look at the status"

    def wait_before_writing_again(self, write: FailedWrite) -> float | None:
        refused = write.status is not None and 400 <= write.status < 500
        return 1.0 if refused and write.retries < 2 else super().wait_before_writing_again(write)


@defect
class KeepsADeadTokenAt403(Behaviour):
    """Asks for the token again after a 401, but coursework answers a dead one with 403."""

    refutes = ("T-LMS-11",)
    models = "one API of Clever refuses otherwise than the others"

    def key_is_refused(self, status: int | None) -> bool:
        return status == 401


@defect
class TakesARefusalForADelivery(Behaviour):
    """Shows a score as sent although the LMS did not take it."""

    refutes = ("T-LMS-08", "T-LMS-10")
    models = "an answer that nobody looks at"

    def refusal_means(self, lms: str, status: int | None, message: str) -> str:
        meaning = super().refusal_means(lms, status, message)
        return "" if meaning in ("unpublished", "never launched") else meaning
