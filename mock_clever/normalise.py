"""What Clever makes of a cell: dates in its form, listed values in its spelling, a subject where none was given.

Validated fields hold only listed values, all else is passed on as it came (docs/users, data-api §9). A value
that no list knows becomes a blank, which is what a Data Warning tells the district about (docs/ss-design).
"""

from __future__ import annotations

import datetime
import re
from functools import cache

from mock_clever import fields
from mock_clever.fields import Field

_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")

SPELLINGS = {
    "it": "InfantToddler",
    "ps": "Preschool",
    "pk": "PreKindergarten",
    "prek": "PreKindergarten",
    "pre-k": "PreKindergarten",
    "tk": "TransitionalKindergarten",
    "k": "Kindergarten",
    "kg": "Kindergarten",
    "pg": "PostGraduate",
    "ug": "Ungraded",
}
"""How districts write grades that Clever writes out."""

SUBJECT_WORDS = (
    ("homeroom/advisory", r"homeroom|advisory|advisor|home base"),
    ("interventions/online learning", r"intervention|online|tutor|study (hall|skills)|resource|rti"),
    ("PE and health", r"p\.?e\.?|physical ed|health|fitness|gym|wellness|sports?|weights"),
    ("technology and engineering", r"computer|technology|engineering|coding|programming|robotics|keyboarding"),
    ("arts and music", r"art|arts|music|band|choir|chorus|orchestra|drama|theat(er|re)|dance|ceramics|photo"),
    ("language", r"spanish|french|german|latin|chinese|mandarin|japanese|arabic|italian|world language"),
    ("english/language arts", r"english|language arts|ela|reading|writing|literature|composition|esl|phonics"),
    ("math", r"math|maths|mathematics|algebra|geometry|calculus|pre-?calc|trigonometry|statistics|arithmetic"),
    ("science", r"science|biology|chemistry|physics|anatomy|astronomy|ecology|earth"),
    ("social studies", r"social studies|history|civics|government|geography|economics|psychology|sociology"),
)


def date(cell: str) -> str | None:
    """A date of the source (`8/25/2026`, or already `2026-08-25`) as Clever writes it; None when it is none."""
    cell = cell.strip()
    if found := _AMERICAN.fullmatch(cell):
        month, day, year = found.groups()
    elif found := _ISO.fullmatch(cell):
        year, month, day = found.groups()
    else:
        return None
    try:
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def birthday(cell: str) -> str | None:
    """A date of birth: month/day/year without leading zeros (docs/users; recorded v3.0 traffic)."""
    read = date(cell)
    return f"{int(read[5:7])}/{int(read[8:])}/{read[:4]}" if read else None


def subject(*texts: str | None) -> str:
    """The subject that a section's texts speak of, the first text that tells; `other` when none does."""
    for text in texts:
        for found, words in _subjects():
            if text and words.search(text):
                return found
    return "other"


@cache
def _subjects() -> list[tuple[str, re.Pattern[str]]]:
    """The words of each subject, compiled when a first section needs them."""
    return [(s, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)) for s, words in SUBJECT_WORDS]


def is_date(field: Field) -> bool:
    """Whether a field's cells are dates."""
    return field.type == "date" or field.pattern == fields.DOB


class Reading(dict[str | None, str | None]):
    """What each cell of one column becomes in its field, remembered: a dictionary that fills itself."""

    def __init__(self, field: Field) -> None:
        super().__init__({None: None, "": field.blank})
        self._field = field
        self._listed = {value.casefold(): value for value in field.values}
        self._pattern = re.compile(field.pattern)

    def __missing__(self, cell: str) -> str | None:
        if not cell.strip():
            value = self._field.blank
        elif (known := self.known(cell)) is not None:
            value = known
        else:
            value = self._field.blank if self._field.validated else cell
        self[cell] = value
        return value

    def known(self, cell: str) -> str | None:
        """This cell in Clever's form, or None when Clever knows no such value."""
        if self._field.type == "date":
            return date(cell)
        if self._field.pattern == fields.DOB:
            return birthday(cell)
        if self._listed:
            plain = cell.strip().casefold()
            return self._listed.get(plain) or self._listed.get(self._spelled(plain).casefold())
        return cell if not self._field.pattern or self._pattern.fullmatch(cell) else None

    def _spelled(self, plain: str) -> str:
        if self._field.values is not fields.GRADES:
            return plain
        return SPELLINGS.get(plain, plain.lstrip("0"))


def is_plain(field: Field) -> bool:
    """Whether a field takes its cell as it comes, blank or not."""
    return field.blank == "" and not (field.values or field.pattern) and not is_date(field)
