"""What every change is: a frozen, tagged value that is decoded strictly, and the table of who carries it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct

from mock_clever.changes.draft import Draft


class Changed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A change of some type. Its class's docstring is what the answer key says of it."""


C = TypeVar("C", bound=Changed)

ACTS: dict[type[Changed], Callable[[Draft, Any], None]] = {}
"""Every type of change and the function that lets it happen to a draft; filled at import."""


def act(change: type[C]) -> Callable[[Callable[[Draft, C], None]], Callable[[Draft, C], None]]:
    """Enter the function below as what this type of change does."""

    def entered(function: Callable[[Draft, C], None]) -> Callable[[Draft, C], None]:
        ACTS[change] = function
        return function

    return entered
