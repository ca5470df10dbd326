"""Presets: how large a district is and how its records vary, read from fixtures/presets."""

from __future__ import annotations

import tomllib

import msgspec
from msgspec import Struct

from mock_clever.synthesis.files import fixtures

GRADES = ("PreKindergarten", "Kindergarten", *(str(n) for n in range(1, 13)))


class UnknownPreset(ValueError):
    """Someone asked for a preset that does not exist."""


class Term(Struct, frozen=True, forbid_unknown_fields=True):
    """A marking period, dates as sections.csv writes them; `share` is the part of the sections it holds."""

    name: str
    start: str
    end: str
    share: float


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    """One school's size. In a mixed school students meet other classmates in every course."""

    title: str
    low_grade: str
    high_grade: str
    students: int
    teachers: int
    sections: int
    staff: int = 0
    mixed: bool = False
    name: str | None = None

    @property
    def grades(self) -> tuple[str, ...]:
        """The grades taught here, youngest first."""
        return GRADES[GRADES.index(self.low_grade) : GRADES.index(self.high_grade) + 1]


class Ratios(Struct, frozen=True, forbid_unknown_fields=True):
    """How often things happen. No source tells; these are the mock's choice (reference/data-api §15, 32)."""

    class_size: int = 20
    co_taught: float = 0.08
    without_term: float = 0.15
    without_course: float = 0.05
    without_grade: float = 0.2
    without_email: tuple[float, float, float] = (0.6, 0.2, 0.03)  # up to grade 2, grades 3 to 5, above
    two_schools: float = 0.02
    teacher_and_staff: float = 0.03
    staff_of_two_schools: float = 0.05
    contacts_known: float = 1.0
    contact_ids: float = 0.5
    siblings: float = 0.03
    from_the_world: float = 0.06


class Classrooms(Struct, frozen=True, forbid_unknown_fields=True):
    """The Library sandbox: numbered teachers, each with the same small classes."""

    school: str
    teachers: int
    classes: tuple[int, ...]
    password: str


class RollCalls(Struct, frozen=True, forbid_unknown_fields=True):
    """Attendance: so many school days from `start` on, which is a date as attendance.csv writes it.

    In each school so many `sections` call the roll of their own. How often students are absent or late is the
    mock's choice: no source tells.
    """

    start: str
    days: int
    sections: int = 0
    absent: float = 0.055
    tardy: float = 0.03
    excused: float = 0.6


class Preset(Struct, frozen=True, forbid_unknown_fields=True):
    """A district to be made. `id` is the documented one and holds for seed 0 only."""

    key: str
    name: str
    created: str
    domain: str
    portal: str
    state: str
    id: str | None = None
    schools: int = 0
    admins: int = 0
    large: bool = False
    ratios: Ratios = Ratios()
    terms: tuple[Term, ...] = ()
    shapes: tuple[Shape, ...] = ()
    classrooms: Classrooms | None = None
    roll_calls: RollCalls | None = None

    def shape(self, number: int) -> Shape:
        """The shape of the school with that number, from 1 on; shapes repeat when there are more schools."""
        return self.shapes[(number - 1) % len(self.shapes)]


def preset_names() -> tuple[str, ...]:
    """Every preset there is, in alphabetical order."""
    return tuple(sorted(path.stem for path in (fixtures() / "presets").glob("*.toml")))


def read_preset(name: str) -> Preset:
    """The preset of that name. Raises UnknownPreset when there is none."""
    if name not in preset_names():
        raise UnknownPreset(f"there is no preset {name!r}: choose one of {', '.join(preset_names())}")
    read = tomllib.loads((fixtures() / "presets" / f"{name}.toml").read_text(encoding="utf-8"))
    return msgspec.convert({"key": name, **read}, Preset)
