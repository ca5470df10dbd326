"""What the control plane is sent: one strict form for each kind of body, and how it is read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, TypeVar

import msgspec
from flask import request
from msgspec import UNSET, Meta, Struct, UnsetType

from mock_clever.errors import ControlRefusal
from mock_clever.model import Id
from mock_clever.rules import Rule

T = TypeVar("T")


class AppBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """An application to register, or the keys of one to change."""

    client_id: str | None = None
    client_secret: str | None = None
    name: str | None = None
    products: tuple[str, ...] | None = None
    redirect_uris: tuple[str, ...] | None = None
    supported_user_types: tuple[str, ...] | None = None
    granted: frozenset[str] | None = None
    off: frozenset[str] | None = None
    optional: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    events: bool | None = None
    safety: bool | None = None
    development: bool | None = None
    oidc: bool | None = None
    email_verified: bool | None = None
    implicit: bool | None = None
    loginas_flag: bool | None = None
    website: str | None = None


class SharingBody(Struct, kw_only=True, forbid_unknown_fields=True, rename={"hidden": "except"}):
    """A sharing rule."""

    type: Literal["everything", "schools", "sections", "students", "rules", "nothing"]
    ids: frozenset[Id] | None = None
    rules: tuple[Rule, ...] = ()
    staff: bool = True
    hidden: frozenset[Id] = frozenset()


class ConnectionBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """What of a connection can be switched, and which optional fields the district withholds."""

    launched: bool | None = None
    connected: bool | None = None
    paused: bool | None = None
    withheld: frozenset[str] | None = None
    lms_connect: Literal["", "requested", "accepted"] | None = None


class LinkBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A district joined to an LMS, in any state; `accept` is LMS Connect for every application that has it."""

    lms_type: str
    lms_state: str = "success"
    unmatched: frozenset[Id] = frozenset()
    accept: bool = True


class StepBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """One step of the life of a district's LMS."""

    do: Literal["invite", "authorize", "synced", "matched", "fail", "disconnect", "reconnect"]
    lms_type: str = ""


class DistrictBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Another district for this world."""

    preset: str = "tiny"
    seed: int = 1
    connect: bool = True


class UpkeepBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """How a district's syncs are kept: times of day and days in UTC; null takes one away."""

    nightly: str | UnsetType | None = UNSET
    hold_threshold: int | UnsetType | None = UNSET
    pause_start: str | UnsetType | None = UNSET
    pause_end: str | UnsetType | None = UNSET
    rollover_start: str | UnsetType | None = UNSET
    rollover_end: str | UnsetType | None = UNSET


class RosterBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A folder of CSV files on this machine that takes the place of a district's source."""

    folder: str
    publish: bool = True


class LibraryBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Whether teachers of a district may add Library applications, which, and whether after approval only."""

    enabled: bool | None = None
    blocked: frozenset[str] | None = None
    recommended: frozenset[str] | None = None
    approval: bool | None = None
    approved: frozenset[str] | None = None


class ConsentBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A teacher, by id or username, who authorises a Library application."""

    client_id: str
    teacher: str


class RevokeBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Whose user tokens end: a Clever id, a client id or both."""

    user: Id | None = None
    client_id: str | None = None


class LoginBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A login without a browser: someone by id or username, in one `district` if several know the name.

    `consent` is whether a teacher authorises a Library application on the way; `by_admin` who logs in as them, by
    "Access portal as user".
    """

    user: str
    district: str = ""
    role: str = ""
    by_admin: str = ""
    return_unshared: bool = False
    consent: bool = True
    client_id: str | None = None
    redirect_uri: str | None = None
    state: str | None = None
    nonce: str | None = None


class RotateBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """What becomes of the keys before: they stay published for their hour, or are dropped at once."""

    keep: bool = True


class BadgeBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """What becomes of a student's badge: a PIN ("" takes it away), void or good again, a new one."""

    user: str
    pin: str | None = None
    void: bool | None = None
    regenerate: bool = False


class BackupCodeBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """The student who gets a backup code."""

    user: str


class ClockBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """How to move the clock: one of the three."""

    advance: str | float | None = None
    set: str | None = None
    freeze: bool | None = None


class ResetBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """How a world begins again: whole, or with one school of a district that has more people than that."""

    one_school_above: Annotated[int, Meta(ge=1)] | None = None


class WorldBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A world to create."""

    name: str
    preset: str | None = None
    seed: int | None = None


def body_of(form: type[T]) -> T:
    """The JSON body in the form a route wants. Raises ControlRefusal that says what is wrong with it."""
    return decoded(request.get_data(), form)


def among(name: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse what is not among the known."""
    odd = sorted(set(given).difference(known))
    if odd:
        raise ControlRefusal(f"{name}: {', '.join(odd)} is unknown; choose from {', '.join(known)}")


def number(name: str, default: int, most: int) -> int:
    """A parameter that is a whole number, none higher than that."""
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 17) or int(text) > most:
        raise ControlRefusal(f"{name} must be a whole number from 0 to {most}")
    return int(text)


def only_known(*names: str) -> None:
    """Refuse a parameter nobody reads, for it is more likely a slip than meant."""
    odd = sorted(set(request.args) - set(names))
    if odd:
        raise ControlRefusal(f"there is no parameter {', '.join(odd)} here: it takes {', '.join(names)}")


def decoded(text: bytes, form: type[T]) -> T:
    """This JSON in the form a route wants. Raises ControlRefusal that says what is wrong with it."""
    try:
        return msgspec.json.decode(text, type=form)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as wrong:
        raise ControlRefusal(f"the body cannot be read: {wrong}; send JSON as in docs/control.md") from None
