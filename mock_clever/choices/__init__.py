"""What no source about Clever settles, and what the mock does: the unknowns of our notes, row by row."""

from mock_clever.choices.choice import LATER, Choice
from mock_clever.choices.data_api import DATA_API
from mock_clever.choices.events_and_sync import EVENTS_AND_SYNC
from mock_clever.choices.lms_connect import LMS_CONNECT
from mock_clever.choices.sso import SSO

CHOICES = (*DATA_API, *SSO, *EVENTS_AND_SYNC, *LMS_CONNECT)

OTHER_SETTINGS = {
    "no_assignee_mode": "documents before March 2026 do not know that an assignment without it is refused",
    "id_token_district": "the documents disagree: docs/identity-api still has the older claim",
    "variation": "varies what the documents leave open, whatever was chosen: no single question is behind it",
}
"""The settings that answer no question of the sheets, and what they are for."""

DISTRICT_OPTIONS: dict[str, tuple[str, ...]] = {
    "section_name": ("source", "generated"),
    "contact_identity": ("name and email", "any change"),
}
"""Questions that are answered district by district, in `district.toml` beside its CSV files."""

__all__ = ["CHOICES", "DISTRICT_OPTIONS", "LATER", "OTHER_SETTINGS", "Choice"]
