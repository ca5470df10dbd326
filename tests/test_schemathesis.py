"""Schemathesis asks everything in the project's own OpenAPI document, politely and rudely: no answer is a 5xx.

Answers also have the statuses, types and forms that the document gives them. Ids are real ones and unknown ones
where it asks politely. Control operations have a mock each: what one breaks, the next need not find.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from clients import CALLBACK, Mock
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS as ALL_CHECKS
from schemathesis.checks import load_all_checks
from schemathesis.schemas import APIOperation

from mock_clever.apps import GRANTS
from mock_clever.model import Snapshot
from mock_clever.openapi import document
from mock_clever.prepared import prepare

NOBODY = "6a000000000000000000ffff"
POLITE, RUDE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
BOTH = pytest.mark.parametrize("mode", [POLITE, RUDE], ids=["polite", "rude"])
ROSTERS = pytest.mark.parametrize("version", ["v1.2", "v2.0", "v2.1", "v3.0", "v3.1"])

load_all_checks()
CHECKS = ALL_CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    ]
)


@cache
def tiny() -> Snapshot:
    return prepare("tiny")


class Asked:
    """A mock of the preset `tiny` with all that is in its document, read by schemathesis.

    Its tokens are never asked to wait, and its roster application may see everything.
    """

    def __init__(self) -> None:
        self.mock = Mock(tiny())
        self.mock.control("PATCH", "settings", {"rate_limit": 1_000_000_000})
        self.mock.control("POST", "apps", {"client_id": self.mock.sync.client_id, "granted": sorted(GRANTS)})
        (self.district,) = self.mock.world.districts
        people = self.mock.control("GET", "people?role=student")["people"]
        self.student: str = people[0]["id"]
        self.reader = self.mock.reader(district=self.district)
        self.coursework = self.assigned()
        self.schema = schemathesis.openapi.from_dict(self.with_real_values(document(self.mock.app)))
        self.schema.app = self.mock.app
        self.schema.config.generation.with_security_parameters = False  # each test sends its own

    def assigned(self) -> dict[str, list[str]]:
        """The district joined to an LMS, and what leads to an assignment in it."""
        self.mock.control("PUT", f"districts/{self.district}/lms", {"lms_type": "google_classroom"})
        sent = {"title": "x", "description": "x", "due_date": "2097-01-01", "assignee_mode": "all"}
        for section in self.mock.world.districts[self.district].sections.ids:
            path, bearer = (
                f"/v3.1/sections/{section}/assignments",
                {"Authorization": f"Bearer {self.reader.token}"},
            )
            made = self.mock.client.post(path, json=sent, headers=bearer).get_json().get("data")
            if made is not None:
                path = f"{path}/{made['id']}/submissions"
                (first, *_) = self.reader.get(path)["data"]
                users = [first["user_id"], NOBODY]
                return {"section_id": [section], "assignment_id": [made["id"]], "user_id": users}
        raise AssertionError("no section has students whom the LMS knows")

    def with_real_values(self, described: dict[str, Any]) -> dict[str, Any]:
        """The document with values that exist in the place of any text, so that not everything is a 404."""
        values = {
            "client_id": [self.mock.sync.client_id, self.mock.sso.client_id],
            "redirect_uri": [CALLBACK],
            "district_id": [self.district, NOBODY],
            "district": [self.district, NOBODY],
        }
        for path, operations in described["paths"].items():
            for operation in operations.values():
                for parameter in operation["parameters"]:
                    name = parameter["name"]
                    found = self.ids(path) if parameter["in"] == "path" else values.get(name)
                    if "/assignments" in path:
                        found = self.coursework.get(name)
                    if found:
                        parameter["schema"] = {"type": "string", "enum": found}
        forms = described["components"]["schemas"]
        forms["LoginBody"]["properties"]["user"] = {"enum": [self.student, NOBODY]}
        forms["DistrictBody"]["properties"]["preset"] = {"enum": ["tiny", "no such preset"]}
        forms["Update"]["properties"] |= {
            "kind": {"const": "users"},
            "id": {"const": self.student},
            "set": {"type": "object", "properties": {name: {} for name in ("name", "roles", "email", "id", "x")}},
        }
        return described

    def ids(self, path: str) -> list[str]:
        """What the record in a path may be: some that exist, and one that does not."""
        base = path.partition("/{")[0]
        if base == "/_mock/connections":
            return [next(iter(self.mock.world.connections)), NOBODY]
        if base == "/_mock/districts":
            return [self.district, NOBODY]
        if base.startswith(("/_mock", "/in", "/lms")):
            return []
        listed = self.reader.get(f"{base.replace('/attendance/', '/')}?limit=3&show_links=true")
        return [item["data"]["id"] for item in listed.get("data", [])] + [NOBODY]

    def operations(self, *tags: str) -> Iterator[APIOperation]:
        """The operations under these headings; there are some."""
        found = [result.ok() for result in self.schema.get_all_operations()]
        chosen = [operation for operation in found if set(operation.tags or ()) & set(tags)]
        assert chosen
        return iter(chosen)


@cache
def asked() -> Asked:
    """The one that all who only read may share."""
    return Asked()


def ask(operation: APIOperation, mode: GenerationMode, times: int, **headers: str) -> set[int]:
    """Ask for an operation so often. The statuses of the answers, each of which passed every check."""
    statuses: set[int] = set()

    @settings(
        max_examples=times,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode))
    def call(case: Case) -> None:
        sent = {"Accept-Encoding": "identity"} | headers  # it cannot read gzip without a socket
        statuses.add(case.call_and_validate(checks=CHECKS, headers=sent).status_code)

    try:
        call()
    except Unsatisfiable:
        assert mode is RUDE, "only where all is allowed there is nothing rude to send"
    return statuses


def only_texts(operation: APIOperation) -> bool:
    """Whether a form or names in its path are all it takes: texts, and to find none of a wrong type takes long."""
    kinds = {body.media_type for body in operation.body}
    places = {parameter.location for parameter in operation.iter_parameters()}
    return kinds == {"application/x-www-form-urlencoded"} or (not kinds and places == {"path"})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@BOTH
@ROSTERS
def test_the_roster_answers_whatever_is_asked(version: str, mode: GenerationMode) -> None:
    here = asked()
    seen = {code for op in here.operations(version) for code in ask(op, mode, 3, **bearer(here.reader.token))}
    assert {400, 404} <= seen <= {200, 400, 404, 413}
    assert mode is RUDE or 200 in seen


@ROSTERS
def test_without_a_token_everything_in_the_roster_is_a_401(version: str) -> None:
    assert {code for op in asked().operations(version) for code in ask(op, POLITE, 1)} == {401}


@BOTH
def test_lms_connect_answers_whatever_it_is_sent(mode: GenerationMode) -> None:
    here = Asked()
    token = here.reader.token
    operations = sorted(here.operations("LMS Connect"), key=lambda op: op.method.lower() == "delete")  # last
    seen = {code for op in operations for code in ask(op, mode, 6, **bearer(token))}
    assert {400} <= seen <= {200, 400, 404}
    assert mode is RUDE or {200, 404} <= seen
    assert {code for op in here.operations("LMS Connect") for code in ask(op, POLITE, 1)} == {401}


@BOTH
def test_a_user_token_reads_its_own_and_nothing_breaks(mode: GenerationMode) -> None:
    here = asked()
    token = here.mock.token(here.student, here.mock.sso)
    seen = {code for op in here.operations("v3.0", "me") for code in ask(op, mode, 2, **bearer(token))}
    assert {404} <= seen <= {200, 404}
    assert mode is RUDE or 200 in seen


@BOTH
def test_userinfo_says_who_it_is_whatever_else_is_sent(mode: GenerationMode) -> None:
    here = asked()
    token = here.mock.token(here.student, here.mock.sso)
    assert {code for op in here.operations("userinfo") for code in ask(op, mode, 5, **bearer(token))} == {200}


@BOTH
def test_logging_in_breaks_nowhere(mode: GenerationMode) -> None:
    here = asked()
    app = here.mock.sync
    basic = b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    seen = {
        code
        for op in here.operations("login")
        if mode is POLITE or not only_texts(op)
        for code in ask(op, mode, 10 if mode is POLITE else 3, Authorization=f"Basic {basic}")
    }
    assert 400 in seen
    assert ({200, 302} <= seen) == (mode is POLITE)


@BOTH
def test_the_control_plane_answers_whatever_it_is_sent(mode: GenerationMode) -> None:
    here, seen = Asked(), set()
    for operation in here.operations("control plane"):
        here.mock.app.wsgi_app = Mock(tiny()).app.wsgi_app  # the same app: schemathesis reads its source but once
        seen |= ask(operation, mode, 5 if mode is POLITE else 2)
    assert 400 in seen
    assert ({200, 201} <= seen) == (mode is POLITE)
