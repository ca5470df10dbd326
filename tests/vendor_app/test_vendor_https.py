"""Over https: a certificate of an authority that only this machine trusts, a portal launch, secure cookies."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from clients import Browser, Mock
from town import TESS, TOWN

from mock_clever.certificates import CertificateError, write
from mock_clever.cli import main
from mock_clever.serving import running as clever_running
from vendor_app.app import create_app
from vendor_app.config import CALLBACK, Misconfigured, from_environment
from vendor_app.serving import TlsServer, tls

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates") / "of-mine"
    told = CliRunner().invoke(main, ["certificate", str(folder)])
    assert told.exit_code == 0 and "ca.pem  trust this" in told.output
    return folder


@contextmanager
def reader(mock: Mock, folder: Path) -> Iterator[str]:
    """The vendor app at an https address, registered as the primary redirect URI of the mock's login app."""
    context = tls(folder / "server.pem", folder / "server.key")
    with clever_running(mock.app) as clever, socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"https://127.0.0.1:{listening.getsockname()[1]}"
        registered = {"client_id": mock.sso.client_id, "redirect_uris": [url + CALLBACK], "development": False}
        mock.control("POST", "apps", registered)
        env: dict[str, Any] = mock.control("GET", "env")
        config = from_environment(env | {"MOCK_CLEVER_URL": clever.url, "CLEVER_REDIRECT_URI": url + CALLBACK})
        app = create_app(config)
        server = TlsServer(app, listening, context)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            app.extensions["vendor"].store.close()


def trusting(folder: Path) -> requests.Session:
    """A browser that trusts this authority."""
    session = requests.Session()
    session.trust_env = False
    session.verify = str(folder / "ca.pem")
    return session


def launched(at_clever: Browser, mock: Mock) -> str:
    """Where a launch from Clever sends the browser of somebody who is logged in there."""
    answer = at_clever.open("/oauth/instant-login", client_id=mock.sso.client_id, district_id=TOWN)
    return str(answer.headers["Location"])


def test_a_launch_arrives_at_an_https_primary_redirect_uri(folder: Path) -> None:
    mock = Mock()
    with reader(mock, folder) as url, trusting(folder) as browser:
        at_clever = Browser(mock.app)
        at_clever.choose(at_clever.authorize(mock.sso), TESS)
        launch = launched(at_clever, mock)
        assert launch.startswith(f"{url}{CALLBACK}?code=") and "state=" not in launch
        restart = browser.get(launch, allow_redirects=False, timeout=10)
        assert restart.status_code == 302 and "Secure" in restart.headers["Set-Cookie"]
        again = at_clever.client.get("/oauth/authorize?" + restart.headers["Location"].partition("?")[2])
        finished = again.headers["Location"]
        assert finished.startswith(f"{url}{CALLBACK}?code=") and "state=" in finished
        home = browser.get(finished, timeout=10)
        assert home.url == f"{url}/home" and "Signed in as Tess Berg" in home.text
        [cookie] = browser.cookies
        assert cookie.secure and cookie.has_nonstandard_attr("HttpOnly")


def test_who_does_not_trust_the_authority_does_not_connect(folder: Path) -> None:
    with reader(Mock(), folder) as url, requests.Session() as browser:
        browser.trust_env = False
        with pytest.raises(requests.exceptions.SSLError):
            browser.get(url, timeout=10)


def test_a_connection_that_says_nothing_holds_up_nobody(folder: Path) -> None:
    with reader(Mock(), folder) as url, trusting(folder) as browser:
        port = int(url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port)) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert "Log in with Clever" in browser.get(url, timeout=10).text


def test_the_command_serves_https(folder: Path) -> None:
    command = [sys.executable, "-m", "vendor_app", "--port", "0", "--certificate", str(folder / "server.pem")]
    command += ["--key", str(folder / "server.key")]
    env = os.environ | {"MOCK_CLEVER_URL": "http://x.test", "CLEVER_CLIENT_ID": "a", "CLEVER_CLIENT_SECRET": "b"}
    with (
        subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as app,
        trusting(folder) as browser,
    ):
        assert app.stdout is not None
        try:
            url = json.loads(app.stdout.readline())["url"]
            assert url.startswith("https://")
            answer = browser.get(f"{url}/login", allow_redirects=False, timeout=10)
            assert "redirect_uri=https%3A%2F%2F127.0.0.1" in answer.headers["Location"]
            assert "Secure" in answer.headers["Set-Cookie"]
        finally:
            app.send_signal(signal.SIGTERM)
        assert app.wait(10) == 0


def test_a_certificate_that_is_none_is_refused_in_words(tmp_path: Path, folder: Path) -> None:
    other = tmp_path / "text.pem"
    other.write_text("not a certificate")
    for certificate, key in ((other, other), (tmp_path / "absent", None), (folder / "server.pem", None)):
        with pytest.raises(Misconfigured, match="mock-clever certificate"):
            tls(certificate, key)


def test_the_authority_vouches_for_this_machine_and_for_named_hosts_only(tmp_path: Path) -> None:
    write(tmp_path / "new", ("reader.example.test",))
    assert (tmp_path / "new" / "server.key").stat().st_mode & 0o077 == 0
    context = ssl.create_default_context(cafile=tmp_path / "new" / "ca.pem")
    [authority] = context.get_ca_certs()
    assert "Mock Clever" in str(authority["subject"])
    told = ssl._ssl._test_decode_cert(str(tmp_path / "new" / "server.pem"))  # type: ignore[attr-defined]
    assert {value for _, value in told["subjectAltName"]} == {
        *("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "reader.example.test"),
    }


@pytest.mark.parametrize("name", ["", "a b", "-x-.test"])
def test_a_name_that_is_none_writes_nothing(tmp_path: Path, name: str) -> None:
    told = CliRunner().invoke(main, ["certificate", str(tmp_path / "new"), "--name", name])
    assert told.exit_code == 2 and "not the name or address of a host" in told.output
    assert not (tmp_path / "new").exists()


def test_certificates_that_are_trusted_already_are_kept(folder: Path) -> None:
    before = (folder / "ca.pem").read_bytes()
    with pytest.raises(CertificateError, match=r"already holds ca\.pem"):
        write(folder)
    assert (folder / "ca.pem").read_bytes() == before
