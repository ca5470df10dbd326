"""Clever Badges, their PINs, and backup codes: students' ways in without a password (sso 11)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

import pytest
from bs4 import Tag
from clients import CALLBACK, Browser, Mock, answered, soup
from hypothesis import given
from hypothesis import strategies as st
from test_portal import PAGE, STUDENT, at_portal, text
from town import ADA, BEN, CLEO, DAN, TESS, TOWN, UMA
from werkzeug.test import TestResponse

from mock_clever.badges import Badges
from mock_clever.ids import Mint

STUDENTS = f"{PAGE}/teacher/students"


@pytest.fixture
def browser(mock: Mock) -> Browser:
    return Browser(mock.app)


def badge_of(mock: Mock, user: str) -> str:
    [badge] = mock.control("GET", f"badges?user={user}")["badges"]
    value: str = badge["badge"]
    return value


def form_at(browser: Browser, path: str, **query: str) -> Tag:
    form = soup(browser.client.get(path, query_string=query)).select_one("form")
    assert form is not None
    return form


def scan(browser: Browser, badge: str, **more: str) -> TestResponse:
    return browser.submit(form_at(browser, "/badges"), badge=badge, **more)


def refused(response: TestResponse, words: str) -> None:
    assert response.status_code == 401
    alert = soup(response).select_one("[role=alert]")
    assert alert is not None and words in alert.get_text()


# Badges.


def test_a_badge_opens_the_portal_of_its_student(mock: Mock, browser: Browser) -> None:
    assert scan(browser, badge_of(mock, ADA)).headers["Location"] == STUDENT
    assert "Ada Ñandú" in text(browser.client.get(STUDENT))


@pytest.mark.parametrize(
    "form", ["{}", "  {} ", "https://clever.example/badges?badge={}", "https://x.example/b/{}"]
)
def test_a_badge_s_text_may_be_a_link(form: str, mock: Mock, browser: Browser) -> None:
    assert scan(browser, form.format(badge_of(mock, BEN))).headers["Location"] == STUDENT


def test_a_badge_goes_on_to_the_application(mock: Mock, browser: Browser) -> None:
    sent = {"response_type": "code", "client_id": mock.sso.client_id, "state": "s", "district_id": TOWN}
    form = form_at(browser, "/badges", **sent)
    location = browser.submit(form, badge=badge_of(mock, ADA)).headers["Location"]
    assert location.startswith(f"{CALLBACK}?code=")
    assert answered(location)["state"] == "s"
    assert browser.submit(form, badge=badge_of(mock, ADA), csrf="x").status_code == 403


@pytest.mark.parametrize("badge", ["", "x", ADA, "0" * 32, "https://"])
def test_what_is_no_badge_opens_nothing(badge: str, mock: Mock, browser: Browser) -> None:
    refused(scan(browser, badge), "not valid")


def test_every_student_has_a_badge_of_their_own_and_nobody_else_has_one(mock: Mock) -> None:
    found = mock.control("GET", "badges")["badges"]
    assert [badge["user"] for badge in found] == [ADA, BEN, CLEO, DAN]
    assert len({badge["badge"] for badge in found}) == 4
    assert found[0] == {
        "user": ADA,
        "name": "Ada Ñandú",
        "district": TOWN,
        "badge": found[0]["badge"],
        "link": f"http://localhost/badges?badge={found[0]['badge']}",
        "pin": "",
        "void": False,
    }
    assert mock.refused("GET", f"badges?user={TESS}")[0] == 400
    assert mock.refused("GET", "badges?user=nobody")[0] == 404
    assert mock.refused("GET", "badges?name=ada")[0] == 400


def test_a_void_badge_opens_nothing_until_there_is_a_new_one(mock: Mock, browser: Browser) -> None:
    old = badge_of(mock, ADA)
    assert mock.control("POST", "badges", {"user": ADA, "void": True})["void"] is True
    refused(scan(browser, old), "not valid")
    new = mock.control("POST", "badges", {"user": ADA, "regenerate": True})
    assert new["void"] is False and new["badge"] != old
    refused(scan(browser, old), "not valid")
    assert scan(browser, new["badge"]).headers["Location"] == STUDENT


def test_a_badge_with_a_pin_asks_for_it(mock: Mock, browser: Browser) -> None:
    mock.control("POST", "badges", {"user": ADA, "pin": "123456"})
    page = scan(browser, badge_of(mock, ADA))
    assert page.status_code == 200 and browser.client.get_cookie("clever_session") is None
    form = soup(page).select_one("form")
    assert form is not None and form.select_one("input#pin") is not None
    wrong = browser.submit(form, pin="123457")
    refused(wrong, "Wrong PIN")
    again = soup(wrong).select_one("form")
    assert again is not None
    assert browser.submit(again, pin="123456").headers["Location"] == STUDENT
    mock.control("POST", "badges", {"user": ADA, "pin": ""})
    assert scan(Browser(mock.app), badge_of(mock, ADA)).status_code == 302


@pytest.mark.parametrize("pin", ["12345", "1234567", "12345a", "١٢٣٤٥٦", " 12345"])
def test_a_pin_has_six_digits(pin: str, mock: Mock) -> None:
    assert "six" not in mock.refused("POST", "badges", {"user": ADA, "pin": pin})[1]
    assert mock.refused("POST", "badges", {"user": ADA, "pin": pin})[0] == 400
    assert badge_of(mock, ADA) and mock.world.badges.badge(ADA).pin == ""


def test_secrets_of_badges_are_masked_in_the_journal(mock: Mock, browser: Browser) -> None:
    badge = badge_of(mock, ADA)
    mock.control("POST", "badges", {"user": ADA, "pin": "918273"})
    code = mock.control("POST", "backup-codes", {"user": ADA}, 201)["code"]
    browser.client.get("/badges", query_string={"badge": badge})
    scan(browser, badge, pin="918273")
    browser.submit(form_at(browser, f"{PAGE}/help"), backup_code=code)
    told = mock.client.get("/_mock/journal").get_data(as_text=True)
    assert [secret in told for secret in (badge, "918273", f'"{code}"')] == [False] * 3


# Backup codes.


def backup(mock: Mock, user: str) -> str:
    made = mock.control("POST", "backup-codes", {"user": user}, 201)
    code: str = made["code"]
    assert len(code) == 6 and code.isdigit()
    return code


def redeem(mock: Mock, code: str) -> TestResponse:
    browser = Browser(mock.app)
    return browser.submit(form_at(browser, f"{PAGE}/help"), backup_code=code)


def test_a_backup_code_works_once(mock: Mock) -> None:
    code = backup(mock, ADA)
    assert redeem(mock, f" {code[:3]} {code[3:]} ").headers["Location"] == STUDENT
    refused(redeem(mock, code), "not valid")


def test_a_backup_code_lives_twenty_minutes_on_the_mock_s_clock(mock: Mock) -> None:
    mock.control("POST", "clock", {"freeze": True})
    codes = backup(mock, ADA), backup(mock, BEN)
    fired = mock.control("POST", "clock", {"advance": "PT20M"})["fired"]
    assert [(entry["what"], entry["count"]) for entry in fired] == [("backup_codes.expire", 2)]
    assert redeem(mock, codes[0]).status_code == 302
    mock.control("POST", "clock", {"advance": 0.5})
    refused(redeem(mock, codes[1]), "not valid")


def test_a_new_backup_code_ends_the_one_before(mock: Mock) -> None:
    old, new = backup(mock, ADA), backup(mock, ADA)
    refused(redeem(mock, old), "not valid")
    assert redeem(mock, new).status_code == 302


def test_a_backup_code_goes_on_to_the_application(mock: Mock, browser: Browser) -> None:
    sent = {"response_type": "code", "client_id": mock.sso.client_id, "state": "s", "district_id": TOWN}
    form = form_at(browser, f"{PAGE}/help", **sent)
    assert browser.submit(form, backup_code=backup(mock, ADA), csrf="x").status_code == 403
    location = browser.submit(form, backup_code=backup(mock, ADA)).headers["Location"]
    assert answered(location)["state"] == "s"


def test_only_students_get_backup_codes(mock: Mock) -> None:
    assert mock.refused("POST", "backup-codes", {"user": TESS})[0] == 400
    assert mock.refused("POST", "backup-codes", {"user": "nobody"})[0] == 404


# What a teacher does.


def test_a_teacher_makes_badges_pins_and_codes_for_their_students(mock: Mock) -> None:
    browser, page = at_portal(mock, TESS)
    assert soup(page).select_one(f"a[href='{STUDENTS}']") is not None
    cards = [str(card["id"]) for card in soup(browser.client.get(STUDENTS)).select("section.card")]
    assert cards == [f"student-{id}" for id in (ADA, BEN)]
    form = soup(browser.client.get(STUDENTS)).select_one(f"#student-{ADA} form")
    assert form is not None
    told = soup(browser.submit(form, act="backup")).select_one(".told strong")
    assert told is not None
    assert redeem(mock, told.get_text()).status_code == 302
    old = badge_of(mock, ADA)
    assert browser.submit(form, act="renew").headers["Location"] == STUDENTS
    assert badge_of(mock, ADA) != old
    browser.submit(form, act="pin", pin="424242")
    assert mock.world.badges.badge(ADA).pin == "424242"
    assert browser.submit(form, act="pin", pin="42").status_code == 400
    browser.submit(form, act="void")
    assert "badge void" in text(browser.client.get(STUDENTS))
    assert browser.submit(form, act="nonsense").headers["Location"] == STUDENTS
    assert browser.submit(form, act="renew", csrf="x").status_code == 403


def test_other_teachers_students_are_not_theirs(mock: Mock) -> None:
    browser, _ = at_portal(mock, TESS)
    form = soup(browser.client.get(STUDENTS)).select_one(f"#student-{ADA} form")
    assert form is not None
    for student in (CLEO, DAN, UMA, "nobody"):
        assert browser.submit(form, act="backup", student=student).status_code == 403


def test_the_code_on_a_student_s_badge_says_what_logs_them_in(mock: Mock) -> None:
    browser, _ = at_portal(mock, TESS)
    mock.control("POST", "badges", {"user": BEN, "void": True})
    [shown] = soup(browser.client.get(STUDENTS)).select("img.code")
    assert shown["alt"] == "QR code of the badge of Ada Ñandú"
    code = browser.client.get(str(shown["src"]))
    assert (code.mimetype, said_by(code)) == ("image/svg+xml", badge_of(mock, ADA))
    assert ElementTree.fromstring(code.data).findtext("{*}title") == "Badge of Ada Ñandú"
    assert code.data == mock.client.get(f"/_mock/badges/{ADA}.svg").data
    assert said_by(mock.client.get("/_mock/badges/11.svg")) == badge_of(mock, ADA)
    mock.control("POST", "badges", {"user": ADA, "regenerate": True})
    assert said_by(browser.client.get(str(shown["src"]))) == badge_of(mock, ADA)


def test_a_badge_is_drawn_for_the_student_s_own_teachers(mock: Mock) -> None:
    browser, _ = at_portal(mock, TESS)
    for student in (CLEO, DAN, TESS, "nobody"):
        assert browser.client.get(f"{PAGE}/teacher/badges/{student}.svg").status_code == 403
    assert at_portal(mock, ADA)[0].client.get(f"{PAGE}/teacher/badges/{ADA}.svg").status_code == 403
    assert mock.client.get(f"/_mock/badges/{TESS}.svg").status_code == 400
    assert mock.client.get("/_mock/badges/nobody.svg").status_code == 404


def said_by(code: TestResponse) -> str:
    """What a QR code says that is drawn as one path: of version 3, in bytes, its format as it says of itself.

    Read as ISO/IEC 18004 has it, without the library that drew it; nothing is worn off, so nothing is corrected.
    """
    [path] = ElementTree.fromstring(code.data).iterfind("{*}path[@stroke]")
    dark, x, y = set(), 0, 0.0
    for act, numbers in re.findall(r"([Mmh])([-\d. ]+)", path.attrib["d"]):
        by = [float(number) for number in numbers.split()]
        if act == "h":
            dark |= {(x + step - QUIET, int(y) - QUIET) for step in range(int(by[0]))}
            x += int(by[0])
        else:
            x, y = (int(by[0]), by[1]) if act == "M" else (x + int(by[0]), y + by[1])
    return _words_of(dark)


QUIET, SIDE, BLOCKS = 4, 29, {0b11: 2}
"""Light modules around a code, modules across one, and in how many blocks its words are dealt at level Q."""
MASKS = (
    *(lambda x, y: (x + y) % 2, lambda x, y: y % 2, lambda x, y: x % 3, lambda x, y: (x + y) % 3),
    *(lambda x, y: (y // 2 + x // 3) % 2, lambda x, y: x * y % 2 + x * y % 3),
    *(lambda x, y: (x * y % 2 + x * y % 3) % 2, lambda x, y: ((x + y) % 2 + x * y % 3) % 2),
)


def _words_of(dark: set[tuple[int, int]]) -> str:
    told = _number((x, 8) in dark for x in range(5)) ^ 0b10101
    blocks, mask = BLOCKS[told >> 3], MASKS[told & 7]
    bits = [((x, y) in dark) ^ (not mask(x, y)) for x, y in _zigzag()]
    words = [_number(bits[at : at + 8]) for at in range(0, 34 * 8, 8)]
    data = bytes(word for block in range(blocks) for word in words[block::blocks])
    (kind, length), stream = (data[0] >> 4, (data[0] & 15) << 4 | data[1] >> 4), data[1:]
    assert kind == 0b0100, "it is in bytes"
    return bytes((stream[i] & 15) << 4 | stream[i + 1] >> 4 for i in range(length)).decode()


def _zigzag() -> Iterator[tuple[int, int]]:
    """Where the bits of a code stand: two columns at a time from the right, up and down in turn."""
    for turn, right in enumerate((*range(SIDE - 1, 7, -2), 5, 3, 1)):
        for step in range(SIDE):
            y = step if turn % 2 else SIDE - 1 - step
            yield from ((x, y) for x in (right, right - 1) if not _fixed(x, y))


def _fixed(x: int, y: int) -> bool:
    """Whether a module belongs to the pattern that every code has, or tells the format."""
    finders = (x < 9 and y < 9) or (x >= SIDE - 8 and y < 9) or (x < 9 and y >= SIDE - 8)
    return finders or x == 6 or y == 6 or (abs(x - 22) <= 2 and abs(y - 22) <= 2)


def _number(bits: Iterable[bool]) -> int:
    return int("".join(str(int(bit)) for bit in bits), 2)


def test_nobody_but_a_teacher_sees_this(mock: Mock) -> None:
    for who in (at_portal(mock, ADA)[0], Browser(mock.app)):
        assert who.client.get(STUDENTS).status_code == 403
        assert who.client.post(STUDENTS, data={"student": ADA, "act": "backup"}).status_code == 403


# Laws.


@given(st.lists(st.sampled_from([ADA, BEN, CLEO]), max_size=30))
def test_live_backup_codes_are_never_the_same(users: list[str]) -> None:
    badges, mint = Badges(), Mint("test")
    live = {user: badges.backup(mint, TOWN, user, 0.0) for user in users}
    assert len(set(live.values())) == len(live)
    for user, code in live.items():
        assert badges.redeem(code, "elsewhere", 1.0) is None
        assert (badges.redeem(code, TOWN, 1.0), badges.redeem(code, TOWN, 1.0)) == (user, None)
