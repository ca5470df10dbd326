"""Why a login cannot go on: every page on which Clever stops the flow, its words and how they are known.

Clever shows these pages itself and sends nothing back to the application (docs/il-implicit-grant; sso 2, 14).
"""

from __future__ import annotations

from msgspec import Struct

from mock_clever.errors import PageRefusal


class Stop(Struct, frozen=True, kw_only=True):
    """One such page. Words in braces are filled in; `advice` says what to do about it in this mock."""

    title: str
    text: str
    advice: str
    status: int = 400
    mark: str = "chosen"
    source: str = "sso 14"


STOPS = {
    "unknown client": Stop(
        title="Invalid client",
        text="No application has this client_id.",
        advice="GET /_mock/env shows the client ids of this mock, /_mock/apps registers more.",
    ),
    "wrong response_type": Stop(
        title="Invalid request",
        text="response_type must be code, not {sent}.",
        advice="Send response_type=code: the authorization code grant is the one Clever supports.",
    ),
    "no district in the link": Stop(
        title="Invalid request",
        text="An Instant Login link names a district.",
        advice="Add district_id; GET /_mock/env shows one.",
        mark="inferred",
        source="docs/oauth-implementation",
    ),
    "no redirect URI": Stop(
        title="No redirect URI",
        text="{app} has no redirect URI yet.",
        advice="Register one: POST /_mock/apps, or serve --redirect-uri URI.",
    ),
    "unknown redirect URI": Stop(
        title="Unknown redirect URI",
        text="{sent} is not a redirect URI of {app}.",
        advice="The comparison is exact, trailing slash and query included. Registered: {registered}",
    ),
    "unknown district": Stop(
        title="Unknown district",
        text="No district has this district_id.",
        advice="GET /_mock/districts lists them.",
    ),
    "foreign form": Stop(
        title="This form has expired",
        text="The form does not belong to this browser.",
        advice="Start the login again.",
        status=403,
        source="this mock",
    ),
    "unsupported user type": Stop(
        title="This app does not support your account",
        text="{name} is a {roles}; {app} does not support that user type.",
        advice="Supported user types are part of the app: POST /_mock/apps changes them.",
        status=403,
        mark="inferred",
        source="support 360045852232",
    ),
    "not connected": Stop(
        title="Your district has not added this app",
        text="{app} is not connected to the district of {name}.",
        advice=(
            "PATCH /_mock/connections/{{id}} with connected true, or POST /_mock/districts with connect true."
        ),
        status=403,
        mark="inferred",
        source="support 360045852232",
    ),
    "not launched": Stop(
        title="This app has not launched yet",
        text="Users will not be able to access the application until the launch date: {launch_date}.",
        advice="PATCH /_mock/connections/{{id}} with launched true, or move the clock.",
        status=403,
        mark="inferred",
        source="support 221231247",
    ),
    "not shared": Stop(
        title="You do not have access to this app",
        text="Ask your administrator to add this app to your Portal.",
        advice="{name} is not shared with {app}: PUT /_mock/connections/{connection}/sharing changes that.",
        status=403,
        mark="inferred",
        source="support 360051319711",
    ),
    "no teacher authorized": Stop(
        title="You do not have access to this app",
        text="None of your teachers has added this app.",
        advice="{name} is in no section of a teacher who authorised {app}: log in as one of their teachers first.",
        status=403,
        mark="inferred",
        source="docs/clever-library-user-flow",
    ),
    "blocked in the Library": Stop(
        title="Your district does not allow this app",
        text="Your district does not let teachers add {app}.",
        advice="PATCH /_mock/districts/{district}/library lets them.",
        status=403,
        mark="inferred",
        source="support 360025230952",
    ),
}


def stop(why: str, **words: str) -> PageRefusal:
    """The refusal for this reason, its words filled in."""
    row = STOPS[why]
    return PageRefusal(row.title, row.text.format_map(words), row.advice.format_map(words), row.status)
