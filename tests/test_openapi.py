"""The project's own OpenAPI document: valid, complete, and served for the world that is asked."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from clients import Mock
from openapi_spec_validator import OpenAPIV31SpecValidator
from test_ledger import routes_of

from mock_clever.cli import main
from mock_clever.openapi import BODIES, document

SPEC = Path(__file__).parents[2] / "shared" / "reference" / "spec"

# Lists that the old specification gives fewer parameters than every such list takes here.
TAKES_MORE = {
    "/v1.2/district_admins": {"limit"},
    "/v1.2/districts/{id}/admins": {"ending_before", "limit", "show_links", "starting_after"},
    "/v1.2/districts/{id}/status": {"ending_before", "limit", "starting_after"},
    "/v1.2/students/{id}/contacts": {"ending_before", "show_links", "starting_after"},
}
WITHOUT_BODY = {
    ("POST", "/_mock/reset"),
    ("POST", "/_mock/connections/{id}/rotate"),
    ("POST", "/_mock/connections/{id}/approve"),
    ("POST", "/_mock/districts/{id}/sync"),
    ("POST", "/_mock/districts/{id}/sync/approve"),
    ("POST", "/_mock/districts/{id}/sync/discard"),
}


@cache
def described() -> dict[str, Any]:
    return document(Mock().app)


def test_it_is_a_valid_openapi_document() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(described()).iter_errors()] == []


def test_the_validator_can_refuse() -> None:
    broken = described() | {"paths": {"/me": {"get": {"responses": {"200": {}}}}}, "components": {}}
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    found = described()["paths"].items()
    return {(method.upper(), path): told for path, methods in found for method, told in methods.items()}


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does() -> None:
    names = [told["operationId"] for told in operations().values()]
    assert len(set(names)) == len(names) > 250
    assert [key for key, told in operations().items() if not told["summary"] or not told["tags"]] == []


def test_every_route_is_described() -> None:
    assert routes_of(Mock()) - set(operations()) == set()


def test_every_path_described_is_answered(mock: Mock) -> None:
    for (method, path), _ in operations().items():
        if method == "GET" and not path.startswith("/_mock"):
            answer = mock.reader().ask(re.sub(r"{\w+}", "6a000000000000000000ffff", path))
            assert (
                b"<pre>Cannot " not in answer.get_data()
                or path.endswith(("/me", "/userinfo"))
                or "attendance" in path
            ), path


@pytest.mark.parametrize("version", ["v2.0", "v3.1"])
def test_parameters_are_where_they_are_read(version: str) -> None:
    names = {
        path: sorted(parameter["name"] for parameter in told["parameters"] if parameter["in"] == "query")
        for (_, path), told in operations().items()
    }
    paging = ["ending_before", "limit", "starting_after"]
    assert names[f"/{version}/sections"] == (["count", *paging] if version == "v3.1" else paging)
    assert names[f"/{version}/districts"] == (["count"] if version == "v3.1" else [])
    assert names[f"/{version}/sections/{{id}}"] == names[f"/{version}/sections/{{id}}/course"] == []
    if version == "v3.1":
        assert names["/v3.1/schools/{id}/users"] == [*paging[:2], "primary", "role", paging[2]]
        assert names["/v3.1/users/{id}/schools"] == [*paging[:2], "primary", paging[2]]
        assert names["/v3.1/resources"] == paging
        assert names["/v3.1/attendance/schools/{school_id}"] == [
            *("attendance_status", "date_range_end", "date_range_start", "ending_before", "limit"),
            "starting_after",
        ]


@pytest.mark.parametrize("version", ["v1.2", "v2.0", "v2.1", "v3.0", "v3.1"])
def test_parameters_are_those_of_the_published_specification(version: str) -> None:
    if not SPEC.is_dir():
        pytest.skip("the published specifications are not beside this checkout")
    published = yaml.load((SPEC / f"{version}.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)["paths"]
    for path, told in published.items():
        theirs = {p["name"]: p.get("enum") for p in told["get"].get("parameters", ()) if p["in"] == "query"}
        at = f"/{version}{path.rstrip('/')}"
        ours = {
            p["name"]: p["schema"].get("enum")
            for p in operations()[("GET", at)]["parameters"]
            if p["in"] == "query" and p["name"] not in TAKES_MORE.get(at, ())
        }
        assert ours == theirs, at


def test_the_role_filter_has_the_values_of_its_list() -> None:
    def roles(path: str) -> list[str]:
        (found,) = [p for p in operations()[("GET", path)]["parameters"] if p["name"] == "role"]
        values: list[str] = found["schema"]["enum"]
        return values

    assert roles("/v3.0/users") == ["contact", "district_admin", "staff", "student", "teacher"]
    assert roles("/v3.0/schools/{id}/users") == ["staff", "student", "teacher"]
    assert roles("/v3.0/sections/{id}/users") == roles("/v3.0/resources/{id}/users") == ["student", "teacher"]


def test_every_control_route_that_reads_a_body_describes_it() -> None:
    writing = {key for key in operations() if key[0] in ("POST", "PUT", "PATCH") and key[1].startswith("/_mock")}
    assert {tuple(name.split(" ")) for name in BODIES} | WITHOUT_BODY == writing
    body = operations()[("POST", "/_mock/clock")]["requestBody"]["content"]["application/json"]["schema"]
    form = described()["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    assert sorted(form["properties"]) == ["advance", "freeze", "set"]
    assert form["additionalProperties"] is False


def test_a_world_serves_it_with_its_own_address(mock: Mock) -> None:
    mock.control("POST", "worlds", {"name": "b"}, 201)
    answered = mock.client.get("/w/b/_mock/openapi.json")
    assert answered.mimetype == "application/json"
    assert answered.get_json()["servers"] == [{"url": "http://localhost/w/b"}]
    assert answered.get_json()["paths"].keys() == described()["paths"].keys()


def test_the_command_prints_it() -> None:
    printed = CliRunner().invoke(main, ["openapi", "--url", "http://127.0.0.1:9"])
    assert printed.exit_code == 0
    told = json.loads(printed.output)
    assert told["openapi"] == "3.1.0"
    assert told["servers"] == [{"url": "http://127.0.0.1:9"}]
    assert told["paths"].keys() == described()["paths"].keys()
