"""Attendance of a school or a section, v3.1: two lists of bare rows with cursors of their own.

For district tokens of Secure Sync applications that were granted `attendance`. What Clever does not say is chosen:
one end of the date range alone is refused, a cursor is a bound and need not be a row's, both at once are refused,
rows older than six months by the world's clock are gone (docs/attendance-data-overview,
docs/attendance-data-pagination; data-api 9.8).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from operator import attrgetter

from flask import Blueprint, Response, request
from msgspec import Struct

from mock_clever.api import wag
from mock_clever.api.asking import Asker, asker, here, out_of_scope
from mock_clever.api.latitude import arranged, goes_on, known_only, order, sized
from mock_clever.api.paging import Asked, links
from mock_clever.api.parameters import of_path
from mock_clever.api.wire import RESOURCES, answer
from mock_clever.attendance import Attendance, Rows, oldest_kept
from mock_clever.errors import BadCursor, HalfARange, NoAttendance, TwoCursors
from mock_clever.fields import ATTENDANCE_STATUSES
from mock_clever.model import Id, Snapshot
from mock_clever.pages import Pieces, listed
from mock_clever.versions import VERSIONS, Collection
from mock_clever.versions.shape import telling_each

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
SCOPE = "attendance"
LAST_DAY = "9999-12-31"

_KEY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(_[0-9a-f]{24}){3}")
_ROWS = Collection(name="attendance", kind="attendance", part="attendance", relations={}, linked=lambda row: ())
_VERSION = VERSIONS["v3.1"]

attendance = Blueprint("attendance", __name__)


class _Place(Struct, frozen=True):
    """What rows are listed by: the parameter of its path, the kind of record, and where its rows are."""

    parameter: str
    kind: str
    rows: str

    def find(self, seen: Snapshot, id: Id) -> Rows:
        """The rows of this school or section. Raises NoAttendance when it is not visible."""
        if id not in seen.table(self.kind):
            raise NoAttendance
        found: Rows = getattr(seen, self.rows)[id]
        return found


SCHOOL = _Place("school_id", "schools", "attendance_of_school")
SECTION = _Place("section_id", "sections", "attendance_of_section")


class _Wanted(Struct, frozen=True, kw_only=True):
    """What one request asks for, checked: days, a status, and which page of it."""

    id: Id
    first: str
    last: str
    status: str | None
    page: Asked

    def cut(self, rows: Rows) -> tuple[list[Attendance], bool]:
        """The page of these rows, and whether more follow it; only the rows around it are looked at."""
        low = bisect_left(rows, self.first, key=_day)
        high = max(low, bisect_right(rows, self.last, key=_day))
        if self.page.ending_before is not None:
            end = min(max(low, bisect_left(rows, self.page.ending_before, key=_key)), high)
            before = islice(self._matching(rows, range(end - 1, low - 1, -1)), self.page.limit)
            return list(before)[::-1], any(True for _ in self._matching(rows, range(end, high)))
        if self.page.starting_after is not None:
            low = max(low, bisect_right(rows, self.page.starting_after, key=_key))
        found = list(islice(self._matching(rows, range(low, high)), self.page.limit + 1))
        return found[: self.page.limit], len(found) > self.page.limit

    def _matching(self, rows: Rows, places: Iterable[int]) -> Iterator[Attendance]:
        return (rows[n] for n in places if self.status in (None, rows[n].attendance_status))


_day = attrgetter("attendance_date")
_key = attrgetter("key")


@attendance.get("/v3.1/attendance/schools/<school_id>")
def attendance_of_school(school_id: str) -> Response:
    """The attendance rows of one school, by day, student and section."""
    return _listed(SCHOOL, school_id)


@attendance.get("/v3.1/attendance/sections/<section_id>")
def attendance_of_section(section_id: str) -> Response:
    """The attendance rows of one section, by day and student."""
    return _listed(SECTION, section_id)


def cursor(row: Attendance) -> str:
    """The cursor of a row: its key in base64, opaque to clients."""
    return b64encode(row.key.encode()).decode()


def _listed(place: _Place, id: str) -> Response:
    who = _reader()
    known_only(of_path(f"/v3.1/attendance/{place.kind}/{{{place.parameter}}}"))
    oldest = oldest_kept(here().clock.now())
    wanted = _asked(place, id, request.args, oldest)
    key = (request.path, request.environ["QUERY_STRING"], oldest)
    page = who.published.page(key, lambda: _page(who, place, wanted))
    return answer(page, RESOURCES, keep=lambda pack: who.published.page((*key, "gzip"), pack))


def _reader() -> Asker:
    """A district token of an application that may read attendance; any other kind is answered in HTML."""
    who = asker()
    if who.login is not None or "secure_sync" not in who.app.products or SCOPE not in who.permission.granted:
        raise out_of_scope()
    return who


def _asked(place: _Place, id: str, sent: Mapping[str, str], oldest: str) -> _Wanted:
    """Path and query, read in the order of the specification: first all are parsed, then they are judged."""
    start = wag.day(sent["date_range_start"]) if "date_range_start" in sent else None
    end = wag.day(sent["date_range_end"]) if "date_range_end" in sent else None
    limit = wag.integer(sent["limit"]) if "limit" in sent else DEFAULT_LIMIT
    id = wag.mongo_id(place.parameter, id)
    status = sent.get("attendance_status")
    if status is not None:
        wag.among("attendance_status", status, ATTENDANCE_STATUSES)
    wag.within("limit", limit, 1, MAX_LIMIT)
    if (start is None) != (end is None):
        raise HalfARange
    starting, ending = _bound(sent, "starting_after"), _bound(sent, "ending_before")
    if starting is not None and ending is not None:
        raise TwoCursors
    page = Asked(limit=limit, starting_after=starting, ending_before=ending)
    return _Wanted(id=id, first=max(start or "", oldest), last=end or LAST_DAY, status=status, page=sized(page))


def _bound(sent: Mapping[str, str], name: str) -> str | None:
    """The key that a cursor stands for; an empty one is none. Raises BadCursor for what no link holds."""
    text = sent.get(name)
    if not text:
        return None
    try:
        key = b64decode(text, validate=True).decode("ascii")
    except ValueError:
        raise BadCursor(name) from None
    if _KEY.fullmatch(key) is None:
        raise BadCursor(name)
    return key


def _page(who: Asker, place: _Place, wanted: _Wanted) -> Pieces:
    rows, more = wanted.cut(place.find(who.snapshot, wanted.id))
    dialect = here().settings.dialect
    told = telling_each(_VERSION.name, _ROWS, who.permission, who.snapshot, dialect=dialect)(rows)
    cursors = [cursor(row) for row in rows]
    more = goes_on(more, cursors, wanted.page)
    query = request.query_string.decode("utf-8", "replace")
    around = links(request.path, query, cursors, more, wanted.page, order(_VERSION))
    return listed(told, arranged(around), links_first=False)
