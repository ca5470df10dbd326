"""Canvas (docs/lms-connect-output-behavior)."""

from mock_clever.lms.profile import Grades, Profile, Works

CANVAS = Profile(
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
)
