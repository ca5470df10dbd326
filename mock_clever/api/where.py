"""The `where` filter of v1.2: a JSON object of fields and the values they must have (spec:v1.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from mock_clever.errors import BadParameter
from mock_clever.versions.shape import Told

MOST = 100
"""Fields one `where` may name: more than any record has."""


def matching(where: str) -> Callable[[Told], bool]:
    """Whether a record, as it is told, has every value that `where` names by its path; a list has what it holds.

    Raises BadParameter when `where` is not a JSON object, or names more than MOST fields.
    """
    try:
        wanted = msgspec.json.decode(where, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise BadParameter('where must be a JSON object of fields and values, like {"name.first":"Ada"}') from None
    if len(wanted) > MOST:
        raise BadParameter(f"where names {len(wanted)} fields: at most {MOST}")
    paths = [(path.split("."), value) for path, value in wanted.items()]
    return lambda record: all(_has(record, steps, value) for steps, value in paths)


def _has(found: Any, steps: list[str], value: Any) -> bool:
    for step in steps:
        if found is None:  # a path may be as long as a query
            break
        found = _inside(found, step)
    if isinstance(found, str | None):
        return bool(found == value)
    told = msgspec.json.decode(msgspec.json.encode(found))
    return bool(told == value or (isinstance(told, list) and value in told))


def _inside(found: Any, step: str) -> Any:
    """What a key of an object, told or not yet, holds."""
    if isinstance(found, Mapping):
        return found.get(step)
    return getattr(found, step) if isinstance(found, Struct) and step in found.__struct_fields__ else None
