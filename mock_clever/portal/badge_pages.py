"""Logging in without a password: Clever Badges, and the backup code behind "Get help logging in!" (sso 11)."""

from __future__ import annotations

from flask import Response, request

from mock_clever.api.asking import here
from mock_clever.badges import DIGITS
from mock_clever.ids import same
from mock_clever.model import Id, User
from mock_clever.portal import addresses
from mock_clever.portal.district_pages import find_district, to_portal
from mock_clever.portal.entry import Wanted, parameters, wanted
from mock_clever.portal.visit import check_form, page, portal, sign_in

BAD_BADGE = "This badge is not valid. Ask your teacher for a new one."
BAD_PIN = "Wrong PIN"
BAD_CODE = "This backup code is not valid. It works once, for 20 minutes."


@portal.get("/badges")
def badge_page() -> Response:
    """Where a badge is held up to the camera; here its text is typed or pasted."""
    return _badge_page(_goal(), request.args.get("badge", ""))


@portal.post("/badges")
def log_in_with_badge() -> Response:
    """Sign the student of a good badge in, once they have typed its PIN if it has one."""
    goal, badge = _goal(), request.form.get("badge", "")
    check_form()
    found = _whose(goal, badge)
    if found is None:
        return _badge_page(goal, "", BAD_BADGE)
    district, user = found
    pin, sent = here().badges.badge(user.id).pin, request.form.get("pin", "").strip()
    if pin and not same(pin, sent):
        return _badge_page(goal, badge, BAD_PIN if sent else "", asks_pin=True)
    return sign_in(goal or to_portal(district), district, user)


@portal.get("/in/<name>/help")
def help_page(name: str) -> Response:
    """Help for who cannot log in: a backup code."""
    return _help_page(find_district(name), _goal())


@portal.post("/in/<name>/help")
def log_in_with_backup_code(name: str) -> Response:
    """Sign in the student whose backup code this is; it is used up."""
    district, goal, world = find_district(name), _goal(), here()
    check_form()
    code = "".join(request.form.get("backup_code", "").split())
    with world.lock:
        id = world.badges.redeem(code, district, world.clock.now())
    user = world.districts[district].users.get(id or "")
    if user is None:
        return _help_page(district, goal, BAD_CODE)
    return sign_in(goal or to_portal(district), district, user)


def _goal() -> Wanted | None:
    """The login this page is part of; none where someone came for their portal."""
    return wanted(here(), request.values) if "client_id" in request.values else None


def _whose(goal: Wanted | None, text: str) -> tuple[Id, User] | None:
    """Whose badge says this: the text of its QR code, or a link that ends with it."""
    value = text.strip().rpartition("=")[2].rpartition("/")[2]
    world, only = here(), goal.district if goal is not None else ""
    for id, town in world.districts.items():
        for user in town.users if only in ("", id) else ():
            if world.badges.opens(user, value):
                return id, user
    return None


def _badge_page(goal: Wanted | None, badge: str, error: str = "", asks_pin: bool = False) -> Response:
    return page(
        "badge.html",
        401 if error else 200,
        app=goal.app if goal else None,
        badge=badge,
        asks_pin=asks_pin,
        digits=DIGITS,
        error=error,
        parameters=parameters(goal) if goal else {},
    )


def _help_page(district: Id, goal: Wanted | None, error: str = "") -> Response:
    return page(
        "help.html",
        401 if error else 200,
        district=here().districts[district].district,
        base=addresses.page(here(), district),
        digits=DIGITS,
        error=error,
        parameters=parameters(goal) if goal else {},
    )
