"""The fidelity ledger: everything has a mark and a source, nothing published is forgotten, three ways print it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from clients import Mock
from town import ADA, ALGEBRA, ALGEBRA_ASH, ASH, FALL, LESSON, TOWN

from mock_clever import errors, ledger
from mock_clever.api.endpoints import ENDPOINTS, LEFT_OUT
from mock_clever.api.exchange_errors import EXCHANGE_ERRORS
from mock_clever.cli import main
from mock_clever.errors import Refusal
from mock_clever.portal.stops import STOPS

SPEC = Path(__file__).parents[2] / "shared" / "reference" / "spec"
SPECS = (
    *("v1.2", "v1.2-events", "v2.0", "v2.0-events", "v2.1", "v2.1-events", "v3.0", "v3.0-events"),
    *("v3.1", "v3.1-attendance", "v3.1-events", "v3.1-lms"),
)
SOURCE = re.compile(
    r"docs/[a-z0-9-]+|spec:v\d\.\d(-events|-lms|-attendance)?|wire:v\d\.\d|support \d+|this mock"
    r"|(data-api|sso|events-and-sync|lms-connect) \d+(\.\d+)?( #\d+(, #\d+)*)?"
)


# Everything is known somehow.


@pytest.mark.parametrize("kind", ledger.KINDS)
def test_every_entry_has_a_mark_and_a_source_that_names_its_place(kind: str) -> None:
    entries = ledger.ledger(kind)
    assert len(entries) > 5 or kind == "left out"
    assert [e for e in entries if e.kind != kind or not e.name or not e.where or e.mark not in ledger.MARKS] == []
    assert [(e.name, e.source) for e in entries if SOURCE.fullmatch(e.source) is None] == []


def test_what_is_chosen_says_whose_question_it_answers() -> None:
    known = [
        entry for entry in ledger.ledger(mark="chosen") if entry.source.startswith(("docs/", "wire:", "spec:"))
    ]
    assert known == []


def test_no_two_entries_are_about_the_same() -> None:
    seen = [(e.kind, e.name, e.where) for e in ledger.ledger()]
    assert sorted({entry for entry in seen if seen.count(entry) > 1}) == []


@pytest.mark.parametrize(
    ("kind", "name", "where", "mark", "source"),
    [
        ("field", "student.email", "since v3.0", "observed", "wire:v3.0"),
        ("field", "user.name.first", "since v3.0", "documented", "docs/users"),
        ("field", "contact.student", "v1.2 to v1.2", "documented", "spec:v1.2"),
        ("field", "contact.legacy_id", "since v3.0", "observed", "wire:v3.0"),
        ("endpoint", "GET /v3.0/users/{id}/mycontacts", "v3.0", "documented", "spec:v3.0"),
        ("endpoint", "GET /me", "programs", "chosen", "sso 14"),
        ("header", "X-Powered-By", "core", "observed", "wire:v3.0"),
        ("header", "Content-Security-Policy", "CannotGet", "observed", "wire:v3.0"),
        ("refusal", "RateLimited", "429", "documented", "docs/error-messages"),
        ("refusal", "invalid_grant: invalid code", "token endpoint, 400", "documented", "docs/il-design"),
        ("refusal", "unknown redirect URI", "pages, 400", "chosen", "sso 14"),
        ("choice", "The order of links", "served", "chosen", "data-api 15 #9"),
        ("endpoint", "GET /v3.1/events", "programs", "documented", "spec:v3.1-events"),
        ("endpoint", "POST /v3.1/sections/{section_id}/assignments", "programs", "documented", "spec:v3.1-lms"),
        ("refusal", "DueDatePassed", "400", "documented", "docs/clever-lms-connect-api-errors"),
    ],
)
def test_some_entries_we_know_by_heart(kind: str, name: str, where: str, mark: str, source: str) -> None:
    (entry,) = [e for e in ledger.ledger(kind) if (e.name, e.where) == (name, where)]
    assert (entry.mark, entry.source) == (mark, source)


def test_a_switchable_entry_names_its_setting_and_its_values() -> None:
    (links,) = [e for e in ledger.ledger("choice") if e.source == "data-api 15 #9"]
    assert (links.setting, set(links.values)) == ("link_order", {"documented", "recorded", "shuffled"})
    (code,) = [e for e in ledger.ledger("field") if e.name == "student.disability.disability_code"]
    assert (code.setting, set(code.values)) == ("spelling", {"documented", "specification"})


# Refusals.


def kinds_of(refusal: type[Refusal]) -> list[type[Refusal]]:
    below = refusal.__subclasses__()
    return below + [kind for each in below for kind in kinds_of(each)]


GROUPS = {"_Json", "ApiRefusal", "WagRefusal"}  # never raised themselves


def test_every_refusal_has_a_mark_of_its_own() -> None:
    raised = {kind for kind in kinds_of(Refusal) if kind.__name__ not in GROUPS}
    assert len(raised) > 10
    assert [kind.__name__ for kind in raised if not {"mark", "source"} <= set(vars(kind))] == []
    names = {entry.name for entry in ledger.ledger("refusal")}
    expected = {kind.__name__ for kind in raised} - {"OAuthRefusal", "PageRefusal"}
    assert expected <= names


def test_refusals_of_pages_and_of_the_token_endpoint_are_raised_from_their_tables_only() -> None:
    root = Path(errors.__file__).parent
    raising = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if re.search(r"\b(OAuthRefusal|PageRefusal)\(", path.read_text(encoding="utf-8"))
    }
    assert raising == {"errors.py", "api/exchange_errors.py", "portal/stops.py"}


def test_every_row_of_those_tables_is_used() -> None:
    root = Path(errors.__file__).parent
    code = "\n".join(path.read_text(encoding="utf-8") for path in root.rglob("*.py"))
    assert [why for why in EXCHANGE_ERRORS if f'refused("{why}")' not in code] == []
    assert [why for why in STOPS if f'stop("{why}"' not in code] == []


# Headers: none is sent that the ledger does not know.


def test_no_answer_bears_a_header_that_the_ledger_does_not_know(mock: Mock) -> None:
    reader = mock.reader()
    user = mock.signed_in(ADA, mock.sso)
    packed = reader.ask("/v3.0/users", **{"Accept-Encoding": "gzip"})
    mock.control("PATCH", "settings", {"variation": 7})
    mock.control("POST", "faults", {"path": "/v3.0/terms", "kind": "empty"}, 201)
    app = mock.sync
    answers = [
        *(reader.ask(path) for path in ("/v3.0/users", "/v3.0/resources", "/v3.0/terms", "/v3.0/nothing")),
        packed,
        reader.ask("/v3.0/users?limit=0"),
        user.ask("/me"),
        user.ask("/v3.0/courses"),
        mock.client.get("/v3.0/users"),
        mock.client.post("/v3.0/users"),
        mock.client.options("/v3.0/users"),
        mock.client.post("/oauth/tokens", json={}),
        mock.client.get("/oauth/tokens", auth=(app.client_id, app.client_secret)),
        mock.client.get(f"/oauth/authorize?response_type=code&client_id={app.client_id}"),
        mock.client.get(f"/oauth/login?response_type=code&client_id={app.client_id}"),
        mock.client.get("/oauth/authorize"),
        mock.client.get("/logout"),
    ]
    known = {entry.name.lower() for entry in ledger.ledger("header")}
    assert {name.lower() for answer in answers for name, _ in answer.headers} - known == set()
    sent = {name.lower() for answer in answers for name, _ in answer.headers}
    assert known - sent == {"server"}  # the server's own, which tests in this process do not meet


# Endpoints: of all that is published, each is served or left out, and said to be.


@cache
def published(spec: str) -> list[tuple[str, str]]:
    """The operations of a published specification: method and path, version included."""
    if not SPEC.is_dir():
        pytest.skip("the published specifications are not beside this checkout")
    read: dict[str, Any] = yaml.load((SPEC / f"{spec}.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    methods = ("get", "post", "put", "patch", "delete")
    return [
        (method.upper(), read["basePath"] + path.rstrip("/"))
        for path, operations in read["paths"].items()
        for method in operations
        if method in methods
    ]


def test_these_are_all_the_specifications() -> None:
    published("v3.1")
    assert sorted(path.stem for path in SPEC.glob("*.yml")) == sorted(SPECS)


ONE_OF = {"districts": TOWN, "schools": ASH, "sections": ALGEBRA_ASH, "courses": ALGEBRA, "terms": FALL}
ONE_OF |= {"resources": LESSON}


VERSIONS = ("v1.2", "v2.0", "v2.1", "v3.0", "v3.1")
FEEDS = ("school_admins", "schools", "sections", "students", "teachers")  # v1.2 has those of single records too


REFUSING = ("lms.no_such_method",)
"""Views of methods that there are not."""


def routes_of(mock: Mock) -> set[tuple[str, str]]:
    """Every route beside the roster's own, written out for each version as the specifications write it."""
    found = set()
    for rule in mock.app.url_map.iter_rules():
        if rule.endpoint.startswith("data.") or "static" in rule.endpoint or rule.endpoint in REFUSING:
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).rstrip("/") or "/"
        paths = {path.replace("{version}", version) for version in VERSIONS}
        if path == "/{version}/{name}/{id}/events":
            paths = {f"/v1.2/{name}/{{id}}/events" for name in FEEDS}
        found |= {(method, path) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"} for path in paths}
    return found


def is_served(mock: Mock, method: str, path: str) -> bool:
    """Whether there is such an endpoint: nothing but Express's page, or a 501, says that there is none."""
    collection = path.partition("/{")[0].rpartition("/")[2]
    asked = re.sub(r"{\w+}", ONE_OF.get(collection, ADA), path)
    answer = mock.client.open(asked, method=method, headers={"Authorization": f"Bearer {mock.reader().token}"})
    assert answer.status_code < 500 or answer.status_code == 501, asked
    return answer.status_code != 501 and b"<pre>Cannot " not in answer.get_data()


@pytest.fixture(scope="module")
def everything() -> Mock:
    """A mock whose application may ask for everything."""
    mock = Mock()
    mock.control("POST", "apps", {"client_id": mock.sync.client_id, "granted": ["attendance", "resources"]})
    return mock


@pytest.mark.parametrize("spec", SPECS)
def test_every_published_endpoint_is_served_or_left_out(spec: str, everything: Mock) -> None:
    left_out = {(row.method, row.path) for row in LEFT_OUT if row.spec == spec}
    unserved = {operation for operation in published(spec) if not is_served(everything, *operation)}
    assert unserved == left_out
    told = {entry.name for entry in ledger.ledger("endpoint")}
    assert {f"{method} {path}" for method, path in published(spec)} - told == {
        f"{method} {path}" for method, path in left_out
    }


def test_what_is_left_out_stands_in_a_specification_and_says_why() -> None:
    assert [row for row in LEFT_OUT if (row.method, row.path) not in published(row.spec)] == []
    assert [row for row in LEFT_OUT if len(row.why) < 20] == []


def test_what_is_left_out_is_really_not_served(everything: Mock) -> None:
    assert [row for row in LEFT_OUT if is_served(everything, row.method, row.path)] == []


def test_every_route_beside_the_roster_and_the_control_plane_is_in_the_table(everything: Mock) -> None:
    routes = {(method, path) for method, path in routes_of(everything) if not path.startswith("/_mock")}
    assert {(row.method, row.path) for row in ENDPOINTS} == routes


# The three ways to read it.


def test_the_control_plane_serves_it(mock: Mock) -> None:
    everything = mock.control("GET", "fidelity")
    assert len(everything["entries"]) == sum(everything["counts"].values()) == len(ledger.ledger())
    chosen = mock.control("GET", "fidelity?kind=choice&mark=chosen")
    assert chosen["counts"] == {"documented": 0, "observed": 0, "inferred": 0, "chosen": 139}
    assert chosen["entries"][8] == {
        "kind": "choice",
        "name": "The order of links",
        "where": "served",
        "mark": "chosen",
        "source": "data-api 15 #9",
        "note": "self, next, prev since v2.0; self, prev, next in v1.2",
        "setting": "link_order",
        "values": chosen["entries"][8]["values"],
    }
    assert mock.control("GET", "fidelity?kind=choice&mark=observed")["entries"] == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("kind=planet", "kind cannot be 'planet': choose one of endpoint, left out, field,"),
        ("mark=", "mark cannot be '': choose one of documented, observed, inferred, chosen"),
        ("kinds=field", "there is no parameter kinds here: it takes kind, mark"),
    ],
)
def test_words_that_it_does_not_know_are_refused_with_those_that_it_does(
    query: str, said: str, mock: Mock
) -> None:
    status, message = mock.refused("GET", f"fidelity?{query}")
    assert status == 400
    assert said in message


def test_the_command_prints_it() -> None:
    printed = CliRunner().invoke(main, ["fidelity", "--kind", "choice"])
    assert printed.exit_code == 0
    lines = printed.output.splitlines()
    assert lines[0] == "choice (139)"
    assert re.match(r"  chosen  The order of links +served +data-api 15 #9  \[link_order\]", lines[17])
    assert lines[18] == "      self, next, prev since v2.0; self, prev, next in v1.2"
    observed = CliRunner().invoke(main, ["fidelity", "--mark", "observed", "--json"])
    assert {entry["mark"] for entry in json.loads(observed.output)["entries"]} == {"observed"}


def test_the_command_refuses_a_word_it_does_not_know() -> None:
    printed = CliRunner().invoke(main, ["fidelity", "--mark", "certain"])
    assert printed.exit_code == 2
    assert "mark cannot be 'certain': choose one of documented, observed, inferred, chosen" in printed.output


def test_a_start_does_not_wait_for_it() -> None:
    started = "import sys, mock_clever.cli, mock_clever.app, mock_clever.scenarios, mock_clever.serving"
    asked = (
        f"{started}; print([n for n in ('ledger', 'openapi', 'choices') if f'mock_clever.{{n}}' in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
