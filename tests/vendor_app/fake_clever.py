"""A Clever small enough to read: the answers the vendor app needs, and a note of everything it asked."""

import base64
import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import requests
from requests.adapters import BaseAdapter

URL = "http://clever.test/w/school"
DISTRICT = "d" * 24
SSO, SYNC = ("sso-app", "sso-secret-0123456789"), ("sync-app", "sync-secret-0123456789")
KINDS = ("districts", "schools", "terms", "courses", "users", "sections")
EVENTS = 0x6A000000
"""The second before the first event, as its id tells; it lies far above the ids of records."""


def id_(number: int) -> str:
    return f"{number:024x}"


def person(number: int, first: str, last: str, role: str = "student", **fields: Any) -> dict[str, Any]:
    held = {"sis_id": f"sis-{number}", "school": id_(1), "schools": [id_(1)]}
    name = {"first": first, "last": last}
    return {
        "id": id_(number),
        "district": DISTRICT,
        "name": name,
        "email": f"{first}.{last}@example.test".lower(),
        "roles": {role: held},
    } | fields


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    form: dict[str, str]
    json: dict[str, Any] | None = None


@dataclass
class Fault:
    path: str
    status: int
    times: int | None = 1
    body: str = '{"message":"no"}'
    headers: dict[str, str] = field(default_factory=dict)


class FakeClever(BaseAdapter):
    """Plays clever.com and api.clever.com for one district, behind a `requests` session."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, dict[str, dict[str, Any]]] = {kind: {} for kind in KINDS}
        self.tables["districts"][DISTRICT] = {"id": DISTRICT, "name": "Ünion District"}
        self.tokens = {DISTRICT: "district-token"}
        self.codes: dict[str, str] = {}
        self.minted = 0
        self.told = self.second = 0
        self.pace = 1
        """The seconds between one event and the next, as their ids tell."""
        self.asked: list[Asked] = []
        self.faults: list[Fault] = []
        self.down = ""
        """A path with its query that answers 503."""
        self.rotate_at = ""
        """A path whose next request finds that the token was rotated a moment ago."""
        self.meanwhile: dict[str, Callable[[], Any]] = {}
        """What happens just before a path is next answered."""
        self.turned = False
        """Whether a page of events is told last to first; its `next` link stays."""
        self.feed: list[dict[str, Any]] | None = None
        """The events, oldest first; None while they are switched off, as they are until a test says otherwise."""

    # ── What a test arranges and looks at ─────────────────────────────────────────────────────────────────

    def add(self, kind: str, *records: dict[str, Any]) -> None:
        for record in records:
            self.tables[kind][record["id"]] = record

    def remove(self, kind: str, number: int) -> dict[str, Any]:
        return self.tables[kind].pop(id_(number))

    def tell(self, verb: str, kind: str, record: dict[str, Any], **previous: Any) -> str:
        """Add an event to the feed, without changing what the Data API tells; its id."""
        assert self.feed is not None, "switch the events on first: clever.feed = []"
        self.told += 1
        self.second += self.pace
        data = {"object": copy.deepcopy(record)} | ({"previous_attributes": previous} if previous else {})
        id_ = f"{EVENTS + self.second:08x}{self.told:016x}"
        self.feed.append({"id": id_, "type": f"{kind}.{verb}", "created": "", "data": data})
        return id_

    def create(self, kind: str, record: dict[str, Any]) -> str:
        self.add(kind, record)
        return self.tell("created", kind, record)

    def update(self, kind: str, number: int, **fields: Any) -> str:
        self.tables[kind][id_(number)] |= fields
        return self.tell("updated", kind, self.tables[kind][id_(number)])

    def delete(self, kind: str, number: int) -> str:
        return self.tell("deleted", kind, self.remove(kind, number))

    def code_for(self, number: int) -> str:
        self.minted += 1
        code = f"code-{number}-{self.minted}"
        self.codes[code] = id_(number)
        return code

    def paths(self, part: str = "") -> list[str]:
        return [one.path for one in self.asked if part in one.path]

    def http(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.mount("http://", self)
        return session

    # ── The wire ──────────────────────────────────────────────────────────────────────────────────────────

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(request.url or "")
        assert f"{parts.scheme}://{parts.netloc}{parts.path}".startswith(URL), (
            "the app left the world it was given"
        )
        path = parts.path.removeprefix(urlsplit(URL).path)
        is_json = request.headers.get("Content-Type") == "application/json"
        form = {} if is_json else dict(parse_qsl(str(request.body or "")))
        document = json.loads(request.body or "null") if is_json else None
        one = Asked(request.method or "", path, parse_qs(parts.query), dict(request.headers), form, document)
        self.asked.append(one)
        if self.rotate_at and one.path.startswith(self.rotate_at):
            self.tokens, self.rotate_at = {owner: f"{token}-2" for owner, token in self.tokens.items()}, ""
        if one.path in self.meanwhile:
            self.meanwhile.pop(one.path)()
        status, body, headers = self.struck(one) or self.answer(one)
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = status, request.url or "", request
        answer._content = (body if isinstance(body, str) else json.dumps(body)).encode()
        answer.headers.update(headers)
        return answer

    def close(self) -> None: ...

    def struck(self, one: Asked) -> tuple[int, Any, dict[str, str]] | None:
        if self.down and (one.path, one.query) == (urlsplit(self.down).path, parse_qs(urlsplit(self.down).query)):
            return 503, "", {}
        for fault in self.faults:
            if one.path.startswith(fault.path) and fault.times != 0:
                fault.times = None if fault.times is None else fault.times - 1
                if fault.status == 0:
                    raise requests.ConnectionError("nobody there")
                return fault.status, fault.body, fault.headers
        return None

    def answer(self, one: Asked) -> tuple[int, Any, dict[str, str]]:
        if one.path == "/oauth/tokens":
            status, body = self.exchange(one) if one.method == "POST" else self.list_tokens(one)
        else:
            status, body = self.data(one)
        return status, body, {}

    def exchange(self, one: Asked) -> tuple[int, Any]:
        if basic(one) != SSO and (one.form.get("client_id"), one.form.get("client_secret")) != SSO:
            return 401, {"error": "invalid_client"}
        if one.form["redirect_uri"] != "http://localhost/oauth/clever/callback":
            return 400, {"error": "invalid_grant", "error_description": "invalid redirect"}
        user = self.codes.pop(one.form["code"], None)
        if user is None:
            return 400, {"error": "invalid_grant", "error_description": "invalid code"}
        return 200, {"access_token": f"il-{user}", "token_type": "bearer"}

    def list_tokens(self, one: Asked) -> tuple[int, Any]:
        if basic(one) != SYNC:
            return 401, {"error": "invalid_client"}
        (only,) = one.query.get("district", [""])
        tokens = [
            {"owner": {"type": "district", "id": owner}, "access_token": token}
            for owner, token in self.tokens.items()
            if only in ("", owner)
        ]
        return 200, {"data": tokens, "links": [{"rel": "self", "uri": "/oauth/tokens?owner_type=district"}]}

    def data(self, one: Asked) -> tuple[int, Any]:
        token = one.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens.values() and not token.startswith("il-"):
            return 401, {"error": "Unrecognized token string"}
        if one.path == "/me" or one.path.endswith("/me"):
            me = {"id": token.removeprefix("il-"), "district": DISTRICT, "type": "user"}
            return 200, {"type": "user", "data": me, "links": []}
        version, kind, *rest = one.path.strip("/").split("/")
        if version in ("v3.0", "v3.1") and kind == "events" and self.feed is not None:
            return self.events(one, rest)
        if version not in ("v3.0", "v3.1") or kind not in self.tables:
            return 404, "<pre>Cannot GET</pre>"
        if rest:
            found = self.tables[kind].get(rest[0])
            return (200, {"data": found, "links": []}) if found else (404, {"message": "Resource not found"})
        owner = next((owner for owner, one_token in self.tokens.items() if one_token == token), "")
        return 200, self.page(
            one, [r for r in self.tables[kind].values() if owner in (r.get("district"), r["id"])]
        )

    def events(self, one: Asked, rest: list[str]) -> tuple[int, Any]:
        """The feed as it stands in `feed`, in its order, from the place of the cursor on."""
        feed = self.feed or []
        wrapped = [{"data": event, "uri": f"/v3.1/events/{event['id']}"} for event in feed]
        if rest:
            found = [event for event in feed if event["id"] == rest[0]]
            return (200, {"data": found[0], "links": []}) if found else (404, {"message": "Resource not found"})
        if one.query.get("ending_before"):
            return 200, {"data": wrapped[-1:], "links": []}
        limit, after = int(one.query["limit"][0]), one.query.get("starting_after", [""])[0]
        places = [place for place, event in enumerate(feed) if event["id"] == after]
        begin = places[-1] + 1 if places else sum(event["id"] <= after for event in feed)
        page, links = wrapped[begin : begin + limit], [{"rel": "self", "uri": one.path}]
        if len(feed) > begin + limit:
            query = urlencode({"limit": limit, "starting_after": page[-1]["data"]["id"]})
            links.append({"rel": "next", "uri": f"{one.path}?{query}"})
        return 200, {"data": page[::-1] if self.turned else page, "links": links}

    def page(self, one: Asked, records: list[dict[str, Any]]) -> dict[str, Any]:
        limit, after = int(one.query.get("limit", ["100"])[0]), one.query.get("starting_after", [""])[0]
        rest = sorted((r for r in records if r["id"] > after), key=lambda r: str(r["id"]))
        links = [{"rel": "self", "uri": one.path}]
        if len(rest) > limit:
            query = urlencode({"limit": limit, "starting_after": rest[limit - 1]["id"]})
            links.append({"rel": "next", "uri": f"{one.path}?{query}"})
        return {"data": [{"data": r, "uri": f"{one.path}/{r['id']}"} for r in rest[:limit]], "links": links}


def basic(one: Asked) -> tuple[str, ...]:
    header = one.headers.get("Authorization", "")
    return tuple(base64.b64decode(header[6:]).decode().split(":", 1)) if header.startswith("Basic ") else ()


def town() -> FakeClever:
    """A hand-written school: two teachers share Algebra, Ana has two classes, Bo no e-mail, Zoë no class."""
    clever = FakeClever()
    clever.add("schools", {"id": id_(1), "district": DISTRICT, "name": "Río School", "sis_id": "7"})
    clever.add("terms", {"id": id_(2), "district": DISTRICT, "name": "Fall"})
    clever.add("courses", {"id": id_(3), "district": DISTRICT, "name": "Math", "number": "M1"})
    bo = person(12, "Bo", "O'Neil")
    del bo["email"]
    clever.add(
        "users",
        person(10, "Tia", "Nuñez", "teacher"),
        person(11, "Ana", "García"),
        bo,
        person(13, "Zoë", "李"),
        person(14, "Uma", "Second", "teacher"),
        {
            "id": id_(15),
            "district": DISTRICT,
            "name": {"last": "Someone Parent"},
            "roles": {"contact": {"phone": ""}},
        },
    )
    algebra = {
        "id": id_(20),
        "district": DISTRICT,
        "school": id_(1),
        "name": "Algebra",
        "sis_id": "s20",
        "course": id_(3),
        "term_id": id_(2),
        "teacher": id_(10),
        "teachers": [id_(10), id_(14)],
        "students": [id_(11), id_(12)],
    }
    art = {
        "id": id_(21),
        "district": DISTRICT,
        "school": id_(1),
        "name": "Art",
        "sis_id": "s21",
        "course": id_(3),
        "teacher": id_(14),
        "teachers": [id_(14)],
        "students": [id_(11)],
    }
    clever.add("sections", algebra, art)
    return clever
