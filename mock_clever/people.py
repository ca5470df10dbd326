"""Finding the person to log in as: by name, username, id, grade, school, role, or by what is odd about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any, NamedTuple
from unicodedata import bidirectional

from msgspec import Struct

from mock_clever.apps import App
from mock_clever.directory import fold, logins
from mock_clever.model import Id, Snapshot, User, schools_of
from mock_clever.tables import Table
from mock_clever.world import World


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
        return self.told() | {"shared_with": shared}

    def told(self) -> dict[str, Any]:
        """This person as JSON."""
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
        }


def full_name(user: User) -> str:
    """A person's name as one line."""
    return " ".join(part for part in (user.name.first, user.name.middle, user.name.last) if part)


class Quirk(NamedTuple):
    """Something odd that a person may be: in words, and whether they are."""

    says: str
    fits: Callable[[Snapshot, User], bool]


def _co_taught(town: Snapshot, user: User) -> bool:
    return any(len(town.sections[id].teachers) > 1 for id in town.sections_of_user.get(user.id, ()))


def _no_sections(town: Snapshot, user: User) -> bool:
    taught = user.roles.student is not None or user.roles.teacher is not None
    return taught and not town.sections_of_user.get(user.id)


def _right_to_left(_: Snapshot, user: User) -> bool:
    name = full_name(user)
    return not name.isascii() and any(bidirectional(letter) in ("R", "AL") for letter in name)


QUIRKS: dict[str, Quirk] = {
    "two schools": Quirk("belongs to several schools", lambda _, user: len(schools_of(user)) > 1),
    "several roles": Quirk("is a teacher and an admin, for example", lambda _, user: len(user.holds()) > 1),
    "no email": Quirk("has no e-mail address", lambda _, user: not user.email),
    "odd email": Quirk(
        "has an e-mail address without an @", lambda _, user: bool(user.email) and "@" not in (user.email or "")
    ),
    "co-taught": Quirk("has a section of several teachers", _co_taught),
    "no sections": Quirk("is a student or a teacher without any", _no_sections),
    "many sections": Quirk(
        "has ten sections or more", lambda town, user: len(town.sections_of_user.get(user.id, ())) >= 10
    ),
    "not ascii": Quirk("has letters like ñ in the name", lambda _, user: not full_name(user).isascii()),
    "right to left": Quirk("has a name in Hebrew, Arabic or the like", _right_to_left),
    "long name": Quirk("has a name of more than 60 letters", lambda _, user: len(full_name(user)) > 60),
}
"""What can be searched for beside words; one more, "unshared", depends on who asks."""

NO_MORE: Mapping[str, Quirk] = {}
LOOKED_AT = 5000
"""How many people are looked at for personas: in a large district, the first ones."""


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
        quirks=tuple(name for name, quirk in QUIRKS.items() if quirk.fits(town, user)),
    )


def unshared(world: World) -> Quirk:
    """The quirk of whom no application sees that their district connected."""

    shown: dict[Id, list[Table[User]]] = {}
    for each in world.connections.values():
        if each.connected:
            shown.setdefault(each.district, []).append(world.published(each).snapshot.users)

    def fits(town: Snapshot, user: User) -> bool:
        return not any(user.id in users for users in shown.get(town.district.id, ()))

    return Quirk("is shared with no application", fits)


def search(
    world: World,
    text: str = "",
    role: str = "",
    district: Id = "",
    app: App | None = None,
    limit: int = 50,
    more: Mapping[str, Quirk] = NO_MORE,
) -> list[Person]:
    """People of whom every word of text is said, and every quirk in it true: of QUIRKS, or `more` of the asker's.

    Words are parts of a name, username, e-mail, id, grade, school or role; "grade 9" is one. `app` leaves out
    those who can never log in to it: contacts and unsupported types. Raises nothing.
    """
    return list(islice(_matching(world, text, role, district, app, QUIRKS | dict(more)), limit))


def _matching(
    world: World, text: str, role: str, only: Id, app: App | None, quirks: Mapping[str, Quirk]
) -> Iterator[Person]:
    odd, words = _asked(text, quirks)
    for district, town in list(world.districts.items()):
        if only not in ("", district):
            continue
        people = world.directories.of(town)
        lasting = next((name for name in odd if name in QUIRKS), None) if not words else None
        for user in people.fitting(lasting, partial(odd[lasting].fits, town)) if lasting else people.having(words):
            if not all(quirk.fits(town, user) for quirk in odd.values()):
                continue
            if role and role not in user.holds():
                continue
            if app is None or app.login_role(user) is not None:
                yield person(district, town, user)


def _asked(text: str, quirks: Mapping[str, Quirk]) -> tuple[dict[str, Quirk], list[str]]:
    """The quirks and the folded words of a search."""
    text, odd = fold(text), {}
    for name, quirk in quirks.items():
        if name in text:
            odd[name] = quirk
            text = text.replace(name, " ")
    words, grades = text.split(), []
    while "grade" in words[:-1]:
        place = words.index("grade")
        grades.append(f"\tgrade {words[place + 1]}\t")
        del words[place : place + 2]
    return odd, [*grades, *words]


def personas(world: World, district: Id, app: App) -> list[tuple[str, Person]]:
    """A few people worth trying, each with why: one of every type the app supports, one for each quirk."""
    found: list[tuple[str, Person]] = []
    for id, town in world.districts.items():
        if district in ("", id):
            found += _firsts(id, town, app)
    return found


def _firsts(district: Id, town: Snapshot, app: App) -> Iterator[tuple[str, Person]]:
    wanted: dict[str, Callable[[Snapshot, User], bool]] = {
        role.replace("_", " "): lambda _, user, role=role: role in user.holds()  # type: ignore[misc]
        for role in app.supported_user_types
    }
    wanted |= {name: quirk.fits for name, quirk in QUIRKS.items()}
    chosen: dict[str, User] = {}
    for user in islice(town.users, LOOKED_AT):
        if len(chosen) == len(wanted):
            break
        if app.login_role(user) is None:
            continue
        why = next((name for name, fits in wanted.items() if name not in chosen and fits(town, user)), None)
        if why is not None:
            chosen[why] = user
    return ((why, person(district, town, chosen[why])) for why in wanted if why in chosen)
