"""v3.0: everyone is a user; roles are what collections of people used to be (docs/new-in-api-v3)."""

from __future__ import annotations

from mock_clever.model import ROLES, schools_of
from mock_clever.versions import finding
from mock_clever.versions.shape import Collection, Relation, Version, collections, relations

_LINKS_OF_ROLE = {
    "student": ("district", "sections", "myContacts", "myTeachers", "schools"),
    "teacher": ("district", "sections", "myStudents", "schools"),
    "contact": ("district", "sections", "schools"),
    "staff": ("district", "schools"),
    "district_admin": ("district",),
}
_LINK_ORDER = ("district", "sections", "myContacts", "myTeachers", "myStudents", "schools")

DISTRICT = Relation(rel="district", to="districts", one=True, find=finding.of_district)

USERS = Collection(
    name="users",
    events="users",
    kind="users",
    part="user",
    own=finding.own_user,
    library=True,
    links_first=True,
    roles=("contact", "district_admin", "staff", "student", "teacher"),
    linked=lambda user: [rel for rel in _LINK_ORDER if any(rel in _LINKS_OF_ROLE[role] for role in user.holds())],
    relations=relations(
        DISTRICT,
        Relation(rel="myContacts", to="users", find=finding.contacts_of),
        Relation(rel="myStudents", to="users", find=finding.students_of),
        Relation(rel="myTeachers", to="users", find=finding.teachers_of),
        Relation(rel="resources", to="resources", find=finding.resources_of_user),
        Relation(rel="schools", to="schools", find=lambda _, user: schools_of(user), primary=finding.primary),
        Relation(rel="sections", to="sections", find=finding.sections_of_user, library=True),
    ),
)

SCHOOLS = Collection(
    name="schools",
    events="schools",
    kind="schools",
    part="school",
    own=finding.own_schools,
    linked=lambda _: ("district", "sections", "users", "terms", "courses"),
    relations=relations(
        Relation(rel="courses", to="courses", find=finding.courses_of_school),
        DISTRICT,
        Relation(rel="sections", to="sections", find=finding.sections_of_school),
        Relation(rel="terms", to="terms", find=finding.terms_of_school, timestamps=True),
        Relation(
            rel="users",
            to="users",
            find=finding.users_of_school,
            primary=finding.users_primarily,
            roles=("staff", "student", "teacher"),
        ),
    ),
)

SECTIONS = Collection(
    name="sections",
    events="sections",
    kind="sections",
    part="section",
    links_first=True,
    library=True,
    linked=lambda _: ("district", "school", "term", "course", "users"),
    relations=relations(
        Relation(rel="course", to="courses", one=True, find=finding.course_of),
        DISTRICT,
        Relation(rel="resources", to="resources", find=finding.resources_of_section),
        Relation(rel="school", to="schools", one=True, find=finding.school_of),
        Relation(rel="term", to="terms", one=True, find=finding.term_of),
        Relation(
            rel="users",
            to="users",
            find=lambda _, section: (*section.teachers, *section.students),
            roles=("student", "teacher"),
            library=True,
        ),
    ),
)

COURSES = Collection(
    name="courses",
    events="courses",
    kind="courses",
    part="course",
    linked=lambda _: ("district", "sections", "schools"),
    relations=relations(
        DISTRICT,
        Relation(
            rel="resources",
            to="resources",
            find=lambda town, course: town.resources_of_course.get(course.id, ()),
        ),
        Relation(
            rel="schools",
            to="schools",
            find=lambda town, course: finding.schools_of_sections(town, finding.sections_of_course(town, course)),
        ),
        Relation(rel="sections", to="sections", find=finding.sections_of_course),
    ),
)

TERMS = Collection(
    name="terms",
    events="terms",
    kind="terms",
    part="term",
    linked=lambda _: ("district", "sections", "schools"),
    relations=relations(
        DISTRICT,
        Relation(
            rel="schools",
            to="schools",
            find=lambda town, term: finding.schools_of_sections(town, finding.sections_of_term(town, term)),
        ),
        Relation(rel="sections", to="sections", find=finding.sections_of_term),
    ),
)

RESOURCES = Collection(
    name="resources",
    events="resources",
    kind="resources",
    part="resource",
    counts=False,
    scope="resources",
    empty="resources",
    linked=lambda _: ("courses", "sections", "users"),
    relations=relations(
        Relation(rel="courses", to="courses", find=lambda _, resource: resource.courses),
        Relation(rel="sections", to="sections", find=finding.sections_of_resource),
        Relation(rel="users", to="users", find=finding.users_of_resource, roles=("student", "teacher")),
    ),
)

DISTRICTS = Collection(
    name="districts",
    events="districts",
    kind="districts",
    part="district",
    own=finding.of_district,
    pages=False,
    linked=lambda _: (),
    relations={},
)

V3_0 = Version(
    name="v3.0",
    collections=collections(DISTRICTS, SCHOOLS, USERS, SECTIONS, COURSES, TERMS, RESOURCES),
    people=dict.fromkeys(ROLES, "users"),
)
