"""Reading pages as a person does: words, links, forms, the way in and the way out."""

from __future__ import annotations

import pytest

from certification_suite.checks.failures import TRACE
from certification_suite.checks.journeys import step_on
from certification_suite.checks.recognition import log_out_control, markers, ways_in
from certification_suite.drivers.mock import Person
from certification_suite.drivers.page import Link, Page

MARIA = Person("a" * 24, "María D'Arcy Núñez", "maria@example.org", "d" * 24, ("student",), "mnunez", "pw", (), ())


def page(html: str, kind: str = "text/html") -> Page:
    return Page("http://app.test/here/", 200, kind, html)


def test_only_visible_words_are_read() -> None:
    shown = page(
        "<title>T</title><style>p{}</style><p>Hello&nbsp;<b>you</b></p><script>var secret</script><p>there</p>"
    )
    assert shown.text == "Hello you there"


def test_links_and_forms_lead_to_whole_addresses() -> None:
    shown = page('<a href="../login">Log in</a><form action="/out" method=post><button>Go</button></form>')
    assert shown.links == [Link("Log in", "http://app.test/login")]
    [form] = shown.forms
    assert (form.url, form.method, [button.text for button in form.buttons]) == (
        "http://app.test/out",
        "POST",
        ["Go"],
    )


def test_a_form_sends_what_it_holds_and_asks_for_the_rest() -> None:
    [form] = page(
        "<form><input type=hidden name=csrf value=x><input name=username><input type=password name=password>"
        "<input type=checkbox name=stay><textarea name=note></textarea><input type=submit value='Log in'></form>"
    ).forms
    assert form.fields == {"csrf": "x", "username": "", "password": "", "note": ""}
    assert form.asked == ["username", "password", "stay", "note"]
    assert form.buttons[0].text == "Log in"


def test_an_image_inside_a_link_speaks_for_it() -> None:
    assert (
        page('<a href="/go"><img src="c.png" alt="Log in with Clever"></a>').links[0].text == "Log in with Clever"
    )


@pytest.mark.parametrize(
    "html",
    [
        '<form method=post action="/session/end"><button>Sign out</button></form>',
        '<form method=post action="/x"><button aria-label="Log out"><svg></svg></button></form>',
        '<form method=post action="/users/sign_out"><button>Leave</button></form>',
        '<a href="/logout">Bye</a>',
        '<a href="/x">Log&nbsp;out</a>',
        '<a href="/x" aria-label="Sign out">⏻</a>',
    ],
)
def test_a_way_out_is_found_by_words_label_or_address(html: str) -> None:
    assert log_out_control(page(html)) is not None
    assert ways_in(page(html)) == []


@pytest.mark.parametrize(
    "html", ['<a href="/blog/outlook">Our blog</a>', "<p>Log out</p>", '<a href="/about">About</a>']
)
def test_other_things_are_no_way_out(html: str) -> None:
    assert log_out_control(page(html)) is None


@pytest.mark.parametrize(
    "html",
    [
        "<p>María D'Arcy Núñez</p>",
        "<p>Mari&#x0301;a&nbsp;D&#39;Arcy\n Núñez</p>".replace(
            "Mari&#x0301;a", "Mari\u0301a".replace("i\u0301", "i\u0301")
        ),
        "<p>Signed in as María Núñez.</p>",
        "<p>Núñez, María</p>",
        "<b>mnunez</b>",
        "<b>Maria@Example.org</b>",
    ],
)
def test_a_person_is_recognised_by_name_address_or_user_name(html: str) -> None:
    assert markers(page(html), MARIA)


@pytest.mark.parametrize("html", ["<p>María</p>", "<p>Mar?a N??ez</p>", "<p>mnunez2</p>", "<!-- María Núñez -->"])
def test_half_a_name_is_not_enough(html: str) -> None:
    assert not markers(page(html), MARIA)


@pytest.mark.parametrize(
    "text",
    [
        "Traceback (most recent call last):",
        '  File "/srv/app.py", line 3, in x',
        "    at Foo.bar(Foo.java:12)",
        "Fatal error: x",
    ],
)
def test_stack_traces_of_many_languages_are_seen(text: str) -> None:
    assert TRACE.search(text)


def test_a_calm_sentence_is_no_stack_trace() -> None:
    assert not TRACE.search("We could not log you in at this time. Please try again.")


def test_the_main_part_of_a_page_is_read_alone_when_it_is_named() -> None:
    assert page("<header>Shop</header><main><h1>Closed</h1> today</main>").main == "Closed today"
    assert page("<p>Closed</p>").main == "Closed"


HERE = "http://clever.test/oauth/"


def at_clever(html: str) -> Page:
    return Page(HERE + "login", 200, "text/html", html)


@pytest.mark.parametrize(
    ("html", "presses", "fills"),
    [
        (f"<form><input type=hidden name=user value={'b' * 24}><button>Other</button></form>"
         f"<form id=2><input type=hidden name=user value={'a' * 24}><button>María</button></form>", "María", {}),
        ("<form><button>Authorize</button><button>Cancel</button></form>", "Authorize", {}),
        ("<form><button>Cancel</button><button>Allow access</button></form>", "Allow access", {}),
        ("<form><input name=username><input type=password name=password><button>Log in</button></form>", "Log in",
         {"username": "mnunez", "password": "pw"}),
        ("<form><input name=q type=search><button>Search</button></form>", None, {"q": "a" * 24}),
    ],
)  # fmt: skip
def test_a_step_on_clever_s_pages(html: str, presses: str | None, fills: dict[str, str]) -> None:
    step = step_on(lambda url: url.startswith("http://clever.test/"), at_clever(html), MARIA)
    assert step is not None
    assert (step.button.text if step.button else None, step.filled) == (presses, fills)


def test_a_person_finds_their_own_district_and_no_way_is_no_step() -> None:
    links = f"<a href='/x?district_id={'e' * 24}'>Other</a><a href='/x?district_id={'d' * 24}'>Mine</a>"
    step = step_on(lambda url: url.startswith("http://clever.test/"), at_clever(links), MARIA)
    assert step is not None and step.control == Link("Mine", f"http://clever.test/x?district_id={'d' * 24}")
    assert step_on(lambda url: True, at_clever("<p>Closed</p><a href=/x>On</a>"), MARIA) is None


def test_boxes_to_tick_are_known_ticked_or_not() -> None:
    [form] = page(
        "<form><input type=checkbox name=s value=1 checked><input type=checkbox name=s value=2><button>Save"
        "</button></form>"
    ).forms
    assert form.choices == {"s": ["1", "2"]}
