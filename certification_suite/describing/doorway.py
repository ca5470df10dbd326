"""One look at an address, past every proxy: what answers there, or why nothing does.

What goes wrong on the way to an app has many causes and one face, a failed connection; each is told apart here.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from certification_suite.drivers.browser import AGENT, REAL_CLEVER, whole
from certification_suite.drivers.page import Page

VERIFY_CODES = {
    9: "early",
    10: "expired",
    18: "untrusted",
    19: "untrusted",
    20: "untrusted",
    62: "name",
    64: "name",
}
"""What OpenSSL says of a certificate (X509_V_ERR_…), as kinds of ours."""
MOST_BYTES = 200_000


@dataclass(frozen=True)
class Answered:
    """Somebody is there."""

    status: int
    headers: Mapping[str, str]
    page: Page


@dataclass(frozen=True)
class Closed:
    """Nobody is, or nobody we can speak with. `kind` is one of the rows of CAUSES."""

    kind: str
    detail: str = ""


@dataclass(frozen=True)
class Cause:
    """Why nothing answers, and what to do; `{url}`, `{host}` and `{detail}` are filled in."""

    says: str
    next_step: str


CAUSES = {
    "real": Cause(
        "{url} is the real Clever.", "Nothing of this suite ever goes there: name the mock, or your app."
    ),
    "address": Cause(
        "{url} is not an address: {detail}.", "Write scheme, host and port, as http://127.0.0.1:5000."
    ),
    "unknown name": Cause(
        "The name {host} leads nowhere: {detail}.",
        "Correct it, or let /etc/hosts say which machine it is. Inside a container other names hold than outside.",
    ),
    "refused": Cause("Nothing listens at {url}.", "Start your app, or correct the address."),
    "late": Cause(
        "{url} takes a connection and then does not answer within {detail} seconds.",
        "Is it the right port, and does the app wait for something itself? --patience SECONDS waits longer.",
    ),
    "dropped": Cause(
        "{url} closes the connection without an answer.",
        "Another kind of program may listen there, or a worker crashes at once: read what the app logs.",
    ),
    "speaks https": Cause("{url} says http, and what listens there speaks https.", "Write https://."),
    "speaks http": Cause("{url} says https, and what listens there speaks plain http.", "Write http://."),
    "untrusted": Cause(
        "The certificate of {url} comes from an authority that nobody here trusts ({detail}).",
        "Name the authority's file as `ca` in [app]. `mock-clever certificate FOLDER` writes a certificate for "
        "your app and the ca.pem that goes with it.",
    ),
    "expired": Cause(
        "The certificate of {url} has expired ({detail}).",
        "Make a new one (`mock-clever certificate FOLDER`) and serve with it.",
    ),
    "early": Cause(
        "The certificate of {url} is not valid yet ({detail}).", "Compare the clock of the machine that made it."
    ),
    "name": Cause(
        "The certificate of {url} is for another host ({detail}).",
        "Write the host as the certificate names it, or make one for this host: `mock-clever certificate FOLDER "
        "--name {host}`.",
    ),
    "tls": Cause("{url} speaks no https that can be understood: {detail}.", "Look at the app's TLS settings."),
}
"""Every way an address can be closed."""


def told(url: str, closed: Closed) -> tuple[str, str]:
    """The cause and the next step, in words."""
    filled = {"url": url, "host": urlsplit(url).hostname or url, "detail": closed.detail}
    cause = CAUSES[closed.kind]
    return cause.says.format_map(filled), cause.next_step.format_map(filled)


def look(url: str, *, ca: str | None = None, patience: float) -> Answered | Closed:
    """Ask for the address once and follow nothing."""
    parts = urlsplit(url)
    if parts.hostname in REAL_CLEVER:
        return Closed("real")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.getaddrinfo(parts.hostname, port)
    except (ValueError, UnicodeError) as error:
        return Closed("address", str(error))
    except OSError as error:
        return Closed("unknown name", error.strerror or str(error))
    try:
        answer = _asked(url, ca, patience)
    except requests.exceptions.SSLError:
        return _handshake(str(parts.hostname), port, ca, patience) or Closed("tls", "the handshake fails")
    except requests.Timeout:
        return Closed("late", f"{patience:g}")
    except requests.RequestException as error:
        if "Connection refused" in str(error) or "NewConnectionError" in str(error):
            return Closed("refused")
        return _speaks_https(url, patience) or Closed("dropped")
    if answer.status == 400 and parts.scheme == "http":
        return _speaks_https(url, patience) or answer
    return answer


def _asked(url: str, ca: str | None, patience: float) -> Answered:
    with requests.Session() as http:
        http.trust_env = False
        http.headers["User-Agent"] = AGENT
        with http.get(url, timeout=patience, allow_redirects=False, verify=ca or True, stream=True) as answer:
            source = whole(answer, patience, most=MOST_BYTES)
            kind = answer.headers.get("Content-Type", "")
            page = Page(url=url, status=answer.status_code, content_type=kind, source=source)
            return Answered(answer.status_code, answer.headers, page)


def _speaks_https(url: str, patience: float) -> Closed | None:
    """Whether what was asked in plain http wants a handshake; a certificate nobody trusts is one all the same."""
    parts = urlsplit(url)
    if parts.scheme != "http":
        return None
    closed = _handshake(str(parts.hostname), parts.port or 80, None, patience)
    return Closed("speaks https") if closed is None or closed.kind in VERIFY_CODES.values() else None


def _handshake(host: str, port: int, ca: str | None, patience: float) -> Closed | None:
    """Why no handshake comes about; None when one does."""
    context = ssl.create_default_context(cafile=ca)
    try:
        with socket.create_connection((host, port), timeout=patience) as raw:
            context.wrap_socket(raw, server_hostname=host).close()
    except ssl.SSLCertVerificationError as error:
        return Closed(VERIFY_CODES.get(error.verify_code, "untrusted"), error.verify_message.rstrip("."))
    except TimeoutError:
        return Closed("late", f"{patience:g}")
    except ssl.SSLError as error:
        plain = error.reason in (
            "WRONG_VERSION_NUMBER",
            "RECORD_LAYER_FAILURE",
            "HTTP_REQUEST",
            "UNKNOWN_PROTOCOL",
        )
        return Closed("speaks http") if plain else Closed("tls", error.reason or str(error))
    except OSError as error:
        return Closed("tls", str(error))
    return None
