"""v1.2: v2.0 with courses and terms written inside sections, and with all that v2.0 dropped (spec:v1.2)."""

from __future__ import annotations

from msgspec.structs import replace

from mock_clever.versions import finding
from mock_clever.versions.shape import Collection, Me, Relation, collections, relations
from mock_clever.versions.v2_0 import CONTACT, DISTRICT, PERSON, TAUGHT, V2_0

_v = V2_0.collections


def _filtered(*given: Relation) -> tuple[Relation, ...]:
    return tuple(replace(relation, where=True) for relation in given)


def _without(collection: Collection, *gone: str) -> dict[str, Relation]:
    return {name: relation for name, relation in collection.relations.items() if name not in gone}


STATUS = Relation(rel="status", to="districts", part="status", find=finding.of_district)
GRADES = Relation(rel="grade_levels", to="teachers", values=True, find=finding.grades_of_teacher)

DISTRICTS = replace(
    _v["districts"],
    reads=(("instant_login", "True"),),
    includes=True,
    linked=lambda _: ("schools", "teachers", "students", "sections"),
    relations=relations(
        Relation(rel="admins", to="district_admins", bare=True, find=finding.all_of("district_admins")),
        STATUS,
        *_filtered(
            *(
                Relation(rel=kind, to=kind, find=finding.all_of(kind))
                for kind in ("schools", "sections", "students", "teachers")
            )
        ),
    ),
)

SCHOOLS = replace(
    _v["schools"],
    feed=True,
    where=True,
    relations=relations(
        DISTRICT, *_filtered(*(_v["schools"].relations[name] for name in ("sections", "students", "teachers")))
    ),
)

STUDENTS = replace(
    _v["students"],
    feed=True,
    where=True,
    includes=True,
    linked=lambda _: ("district", "sections", "school", "teachers", "contacts"),
    relations=_without(_v["students"], "schools")
    | relations(
        Relation(rel="contacts", to="contacts", bare=True, back="student", find=finding.contacts_of_person)
    ),
)

TEACHERS = replace(
    _v["teachers"],
    feed=True,
    where=True,
    includes=True,
    linked=lambda _: ("district", "school", "students", "sections", "grade_levels"),
    relations=_without(_v["teachers"], "schools") | relations(GRADES),
)

SCHOOL_ADMINS = replace(
    _v["school_admins"],
    feed=True,
    reads=PERSON,
    where=True,
    includes=True,
    linked=lambda _: ("schools",),
    relations=_without(_v["school_admins"], "district"),
)

DISTRICT_ADMINS = replace(
    _v["district_admins"],
    events="",
    reads=PERSON,
    bare=True,
    linked=lambda _: (),
    relations={},
)

CONTACTS = replace(
    _v["contacts"],
    events="studentcontacts",
    reads=(*CONTACT, ("student", "part.first.student or None")),
    linked=lambda _: ("district", "student"),
    relations=relations(
        DISTRICT, Relation(rel="student", to="students", one=True, find=finding.student_of_contact)
    ),
)

SECTIONS = replace(
    _v["sections"],
    feed=True,
    reads=(
        *TAUGHT,
        ("course_name", "town.course_of(part).name"),
        ("course_number", "town.course_of(part).number"),
        ("course_description", "town.course_of(part).description"),
        ("term", "town.term_of(part)"),
    ),
    where=True,
    linked=lambda _: ("district", "teacher", "teachers", "students", "school"),
    relations=_without(_v["sections"], "course", "term"),
)

V1_2 = replace(
    V2_0,
    name="v1.2",
    collections=collections(
        DISTRICTS, SCHOOLS, STUDENTS, TEACHERS, SCHOOL_ADMINS, DISTRICT_ADMINS, CONTACTS, SECTIONS
    ),
    me=Me(authorized_by=(), record=True, order=("district", "id", "type")),
    links=("self", "prev", "next"),
    links_first=False,
    event_filters=False,
)
