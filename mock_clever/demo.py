"""The whole loop, shown: a district is served, the reference vendor app signs people in and pulls the roster over
HTTP, and the certification suite says of every requirement whether that app would pass.

The vendor app and the suite are programs of their own; here they are started, never imported.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from flask import Flask

from mock_clever.serving import Server, running

TIMEOUT = 30
HURRY = "40"
PATIENCE = "10"
"""How many times shorter the vendor app waits for a slow answer, in its hurry (vendor_app/clock.py)."""
NO_VERDICT = 3
LOOPBACK = "127.0.0.1,localhost,::1"
SUITE = (sys.executable, "-m", "certification_suite")
CALLBACK, LIBRARY_CALLBACK = "/oauth/clever/callback", "/oauth/clever/library"


class VendorSilentError(Exception):
    """The reference vendor app did not start; the message says where it said why."""


def _asked(method: str, url: str, **options: Any) -> requests.Response:
    """One request to this machine, past every proxy that the shell names."""
    with requests.Session() as http:
        http.trust_env = False
        return http.request(method, url, **options)


def environment(url: str) -> dict[str, str]:
    """The settings a running mock gives to a vendor app. Raises OSError when none answers."""
    response = _asked("GET", f"{url}/_mock/env", timeout=TIMEOUT)
    response.raise_for_status()
    found: dict[str, str] = response.json()
    return found


def run(app: Flask, out: Path, keep: bool, only: str | None = None) -> int:
    """Run the demonstration; the certification suite's exit code. `only` names the requirements to judge."""
    with running(app) as clever:
        _say(f"1. Clever stands at {clever.url}")
        for district in _get(clever.url, "/_mock/districts")["districts"]:
            counts = ", ".join(f"{count} {kind}" for kind, count in district["counts"].items())
            _say(f"   {district['name']}: {counts}")
        with _vendor(clever.url, out) as vendor:
            _say(f"2. The reference vendor app stands at {vendor}")
            _show_logins(clever.url, vendor)
            _show_sync(vendor)
            _say("4. The certification suite points itself at that app")
            chosen = ("--only", only) if only else ()
            code = certify(
                _description(vendor, clever.url, out),
                clever.url,
                ("--out", str(out), "--hurry", PATIENCE, *chosen),
            )
            _asked("POST", f"{clever.url}/_mock/reset", timeout=TIMEOUT)
            if keep:
                _wait(f"Everything still runs: open {vendor} and {clever.url}; Ctrl-C ends it.")
    return code


def _wait(line: str) -> None:
    """Say so, and wait until somebody ends this, by Ctrl-C or SIGTERM."""
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: told.set())
    _say(line)
    told.wait()


def certify(described: Path, url: str | None, more: Sequence[str]) -> int:
    """Run the suite over a mock that is running; its exit code. Ctrl-C and SIGTERM are for the suite to end by."""
    mock = () if url is None else ("--mock", url)
    suite = subprocess.Popen([*SUITE, "--app", str(described), *mock, *more])
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: suite.terminate())
    try:
        while True:
            try:
                code = suite.wait()
                return code if code >= 0 else NO_VERDICT  # something killed it
            except KeyboardInterrupt:
                pass  # at a terminal the suite was told as well, and says how to go on
    finally:
        signal.signal(signal.SIGTERM, before)


def options() -> str:
    """What the suite can be asked, as its help lists it."""
    told = subprocess.run([*SUITE, "--help"], capture_output=True, text=True, check=False).stdout
    return told.partition("Options:\n")[2]


def redirect_uris(described: Path) -> tuple[str, ...]:
    """The redirect URI that a certification.toml names; none when it cannot be read, which the suite explains."""
    found = _table(described, "app").get("redirect_uri")
    return (found,) if isinstance(found, str) else ()


def _table(described: Path, name: str) -> dict[str, Any]:
    """A table of a certification.toml; empty when there is none, or nothing that can be read."""
    try:
        found = tomllib.loads(described.read_text(encoding="utf-8")).get(name, {})
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def certify_with(app: Flask, server: Server, described: Path, more: Sequence[str]) -> int:
    """Run the suite over a mock started for it; its exit code."""
    host, port = server.host, server.port
    server.close()
    with running(app, host, port) as clever:
        library, client = _table(described, "library").get("redirect_uri"), environment(clever.url)
        if isinstance(library, str):
            body = {"client_id": client["CLEVER_LIBRARY_CLIENT_ID"], "redirect_uris": [library]}
            _asked("POST", f"{clever.url}/_mock/apps", json=body, timeout=TIMEOUT)
        return certify(described, clever.url, more)


@contextmanager
def _vendor(url: str, out: Path) -> Iterator[str]:
    """The reference vendor app as a process of its own, registered with the mock; its URL.

    What it says goes to vendor.log. Its pages are small, so that a small district shows whether it turns them, and
    it is in a hurry: the shape of its waiting is judged, not the length.
    """
    port = _free_port()
    for client in _get(url, "/_mock/apps")["apps"]:
        arrival = LIBRARY_CALLBACK if client["products"] == ["library"] else CALLBACK
        body = {"client_id": client["client_id"], "redirect_uris": [f"http://127.0.0.1:{port}{arrival}"]}
        _asked("POST", f"{url}/_mock/apps", json=body, timeout=TIMEOUT).raise_for_status()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Path(out, "vendor.log").open("w", encoding="utf-8") as log:
        command = [sys.executable, "-m", "vendor_app", "--port", str(port), "--probe", "--page-size", "5"]
        command += ["--hurry", HURRY, "--openid", "--both-apps"]
        command += ["--database", str(Path(folder, "vendor.sqlite"))]
        settings = os.environ | environment(url) | dict.fromkeys(("NO_PROXY", "no_proxy"), LOOPBACK)
        process = subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            ready = process.stdout.readline()
            if not ready:
                raise VendorSilentError(f"the vendor app did not start; what it said stands in {log.name}")
            yield str(json.loads(ready)["url"])
        finally:
            process.terminate()
            process.wait(TIMEOUT)


def _free_port() -> int:
    server = Server()
    server.close()
    return int(server.port)


def _show_logins(clever: str, vendor: str) -> None:
    """Sign one person of each type in through the pages, as a browser without scripts would."""
    _say("3. People sign in, and the roster is pulled")
    for role in ("student", "teacher", "staff", "district_admin"):
        people = _get(clever, f"/_mock/people?role={role}&limit=1")["people"]
        for person in people:
            page = _signed_in_page(vendor, person)
            text, words = page.text.replace("&#39;", "'"), person["name"].split()
            shown = words[0] in text and words[-1] in text  # not every app is told the middle name
            _say(f"   {person['name']} ({role.replace('_', ' ')}): {'signed in' if shown else 'NOT signed in'}")


def _signed_in_page(vendor: str, person: dict[str, Any]) -> requests.Response:
    browser = requests.Session()
    picker = browser.get(f"{vendor}/login", timeout=TIMEOUT).url.replace("/oauth/district-picker", "/oauth/login")
    page = browser.get(picker, params={"district_id": person["district"]}, timeout=TIMEOUT)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
    fields = {name: value.replace("&amp;", "&") for name, value in fields.items()} | {"user": person["id"]}
    return browser.post(page.url.partition("?")[0], data=fields, timeout=TIMEOUT)


def _show_sync(vendor: str) -> None:
    told = _asked("POST", f"{vendor}/probe/sync", json={"mode": "full"}, timeout=10 * TIMEOUT).json()
    counts = ", ".join(f"{name} {count}" for name, count in told.get("counts", {}).items())
    _say(f"   Full sync: {told.get('status')}. {counts}")


def _description(vendor: str, url: str, out: Path) -> Path:
    """A certification.toml for the reference vendor app, left beside the reports as an example."""
    described = out / "certification.toml"
    described.write_text(
        f"""\
[app]
name = "Reference vendor app"
base_url = "{vendor}"
login_page = "/"
start_login = "/login"
redirect_uri = "{vendor}{CALLBACK}"
home_page = "/home"
logout = "auto"
user_types = ["student", "teacher", "staff", "district_admin"]
programmes = ["library", "sso", "secure_sync", "lms"]
refresh = "login"
asks = ["goal"]
openid = true

[clever]
other_client_ids = ["{environment(url)["CLEVER_CLIENT_ID"]}"]

[library]
redirect_uri = "{vendor}{LIBRARY_CALLBACK}"
start_login = "/signup"

[probe]
url = "{vendor}/probe"
""",
        encoding="utf-8",
    )
    return described


def _get(url: str, path: str) -> dict[str, Any]:
    response = _asked("GET", url + path, timeout=TIMEOUT)
    response.raise_for_status()
    found: dict[str, Any] = response.json()
    return found


def _say(line: str) -> None:
    print(line, flush=True)
