"""What a teacher does for their students' logins: badges, their PINs, backup codes (support 360020354392)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from flask import Response, request
from msgspec import Struct, structs

from mock_clever.api.asking import here
from mock_clever.badges import DIGITS, Badge, is_pin
from mock_clever.model import Id, User
from mock_clever.people import full_name
from mock_clever.portal import addresses
from mock_clever.portal.district_pages import find_district
from mock_clever.portal.qr import drawn
from mock_clever.portal.stops import stop
from mock_clever.portal.visit import check_form, go, page, portal, signed_in
from mock_clever.world import World


class Pupil(Struct, frozen=True):
    """A student of a teacher's sections, with their badge."""

    user: User
    name: str
    badge: Badge
    value: str


def _renew(world: World, user: Id) -> None:
    world.badges.renew(user)


def _void(world: World, user: Id) -> None:
    world.badges.put(user, structs.replace(world.badges.badge(user), void=True))


def _pin(world: World, user: Id) -> None:
    pin = request.form.get("pin", "").strip()
    if not is_pin(pin):
        raise stop("no PIN", digits=str(DIGITS))
    world.badges.put(user, structs.replace(world.badges.badge(user), pin=pin))


ACTS: Mapping[str, Callable[[World, Id], None]] = {"renew": _renew, "void": _void, "pin": _pin}


@portal.get("/in/<name>/teacher/students")
def students(name: str) -> Response:
    """The students of the teacher who is signed in."""
    return _students(*_teacher(name))


@portal.post("/in/<name>/teacher/students")
def act(name: str) -> Response:
    """Do something for one of them; a new backup code is told on the page that answers."""
    district, teacher = _teacher(name)
    check_form()
    world, student = here(), request.form.get("student", "")
    if student not in {pupil.user.id for pupil in _pupils(world, district, teacher)}:
        raise stop("not your student")
    with world.lock:
        if request.form.get("act") == "backup":
            code = world.badges.backup(world.mint, district, student, world.clock.now())
            return _students(district, teacher, code, full_name(world.districts[district].users[student]))
        if (does := ACTS.get(request.form.get("act", ""))) is not None:
            does(world, student)
    return go(f"{addresses.page(world, district)}/teacher/students")


@portal.get("/in/<name>/teacher/badges/<student>.svg")
def badge_code(name: str, student: Id) -> Response:
    """The QR code of a student's badge, for their teacher to print or to show."""
    world, (district, teacher) = here(), _teacher(name)
    pupil = next((pupil for pupil in _pupils(world, district, teacher) if pupil.user.id == student), None)
    if pupil is None:
        raise stop("not your student")
    return drawn(pupil.value, f"Badge of {pupil.name}")


def _teacher(name: str) -> tuple[Id, User]:
    """The district and the teacher signed in there. Raises PageRefusal for anyone else."""
    district, found = find_district(name), signed_in()
    if found is None or found[0].district != district or found[1].roles.teacher is None:
        raise stop("for teachers only")
    return district, found[1]


def _pupils(world: World, district: Id, teacher: User) -> Iterator[Pupil]:
    town, badges = world.districts[district], world.badges
    sections = (town.sections[id] for id in town.sections_of_user.get(teacher.id, ()))
    taught = {id for section in sections if teacher.id in section.teachers for id in section.students}
    for user in town.users.some(sorted(taught & set(town.users.ids))):
        yield Pupil(user, full_name(user), badges.badge(user.id), badges.value(user.id))


def _students(district: Id, teacher: User, code: str = "", whose: str = "") -> Response:
    world = here()
    return page(
        "students.html",
        base=addresses.page(world, district),
        pupils=sorted(_pupils(world, district, teacher), key=lambda pupil: pupil.name.lower()),
        code=code,
        whose=whose,
        digits=DIGITS,
    )
