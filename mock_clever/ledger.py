"""The fidelity ledger: how everything the mock says and refuses is known.

Each fact stands beside the code that obeys it; the ledger only gathers them. `documented` is said by Clever's
documents or published specifications, `observed` was seen in recorded traffic, `inferred` follows from such
sources without standing there, `chosen` is ours because nobody says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain

import msgspec
from msgspec import Struct

from mock_clever.api import endpoints, exchange_errors, parameters, wire
from mock_clever.choices import CHOICES, DISTRICT_OPTIONS
from mock_clever.errors import ControlRefusal, OAuthRefusal, PageRefusal, Refusal
from mock_clever.fields import FIELDS, Field
from mock_clever.lti.request import AUTH_ERRORS
from mock_clever.portal import stops
from mock_clever.settings import described

MARKS = ("documented", "observed", "inferred", "chosen")
OWN = "this mock"


class Entry(Struct, frozen=True, kw_only=True):
    """One fact: what it is about (`kind`, `name`, `where`), how it is known (`mark`, `source`) and what there is
    to say of it (`note`). `setting` is the switch that changes it and `values` what that can be."""

    kind: str
    name: str
    where: str
    mark: str
    source: str
    note: str = ""
    setting: str = ""
    values: tuple[str, ...] = ()


def _endpoints() -> Iterator[Entry]:
    for place in parameters.everywhere():
        version = place.version.name
        yield Entry(
            kind="endpoint",
            name=f"GET {place.path}",
            where=version,
            mark="documented",
            source=f"spec:{version}",
        )
    for row in endpoints.ENDPOINTS:
        where = "pages" if row.page else "programs"
        yield Entry(
            kind="endpoint", name=f"{row.method} {row.path}", where=where, mark=row.mark, source=row.source
        )


def _left_out() -> Iterator[Entry]:
    for row in endpoints.LEFT_OUT:
        yield Entry(
            kind="left out",
            name=f"{row.method} {row.path}",
            where=row.spec,
            mark="documented",
            source=f"spec:{row.spec}",
            note=row.why,
        )


def _fields() -> Iterator[Entry]:
    for field in FIELDS:
        setting = field.switch.partition("=")[0] or next((s.switch.partition("=")[0] for s in field.spellings), "")
        yield Entry(
            kind="field",
            name=f"{field.part}.{field.name}",
            where=f"{field.since} to {field.until}" if field.until else f"since {field.since}",
            mark=field.mark,
            source=field.source,
            note=", ".join(_rights(field)),
            setting=setting if setting in _values() else "",
            values=_values().get(setting, ()),
        )


def _rights(field: Field) -> Iterator[str]:
    yield from (name for name in ("guaranteed", "nullable", "validated", "sensitive") if getattr(field, name))
    if field.scope:
        yield f"{field.scope} scope"


def _parameters() -> Iterator[Entry]:
    for row in parameters.PARAMETERS:
        where = row.where if row.sent == "query" else f"{row.where}, {row.sent}"
        yield Entry(kind="parameter", name=row.name, where=where, mark=row.mark, source=row.source, note=row.says)


def _headers() -> Iterator[Entry]:
    for header in (*wire.HEADERS, *ELSEWHERE):
        yield Entry(
            kind="header",
            name=header.name,
            where=", ".join(header.families),
            mark=header.mark,
            source=header.source,
            note=": ".join(filter(None, (header.value, header.note))),
        )
    for refusal in refusals():
        for name, value in refusal.headers.items():
            yield Entry(
                kind="header",
                name=name,
                where=refusal.__name__,
                mark=refusal.mark,
                source=refusal.source,
                note=value,
            )


ELSEWHERE = (
    wire.Header("Server", "envoy", ("every answer",)),
    wire.Header("Content-Length", "", ("every answer",)),
    wire.Header("Content-Type", "application/json; charset=utf-8", ("core",)),
    wire.Header("Content-Type", "application/json", ("resources",)),
    wire.Header("Cache-Control", "no-store", ("redirects",), "chosen", "sso 14"),
    wire.Header("WWW-Authenticate", 'Basic realm="Clever"', ("token endpoint",), "chosen", "sso 14"),
    wire.Header("Location", "", ("redirects",), "documented", "docs/oauth-implementation"),
    wire.Header("Set-Cookie", "", ("pages",), "chosen", OWN, "Clever's session and the guard of its forms"),
    wire.Header("Cache-Control", "no-store", ("pages",), "chosen", OWN),
    wire.Header("Content-Security-Policy", "", ("pages",), "chosen", OWN, "nothing from elsewhere"),
    wire.Header("X-Content-Type-Options", "nosniff", ("pages",), "chosen", OWN),
    wire.Header("Referrer-Policy", "no-referrer", ("pages",), "chosen", OWN),
    wire.Header("Content-Encoding", "gzip", ("every answer",), "chosen", "data-api 15 #30", "when asked for"),
    wire.Header("Vary", "Accept-Encoding", ("what is sent in gzip",), "chosen", "data-api 15 #30"),
    wire.Header("Mock-Clever-Variation", "", ("every answer",), "chosen", OWN, "the seed, where one is set"),
    wire.Header("Mock-Clever-Fault", "", ("whatever a fault struck",), "chosen", OWN, "the fault's number"),
)
"""The headers that no family of back ends sends: of the server itself, the token endpoint and the pages."""


def refusals() -> list[type[Refusal]]:
    """Every kind of refusal that is raised as it is, by name; those of tables have rows of their own."""
    found = [kind for kind in _kinds(Refusal) if "mark" in vars(kind)]
    return sorted(
        (kind for kind in found if kind not in (OAuthRefusal, PageRefusal)), key=lambda kind: kind.__name__
    )


def _kinds(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)


def _refusals() -> Iterator[Entry]:
    for refusal in refusals():
        yield Entry(
            kind="refusal",
            name=refusal.__name__,
            where="control plane" if refusal is ControlRefusal else str(refusal.status),
            mark=refusal.mark,
            source=refusal.source,
            note=(refusal.__doc__ or "").partition("\n")[0],
        )
    for error in exchange_errors.EXCHANGE_ERRORS.values():
        yield Entry(
            kind="refusal",
            name=": ".join(filter(None, (error.error, error.description))),
            where=f"token endpoint, {error.status}",
            mark=error.mark,
            source=error.source,
        )
    for told in AUTH_ERRORS.values():
        yield Entry(
            kind="refusal",
            name=f"{told.error}: {told.description}",
            where="LTI authorization endpoint, in a form",
            mark=told.mark,
            source=told.source,
        )
    for why, stop in stops.STOPS.items():
        yield Entry(
            kind="refusal",
            name=why,
            where=f"pages, {stop.status}",
            mark=stop.mark,
            source=stop.source,
            note=f"{stop.title}: {stop.text}",
        )


def _choices() -> Iterator[Entry]:
    for choice in CHOICES:
        yield Entry(
            kind="choice",
            name=choice.question,
            where=choice.state,
            mark="chosen",
            source=f"{choice.sheet} #{choice.number}",
            note=choice.choice,
            setting=choice.setting,
            values=_values().get(choice.setting, ()),
        )


@cache
def _values() -> dict[str, tuple[str, ...]]:
    """What each setting can be, and each option of a district."""
    settings = {name: tuple(values.replace("`", "").split(", ")) for name, _, values, _ in described()}
    return settings | DISTRICT_OPTIONS


GATHERED: dict[str, Callable[[], Iterable[Entry]]] = {
    "endpoint": _endpoints,
    "left out": _left_out,
    "field": _fields,
    "parameter": _parameters,
    "header": _headers,
    "refusal": _refusals,
    "choice": _choices,
}
KINDS = tuple(GATHERED)
TOLD_IN_WORDS = ("choice", "left out")


def ledger(kind: str | None = None, mark: str | None = None) -> list[Entry]:
    """Every fact, or those of one kind, or known in one way. Raises ControlRefusal for another."""
    _among("kind", kind, KINDS)
    _among("mark", mark, MARKS)
    gathered = chain.from_iterable(gather() for name, gather in GATHERED.items() if kind in (None, name))
    return [entry for entry in gathered if mark in (None, entry.mark)]


def _among(name: str, given: str | None, known: tuple[str, ...]) -> None:
    if given is not None and given not in known:
        raise ControlRefusal(f"{name} cannot be {given!r}: choose one of {', '.join(known)}")


def as_json(entries: Iterable[Entry]) -> bytes:
    """The entries and how many there are of each mark, as JSON."""
    entries = list(entries)
    counts = {mark: sum(entry.mark == mark for entry in entries) for mark in MARKS}
    return msgspec.json.encode({"entries": entries, "counts": counts})


def as_text(entries: Sequence[Entry]) -> str:
    """The entries as columns for a terminal, kind by kind."""
    lines: list[str] = []
    for kind in KINDS:
        rows = [(entry.mark, entry.name, entry.where, _source(entry)) for entry in entries if entry.kind == kind]
        if not rows:
            continue
        notes = [entry.note if kind in TOLD_IN_WORDS else "" for entry in entries if entry.kind == kind]
        widths = [min(max(len(row[n]) for row in rows), 60) for n in range(3)]
        lines += ["", f"{kind} ({len(rows)})"]
        for row, note in zip(rows, notes, strict=True):
            lines.append(
                "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True))
            )
            lines += [f"      {note}"] if note else []
    return "\n".join(line.rstrip() for line in lines[1:])


def _source(entry: Entry) -> str:
    return f"{entry.source}  [{entry.setting}]" if entry.setting else entry.source
