"""What a choice is: a question that no source about Clever answers, and what this mock does."""

from __future__ import annotations

from msgspec import Struct, structs

LATER = "not served yet"


class Choice(Struct, frozen=True):
    """One open question and our answer to it.

    `sheet` and `number` name its row among the unknowns of our notes. `setting` is the switch that answers
    otherwise, in a world's settings or a district's options; empty where there is none. `state` is "served", or
    "not served yet" where what the question is about is still missing: then `choice` is what we mean to do.
    """

    question: str
    choice: str
    setting: str = ""
    state: str = "served"
    sheet: str = ""
    number: int = 0


def numbered(sheet: str, *rows: Choice) -> tuple[Choice, ...]:
    """The choices of one sheet, numbered as they stand there."""
    return tuple(structs.replace(row, sheet=sheet, number=number) for number, row in enumerate(rows, 1))
