"""What a district lacks for a check, added to the mock's as a school would add it: somebody of a role, a class.

All of it is gone with the next reset.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from certification_suite.drivers.mock import MockClever

ROLES = ("student", "teacher", "staff")
"""Who can come new to a school; an administrator of the district cannot."""
CLASSES = 6
"""So many at once, as a Clever that varies what it may leaves out the term of one or another."""


def newcomer(clever: MockClever, district: str, role: str) -> None:
    """Somebody of this role, at a school that the district has."""
    schools = clever.rows("schools")
    person = {
        "type": "user.add",
        "role": role,
        "sis_id": f"97{ROLES.index(role)}01",
        "name": {"first": "Juniper", "last": f"Marlowe-{role.title()}"},
        "email": f"juniper.marlowe.{role}@example.org",
        "school": schools[0]["id"],
    }
    clever.change(district, [person | ({"grade": "3"} if role == "student" else {})])


def classes(clever: MockClever, district: str, students: Sequence[str] = ()) -> bool:
    """Small classes of these students, or of the first two, each of a course of its own, in a new term.

    Whether there is anybody to learn and to teach in them.
    """
    users = clever.rows("users")
    teaches = next((user["id"] for user in users if "teacher" in user["roles"]), None)
    learn = (
        list(students) or [user["id"] for user in users if "student" in user["roles"] and user.get("email")][:2]
    )
    if teaches is None or not learn:
        return False
    school = next(user["roles"]["student"]["school"] for user in users if user["id"] == learn[0])
    clever.change(district, [_class(number, learn, teaches, school) for number in range(CLASSES)])
    return True


def _class(number: int, students: Sequence[str], teacher: str, school: str) -> dict[str, Any]:
    return {
        "type": "section.add",
        "sis_id": f"9700-{number}",
        "name": f"Astronomy {number + 1}",
        "school": school,
        "students": list(students),
        "teachers": [teacher],
        "new_course": {"name": f"Astronomy {number + 1}", "number": f"9700-{number}"},
        "new_term": {"name": "Term of the stars", "start_date": "2026-08-10", "end_date": "2027-06-11"},
    }
