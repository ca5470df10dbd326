"""Canvas (docs/lms-connect-output-behavior)."""

from mock_clever.lms.profile import Grades, Profile, Works
from mock_clever.lms.words import Words

PROFILE = Profile(
    lms_type="canvas",
    name="Canvas",
    works=Works(
        ignored=frozenset({"start_date", "term_id"}),
        mirrors={"start_date": "display_date"},
        attempts=-1,
        attachments=("link",),
    ),
    grades=Grades(
        ignored=frozenset({"state", "grade", "override_due_date"}),
        states={"created": ("submitted",), "submitted": ("submitted",)},
        moved_by={"attachments": "submitted"},
        attachments=("link",),
        one_flag=("excused", "missing", "late"),
        comment_needs=("grade",),
        with_comment=frozenset({"grader_id"}),
        empty_comment=False,
        unsigned="Monica Simo",
        drafts="Canvas does not allow updating submissions on unpublished (draft) assignments.",
    ),
    words=Words(
        courses="Courses",
        works="Assignments",
        assignments={
            "draft": "Unpublished",
            "scheduled": "Not available yet",
            "open": "Published",
            "locked": "Closed",
        },
        work={
            "created": "No submission",
            "submitted": "Submitted",
            "returned": "Graded",
            "reclaimed": "Taken back",
        },
        buttons={
            "publish": "Publish",
            "unpublish": "Unpublish",
            "delete": "Delete",
            "edit": "Save",
            "submit": "Submit assignment",
            "reclaim": "Take back",
            "return": "Return",
        },
        shade="red",
        blanks=True,
    ),
)
