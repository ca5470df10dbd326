"""The people of one school: students with their contacts, teachers, staff."""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate

from msgspec.structs import replace

from mock_clever.ids import chance
from mock_clever.sis import ContactRow, StaffRow, StudentRow, TeacherRow
from mock_clever.synthesis.names import Chance, Person, email, person, phone, pick
from mock_clever.synthesis.presets import GRADES, Preset, Shape

FAMILIES = "families.example.net"
ZIP_CODES = tuple(f"000{n:02d}" for n in range(1, 100))  # below the lowest the postal service assigns
LANGUAGES = (
    ("English", "eng"), ("Spanish", "spa"), ("Vietnamese", "vie"), ("Arabic", "ara"), ("Mandarin", "cmn"),
    ("Haitian Creole", "hat"), ("Tagalog", "tgl"), ("Hmong", "hmn"), ("Somali", "som"), ("Swahili", "swa"),
)  # fmt: skip
DISABILITIES = (
    ("Autism", "AUT"), ("Specific learning disability", "SLD"), ("Speech or language impairment", "SLI"),
    ("Other health impairment", "OHI"), ("Visual impairment", "VI"), ("", ""),
)  # fmt: skip


class Odds:
    """Options and how often each is drawn."""

    def __init__(self, odds: dict[str, float]) -> None:
        self._options = tuple(odds)
        self._steps = tuple(accumulate(odds.values()))

    def draw(self, stream: Chance) -> str:
        """One option, by one call of random()."""
        found = bisect(self._steps, stream.random() * self._steps[-1])
        return self._options[min(found, len(self._options) - 1)]


RACES = Odds({
    "Caucasian": 47, "Black or African American": 15, "Asian": 5.5, "American Indian": 0.9,
    "Hawaiian or Other Pacific Islander": 0.4, "Two or More Races": 5, "Unknown": 4, "": 22.2,
})  # fmt: skip
GENDERS = Odds({"M": 50, "F": 47.5, "X": 1.5, "": 1})
LUNCHES = Odds({"Paid": 48, "Free": 42, "Reduced": 7, "": 3})
CONTACT_COUNTS = Odds({"0": 15, "1": 35, "2": 32, "3": 12, "4": 4, "5": 2})  # 1.6 on average
KINSHIPS = Odds({"Parent": 70, "Grandparent": 10, "Aunt/Uncle": 6, "Sibling": 3, "Other": 5, "": 6})
CONTACT_TYPES = Odds({"Parent/Guardian": 55, "Emergency": 15, "Primary": 10, "Secondary": 5, "Family": 10, "": 5})
PHONE_TYPES = Odds({"Cell": 60, "Home": 20, "Work": 10, "Other": 5, "": 5})
STAFF_TITLES = (
    ("Principal", ""),
    ("Counselor", "PortalOnly"),
    ("Technology Lead", "SchoolTechLead"),
    ("Registrar", ""),
)


def school_people(
    preset: Preset, seed: int, number: int, shape: Shape
) -> tuple[list[StudentRow], list[ContactRow], list[TeacherRow], list[StaffRow]]:
    """Everyone at the school with that number."""
    students: list[StudentRow] = []
    contacts: list[ContactRow] = []
    family: list[ContactRow] = []
    grades = shape.grades
    for k in range(shape.students):
        stream = chance(str(seed), preset.key, "school", str(number), "student", str(k))
        sibling = stream.random() < preset.ratios.siblings and k > 0
        last_name = students[-1].last_name if sibling else None
        row = _student(preset, stream, number, k, grades[k % len(grades)], last_name)
        if sibling:
            family = [replace(contact, student_id=row.student_id) for contact in family]
        else:
            family = _contacts(preset, stream, row)
        students.append(row)
        contacts += family
    teachers = [_teacher(preset, seed, number, t) for t in range(shape.teachers)]
    staff = [
        row for s in range(shape.staff) for row in _staff(preset, seed, number, s, teachers[s % len(teachers)])
    ]
    return students, contacts, teachers, staff


def student_without_email(preset: Preset, grade: str) -> float:
    """How often a student of that grade has no address: the young mostly have none."""
    age = GRADES.index(grade) - 1
    return preset.ratios.without_email[0 if age <= 2 else 1 if age <= 5 else 2]


def _student(preset: Preset, stream: Chance, number: int, k: int, grade: str, last_name: str | None) -> StudentRow:
    id = f"{number}{k + 1:05d}"
    who = person(stream, preset.ratios.from_the_world)
    if last_name is not None:
        who = Person(who.first, who.middle, last_name)
    place, year = GRADES.index(grade), int(preset.created[:4])
    born = f"{1 + int(stream.random() * 12)}/{1 + int(stream.random() * 28)}/{year - place - 4}"
    language = LANGUAGES[0] if stream.random() < 0.8 else pick(stream, LANGUAGES)
    disabled = stream.random() < 0.13
    disability = pick(stream, DISABILITIES) if disabled else ("", "")
    has_email = stream.random() >= student_without_email(preset, grade)
    return StudentRow(
        school_id=str(number),
        student_id=id,
        student_number=id,
        state_id=f"99{id}",
        last_name=who.last,
        first_name=who.first,
        middle_name=who.middle,
        grade=grade,
        gender=GENDERS.draw(stream),
        graduation_year=str(year + len(GRADES) - place),
        dob=born,
        race=RACES.draw(stream),
        hispanic_latino="Y" if stream.random() < 0.285 else "N",
        home_language=language[0],
        home_language_code=language[1],
        ell_status="Y" if language[0] != "English" and stream.random() < 0.6 else "N",
        frl_status=LUNCHES.draw(stream),
        iep_status="Y" if disabled else "N",
        gifted_status="Y" if stream.random() < 0.06 else "N",
        section_504_status="Y" if stream.random() < 0.03 else "N",
        disability_status="Y" if disabled else "N",
        disability_type=disability[0],
        disability_code=disability[1],
        student_zip=pick(stream, ZIP_CODES),
        student_email=email(who, id, f"students.{preset.domain}") if has_email else "",
        username=id,
        password=id,
    )


def _contacts(preset: Preset, stream: Chance, student: StudentRow) -> list[ContactRow]:
    if stream.random() >= preset.ratios.contacts_known:
        return []
    return [_contact(preset, stream, student, number) for number in range(int(CONTACT_COUNTS.draw(stream)))]


def _contact(preset: Preset, stream: Chance, student: StudentRow, number: int) -> ContactRow:
    who = person(stream, preset.ratios.from_the_world)
    if stream.random() < 0.7:
        who = Person(who.first, "", student.last_name)
    return ContactRow(
        student_id=student.student_id,
        contact_name=f"{who.first} {who.last}",
        contact_type=CONTACT_TYPES.draw(stream),
        contact_relationship=KINSHIPS.draw(stream),
        contact_phone=phone(stream) if stream.random() < 0.9 else "",
        contact_phone_type=PHONE_TYPES.draw(stream),
        contact_email=email(who, f"{student.student_id}{number}", FAMILIES) if stream.random() < 0.7 else "",
        contact_sis_id=f"C{student.student_id}{number}" if stream.random() < preset.ratios.contact_ids else "",
    )


def _teacher(preset: Preset, seed: int, number: int, t: int) -> TeacherRow:
    stream = chance(str(seed), preset.key, "school", str(number), "teacher", str(t))
    who = person(stream, preset.ratios.from_the_world)
    teacher_number = str(200_000 + number * 1_000 + t)
    return TeacherRow(
        school_id=str(number),
        teacher_id=f"{number}{t + 1:03d}",
        teacher_number=teacher_number,
        state_teacher_id=f"99{teacher_number}",
        teacher_email=email(who, teacher_number, preset.domain),
        last_name=who.last,
        first_name=who.first,
        middle_name=who.middle,
        title=pick(stream, ("Teacher", "Lead Teacher", "Teacher on Loan", "")),
        username=teacher_number,
        password=teacher_number,
    )


def _staff(preset: Preset, seed: int, number: int, s: int, teacher: TeacherRow) -> list[StaffRow]:
    """A member of staff, who may be a teacher of the school as well: then both rows have one mail address."""
    stream = chance(str(seed), preset.key, "school", str(number), "staff", str(s))
    who = person(stream, preset.ratios.from_the_world)
    id = f"{number}9{s:02d}"
    mail = email(who, id, preset.domain)
    title, role = STAFF_TITLES[s % len(STAFF_TITLES)]
    teaches, roams = stream.random(), stream.random()
    if teaches < _staff_who_teach(preset, number):
        who = Person(teacher.first_name, teacher.middle_name or "", teacher.last_name)
        mail = teacher.teacher_email or mail
    schools = [number] if number == 1 or roams >= preset.ratios.staff_of_two_schools else [number, number - 1]
    return [
        StaffRow(
            school_id=str(school),
            staff_id=id,
            staff_email=mail,
            last_name=who.last,
            first_name=who.first,
            middle_name=who.middle,
            department="",
            title=title,
            role=role,
            username=id,
            password=id,
        )
        for school in schools
    ]


def _staff_who_teach(preset: Preset, number: int) -> float:
    """The share of staff that makes the wanted share of teachers."""
    shape = preset.shape(number)
    return preset.ratios.teacher_and_staff * shape.teachers / shape.staff
