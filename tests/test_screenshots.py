"""The pictures of `make screenshots` show every page there is; none is taken here."""

from __future__ import annotations

from screenshots import SHOTS, STOP

from mock_clever.api.endpoints import ENDPOINTS

WITHOUT = {
    "/login": "leads on to the district's page or the picker",
    "/in/{name}/teacher/badges/{student}.svg": "is an image on the page of the students",
    "/in/{name}/access-as/end": "leads back to the portal",
    "/oauth/confirm": "takes the answer of the question at /oauth/authorize",
    "/library/install": "leads on to the application",
    "/library/uninstall": "leads back to the Library",
    "/library/installs.csv": "is no page",
    "/lms/{district}/join": "leads back to the courses",
    "/lms/{district}/launch": "leads on to the tool",
    "/lti/initiate": "is a form that a launch goes on with by itself",
    "/lti/authorize": "is a form that a launch ends with by itself",
    "/lti/deep-link": "takes what a tool answers",
    "/favicon.ico": "is no page",
}


def test_every_page_has_its_picture() -> None:
    pages = {row.path for row in ENDPOINTS if row.page}
    shown = {shot.path for shot in SHOTS} - {STOP, "/_mock/login-as"}
    assert pages - set(WITHOUT) == shown
    assert set(WITHOUT) < pages


def test_no_picture_takes_the_place_of_another() -> None:
    names = [shot.name for shot in SHOTS]
    assert len(names) == len(set(names))
