"""What can happen to a district: typed changes, each a pure function from one Snapshot to the next.

Changes come as JSON (`POST /_mock/districts/{id}/changes`) or from a timeline, and are decoded strictly: an
unknown type, key or record is refused with a sentence before anything is changed, so a list of changes happens
whole or not at all. One file for each family of them; each is a class and the function that carries it out.
"""

from mock_clever.changes.answer_key import Answered, AnswerKey
from mock_clever.changes.consistent import settled
from mock_clever.changes.table import (
    TYPES,
    AnyChange,
    Change,
    Happened,
    applied,
    happen,
    read,
    summary,
)

__all__ = [
    "TYPES",
    "AnswerKey",
    "Answered",
    "AnyChange",
    "Change",
    "Happened",
    "applied",
    "happen",
    "read",
    "settled",
    "summary",
]
