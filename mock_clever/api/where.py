"""The `where` filter of v1.2: a JSON object of fields and the values they must have (spec:v1.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from mock_clever.errors import BadParameter
from mock_clever.versions.shape import Told, builtins


def matching(where: str) -> Callable[[Told], bool]:
    """Whether a record, as it is told, has every value that `where` names by its path; a list has what it holds.

    Raises BadParameter when `where` is not a JSON object.
    """
    try:
        wanted = msgspec.json.decode(where, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise BadParameter('where must be a JSON object of fields and values, like {"name.first":"Ada"}') from None
    paths = [(path.split("."), value) for path, value in wanted.items()]

    def matches(record: Told) -> bool:
        told = builtins(record)
        return all(_has(told, steps, value) for steps, value in paths)

    return matches


def _has(found: Any, steps: list[str], value: Any) -> bool:
    for step in steps:
        if found is None:  # a path may be as long as a query
            break
        found = found.get(step) if isinstance(found, dict) else None
    if isinstance(found, list | tuple):
        return value in found or value == list(found)
    return bool(found == value)
