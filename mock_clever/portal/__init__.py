"""The pages people see: logging in, the portal and signing out, as server-rendered templates.

Every module adds its pages to the one blueprint of `visit`.
"""

from mock_clever.portal import (
    badge_pages,
    classroom,
    district_pages,
    icons,
    impersonation,
    library,
    login,
    pages,
    picker,
)
from mock_clever.portal.visit import portal

__all__ = [
    "badge_pages",
    "classroom",
    "district_pages",
    "icons",
    "impersonation",
    "library",
    "login",
    "pages",
    "picker",
    "portal",
]
