"""Google Classroom (docs/lms-connect-output-behavior; the sample of docs/api-reference)."""

from mock_clever.lms.profile import Grades, Profile, Works

GOOGLE_CLASSROOM = Profile(
    lms_type="google_classroom",
    name="Google Classroom",
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
)
