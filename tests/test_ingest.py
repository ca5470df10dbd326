"""What Clever makes of a small district written out by hand."""

from __future__ import annotations

from msgspec import structs

from mock_clever.attendance import Attendance
from mock_clever.ids import object_id
from mock_clever.ingest import ingest
from mock_clever.model import (
    Contact,
    Course,
    Credentials,
    DistrictAdmin,
    DistrictContact,
    Location,
    Name,
    Principal,
    Relationship,
    School,
    Section,
    Snapshot,
    Staff,
    Student,
    Teacher,
    Term,
    User,
)
from mock_clever.sis import (
    AdminRow,
    AttendanceRow,
    ContactRow,
    DistrictRow,
    EnrollmentRow,
    ResourceRow,
    SchoolRow,
    SectionRow,
    Source,
    StaffRow,
    StudentRow,
    TeacherRow,
)

DISTRICT = "58da8a43cc70ab00017a1a87"
CREATED = "2026-08-10T16:08:05.000Z"


def id_of(*key: str) -> str:
    """An id as the rule in `ids` makes it: the second of CREATED, then the key's hash."""
    return object_id(0x6A79F765, DISTRICT, *key)


NORTH, SOUTH = id_of("school", "N"), id_of("school", "S")
ANA, BEN, CLEO = (id_of("student", key) for key in ("a", "b", "c"))
RUIZ, OKADA = id_of("teacher", "47"), id_of("teacher", "48")


def district() -> Source:
    return Source(
        district=DistrictRow(
            id=DISTRICT,
            name="Pine Valley",
            created=CREATED,
            portal="pine-valley",
            contact_first_name="Ada",
            contact_last_name="Vale",
            contact_email="ada@pine.example.org",
        ),
        schools=[
            SchoolRow(
                school_id="N",
                school_name="North",
                low_grade="KG",
                high_grade="05",
                principal="P. Grün",
                principal_email="",
                school_zip="02134",
            ),
            SchoolRow(school_id="S", school_name="South", school_number="7"),
        ],
        students=[
            StudentRow(
                school_id="N",
                student_id="a",
                last_name="O’Neill",
                first_name="Ana",
                middle_name="",
                grade="5",
                gender="F",
                dob="08/01/2015",
                race="Martian",
                student_street="",
                student_city="Pine",
                student_state="",
                student_zip="10280",
                student_email="Ruiz@pine.example.org",
                username="ana",
                password="pw",
                graduation_year="",
                ext={"gifted": "Y"},
            ),
            StudentRow(school_id="N", student_id="b", last_name="Bø", first_name="Ben", grade="05"),
            StudentRow(school_id="S", student_id="c", last_name="Cruz", first_name="Cleo", grade="6"),
            StudentRow(school_id="N", student_id="c", last_name="Cruz", first_name="Cleo", grade="6"),
        ],
        contacts=[
            ContactRow(
                student_id="b",
                contact_name="Mia Bø",
                contact_type="Primary",
                contact_relationship="Parent",
                contact_phone="555-0100",
                contact_phone_type="",
                contact_email="",
            ),
            ContactRow(
                student_id="a",
                contact_name="Mia Bø",
                contact_type="Emergency",
                contact_relationship="aunt/uncle",
                contact_phone="555-0100",
                contact_phone_type="Cell",
                contact_email="",
            ),
            ContactRow(student_id="c", contact_name="Rosa", contact_sis_id="r1", contact_email="RUIZ@x.example"),
        ],
        teachers=[
            TeacherRow(
                school_id="N",
                teacher_id="47",
                last_name="Ruiz",
                first_name="Rosa",
                teacher_email="ruiz@pine.example.org",
                title="Math",
                username="rruiz",
                state_teacher_id="T-1",
            ),
            TeacherRow(school_id="N", teacher_id="48", last_name="Okada", first_name="Ken", teacher_email=""),
            TeacherRow(school_id="S", teacher_id="48", last_name="Okada", first_name="Ken", teacher_email=""),
        ],
        staff=[
            StaffRow(
                school_id="S",
                staff_id="900",
                last_name="Ruiz-Vega",
                first_name="R.",
                staff_email="RUIZ@pine.example.org",
                department="",
                title="Coach",
                role="School Tech Lead",
            ),
            StaffRow(school_id="S", staff_id="901", last_name="Diaz", first_name="Di", staff_email="di@x.example"),
            StaffRow(school_id="N", staff_id="901", last_name="Diaz", first_name="Di", staff_email="di@x.example"),
        ],
        admins=[
            AdminRow(
                staff_id="1",
                admin_email="ruiz@PINE.example.org",
                last_name="R",
                first_name="R",
                admin_title="Head",
            ),
            AdminRow(
                staff_id="2", admin_email="boss@x.example", last_name="Boss", first_name="Bo", password="secret"
            ),
        ],
        sections=[
            SectionRow(
                school_id="N",
                section_id="m5",
                teacher_ids=("48", "47"),
                name="",
                course_name="Algebra I",
                course_number="101",
                period="3",
                grade="",
                subject="",
                term_name="Y1",
                term_start="08/10/2026",
                term_end="6/1/2027",
                section_number="",
            ),
            SectionRow(
                school_id="S",
                section_id="x",
                teacher_ids=("47",),
                name="Band",
                course_name="",
                course_number="",
                grade="8",
                subject="PE AND HEALTH",
                term_name="",
                term_start="",
                term_end="",
            ),
            SectionRow(
                school_id="S",
                section_id="z",
                name="Lunch",
                course_name="Algebra 1",
                course_number="101",
                grade="8",
            ),
        ],
        enrollments=[
            EnrollmentRow(section_id="m5", student_id="a"),
            EnrollmentRow(section_id="m5", student_id="b"),
            EnrollmentRow(section_id="m5", student_id="c"),
            EnrollmentRow(section_id="m5", student_id="b"),
            EnrollmentRow(section_id="x", student_id="b"),
        ],
        resources=[ResourceRow(resource_id="r", title="Atlas", course_numbers=("101", "404"))],
    )


def made() -> Snapshot:
    return ingest(district())


def user(id: str, **more: object) -> User:
    return User(id=id, district=DISTRICT, created=CREATED, last_modified=CREATED, **more)  # type: ignore[arg-type]


def test_the_district_itself() -> None:
    found = made().district
    assert (found.id, found.name, found.last_sync, found.launch_date) == (DISTRICT, "Pine Valley", CREATED, None)
    assert found.portal_url == "https://clever.com/in/pine-valley"
    assert found.district_contact == DistrictContact(
        id=id_of("district_contact"),
        district=DISTRICT,
        email="ada@pine.example.org",
        name=Name(first="Ada", last="Vale"),
        title="",
    )


def test_schools() -> None:
    dated = {"district": DISTRICT, "created": CREATED, "last_modified": CREATED}
    assert list(made().schools) == sorted(
        [
            School(
                id=NORTH,
                name="North",
                sis_id="N",
                low_grade="Kindergarten",
                high_grade="5",
                principal=Principal(name="P. Grün", email=""),
                location=Location(zip="02134"),
                **dated,
            ),
            School(id=SOUTH, name="South", sis_id="S", school_number="7", **dated),
        ],
        key=lambda school: school.id,
    )


def test_a_student_with_every_kind_of_column() -> None:
    """The race no list knows is blank, blank parts of an address stay, a blank middle name is no key."""
    ana = made().users[ANA]
    assert ana == user(
        ANA,
        name=Name(first="Ana", last="O’Neill"),
        email="Ruiz@pine.example.org",
        password="pw",
        roles=ana.roles,
    )
    assert ana.holds() == ("student",)
    assert ana.roles.student == Student(
        school=NORTH,
        schools=(NORTH,),
        sis_id="a",
        grade="5",
        graduation_year="",
        dob="8/1/2015",
        gender="F",
        race="",
        location=Location(address="", city="Pine", state="", zip="10280"),
        credentials=Credentials(district_username="ana"),
        ext={"gifted": "Y"},
    )


def test_schools_of_students_are_their_own_and_those_of_their_sections() -> None:
    found = made()
    schools = {u.id: (u.roles.student.school, u.roles.student.schools) for u in found.users if u.roles.student}
    assert schools == {
        ANA: (NORTH, (NORTH,)),
        BEN: (NORTH, (NORTH, SOUTH)),
        CLEO: (SOUTH, (SOUTH, NORTH)),
    }


def test_teacher_staff_and_admin_with_one_email_are_one_person() -> None:
    """Whatever the case of the e-mail; the student who has it too, and the contact, stay apart."""
    found = made()
    ruiz = found.users[RUIZ]
    assert ruiz.holds() == ("teacher", "staff", "district_admin")
    assert ruiz.name == Name(first="Rosa", last="Ruiz")
    assert ruiz.email == "ruiz@pine.example.org"
    assert ruiz.roles.teacher == Teacher(
        legacy_id=id_of("legacy", "teacher", "47"),
        school=NORTH,
        schools=(NORTH, SOUTH),
        sis_id="47",
        state_id="T-1",
        title="Math",
        credentials=Credentials(district_username="rruiz"),
    )
    assert ruiz.roles.staff == Staff(
        legacy_id=id_of("legacy", "staff", "900"),
        schools=(SOUTH,),
        staff_id="900",
        title="Coach",
        department="",
        roles=("SchoolTechLead",),
    )
    assert ruiz.roles.district_admin == DistrictAdmin(
        legacy_id=id_of("legacy", "district_admin", "1"), title="Head"
    )
    roles = sorted(u.holds() for u in found.users if u.id not in (ANA, BEN, CLEO, RUIZ))
    assert roles == [("contact",), ("contact",), ("district_admin",), ("staff",), ("teacher",)]


def test_employees_on_their_own() -> None:
    found = made()
    okada = found.users[OKADA].roles.teacher
    assert okada is not None and (okada.school, okada.schools) == (NORTH, (NORTH, SOUTH))
    assert found.users[OKADA].email is None
    diaz = found.users[id_of("staff", "901")].roles.staff
    assert diaz is not None and (diaz.schools, diaz.roles) == ((SOUTH, NORTH), ("PortalOnly",))
    boss = found.users[id_of("district_admin", "2")]
    assert (boss.email, boss.password, boss.holds()) == ("boss@x.example", "secret", ("district_admin",))


def test_nobody_holds_a_role_twice() -> None:
    source = district()
    source.teachers.insert(0, structs.replace(source.teachers[0], teacher_id="50"))
    found = ingest(source)
    assert found.users[RUIZ].holds() == ("teacher", "staff", "district_admin")
    assert found.users[id_of("teacher", "50")].holds() == ("teacher",)


def test_a_contact_is_one_user_with_a_relationship_for_each_appearance() -> None:
    id = id_of("contact", "phone", "Mia Bø", "555-0100")
    assert made().users[id] == user(
        id,
        name=Name(last="Mia Bø"),
        roles=made().users[id].roles,
    )
    assert made().users[id].roles.contact == Contact(
        legacy_id=id_of("legacy", "contact", "phone", "Mia Bø", "555-0100"),
        phone="555-0100",
        phone_type="Cell",
        student_relationships=(
            Relationship(student=ANA, relationship="Aunt/Uncle", type="Emergency"),
            Relationship(student=BEN, relationship="Parent", type="Primary"),
        ),
    )


def test_the_same_contact_row_twice_is_one_appearance() -> None:
    """A student of two schools may come with each contact twice."""
    source = district()
    source.contacts *= 2
    assert ingest(source) == made()


def test_what_a_contact_is_known_by() -> None:
    source = district()
    known = {"contact_phone": "1", "contact_type": "Family", "contact_relationship": "Sibling"}
    source.contacts = [
        ContactRow(student_id="a", contact_name="Y", contact_sis_id="y", contact_email="y@x.example", **known),
        ContactRow(student_id="a", contact_name="Y", contact_sis_id="", contact_email="y@x.example", **known),
        ContactRow(student_id="a", contact_name="Y", contact_email="", **known),
        ContactRow(student_id="a", contact_name="Y", contact_phone_type="Home", **(known | {"contact_phone": ""})),
    ]
    found = {u.id for u in ingest(source).users if u.roles.contact}
    assert found == {
        id_of("contact", "sis_id", "y"),
        id_of("contact", "email", "Y", "y@x.example"),
        id_of("contact", "phone", "Y", "1"),
        id_of("contact", "traits", "Y", "Family", "Sibling", "Home"),
    }


def test_a_contact_without_sis_id_can_become_another_at_any_change() -> None:
    source = district()
    source.district = structs.replace(source.district, contact_identity="any change")
    source.contacts = [
        ContactRow(
            student_id="a", contact_name="Y", contact_email="y@x.example", contact_phone=phone, contact_sis_id=key
        )
        for phone, key in (("1", ""), ("2", ""), ("1", ""), ("3", "y"), ("4", "y"))
    ]
    assert {u.id for u in ingest(source).users if u.roles.contact} == {
        id_of("contact", "strict", "Y", "y@x.example", "1"),
        id_of("contact", "strict", "Y", "y@x.example", "2"),
        id_of("contact", "sis_id", "y"),
    }


def test_a_generated_section_name_can_come_before_the_source_s() -> None:
    source = district()
    source.district = structs.replace(source.district, section_name="generated")
    row = source.sections[0]
    last = {teacher.teacher_id: teacher.last_name for teacher in source.teachers}[row.teacher_ids[0]]
    source.sections = [
        structs.replace(row, name="Own", course_name="Algebra I", period="3"),
        structs.replace(row, section_id="uncoursed", name="Own", course_name=""),
    ]
    source.enrollments = [EnrollmentRow(section_id=row.section_id, student_id="a")]
    names = {section.sis_id: section.name for section in ingest(source).sections}
    assert names == {row.section_id: f"Algebra I - {last} - Period 3", "uncoursed": "Own"}


def test_courses_are_known_by_number_where_the_district_has_that() -> None:
    number = id_of("course", "number", "101")
    assert list(made().courses) == [Course(id=number, district=DISTRICT, name="Algebra I", number="101")]
    found = ingest(_without_course_keys())
    assert {course.id for course in found.courses} == {
        id_of("course", "name", "Algebra I"),
        id_of("course", "name", "Algebra 1"),
    }


def test_a_course_takes_the_first_name_given_and_a_grade_in_dispute_is_the_lower() -> None:
    source = district()
    source.sections[0] = structs.replace(source.sections[0], course_name="", name="Algebra")
    source.enrollments = [EnrollmentRow(section_id="m5", student_id=key) for key in ("c", "a")]
    found = ingest(source)
    assert [course.name for course in found.courses] == ["Algebra 1"]
    assert {section.sis_id: section.grade for section in found.sections}["m5"] == "5"


def _without_course_keys() -> Source:
    source = district()
    source.district = structs.replace(source.district, course_keys=False)
    return source


def test_terms() -> None:
    id = id_of("term", "Y1", "2026-08-10", "2027-06-01")
    assert list(made().terms) == [
        Term(id=id, district=DISTRICT, name="Y1", start_date="2026-08-10", end_date="2027-06-01")
    ]


def test_sections() -> None:
    found = made()
    dated = {"district": DISTRICT, "created": CREATED, "last_modified": CREATED}
    sections = {section.sis_id: section for section in found.sections}
    assert sections == {
        "m5": Section(
            id=id_of("section", "m5"),
            school=NORTH,
            name="Algebra I - Okada - Period 3",
            sis_id="m5",
            course=id_of("course", "number", "101"),
            term_id=id_of("term", "Y1", "2026-08-10", "2027-06-01"),
            teacher=OKADA,
            teachers=(OKADA, RUIZ),
            students=tuple(sorted([ANA, BEN, CLEO])),
            subject="math",
            grade="5",
            period="3",
            section_number="",
            **dated,
        ),
        "x": Section(
            id=id_of("section", "x"),
            school=SOUTH,
            name="Band",
            sis_id="x",
            teacher=RUIZ,
            teachers=(RUIZ,),
            students=(BEN,),
            subject="PE and health",
            grade="8",
            **dated,
        ),
        "z": Section(
            id=id_of("section", "z"),
            school=SOUTH,
            name="Lunch",
            sis_id="z",
            course=id_of("course", "number", "101"),
            subject="math",
            grade="8",
            **dated,
        ),
    }


def test_a_section_that_tells_no_subject_is_other() -> None:
    source = district()
    source.sections[2] = structs.replace(source.sections[2], course_name="Lunch", course_number="")
    subjects = {section.sis_id: section.subject for section in ingest(source).sections}
    assert subjects["z"] == "other"


def test_one_grade_for_all_sections_is_no_grade() -> None:
    """The most frequent grade of the students takes its place (docs/ss-design)."""
    source = district()
    source.sections = [structs.replace(row, grade="12") for row in source.sections]
    grades = {section.sis_id: section.grade for section in ingest(source).sections}
    assert grades == {"m5": "5", "x": "5", "z": "12"}


def test_resources_hang_on_courses() -> None:
    (found,) = made().resources
    assert (found.id, found.resource_id, found.title) == (id_of("resource", "r"), "r", "Atlas")
    assert (found.roles, found.courses) == (("teacher", "student"), (id_of("course", "number", "101"),))


def test_a_further_school_leaves_the_rest_as_it_was() -> None:
    source = district()
    source.schools.insert(0, SchoolRow(school_id="W", school_name="West"))
    source.students.insert(0, StudentRow(school_id="W", student_id="w", last_name="W", first_name="W"))
    before, after = made(), ingest(source)
    assert set(after.users.ids) - set(before.users.ids) == {id_of("student", "w")}
    assert all(after.users[id] == before.users[id] for id in before.users.ids)
    assert after.sections == before.sections
    assert all(after.schools[id] == before.schools[id] for id in before.schools.ids)


def test_equal_texts_are_one_object() -> None:
    found = made()
    ben = found.users[BEN].roles.student
    section = next(s for s in found.sections if s.sis_id == "x")
    assert ben is not None
    assert section.students[0] is found.users[BEN].id
    assert section.school is next(s for s in found.schools if s.sis_id == "S").id
    assert found.users[ANA].created is found.users[BEN].last_modified


def present(student: str, day: str, status: str = "present", **more: str) -> AttendanceRow:
    values = {"school_id": "N", "attendance_type": "daily", **more}
    return AttendanceRow(student_id=student, attendance_date=day, attendance_status=status, **values)


def test_attendance_names_records_by_id_and_is_first_seen_when_its_day_ends() -> None:
    source = district()
    source.attendance = [
        present("b", "09/01/2026", attendance_type="Section", section_id="m5", excuse_code="", attendance_id="7"),
        present("a", "2026-8-3", "ABSENT", section_id="m5", excuse_code="ILL", attendance_id=""),
    ]
    found = ingest(source)
    early, late = found.attendance
    assert early == Attendance(
        attendance_date="2026-08-03",
        attendance_status="absent",
        attendance_type="daily",
        student_id=ANA,
        school_id=NORTH,
        district_id=DISTRICT,
        created=CREATED,
        last_modified=CREATED,
        excuse_code="ILL",
    )
    assert late == Attendance(
        attendance_date="2026-09-01",
        attendance_status="present",
        attendance_type="section",
        student_id=BEN,
        school_id=NORTH,
        district_id=DISTRICT,
        created="2026-09-01T23:59:59.000Z",
        last_modified="2026-09-01T23:59:59.000Z",
        section_id=id_of("section", "m5"),
        sis_id="7",
    )
    assert found.district.last_attendance_sync == "2026-09-01T23:59:59.000Z"
    assert found == made().replace(districts=found.districts, attendance=found.attendance)


def test_of_attendance_rows_with_one_key_the_last_counts() -> None:
    source = district()
    day = "09/01/2026"
    source.attendance = [
        present("a", day, "absent", attendance_id="1"),
        present("a", day, "tardy", attendance_type="section", section_id="m5", attendance_id="2"),
        present("a", "2026-09-01", "present", attendance_id="3"),
        present("a", day, "present", school_id="S", attendance_id="4"),
    ]
    rows = ingest(source).attendance
    assert sorted((row.sis_id, row.attendance_status) for row in rows) == [
        ("2", "tardy"),
        ("3", "present"),
        ("4", "present"),
    ]
