"""The words of LTI 1.3 and Deep Linking 2.0: claims, messages and roles (imsglobal.org/spec/lti/v1p3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

VERSION = "1.3.0"
RESOURCE_LINK_REQUEST = "LtiResourceLinkRequest"
DEEP_LINKING_REQUEST = "LtiDeepLinkingRequest"
DEEP_LINKING_RESPONSE = "LtiDeepLinkingResponse"

_CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
_DEEP_LINKING = "https://purl.imsglobal.org/spec/lti-dl/claim/"

MESSAGE_TYPE = f"{_CLAIM}message_type"
MESSAGE_VERSION = f"{_CLAIM}version"
DEPLOYMENT_ID = f"{_CLAIM}deployment_id"
TARGET_LINK_URI = f"{_CLAIM}target_link_uri"
RESOURCE_LINK = f"{_CLAIM}resource_link"
ROLES = f"{_CLAIM}roles"
CONTEXT = f"{_CLAIM}context"
CUSTOM = f"{_CLAIM}custom"
LAUNCH_PRESENTATION = f"{_CLAIM}launch_presentation"
TOOL_PLATFORM = f"{_CLAIM}tool_platform"
LIS = f"{_CLAIM}lis"
SETTINGS = f"{_DEEP_LINKING}deep_linking_settings"
CONTENT_ITEMS = f"{_DEEP_LINKING}content_items"
DATA = f"{_DEEP_LINKING}data"

COURSE_SECTION = "http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"

_IN_CONTEXT = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
_INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"

_ROLES: Mapping[str, tuple[str, str]] = {
    "student": (f"{_INSTITUTION}Student", f"{_IN_CONTEXT}Learner"),
    "teacher": (f"{_INSTITUTION}Faculty", f"{_IN_CONTEXT}Instructor"),
    "staff": (f"{_INSTITUTION}Staff", ""),
    "district_admin": (f"{_INSTITUTION}Administrator", f"{_IN_CONTEXT}Administrator"),
}
"""What each of Clever's roles is in the institution, and in a course."""

PLACEABLE = ("ltiResourceLink", "link")
"""The types of content items that the platform takes from a tool."""


def roles(held: Iterable[str], within: bool) -> Iterator[str]:
    """The role URIs of someone with these roles of Clever's; those of a course only `within` one."""
    for role in held:
        institution, context = _ROLES[role]
        yield institution
        if within and context:
            yield context
