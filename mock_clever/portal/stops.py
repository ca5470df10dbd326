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
        advice=(
            "Send response_type=code: the authorization code grant is the one Clever supports. POST /_mock/apps"
            " with implicit true gives an app the implicit grant too."
        ),
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
    "unfit redirect URI": Stop(
        title="Unknown redirect URI",
        text="{sent} {problem}.",
        advice="{app} is a production app: register an https redirect URI, or make it a development app.",
        mark="inferred",
        source="docs/identity-api",
    ),
    "rostering only": Stop(
        title="This app does not log people in",
        text="{app} is a rostering application: it has no single sign-on.",
        advice="Log in with the application of its vendor that has the product sso; POST /_mock/apps adds it.",
        status=403,
        mark="inferred",
        source="support 360051319711",
    ),
    "unknown district": Stop(
        title="Unknown district",
        text="No district has this district_id.",
        advice="GET /_mock/districts lists them.",
    ),
    "unknown district page": Stop(
        title="Unknown district",
        text="No district has its login page at {name}.",
        advice="GET /_mock/districts lists them; the short name is the end of portal_url.",
        status=404,
    ),
    "for teachers only": Stop(
        title="This page is for teachers",
        text="Log in to the portal as a teacher to see your students.",
        advice="Only someone who holds the role teacher, and is signed in to this district, sees it.",
        status=403,
    ),
    "not your student": Stop(
        title="Not your student",
        text="You teach no section of this student.",
        advice="POST /_mock/backup-codes and /_mock/badges do it for anybody.",
        status=403,
    ),
    "no PIN": Stop(
        title="This cannot be a PIN",
        text="A PIN has {digits} digits; leave it empty to have none.",
        advice="Go back and type it again.",
        source="support 115005209686",
    ),
    "for admins only": Stop(
        title="This page is for admins",
        text="Only district admins and School Tech Leads may access the portal as another user.",
        advice="A School Tech Lead is staff with the role SchoolTechLead. Whoever is another already stops first.",
        status=403,
        mark="inferred",
        source="support 360000406146",
    ),
    "not yours to be": Stop(
        title="You cannot access the portal as this user",
        text="They are not of your schools, or have rights that you have not.",
        advice="A district admin may be anyone but another; a School Tech Lead those of their schools.",
        status=403,
    ),
    "nobody of that name": Stop(
        title="Nobody has that name",
        text="Nobody in this mock has the id or username {user}.",
        advice="GET /_mock/people?q= finds people.",
        status=404,
        source="this mock",
    ),
    "no_match": Stop(
        title="We do not know this account",
        text="{provider} sent an account that belongs to nobody in your district's data.",
        advice="Clever logs this as no_match; so does a finding in GET /_mock/journal. Go back, choose a person.",
        status=403,
        source="support 208333128",
    ),
    "no_code": Stop(
        title="You did not log in",
        text="You came back from {provider} without having logged in there.",
        advice="Clever logs this as no_code; so does a finding in GET /_mock/journal. Go back and try again.",
        status=403,
        source="support 208333128",
    ),
    "no_token": Stop(
        title="We could not check who you are",
        text="{provider} did not tell Clever who came back from there.",
        advice="Clever logs this as no_token; so does a finding in GET /_mock/journal. Go back and try again.",
        status=403,
        source="support 208333128",
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
        text="{name} is {roles}; {app} does not support that user type.",
        advice="Supported user types are part of the app: POST /_mock/apps changes them.",
        status=403,
        mark="inferred",
        source="support 360045852232",
    ),
    "not connected": Stop(
        title="Your district has not added this app",
        text="{app} is not connected to the district of {name}.",
        advice="GET /_mock/connections lists what is connected; POST /_mock/apps connects a new app.",
        status=403,
        mark="inferred",
        source="support 360045852232",
    ),
    "removed": Stop(
        title="Your district has removed this app",
        text="{app} is no longer connected to the district of {name}.",
        advice="PATCH /_mock/connections/{connection} with connected true brings it back.",
        status=403,
        mark="inferred",
        source="support 360051319711",
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
    "Library switched off": Stop(
        title="Your district has disabled sign up with Clever",
        text="Your district does not allow teachers to add SSO resources.",
        advice="An admin turns it on at /library/controls, or PATCH /_mock/districts/{district}/library.",
        status=403,
        mark="documented",
        source="support 360013488672",
    ),
    "awaits approval": Stop(
        title="Your district reviews new apps first",
        text="{app} awaits the approval of your district.",
        advice="An admin approves it at /library/controls, or PATCH /_mock/districts/{district}/library.",
        status=403,
        mark="inferred",
        source="support 000001741",
    ),
    "not an admin": Stop(
        title="These controls are your admin's",
        text="{name} is {roles}. Only district admins have Library controls.",
        advice="Log in as a district admin, or PATCH /_mock/districts/{{id}}/library.",
        status=403,
        mark="inferred",
        source="support 360025230952",
    ),
    "not in the Library": Stop(
        title="The Library is for teachers",
        text="{name} is {roles}. Only teachers add apps from the Library.",
        advice="Log in as a teacher; a student finds the apps of their teachers in the portal.",
        status=403,
        mark="inferred",
        source="docs/library-sso",
    ),
    "instant login of the Library": Stop(
        title="This link cannot be used",
        text="Instant Login links do not work for {app}: teachers of this district add it from the Library.",
        advice="Use /oauth/authorize. Only the Library's sandbox ({sandbox}, preset library) has such links.",
        status=403,
    ),
    "no LMS": Stop(
        title="Your district has no LMS here",
        text="No learning management system is connected to the district of {name}.",
        advice="PUT /_mock/districts/{district}/lms joins one to it.",
        status=409,
        source="lms-connect 11 #24",
    ),
    "LMS without LTI": Stop(
        title="This LMS launches nothing",
        text="{lms} has no LTI: only Canvas and Schoology launch apps.",
        advice="PUT /_mock/districts/{district}/lms with lms_type canvas or schoology.",
        status=409,
        mark="documented",
        source="docs/lms-connect-lti-13-sso",
    ),
    "LMS not ready": Stop(
        title="Your LMS is not connected",
        text="The connection between Clever and the LMS of this district is not usable: {state}.",
        advice="PUT /_mock/districts/{district}/lms with lms_state success, or let it go on.",
        status=409,
        source="lms-connect 11 #24",
    ),
    "no LMS Connect": Stop(
        title="Your district has not added this app to its LMS",
        text="The district has not accepted LMS Connect for {app}.",
        advice="PATCH /_mock/connections/{{id}} with lms_connect accepted.",
        status=409,
        mark="inferred",
        source="docs/clever-lms-connect",
    ),
    "not in the LMS": Stop(
        title="Your LMS does not know you",
        text="{name} was not found in the LMS, so nobody can launch anything there as them.",
        advice="People are matched by e-mail, and those in `unmatched` never are.",
        status=409,
        source="lms-connect 11 #24",
    ),
    "not in this section": Stop(
        title="You are not in this class",
        text="{name} is in no section {section} that the LMS has and {app} sees.",
        advice="Name a section that they teach or learn in and that is shared, or none.",
        status=409,
        source="lms-connect 11 #24",
    ),
    "links are placed by teachers": Stop(
        title="Only teachers place links",
        text="{name} teaches no section into which {app} could place something.",
        advice="Deep linking is for someone who teaches the section.",
        status=409,
        source="lms-connect 11 #24",
    ),
    "no LTI tool": Stop(
        title="This app is no LTI tool",
        text="{app} is not registered as one, so no id_token can be sent to it.",
        advice="PUT /_mock/apps/{client_id}/lti registers it.",
        status=409,
        source="lms-connect 11 #24",
    ),
    "link elsewhere": Stop(
        title="This link leads out of the app",
        text="A link of {app} must lead to the site of its target link URI.",
        advice="Name a page of that site, or the id of a link the app has placed in this section.",
        source="lms-connect 11 #24",
    ),
    "no launch before": Stop(
        title="There is no launch to repeat",
        text="{app} has asked for no launch yet whose nonce could come again.",
        advice="Finish a launch without the misbehaviour first.",
        status=409,
        source="this mock",
    ),
    "other message": Stop(
        title="This message cannot be wrong so",
        text="{misbehaviour} is something that only a message of type {message} can be.",
        advice="Begin a launch of that type: deep_linking says which.",
        source="this mock",
    ),
    "unknown LTI tool": Stop(
        title="Unknown LTI tool",
        text="No application is registered as an LTI tool under this client_id.",
        advice="GET /_mock/lti lists the tools, PUT /_mock/apps/{{client_id}}/lti registers one.",
        mark="inferred",
        source="lms-connect 9.2",
    ),
    "unknown LTI redirect URI": Stop(
        title="Unknown redirect URI",
        text="The redirect_uri is none of those registered for this LTI tool.",
        advice="The comparison is exact. GET /_mock/lti shows those of {app}.",
        mark="inferred",
        source="lms-connect 9.2",
    ),
    "no waiting launch": Stop(
        title="This launch is over",
        text="A launch waits five minutes, and is good for one answer.",
        advice="POST /_mock/lms/{{district}}/launch begins another.",
        source="lms-connect 11 #24",
    ),
    "no deep linking response": Stop(
        title="Nothing was placed",
        text="What the app answered is no deep linking response: {problem}.",
        advice="The form must have one field, JWT, signed by a key that is registered for the tool.",
        mark="inferred",
        source="lms-connect 9.2",
    ),
    "nothing in the gradebook": Stop(
        title="Not in this gradebook",
        text="There is no {what} {id} here.",
        advice="Begin at /lms, which lists the districts and their courses.",
        status=404,
        source="this mock",
    ),
    "no gradebook": Stop(
        title="No learning management system",
        text="This district has no LMS.",
        advice="PUT /_mock/districts/{district}/lms joins one; so does the page /lms/{district}.",
        status=404,
        source="this mock",
    ),
    "nobody to launch": Stop(
        title="Nothing to launch",
        text="LMS Connect is accepted for no application of this district.",
        advice="PUT /_mock/districts/{district}/lms accepts it for every application that has the product.",
        status=409,
        source="this mock",
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
