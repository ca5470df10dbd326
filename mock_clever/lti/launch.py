"""Launches by id_token: each begun by the platform, asked for by the tool, answered once (lms-connect 9.2).

What a platform gives a tool at the beginning is unsigned and goes through the browser. So it says nothing but a
hint, by which the platform knows its launch again, and which is good for minutes and for one answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, structs

from mock_clever.lti.vocabulary import DEEP_LINKING_REQUEST
from mock_clever.model import Id

LIFE = 300.0
"""Seconds a launch waits for the tool's request; as long, a deep linking response is awaited after an answer."""

KEPT = 1000


class Placed(Struct, frozen=True, kw_only=True):
    """A link that a tool placed in a section by deep linking."""

    id: str
    connection: Id
    section: Id
    type: str
    url: str
    title: str = ""
    text: str = ""
    custom: Mapping[str, str] = {}


class Launch(Struct, frozen=True, kw_only=True):
    """One launch. `hint` is its `lti_message_hint`, `issuer` this world's URL as it was asked when it began.

    `nonce` is that of the request it was answered for; before that there is none. `data` is what a deep linking
    response must bring back. `misbehaviour` names what is wrong with it on purpose.
    """

    hint: str
    at: float
    issuer: str
    client_id: str
    connection: Id
    user: Id
    section: Id
    target: str
    resource_link: str
    title: str = ""
    custom: Mapping[str, str] = {}
    message_type: str
    data: str = ""
    misbehaviour: str = ""
    nonce: str | None = None
    placed: bool = False

    @property
    def deep_linking(self) -> bool:
        """Whether the tool is asked for content to place."""
        return self.message_type == DEEP_LINKING_REQUEST

    def login(self) -> dict[str, str]:
        """What initiates the tool's login (OpenID Connect Core 4; lti/v1p3 4.1)."""
        return {
            "iss": self.issuer,
            "login_hint": self.user,
            "target_link_uri": self.target,
            "lti_message_hint": self.hint,
            "lti_deployment_id": self.connection,
            "client_id": self.client_id,
        }


class Platform:
    """The launches of one world, and what tools have placed in its sections."""

    def __init__(self) -> None:
        self._launches: dict[str, Launch] = {}
        self._links: dict[str, Placed] = {}

    def begin(self, launch: Launch) -> None:
        """A launch that waits for the tool to ask for it."""
        self._forget()
        self._launches[launch.hint] = launch

    def awaited(self, hint: str, now: float) -> Launch | None:
        """The launch of this hint, if it still waits."""
        launch = self._launches.get(hint)
        if launch is None or launch.nonce is not None or now - launch.at > LIFE:
            return None
        return launch

    def answered(self, launch: Launch, nonce: str, now: float) -> None:
        """Its id_token is on the way: the launch is used up."""
        self._launches.pop(launch.hint, None)  # to the end: these stand in the order of their answers
        self._launches[launch.hint] = structs.replace(launch, nonce=nonce, at=now)

    def nonces(self, client_id: str) -> list[str]:
        """The nonces with which this tool asked, the newest last."""
        answered = (each for each in self._launches.values() if each.client_id == client_id)
        return [each.nonce for each in answered if each.nonce is not None]

    def linking(self, data: str, now: float) -> Launch | None:
        """The deep linking request that came with this data, if its response is still awaited."""
        found = next((each for each in self._launches.values() if each.data and each.data == data), None)
        if found is None or found.nonce is None or found.placed or now - found.at > LIFE:
            return None
        return found

    def place(self, launch: Launch, links: Iterable[Placed]) -> None:
        """Put what a tool answered in its section; nothing more is awaited of it."""
        self._launches[launch.hint] = structs.replace(launch, placed=True)
        self._links |= {link.id: link for link in links}

    def links(self, connection: Id | None = None) -> list[Placed]:
        """What tools have placed, everywhere or by one connection."""
        return [link for link in self._links.values() if connection in (None, link.connection)]

    def link(self, connection: Id, section: Id, wanted: str) -> Placed | None:
        """The link in a section that has this id or URL."""
        here = (link for link in self.links(connection) if link.section == section)
        return next((link for link in here if wanted in (link.id, link.url)), None)

    def _forget(self) -> None:
        """Drop the oldest, so that a long run does not grow without bound."""
        while len(self._launches) >= KEPT:
            del self._launches[next(iter(self._launches))]
