"""Finding the person to log in as: by name, username, id, grade, school, role, or by what is odd about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from msgspec import Struct

from mock_clever.apps import App
from mock_clever.model import Id, Snapshot, User, schools_of
from mock_clever.world import World, logins


class Person(Struct, frozen=True, kw_only=True):
    """A user of some district, with what a tester wants to know before choosing them."""

    district: Id
    user: User
    name: str
    username: str
    password: str
    grade: str
    schools: tuple[str, ...]
    quirks: tuple[str, ...]

    def shown(self, world: World) -> dict[str, Any]:
        """This person as JSON, with the applications they are shared with."""
        shared = [
            c.client_id
            for c in world.connections.values()
            if c.district == self.district and self.user.id in world.published(c).snapshot.users
        ]
        return {
            "id": self.user.id,
            "district": self.district,
            "name": self.name,
            "email": self.user.email,
            "roles": list(self.user.holds()),
            "username": self.username,
            "password": self.password,
            "grade": self.grade,
            "schools": list(self.schools),
            "quirks": list(self.quirks),
            "shared_with": shared,
        }


def full_name(user: User) -> str:
    """A person's name as one line."""
    return " ".join(part for part in (user.name.first, user.name.middle, user.name.last) if part)


def _several_schools(town: Snapshot, user: User) -> bool:
    return len(schools_of(user)) > 1


def _co_taught(town: Snapshot, user: User) -> bool:
    return any(len(town.sections[id].teachers) > 1 for id in town.sections_of_user.get(user.id, ()))


def _no_sections(town: Snapshot, user: User) -> bool:
    taught = user.roles.student is not None or user.roles.teacher is not None
    return taught and not town.sections_of_user.get(user.id)


QUIRKS: dict[str, Callable[[Snapshot, User], bool]] = {
    "two schools": _several_schools,
    "several roles": lambda _, user: len(user.holds()) > 1,
    "no email": lambda _, user: not user.email,
    "odd email": lambda _, user: bool(user.email) and "@" not in (user.email or ""),
    "co-taught": _co_taught,
    "no sections": _no_sections,
    "many sections": lambda town, user: len(town.sections_of_user.get(user.id, ())) >= 10,
    "not ascii": lambda _, user: not full_name(user).isascii(),
    "long name": lambda _, user: len(full_name(user)) > 60,
}


def person(district: Id, town: Snapshot, user: User) -> Person:
    """Everything about one user."""
    known = {name: password for name, password in logins(user).items() if password}
    username, password = next(iter(known.items()), ("", ""))
    schools = (town.schools.get(id) for id in schools_of(user))
    return Person(
        district=district,
        user=user,
        name=full_name(user),
        username=username,
        password=password,
        grade=(user.roles.student.grade or "") if user.roles.student else "",
        schools=tuple(school.name for school in schools if school is not None),
        quirks=tuple(name for name, odd in QUIRKS.items() if odd(town, user)),
    )


def search(
    world: World, text: str = "", role: str = "", district: Id = "", app: App | None = None, limit: int = 50
) -> list[Person]:
    """People whose name, username, e-mail, id, grade, school, role or quirk matches every word of text.

    `app` leaves out those who can never log in to it: contacts and unsupported types. Raises nothing.
    """
    return list(islice(_matching(world, text, role, district, app), limit))


def _matching(world: World, text: str, role: str, only: Id, app: App | None) -> Iterator[Person]:
    for district, town in world.districts.items():
        if only not in ("", district):
            continue
        schools = {school.id: school.name.lower() for school in town.schools}
        odd, words = _quirk_in(text.lower())
        for user in town.users:
            if role and role not in user.holds():
                continue
            if app is not None and app.login_role(user) is None:
                continue
            if odd is not None and not odd(town, user):
                continue
            if not words or _says(user, schools, words):
                yield person(district, town, user)


def _quirk_in(text: str) -> tuple[Callable[[Snapshot, User], bool] | None, list[str]]:
    for name, odd in QUIRKS.items():
        if name in text:
            return odd, text.replace(name, " ").split()
    return None, text.split()


def _says(user: User, schools: dict[Id, str], words: list[str]) -> bool:
    said = [user.id, full_name(user).lower(), (user.email or "").lower(), *user.holds()]
    said += [name.lower() for name in logins(user)]
    said += [schools.get(id, "") for id in schools_of(user)]
    if user.roles.student is not None:
        said.append(f"grade {user.roles.student.grade or ''}".lower())
        said.append((user.roles.student.grade or "").lower())
    return all(any(word in text for text in said) for word in words)


def personas(world: World, district: Id, app: App) -> list[tuple[str, Person]]:
    """A few people worth trying, each with why: one of every type the app supports, one for each quirk."""
    found: dict[Id, tuple[str, Person]] = {}
    for id, town in world.districts.items():
        if district not in ("", id):
            continue
        wanted: list[tuple[str, Callable[[Snapshot, User], bool]]] = [
            (role.replace("_", " "), lambda _, user, role=role: role in user.holds())  # type: ignore[misc]
            for role in app.supported_user_types
        ]
        for why, fits in [*wanted, *QUIRKS.items()]:
            able = (
                u for u in islice(town.users, 5000) if u.id not in found and app.login_role(u) and fits(town, u)
            )
            chosen = next(able, None)
            if chosen is not None:
                found[chosen.id] = (why, person(id, town, chosen))
    return list(found.values())
