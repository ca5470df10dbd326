"""Badges and backup codes for tests: told, made anew, void, with a PIN, without any teacher signing in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, request
from msgspec import structs

from mock_clever.api.asking import here
from mock_clever.badges import BACKUP_LIFE, DIGITS, is_pin
from mock_clever.clock import iso
from mock_clever.control.bodies import BackupCodeBody, BadgeBody, body_of, only_known
from mock_clever.errors import ControlRefusal
from mock_clever.model import Id, User
from mock_clever.people import full_name
from mock_clever.portal.qr import drawn

SHOWN = 50


def give_badges(plane: Blueprint) -> None:
    """The routes of badges and backup codes."""

    @plane.get("/badges")
    def list_badges() -> Response:
        """The badges of a student, or of the first of all."""
        only_known("user")
        asked = request.args.get("user")
        found = [_student(asked)] if asked is not None else islice(_students(), SHOWN)
        return _json({"badges": [_badge(district, user) for district, user in found]})

    @plane.get("/badges/<user>.svg")
    def draw_badge(user: str) -> Response:
        """The QR code of a student's badge, as their teacher's page draws it."""
        only_known()
        _, student = _student(user)
        return drawn(here().badges.value(student.id), f"Badge of {full_name(student)}")

    @plane.post("/badges")
    def change_badge() -> Response:
        """Give a student's badge a PIN, make it void or make a new one."""
        body = body_of(BadgeBody)
        district, user = _student(body.user)
        if not is_pin(body.pin or ""):
            raise ControlRefusal(f"pin: a PIN has {DIGITS} digits; the empty text takes it away")
        with here().lock:
            badges = here().badges
            if body.regenerate:
                badges.renew(user.id)
            given = {k: v for k, v in (("pin", body.pin), ("void", body.void)) if v is not None}
            badges.put(user.id, structs.replace(badges.badge(user.id), **given))
        return _json(_badge(district, user))

    @plane.post("/backup-codes")
    def make_backup_code() -> Response:
        """A backup code for a student, as their teacher makes one: six digits, once, for 20 minutes."""
        district, user = _student(body_of(BackupCodeBody).user)
        world = here()
        with world.lock:
            now = world.clock.now()
            code = world.badges.backup(world.mint, district, user.id, now)
        return _json({"user": user.id, "district": district, "code": code, "expires": iso(now + BACKUP_LIFE)}, 201)


def _student(wanted: str) -> tuple[Id, User]:
    found = here().person(wanted)
    if found is None:
        raise ControlRefusal(f"nobody is or has the username {wanted!r}: GET /_mock/people?q= finds people", 404)
    if found[1].roles.student is None:
        raise ControlRefusal(f"{full_name(found[1])} is no student: only students have badges and backup codes")
    return found


def _students() -> Iterator[tuple[Id, User]]:
    for id, town in here().districts.items():
        yield from ((id, user) for user in town.users if user.roles.student is not None)


def _badge(district: Id, user: User) -> dict[str, Any]:
    badge, value = here().badges.badge(user.id), here().badges.value(user.id)
    told = {"user": user.id, "name": full_name(user), "district": district, "badge": value}
    link = f"{request.url_root.rstrip('/')}/badges?{urlencode({'badge': value})}"
    return told | {"link": link, "pin": badge.pin, "void": badge.void}


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, content_type="application/json")
