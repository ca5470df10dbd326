"""Google Classroom (docs/lms-connect-output-behavior; the sample of docs/api-reference)."""

from mock_clever.lms.profile import Grades, Profile, Works
from mock_clever.lms.words import Words

PROFILE = Profile(
    lms_type="google_classroom",
    name="Google Classroom",
    lti=False,
    agreement=True,
    ids=False,
    works=Works(
        ignored=frozenset({"start_date", "end_date", "submission_types", "term_id", "max_attempts"}),
        fixed=frozenset({"attachments"}),
        attempts=1,
        to_the_minute=frozenset({"due_date"}),
        attachments=("link",),
        titles_links=True,
    ),
    grades=Grades(
        ignored=frozenset({"grade", "grade_comment", "grader_id", "override_due_date", "extra_attempts"}),
        states={
            "created": ("submitted",),
            "submitted": ("returned", "reclaimed"),
            "reclaimed": ("submitted",),
            "returned": (),
        },
        moved_by={"attachments": "submitted"},
        attachments=("link",),
    ),
    words=Words(
        courses="Classes",
        works="Classwork",
        assignments={"draft": "Draft", "scheduled": "Scheduled", "open": "Assigned", "locked": "Closed"},
        work={
            "created": "Assigned",
            "submitted": "Turned in",
            "returned": "Returned",
            "reclaimed": "Unsubmitted",
        },
        buttons={
            "publish": "Assign",
            "unpublish": "Back to draft",
            "delete": "Delete",
            "edit": "Save",
            "submit": "Turn in",
            "reclaim": "Unsubmit",
            "return": "Return",
        },
        shade="green",
    ),
)
