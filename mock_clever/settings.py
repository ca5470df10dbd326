"""What can be switched in a world: mostly how Clever's open questions are answered.

Each setting has a default that is our choice; the others are there for clients that were written against
another belief, and for tests that want to meet a limit soon.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, structs

from mock_clever.errors import ControlRefusal
from mock_clever.versions.shape import Dialect


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of one world."""

    rate_limit: Annotated[int, Meta(ge=1, description="Requests a token has in a minute.")] = 1200
    session_life: Annotated[
        int, Meta(ge=1, le=86_400, description="Seconds that Clever's own session lasts, up to a day.")
    ] = 7200
    token_credentials: Annotated[
        Literal["basic or body", "basic"],
        Meta(description="Where the token endpoint accepts client id and secret; the body is always a finding."),
    ] = "basic or body"
    cancel: Annotated[
        Literal["stays", "access_denied"],
        Meta(
            description="What cancelling a login does: the person stays on Clever's page, or goes back with"
            " `error=access_denied`."
        ),
    ] = "stays"
    role_choice: Annotated[
        Literal["priority", "asked"],
        Meta(
            description="In which role a person of several logs in: the first the app supports, or, as before v3,"
            " the one they choose."
        ),
    ] = "priority"
    lti_mode: Annotated[
        Literal["clever-sso", "id-token"],
        Meta(
            description="How a launch from an LMS reaches an application: as a login from Clever, or by a signed"
            " id_token of LTI 1.3 ([how](lti.md))."
        ),
    ] = "clever-sso"
    issuer: Annotated[
        Literal["base URL", "https://clever.com"],
        Meta(description="The issuer that discovery and id_tokens name: this world's own URL, or Clever's."),
    ] = "base URL"
    user_type: Annotated[
        Literal["underscored", "spaced", "older"],
        Meta(
            description="How `user_type` is written in OIDC: `staff` and `district_admin`, `district admin` with a"
            " space, or `school_admin` and `district_admin` as in docs/identity-api."
        ),
    ] = "underscored"
    id_token_district: Annotated[
        Literal["district", "district_id", "both"],
        Meta(description="The claim of an id_token that names the district: today's, the older one, or both."),
    ] = "district"
    unversioned_me: Annotated[
        Literal["v1.2", "v2.0", "v2.1", "v3.0", "v3.1"],
        Meta(description="The version that `/me` without one answers in; it is always a finding."),
    ] = "v2.1"
    district_me: Annotated[
        Literal["refused", "told"],
        Meta(
            description="What `/me` without a version, or of one before v3, answers a district token: the 404, or"
            " `type: district` as once upon a time."
        ),
    ] = "refused"
    unauthorized: Annotated[
        Literal["recorded", "message", "lms"],
        Meta(
            description="The 401 body: the recorded one, the `message` of the published specification, or what LMS"
            " Connect says (401 without a token, 403 for one it does not know)."
        ),
    ] = "recorded"
    out_of_scope: Annotated[
        Literal["html", "message"],
        Meta(description="The 404 for a token of the wrong kind: Express's page, or the older JSON message."),
    ] = "html"
    unknown_role: Annotated[
        Literal["refuse", "ignore"], Meta(description="What a `role` outside the endpoint's values does.")
    ] = "refuse"
    unknown_parameter: Annotated[
        Literal["ignore", "refuse"],
        Meta(description="What a query parameter the endpoint does not have does; ignored ones are still echoed."),
    ] = "ignore"
    link_order: Annotated[
        Literal["documented", "recorded", "shuffled"],
        Meta(
            description="Paging links: `self, next, prev` from v2.0 as in the documents, `self, prev, next`"
            " everywhere as recorded, or in any order."
        ),
    ] = "documented"
    next_link: Annotated[
        Literal["exact", "hopeful"],
        Meta(description="Whether a page that is just full has a `next` although nothing follows."),
    ] = "exact"
    empty_resources: Annotated[
        Literal["recorded", "documented"],
        Meta(description='No resources: `{"resources":[]}` as recorded, or an empty list like any other.'),
    ] = "recorded"
    other_methods: Annotated[
        Literal["501", "405", "html"],
        Meta(description="What POST, PUT, PATCH and DELETE get: 501, LMS Connect's empty 405, or Express's page."),
    ] = "501"
    healthy_state: Annotated[
        Literal["running", "success"], Meta(description="The `state` of a district that is well.")
    ] = "running"
    nulls: Annotated[
        Literal["absent", "null"],
        Meta(description="A nullable field without a value: blank or absent as recorded, or `null`."),
    ] = "absent"
    event_order: Annotated[
        Literal["documented", "recorded"],
        Meta(description="The order of events in a batch: as documented, or districts and schools first."),
    ] = "documented"
    former_objects: Annotated[
        Literal["whole", "changed keys"],
        Meta(
            description="What `previous_attributes` tells of an `ext`, `location`, `credentials` or `disability`:"
            " the whole old object, as of `name`, or its changed keys."
        ),
    ] = "whole"
    event_last_modified: Annotated[
        Literal["moves", "named", "stale"],
        Meta(
            description="`last_modified` in updates: the new one; the old one named in `previous_attributes` too,"
            " as in 2013; or still the old one, as in 2014."
        ),
    ] = "moves"
    bare_self: Annotated[
        Literal["question mark", "plain"],
        Meta(
            description="The self link of a feed asked for without a query: `/v3.1/events?` as recorded, or plain."
        ),
    ] = "question mark"
    event_delay: Annotated[
        int,
        Meta(ge=0, le=86_400, description="Seconds after the data until their events can be read; recorded: 66."),
    ] = 0
    last_sync_events: Annotated[
        Literal["told", "silent"],
        Meta(description="Whether every sync makes a `districts.updated`, because `last_sync` moves."),
    ] = "told"
    student_extras: Annotated[
        Literal["absent", "present"],
        Meta(
            description="What documents or specifications give a student and no recorded one has: `legacy_id`,"
            " `created`, `last_modified` and the GPA keys."
        ),
    ] = "absent"
    spelling: Annotated[
        Literal["documented", "specification"],
        Meta(description="Disability codes and Chinese: `AUT` and `chi` as documented, or `aut` and `zho`."),
    ] = "documented"
    lms_go: Annotated[
        Literal["mended", "strict"],
        Meta(
            description="LMS Connect mended, or strictly as a generated Go service: refusals as plain text, and a"
            " grade of 0 or an empty list is nothing, sent or told."
        ),
    ] = "mended"
    submission_id: Annotated[
        Literal["present", "absent"],
        Meta(description="The `id` of submissions of Canvas and Schoology, which Clever will remove."),
    ] = "present"
    submissions_self: Annotated[
        Literal["absent", "present"],
        Meta(description="Whether a list of submissions has a `self` link, as older documents show."),
    ] = "absent"
    no_assignee_mode: Annotated[
        Literal["refused", "all"],
        Meta(description="An assignment without `assignee_mode`: refused, or for all as before March 2026."),
    ] = "refused"
    classroom_grades: Annotated[
        Literal["allowed", "refused"],
        Meta(description="Whether districts have the agreement without which Classroom takes no grades."),
    ] = "allowed"
    variation: Annotated[
        Annotated[int, Meta(ge=0, le=2**31)] | None,
        Meta(
            description="Seed of the legal variation of all that Clever's documents leave open; null is off.",
        ),
    ] = None

    @property
    def dialect(self) -> Dialect:
        """How records are told: the switched settings that tables speak of, and the variation."""
        switched = (f"{name}={getattr(self, name)}" for name in _TOLD if getattr(self, name) != _PLAIN[name])
        return Dialect(frozenset(switched), self.variation)


_TOLD = ("healthy_state", "nulls", "student_extras", "spelling")
_PLAIN = {field.name: field.default for field in structs.fields(Settings)}


def changed(settings: Settings, body: object) -> Settings:
    """The settings with some of them changed. Raises ControlRefusal for a name or value there is not."""
    if not isinstance(body, dict):
        raise ControlRefusal(f"send settings as a JSON object; there are {', '.join(Settings.__struct_fields__)}")
    try:
        return msgspec.convert(structs.asdict(settings) | body, Settings)
    except msgspec.ValidationError as wrong:
        known = ", ".join(Settings.__struct_fields__)
        raise ControlRefusal(f"these settings cannot be: {wrong}; there are {known} (docs/control.md)") from None


def described() -> list[tuple[str, object, str, str]]:
    """Every setting: name, default, what it can be, and what it means."""
    found = []
    for field in msgspec.inspect.type_info(Settings).fields:  # type: ignore[attr-defined]  # a Struct has fields
        kind: Any = field.type
        description = ""
        if isinstance(kind, msgspec.inspect.Metadata):
            kind, description = kind.type, (kind.extra_json_schema or {}).get("description", "")
        values = ", ".join(f"`{value}`" for value in getattr(kind, "values", ())) or "a whole number"
        found.append((field.name, field.default, values, description))
    return found
