"""Every case of Certification ISD's answer key names records that exist and are odd in the way it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from mock_clever.ingest import ingest
from mock_clever.model import Snapshot
from mock_clever.synthesis import Case, answer_key, generate, preset_names

Oddity = Callable[..., bool]

PRESET = "certification-isd"


@pytest.fixture(scope="module")
def isd() -> Snapshot:
    return ingest(generate(PRESET))


@pytest.fixture(scope="module")
def cases(isd: Snapshot) -> dict[str, Case]:
    return {case.id: case for case in answer_key(PRESET, isd)}


def student(user: Any) -> Any:
    return user.roles.student


def sections_of(isd: Snapshot, user: Any) -> list[Any]:
    return [isd.sections[id] for id in isd.sections_of_user.get(user.id, ())]


def contacts_of(isd: Snapshot, user: Any) -> list[Any]:
    return [isd.users[id] for id in isd.contacts_of_student.get(user.id, ())]


def courses(isd: Snapshot, *sections: Any) -> set[str | None]:
    return {section.course for section in sections}


def e01(isd: Snapshot, district: Any) -> bool:
    return len(isd.districts) == 1 and district.mdr_number is None and len(isd.schools) == 5


def e02(
    isd: Snapshot, long: Any, markup: Any, marks: Any, emoji: Any, nfd: Any, nfc: Any, login: Any, section: Any
) -> bool:
    return (
        len(long.name.last) == 300
        and "<script>" in markup.name.first
        and '"' in markup.name.last
        and "\u202b" in marks.name.first
        and "\u200f" in marks.name.last
        and max(emoji.name.first) > "\uffff"
        and max(emoji.name.last) > "\uffff"
        and (nfd.name.first, nfc.name.first) == ("Zoe\u0308", "Zo\u00eb")
        and student(login).credentials.district_username == "wynn.foxgloveling" * 4
        and all(odd in section.name for odd in ('"', ",", "<b>", "読書", "📚", "ñ"))
    )


def e03(isd: Snapshot, no_at: Any, none: Any, pupil: Any, staff: Any, contact: Any, teacher: Any) -> bool:
    return (
        "@" not in no_at.email
        and not none.email
        and pupil.email == staff.email
        and pupil.id != staff.id
        and contact.email == teacher.email
        and contact.id != teacher.id
    )


def e04(isd: Snapshot, merged: Any) -> bool:
    return set(merged.holds()) == {"teacher", "staff"} and merged.email is not None


def e05(isd: Snapshot, busy: Any, idle: Any, roaming: Any, guest: Any, mixed: Any) -> bool:
    return (
        len(sections_of(isd, busy)) == 12
        and not sections_of(isd, idle)
        and {s.school for s in sections_of(isd, roaming)} == set(student(roaming).schools)
        and len(student(roaming).schools) == 3
        and guest.id in mixed.students
        and student(guest).school != mixed.school
    )


def e06(isd: Snapshot, busy: Any, idle: Any, roaming: Any) -> bool:
    return (
        len(sections_of(isd, busy)) == 12
        and not sections_of(isd, idle)
        and len({s.school for s in sections_of(isd, roaming)}) == len(roaming.roles.teacher.schools) == 2
    )


def e07(isd: Snapshot, principal: Any) -> bool:
    return len(principal.roles.staff.schools) == 3 and not hasattr(principal.roles.staff, "school")


def e08(isd: Snapshot, none: Any, one: Any, five: Any, bare: Any, uncle: Any) -> bool:
    ties = uncle.roles.contact.student_relationships
    kinds = {contacts.roles.contact.student_relationships[0].type for contacts in contacts_of(isd, five)}
    return (
        [len(contacts_of(isd, pupil)) for pupil in (none, one, five)] == [0, 1, 5]
        and len(kinds) == 4
        and bare.name.first is None
        and " " not in bare.name.last
        and not bare.roles.contact.student_relationships[0].relationship
        and Counter(tie.relationship for tie in ties) == {"Aunt/Uncle": 2, "Parent": 1}
    )


def e09(isd: Snapshot, mailed: Any, phoned: Any, named: Any, pupil: Any) -> bool:
    contacts = (mailed, phoned, named)
    return (
        not any(contact.roles.contact.sis_id for contact in contacts)
        and bool(mailed.email)
        and not phoned.email
        and bool(phoned.roles.contact.phone)
        and not named.email
        and not named.roles.contact.phone
        and {contact.id for contact in contacts} == {contact.id for contact in contacts_of(isd, pupil)}
    )


def e10(isd: Snapshot, merged: Any, one: Any, other: Any, unnumbered: Any, last: Any, only: Any) -> bool:
    written = {row.section_id: row.course_name for row in generate(PRESET).sections}
    return (
        courses(isd, one, other) == {merged.id}
        and written[one.sis_id] != written[other.sis_id]
        and not unnumbered.number
        and isd.sections_of_course[last.id] == [only.id]
    )


def e11(isd: Snapshot, name: Any, start: Any, end: Any, twin: Any, without: Any) -> bool:
    return (
        bool(name.name)
        and not (name.start_date or name.end_date)
        and bool(start.start_date)
        and not (start.name or start.end_date)
        and bool(end.end_date)
        and not (end.name or end.start_date)
        and sum(term.name == twin.name == "Y1" for term in isd.terms) == 2
        and without.term_id is None
    )


def e12(isd: Snapshot, choir: Any, team: Any, single: Any) -> bool:
    return (
        len(choir.students) == 130
        and len(team.teachers) == 10
        and team.teacher == team.teachers[0]
        and len(single.students) == 1
    )


def e13(isd: Snapshot, one: Any, other: Any, generated: Any) -> bool:
    written = {row.section_id: row.name for row in generate(PRESET).sections}
    return (
        (one.name, one.school, one.teacher) == (other.name, other.school, other.teacher)
        and one.id != other.id
        and not written[generated.sis_id]
        and generated.name.startswith("Geography - ")
    )


def e14(isd: Snapshot, section: Any, unknown: Any) -> bool:
    grades = {student(isd.users[id]).grade for id in section.students}
    return section.grade == "8" and grades == {"6"} and unknown.subject == "other"


def e15(isd: Snapshot, section: Any, teacher: Any, pupil: Any) -> bool:
    schools = {section.school, teacher.roles.teacher.school, student(pupil).school}
    return len(schools) == 3 and section.teacher == teacher.id and pupil.id in section.students


def e16(isd: Snapshot, section: Any, pupil: Any, teacher: Any) -> bool:
    return pupil.id in section.students and teacher.id in section.teachers[1:] and len(section.students) > 1


def e17(isd: Snapshot, renewed: Any, restored: Any) -> bool:
    return bool(sections_of(isd, renewed)) and bool(sections_of(isd, restored))


def e18(isd: Snapshot, triple: Any, teacher: Any, contact: Any, pupil: Any) -> bool:
    return (
        set(triple.holds()) == {"teacher", "staff", "district_admin"}
        and teacher.holds() == ("teacher",)
        and contact.holds() == ("contact",)
        and pupil.holds() == ("student",)
        and teacher.email == contact.email
        and sum(user.email == pupil.email for user in isd.users) == 2
    )


def e19(isd: Snapshot, pupil: Any) -> bool:
    return bool(sections_of(isd, pupil))


def e20(isd: Snapshot, section: Any) -> bool:
    return isd.terms[section.term_id].end_date == "2026-12-18" and bool(section.students)


def e21(isd: Snapshot, section: Any) -> bool:
    return bool(section.course and section.teacher and section.term_id)


def e22(isd: Snapshot, leaver: Any, climber: Any, teacher: Any, section: Any) -> bool:
    return (
        student(leaver).grade == "12"
        and student(climber).grade == "11"
        and bool(sections_of(isd, teacher))
        and {leaver.id, climber.id} <= set(section.students)
    )


def e23(isd: Snapshot, district: Any) -> bool:
    last_day = max(term.end_date or "" for term in isd.terms)
    return district.state == "running" and district.pause_start is None and last_day == "2027-06-11"


def e24(isd: Snapshot, pupil: Any, teacher: Any) -> bool:
    return bool(student(pupil).sis_id and teacher.roles.teacher.sis_id and sections_of(isd, pupil))


def e25(isd: Snapshot, old: Any, new: Any, pupil: Any) -> bool:
    return pupil.id in old.students and pupil.id not in new.students and old.teacher == new.teacher


def e26(isd: Snapshot, pupil: Any, teacher: Any, section: Any) -> bool:
    role = student(pupil)
    return (
        not any((pupil.email, role.grade, role.dob, role.student_number, role.gender, role.state_id))
        and not teacher.email
        and not (section.course or section.term_id or section.period)
        and pupil.id in section.students
    )


def e27(isd: Snapshot, one: Any, other: Any) -> bool:
    return (
        one.name == other.name
        and student(one).school == student(other).school
        and student(one).grade != student(other).grade
    )


def e28(isd: Snapshot, section: Any, teacher: Any) -> bool:
    return section.teachers == (teacher.id,) and len(section.students) == 4


def e29(isd: Snapshot, pupil: Any) -> bool:
    return bool(student(pupil).credentials and pupil.password and sections_of(isd, pupil))


def e30(isd: Snapshot, seven: Any, zeros: Any, nine: Any, teacher: Any) -> bool:
    return (
        [student(user).sis_id for user in (seven, zeros, nine)] == ["7", "007", "243615677"]
        and seven.name.first == "7"
        and teacher.roles.teacher.sis_id == "1"
    )


def m01(isd: Snapshot, both: Any, teachers_only: Any, merged: Any, last: Any) -> bool:
    return set(both.courses) == {merged.id, last.id} and teachers_only.roles == ("teacher",)


def m02(isd: Snapshot, pupil: Any) -> bool:
    return (student(pupil).grade, student(pupil).gender) == ("Ungraded", "X")


def m03(isd: Snapshot, section: Any, spanish: Any, irish: Any, japanese: Any, arabic: Any, hebrew: Any) -> bool:
    pupils = (spanish, irish, japanese, arabic, hebrew)
    return (
        {pupil.id for pupil in pupils} < set(section.students)
        and "ñ" in spanish.name.last
        and " " in spanish.name.last
        and all(odd in irish.name.last for odd in "'-á")
        and japanese.name.last == "佐藤"
        and arabic.name.first == "مريم"
        and "\u05be" in hebrew.name.last
    )


ODDITIES: dict[str, Oddity] = {
    "E-01": e01, "E-02": e02, "E-03": e03, "E-04": e04, "E-05": e05, "E-06": e06, "E-07": e07, "E-08": e08,
    "E-09": e09, "E-10": e10, "E-11": e11, "E-12": e12, "E-13": e13, "E-14": e14, "E-15": e15, "E-16": e16,
    "E-17": e17, "E-18": e18, "E-19": e19, "E-20": e20, "E-21": e21, "E-22": e22, "E-23": e23, "E-24": e24,
    "E-25": e25, "E-26": e26, "E-27": e27, "E-28": e28, "E-29": e29, "E-30": e30, "M-01": m01, "M-02": m02,
    "M-03": m03,
}  # fmt: skip


@pytest.mark.parametrize("id", ODDITIES)
def test_the_records_of_a_case_show_it(id: str, isd: Snapshot, cases: dict[str, Case]) -> None:
    records = [isd.table(pointer.kind)[pointer.id] for pointer in cases[id].records]
    assert ODDITIES[id](isd, *records)


def test_the_key_holds_every_case_and_no_other(cases: dict[str, Case]) -> None:
    assert list(cases) == list(ODDITIES)
    assert {f"E-{n:02d}" for n in range(1, 31)} <= cases.keys()


def test_every_case_says_what_is_odd_and_what_a_correct_app_shows(cases: dict[str, Case]) -> None:
    for case in cases.values():
        assert case.title
        assert case.odd.endswith(".")
        assert case.expect.endswith(".")
        assert all(pointer.why for pointer in case.records)


@pytest.mark.parametrize("seed", [0, 1, 20261121])
def test_a_case_is_there_whatever_the_seed(seed: int) -> None:
    district = ingest(generate(PRESET, seed))
    for case in answer_key(PRESET, district):
        records = [district.table(pointer.kind)[pointer.id] for pointer in case.records]
        assert ODDITIES[case.id](district, *records), case.id


def test_a_case_as_json_has_the_keys_of_the_control_plane(cases: dict[str, Case]) -> None:
    shown = cases["E-03"].shown()
    assert set(shown) == {"id", "title", "records", "odd", "expect"}
    assert set(shown["records"][0]) == {"kind", "id", "why"}


def test_a_record_that_is_missing_is_named() -> None:
    district = ingest(generate("tiny"))
    with pytest.raises(KeyError, match="the answer key speaks of 'student 880001'"):
        answer_key(PRESET, district)


def test_presets_without_edge_cases_have_no_key() -> None:
    for preset in preset_names():
        if preset != PRESET:
            assert answer_key(preset, Snapshot()) == []
