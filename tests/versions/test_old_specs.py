"""The fields of v1.2, v2.0 and v2.1 are those of the published specifications, and every answer fits them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from clients import Mock
from legacy import OLD
from town import ADA, ALGEBRA, ALGEBRA_ASH, ASH, FALL, PAT, SOL, TOWN, UMA, town

from mock_clever.changes import applied, read
from mock_clever.fields import Field, of_version
from mock_clever.model import Snapshot
from mock_clever.versions import VERSIONS, Permission
from mock_clever.versions.schema import schema

SPEC = Path(__file__).parents[3] / "shared" / "reference" / "spec"

PEOPLE = {
    "student": "Student",
    "teacher": "Teacher",
    "staff": "SchoolAdmin",
    "district_admin": "DistrictAdmin",
}
PLACES = {"district": "District", "school": "School", "section": "Section"}
DEFINITION_OF = {
    "v1.2": PEOPLE | PLACES | {"contact": "StudentContact", "status": "DistrictStatus"},
    "v2.0": PEOPLE | PLACES | {"contact": "Contact", "course": "Course", "term": "Term"},
    "v2.1": PEOPLE | PLACES | {"contact": "Contact", "course": "Course", "term": "Term"},
}
PART_OF = {
    "districts": "district",
    "schools": "school",
    "students": "student",
    "teachers": "teacher",
    "school_admins": "staff",
    "district_admins": "district_admin",
    "contacts": "contact",
    "sections": "section",
    "courses": "course",
    "terms": "term",
}

# Printed in the specification, never seen in Clever's traffic or documents, so not sent (data-api 9.2).
NEVER_SENT = {(part, f"location.{name}") for part in ("student", "school") for name in ("lat", "lon")}
# Values we list and the specification leaves open (v1.2), or the other way round.
OTHER_VALUES: dict[str, set[tuple[str, str]]] = {
    "v1.2": {("contact", "phone_type"), ("contact", "relationship"), ("contact", "type")},
    "v2.0": set(),
    "v2.1": {("district", "login_methods")},
}
# What the table says for all versions and one version's specification says otherwise.
OTHER_RIGHTS: dict[str, set[tuple[str, str, str]]] = {
    "v1.2": {
        ("section", "subject", "nullable"),
        ("contact", "phone_type", "validated"),
        ("contact", "relationship", "validated"),
        ("contact", "type", "validated"),
    },
    "v2.0": {("section", "subject", "nullable"), ("district", "state", "nullable")},
    "v2.1": {
        ("contact", "type", "nullable"),
        ("district", "district_contact", "nullable"),
        ("district", "district_contact", "validated"),
        ("district", "district_contact.email", "nullable"),
        ("district", "district_contact.name", "nullable"),
        ("district", "district_contact.title", "nullable"),
        ("district", "district_contact.title", "validated"),
    },
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
    """The fields of one record as published: inner objects' with a dot."""
    found: dict[str, dict[str, Any]] = {}

    def gather(definition: str, under: str) -> None:
        for name, facts in published(version)[definition].get("properties", {}).items():
            found[under + name] = facts
            reference = facts.get("$ref") or facts.get("items", {}).get("$ref")
            if reference:
                gather(reference.rpartition("/")[2], f"{under}{name}.")

    gather(DEFINITION_OF[version][part], "")
    return found


def table(version: str, part: str) -> dict[str, Field]:
    found = list(of_version(part, version))
    assert len({field.name for field in found}) == len(found)
    return {field.name: field for field in found}


def shared(version: str) -> list[tuple[str, Field, dict[str, Any]]]:
    """The fields that both have: their part, our row, their facts."""
    return [
        (part, field, published_fields(version, part)[name])
        for part in DEFINITION_OF[version]
        for name, field in table(version, part).items()
        if name in published_fields(version, part)
    ]


@pytest.mark.parametrize("version", OLD)
def test_the_fields_are_those_published_but_for_these(version: str) -> None:
    parts = DEFINITION_OF[version]
    ours = {(part, name) for part in parts for name in table(version, part)}
    theirs = {(part, name) for part in parts for name in published_fields(version, part)}
    assert theirs - ours == NEVER_SENT
    assert ours - theirs == set()


@pytest.mark.parametrize("version", OLD)
def test_the_values_are_those_published_but_for_these(version: str) -> None:
    differing = {
        (part, field.name)
        for part, field, facts in shared(version)
        if set(facts.get("enum") or facts.get("items", {}).get("enum") or ()) != set(field.values)
    }
    assert differing == OTHER_VALUES[version]


@pytest.mark.parametrize("version", OLD)
def test_what_may_be_null_and_what_is_validated_is_as_published_but_for_these(version: str) -> None:
    differing = {
        (part, field.name, right)
        for part, field, facts in shared(version)
        for right, ours, theirs in (
            ("nullable", field.nullable, bool(facts.get("x-nullable"))),
            ("validated", field.validated, bool(facts.get("x-validation"))),
        )
        if ours != theirs
    }
    assert differing == OTHER_RIGHTS[version]


@pytest.mark.parametrize("version", OLD)
def test_types_are_as_published(version: str) -> None:
    plain = {
        "string": "string", "id": "string", "date": "string", "datetime": "string", "boolean": "boolean",
        "ids": "array", "strings": "array", "objects": "array",
    }  # fmt: skip
    for part, field, facts in shared(version):
        if "type" in facts:
            assert facts["type"] == plain.get(field.type, "object"), (part, field.name)


def test_parts_that_a_version_has_not() -> None:
    assert [list(of_version(part, "v1.2")) for part in ("user", "course", "term", "resource")] == [[], [], [], []]
    assert not any(list(of_version("status", version)) for version in ("v2.0", "v2.1", "v3.0", "v3.1"))
    assert list(of_version("user", "v2.1")) == []


# Every answer fits the schema made of the table, and the published definition.

FULL = Permission(
    granted=frozenset(
        (
            *("ell_status", "frl_status", "iep_status", "home_language", "home_language_code", "gifted_status"),
            *("section_504_status", "disability", "lms", "attendance", "resources"),
        )
    )
)


def strict(version: str, definition: str) -> dict[str, Any]:
    """A published definition as a JSON Schema that allows no other key, but `ext`'s; no null."""
    facts = published(version)[definition]
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _property(version, has) for name, has in facts.get("properties", {}).items()},
    }


def _property(version: str, facts: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in facts:
        return strict(version, facts["$ref"].rpartition("/")[2])
    kept = {key: value for key, value in facts.items() if key in ("type", "enum", "pattern")}
    return kept | ({"items": _property(version, facts["items"])} if "items" in facts else {})


def misfits(mock: Mock, district: str) -> list[str]:
    """What does not fit, of all records of all versions before v3."""
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "granted": sorted(FULL.granted)})
    reader, found = mock.reader(district=district), []
    for version in OLD:
        lists = {f"/{name}": PART_OF[name] for name in VERSIONS[version].collections}
        if version == "v1.2":
            lists[f"/districts/{district}/status"] = "status"
        for path, part in lists.items():
            ours = jsonschema.Draft202012Validator(schema(version, part, FULL))
            theirs = jsonschema.Draft202012Validator(strict(version, DEFINITION_OF[version][part]))
            told = reader.get(f"/{version}{path}?limit=10000")["data"]
            assert told, path
            for item in told:
                record = item.get("data", item)
                for validator in (ours, theirs):
                    found += [f"{version}{path} {e.json_path}: {e.message}" for e in validator.iter_errors(record)]
    return found


def test_every_record_of_the_town_fits() -> None:
    if not SPEC.is_dir():
        pytest.skip("the published specifications are not beside this checkout")
    assert misfits(Mock(rich_town()), TOWN) == []


@pytest.mark.parametrize("version", OLD)
def test_everything_there_is_to_say_is_said(version: str) -> None:
    mock = Mock(rich_town())
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "granted": sorted(FULL.granted)})
    reader, said = mock.reader(), set()
    lists = {f"/{name}": PART_OF[name] for name in VERSIONS[version].collections}
    if version == "v1.2":
        lists[f"/districts/{TOWN}/status"] = "status"
    for path, part in lists.items():
        for item in reader.get(f"/{version}{path}")["data"]:
            said |= {(part, key) for key in keys_of(item.get("data", item))}
    known = {(part, name) for part in DEFINITION_OF[version] for name in table(version, part)}
    assert {(part, key) for part, key in said if not key.startswith("ext.")} == known


def keys_of(record: dict[str, Any], under: str = "") -> set[str]:
    """Every key of a record, those of inner objects with a dot."""
    found = set()
    for key, value in record.items():
        found.add(under + key)
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                found |= keys_of(inner, f"{under}{key}.")
    return found


@cache
def rich_town() -> Snapshot:
    """The town with a word said in every field that a version before v3 has, and in some it has not."""
    place = {"address": "1 Way", "city": "Town", "state": "CA", "zip": "00000"}
    student = {
        "student_number": "11", "state_id": "S", "grade": "Ungraded", "graduation_year": "2030", "dob": "8/1/2011",
        "gender": "X", "race": "Unknown", "hispanic_ethnicity": "N", "ell_status": "N", "frl_status": "Free",
        "ext": {"bus": "7"}, "credentials": {"district_username": "ada"}, "location": place,
        "enrollments": [{"school": ASH, "start_date": "2026-08-17", "end_date": "2027-06-01"}],
    }  # fmt: skip
    named = {"name": {"first": "A", "middle": "M", "last": "B"}, "email": "a@example.org"}
    held = {"credentials": {"district_username": "u"}, "ext": {"x": "y"}}
    teacher = held | {"teacher_number": "1", "state_id": "2", "title": "T"}
    staff = held | {"department": "", "roles": ["PortalOnly"]}
    school = {
        "state_id": "1", "nces_id": "2", "mdr_number": "3", "low_grade": "Preschool", "high_grade": "13",
        "phone": "", "location": place, "principal": {"name": "P", "email": "p@example.org"}, "ext": {"a": ""},
    }  # fmt: skip
    section = {"grade": "Preschool", "period": "1", "section_number": "A", "ext": {"room": "12"}}
    district = {
        "pause_start": "2026-06-01", "pause_end": "2026-08-01", "mdr_number": "1", "nces_id": "2",
        "state": "success", "lms_type": "canvas",
        "district_contact": {
            "id": "6a0000000000000000000099", "district": TOWN, "email": "x@example.org", "title": "",
            "name": {"first": "A", "middle": "M", "last": "C"},
        },
    }  # fmt: skip
    sets = [
        ("users", ADA, named | {"roles": {"student": student}}),
        ("users", UMA, named | {"roles": {"teacher": teacher}}),
        ("users", SOL, named | {"roles": {"staff": staff}}),
        ("users", PAT, {"roles": {"contact": {"sis_id": "c1"}}}),
        ("schools", ASH, school),
        ("sections", ALGEBRA_ASH, section),
        ("courses", ALGEBRA, {"description": "Letters"}),
        ("terms", FALL, {"name": "Fall"}),
        ("districts", TOWN, district),
    ]
    changed = town()
    for change in read([{"type": "record.update", "kind": k, "id": id, "set": s} for k, id, s in sets]):
        changed = applied(changed, change, {}, "2026-08-11T00:00:00.000Z")
    return changed
