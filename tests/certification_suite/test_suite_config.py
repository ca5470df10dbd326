"""The description of the app under test: what it may say, and how it says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

from certification_suite.describing.config import ConfigurationError, load

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


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (
            "home_page",
            "homepage",
            "certification.toml:6: unknown key `homepage` in [app]. Did you mean `home_page`?",
        ),
        ("[clever]", "[clver]", "unknown table [clver]. Did you mean `clever`?"),
        ("[app]", 'name = "x"\n[app]', "unknown key `name` outside every table"),
        ('client_id = "abc"', 'ca = "ca.pem"', "unknown key `ca` in [clever]. It belongs into [app]"),
        ("[clever]", 'ca = "tls/ca.pem"\n[clever]', "certification.toml:9: there is no file tls/ca.pem"),
        ("[clever]", 'start = "npm start"\n[clever]', "`start` must be a command in which {port} stands"),
        ("[clever]", 'api_version = "v2.1"\n[clever]', "`api_version` holds 'v2.1'; it may hold v3.0, v3.1"),
        ('"http://127.0.0.1:5000/"', '"http://127.0.0.1:five"', "`base_url` must be a whole URL"),
        ("[clever]", '[probe]\npython = "Probe"\n[clever]', '`python` must be a class as "my_probe:Probe"'),
        (
            "[clever]",
            '[probe.commands]\nusres = "cat"\n[clever]',
            "there is no part `usres`. Did you mean `users`?",
        ),
        ("[clever]", "[probe.commands]\nusers = 7\n[clever]", "`users` must be a shell command, and is 7"),
        ("[clever]", '[probe]\nurl = "http://x"\npython = "a:B"\n[clever]', "[probe] has url and python."),
        ('["sso"]', '["sso", 7]', "`programmes` must be a list such as"),
    ],
)
def test_a_mistake_says_what_was_meant(tmp_path: Path, before: str, after: str, says: str) -> None:
    assert says in wrong(tmp_path, GOOD.replace(before, after, 1))


def test_a_file_that_is_no_certificate_is_said(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("…")
    message = wrong(tmp_path, GOOD.replace("[app]", '[app]\nca = "ca.pem"', 1))
    assert "certification.toml:3: ca.pem holds no certificate in PEM" in message


def test_what_lies_beside_the_file_is_found_from_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "certification.toml"
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    path.write_text(GOOD.replace("[clever]", 'ca = "ca.pem"\nstart = "run {port}"\n\n[clever]'))
    app = load(path)
    assert (app.ca, app.start, app.api_version) == (str(tmp_path / "ca.pem"), "run {port}", None)
    path.write_text(GOOD + '[probe.commands]\nusers = "cat users.json"\n')
    probe = load(path).probe
    assert (dict(probe.commands), probe.folder) == ({"users": "cat users.json"}, str(tmp_path))
    assert load(path).stands("clever", "client_id") == f"{path}:11"


def test_another_instance_is_the_same_app_at_another_address(tmp_path: Path) -> None:
    path = tmp_path / "certification.toml"
    path.write_text(
        GOOD + '[probe]\nurl = "http://127.0.0.1:5000/probe"\n[library]\nredirect_uri = "http://x/lib"\n'
    )
    moved = load(path).moved(base_url="http://127.0.0.1:6000", mock_url="http://127.0.0.1:8123/w/one")
    assert (moved.redirect_uri, moved.probe.url) == (
        "http://127.0.0.1:6000/callback",
        "http://127.0.0.1:6000/probe",
    )
    assert (moved.library.redirect_uri, moved.home_page) == ("http://x/lib", "/home")
    assert (moved.base_url, moved.mock_url) == ("http://127.0.0.1:6000", "http://127.0.0.1:8123/w/one")
