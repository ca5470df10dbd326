"""The sections of one school and who sits in them.

Grade by grade the students are dealt into classes of the usual size, and each course of the grade has one section
for each class. In a mixed school every course deals anew, elsewhere classmates stay together. Each school but the
first also holds one section *at* the school before it, with its own teacher and students: so some of both belong
to two schools, and yet a school more changes no record of the others.
"""

from __future__ import annotations

from functools import cache

from msgspec.structs import replace

from mock_clever.ids import chance
from mock_clever.sis import EnrollmentRow, SectionRow, StudentRow, TeacherRow
from mock_clever.synthesis.files import columns
from mock_clever.synthesis.names import Chance, pick
from mock_clever.synthesis.presets import GRADES, Preset, Shape, Term

NO_TERM = Term(name="", start="", end="", share=0)
TEACHERS_WITH_ONE_IDLE = 20  # a school of this size has a teacher without sections


def timetable(
    preset: Preset, seed: int, number: int, shape: Shape, students: list[StudentRow], teachers: list[TeacherRow]
) -> tuple[list[SectionRow], list[EnrollmentRow]]:
    """Every section that the school with that number holds, and its enrolments."""
    sections: list[SectionRow] = []
    enrollments: list[EnrollmentRow] = []
    grades, home = len(shape.grades), shape.sections - (number > 1)
    teaching = teachers[:-1] if len(teachers) >= TEACHERS_WITH_ONE_IDLE else teachers
    for g, grade in enumerate(shape.grades):
        pupils = [student.student_id for student in students[g::grades]]
        classes = max(1, round(len(pupils) / preset.ratios.class_size))
        slots = range(g, home, grades)
        for m, i in enumerate(slots):
            course, which = divmod(m, classes)
            first = m * len(teaching) // len(slots) if shape.mixed else (which * grades + g) % len(teaching)
            section = _section(preset, seed, number, i, (grade, course), teaching[first:] + teaching[:first])
            sections.append(section)
            present = _class(pupils, classes, which, course if shape.mixed else 0)
            enrollments += [EnrollmentRow(section_id=section.section_id, student_id=id) for id in present]
    if number > 1:
        section, present = _away(preset, seed, number, shape, students, teachers)
        sections.append(section)
        enrollments += [EnrollmentRow(section_id=section.section_id, student_id=id) for id in present]
    return sections, enrollments


def visiting(sections: list[SectionRow], teachers: list[TeacherRow]) -> list[TeacherRow]:
    """A second row for every teacher whose section is at another school than their own."""
    home = {teacher.teacher_id: teacher for teacher in teachers}
    away = {(id, s.school_id) for s in sections for id in s.teacher_ids if s.school_id != home[id].school_id}
    return [replace(home[id], school_id=school) for id, school in sorted(away)]


def _class(pupils: list[str], classes: int, which: int, shift: int) -> list[str]:
    """Who sits in class number `which`: every so-manieth pupil, row by row shifted on when classmates change."""
    rows = range(-(-len(pupils) // classes))
    seats = (row * classes + (which - shift * row) % classes for row in rows)
    return [pupils[seat] for seat in seats if seat < len(pupils)]


def _section(
    preset: Preset, seed: int, number: int, i: int, lesson: tuple[str, int], teachers: list[TeacherRow]
) -> SectionRow:
    """One section; the first of these teachers leads it."""
    stream = chance(str(seed), preset.key, "school", str(number), "section", str(i))
    grade, course = lesson
    code, course_name, subject = _course(grade, course)
    has_course = stream.random() >= preset.ratios.without_course
    term = NO_TERM if stream.random() < preset.ratios.without_term else _term(preset, stream)
    together = 1 if stream.random() >= preset.ratios.co_taught else 2 + (stream.random() < 0.4)
    return SectionRow(
        school_id=str(number),
        section_id=f"{number}{i + 1:04d}",
        teacher_ids=tuple(teacher.teacher_id for teacher in teachers[:together]),
        name="" if has_course else f"{course_name} {pick(stream, ('A', 'B', 'C', 'Lab'))}",
        section_number=str(i + 1) if stream.random() < 0.7 else "",
        grade=grade if stream.random() >= preset.ratios.without_grade else "",
        course_name=course_name if has_course else "",
        course_number=code if has_course else "",
        course_description="",
        period=str(course + 1),
        subject=subject if stream.random() < 0.7 else "",
        term_name=term.name,
        term_start=term.start,
        term_end=term.end,
    )


def _away(
    preset: Preset, seed: int, number: int, shape: Shape, students: list[StudentRow], teachers: list[TeacherRow]
) -> tuple[SectionRow, list[str]]:
    """The section this school holds at the school before it, and the students who travel there."""
    stream = chance(str(seed), preset.key, "school", str(number), "away")
    every = max(1, round(1 / preset.ratios.two_schools))
    travelling = students[int(stream.random() * every) % len(students) :: every]
    driver = int(stream.random() * len(teachers))
    section = _section(preset, seed, number, shape.sections - 1, (shape.high_grade, 0), teachers[driver:])
    return replace(section, school_id=str(number - 1)), [student.student_id for student in travelling]


def _course(grade: str, number: int) -> tuple[str, str, str]:
    """Number, name and subject of a grade's n-th course; beyond the last the list begins again, one level up."""
    place, offered = GRADES.index(grade), _offered(grade)
    level, which = divmod(number, len(offered))
    code, name, subject = offered[which]
    rank = f" {level + 1}" if level else ""
    label = f"Grade {grade}" if grade.isdigit() else grade
    return f"{code}-{place:02d}{rank.replace(' ', '-')}", f"{name}{rank}, {label}", subject


@cache
def _offered(grade: str) -> list[tuple[str, str, str]]:
    """Number, name and subject of the courses for that grade."""
    place = GRADES.index(grade)
    return [
        (code, name, subject)
        for code, name, subject, low, high in columns("courses.txt")
        if GRADES.index(low) <= place <= GRADES.index(high)
    ]


def _term(preset: Preset, stream: Chance) -> Term:
    """One of the preset's terms, as often as its share says."""
    wanted = stream.random() * sum(term.share for term in preset.terms)
    for term in preset.terms:
        wanted -= term.share
        if wanted < 0:
            return term
    return preset.terms[-1] if preset.terms else NO_TERM
