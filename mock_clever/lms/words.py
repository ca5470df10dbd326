"""What people call things in each LMS: the words of its pages for what Clever calls by one name everywhere."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Words(Struct, frozen=True, kw_only=True):
    """The words of one LMS: its places, what it says of the states of assignments and of work handed in, and its
    buttons. `shade` is the colour its pages have here; with `blanks` they show what nobody said too."""

    courses: str
    works: str
    assignments: Mapping[str, str]
    work: Mapping[str, str]
    buttons: Mapping[str, str]
    shade: str
    blanks: bool = False
