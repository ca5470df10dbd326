"""The project's own OpenAPI 3.1 document: everything that is served, printed from the tables that serve it.

Roster endpoints come from the versions, their parameters from `api.parameters`, their records from the field
table; the control plane's routes from the application and its bodies from `control.bodies`. Answers of the roster
are described as a Secure Sync application may see them at most, or a single sign-on application at least.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from flask import Flask
from msgspec import Struct

from mock_clever import __version__
from mock_clever.api import lms_bodies
from mock_clever.api.endpoints import ENDPOINTS, Endpoint
from mock_clever.api.gojson import Form
from mock_clever.api.paging import LAST
from mock_clever.api.parameters import Parameter, Place, everywhere, of_path, of_place
from mock_clever.apps import GRANTS
from mock_clever.changes import AnyChange
from mock_clever.control import bodies, lti, timelines
from mock_clever.faults.planned import Plan, Planned
from mock_clever.fields import TOLD_AS_EVENT
from mock_clever.lms.acts import StudentAct, TeacherAct
from mock_clever.settings import Settings
from mock_clever.timeline import Timeline
from mock_clever.versions import VERSIONS, Permission, Version
from mock_clever.versions.events import ACTIONS
from mock_clever.versions.schema import DATETIME, DIALECT, ID, schema

Json = dict[str, Any]

LMS = "spec:v3.1-lms"

FULL = Permission(granted=frozenset(GRANTS))
NAMES_ONLY = Permission(tier="sso")

TEXT: Json = {"type": "string"}
ANY: Json = {"type": "object"}
UUID: Json = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
HTML: Json = {"text/html": {"schema": TEXT}}


def _closed(**properties: Json) -> Json:
    """An object with just these keys."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


class ChangesBody(Struct):
    """What happens to a district, in this order, and whether it is published at once."""

    changes: list[AnyChange]
    publish: bool = True


BODIES: dict[str, Any] = {
    "POST /_mock/apps": bodies.AppBody,
    "PATCH /_mock/connections/{id}": bodies.ConnectionBody,
    "PUT /_mock/connections/{id}/sharing": bodies.SharingBody,
    "POST /_mock/districts": bodies.DistrictBody,
    "POST /_mock/reset": bodies.ResetBody,
    "POST /_mock/districts/{id}/changes": ChangesBody,
    "POST /_mock/districts/{id}/evolve": timelines.EvolveBody,
    "POST /_mock/scenario": Timeline,
    "POST /_mock/districts/{id}/roster": bodies.RosterBody,
    "PATCH /_mock/districts/{id}": bodies.UpkeepBody,
    "PUT /_mock/apps/{client_id}/lti": lti.ToolBody,
    "POST /_mock/lms/{district}/launch": lti.LaunchBody,
    "PUT /_mock/districts/{id}/lms": bodies.LinkBody,
    "POST /_mock/districts/{id}/lms": bodies.StepBody,
    "POST /_mock/lms/{district}/assignments/{id}": TeacherAct,
    "POST /_mock/lms/{district}/assignments/{id}/submissions/{user}": StudentAct,
    "PATCH /_mock/districts/{id}/library": bodies.LibraryBody,
    "POST /_mock/consents": bodies.ConsentBody,
    "POST /_mock/revoke": bodies.RevokeBody,
    "POST /_mock/login": bodies.LoginBody,
    "POST /_mock/keys/rotate": bodies.RotateBody,
    "POST /_mock/badges": bodies.BadgeBody,
    "POST /_mock/backup-codes": bodies.BackupCodeBody,
    "POST /_mock/clock": bodies.ClockBody,
    "POST /_mock/worlds": bodies.WorldBody,
    "POST /_mock/faults": Planned,
    "PATCH /_mock/settings": Settings,
}
"""What the control plane is sent, by operation."""

OTHERWISE: dict[str, Any] = {"POST /_mock/faults": Plan}
"""What it may be sent in the place of that."""

LINKS: Json = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"rel": TEXT, "uri": TEXT},
        "required": ["rel", "uri"],
        "additionalProperties": False,
    },
}
COUNTED: Json = {
    "type": "object",
    "properties": {"count": {"type": "integer", "minimum": 0}, "links": LINKS},
    "required": ["count", "links"],
    "additionalProperties": False,
}
MESSAGE: Json = {"type": "object", "properties": {"message": TEXT}, "required": ["message"]}
UNKNOWN_TOKEN: Json = {
    "type": "object",
    "properties": {"code": {"const": 101}, "error": TEXT, "data": ANY},
    "required": ["code", "error", "data"],
}
REFUSED_EXCHANGE: Json = {
    "type": "object",
    "properties": {"error": TEXT, "error_description": TEXT},
    "required": ["error"],
    "additionalProperties": False,
}
TOKEN: Json = {
    "type": "object",
    "properties": {
        "access_token": TEXT,
        "token_type": {"const": "bearer"},
        "id_token": {"type": "string", "pattern": r"^[\w-]+\.[\w-]+\.[\w-]+$"},
    },
    "required": ["access_token", "token_type"],
    "additionalProperties": False,
}
JWKS: Json = {
    "type": "object",
    "properties": {
        "keys": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {"kty": {"const": "RSA"}, "use": {"const": "sig"}}
                | dict.fromkeys(("kid", "alg", "n", "e"), TEXT),
                "required": ["kty", "use", "kid", "alg", "n", "e"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["keys"],
    "additionalProperties": False,
}
DISCOVERED = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
SUPPORTED = (
    *("response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"),
    *("scopes_supported", "token_endpoint_auth_methods_supported", "claims_supported"),
)
USERINFO: Json = {
    "type": "object",
    "properties": {
        "sub": ID,
        "user_id": ID,
        "multi_role_user_id": ID,
        "user_type": TEXT,
        "district_id": ID,
        "district": ID,
        "email": TEXT,
        "name": {
            "type": "object",
            "properties": {"first": TEXT, "last": TEXT, "middle": TEXT},
            "required": ["first", "last", "middle"],
            "additionalProperties": False,
        },
        "schools": {"type": "array", "maxItems": 0},
        "given_name": TEXT,
        "family_name": TEXT,
        "email_verified": {"type": "boolean"},
        "authorized_by": {"enum": ["district", "teacher"]},
    },
    "required": [
        *("sub", "user_id", "multi_role_user_id", "user_type", "name", "schools", "given_name", "family_name"),
        *("email_verified", "authorized_by"),
    ],
    "additionalProperties": False,
}
DISTRICT_TOKEN: Json = {
    "type": "object",
    "properties": {
        "id": ID,
        "created": DATETIME,
        "owner": {
            "type": "object",
            "properties": {"type": {"const": "district"}, "id": ID},
            "required": ["type", "id"],
        },
        "access_token": TEXT,
        "scopes": {"type": "array", "items": TEXT},
    },
    "required": ["id", "created", "owner", "access_token", "scopes"],
}
ME: Json = {
    "type": "object",
    "properties": {
        "type": TEXT,
        "data": {"type": "object", "properties": {"id": ID, "type": TEXT}, "required": ["id", "type"]},
        "links": {"$ref": "#/components/schemas/Links"},
    },
    "required": ["data"],
}
LMS_ASSIGNMENT: Json = {
    "type": "object",
    "properties": {
        "assignee_ids": {"type": "array", "items": ID, "minItems": 1},
        **dict.fromkeys(("category_id", "description", "description_plaintext", "term_id"), TEXT),
        **dict.fromkeys(
            ("created", "display_date", "due_date", "end_date", "last_modified", "start_date"), DATETIME
        ),
        "assignee_mode": {"enum": list(lms_bodies.ASSIGNEE_MODES)},
        "attachments": {"type": "array", "items": {"$ref": "#/components/schemas/v3.1.attachment"}, "minItems": 1},
        "grading_type": {"enum": list(lms_bodies.GRADING_TYPES)},
        "id": UUID,
        "max_attempts": {"type": "integer"},
        "points_possible": {"type": "number", "minimum": 0},
        "state": {"enum": ["draft", "scheduled", "open", "locked"]},
        "submission_types": {
            "type": "array",
            "items": {"enum": list(lms_bodies.SUBMISSION_TYPES)},
            "minItems": 1,
        },
        "title": TEXT,
    },
    "required": ["assignee_mode", "created", "grading_type", "id", "last_modified", "state"],
    "additionalProperties": False,
}
LMS_SUBMISSION: Json = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("grade", "grade_comment"), TEXT),
        **dict.fromkeys(("created", "last_modified", "override_due_date"), DATETIME),
        **dict.fromkeys(("assignment_id", "id"), UUID),
        **dict.fromkeys(("grader_id", "user_id"), ID),
        "attachments": {"type": "array", "items": {"$ref": "#/components/schemas/v3.1.attachment"}, "minItems": 1},
        "extra_attempts": {"type": "integer"},
        "flags": {"type": "array", "items": {"enum": list(lms_bodies.FLAGS)}, "minItems": 1},
        "grade_points": {"type": "number"},
        "state": {"enum": list(lms_bodies.SUBMISSION_STATES)},
    },
    "required": ["assignment_id", "created", "state", "user_id"],
    "additionalProperties": False,
}
LMS_ATTACHMENT: Json = {
    "type": "object",
    "properties": {
        "type": {"enum": list(lms_bodies.ATTACHMENT_TYPES)},
        **dict.fromkeys(("description", "text", "title", "url"), TEXT),
    },
    "required": ["type"],
    "additionalProperties": False,
}
LMS_SUBMISSIONS: Json = {
    "type": "object",
    "properties": {
        "data": {"type": "array", "items": {"$ref": "#/components/schemas/v3.1.submission"}},
        "links": {"$ref": "#/components/schemas/Links"},
    },
    "required": ["data"],
    "additionalProperties": False,
}
ATTENDANCE: Json = {
    "type": "object",
    "properties": {
        "data": {"type": "array", "items": {"$ref": "#/components/schemas/v3.1.attendance"}},
        "links": {"$ref": "#/components/schemas/Links"},
    },
    "required": ["data", "links"],
    "additionalProperties": False,
}


def _feed(version: str) -> Json:
    """A page of events."""
    element = _closed(data={"$ref": f"#/components/schemas/{version}.event"}, uri=TEXT)
    return _closed(data={"type": "array", "items": element}, links={"$ref": "#/components/schemas/Links"})


def _one_event(version: str) -> Json:
    return _closed(
        data={"$ref": f"#/components/schemas/{version}.event"}, links={"$ref": "#/components/schemas/Links"}
    )


def _lms_answer(path: str) -> Json:
    """What an endpoint of LMS Connect answers with 200."""
    if path.endswith("/submissions"):
        return LMS_SUBMISSIONS
    return _closed(data={"$ref": f"#/components/schemas/v3.1.{_lms_record(path)}"})


def _lms_record(path: str) -> str:
    return "submission" if path.endswith("{user_id}") else "assignment"


def _version_of(row: Endpoint) -> str:
    return row.path.split("/")[1]


ANSWERS: dict[str, Json] = {
    **{f"GET {row.path}": _feed(_version_of(row)) for row in ENDPOINTS if row.path.endswith("/events")},
    **{f"GET {row.path}": _one_event(_version_of(row)) for row in ENDPOINTS if row.path.endswith("/events/{id}")},
    **{f"GET {row.path}": ME for row in ENDPOINTS if row.path.endswith("/me")},
    "GET /oauth/tokens": {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": DISTRICT_TOKEN},
            "links": {"$ref": "#/components/schemas/Links"},
        },
        "required": ["data", "links"],
    },
    "POST /oauth/tokens": TOKEN,
    "GET /oauth/tokeninfo": {
        "type": "object",
        "properties": {"client_id": TEXT, "scopes": {"type": "array", "items": TEXT}},
        "required": ["client_id", "scopes"],
    },
    "GET /.well-known/openid-configuration": {
        "type": "object",
        "properties": {
            **dict.fromkeys(DISCOVERED, TEXT),
            **{name: {"type": "array", "items": TEXT} for name in SUPPORTED},
        },
        "required": [*DISCOVERED, *SUPPORTED],
        "additionalProperties": False,
    },
    **dict.fromkeys(("GET /oauth/certs", "GET /lti/jwks"), JWKS),
    "GET /userinfo": USERINFO,
    "POST /userinfo": USERINFO,
    **{f"GET {row.path}": ATTENDANCE for row in ENDPOINTS if "/attendance/" in row.path},
    **{
        f"{row.method} {row.path}": _lms_answer(row.path)
        for row in ENDPOINTS
        if row.source == LMS and row.method != "DELETE"
    },
}
"""What endpoints beside the roster answer with 200, by operation."""

BASIC = ("GET /oauth/tokens", "POST /oauth/tokens")
"""The operations that take client id and secret instead of a token."""

OPEN = ("GET /.well-known/openid-configuration", "GET /oauth/certs", "GET /lti/jwks")
"""The operations that take neither."""


def document(app: Flask, base: str = "http://127.0.0.1:8123") -> Json:
    """The OpenAPI document of this application, reached at that URL."""
    paths: dict[str, Json] = {}
    for method, path, operation in (*_roster(), *_beside(), *_control(app)):
        paths.setdefault(path, {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mock-clever",
            "version": __version__,
            "description": "A mock of Clever's APIs, and the control plane of the mock itself under /_mock/.",
        },
        "jsonSchemaDialect": DIALECT,
        "servers": [{"url": base}],
        "paths": paths,
        "components": {
            "schemas": _components(),
            "responses": _responses(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "client": {"type": "http", "scheme": "basic"},
            },
        },
    }


def _roster() -> Iterator[tuple[str, str, Json]]:
    for place in everywhere():
        yield (
            "GET",
            place.path,
            _operation(
                "GET",
                place.path,
                _summary(place),
                place.version.name,
                of_place(place),
                security=[{"token": []}],
                responses={"200": _json("What is asked for.", _answer(place)), **_refused(413)},
            ),
        )


def _summary(place: Place) -> str:
    if place.relation is not None:
        return f"{place.relation.rel} of one of the {place.collection.name}"
    return f"one of the {place.collection.name}" if place.single else f"the {place.collection.name}"


def _answer(place: Place) -> Json:
    """What a place answers with 200: one of the forms that its parameters and tokens lead to."""
    record = _records(place)
    link = place.relation
    if link is not None and link.values:
        return _closed(data={"type": "array", "items": TEXT})
    if not place.lists:
        includes = place.collection.includes and place.single
        single = _closed(data=record, links={"$ref": "#/components/schemas/Links"})
        return single | {"additionalProperties": True} if includes else single
    element = _closed(data=record, uri=TEXT)
    bare = link.bare if link is not None else place.collection.bare
    element = {"anyOf": [element, record]} if bare else element
    listed = _closed(data={"type": "array", "items": element}, links={"$ref": "#/components/schemas/Links"})
    forms = [listed]
    if link is None and place.collection.counts:
        forms.append({"$ref": "#/components/schemas/Counted"})
    if place.target.empty:
        forms.append(_closed(**{place.target.empty: {"type": "array", "maxItems": 0}}))
    return {"anyOf": forms} if len(forms) > 1 else listed


def _records(place: Place) -> Json:
    name = _component(place)
    full, least = {"$ref": f"#/components/schemas/{name}"}, {"$ref": f"#/components/schemas/{name}.sso"}
    return {"anyOf": [full, least]} if place.target.own is not None else full


def _component(place: Place) -> str:
    link = place.relation
    part = (link.part if link is not None else "") or place.target.part
    return f"{place.version.name}.{part}" + (".midnight" if link is not None and link.timestamps else "")


def _components() -> dict[str, Json]:
    found: dict[str, Json] = {
        "Links": LINKS,
        "Counted": COUNTED,
        "Message": MESSAGE,
        "UnknownToken": UNKNOWN_TOKEN,
    }
    found |= {
        "v3.1.assignment": LMS_ASSIGNMENT,
        "v3.1.submission": LMS_SUBMISSION,
        "v3.1.attachment": LMS_ATTACHMENT,
        "v3.1.assignment.request": _request(lms_bodies.ASSIGNMENT, LMS_ASSIGNMENT),
        "v3.1.submission.request": _request(lms_bodies.SUBMISSION, LMS_SUBMISSION),
    }
    found["v3.1.attendance"] = schema("v3.1", "attendance", FULL)
    for place in everywhere():
        name = _component(place)
        version, part, *midnight = name.rsplit(".", 2) if name.endswith(".midnight") else name.rsplit(".", 1)
        found[name] = schema(version, part, FULL, timestamps=bool(midnight))
        found[f"{name}.sso"] = schema(version, part, NAMES_ONLY, timestamps=bool(midnight))
    for told in VERSIONS.values():
        found |= _of_events(told)
    sent = (*BODIES.values(), *OTHERWISE.values())
    _, forms = msgspec.json.schema_components(sent, ref_template="#/components/schemas/{name}")
    plain: dict[str, Json] = msgspec.json.decode(msgspec.json.encode(forms))  # its defaults are Python's own
    return found | plain


def _of_events(version: Version) -> dict[str, Json]:
    """An event of this version, and each record in the words of events, with the keys that only those have."""
    told = {each.part: each for each in version.collections.values() if each.events}
    words = frozenset({TOLD_AS_EVENT})
    records = {f"{version.name}.{part}.event": schema(version.name, part, FULL, switched=words) for part in told}
    types = [
        f"{each.events}.{action}" for each in version.collections.values() if each.events for action in ACTIONS
    ]
    data = _closed(object={"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in records]})
    data["properties"]["previous_attributes"] = ANY
    event = _closed(created=DATETIME, data=data, id=ID, type={"enum": types})
    return records | {f"{version.name}.event": event}


def _beside() -> Iterator[tuple[str, str, Json]]:
    for row in ENDPOINTS:
        name = f"{row.method} {row.path}"
        if row.page:
            security: list[Json] = []
            responses = _page_responses()
        else:
            security = [] if name in OPEN else [{"client": []}] if name in BASIC else [{"token": []}]
            responses = {"200": _done(name), **_refusals_of(name)}
        yield (
            row.method,
            row.path,
            _operation(
                row.method,
                row.path,
                f"{row.method} {row.path}",
                _heading(row),
                of_path(row.path) if row.method == "GET" else [],
                security=security,
                responses=responses,
                body=_form(row),
            ),
        )


def _request(form: Form, told: Json) -> Json:
    """What a form may be sent: its fields as they are told, each null where it is left alone."""
    shapes = told["properties"] | {"grade_points": {"type": "number", "minimum": 0}}
    return {"type": "object", "properties": {name: _or_null(shapes[name]) for name in form.fields}}


def _or_null(shape: Json) -> Json:
    loose = {key: value for key, value in shape.items() if key != "minItems"}
    return {"anyOf": [loose, {"type": "null"}]}


def _heading(row: Endpoint) -> str:
    if row.source == LMS:
        return "LMS Connect"
    return "login" if row.path.startswith(("/oauth", "/.well-known")) or row.page else row.path.split("/")[1]


def _done(name: str) -> Json:
    return _json("What is asked for.", ANSWERS[name]) if name in ANSWERS else {"description": "Done; no words."}


def _refusals_of(name: str) -> Json:
    if name in OPEN:
        return {}
    if "/assignments" in name:
        message = {"$ref": "#/components/schemas/Message"}
        return _refused() | {status: _json("Refused.", message) for status in ("400", "403", "404", "500")}
    if name in BASIC:
        return {status: _json("A refusal of the token endpoint.", REFUSED_EXCHANGE) for status in ("400", "401")}
    return _refused(413)


def _page_responses() -> Json:
    return {
        "200": {"description": "A page.", "content": HTML},
        "204": {"description": "Nothing."},
        "302": {"description": "On to the next page, or back to the application."},
        "4XX": {"description": "A page that says why the login stops.", "content": HTML},
    }


def _form(row: Endpoint) -> Json | None:
    """The body of a form: the parameters that are sent in it."""
    if row.source == LMS and row.method in ("POST", "PATCH"):
        sent: Json = {"$ref": f"#/components/schemas/v3.1.{_lms_record(row.path)}.request"}
        return {"required": True, "content": {"application/json": {"schema": sent}}}
    if row.method != "POST":
        return None
    rows = of_path(row.path, "body") if not row.page else of_path(row.path)
    described: Json = {"type": "object", "properties": {p.name: _typed(p) for p in rows}}
    kinds = (
        ["application/x-www-form-urlencoded"]
        if row.page
        else [
            "application/json",
            "application/x-www-form-urlencoded",
        ]
    )
    needed = row.page or any(p.required for p in rows)
    return {"required": needed, "content": {kind: {"schema": described} for kind in kinds}}


def _control(app: Flask) -> Iterator[tuple[str, str, Json]]:
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/_mock/") or rule.rule.startswith("/_mock/static"):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            says = (app.view_functions[rule.endpoint].__doc__ or "").partition("\n")[0]
            yield (
                method,
                path,
                _operation(
                    method,
                    path,
                    says,
                    "control plane",
                    of_path(path) if method == "GET" else [],
                    security=[],
                    responses=_page_responses() if rule.endpoint.startswith("portal.") else _done_or_not(),
                    body=_body(f"{method} {path}"),
                ),
            )


def _done_or_not() -> Json:
    return {
        "2XX": _json("Done.", ANY),
        "4XX": _json("What was wrong, and what to send instead.", {"$ref": "#/components/schemas/Message"}),
    }


def _body(name: str) -> Json | None:
    if name not in BODIES:
        return None
    forms = [bodies[name].__name__ for bodies in (BODIES, OTHERWISE) if name in bodies]
    described = [{"$ref": f"#/components/schemas/{form}"} for form in forms]
    schema = {"anyOf": described} if len(described) > 1 else described[0]
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _operation(
    method: str,
    path: str,
    summary: str,
    tag: str,
    parameters: Sequence[Parameter],
    *,
    security: list[Json],
    responses: Json,
    body: Json | None = None,
) -> Json:
    named = [
        {"name": name, "in": "path", "required": True, "schema": TEXT} for name in re.findall(r"{(\w+)}", path)
    ]
    operation = {
        "operationId": re.sub(r"\W+", "_", f"{method.lower()}{path}").strip("_"),
        "summary": summary,
        "tags": [tag],
        "parameters": [*named, *map(_parameter, parameters)],
        "security": security,
        "responses": responses,
    }
    return operation | ({"requestBody": body} if body else {})


def _parameter(row: Parameter) -> Json:
    described = {"name": row.name, "in": "query", "description": row.says, "schema": _typed(row)}
    return described | ({"required": True} if row.required else {})


def _typed(row: Parameter) -> Json:
    if row.type == "integer":
        bounds = {"minimum": row.least, "maximum": row.most}
        default = {"default": int(row.default)} if row.default else {}
        return {"type": "integer"} | {name: bound for name, bound in bounds.items() if bound is not None} | default
    if row.type == "id":
        return ID
    if row.type == "cursor":
        return {"anyOf": [ID, {"const": LAST}]}
    if row.type == "strings":
        return {"type": "array", "items": TEXT}
    if row.type == "date":
        return {"type": "string", "format": "date"}
    return TEXT | ({"enum": list(row.values)} if row.values else {})


def _responses() -> dict[str, Json]:
    message = {"$ref": "#/components/schemas/Message"}
    no_token = {"anyOf": [{"$ref": "#/components/schemas/UnknownToken"}, message]}
    plain = {"text/plain": {"schema": TEXT}}
    return {
        "400": {
            "description": "A parameter that cannot be understood.",
            "content": {"application/json": {"schema": message}, **plain},
        },
        "401": _json("No token, or one that is unknown.", no_token),
        "403": _json("A token that is unknown, where LMS Connect's words are set.", message),
        "404": {
            "description": "A record that is not visible; or an endpoint that is not for this kind of token.",
            "content": {"application/json": {"schema": message}, **HTML},
        },
        "413": _json("`limit` above the most.", message),
        "429": {"description": "More requests than a token has in a minute: no body."},
    }


def _refused(*more: int) -> Json:
    return {
        str(status): {"$ref": f"#/components/responses/{status}"} for status in (400, 401, 403, 404, *more, 429)
    }


def _json(description: str, described: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": described}}}
