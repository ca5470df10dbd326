"""A Library teacher's classes: read, shown, refreshed, chosen (LIB-04, LIB-10 to LIB-14, LIB-R03 to LIB-R11).

The truth is what the district's own token reads; the app sees it through the teacher's.
"""

from __future__ import annotations

import re
from typing import Any

from certification_suite.checks.arriving import expect_signed_in
from certification_suite.checks.guides import library
from certification_suite.checks.library import a_newcomer, arrive
from certification_suite.checks.recognition import (
    LOG_OUT,
    home,
    is_signed_in,
    strangers_stay_out,
)
from certification_suite.checks.rosters import enroll, unenroll, update
from certification_suite.drivers.browser import Browser
from certification_suite.drivers.mock import Person
from certification_suite.drivers.page import Form, Link, Page
from certification_suite.drivers.probe import Enrollment
from certification_suite.examination import Examination
from certification_suite.verdicts import Blocked, Fail, NeedsReview

SYNC = re.compile(r"\b(re-?)?(sync\w*|refresh|update|re-?import)\b", re.IGNORECASE)
CHOOSE = re.compile(r"\b(choose|select|pick|manage|edit)\b.*\b(class|section|roster)", re.IGNORECASE)
LARGER = "Run against a larger district: `mock-clever serve --preset sandbox`."
MANY_CLASSES, MANY_STUDENTS = 12, 105
Section = dict[str, Any]


def a_teacher(exam: Examination) -> tuple[Person, list[Section]]:
    """An ordinary teacher who has classes with students, and those classes; the one with the most."""
    classes = exam.clever.rows("sections")

    def taught(person: Person) -> list[Section]:
        return [one for one in classes if person.id in one["teachers"] and one["students"]]

    fit = [person for person in exam.as_many("teacher", 3) if taught(person)]
    if not fit:
        raise NeedsReview("The mock's district has no ordinary teacher with a class.", next_step=LARGER)
    return fit[0], taught(fit[0])


def ties(exam: Examination, role: str, sections: list[Section]) -> set[tuple[str, str]]:
    """What the app holds now: (section, person) of this role in these sections."""
    ids = {one["id"] for one in sections}
    return {(tie.section, tie.user) for tie in exam.probe.enrollments() if tie.role == role and tie.section in ids}


def true_ties(sections: list[Section], role: str = "students") -> set[tuple[str, str]]:
    return {(one["id"], user) for one in sections for user in one[role]}


def expect_ties(exam: Examination, sections: list[Section], when: str) -> None:
    """The app holds exactly the students that these classes have."""
    held, true = ties(exam, "student", sections), true_ties(sections)
    names = {one["id"]: one["name"] for one in sections}
    for what, wrong in (("lacks", true - held), ("still has", held - true)):
        if wrong:
            section = sorted(wrong)[0][0]
            raise Fail(
                f"{when} the app {what} {len(wrong)} of {len(true)} places in classes, one of them in "
                f"{names[section]} ({section}).",
                expected="The classes and their students as Clever tells them.",
            )


def held_classes(exam: Examination) -> set[str]:
    """The Clever ids of the classes in use."""
    return {str(one.clever_id) for one in exam.probe.records("sections") if one.active and one.clever_id}


def read(exam: Examination, since: int) -> list[str]:
    """What the app read with a person's own token since then."""
    return [e.path for e in exam.exchanges("data", since=since) if e.status == 200]


@library(
    "LIB-04",
    "Uses the classes that Clever tells",
    evidence="S",
    proof=("LOG", "WEB", "DATA"),
    since="2.1",
    needs=("GET /enrollments",),
    says="After a teacher's login the app reads the teacher's sections and their students with the teacher's own "
    "token, "
    "and has the classes with everybody in them.",
    why="Clever knows every class. A teacher who types thirty names stops after the third.",
    mend="With the teacher's token read /users/{id}/sections, then /sections/{id}/users?role=student for each.",
    refuted_by=("ReadsRolesAsAList", "ReadsNoClasses", "LooksForADistrictToken", "WaitsForStudentsToLogIn"),
)
def classes_come_from_clever(exam: Examination) -> str:
    strangers_stay_out(exam)
    teacher, classes = a_teacher(exam)
    since = exam.clever.mark()
    browser, _ = arrive(exam, teacher)
    expect_signed_in(exam, browser, teacher, "a login")
    asked = [e for e in exam.exchanges("data", "identity", "oauth", since=since) if e.status == 200]
    exam.evidence.show(*[e for e in asked if "/sections" in e.path])
    if by_district := next(
        (e for e in exam.exchanges("oauth", since=since) if e.method == "GET" and e.path == "/oauth/tokens"), None
    ):
        exam.evidence.show(by_district)
        raise Fail(
            "To read a teacher's classes the app asks for a district's token.",
            expected="The teacher's own token reads them; a Library app has no district.",
        )
    if not any(e.path.endswith(f"/users/{teacher.id}") for e in asked):
        raise Fail(f"The app never read /users/{teacher.id}.", expected="The teacher's own record is read.")
    if not any("/sections" in e.path for e in asked):
        raise Fail("The app read no sections.", expected="The teacher's sections and their students.")
    expect_ties(exam, classes, f"After {teacher.name}'s first login")
    known = {str(user.clever_id) for user in exam.probe.records("users")}
    if strangers := {user for _, user in true_ties(classes)} - known:
        raise Fail(
            f"{len(strangers)} students of {teacher.name} have no account.", expected="Each student has one."
        )
    return f"{teacher.name}'s {len(classes)} classes are there with all {len(true_ties(classes))} places in them."


@library(
    "LIB-10",
    "A student with several teachers",
    evidence="S",
    proof=("WEB", "DATA"),
    since="all",
    needs=("GET /users", "GET /enrollments"),
    says="A student whose two teachers both authorised the app has one account and is in the classes of both.",
    why="Every student has several teachers. The second one's login must not take the first one's class away.",
    mend="Tie students to sections; a teacher's refresh touches that teacher's sections only.",
    refuted_by=("ReadsRolesAsAList", "AStudentHasOneTeacher", "ReadsNoClasses"),
)
def a_student_has_several_teachers(exam: Examination) -> str:
    strangers_stay_out(exam)
    others = exam.as_many("teacher", 3)
    classes = exam.clever.rows("sections")
    pairs = [
        (mine, yours)
        for mine in classes
        for yours in classes
        if mine["students"]
        and not {*mine["teachers"]} & {*yours["teachers"]}
        and {mine["teachers"][0], yours["teachers"][0]} <= {person.id for person in others}
    ]
    if not pairs:
        raise NeedsReview("The mock's district has no two classes of different teachers.", next_step=LARGER)
    mine, yours = pairs[0]
    student = mine["students"][0]
    exam.clever.change(exam.district, [enroll(yours["id"], student)])
    by_id = {person.id: person for person in others}
    for section in (mine, yours):
        teacher = by_id[section["teachers"][0]]
        browser, _ = arrive(exam, teacher)
        expect_signed_in(exam, browser, teacher, "a login")
    wanted = {(mine["id"], student), (yours["id"], student)}

    def look(least: int) -> None:
        held = ties(exam, "student", [mine, yours])
        accounts = [user for user in exam.probe.records("users") if user.clever_id == student]
        if len(accounts) < least or len(accounts) > 1 or (accounts and not wanted <= held):
            raise Fail(
                f"Two teachers of the student {student} logged in, one after the other; the student has "
                f"{len(accounts)} accounts and is in {len(wanted & held)} of the 2 classes.",
                expected="One account, in both classes.",
            )

    student_comes = "student" in exam.app.user_types
    look(0 if student_comes else 1)  # an app may wait with the account until the student comes
    if student_comes:
        arrive(exam, next(person for person in exam.residents() if person.id == student))
        look(1)
    return f"The student {student} has one account and is in the classes of both teachers."


@library(
    "LIB-11",
    "A teacher without classes",
    evidence="A",
    proof=("WEB",),
    since="all",
    says="A teacher to whom the school has given no class logs in and sees an empty state, not an error.",
    why="In August nobody has classes yet, and every teacher tries the app then.",
    mend="Let an empty list of sections be an ordinary answer.",
    refuted_by=("NeedsAClass",),
)
def a_teacher_without_classes_gets_in(exam: Examination) -> str:
    strangers_stay_out(exam)
    usual, _ = a_teacher(exam)
    browser, _ = arrive(exam, usual)
    expect_signed_in(exam, browser, usual, "a login of a teacher with classes")
    browser, landed = arrive(exam, a_newcomer(exam, "990001", with_a_class=False))
    exam.keep("Where the login of a teacher without a class ended", landed)
    if not is_signed_in(exam, home(exam, browser)):
        raise Fail(
            f"A teacher without a class logged in and ended at {landed.status}: “{landed.main[:160]}”.",
            expected="A signed-in page without classes.",
        )
    return "A teacher without a class is signed in."


@library(
    "LIB-14",
    "Data is fresh after every login",
    evidence="S",
    proof=("LOG", "WEB", "DATA"),
    since="2.1",
    needs=("GET /sections", "GET /enrollments"),
    says="What changed at Clever, a class's name, a student more, a student less, is in the app after the "
    "teacher's next "
    "login, or after the teacher presses a sync button.",
    why="There is no nightly sync for the Library. What a login does not read stays as it was in August.",
    mend="Read sections and students again at each login, and offer a button for in between.",
    refuted_by=("ReadsClassesOnce",),
)
def every_login_refreshes(exam: Examination) -> str:
    strangers_stay_out(exam)
    teacher, classes = a_teacher(exam)
    browser, _ = arrive(exam, teacher)
    _expect_a_first_reading(exam, classes)
    changed = _changes(exam, classes)
    browser, _ = arrive(exam, teacher)
    how = "the next login"
    if _stale(exam, changed) and (control := sync_control(home(exam, browser))):
        browser.press(control, until=browser.is_clever)
        how = "pressing the sync button"
    if stale := _stale(exam, changed):
        raise Fail(
            f"After another login of {teacher.name} {stale}", expected="The classes as Clever tells them now."
        )
    return f"A new name, a student more and a student less arrived by {how}."


def _expect_a_first_reading(exam: Examination, classes: list[Section]) -> None:
    if not true_ties(classes) <= ties(exam, "student", classes):
        raise Blocked("the first login brings no classes, or not all of them.", by="LIB-04")


def _changes(exam: Examination, classes: list[Section]) -> Section:
    """A new name, a student more and a student less in one class; the class as it is then."""
    section = classes[0]
    everybody = [p.id for p in exam.residents() if "student" in p.roles]
    newcomer = next((id_ for id_ in everybody if id_ not in section["students"]), None)
    if newcomer is None:
        raise NeedsReview("Every student of the mock's district is in this class already.", next_step=LARGER)
    leaver, name = section["students"][0], "Renamed Class"
    changes = [update("sections", section["id"], name=name), enroll(section["id"], newcomer)]
    exam.clever.change(exam.district, [*changes, unenroll(section["id"], leaver)])
    return section | {"name": name, "students": [*section["students"][1:], newcomer]}


def _stale(exam: Examination, section: Section) -> str:
    """What of a changed class the app has not heard, in words."""
    kept = next((one for one in exam.probe.records("sections") if one.clever_id == section["id"]), None)
    if kept is None or kept.name != section["name"]:
        return f"the class is called {kept.name if kept else 'nothing'!r}, and at Clever {section['name']!r}."
    if ties(exam, "student", [section]) != true_ties([section]):
        return f"the students of {section['name']} are not those that Clever tells."
    return ""


def sync_control(page: Page) -> Link | Form | None:
    """The control that reads the classes again."""
    for form in page.forms:
        if any(SYNC.search(button.text) and not LOG_OUT.search(button.text) for button in form.buttons):
            return form
    return next((link for link in page.links if SYNC.search(link.text) and "syncs" not in link.text.lower()), None)


@library(
    "LIB-R03",
    "Says that classes come from Clever",
    level="recommended",
    evidence="A",
    proof=("WEB",),
    since="all",
    says="Where a teacher's classes stand, the page says that they come from Clever.",
    why="Who does not know looks for the button that adds a class, and adds it twice.",
    mend="Put “Classes come from your school through Clever” beside the list.",
    refuted_by=("DoesNotSayWhereClassesComeFrom",),
)
def says_where_classes_come_from(exam: Examination) -> str:
    strangers_stay_out(exam)
    teacher, classes = a_teacher(exam)
    browser, _ = arrive(exam, teacher)
    page = expect_signed_in(exam, browser, teacher, "a login")
    exam.keep(f"The home page of {teacher.name}", page)
    if not any(str(one["name"]).casefold() in page.text.casefold() for one in classes):
        raise Blocked("the home page shows no class.", by="LIB-04")
    usual = exam.browser().open(exam.app.url(exam.app.login_page), until=browser.is_clever).pieces
    if not any("clever" in piece.casefold() for piece in page.pieces if piece not in usual):
        raise Fail(
            f"{exam.app.home_page} shows {teacher.name}'s classes and nowhere names Clever.",
            expected="A word that the classes come from Clever.",
        )
    return "Beside the classes the page says that they come from Clever."


@library(
    "LIB-R05",
    "Uses grade and subject",
    level="recommended",
    evidence="S",
    proof=("LOG", "DATA"),
    since="2.1",
    needs=("GET /sections",),
    says="Of a class the app keeps the subject and the grade, too, where Clever tells them.",
    why="What a class is about and how old it is decides what it should see first.",
    mend="Take subject and grade from the section, and show the fitting content.",
    refuted_by=("DropsGradeAndSubject",),
)
def grade_and_subject_are_used(exam: Examination) -> str:
    strangers_stay_out(exam)
    teacher, classes = a_teacher(exam)
    exam.clever.change(exam.district, [update("sections", classes[0]["id"], subject="science", grade="5")])
    browser, _ = arrive(exam, teacher)
    page = expect_signed_in(exam, browser, teacher, "a login")
    exam.keep(f"The home page of {teacher.name}", page)
    _expect_a_first_reading(exam, classes)
    kept = next((one.raw for one in exam.probe.records("sections") if one.clever_id == classes[0]["id"]), {})
    if "science" in page.text.casefold():
        return "The home page shows the subject of the class."
    if not {"subject", "grade"} & set(kept):
        raise NeedsReview(
            "The probe's sections carry neither `subject` nor `grade`, and the page shows no subject."
        )
    if (kept.get("subject"), str(kept.get("grade"))) != ("science", "5"):
        raise Fail(
            f"Clever tells subject science and grade 5; the app keeps {kept.get('subject') or 'none'} and "
            f"{kept.get('grade') or 'none'}.",
            expected="Both, as told.",
        )
    return "Subject and grade of a class are kept as Clever tells them."


@library(
    "LIB-R06",
    "A button that reads the classes again",
    level="recommended",
    evidence="A",
    proof=("WEB", "LOG"),
    since="2.1",
    says="A teacher can have the classes read again at any time, and the app then reads them.",
    why="A pupil joins at ten o'clock. Logging out and in is no answer to a class that waits.",
    mend="Put a “Sync classes” button beside the classes.",
    refuted_by=("HasNoSyncButton", "ReadsClassesOnce", "ReadsNoClasses"),
)
def classes_can_be_read_again(exam: Examination) -> str:
    strangers_stay_out(exam)
    teacher, _ = a_teacher(exam)
    browser, _ = arrive(exam, teacher)
    page = expect_signed_in(exam, browser, teacher, "a login")
    exam.keep(f"The home page of {teacher.name}", page)
    control = sync_control(page)
    if control is None:
        raise Fail(
            f"{exam.app.home_page} has no control whose words say sync, refresh or update.",
            expected="A button that reads the classes again.",
        )
    since = exam.clever.mark()
    browser.press(control)
    again = [path for path in read(exam, since) if "/sections" in path]
    exam.evidence.show(*[e for e in exam.exchanges("data", since=since) if "/sections" in e.path])
    if not again:
        raise Fail(f"Pressing “{control.text}” read nothing from Clever.", expected="The sections are read again.")
    return f"“{control.text}” reads {', '.join(dict.fromkeys(again))[:120]}."


@library(
    "LIB-R07",
    "Teachers choose their classes",
    level="recommended",
    evidence="S",
    proof=("WEB", "DATA"),
    since="2.1",
    needs=("GET /sections",),
    says="A teacher can leave a class out, and the app then does not have it.",
    why="A teacher of six subjects uses the app in one; five empty classes are in the way, and are other people's "
    "data.",
    mend="Offer the sections with a tick each, and bring in those that are ticked.",
    refuted_by=("ImportsEveryClass",),
)
def classes_can_be_chosen(exam: Examination) -> str:
    strangers_stay_out(exam)
    teacher, classes = a_teacher(exam)
    browser, _ = arrive(exam, teacher)
    page = expect_signed_in(exam, browser, teacher, "a login")
    _expect_a_first_reading(exam, classes)
    form, name = _picker(exam, browser, page)
    left_out, *kept = form.choices[name]
    browser.send(form, [(name, value) for value in kept], until=browser.is_clever)
    arrive(exam, teacher, browser)
    mine = {one["id"] for one in classes}
    if left_out in held_classes(exam) or not set(kept) & mine <= held_classes(exam):
        raise Fail(
            f"{teacher.name} left one of {len(kept) + 1} classes out and kept the others; in use are "
            f"{len(held_classes(exam) & (mine | {left_out}))} of them.",
            expected=f"The {len(kept)} that were chosen, and not {left_out}.",
        )
    return f"{teacher.name} left one of {len(kept) + 1} classes out, and it is not in use."


def _picker(exam: Examination, browser: Browser, page: Page) -> tuple[Form, str]:
    """The form with a tick for each class, on the home page or one link on, and the name of its boxes."""
    pages = [page]
    pages += [browser.open(link.url, until=browser.is_clever) for link in page.links if CHOOSE.search(link.text)]
    for seen in pages:
        for form in seen.forms:
            for name, values in form.choices.items():
                if len(values) > 1:
                    exam.keep("Where classes are chosen", seen)
                    return form, name
    raise Fail(
        f"Neither {exam.app.home_page} nor a page it leads to lets a teacher choose among classes.",
        expected="A list of classes with a tick each.",
    )


@library(
    "LIB-R09",
    "Co-teachers share a class",
    level="recommended",
    evidence="S",
    proof=("DATA",),
    since="2.1",
    needs=("GET /enrollments",),
    says="A class with several teachers, all of whom authorised the app, is the class of all of them.",
    why="The second teacher of a class opens the app and finds nothing.",
    mend="Read `teachers`, not only `teacher`; who authorised the app later joins the class that is there.",
    refuted_by=("ReadsRolesAsAList", "KnowsOnlyThePrimaryTeacher", "ReadsNoClasses"),
)
def co_teachers_share_a_class(exam: Examination) -> str:
    strangers_stay_out(exam)
    teacher, classes = a_teacher(exam)
    others = [person for person in exam.as_many("teacher", 3) if person.id != teacher.id][:2]
    if not others:
        raise NeedsReview("The mock's district has one teacher only.", next_step=LARGER)
    section = classes[0]
    exam.clever.change(
        exam.district, [enroll(section["id"], p.id) for p in others if p.id not in section["teachers"]]
    )
    for person in (teacher, *others):
        browser, _ = arrive(exam, person)
        expect_signed_in(exam, browser, person, "a login")
    missing = [p.name for p in (teacher, *others) if (section["id"], p.id) not in ties(exam, "teacher", [section])]
    if missing:
        raise Fail(
            f"{section['name']} has {len(others) + 1} teachers, and all have logged in; it is not the class of "
            f"{', '.join(missing)}.",
            expected="It is the class of all of them.",
        )
    return f"{section['name']} is the class of {', '.join(p.name for p in (teacher, *others))}."


@library(
    "LIB-R10",
    "Teachers with a dozen classes",
    level="recommended",
    evidence="S",
    proof=("WEB", "DATA"),
    since="2.1",
    needs=("GET /sections",),
    says=f"A teacher with {MANY_CLASSES} classes has all of them.",
    why="Teachers of music and sport teach the whole school.",
    mend="Keep every section, and let the list grow.",
    refuted_by=("ReadsRolesAsAList", "KeepsTenClasses", "ReadsNoClasses"),
)
def many_classes_all_come(exam: Examination) -> str:
    strangers_stay_out(exam)
    teacher, classes = a_teacher(exam)
    section = classes[0]
    more = [
        {
            "type": "section.add",
            "sis_id": f"99{number:04}",
            "name": f"Choir {number}",
            "school": section["school"],
            "students": section["students"][:1],
            "teachers": [teacher.id],
        }
        for number in range(MANY_CLASSES)
    ]
    exam.clever.change(exam.district, more)
    mine = {one["id"] for one in exam.clever.rows("sections") if teacher.id in one["teachers"]}
    browser, _ = arrive(exam, teacher)
    expect_signed_in(exam, browser, teacher, "a login")
    if missing := mine - held_classes(exam):
        raise Fail(
            f"{len(missing)} of {teacher.name}'s {len(mine)} classes are not there.", expected="All of them."
        )
    return f"All {len(mine)} classes of {teacher.name} are there."


@library(
    "LIB-R11",
    "Classes of more than a hundred",
    level="recommended",
    evidence="S",
    proof=("DATA",),
    since="2.1",
    needs=("GET /enrollments",),
    says=f"A class with more than {MANY_STUDENTS - 1} students, more than one page of the API, has all of them.",
    why="Assemblies, choirs and year groups are classes too, and the API tells a hundred at a time.",
    mend="Follow `next` until there is none, for the students of a section as well.",
    refuted_by=("ReadsRolesAsAList", "KeepsAHundredStudents", "ReadsNoClasses"),
)
def large_classes_are_whole(exam: Examination) -> str:
    strangers_stay_out(exam)
    teacher, classes = a_teacher(exam)
    section = classes[0]
    crowd = [
        {
            "type": "user.add",
            "role": "student",
            "sis_id": f"98{number:04}",
            "name": {"first": "Pupil", "last": f"Number{number:03}"},
            "school": section["school"],
            "grade": "5",
            "sections": [section["id"]],
        }
        for number in range(MANY_STUDENTS)
    ]
    exam.clever.change(exam.district, crowd)
    full = next(one for one in exam.clever.rows("sections") if one["id"] == section["id"])
    browser, _ = arrive(exam, teacher)
    expect_signed_in(exam, browser, teacher, "a login")
    held = {tie for tie in exam.probe.enrollments() if tie.section == full["id"] and tie.role == "student"}
    missing = {Enrollment(full["id"], user, "student") for user in full["students"]} - held
    if missing:
        raise Fail(
            f"{full['name']} has {len(full['students'])} students; {len(missing)} of them are not there.",
            expected="All of them.",
        )
    return f"All {len(full['students'])} students of {full['name']} are there."
