"""What the control plane did to a world, told as events of its journal: a row for each route that does something.

Reading is no event, nor is what a person could do by themselves, such as a login. A row looks at what was sent and
answered and yields the event's name, its sentence and its facts; no secret is among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec
from flask import Response, request

from mock_clever.api.asking import here
from mock_clever.clock import duration
from mock_clever.world import World

Event = tuple[str, str, dict[str, Any]]
"""Its name, its sentence and its facts."""


class Done:
    """A request of the control plane that was carried out."""

    def __init__(self, response: Response) -> None:
        self.args: Mapping[str, str] = request.view_args or {}
        self._sent, self._answered = request.get_data(), response.get_data

    @cached_property
    def sent(self) -> dict[str, Any]:
        """The body of the request."""
        return _object(self._sent)

    @cached_property
    def told(self) -> dict[str, Any]:
        """The answer."""
        return _object(self._answered())

    @property
    def id(self) -> str:
        """The id in the path."""
        return self.args["id"]


def _object(body: bytes) -> dict[str, Any]:
    """What a JSON object holds; a route that reads no body may have been sent anything."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def tell(response: Response) -> Response:
    """Write down what a request of the control plane did, before the row of the request itself."""
    tells = HAPPENINGS.get(f"{request.method} {str(request.url_rule).removeprefix('/_mock')}")
    if tells is not None and response.status_code < 300:
        write(here(), tells(Done(response)))
    return response


def write(world: World, events: Iterable[Event]) -> None:
    """Write these events down."""
    for what, says, facts in events:
        world.journal.tell(world.clock.now(), what, says, **facts)


def passed(fired: Iterable[Mapping[str, Any]]) -> Iterator[Event]:
    """What time brought about: syncs, pauses and the steps of an LMS, each kind once, with its count.

    What merely expired follows from the clock.
    """
    seen = Counter(
        (str(each["what"]), str(each["district"]), str(each.get("outcome", "")))
        for each in fired
        if each["what"] in PASSING or str(each["what"]).startswith("lms.")
    )
    for (what, district, outcome), count in seen.items():
        times = f", {count} times" if count > 1 else ""
        told = PASSING.get(what, what.replace(".", " "))
        facts = {"district": district, "count": count}
        if outcome:
            yield f"sync.{outcome}", f"{told} of district {district} was {outcome}{times}", facts
        else:
            yield what, f"{told} of district {district}{times}", facts


PASSING = {
    "sync": "the nightly sync",
    "pause.begins": "the pause began",
    "pause.ends": "the pause ended",
}
"""What time brings about, in words."""


def _clock(done: Done) -> Iterator[Event]:
    sent, now = done.sent, done.told["now"]
    if sent.get("advance") is not None:
        seconds = duration(sent["advance"])
        yield "clock.advanced", f"the clock was moved by {seconds:,.15g} s", {"seconds": seconds, "now": now}
    elif sent.get("set") is not None:
        yield "clock.set", f"the clock was set to {now}", {"now": now}
    elif sent["freeze"]:
        yield "clock.frozen", f"the clock was stopped at {now}", {"now": now}
    else:
        yield "clock.released", f"the clock goes on from {now}", {"now": now}
    yield from passed(done.told["fired"])


def _planned(done: Done) -> Iterator[Event]:
    shown = done.told.get("plan") or [done.told]
    plans = {fault.id: fault.planned for fault in here().faults.faults}
    for fault in shown:
        told = plans[fault["id"]].told() if fault["id"] in plans else fault["kind"]
        yield "fault.planned", f"{fault['id']} was planned: {told}", {"fault": fault["id"], "kind": fault["kind"]}


def _changed(done: Done) -> Iterator[Event]:
    types = Counter(str(each["type"]) for each in done.sent["changes"])
    named = ", ".join(f"{type} × {count}" if count > 1 else type for type, count in types.items())
    became = {"held": "; its sync is held", "ignored": "; its sync rests", "": " and published"}
    end = became[done.told.get("sync", "")] if done.sent.get("publish", True) else ", to wait for a sync"
    says = f"district {done.id} was changed ({named or 'nothing'}){end}"
    yield "changes.applied", says, {"district": done.id, "types": dict(types)}


def _synced(done: Done) -> Iterator[Event]:
    yield from _outcome(done.id, done.told)


def _outcome(district: str, outcome: Mapping[str, Any]) -> Iterator[Event]:
    what = str(outcome["outcome"])
    yield f"sync.{what}", f"the sync of district {district} was {what}", {"district": district}


def _loaded(done: Done) -> Iterator[Event]:
    yield "roster.loaded", f"a new roster was put in the place of district {done.id}'s", {"district": done.id}
    if done.told.get("sync"):
        yield from _outcome(done.id, done.told["sync"])


def _shared(done: Done) -> Iterator[Event]:
    rule = done.told["sharing"]
    chosen = f" ({len(rule['ids'])} chosen)" if rule["ids"] else ""
    less = f", less {len(rule['except'])} of its records," if rule["except"] else ""
    says = (
        f"district {done.told['district']} now shares {rule['type']}{chosen}{less} with {done.told['client_id']}"
    )
    yield "sharing.changed", says, _between(done)


def _switched(done: Done) -> Iterator[Event]:
    news = ", ".join(f"{name}={_short(value)}" for name, value in done.sent.items() if value is not None)
    says = f"the connection of district {done.told['district']} with {done.told['client_id']} was changed: {news}"
    yield "connection.changed", says, _between(done) | {"keys": sorted(done.sent)}


def _rotated(done: Done) -> Iterator[Event]:
    says = f"the token of district {done.told['district']} for {done.told['client_id']} was rotated"
    yield "token.rotated", says, _between(done)


def _between(done: Done) -> dict[str, Any]:
    return {"connection": done.told["id"], "district": done.told["district"], "client_id": done.told["client_id"]}


def _registered(done: Done) -> Iterator[Event]:
    keys = sorted(key for key in done.sent if key != "client_id")
    says = f"the record of {done.told['client_id']} at Clever was written: {', '.join(keys) or 'nothing new'}"
    yield "app.registered", says, {"client_id": done.told["client_id"], "keys": keys}


def _set(done: Done) -> Iterator[Event]:
    news = ", ".join(f"{name}={_short(value)}" for name, value in done.sent.items())
    yield "settings.changed", f"settings of the mock were changed: {news or 'none'}", {"keys": sorted(done.sent)}


def _kept(done: Done) -> Iterator[Event]:
    news = ", ".join(f"{name}={_short(value)}" for name, value in done.sent.items())
    says = f"how district {done.id} is synced was changed: {news or 'nothing'}"
    yield "district.kept", says, {"district": done.id, "keys": sorted(done.sent)}


def _short(value: object) -> str:
    """A value as a sentence shows it: a list by its length."""
    return f"{len(value)} of them" if isinstance(value, list | dict) else msgspec.json.encode(value).decode()


def _said(what: str, says: str) -> Callable[[Done], Iterator[Event]]:
    """One sentence, in which `{…}` stands for a part of the path, of the answer or of what was sent."""

    def event(done: Done) -> Iterator[Event]:
        known = {**done.sent, **done.told, **done.args}
        yield what, says.format_map(_Lenient(known)), dict(done.args)

    return event


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "one"


HAPPENINGS: Mapping[str, Callable[[Done], Iterator[Event]]] = {
    "POST /faults": _planned,
    "DELETE /faults": _said("fault.cleared", "no fault is planned any more"),
    "POST /clock": _clock,
    "POST /reset": _said("world.reset", "the world was reset to its beginning"),
    "POST /districts": _said("district.added", "district {id} was added"),
    "POST /districts/<id>/changes": _changed,
    "POST /districts/<id>/roster": _loaded,
    "POST /districts/<id>/sync": _synced,
    "POST /districts/<id>/sync/approve": _said("sync.approved", "the held sync of district {id} was approved"),
    "POST /districts/<id>/sync/discard": _said("sync.discarded", "the held sync of district {id} was discarded"),
    "POST /districts/<id>/evolve": _said("district.evolved", "district {id} lived on by itself until {now}"),
    "PATCH /districts/<id>": _kept,
    "PATCH /districts/<id>/library": _said("library.changed", "what district {id} lets teachers add was changed"),
    "PUT /districts/<id>/lms": _said("lms.joined", "district {id} was joined to an LMS, {lms_type}"),
    "POST /districts/<id>/lms": _said("lms.stepped", "the LMS of district {id} took a step: {do}"),
    "DELETE /districts/<id>/lms": _said("lms.parted", "the LMS of district {id} was taken away"),
    "POST /scenario": _said("scenario.played", "a timeline was played: {title}"),
    "PUT /connections/<id>/sharing": _shared,
    "PATCH /connections/<id>": _switched,
    "POST /connections/<id>/approve": _said(
        "connection.approved", "what was held back of connection {id} was approved"
    ),
    "POST /connections/<id>/rotate": _rotated,
    "POST /keys/rotate": _said("keys.rotated", "the key that signs id_tokens was rotated"),
    "POST /revoke": _said("tokens.ended", "user tokens were ended"),
    "POST /apps": _registered,
    "POST /consents": _said("consent.given", "teacher {teacher} authorised {client_id}"),
    "DELETE /consents/<client_id>/<teacher>": _said("consent.ended", "teacher {teacher} took {client_id} off"),
    "PATCH /settings": _set,
}
"""What each route tells, by its method and path."""
