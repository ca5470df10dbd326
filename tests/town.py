"""A hand-written town, small enough to know by heart: what each rule and each link must show is written by hand.

Two schools, Ash and Birch. Ada learns at both (primary Ash). Ben learns at Ash only, Cleo at Birch only, Dan has
no section. Tess teaches at Ash, Uma co-teaches there and teaches at Birch. Sol is staff at Ash and a teacher's
colleague, Root the district admin who also teaches nothing. Pat is Ada's parent and Ben's uncle.
"""

from mock_clever.model import (
    Contact,
    Course,
    Credentials,
    District,
    DistrictAdmin,
    Location,
    Name,
    Relationship,
    Resource,
    Roles,
    School,
    Section,
    Snapshot,
    Staff,
    Student,
    Teacher,
    Term,
    User,
)

WHEN = "2026-08-10T16:08:05.000Z"
TOWN = "6a00000000000000000000d1"
PORTAL = "https://clever.example/in/hand-written-town"
ASH, BIRCH = "6a000000000000000000aa01", "6a000000000000000000aa02"
FALL, SPRING = "6a000000000000000000bb01", "6a000000000000000000bb02"
ALGEBRA, BIOLOGY = "6a000000000000000000cc01", "6a000000000000000000cc02"
ALGEBRA_ASH, BIOLOGY_ASH, BIOLOGY_BIRCH = (f"6a000000000000000000dd0{n}" for n in (1, 2, 3))
ADA, BEN, CLEO, DAN = (f"6a000000000000000000ee0{n}" for n in (1, 2, 3, 4))
TESS, UMA, SOL, ROOT, PAT = (f"6a000000000000000000ee0{n}" for n in (5, 6, 7, 8, 9))
LESSON = "6a000000000000000000ff01"


def _user(id: str, first: str | None, last: str, email: str | None, **roles: object) -> User:
    return User(
        id=id,
        district=TOWN,
        created=WHEN,
        last_modified=WHEN,
        name=Name(first=first, last=last),
        email=email,
        roles=Roles(**roles),  # type: ignore[arg-type]
    )


def _student(number: str, schools: tuple[str, ...], grade: str | None) -> Student:
    return Student(
        school=schools[0],
        schools=schools,
        sis_id=f"s{number}",
        student_number=number,
        grade=grade,
        ell_status="Y",
        graduation_year="",
        location=Location(address="", city="", state="", zip="00000"),
        credentials=Credentials(district_username=f"user{number}"),
    )


def _teacher(number: str, schools: tuple[str, ...]) -> Teacher:
    legacy = f"6a00000000000000000000{number}"
    return Teacher(
        legacy_id=legacy, school=schools[0], schools=schools, sis_id=f"t{number}", teacher_number=number
    )


def _section(
    id: str, school: str, name: str, people: tuple[tuple[str, ...], tuple[str, ...]], **more: str
) -> Section:
    teachers, students = people
    return Section(
        id=id,
        district=TOWN,
        school=school,
        name=name,
        sis_id=f"x{id[-2:]}",
        created=WHEN,
        last_modified=WHEN,
        teacher=teachers[0] if teachers else None,
        teachers=teachers,
        students=students,
        **more,
    )


def town() -> Snapshot:
    """The town as it is at the beginning."""
    return Snapshot(
        districts=[
            District(
                id=TOWN,
                name="Hand-Written Town",
                last_sync=WHEN,
                login_methods=("Clever Badges",),
                portal_url=PORTAL,
            )
        ],
        schools=[
            School(id=ASH, district=TOWN, name="Ash", sis_id="1", created=WHEN, last_modified=WHEN),
            School(id=BIRCH, district=TOWN, name="Birch", sis_id="2", created=WHEN, last_modified=WHEN),
        ],
        terms=[
            Term(id=FALL, district=TOWN, name="Fall", start_date="2026-08-17", end_date="2026-12-18"),
            Term(id=SPRING, district=TOWN, name="Spring"),
        ],
        courses=[
            Course(id=ALGEBRA, district=TOWN, name="Algebra", number="101"),
            Course(id=BIOLOGY, district=TOWN, name="Biology", number="201"),
        ],
        users=[
            _user(ADA, "Ada", "Ñandú", None, student=_student("11", (ASH, BIRCH), "9")),
            _user(BEN, "Ben", "O'Hare", "ben@example.org", student=_student("12", (ASH,), "9")),
            _user(CLEO, "Cleo", "Ito", "cleo@example.org", student=_student("13", (BIRCH,), "10")),
            _user(DAN, "Dan", "Lee", "dan@example.org", student=_student("14", (ASH,), None)),
            _user(TESS, "Tess", "Berg", "tess@example.org", teacher=_teacher("21", (ASH,))),
            _user(
                UMA,
                "Uma",
                "Sá",
                "uma@example.org",
                teacher=_teacher("22", (BIRCH, ASH)),
                district_admin=DistrictAdmin(legacy_id="6a0000000000000000000032", title="Deputy"),
            ),
            _user(
                SOL,
                "Sol",
                "Kim",
                "sol@example.org",
                staff=Staff(
                    legacy_id="6a0000000000000000000041", schools=(ASH,), staff_id="41", title="Principal"
                ),
            ),
            _user(
                ROOT,
                "Root",
                "Admin",
                "root@example.org",
                district_admin=DistrictAdmin(legacy_id="6a0000000000000000000051", title=""),
            ),
            _user(
                PAT,
                None,
                "Pat Ñandú",
                "pat@example.org",
                contact=Contact(
                    legacy_id="6a0000000000000000000061",
                    phone="555-0101",
                    phone_type="Cell",
                    sis_id="",
                    student_relationships=(
                        Relationship(student=ADA, relationship="Parent", type="Primary"),
                        Relationship(student=BEN, relationship="Aunt/Uncle", type="Family"),
                    ),
                ),
            ),
        ],
        sections=[
            _section(ALGEBRA_ASH, ASH, "Algebra 1", ((TESS, UMA), (ADA, BEN)), course=ALGEBRA, term_id=FALL),
            _section(BIOLOGY_ASH, ASH, "Biology", ((TESS,), (BEN,)), course=BIOLOGY),
            _section(BIOLOGY_BIRCH, BIRCH, "Biology", ((UMA,), (ADA, CLEO)), course=BIOLOGY, term_id=FALL),
        ],
        resources=[
            Resource(
                id=LESSON,
                district=TOWN,
                resource_id="lesson-1",
                title="Cells",
                created=WHEN,
                updated=WHEN,
                courses=(BIOLOGY,),
                roles=("student",),
            )
        ],
    )
