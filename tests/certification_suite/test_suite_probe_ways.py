"""The probe's three ways say the same; its contract is a valid OpenAPI document that the reference app keeps."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from stage import Stage

from certification_suite.catalogue import catalogue
from certification_suite.describing.config import AppUnderTest, ConfigurationError, Places, describe, load
from certification_suite.describing.parts import CALLED, PARTS, openapi
from certification_suite.drivers.browser import Silence
from certification_suite.drivers.probe import ABSENT, Probe, transport
from certification_suite.verdicts import Fail, NotOffered

SAMPLES = Path(__file__).parents[2] / "docs" / "samples"
CONTRACT: dict[str, Any] = json.loads(openapi())
USERS = {
    "users": [
        {"clever_id": "u1", "sis_id": "7", "status": "active"},
        {"clever_id": "u2", "sis_id": "400100200", "is_archived": True},
        {"clever_id": "u3", "is_active": False},
        {"clever_id": "u4", "deleted_at": "2026-01-01"},
        {"clever_id": "u5", "deleted_at": None},
    ]
}
"""The list of the public precedent, with every flag it knows."""


def probed(folder: Path, probe: dict[str, Any]) -> AppUnderTest:
    """A description with this probe, whose file lies in the folder."""
    app = {
        "name": "Class Tracker",
        "base_url": "http://127.0.0.1:5000",
        "redirect_uri": "http://127.0.0.1:5000/callback",
        "home_page": "/home",
        "programmes": ["sso"],
    }
    document = {"app": app, "clever": {"mock_url": "http://127.0.0.1:8123"}, "probe": probe}
    return describe(document, Places(str(folder / "certification.toml"), ""))


def asked(folder: Path, probe: dict[str, Any], *, timeout: float = 10) -> Probe:
    way = transport(probed(folder, probe), timeout=timeout)
    assert way is not None
    return Probe(way, pause=lambda seconds: None)


# ── the same users, three ways ──


class Endpoint(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        who = {"clever_id": None, "internal_id": self.headers["Cookie"]}
        told = {"/probe/users": USERS, "/probe/whoami": who, "/probe/progress/a%2Fb%3F": {"progress": []}}
        body = json.dumps(told[self.path]).encode() if self.path in told else b""
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/probe"
        server.shutdown()
        thread.join()


@pytest.fixture(params=["url", "commands", "python", "python, a bare list"])
def probe(request: pytest.FixtureRequest, endpoint: str, tmp_path: Path) -> Probe:
    (tmp_path / "users.json").write_text(json.dumps(USERS))
    told = "['users']" if "bare" in request.param else ""
    (tmp_path / "mine.py").write_text(
        "import json, pathlib\nclass Mine:\n    def users(self):\n"
        f"        return json.loads(pathlib.Path(__file__).with_name('users.json').read_text()){told}\n"
    )
    ways: dict[str, Any] = {
        "url": {"url": endpoint},
        "commands": {"commands": {"users": "cat users.json"}},
        "python": {"python": "mine.py:Mine"},
    }
    return asked(tmp_path, ways[request.param.partition(",")[0]])


def test_the_precedents_users_work_by_every_way(probe: Probe) -> None:
    users = probe.records("users")
    assert [user.clever_id for user in users if user.active] == ["u1", "u5"]
    assert [user.internal_id for user in users] == ["u1", "u2", "u3", "u4", "u5"]
    assert "u1" in probe.answers[0]
    with pytest.raises(NotOffered, match="does not offer `GET /sections`"):
        probe.records("sections")
    assert probe.reset() is False


def test_an_endpoint_gets_cookies_as_a_browser_sends_them_and_ids_as_one_piece(endpoint: str) -> None:
    probe = asked(Path(), {"url": endpoint})
    assert probe.whoami({"a": "1", "b": "x y"}) == (None, "a=1; b=x y")
    assert probe.progress("a/b?") == {}


# ── commands ──


def test_a_command_gets_its_arguments_and_nothing_is_pasted_into_it(tmp_path: Path) -> None:
    echo = """printf '{"progress": [{"item": "%s", "score": 1}]}' "$PROBE_CLEVER_ID at $APP_URL" """
    keep = "cat > told.json; printf '%s' \"$PROBE_ITEM\" > item.txt"
    probe = asked(tmp_path, {"commands": {"progress": echo, "write_progress": keep}})
    assert list(probe.progress("u1")) == ["u1 at http://127.0.0.1:5000"]
    nasty = "'; touch pwned; $(touch pwned) \"\\ \N{GRINNING FACE}"
    probe.write_progress("u1", nasty, 87)
    told = {"clever_id": "u1", "item": nasty, "score": 87}
    assert json.loads((tmp_path / "told.json").read_text()) == told
    assert (tmp_path / "item.txt").read_text() == nasty and not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("echo no table >&2; exit 3", "answered GET /users with 500: exit code 3: no table"),
        ("echo '<h1>Users</h1>'", "answered GET /users with <h1>Users</h1>"),
        ("echo '[1, 2]'", "answered GET /users with {'users': [1, 2]}"),
        ("true", "answered GET /users with {}"),
    ],
)
def test_what_a_command_says_wrongly_is_a_fail(tmp_path: Path, command: str, says: str) -> None:
    with pytest.raises(Fail, match=re.escape(says)):
        asked(tmp_path, {"commands": {"users": command}}).records("users")


def test_a_command_that_does_not_exist_offers_nothing(tmp_path: Path) -> None:
    for command in ("no-such-program-here --users", "exit 127"):
        with pytest.raises(NotOffered):
            asked(tmp_path, {"commands": {"users": command}}).records("users")


def test_a_command_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    probe = asked(tmp_path, {"commands": {"sync": "sleep 20 & echo $! > child; wait"}}, timeout=0.3)
    started = time.monotonic()
    with pytest.raises(Silence, match=r"\[probe.commands\] sync: no answer within 0.3 seconds"):
        probe.sync()
    assert time.monotonic() - started < 10
    child = Path("/proc", (tmp_path / "child").read_text().strip(), "stat")
    assert not child.exists() or child.read_text().split()[2] == "Z"


# ── a class ──


def written(folder: Path, methods: str, start: str = "") -> dict[str, str]:
    body = "".join(f"    {line}\n" for line in methods.strip().splitlines())
    (folder / "mine.py").write_text(f"{start}\nclass Mine:\n{body}")
    return {"python": "mine.py:Mine"}


def test_a_class_answers_with_what_it_has(tmp_path: Path) -> None:
    probe = asked(
        tmp_path,
        written(
            tmp_path,
            """
def __init__(self, mock_url): self.mock_url = mock_url
def sync(self, mode):
    if mode == "delta": raise NotImplementedError
    return {"status": "success", "problems": (self.mock_url,)}
def whoami(self, cookies): return {"clever_id": None, "internal_id": uuid.UUID(int=len(cookies))}
def review(self): return (row for row in [{"internal_id": 4}])
def assignments(self): return None
""",
            "import uuid",
        ),
    )
    assert probe.sync().problems == ("http://127.0.0.1:8123",)
    assert probe.whoami({"a": "b"}) == (None, "00000000-0000-0000-0000-000000000001")
    assert probe.review() == [{"internal_id": 4}]
    with pytest.raises(NotOffered, match=re.escape('POST /sync {"mode": "delta"}')):
        probe.sync("delta")
    with pytest.raises(Fail, match=re.escape("GET /assignments with {}")):
        probe.rows("assignments")


def test_what_a_class_does_wrongly_is_a_fail(tmp_path: Path) -> None:
    methods = """
def users(self): return {}["users"]
def progress(self): return []
def sync(self, mode): raise ValueError("only at night")
"""
    probe = asked(tmp_path, written(tmp_path, methods))
    with pytest.raises(Fail, match=r"mine.py:Mine.users raised KeyError: 'users' \(mine.py, line 3\)"):
        probe.records("users")
    with pytest.raises(Fail) as wrong:
        probe.progress("u1")
    assert "cannot be called as progress(clever_id)" in wrong.value.observed
    assert wrong.value.expected == "def progress(self, clever_id)."
    with pytest.raises(Fail, match=re.escape("POST /sync with 400: {'message': 'only at night'}")):
        probe.sync()


@pytest.mark.parametrize(
    ("python", "text", "says"),
    [
        ("absent.py:Probe", "", "there is no file"),
        ("no_such_module_here:Probe", "", "there is no module no_such_module_here"),
        ("mine.py:Probe", "class Prob: pass", "mine.py has no class Probe. Did you mean `Prob`? It has: Prob."),
        ("mine.py:Probe", "import shop_that_is_not", "there is no module shop_that_is_not"),
        ("mine.py:Probe", "1 / 0", "cannot be loaded: ZeroDivisionError: division by zero (mine.py, line 1)"),
        ("mine.py:Probe", "class Probe:\n def __init__(self, db): pass", "cannot be made: TypeError"),
        ("mine.py:Probe", "class Probe:\n def usres(self): pass", "it has usres. Did you mean `users`?"),
    ],
)
def test_a_class_that_cannot_be_is_a_configuration(tmp_path: Path, python: str, text: str, says: str) -> None:
    (tmp_path / "mine.py").write_text(text)
    with pytest.raises(ConfigurationError, match=re.escape(says)):
        transport(probed(tmp_path, {"python": python}))


# ── the samples ──


def test_the_sample_of_commands_runs() -> None:
    probe = Probe(
        transport(load(SAMPLES / "probe_commands.toml", mock_url="http://127.0.0.1:8123")), pause=lambda s: None
    )
    assert [(user.clever_id, user.active) for user in probe.records("users")] == [
        ("64a0b1c2d3e4f5a6b7c8d9e0", True),
        ("64a0b1c2d3e4f5a6b7c8d9e1", False),
    ]
    assert probe.sync().success
    with pytest.raises(NotOffered):
        probe.sync("delta")
    assert probe.whoami({"session": "s1"}) == ("64a0b1c2d3e4f5a6b7c8d9e0", "1")
    assert probe.whoami({"session": "s2"}) == (None, None)


def test_the_sample_of_a_class_runs() -> None:
    probe = asked(SAMPLES, {"python": "probe.py:Probe"})
    assert len(probe.records("users")) == 2 and probe.sync().success
    with pytest.raises(NotOffered):
        probe.sync("delta")


# ── the contract ──


def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in CONTRACT["paths"].items()
        for method, operation in methods.items()
    }


def test_the_contract_is_an_openapi_document() -> None:
    validate(CONTRACT)
    assert CONTRACT["openapi"].startswith("3.1")


def test_the_contract_says_what_the_suite_asks() -> None:
    said = {}
    for name, (method, path, operation) in operations().items():
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        required = body.get("required", [])
        takes = [key if key in required else f"{key}?" for key in body.get("properties", {})]
        said[name] = (method, path, tuple(takes) + (("cookies",) if "security" in operation else ()))
        assert "404" in operation["responses"], "every part may be missing"
    assert said == {name: (part.method, part.path, part.takes) for name, part in PARTS.items()}


def test_whatever_a_requirement_needs_is_a_part() -> None:
    needed = {need for requirement in catalogue() for need in requirement.needs}
    assert needed <= set(CALLED)


def test_the_reference_app_keeps_the_contract(stage: Stage) -> None:
    """Every answer it gives is of the schema of its part; what it lacks it answers with 404."""
    stage.put()
    url = stage.door.url + "/probe"
    requests.post(f"{url}/sync", json={"mode": "full"}, timeout=60)
    student = requests.get(f"{url}/users", timeout=10).json()["users"][0]
    bodies: dict[str, Any] = {
        "sync": {"mode": "delta"},
        "seed": {"users": [{"name": "Tia", "email": "tia@school.example", "role": "teacher"}]},
        "write_progress": {"item": "fractions", "score": 87},
    }
    ids = {"clever_id": student["clever_id"], "internal_id": "1", "id": "1"}
    order = sorted(
        operations(), key=lambda name: (name == "reset", name == "progress", PARTS[name].method == "GET")
    )
    statuses = {}
    for name in order:
        method, path, operation = operations()[name]
        answer = requests.request(method, url + path.format_map(ids), json=bodies.get(name, {}), timeout=60)
        statuses[name] = answer.status_code
        if answer.status_code in ABSENT:
            continue
        said = operation["responses"][str(answer.status_code)].get("content", {}).get("application/json")
        if said:
            schema = said["schema"] | {"components": CONTRACT["components"]}
            Draft202012Validator(schema).validate(answer.json())
    answered = {name for name, status in statuses.items() if status == 200}
    assert {"users", "sections", "enrollments", "sync", "holds", "seed", "progress", "whoami"} <= answered
