"""Parameters of a list, and the page they cut from it (docs/paging-and-limits).

Cursors are bounds, not look-ups: an id that no longer exists answers with what lies beyond it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote_plus

from msgspec import Struct

from mock_clever.errors import BadParameter, TooLarge
from mock_clever.ids import is_object_id
from mock_clever.model import Id
from mock_clever.tables import after, before

DEFAULT_LIMIT = 100
MAX_LIMIT = 10_000
ORDER = ("self", "next", "prev")
LAST = "last"
"""A cursor beyond every id, by its spelling alone (docs/events-api; events-and-sync 11 #13)."""


class Asked(Struct, frozen=True, kw_only=True):
    """The paging parameters of one request, checked."""

    limit: int = DEFAULT_LIMIT
    starting_after: Id | None = None
    ending_before: Id | None = None

    def cut(self, ids: Sequence[Id]) -> tuple[Sequence[Id], bool]:
        """The page of these ascending ids, and whether more follow it.

        With `ending_before` the page holds those nearest the cursor, still ascending.
        """
        if self.ending_before is not None:
            end = before(ids, self.ending_before)
            return ids[max(0, end - self.limit) : end], end < len(ids)
        start = after(ids, self.starting_after) if self.starting_after is not None else 0
        return ids[start : start + self.limit], start + self.limit < len(ids)

    @property
    def moved(self) -> bool:
        """Whether the request carried a cursor: then a page says what came before it."""
        return self.starting_after is not None or self.ending_before is not None


WHOLE = Asked(limit=2**31)
"""All there is: what a user token gets, which can neither page nor limit (docs/paging-and-limits)."""


def asked(parameters: Mapping[str, str]) -> Asked:
    """Read limit and cursors. Raises BadParameter or TooLarge (data-api 15 #5, #6)."""
    starting, ending = _cursor(parameters, "starting_after"), _cursor(parameters, "ending_before")
    if starting is not None and ending is not None:
        raise BadParameter("starting_after and ending_before cannot be used together: send one of them")
    return Asked(limit=_limit(parameters.get("limit")), starting_after=starting, ending_before=ending)


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit()) or not text.strip("0"):
        raise BadParameter(f"limit must be a whole number from 1 to {MAX_LIMIT}")
    if len(text.lstrip("0")) > 5 or int(text) > MAX_LIMIT:
        raise TooLarge
    return int(text)


def _cursor(parameters: Mapping[str, str], name: str) -> Id | None:
    value = parameters.get(name) or None
    if value is not None and value != LAST and not is_object_id(value):
        raise BadParameter(f"{name} must be an id of 24 lowercase hexadecimal digits, or {LAST}")
    return value


def links(
    path: str,
    query: str,
    shown: Sequence[Id],
    more: bool,
    request: Asked,
    order: Sequence[str] = ORDER,
    bare: str = "",
) -> list[dict[str, str]]:
    """self, next and prev: next from the last id on the page, prev from the first (recorded; data-api 4.2).

    `more` is whether there is a next page; `order` is that of the links, `bare` what `self` ends in without query.
    """
    found = [{"rel": "self", "uri": f"{path}?{query}" if query else path + bare}]
    kept = [pair for pair in query.split("&") if pair and not _is_cursor(pair)]
    if more and shown:
        found.append({"rel": "next", "uri": f"{path}?{'&'.join([*kept, f'starting_after={shown[-1]}'])}"})
    if request.moved and shown:
        found.append({"rel": "prev", "uri": f"{path}?{'&'.join([*kept, f'ending_before={shown[0]}'])}"})
    return sorted(found, key=lambda link: order.index(link["rel"]))


def _is_cursor(pair: str) -> bool:
    return unquote_plus(pair.partition("=")[0]) in ("starting_after", "ending_before")
