"""Evidence: what a check saw, kept so that a reader can judge the verdict for themselves. Secrets are masked."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

MASKED_ALREADY = r"(?!.{0,4}…\#[0-9a-f]{8})"
SECRET = re.compile(
    rf"""
    (?P<name>
        \b(?:code|state|access_token|id_token|client_secret|password|csrf)=      # in a query string
      | "(?:access_token|id_token|refresh_token|client_secret|password)":\s*"    # in JSON on a page
      | \b(?:Bearer|Basic)\ (?=\S{{12}})                                         # in a header
    )
    {MASKED_ALREADY}(?P<value>[^&\#\s"'<>]+)
    """,
    re.VERBOSE,
)


def mask(secret: str) -> str:
    """A secret as the mock's journal writes it: four characters and a fingerprint. Equal secrets look equal."""
    return f"{secret[:4]}…#{hashlib.sha256(secret.encode()).hexdigest()[:8]}"


def masked(text: str) -> str:
    """The same text with the secrets in it masked; what is masked already stays as it is."""
    return SECRET.sub(lambda hit: hit["name"] + mask(hit["value"]), text)


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as the mock's journal tells it."""

    id: int
    at: str
    kind: str
    method: str
    path: str
    query: dict[str, Any]
    status: int
    client_id: str | None
    user: str | None
    credential: str
    request: dict[str, Any]
    response: dict[str, Any]
    fault: str | None

    @property
    def body(self) -> dict[str, Any]:
        """What was sent, when it was an object."""
        sent = self.request.get("body")
        return sent if isinstance(sent, dict) else {}

    def line(self) -> str:
        """The exchange on one line."""
        asked = "&".join(f"{key}={value}" for key, value in self.query.items())
        struck = f" [fault {self.fault}]" if self.fault else ""
        return f"#{self.id} {self.method} {self.path}{'?' + asked if asked else ''} → {self.status}{struck}"

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "at": self.at,
            "line": masked(self.line()),
            "credential": self.credential,
            "request": self.request.get("body"),
            "response": self.response.get("body"),
            "fault": self.fault,
        }


@dataclass(frozen=True)
class Excerpt:
    """A page of the vendor as a person would read it."""

    title: str
    url: str
    status: int
    text: str

    def as_json(self) -> dict[str, Any]:
        return {"title": self.title, "url": masked(self.url), "status": self.status, "text": masked(self.text)}


MOST_BYTES = 120_000
"""How large a picture may be; a report holds some dozens of them, most far smaller."""


@dataclass(frozen=True)
class Picture:
    """What the screen of a real browser showed, as a JPEG."""

    title: str
    url: str
    jpeg: bytes

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.jpeg).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Where it was and which one it is; the picture itself stands in the HTML report."""
        told = {"title": self.title, "url": masked(self.url), "bytes": len(self.jpeg)}
        return told | {"sha256": self.fingerprint}


@dataclass(frozen=True)
class Injected:
    """What the suite did to the world while the app was looked at, under its number in the mock's journal."""

    number: int
    at: str
    sentence: str

    def line(self) -> str:
        """The event on one line, e.g. “#214 clock moved by 61 s”."""
        return f"#{self.number} {self.sentence}"

    def as_json(self) -> dict[str, Any]:
        return {"id": self.number, "at": self.at, "line": masked(self.line())}


@dataclass
class Evidence:
    """All that one check collected."""

    exchanges: list[Exchange] = field(default_factory=list)
    pages: list[Excerpt] = field(default_factory=list)
    probe: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    injected: list[Injected] = field(default_factory=list)

    def show(self, *exchanges: Exchange | None) -> None:
        """Keep exchanges that prove the verdict; what repeats is kept once."""
        known = {exchange.id for exchange in self.exchanges}
        self.exchanges += [e for e in exchanges if e is not None and e.id not in known]

    def note(self, sentence: str) -> None:
        """Tell the reader something that did not decide the verdict."""
        if sentence not in self.notes:
            self.notes.append(sentence)
