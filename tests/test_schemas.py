"""Every answer over the town fits the schema made of the field table, and that table is the published one's.

Those over the presets are held against it in `test_every_endpoint`, with all that stands around a record.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from clients import Mock
from test_data_api import LISTS, SINGLES
from town import ADA, BEN, CLEO, DAN, PAT, TOWN, UMA, town

from mock_clever.changes import applied, read
from mock_clever.fields import FIELDS, Field, of_version
from mock_clever.model import Snapshot
from mock_clever.versions import VERSIONS, Permission
from mock_clever.versions.schema import schema

SPEC = Path(__file__).parents[2] / "shared" / "reference" / "spec"
BOTH = ("v3.0", "v3.1")
SENSITIVE = frozenset(
    {"ell_status", "frl_status", "iep_status", "home_language", "home_language_code"}
    | {"gifted_status", "section_504_status", "disability"}
)
FULL = Permission(tier="sync", granted=SENSITIVE | {"lms", "attendance", "resources"})
PLAIN = Permission(tier="sync", granted=frozenset({"resources"}))
NAMES_ONLY = Permission(tier="sso", granted=frozenset())

PART_OF = {
    "districts": "district",
    "schools": "school",
    "users": "user",
    "sections": "section",
    "courses": "course",
    "terms": "term",
    "resources": "resource",
}
LINK = {
    "type": "object",
    "properties": {"rel": {"type": "string"}, "uri": {"type": "string", "pattern": "^/(v3\\.[01]/|me$)"}},
    "required": ["rel", "uri"],
    "additionalProperties": False,
}


@cache
def checker(version: str, part: str, permission: Permission, shape: str) -> jsonschema.Draft202012Validator:
    record = schema(version, part, permission, timestamps=shape == "timestamps")
    body: dict[str, Any] = {"type": "object", "additionalProperties": False, "required": ["data", "links"]}
    body["properties"] = {"data": record, "links": {"type": "array", "items": LINK, "minItems": 1}}
    if shape != "single":
        item = {"type": "object", "additionalProperties": False, "required": ["data", "uri"]}
        item["properties"] = {"data": record, "uri": {"type": "string", "pattern": f"^/{version}/"}}
        body["properties"]["data"] = {"type": "array", "items": item}
    jsonschema.Draft202012Validator.check_schema(body)
    return jsonschema.Draft202012Validator(body)


def wrong(body: Any, version: str, part: str, permission: Permission, shape: str) -> list[str]:
    if body == {"resources": []} and part == "resource":
        return []
    found = checker(version, part, permission, shape).iter_errors(body)
    return [f"{error.json_path}: {error.message}"[:300] for error in found]


def collection_of(path: str) -> str:
    """Which collection the records come from that a path leads to."""
    parts = path.partition("?")[0].strip("/").split("/")
    last = parts[-1] if len(parts) != 2 else parts[0]
    named = {"mycontacts": "users", "mystudents": "users", "myteachers": "users"}
    return named.get(last, last if last in PART_OF else f"{last}s")


@pytest.mark.parametrize("version", BOTH)
def test_every_answer_over_the_town_fits_its_schema(version: str, mock: Mock) -> None:
    reader = mock.reader()
    for path in LISTS:
        part = PART_OF[collection_of(path)]
        shape = "timestamps" if path.endswith("/terms") and path.count("/") > 1 else "list"
        assert wrong(reader.get(f"/{version}{path}"), version, part, PLAIN, shape) == [], path
    for path, canonical in SINGLES.items():
        part = PART_OF[collection_of(canonical)]
        assert wrong(reader.get(f"/{version}{path}"), version, part, PLAIN, "single") == [], path


@pytest.mark.parametrize("version", BOTH)
def test_everything_there_is_to_say_fits_when_everything_is_granted(version: str) -> None:
    mock = Mock(rich_town())
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "granted": sorted(FULL.granted)})
    reader = mock.reader()
    said: set[tuple[str, str]] = set()
    for name, part in PART_OF.items():
        body = reader.get(f"/{version}/{name}")
        assert wrong(body, version, part, FULL, "list") == []
        for record in (item["data"] for item in body["data"]):
            said |= {(part, key) for key in keys_of(record)}
            roles = record["roles"] if part == "user" else {}
            said |= {(role, key) for role, held in roles.items() for key in keys_of(held)}
    said = {(part, key) for part, key in said if not (part == "user" and key.startswith("roles."))}
    parts = {f.part for f in FIELDS} - {"attendance"}  # rows, told by no collection: test_attendance
    known = {(f.part, f.name) for part in parts for f in of_version(part, version)}
    assert {(part, key) for part, key in said if not key.startswith("ext.")} == known


def keys_of(record: dict[str, Any], under: str = "") -> Iterator[str]:
    """Every key of a record, those of inner objects with a dot."""
    for key, value in record.items():
        yield under + key
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from keys_of(inner, f"{under}{key}.")


@pytest.mark.parametrize("version", BOTH)
def test_what_a_user_token_of_a_login_application_reads_fits_the_smaller_schema(version: str, mock: Mock) -> None:
    for user in (ADA, BEN, UMA):
        reader = mock.signed_in(user, mock.sso)
        body = reader.get(f"/{version}/users/{user}")
        assert wrong(body, version, "user", NAMES_ONLY, "single") == []
        body = reader.get(f"/{version}/districts/{TOWN}")
        assert wrong(body, version, "district", NAMES_ONLY, "single") == []


# The schemas themselves can refuse.


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "x"}, "does not match"),
        ({"shoe_size": "9"}, "Additional properties are not allowed"),
        ({"created": "2026-08-10"}, "does not match"),
        ({"name": None}, "is not of type 'object'"),
        ({"name": {"nick": "A"}}, "Additional properties are not allowed"),
        ({"roles": {"king": {}}}, "Additional properties are not allowed"),
        ({"roles": {"student": {"grade": "10th"}}}, "is not one of"),
        ({"roles": {"student": {"schools": ["x"]}}}, "does not match"),
        ({"roles": {"student": {"frl_status": "Paid"}}}, "Additional properties are not allowed"),
        ({"roles": {"student": {"dob": "2010-01-01"}}}, "does not match"),
        ({"roles": {"student": {"sis_id": None}}}, "is not of type 'string'"),
        ({"roles": {"contact": {"legacy_id": ADA, "student_relationships": [{}]}}}, "is a required property"),
        ({"roles": {"staff": {"legacy_id": ADA, "schools": [], "staff_id": "", "roles": ["X"]}}}, "is not one of"),
    ],
)
def test_the_schema_of_a_user_refuses(change: dict[str, Any], said: str, mock: Mock) -> None:
    record = mock.reader().get(f"/v3.0/users/{ADA}")["data"]
    validator = jsonschema.Draft202012Validator(schema("v3.0", "user", PLAIN))
    assert list(validator.iter_errors(record)) == []
    if "student" in change.get("roles", {}):
        change = {"roles": {"student": record["roles"]["student"] | change["roles"]["student"]}}
    found = [error.message for error in validator.iter_errors(record | change)]
    assert len(found) == 1
    assert said in found[0]


def test_what_may_be_null_may_be_null_and_what_is_guaranteed_may_not_be_missing() -> None:
    described = schema("v3.1", "school", FULL)
    assert described["properties"]["nces_id"] == {"type": ["string", "null"]}
    assert described["properties"]["low_grade"]["enum"][-1] is None
    assert described["required"] == [
        "id",
        "district",
        "created",
        "last_modified",
        "name",
        "sis_id",
        "school_number",
    ]
    assert described["$schema"] == "https://json-schema.org/draft/2020-12/schema"


# The published specifications. What they have and the table has not, and the other way round, by hand:

DEFINITION_OF = {
    "district": "District",
    "school": "School",
    "section": "Section",
    "course": "Course",
    "term": "Term",
    "resource": "Resource",
    "user": "User",
    "student": "Student",
    "teacher": "Teacher",
    "staff": "Staff",
    "district_admin": "DistrictAdmin",
    "contact": "Contact",
}

# Printed in the specification, never seen in Clever's traffic or documents, so not sent (data-api 9.2, 9.5).
NEVER_SENT = {
    *(("student", name) for name in ("created", "last_modified", "legacy_id")),
    *(("teacher", name) for name in ("created", "last_modified", "district")),
    *(("teacher", f"name{name}") for name in ("", ".first", ".middle", ".last")),
    *((part, f"location.{name}") for part in ("student", "school") for name in ("lat", "lon")),
}
# Sent as recorded or documented, not in the specification of that version.
NOT_PUBLISHED = {
    "v3.0": {
        ("student", "email"),
        ("student", "frl_status"),
        ("student", "iep_status"),
        ("student", "home_language"),
    },
    "v3.1": {
        ("student", "email"),
        *(
            ("district", name)
            for name in (
                *("last_lms_sync", "lms_matched_percentage", "lms_matched_percentage.students"),
                *("lms_matched_percentage.teachers", "lms_matched_percentage.sections"),
            )
        ),
    },
}
# Fields whose values differ, and why.
OTHER_VALUES: dict[tuple[str, str], str] = {
    ("student", "home_language"): "the table lists no values: documents and specification differ",
    ("student", "home_language_code"): "the table lists no values: documents and specification differ",
    ("student", "disability.disability_code"): "upper case as documented, lower case as published",
    ("student", "disability.disability_type"): "documented with a blank, published without",
    ("district", "login_methods"): "documented, not published",
    ("staff", "roles"): "documented, not published",
}


@cache
def published(version: str) -> dict[str, Any]:
    if not SPEC.is_dir():
        pytest.skip("the published specifications are not beside this checkout")
    found: dict[str, Any] = yaml.load((SPEC / f"{version}.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)[
        "definitions"
    ]
    return found


def published_fields(version: str, part: str) -> dict[str, dict[str, Any]]:
    """The fields of one part as published: inner objects' with a dot, those of roles left out."""
    found: dict[str, dict[str, Any]] = {}

    def gather(definition: str, under: str) -> None:
        for name, facts in published(version)[definition].get("properties", {}).items():
            found[under + name] = facts
            reference = facts.get("$ref") or facts.get("items", {}).get("$ref")
            if reference and (part, name) != ("user", "roles"):
                gather(reference.rpartition("/")[2], f"{under}{name}.")

    gather(DEFINITION_OF[part], "")
    return found


def table(version: str, part: str) -> dict[str, Field]:
    return {field.name: field for field in of_version(part, version)}


@pytest.mark.parametrize("version", BOTH)
def test_the_fields_are_those_published_but_for_these(version: str) -> None:
    ours = {(part, name) for part in DEFINITION_OF for name in table(version, part)}
    theirs = {(part, name) for part in DEFINITION_OF for name in published_fields(version, part)}
    assert theirs - ours == NEVER_SENT
    assert ours - theirs == NOT_PUBLISHED[version]


@pytest.mark.parametrize("version", BOTH)
def test_the_values_are_those_published_but_for_these(version: str) -> None:
    differing = set()
    for part in DEFINITION_OF:
        theirs = published_fields(version, part)
        for name, field in table(version, part).items():
            if name not in theirs:
                continue
            facts = theirs[name]
            values = facts.get("enum") or facts.get("items", {}).get("enum") or ()
            if set(values) != set(field.values):
                differing.add((part, name))
    assert differing == {
        key
        for key in OTHER_VALUES
        if key[1] in table(version, key[0]) and key[1] in published_fields(version, key[0])
    }


@pytest.mark.parametrize("version", BOTH)
def test_what_may_be_null_and_what_is_validated_is_as_published(version: str) -> None:
    differing: set[tuple[str, str, str]] = set()
    for part in DEFINITION_OF:
        theirs = published_fields(version, part)
        for name, field in table(version, part).items():
            facts = theirs.get(name, {})
            if name in theirs and field.nullable != bool(facts.get("x-nullable")):
                differing.add((part, name, "null"))
            if name in theirs and field.validated != bool(facts.get("x-validation")):
                differing.add((part, name, "validated"))
    assert differing == set()


@pytest.mark.parametrize("version", BOTH)
def test_types_are_as_published(version: str) -> None:
    plain = {
        "string": "string",
        "id": "string",
        "date": "string",
        "datetime": "string",
        "boolean": "boolean",
        "ids": "array",
        "strings": "array",
        "objects": "array",
    }
    for part in DEFINITION_OF:
        theirs = published_fields(version, part)
        for name, field in table(version, part).items():
            if name in theirs and "type" in theirs[name]:
                expected = plain.get(field.type, "object")
                assert theirs[name]["type"] == expected, (part, name)


@cache
def rich_town() -> Snapshot:
    """The town with a word said in every field there is."""
    everybody = {"kind": "users", "type": "record.update"}
    student = {
        "student_number": "11",
        "state_id": "S",
        "grade": "9",
        "graduation_year": "2030",
        "dob": "8/1/2011",
        "gender": "X",
        "race": "Unknown",
        "hispanic_ethnicity": "N",
        "ell_status": "N",
        "frl_status": "Free",
        "iep_status": "Y",
        "home_language": "Korean",
        "home_language_code": "kor",
        "gifted_status": "N",
        "section_504_status": "",
        "ext": {"bus": "7"},
        "credentials": {"district_username": "ada"},
        "disability": {"disability_status": "Y", "disability_type": "Autism", "disability_code": "AUT"},
        "preferred_name": {"first": "A", "middle": "B", "last": "C"},
        "location": {"address": "1 Way", "city": "Town", "state": "CA", "zip": "00000"},
        "enrollments": [
            {"school": "6a000000000000000000aa01", "start_date": "2026-08-17", "end_date": "2027-06-01"}
        ],
    }
    also = {"lms_status": {"synced_in_lms": True}, "ext": {"room": "12"}}
    held = {"credentials": {"district_username": "u"}, "ext": {"x": "y"}}
    named = {"name": {"first": "A", "middle": "M", "last": "B"}, "email": "a@example.org"}
    changes = [
        everybody | {"id": ADA, "set": named | {"lms_status": also["lms_status"], "roles": {"student": student}}},
        everybody
        | {
            "id": UMA,
            "set": {"roles": {"teacher": held | {"teacher_number": "1", "state_id": "2", "title": "T"}}},
        },
        everybody
        | {
            "id": "6a000000000000000000ee07",
            "set": {"roles": {"staff": held | {"department": "", "roles": ["PortalOnly"]}}},
        },
        everybody | {"id": DAN, "set": named},
        everybody | {"id": CLEO, "set": {"email": None}},
        everybody | {"id": PAT, "set": {"roles": {"contact": {"sis_id": "c1"}}}},
        {
            "type": "record.update",
            "kind": "sections",
            "id": "6a000000000000000000dd01",
            "set": also | {"grade": "9", "period": "1", "section_number": "A", "subject": "math"},
        },
        {
            "type": "record.update",
            "kind": "schools",
            "id": "6a000000000000000000aa01",
            "set": {
                "state_id": "1",
                "nces_id": "2",
                "mdr_number": "3",
                "low_grade": "1",
                "high_grade": "12",
                "phone": "",
                "location": student["location"],
                "principal": {"name": "P", "email": "p@example.org"},
                "ext": {"a": ""},
            },
        },
        {
            "type": "record.update",
            "kind": "districts",
            "id": TOWN,
            "set": {
                "pause_start": "2026-06-01",
                "pause_end": "2026-08-01",
                "mdr_number": "1",
                "nces_id": "2",
                "lms_type": "canvas",
                "lms_state": "success",
                "last_lms_sync": "2026-08-10T16:08:05.000Z",
                "lms_matched_percentage": {"students": 100, "teachers": 50, "sections": 0},
                "last_attendance_sync": "2026-08-10T16:08:05.000Z",
                "district_contact": {
                    "id": "6a0000000000000000000099",
                    "district": TOWN,
                    "email": "x@example.org",
                    "title": "",
                    "name": {"first": "A", "middle": "B", "last": "C"},
                },
            },
        },
    ]
    district = town()
    for change in read(changes):
        district = applied(district, change, {}, "2026-08-11T00:00:00.000Z")
    return district


def test_no_collection_is_without_a_part() -> None:
    for version in BOTH:
        collections = VERSIONS[version].collections
        assert {name: collection.part for name, collection in collections.items()} == PART_OF
