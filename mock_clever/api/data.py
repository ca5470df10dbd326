"""The Data API: three views (list, fetch, follow a link) serve every collection of every version.

Everything a token may see comes from one published Snapshot; finished pages are kept with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from flask import Blueprint, Response, g, request
from msgspec import Struct

from mock_clever.api.asking import Asker, asker, here, out_of_scope
from mock_clever.api.latitude import arranged, goes_on, known_only, order, sized
from mock_clever.api.paging import WHOLE, asked, links
from mock_clever.api.parameters import Place, of_place
from mock_clever.api.where import matching
from mock_clever.api.wire import CORE, RESOURCES, answer
from mock_clever.errors import BadParameter, CannotGet, NotFound
from mock_clever.model import Id, Record
from mock_clever.pages import Pieces, listed
from mock_clever.versions import VERSIONS, Collection, Relation, Version
from mock_clever.versions.shape import TellEach, Told, telling_each

_encode = msgspec.json.Encoder().encode
data = Blueprint("data", __name__)


class _Element(Struct, gc=False):
    """A record in a list, in the envelope that Clever puts around it."""

    data: Told
    uri: str


@data.get("/<version:version>/<name>")
def list_records(version: str, name: str) -> Response:
    """A page of a collection, or how many records it holds."""
    told, collection = _collection(version, name)
    who = _roster_reader(asker(), collection)
    return _answer(who, collection, lambda: _listed(who, told, collection))


@data.get("/<version:version>/<name>/<id>")
def get_record(version: str, name: str, id: str) -> Response:
    """One record with the links that lead on from it."""
    told, collection = _collection(version, name)
    who = asker()
    if who.login is None:
        _roster_reader(who, collection)
    elif who.login.authorized_by == "teacher":
        _library_reader(collection)
    else:
        _own_record(who, collection, id)
    return _answer(who, collection, lambda: _single(who, told, collection, id.lower()))


@data.get("/<version:version>/<name>/<id>/<relation>")
def follow_link(version: str, name: str, id: str, relation: str) -> Response:
    """The records another one leads to."""
    told, collection = _collection(version, name)
    link = collection.relations.get(relation.lower())
    if link is None:
        raise CannotGet(request.method, request.path)
    who, target = asker(), told.collections[link.to]
    if who.login is not None and who.login.authorized_by == "teacher":
        _library_reader(link)
        _own_link(who, collection, id)
    else:
        _roster_reader(who, collection, target)
    return _answer(who, target, lambda: _followed(who, told, collection, id.lower(), link))


def _collection(version: str, name: str) -> tuple[Version, Collection]:
    told = VERSIONS.get(version.lower())
    collection = told.collections.get(name.lower()) if told else None
    if told is None or collection is None:
        raise CannotGet(request.method, request.path)
    return told, collection


def _roster_reader(who: Asker, *reached: Collection) -> Asker:
    """Let through a district token that may read these; any other kind gets a page (docs/error-messages)."""
    if who.login is not None:
        raise out_of_scope()
    if any(collection.part != "district" for collection in reached):
        _sync_only(who)
    return who


def _sync_only(who: Asker) -> None:
    """Districts apart, roster endpoints need Secure Sync (docs/api-overview; data-api 15 #2)."""
    if "secure_sync" not in who.app.products:
        raise out_of_scope()


def _own_record(who: Asker, collection: Collection, id: str) -> None:
    """A user token reads its own user, district and, with Secure Sync, schools (docs/api-overview; sso 14)."""
    assert who.login is not None
    if collection.own is None:
        raise out_of_scope()
    if collection.part == "school":
        _sync_only(who)
    if id.lower() not in collection.own(who.snapshot, who.login.user):
        raise NotFound


def _library_reader(asked_for: Collection | Relation) -> None:
    """A token that a teacher authorised reads their classes, which is all it sees (docs/classroom-rostering)."""
    if not asked_for.library:
        raise out_of_scope()


def _own_link(who: Asker, collection: Collection, id: str) -> None:
    """From a person's record a user token follows links only if it is their own."""
    assert who.login is not None
    if collection.own is not None and id.lower() not in collection.own(who.snapshot, who.login.user):
        raise NotFound


def _answer(who: Asker, shown: Collection, write: Callable[[], Pieces]) -> Response:
    key = (request.path, request.environ["QUERY_STRING"], who.login is None)
    g.family = RESOURCES if shown.empty else CORE
    page = who.published.page(key, write)
    return answer(page, g.family, keep=lambda pack: who.published.page((*key, "gzip"), pack))


def _listed(who: Asker, version: Version, collection: Collection) -> Pieces:
    known_only(of_place(Place(version=version, collection=collection)))
    table = who.snapshot.table(collection.kind)
    if collection.counts and request.args.get("count") == "true":
        uri = f"{request.path}?{_query()}"
        return [_encode({"count": len(table), "links": [{"rel": "self", "uri": uri}]})]
    ids = table.ids
    if not _in_scope(who, collection):
        ids = []
    role = _role(collection.roles)
    if role is not None:
        ids = who.snapshot.users_of_role.get(role, [])
    return _page(
        who,
        version,
        collection,
        ids,
        first=collection.links_first,
        where=collection.where,
        bare=collection.bare,
    )


def _single(who: Asker, version: Version, collection: Collection, id: Id) -> Pieces:
    known_only(of_place(Place(version=version, collection=collection, single=True)))
    record = _found(who, collection, id)
    uri = f"/{version.name}/{collection.name}/{id}"
    shown = [{"rel": "self", "uri": uri}]
    told = _told(who, version, collection, record)
    if who.login is None:
        shown += [{"rel": rel, "uri": f"{uri}/{rel}"} for rel in collection.linked(record)]
    included = _included(who, version, collection, record) if who.login is None else {}
    return [_encode({"data": told, "links": arranged(shown), **included})]


def _followed(who: Asker, version: Version, collection: Collection, id: Id, link: Relation) -> Pieces:
    known_only(of_place(Place(version=version, collection=collection, relation=link)))
    record, target = _found(who, collection, id), version.collections[link.to]
    if link.values:
        return [_encode({"data": list(link.find(who.snapshot, record))})]
    ids = _reached(who, target, link, record)
    if link.one:
        return _canonical(who, version, target, ids)
    role = _role(link.roles)
    if role is not None:
        ids = [id for id in ids if role in who.snapshot.users[id].holds()]
    return _page(
        who,
        version,
        target,
        ids,
        first=version.links_first,
        where=link.where,
        bare=link.bare,
        told_as=link,
        back=[{"rel": link.back, "uri": f"/{version.name}/{collection.name}/{id}"}] if link.back else [],
    )


def _reached(who: Asker, target: Collection, link: Relation, record: Any) -> list[Id]:
    """The visible records that a link leads to, ascending."""
    if not _in_scope(who, target):
        return []
    find = link.find
    if link.primary is not None and request.args.get("primary") in ("", "true"):
        find = link.primary
    table, found = who.snapshot.table(target.kind), find(who.snapshot, record)
    return table.ids if found is table.ids else sorted({id for id in found if id in table})


def _included(who: Asker, version: Version, collection: Collection, record: Any) -> dict[str, Any]:
    """What `include` adds beside a single record: the first page of each relation it names, if it is one."""
    named = request.args.get("include", "").lower().split(",") if collection.includes else []
    links = [collection.relations[name] for name in map(str.strip, named) if name in collection.relations]
    found: dict[str, Any] = {}
    for link in links:
        target = version.collections[link.to]
        if link.values:
            found[link.rel] = link.find(who.snapshot, record)
            continue
        table, tell_each = who.snapshot.table(target.kind), _telling(who, version, target, link)
        ids, _ = asked({}).cut(_reached(who, target, link, record))
        told = list(_elements(tell_each(table.some(ids)), ids, version, target, link))
        if told or not link.one:
            found[link.rel] = told[0] if link.one else told
    return found


def _canonical(who: Asker, version: Version, target: Collection, ids: list[Id]) -> Pieces:
    """A related single record: only `self`, and that the record's own uri (recorded; data-api 4.3)."""
    if not ids:
        raise NotFound
    record = _found(who, target, ids[0])
    shown = [{"rel": "self", "uri": f"/{version.name}/{target.name}/{record.id}"}]
    return [_encode({"data": _told(who, version, target, record), "links": shown})]


def _page(
    who: Asker,
    version: Version,
    collection: Collection,
    ids: list[Id],
    *,
    first: bool,
    where: bool,
    bare: bool,
    told_as: Relation | None = None,
    back: Sequence[dict[str, str]] = (),
) -> Pieces:
    table, tell_each = who.snapshot.table(collection.kind), _telling(who, version, collection, told_as)
    if where and request.args.get("where"):
        matches = matching(request.args["where"])
        ids = [id for id, told in zip(ids, tell_each(table.some(ids)), strict=True) if matches(told)]
    paged = collection.pages and who.login is None
    wanted = sized(asked(request.args)) if paged else WHOLE
    shown, more = wanted.cut(ids)
    if collection.empty and not shown and here().settings.empty_resources == "recorded":
        return [_encode({collection.empty: []})]
    told: Iterable[Any] = tell_each(table.some(shown))
    if not bare or request.args.get("show_links") in ("", "true"):
        told = _elements(told, shown, version, collection, told_as)
    more = paged and goes_on(more, shown, wanted)
    around = arranged([*links(request.path, _query(), shown, more, wanted, order(version)), *back])
    return listed(told, around, links_first=first)


def _elements(
    told: Iterable[Told], ids: Iterable[Id], version: Version, collection: Collection, link: Relation | None
) -> Iterable[_Element]:
    """What is told of the records with these ids, each in its envelope."""
    uri, end = f"/{version.name}/{collection.name}/", f"/{link.rel}" if link and link.part else ""
    return map(_Element, told, (f"{uri}{id}{end}" for id in ids))


def _told(who: Asker, version: Version, collection: Collection, record: Any) -> Told:
    return next(_telling(who, version, collection)((record,)))


def _telling(who: Asker, version: Version, collection: Collection, link: Relation | None = None) -> TellEach:
    part, timestamps = (link.part, link.timestamps) if link is not None else ("", False)
    dialect = here().settings.dialect
    return telling_each(version.name, collection, who.permission, who.snapshot, part, timestamps, dialect)


def _found(who: Asker, collection: Collection, id: Id) -> Record:
    record: Record | None = who.snapshot.table(collection.kind).get(id)
    if record is None or not _in_scope(who, collection):
        raise NotFound
    return record


def _in_scope(who: Asker, collection: Collection) -> bool:
    """Whether what is published includes the extra scope a collection needs, if it needs one (docs/resources)."""
    return not collection.scope or collection.scope in who.permission.granted


def _role(allowed: tuple[str, ...]) -> str | None:
    """The `role` filter, where there is one. Raises BadParameter on another value (data-api 15 #8)."""
    role = request.args.get("role") or None
    if role is None or not allowed:
        return None
    if role not in allowed and here().settings.unknown_role == "ignore":
        return None
    if role not in allowed:
        raise BadParameter(f"role must be one of {', '.join(allowed)}")
    return role


def _query() -> str:
    """The query as it came, for links to repeat."""
    return request.query_string.decode("utf-8", "replace")
