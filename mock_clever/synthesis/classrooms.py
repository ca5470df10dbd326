"""The Library sandbox: numbered teachers with the same small classes (docs/testing-library)."""

from __future__ import annotations

from mock_clever.ids import chance
from mock_clever.sis import EnrollmentRow, SchoolRow, SectionRow, Source, StudentRow, TeacherRow
from mock_clever.synthesis.names import email, person
from mock_clever.synthesis.presets import Classrooms, Preset

SCHOOL = "1"
LESSONS = (("Reading", "english/language arts"), ("Mathematics", "math"), ("Science", "science"))
GRADES = ("3", "4", "5")


def add_classrooms(source: Source, preset: Preset, seed: int) -> None:
    """Put in every teacher of the preset, with classes and students."""
    rooms = preset.classrooms
    if rooms is None:
        return
    source.schools.append(SchoolRow(school_id=SCHOOL, school_name=rooms.school, school_number="001"))
    for number in range(1, rooms.teachers + 1):
        _add_teacher(source, preset, rooms, seed, number)


def _add_teacher(source: Source, preset: Preset, rooms: Classrooms, seed: int, number: int) -> None:
    who = person(chance(str(seed), preset.key, "teacher", str(number)), preset.ratios.from_the_world)
    source.teachers.append(
        TeacherRow(
            school_id=SCHOOL,
            teacher_id=f"teacher{number}",
            teacher_number=str(number),
            teacher_email=email(who, str(number), preset.domain),
            last_name=who.last,
            first_name=who.first,
            username=f"teacher{number}",
            password=rooms.password,
        )
    )
    seat = 0
    for place, size in enumerate(rooms.classes):
        lesson, subject = LESSONS[place % len(LESSONS)]
        section_id = f"class{number}-{place + 1}"
        source.sections.append(
            SectionRow(
                school_id=SCHOOL,
                section_id=section_id,
                teacher_ids=(f"teacher{number}",),
                name=f"{lesson} - {who.last} - {place + 1}",
                section_number=str(place + 1),
                grade=GRADES[place % len(GRADES)],
                subject=subject,
            )
        )
        for _ in range(size):
            seat += 1
            student = _student(preset, rooms, seed, f"{number}-{seat}", GRADES[place % len(GRADES)])
            source.students.append(student)
            source.enrollments.append(EnrollmentRow(section_id=section_id, student_id=student.student_id))


def _student(preset: Preset, rooms: Classrooms, seed: int, number: str, grade: str) -> StudentRow:
    who = person(chance(str(seed), preset.key, "student", number), preset.ratios.from_the_world)
    return StudentRow(
        school_id=SCHOOL,
        student_id=f"student{number}",
        student_number=number,
        last_name=who.last,
        first_name=who.first,
        grade=grade,
        student_email=email(who, number, f"students.{preset.domain}"),
        username=f"student{number}",
        password=rooms.password,
    )
