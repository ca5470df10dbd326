"""The real browser: found or missed aloud, kept to the app and the mock, and its pictures small."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask, redirect
from secure_door import secured
from stage import Stage

from certification_suite.cli import main
from certification_suite.drivers.chromium import NAMES, Chromium, Device, installed
from certification_suite.drivers.page import Page
from certification_suite.evidence import MOST_BYTES
from certification_suite.running.runner import exit_code
from certification_suite.verdicts import Fail, NoBrowser

needs_one = [
    pytest.mark.browser,
    pytest.mark.skipif(
        installed() is None and not os.environ.get("CI"), reason="no Chromium here: apt-get install chromium"
    ),
]


def test_a_browser_is_the_one_asked_for_or_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (installed(), installed("none"), installed("/opt/chrome")) == (None, None, "/opt/chrome")
    program = tmp_path / NAMES[1]
    program.touch(mode=0o755)
    assert installed() == str(program)
    assert installed("none") is None


def test_without_a_browser_its_requirement_could_not_run_and_says_why(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "chromium", Chromium(None))
    stage.put()
    results = stage.judge("ADJ-24", "SSO-R1")
    assert (results["ADJ-24"].verdict, results["SSO-R1"].verdict) == ("could not run", "pass")
    assert "No Chromium was found" in results["ADJ-24"].observed and "--browser" in results["ADJ-24"].next_step
    assert "not looked at on a screen" in results["SSO-R1"].evidence.notes[0]
    assert exit_code(results.values()) == 0


def test_a_browser_that_does_not_start_is_named() -> None:
    with closing(Chromium("/bin/false")) as chromium, pytest.raises(NoBrowser, match="/bin/false does not start"):
        chromium.device("http://127.0.0.1:1", ())
    with closing(chromium), pytest.raises(NoBrowser, match="/bin/false does not start"):
        chromium.device("http://127.0.0.1:1", ())
    assert chromium.path is None, "nobody tries again"


def test_a_path_that_leads_nowhere_is_a_configuration(tmp_path: Path) -> None:
    ended = CliRunner().invoke(main, ["--browser", str(tmp_path / "none-here"), "--app", str(tmp_path / "x.toml")])
    assert ended.exit_code == 2
    assert "--browser" in ended.output


def shown() -> Flask:
    app = Flask("shown")
    app.add_url_rule(
        "/",
        "door",
        lambda: "<h1>Door</h1><p style='display:none'>hidden</p><a href=/on>On</a><a href=/off>Off</a>",
    )
    app.add_url_rule("/on", "on", lambda: "<form action=/said><input name=word><button>Say</button></form>")
    app.add_url_rule("/said", "said", lambda: redirect("/end"))
    app.add_url_rule("/end", "end", lambda: ("<title>T</title>The end", 418))
    return app


@pytest.fixture
def device(stage: Stage) -> Iterator[Device]:
    stage.door.app = shown()
    device = stage.chromium.device(stage.mock_url, (stage.door.url,))
    yield device
    device.close()


@pytest.mark.browser
@needs_one[1]
def test_a_device_is_read_and_used_as_a_person_would(stage: Stage, device: Device) -> None:
    page = device.open(stage.door.url + "/")
    assert (page.status, page.text, device.text()) == (200, "Door hidden OnOff", "Door OnOff")
    assert (device.shows("Door"), device.shows("hidden")) == (True, False)
    page = device.press(page.links[0])
    page = device.press(page.forms[0], page.forms[0].buttons[0], {"word": "peace"})
    assert (page.status, page.url, page.text) == (418, stage.door.url + "/end", "The end")
    assert device.back().url.endswith("/on")
    device.tab()
    assert device.open(stage.door.url + "/end").status == 418
    device.turn_to(0)
    assert device.reload().url.endswith("/on")
    assert device.picture().startswith(b"\xff\xd8\xff") and len(device.picture()) <= MOST_BYTES


@pytest.mark.browser
@needs_one[1]
def test_what_a_plain_browser_holds_is_drawn_and_asked_of_nobody(stage: Stage) -> None:
    asked: list[str] = []

    def app(environ: dict[str, Any], start: Any) -> list[bytes]:
        asked.append(environ["PATH_INFO"])
        start("200 OK", [("Content-Type", "text/css")])
        return [b"p { color: red }"]

    stage.door.app, stage.chromium.draws = app, True
    device = stage.chromium.device(stage.mock_url, (stage.door.url,), scripts=False)
    source = (
        "<link rel=stylesheet href=/s.css><meta http-equiv=refresh content='0;url=/next'><p>Kept</p>"
        "<script>document.body.textContent = 'run'</script><iframe src=/frame></iframe><img src=data:,>"
    )
    for words, status in (("Kept", 404), ("again", 500)):
        url = f"{stage.door.url}/callback?code=1"
        device.draw(Page(url, status, "text/html", source.replace("Kept", words)))
        assert device.shows(words) and not device.shows("run") and device.url == url
        assert device.picture().startswith(b"\xff\xd8\xff")
    assert set(asked) == {"/s.css"}
    device.close()


@pytest.mark.browser
@needs_one[1]
def test_what_is_kept_of_pages_is_pictured(stage: Stage) -> None:
    stage.put()
    kept = stage.judge("SSO-10", pictures=True)["SSO-10"].evidence
    assert [shot.title.partition(",")[2] or shot.title for shot in kept.pictures] == [
        " signed in",
        "After logging out",
    ]
    assert {shot.url for shot in kept.pictures} <= {page.url for page in kept.pages} and not kept.notes
    read = stage.judge("SSO-10")["SSO-10"].evidence
    assert (read.pictures, len(read.pages)) == ([], 2) and "draws no pages" in read.notes[0]


@pytest.mark.browser
@needs_one[1]
@pytest.mark.parametrize("url", ["http://example.org/", "https://clever.com/", "http://192.0.2.1/"])
def test_a_device_goes_nowhere_else(device: Device, url: str) -> None:
    with pytest.raises(Fail, match="ended in"):
        device.open(url)


@needs_one[0]
@needs_one[1]
def test_a_certificate_of_its_own_authority_is_taken_where_the_description_names_one(stage: Stage) -> None:
    app = Flask("secret")
    app.add_url_rule("/", "door", lambda: "<p>By https.</p>")
    stage.door.app = app
    with secured(stage.door) as url:
        device = stage.chromium.device(stage.mock_url, (url,), trusting=True)
        assert device.open(url).text == "By https."
        device.close()
        with pytest.raises(Fail, match="ERR_CERT"):
            stage.chromium.device(stage.mock_url, (url,)).open(url)
