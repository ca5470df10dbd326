"""A fourth LMS is one file: the endpoints, the pages, the link and the command know it by that."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import mock_clever
from mock_clever.lms import personalities

ASKED = """
import json
from coursework import ASSIGNMENTS, NEEDED, Course
from town import TOWN

course = Course("chalkboard")
refused = course.ask("POST", ASSIGNMENTS, NEEDED)
made = course.ask("POST", ASSIGNMENTS, NEEDED | {"assignee_mode": "all", "max_attempts": 2})
put = course.mock.client.put(f"/_mock/districts/{TOWN}/lms", json={"lms_type": "chalkboard"})
page = course.mock.client.get(f"/lms/{TOWN}").get_data(as_text=True)
print(json.dumps([refused.get_json()["message"], made.get_json()["data"].get("max_attempts"), put.status_code,
                  "Blackboard of slate" in page, "Lessons" in page]))
"""


def test_a_fourth_lms_is_one_file(tmp_path: Path) -> None:
    """In a copy of the package, for a file here would be there for every other test."""
    there = tmp_path / "mock_clever"
    subprocess.run(["cp", "-r", str(Path(mock_clever.__file__).parent), str(there)], check=True)
    folder = there / Path(personalities.__path__[0]).relative_to(Path(mock_clever.__file__).parent)
    text = (folder / "canvas.py").read_text(encoding="utf-8")
    text = text.replace('lms_type="canvas"', 'lms_type="chalkboard"').replace(
        'name="Canvas"', 'name="Blackboard of slate"'
    )
    text = text.replace('courses="Courses"', 'courses="Lessons"').replace(
        '"term_id"}', '"term_id", "max_attempts"}'
    )
    (folder / "chalkboard.py").write_text(text.replace("attempts=-1", "attempts=7"), encoding="utf-8")
    path = f"{tmp_path}:{Path(__file__).parent}"
    ran = subprocess.run(
        [sys.executable, "-c", ASKED],
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == ["no valid users found in Blackboard of slate", 7, 200, True, True]
