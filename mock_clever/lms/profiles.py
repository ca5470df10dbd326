"""The LMSs there are, by `lms_type`."""

from mock_clever.lms.canvas import CANVAS
from mock_clever.lms.google_classroom import GOOGLE_CLASSROOM
from mock_clever.lms.profile import Profile
from mock_clever.lms.schoology import SCHOOLOGY

PROFILES: dict[str, Profile] = {profile.lms_type: profile for profile in (CANVAS, SCHOOLOGY, GOOGLE_CLASSROOM)}
