"""The pages people see: logging in, the portal and signing out, as server-rendered templates.

Every module adds its pages to the one blueprint of `visit`.
"""

from mock_clever.portal import (
    badge_pages,
    classroom,
    district_pages,
    gradebook,
    icons,
    impersonation,
    library,
    login,
    pages,
    picker,
    providers,
)
from mock_clever.portal.lti import lti_platform
from mock_clever.portal.visit import portal

__all__ = [
    "badge_pages",
    "classroom",
    "district_pages",
    "gradebook",
    "icons",
    "impersonation",
    "library",
    "login",
    "lti_platform",
    "pages",
    "picker",
    "portal",
    "providers",
]
