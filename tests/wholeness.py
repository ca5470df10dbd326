"""What is broken in a district: a name that leads nowhere, a section or a term with nobody in it."""

from __future__ import annotations

from collections.abc import Iterator

from mock_clever.model import Snapshot, schools_of, students_of_contact


def broken(district: Snapshot) -> list[str]:
    """A sentence for each; none for a whole one."""
    return list(_broken(district))


def _broken(district: Snapshot) -> Iterator[str]:
    for section in district.sections:
        students = [district.users.get(id) for id in section.students]
        teachers = [district.users.get(id) for id in section.teachers]
        if not students or any(user is None or user.roles.student is None for user in students):
            yield f"section {section.id} has students {section.students}"
        if any(user is None or user.roles.teacher is None for user in teachers):
            yield f"section {section.id} has teachers {section.teachers}"
        if section.teacher != (section.teachers[0] if section.teachers else None):
            yield f"section {section.id} has teacher {section.teacher} of {section.teachers}"
        for kind, id in (("schools", section.school), ("courses", section.course), ("terms", section.term_id)):
            if id is not None and id not in district.table(kind):
                yield f"section {section.id} names {id} of {kind}"
    for user in district.users:
        for id in schools_of(user):
            if id not in district.schools:
                yield f"user {user.id} names school {id}"
        for role in (user.roles.student, user.roles.teacher):
            if role is not None and role.schools[:1] != (role.school,):
                yield f"user {user.id} begins {role.schools} without {role.school}"
        for id in district.sections_of_user.get(user.id, ()):
            if district.sections[id].school not in schools_of(user):
                yield f"user {user.id} is in section {id} of a school they do not have"
        for id in students_of_contact(user):
            known = district.users.get(id)
            if known is None or known.roles.student is None:
                yield f"contact {user.id} names student {id}"
        if user.roles.contact is not None and not user.roles.contact.student_relationships:
            yield f"contact {user.id} has no student"
    for resource in district.resources:
        for id in resource.courses:
            if id not in district.courses:
                yield f"resource {resource.id} names course {id}"
    for kind, taught in (("courses", district.sections_of_course), ("terms", district.sections_of_term)):
        yield from (f"{kind} {id} has no section" for id in district.table(kind).ids if id not in taught)
