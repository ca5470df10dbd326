"""v2.0: people are listed role by role, each under an id of that role; courses and terms are records."""

from __future__ import annotations

from mock_clever.versions import finding
from mock_clever.versions.shape import Collection, Me, Reads, Relation, Version, collections, relations

# What a person's record takes from the user; the rest is the role's.
PERSON: Reads = (
    ("id", "record.id"),
    ("district", "record.user.district"),
    ("email", "record.user.email"),
    ("name", "record.user.name"),
    ("created", "record.user.created"),
    ("last_modified", "record.user.last_modified"),
)
ADMIN: Reads = (*PERSON, ("name", "record.user.name.short"))
# A contact's one relationship is the first of those v3 tells (docs/concept-guide).
CONTACT: Reads = (
    *PERSON,
    ("name", "record.user.name.whole"),
    ("relationship", "part.first.relationship"),
    ("type", "part.first.type"),
)
TAUGHT: Reads = (("teacher", "town.teacher_id(part.teacher)"), ("teachers", "town.teacher_ids(part.teachers)"))

DISTRICT = Relation(rel="district", to="districts", one=True, find=finding.of_district)
SCHOOL = Relation(rel="school", to="schools", one=True, find=finding.school_of_person)
SCHOOLS_OF = Relation(rel="schools", to="schools", find=finding.schools_of_person)
SECTIONS_OF = Relation(rel="sections", to="sections", find=finding.sections_of_person, library=True)

# The order of links on v1.1's records (recorded), with what came later beside its like.

STUDENTS = Collection(
    name="students",
    events="students",
    kind="students",
    part="student",
    role="student",
    reads=PERSON,
    own=finding.own_as("student"),
    library=True,
    counts=False,
    linked=lambda _: ("district", "sections", "school", "schools", "teachers", "contacts"),
    relations=relations(
        Relation(rel="contacts", to="contacts", find=finding.contacts_of_person),
        DISTRICT,
        SCHOOL,
        SCHOOLS_OF,
        SECTIONS_OF,
        Relation(rel="teachers", to="teachers", find=finding.teachers_of_person),
    ),
)

TEACHERS = Collection(
    name="teachers",
    events="teachers",
    kind="teachers",
    part="teacher",
    role="teacher",
    reads=PERSON,
    own=finding.own_as("teacher"),
    library=True,
    counts=False,
    linked=lambda _: ("district", "school", "schools", "students", "sections"),
    relations=relations(
        DISTRICT,
        SCHOOL,
        SCHOOLS_OF,
        SECTIONS_OF,
        Relation(rel="students", to="students", find=finding.students_of_person),
    ),
)

SCHOOL_ADMINS = Collection(
    name="school_admins",
    events="schooladmins",
    kind="school_admins",
    part="staff",
    role="staff",
    reads=ADMIN,
    own=finding.own_as("staff"),
    counts=False,
    linked=lambda _: ("district", "schools"),
    relations=relations(DISTRICT, SCHOOLS_OF),
)

DISTRICT_ADMINS = Collection(
    name="district_admins",
    events="districtadmins",
    kind="district_admins",
    part="district_admin",
    role="district_admin",
    reads=ADMIN,
    own=finding.own_as("district_admin"),
    counts=False,
    linked=lambda _: ("district",),
    relations=relations(DISTRICT),
)

CONTACTS = Collection(
    name="contacts",
    events="contacts",
    kind="contacts",
    part="contact",
    role="contact",
    reads=CONTACT,
    counts=False,
    linked=lambda _: ("district", "students"),
    relations=relations(
        DISTRICT,
        Relation(rel="students", to="students", find=lambda _, person: person.role.students),
    ),
)

SCHOOLS = Collection(
    name="schools",
    events="schools",
    kind="schools",
    part="school",
    own=finding.own_schools,
    counts=False,
    linked=lambda _: ("district", "teachers", "students", "sections"),
    relations=relations(
        DISTRICT,
        Relation(rel="sections", to="sections", find=finding.sections_of_school),
        Relation(rel="students", to="students", find=finding.students_primarily),
        Relation(rel="teachers", to="teachers", find=finding.teachers_primarily),
    ),
)

SECTIONS = Collection(
    name="sections",
    events="sections",
    kind="sections",
    part="section",
    reads=TAUGHT,
    library=True,
    counts=False,
    linked=lambda _: ("district", "teacher", "teachers", "students", "school", "course", "term"),
    relations=relations(
        Relation(rel="course", to="courses", one=True, find=finding.course_of),
        DISTRICT,
        Relation(rel="school", to="schools", one=True, find=finding.school_of),
        Relation(rel="students", to="students", find=finding.students_of_section, library=True),
        Relation(rel="teacher", to="teachers", one=True, find=finding.teacher_of_section),
        Relation(rel="teachers", to="teachers", find=finding.teachers_of_section),
        Relation(rel="term", to="terms", one=True, find=finding.term_of),
    ),
)

COURSES = Collection(
    name="courses",
    events="courses",
    kind="courses",
    part="course",
    counts=False,
    linked=lambda _: ("district", "sections"),
    relations=relations(DISTRICT, Relation(rel="sections", to="sections", find=finding.sections_of_course)),
)

TERMS = Collection(
    name="terms",
    events="terms",
    kind="terms",
    part="term",
    counts=False,
    linked=lambda _: ("district", "sections"),
    relations=relations(DISTRICT, Relation(rel="sections", to="sections", find=finding.sections_of_term)),
)

DISTRICTS = Collection(
    name="districts",
    events="districts",
    kind="districts",
    part="district",
    reads=(("district_contact", "part.district_contact and part.district_contact.short"),),
    own=finding.of_district,
    counts=False,
    pages=False,
    linked=lambda _: (),
    relations={},
)

V2_0 = Version(
    name="v2.0",
    collections=collections(
        DISTRICTS, SCHOOLS, STUDENTS, TEACHERS, SCHOOL_ADMINS, DISTRICT_ADMINS, CONTACTS, SECTIONS, COURSES, TERMS
    ),
    people={
        "student": "students",
        "teacher": "teachers",
        "staff": "school_admins",
        "district_admin": "district_admins",
    },
    me=Me(authorized_by=("teacher",)),
)
