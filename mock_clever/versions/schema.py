"""The JSON Schema of any part in any version, for any permission: the field table told in another language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_clever.fields import Field, of_version
from mock_clever.model import ROLES
from mock_clever.versions.shape import Permission

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ID = {"type": "string", "pattern": "^[0-9a-f]{24}$"}
DATE = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
DATETIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"}
EXT = {"type": "object", "additionalProperties": {"type": "string"}}
SIMPLE: dict[str, Schema] = {
    "string": {"type": "string"},
    "id": ID,
    "ids": {"type": "array", "items": ID},
    "strings": {"type": "array", "items": {"type": "string"}},
    "date": DATE,
    "datetime": DATETIME,
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
}


def schema(
    version: str,
    part: str,
    permission: Permission,
    timestamps: bool = False,
    switched: frozenset[str] = frozenset(),
) -> Schema:
    """What a part must look like in that version, as an application with this permission sees it.

    Guaranteed fields are required and no key beyond the table is allowed. With `timestamps`, dates are written
    as midnight (recorded on /schools/{id}/terms).
    """
    fields = [field for field in of_version(part, version, switched) if permission.sees(field)]
    described = _object(fields, "", timestamps)
    if part == "user":
        roles = {role: schema(version, role, permission, switched=switched) for role in ROLES}
        described["properties"]["roles"] = {"type": "object", "properties": roles, "additionalProperties": False}
    if part in ROLES:
        return described
    return {"$schema": DIALECT, "title": f"{part} in {version}", **described}


def _object(fields: Sequence[Field], under: str, timestamps: bool) -> Schema:
    """An object of the fields whose names begin with `under` and hold no further dot."""
    own = [f for f in fields if f.name.startswith(under) and "." not in f.name.removeprefix(under)]
    return {
        "type": "object",
        "properties": {f.name.removeprefix(under): _field(f, fields, timestamps) for f in own},
        "required": [f.name.removeprefix(under) for f in own if f.guaranteed],
        "additionalProperties": False,
    }


def _field(field: Field, fields: Sequence[Field], timestamps: bool) -> Schema:
    if field.name == "ext":
        return EXT
    if field.type == "object":
        described = _object(fields, f"{field.name}.", timestamps)
    elif field.type == "objects":
        described = {"type": "array", "items": _object(fields, f"{field.name}.", timestamps)}
    elif field.type == "date" and timestamps:
        described = DATETIME
    else:
        described = _valued(field, SIMPLE[field.type])
    return described | {"type": [described["type"], "null"]} if field.nullable else described


def _valued(field: Field, described: Schema) -> Schema:
    """With the values or the pattern that Clever validates."""
    if field.values and field.type == "strings":
        return described | {"items": {"type": "string", "enum": list(field.values)}}
    if field.values:
        return described | {"enum": [*field.values, *([None] if field.nullable else [])]}
    return described | {"pattern": f"^({field.pattern})$"} if field.pattern else described
