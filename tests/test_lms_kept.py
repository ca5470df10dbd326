"""Grades in a data folder: there after a crash, each assignment written by itself, and none lost by a kill."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import requests
from coursework import DUE, NOW, Course, with_emails
from test_data_folder import KeptMock, rows, serving
from town import ADA, BEN, FALL, TESS

from mock_clever.clock import moment


def test_a_gradebook_is_after_a_crash_what_it_was_and_only_what_changes_is_written(tmp_path: Path) -> None:
    mock = KeptMock(tmp_path / "data", with_emails())
    course = Course("canvas", mock)
    paths = [
        course.made(points_possible=9.5, attachments=[{"type": "link", "url": "https://a.example"}], term_id=FALL)
        for _ in range(3)
    ]
    page = course.ask("GET", f"{paths[0]}/submissions?limit=1").get_json()
    writes = mock.folder._database.total_changes
    graded = {"grade_points": 80.1, "grade": "B", "grade_comment": "x", "grader_id": TESS, "flags": ["late"]}
    course.data("PATCH", f"{paths[0]}/submissions/{BEN}", graded | {"attachments": [{"url": "https://b.example"}]})
    assert mock.folder._database.total_changes == writes + 1
    course.ask("DELETE", paths[2])
    before = [course.ask("GET", path + more).get_data() for path in paths for more in ("", "/submissions")]
    again = KeptMock(mock.crashed("crash"))
    left = [each[2] for each in rows(mock.crashed("another")) if each[1] == "/gradebooks/_works"]
    assert sorted(left) == sorted(path.split("/")[5] for path in paths[:2])
    course.mock, course.world = again, again.world
    assert [course.ask("GET", path + more).get_data() for path in paths for more in ("", "/submissions")] == before
    following = course.ask("GET", page["links"][0]["uri"]).get_json()["data"]
    assert [each["user_id"] for each in page["data"] + following] == [ADA, BEN]
    assert again.world.clock.now() == moment(NOW)


def test_no_grade_that_was_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    data, acknowledged = ("--preset", "tiny", "--data", str(tmp_path / "data")), dict[str, float]()
    with serving(*data) as (process, url):
        env = requests.get(f"{url}/_mock/env", timeout=30).json()
        bearer = {"Authorization": f"Bearer {env['CLEVER_DISTRICT_TOKEN']}"}

        def ask(method: str, path: str, body: Any = None) -> Any:
            return requests.request(method, url + path, headers=bearer, json=body, timeout=30).json()

        district = ask("GET", "/v3.1/districts")["data"][0]["data"]["id"]
        ask("PUT", f"/_mock/districts/{district}/lms", {"lms_type": "google_classroom"})
        sections = [each["data"]["id"] for each in ask("GET", "/v3.1/sections")["data"]]
        sent = {"title": "x", "description": "x", "due_date": DUE.replace("2027", "2097"), "assignee_mode": "all"}
        made = ((section, ask("POST", f"/v3.1/sections/{section}/assignments", sent)) for section in sections)
        section, assignment = next((section, told["data"]["id"]) for section, told in made if "data" in told)
        path = f"/v3.1/sections/{section}/assignments/{assignment}/submissions"
        users = [each["user_id"] for each in ask("GET", path)["data"]]
        enough = threading.Event()

        def grade() -> None:
            with suppress(requests.RequestException):
                for n in range(1000):
                    user = users[n % len(users)]
                    answer = ask("PATCH", f"{path}/{user}", {"grade_points": n})
                    acknowledged[user] = answer["data"]["grade_points"]
                    if n > 20:
                        enough.set()

        busy = threading.Thread(target=grade)
        busy.start()
        assert enough.wait(60)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        busy.join()
    with serving(*data) as (_, url):
        kept = {each["user_id"]: each["grade_points"] for each in ask("GET", path)["data"]}
    assert all(kept[user] >= points for user, points in acknowledged.items())
    assert len(kept) == len(acknowledged) > 0
