"""What can be switched in a world: mostly how Clever's open questions are answered.

Each setting has a default that is our choice; the others are there for clients that were written against
another belief, and for tests that want to meet a limit soon.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, structs

from mock_clever.errors import ControlRefusal


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
    unauthorized: Annotated[
        Literal["recorded", "message"],
        Meta(description="The 401 body: the recorded one, or the `message` of the published specification."),
    ] = "recorded"
    out_of_scope: Annotated[
        Literal["html", "message"],
        Meta(description="The 404 for a token of the wrong kind: Express's page, or the older JSON message."),
    ] = "html"
    unknown_role: Annotated[
        Literal["refuse", "ignore"], Meta(description="What a `role` outside the endpoint's values does.")
    ] = "refuse"


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
