"""What a refusal of the LMS behind Clever means for a teacher (docs/clever-lms-connect-api-errors)."""

from dataclasses import dataclass

from vendor_app.errors import CleverTrouble

NAMES = {"canvas": "Canvas", "google_classroom": "Google Classroom", "schoology": "Schoology"}


@dataclass(frozen=True)
class Meaning:
    """What a refusal does to an assignment, what to a score, and what a teacher reads about it."""

    assignment: str
    score: str
    sentence: str


MEANINGS = {
    "gone": Meaning("deleted", "failed", "Somebody deleted the assignment in {lms}."),
    "not assigned": Meaning(
        "failed", "failed", "{lms} does not have this student in the class or the assignment."
    ),
    "unpublished": Meaning(
        "waiting", "waiting", "The assignment is not published in {lms}. Publish it there, then send again."
    ),
    "never launched": Meaning(
        "waiting", "waiting", "The student must open the app from Schoology once. Send again afterwards."
    ),
    "overdue": Meaning("failed", "failed", "{lms} takes only due dates in the future."),
    "no key": Meaning(
        "failed", "failed", "Clever refuses our key. The school may have taken the LMS away from us."
    ),
    "no answer": Meaning(
        "waiting", "waiting", "No answer came from {lms} by way of Clever. Send again in a while."
    ),
    "refused": Meaning("failed", "failed", "{lms} did not take it: {said}."),
}
STOPPING = ("gone", "no key", "no answer")
"""What is true of all scores of an assignment, so that the others need not be tried."""


def sentence(meaning: str, lms: str, trouble: CleverTrouble) -> str:
    """What a teacher reads about a failure."""
    said = trouble.message.rstrip(".") or trouble.reason
    return MEANINGS[meaning].sentence.format(lms=NAMES.get(lms, "the LMS"), said=said)
