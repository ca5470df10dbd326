"""The presets hold exactly what Clever's test districts hold, and the people in them can log in as documented."""

from __future__ import annotations

from functools import cache

import pytest
from msgspec.structs import replace

from mock_clever.ids import is_object_id
from mock_clever.ingest import ingest
from mock_clever.model import KINDS, Snapshot, User
from mock_clever.synthesis import UnknownPreset, generate, preset_names, read_preset, synthesise

SMALL = ("certification-isd", "demo", "library", "sandbox", "tiny")


@cache
def district(preset: str) -> Snapshot:
    return ingest(generate(preset))


@cache
def clear_water(schools: int = 20) -> Snapshot:
    """The first schools of Clear Water ISD: two rounds of its ten shapes unless told otherwise."""
    return ingest(synthesise(replace(read_preset("clear-water"), schools=schools)))


def counts(snapshot: Snapshot) -> dict[str, int]:
    roles = {role: len(ids) for role, ids in snapshot.users_of_role.items()}
    return {"schools": len(snapshot.schools), "sections": len(snapshot.sections), **roles}


def logins(snapshot: Snapshot, role: str) -> dict[str, str | None]:
    """User names of a role and their passwords."""
    found: dict[str, str | None] = {}
    for id in snapshot.users_of_role[role]:
        user = snapshot.users[id]
        credentials = getattr(user.roles, role).credentials
        if credentials is not None and credentials.district_username:
            found[credentials.district_username] = user.password
    return found


def test_there_are_five_presets() -> None:
    assert preset_names() == ("certification-isd", "clear-water", "demo", "library", "sandbox", "tiny")


def test_an_unknown_preset_is_refused_with_the_choices() -> None:
    with pytest.raises(UnknownPreset, match="no preset 'huge': choose one of certification-isd, clear-water"):
        generate("huge")


def test_the_sandbox_has_the_documented_size() -> None:
    sandbox = district("sandbox")
    assert counts(sandbox) == {
        "schools": 5,
        "sections": 33,
        "teacher": 7,
        "student": 14,
        "contact": 14,
        "staff": 6,
        "district_admin": 1,
    }
    assert len(sandbox.users) == 41 + 1


def test_the_sandbox_logins_are_the_documented_ones() -> None:
    sandbox = district("sandbox")
    for role, number, example in (
        ("student", "student_number", "243615677"),
        ("teacher", "teacher_number", "215041"),
        ("staff", "staff_id", "12342"),
    ):
        numbers = {getattr(getattr(sandbox.users[id].roles, role), number) for id in sandbox.users_of_role[role]}
        assert logins(sandbox, role) == {number: number for number in numbers}
        assert example in numbers


def test_the_sandbox_shows_the_usual_surprises() -> None:
    sandbox = district("sandbox")
    users, sections = list(sandbox.users), list(sandbox.sections)
    students = [user for user in users if user.roles.student]
    teachers = [user for user in users if user.roles.teacher]
    assert any(user.roles.student and len(user.roles.student.schools) == 2 for user in students)
    assert any(user.roles.teacher and len(user.roles.teacher.schools) == 2 for user in teachers)
    assert any(not user.email for user in students)
    assert any(user.id not in sandbox.sections_of_user for user in teachers)
    assert all(user.id in sandbox.sections_of_user for user in students)
    assert any(len(section.teachers) == 2 for section in sections)
    assert any(section.course is None for section in sections)
    assert any(section.term_id is None for section in sections)
    assert all(section.students and section.teacher for section in sections)
    contacts = [user.roles.contact for user in users if user.roles.contact]
    assert any(len({tie.student for tie in contact.student_relationships}) == 2 for contact in contacts)


@pytest.mark.parametrize("seed", range(1, 30))
def test_the_sandbox_keeps_its_size_whatever_the_seed(seed: int) -> None:
    assert counts(ingest(generate("sandbox", seed))) == counts(district("sandbox"))


def test_tiny_is_tiny_and_has_one_of_everything() -> None:
    tiny = district("tiny")
    assert counts(tiny) == {
        "schools": 1,
        "sections": 3,
        "teacher": 2,
        "student": 4,
        "contact": 2,
        "staff": 1,
        "district_admin": 1,
    }
    assert [user.holds() for user in tiny.users if len(user.holds()) > 1] == [("teacher", "staff")]


def test_the_library_sandbox_is_the_documented_one() -> None:
    library = district("library")
    assert library.district.id == "5b2ad81a709e300001e2cd7a"
    teachers = {f"teacher{x}": "clever" for x in range(1, 21)}
    students = {f"student{x}-{y}": "clever" for x in range(1, 21) for y in range(1, 6)}
    assert logins(library, "teacher") == teachers
    assert logins(library, "student") == students
    for id in library.users_of_role["teacher"]:
        own = [library.sections[section] for section in library.sections_of_user[id]]
        assert sorted(len(section.students) for section in own) == [1, 2, 2]
        number = own[0].sis_id.removeprefix("class").partition("-")[0]
        taught = {student_number(library.users[student]) for section in own for student in section.students}
        assert taught == {f"{number}-{y}" for y in range(1, 6)}


def student_number(user: User) -> str | None:
    return user.roles.student and user.roles.student.student_number


def test_certification_isd_is_the_documented_district() -> None:
    isd = district("certification-isd")
    assert isd.district.id == "58da8a43cc70ab00017a1a87"
    assert isd.district.name == "#DEMO Certification ISD - Events"
    assert isd.district.portal_url == "https://clever.com/in/demo-certification3cc70ab00017a1a87"
    assert len(isd.schools) == 5
    assert all("Fictional" in school.name for school in isd.schools)


def test_clear_water_has_the_documented_size_in_its_preset() -> None:
    preset = read_preset("clear-water")
    shapes = [preset.shape(number) for number in range(1, preset.schools + 1)]
    assert preset.large
    assert preset.schools == 250
    assert sum(shape.sections for shape in shapes) == 58_000
    assert sum(shape.students for shape in shapes) == 280_000
    assert sum(shape.teachers for shape in shapes) == 5_600
    assert sum(shape.staff for shape in shapes) >= 500


def test_clear_water_has_exactly_what_its_shapes_say() -> None:
    found = counts(clear_water(10))
    assert (found["schools"], found["sections"], found["student"]) == (10, 2_320, 11_200)
    assert (found["teacher"], found["staff"], found["district_admin"]) == (224, 30, 3)


def test_every_student_of_clear_water_is_in_a_class_of_a_usual_size() -> None:
    snapshot = clear_water()
    assert set(snapshot.users_of_role["student"]) <= snapshot.sections_of_user.keys()
    sizes = [len(section.students) for section in snapshot.sections]
    assert 17 <= sum(sizes) / len(sizes) <= 23
    assert min(sizes) >= 8
    assert max(sizes) <= 45


def test_clear_water_is_about_as_untidy_as_its_ratios_say() -> None:
    snapshot = clear_water()
    sections, students = list(snapshot.sections), snapshot.users_of_role["student"]
    users = [snapshot.users[id] for id in students]
    roles = [user.roles.student for user in users if user.roles.student]

    def share(odd: int, of: int) -> float:
        return odd / of

    assert 0.06 <= share(sum(len(s.teachers) > 1 for s in sections), len(sections)) <= 0.10
    assert 0.13 <= share(sum(s.term_id is None for s in sections), len(sections)) <= 0.17
    assert 0.035 <= share(sum(s.course is None for s in sections), len(sections)) <= 0.065
    assert 0.015 <= share(sum(len(role.schools) > 1 for role in roles), len(roles)) <= 0.025
    for grades, low, high in ((("Kindergarten", "1", "2"), 0.55, 0.65), (("9", "10"), 0.02, 0.04)):
        aged = [user for user in users if user.roles.student and user.roles.student.grade in grades]
        assert low <= share(sum(not user.email for user in aged), len(aged)) <= high
    assert any(set(user.holds()) == {"teacher", "staff"} for user in snapshot.users)
    assert any(id not in snapshot.sections_of_user for id in snapshot.users_of_role["teacher"])


def test_most_contacts_come_one_or_two_to_a_student() -> None:
    preset = read_preset("certification-isd")
    ordinary = synthesise(replace(preset, key="ordinary"))  # no hand-written rows under that name
    assert 1.4 <= len(ordinary.contacts) / len(ordinary.students) <= 1.8
    per_student = [row.student_id for row in ordinary.contacts]
    assert max(per_student.count(id) for id in set(per_student)) <= 5


@pytest.mark.parametrize("preset", SMALL)
@pytest.mark.parametrize("seed", [0, 7])
def test_every_id_is_an_object_id_and_every_reference_leads_somewhere(preset: str, seed: int) -> None:
    snapshot = ingest(generate(preset, seed))
    ids = [record.id for kind in KINDS for record in snapshot.table(kind)]
    assert all(map(is_object_id, ids))
    assert len(ids) == len(set(ids))
    for section in snapshot.sections:
        assert section.school in snapshot.schools
        assert all(id in snapshot.users for id in (*section.teachers, *section.students))


@pytest.mark.parametrize("preset", ["certification-isd", "sandbox", "tiny", "library"])
def test_another_seed_is_another_district(preset: str) -> None:
    one, other = generate(preset, 0), generate(preset, 1)
    assert one.district.id != other.district.id
    assert {row.student_id for row in one.students} == {row.student_id for row in other.students}
    if preset != "tiny":
        assert [row.last_name for row in one.students] != [row.last_name for row in other.students]
    users = {user.id for user in ingest(one).users} & {user.id for user in ingest(other).users}
    assert not users
