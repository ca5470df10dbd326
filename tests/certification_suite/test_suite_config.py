"""The description of the app under test: what it may say, and how it says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from certification_suite.config import ConfigurationError, load

GOOD = """
[app]
name = "Class Tracker"
base_url = "http://127.0.0.1:5000/"
redirect_uri = "http://127.0.0.1:5000/callback"
home_page = "/home"
programmes = ["sso"]

[clever]
mock_url = "http://127.0.0.1:8123"
client_id = "abc"
"""


def wrong(tmp_path: Path, text: str) -> str:
    path = tmp_path / "certification.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as raised:
        load(path)
    return str(raised.value).replace(str(tmp_path) + "/", "")


def test_a_short_description_is_filled_with_defaults(tmp_path: Path) -> None:
    path = tmp_path / "certification.toml"
    path.write_text(GOOD)
    app = load(path)
    assert (app.login_page, app.start_login, app.logout, app.refresh) == ("/", None, "auto", None)
    assert app.user_types == ("student", "teacher")
    assert app.url("/home") == "http://127.0.0.1:5000/home"


def test_an_app_supports_every_lms_unless_it_says_which(tmp_path: Path) -> None:
    path = tmp_path / "certification.toml"
    path.write_text(GOOD)
    assert load(path).lms == ("canvas", "schoology", "google_classroom")
    path.write_text(GOOD.replace('["sso"]', '["lms"]\nlms = ["schoology"]'))
    assert load(path).lms == ("schoology",)
    assert "may hold canvas, schoology" in wrong(tmp_path, GOOD.replace('["sso"]', '["lms"]\nlms = ["moodle"]'))


def test_client_ids_may_be_left_to_the_mock(tmp_path: Path) -> None:
    path = tmp_path / "certification.toml"
    path.write_text(GOOD.replace('client_id = "abc"', ""))
    assert load(path).client_id is None


def test_the_command_line_overrules_the_address_of_the_mock(tmp_path: Path) -> None:
    path = tmp_path / "certification.toml"
    path.write_text(GOOD)
    assert load(path, mock_url="http://127.0.0.1:9/").mock_url == "http://127.0.0.1:9"


def test_a_missing_file_says_how_to_name_another(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no such file.*--app"):
        load(tmp_path / "nowhere.toml")


def test_what_is_not_toml_names_line_and_column(tmp_path: Path) -> None:
    assert "line 2" in wrong(tmp_path, "[app]\nname = Class Tracker\n")


def test_an_unknown_key_is_named_with_its_line_and_the_known_ones(tmp_path: Path) -> None:
    message = wrong(tmp_path, GOOD.replace("home_page", "homepage"))
    assert "certification.toml:6: unknown key `homepage` in [app]" in message
    assert "home_page" in message


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    message = wrong(
        tmp_path, GOOD.replace('home_page = "/home"', 'logout = "press it"').replace('["sso"]', '["sos"]')
    )
    assert len(message.splitlines()) == 3
    assert "certification.toml:2: [app] has no `home_page`" in message
    assert "certification.toml:6: `logout` must be" in message
    assert "`programmes` holds 'sos'" in message


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("[clever]", "[clver]", "unknown table [clver]"),
        ('"http://127.0.0.1:5000/"', '"127.0.0.1:5000"', "`base_url` must be a whole URL"),
        ('name = "Class Tracker"', "name = 7", "`name` must be text"),
        ('client_id = "abc"', "client_id = 7", "`client_id` must be text"),
        ('mock_url = "http://127.0.0.1:8123"', "", "where is the mock?"),
        ("[clever]", '[not_applicable]\nSYN-08 = ""\n[clever]', "why SYN-08 does not apply"),
    ],
)
def test_mistakes_are_told_apart(tmp_path: Path, before: str, after: str, says: str) -> None:
    assert says in wrong(tmp_path, GOOD.replace(before, after))


def test_the_library_is_the_same_app_under_another_number(tmp_path: Path) -> None:
    path = tmp_path / "certification.toml"
    library = '[library]\nclient_id = "lib"\nredirect_uri = "http://127.0.0.1:5000/library"\n'
    path.write_text(GOOD.replace("[app]", '[app]\nasks = ["goal"]', 1) + library)
    app = load(path)
    seen = app.as_in("library")
    assert (app.client_id, app.redirect_uri, app.by_teachers) == ("abc", "http://127.0.0.1:5000/callback", False)
    assert (seen.client_id, seen.redirect_uri, seen.by_teachers) == ("lib", "http://127.0.0.1:5000/library", True)
    assert (seen.start_login, seen.asks, app.as_in("sso")) == (app.start_login, ("goal",), app)
    assert "http://127.0.0.1:5000/library" in app.addresses


def test_more_apps_may_stand_behind_the_button(tmp_path: Path) -> None:
    path = tmp_path / "certification.toml"
    path.write_text(GOOD + 'other_client_ids = ["def"]\n')
    app = load(path)
    assert (app.other_client_ids, app.client_ids, app.openid) == (("def",), ("abc", "def"), False)
    assert "`other_client_ids` must be a list" in wrong(tmp_path, GOOD + 'other_client_ids = "def"\n')


def test_a_wrong_library_is_said(tmp_path: Path) -> None:
    assert "`asks` must be a list" in wrong(tmp_path, GOOD.replace("[app]", '[app]\nasks = "goal"', 1))
    assert "`openid` must be true or false" in wrong(tmp_path, GOOD.replace("[app]", '[app]\nopenid = "yes"', 1))
    assert "redirect_url" in wrong(tmp_path, GOOD + '[library]\nredirect_url = "http://127.0.0.1:5000/x"\n')
