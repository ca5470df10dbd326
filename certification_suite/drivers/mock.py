"""The mock as an instrument: its control plane, over HTTP.

Whatever goes wrong here is our trouble, not the vendor's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import requests

from certification_suite.evidence import Exchange, Injected
from certification_suite.verdicts import CouldNotRun

AGENT = "certification-suite"
TIMEOUT = 20.0
MOST_EVENTS = 8
"""How many events a finding tells of; of the others it says how many there are."""


@dataclass(frozen=True)
class Person:
    """Somebody in a district who can log in."""

    id: str
    name: str
    email: str | None
    district: str
    roles: tuple[str, ...]
    username: str
    password: str
    quirks: tuple[str, ...]
    shared_with: tuple[str, ...]


@dataclass(frozen=True)
class Connection:
    """A district connected to one of the vendor's Clever apps."""

    id: str
    client_id: str
    district: str
    access_token: str
    sharing: dict[str, Any]


class MockClever:
    """One world of the mock, through `/_mock/` and, for the truth, the Data API itself."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["User-Agent"] = AGENT

    # -- state of the world ------------------------------------------------------------------------------

    def health(self) -> dict[str, Any]:
        return self.get("/_mock/health")

    def reset(self, one_school_above: int | None = None) -> str:
        """The world as it was at the start; of a district of more people than that, one school.

        What is to be said of a district that is not whole, "" if it is.
        """
        body = {"one_school_above": one_school_above} if one_school_above else None
        cut = self.send("POST", "/_mock/reset", body).get("cut")
        if not cut:
            return ""
        return (
            f"Judged on one school of the district, {cut['school']}: {cut['people']} of {cut['of']} people. "
            "`whole_district = true` under [clever] judges on all of them."
        )

    def apps(self) -> list[dict[str, Any]]:
        return listed(self.get("/_mock/apps"), "apps")

    def env(self) -> dict[str, Any]:
        """What the mock tells an app that is to be pointed at it."""
        return self.get("/_mock/env")

    def app(self, client_id: str) -> dict[str, Any]:
        for app in self.apps():
            if app.get("client_id") == client_id:
                return app
        raise CouldNotRun(f"The mock knows no app with client id {client_id}.")

    def register(self, client_id: str, **record: Any) -> None:
        """Change the record of an app at Clever; the change outlives a reset."""
        self.send("POST", "/_mock/apps", {"client_id": client_id, **record})

    def rotate_keys(self) -> None:
        """Sign id_tokens with a new key from now on; the old ones stay published for a while."""
        self.send("POST", "/_mock/keys/rotate")

    def connections(self, client_id: str) -> list[Connection]:
        """The districts connected to the app, in the mock's order."""
        return [
            Connection(c["id"], c["client_id"], c["district"], c["access_token"], c["sharing"])
            for c in listed(self.get("/_mock/connections"), "connections")
            if c.get("client_id") == client_id
        ]

    def people(self, *, role: str = "", query: str = "") -> list[Person]:
        found = self.get("/_mock/people", {"q": query, "role": role, "limit": "10000"})
        return [
            Person(
                id=row["id"],
                name=_full_name(row["name"]),
                email=row.get("email") or None,
                district=str(row.get("district") or ""),
                roles=tuple(row.get("roles", ())),
                username=row.get("username") or "",
                password=row.get("password") or "",
                quirks=tuple(row.get("quirks", ())),
                shared_with=tuple(row.get("shared_with", ())),
            )
            for row in listed(found, "people")
        ]

    def first_district(self) -> str:
        """The district that was there from the beginning."""
        return str(self.env().get("CLEVER_DISTRICT_ID") or "")

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """All of a kind in the first district, as its own token reads them: the truth behind every login."""
        found: list[dict[str, Any]] = []
        token, path = str(self.env().get("CLEVER_DISTRICT_TOKEN") or ""), f"/v3.1/{kind}?limit=10000"
        while path:
            page = self.get(path, token=token)
            found += [row["data"] for row in listed(page, "data")]
            path = next_link(page) or ""
        return found

    def consent(self, client_id: str, teacher: str) -> None:
        """A teacher authorises a Library app, without coming to it."""
        self.send("POST", "/_mock/consents", {"client_id": client_id, "teacher": teacher})

    def add_district(self, *, preset: str, seed: int) -> str:
        """A second district, connected to every app; its id."""
        body = {"preset": preset, "seed": seed, "connect": True}
        return str(self.send("POST", "/_mock/districts", body)["id"])

    def change(self, district: str, changes: list[dict[str, Any]], *, publish: bool = True) -> None:
        """Change the district's data and publish it at once, or leave it to the next sync."""
        if changes:
            body = {"changes": changes, "publish": publish}
            self.send("POST", f"/_mock/districts/{district}/changes", body)

    def sync(self, district: str) -> str:
        """Let Clever sync the district; `published`, `held` or what else came of it."""
        return str(self.send("POST", f"/_mock/districts/{district}/sync").get("outcome"))

    def approve(self, district: str) -> None:
        """Publish what is held."""
        self.send("POST", f"/_mock/districts/{district}/sync/approve")

    def share(self, connection: Connection, *, hide: Iterable[str]) -> None:
        """The connection's sharing as it stood, less these records."""
        rule = {**connection.sharing, "except": sorted({*connection.sharing.get("except", ()), *hide})}
        self.send("PUT", f"/_mock/connections/{connection.id}/sharing", rule)

    def rotate(self, connection: Connection) -> None:
        """Give the connection a new token; the old one is dead."""
        self.send("POST", f"/_mock/connections/{connection.id}/rotate")

    def connect(self, connection: Connection, connected: bool) -> None:
        """The district disconnects the app, or connects it again."""
        self.send("PATCH", f"/_mock/connections/{connection.id}", {"connected": connected})

    def advance(self, seconds: int) -> None:
        self.send("POST", "/_mock/clock", {"advance": seconds})

    def now(self) -> datetime:
        return datetime.fromisoformat(str(self.get("/_mock/clock")["now"]))

    def fault(
        self,
        path: str = "",
        *,
        status: int = 500,
        method: str | None = None,
        times: int | None = 1,
        kind: str = "status",
        skip: int = 0,
        headers: dict[str, str] | None = None,
        seconds: float | None = None,
        target: str | None = None,
        change: list[dict[str, Any]] | None = None,
    ) -> str:
        """Plan a fault: requests under `path` are answered with `status`. Returns its number.

        `target` is the mock's name for some of them, `change` what happens between two pages.
        """
        body: dict[str, Any] = {"kind": kind, "status": status, "skip": skip, "times": times}
        optional: dict[str, Any] = {"path": path, "target": target, "method": method}
        optional |= {"headers": headers, "seconds": seconds, "change": change}
        body |= {name: value for name, value in optional.items() if value}
        return str(self.send("POST", "/_mock/faults", body)["id"])

    def struck(self) -> bool:
        """Whether a planned fault has seen a request."""
        return any(fault["seen"] > fault["skip"] for fault in listed(self.get("/_mock/faults"), "faults"))

    def clear_faults(self) -> None:
        self.send("DELETE", "/_mock/faults")

    def login(
        self, user: str, *, client_id: str, redirect_uri: str | None = None, state: str | None = None
    ) -> str:
        """A finished Clever login: the address that Clever would send the browser to."""
        body = {"user": user, "client_id": client_id, "redirect_uri": redirect_uri, "state": state}
        answer = self.send("POST", "/_mock/login", {k: v for k, v in body.items() if v is not None})
        return str(answer["redirect"])

    # -- what happened, and what is true -----------------------------------------------------------------

    def mark(self) -> int:
        """The number of the last exchange so far; everything after it is new."""
        return int(self.get("/_mock/journal", {"since": str(2**53), "limit": "1"})["next"])

    def journal(
        self, since: int, *, kinds: tuple[str, ...] = ("oauth", "identity", "data", "page")
    ) -> list[Exchange]:
        """What was asked of Clever after `since`, without the suite's own look-ups, oldest first."""
        entries: list[Exchange] = []
        while True:
            page = self.get("/_mock/journal", {"since": str(since), "limit": "1000"})
            rows = listed(page, "entries")
            entries += [_exchange(row) for row in rows if _by_agent(row) != AGENT]
            if not rows or page["next"] <= since:
                return [entry for entry in entries if entry.kind in kinds]
            since = int(page["next"])

    def events(self, since: int) -> list[Injected]:
        """What was done to the world after `since`, in order: faults, the clock, syncs, sharing, keys and tokens.

        The same thing several times in a row is told once, and that faults were cleared, which a check does for
        itself when it is done with them, is not told.
        """
        page = self.get("/_mock/journal", {"since": str(since), "kind": "event", "limit": "5000"})
        return list(_injected(listed(page, "entries")))

    def records(self, connection: Connection, kind: str) -> list[dict[str, Any]]:
        """Everything of a kind that the connection may see, as Data API v3.1 tells it."""
        found: list[dict[str, Any]] = []
        path: str | None = f"/v3.1/{kind}?limit=10000"
        while path:
            page = self.get(path, token=connection.access_token)
            found += [row["data"] for row in listed(page, "data")]
            path = next_link(page)
        return found

    def link_after(self, connection: Connection, path: str, query: dict[str, Any]) -> str | None:
        """The `next` link that the mock gives with this page."""
        return next_link(self._call("GET", path, params=query, headers=_bearer(connection.access_token)))

    # -- the wire ----------------------------------------------------------------------------------------

    def get(self, path: str, query: dict[str, str] | None = None, *, token: str | None = None) -> dict[str, Any]:
        given = {name: value for name, value in (query or {}).items() if value}
        return self._call("GET", path, params=given, headers=_bearer(token) if token else {})

    def send(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._call(method, path, json=body)

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            answer = self._http.request(method, self.url + path, timeout=TIMEOUT, **options)
        except requests.RequestException as error:
            raise CouldNotRun(
                f"The mock at {self.url} did not answer {method} {path}: {type(error).__name__}.",
                next_step="Is it still running? Start it with `mock-clever serve` and run again.",
            ) from error
        if not answer.ok:
            raise CouldNotRun(f"The mock refused {method} {path}: {answer.status_code} {answer.text[:300]}")
        if not answer.content:
            return {}
        try:
            body = answer.json()
        except ValueError as error:
            raise CouldNotRun(
                f"{self.url}{path} is not the mock: it answered something other than JSON."
            ) from error
        if not isinstance(body, dict):
            raise CouldNotRun(f"{self.url}{path} is not the mock: it answered {str(body)[:80]}.")
        return body


def next_link(page: dict[str, Any]) -> str | None:
    """Where the next page is."""
    return next((link["uri"] for link in page.get("links", ()) if link.get("rel") == "next"), None)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def listed(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The list under this key in an answer of the mock."""
    found = body.get(key)
    if not isinstance(found, list):
        raise CouldNotRun(f"The mock's answer has no list `{key}`: {str(body)[:120]}")
    return found


def _by_agent(row: dict[str, Any]) -> str:
    headers = row.get("request", {}).get("headers", {})
    return next((str(v) for k, v in headers.items() if k.lower() == "user-agent"), "")


def _full_name(name: Any) -> str:
    if isinstance(name, dict):
        return " ".join(str(name[part]) for part in ("first", "last") if name.get(part))
    return str(name)


def _exchange(row: dict[str, Any]) -> Exchange:
    return Exchange(
        id=int(row["id"]),
        at=str(row.get("at", "")),
        kind=str(row.get("kind", "")),
        method=str(row.get("method", "")),
        path=_without_world(str(row.get("path", ""))),
        query=row.get("query") or {},
        status=int(row.get("status", 0)),
        client_id=row.get("client_id"),
        user=row.get("user"),
        credential=str(row.get("credential", "unknown")),
        request=row.get("request") or {},
        response=row.get("response") or {},
        fault=row.get("fault"),
    )


def _injected(rows: Iterable[dict[str, Any]]) -> Iterator[Injected]:
    done = (row for row in rows if row["event"]["what"] != "fault.cleared")
    for says, same in groupby(done, key=lambda row: str(row["event"]["says"])):
        told = list(same)
        often = f", {len(told)} times" if len(told) > 1 else ""
        yield Injected(int(told[0]["id"]), str(told[0]["at"]), says + often)


def shortened(events: list[Injected], most: int = MOST_EVENTS) -> list[Injected]:
    """The first event and the last ones, which led to the verdict; of those between only how many there are."""
    first, between = events[:1], len(events) - most
    if between <= 0:
        return events
    skipped = [Injected(each.number, each.at, f"{each.sentence}; {between} more followed") for each in first]
    return [*skipped, *events[1 - most :]]


def _without_world(path: str) -> str:
    if path.startswith("/w/"):
        _, _, rest = path[3:].partition("/")
        return "/" + rest
    return path
