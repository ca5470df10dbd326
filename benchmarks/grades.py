"""How many grades a second can be written through LMS Connect: a hundred assignments of thirty students each.

Once in memory against a bare Flask view that parses the same JSON, and once with a data folder, where the mock is
killed in the end: every grade that was acknowledged must be there when it is started again.
"""

from __future__ import annotations

import json
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.benchmark import Benchmark, Figure, NotMeasurableError
from benchmarks.load import Target, rates, typical
from benchmarks.programs import MOCK, Program, program

ASSIGNMENTS, STUDENTS = 100, 30
BARE = ("benchmarks.bare_json",)
PRESET = "certification-isd"
JSON = "application/json"


def grade(n: int) -> bytes:
    """What is sent for the n-th submission."""
    return json.dumps({"state": "submitted", "grade_points": n % 100 + 0.5, "flags": ["late"]}).encode()


class Gradebook:
    """A section of the mock's district with its assignments, and the grades that were written into it."""

    def __init__(self, mock: Program, token: str, paths: list[str]) -> None:
        self._mock, self._token, self.paths = mock, token, paths

    @classmethod
    def made(cls, mock: Program) -> Gradebook:
        """Thirty students of a section, joined to an LMS, who have a hundred assignments."""
        token = mock.district_token()
        district = json.loads(mock.get("/v3.1/districts", token))["data"][0]["data"]["id"]
        section = _section(mock, district)
        mock.send("PUT", f"/_mock/districts/{district}/lms", {"lms_type": "google_classroom"})
        base = f"/v3.1/sections/{section}/assignments"
        paths: list[str] = []
        for n in range(ASSIGNMENTS):
            sent = {"title": f"{n}", "description": "x", "due_date": "2090-01-01", "assignee_mode": "all"}
            made = mock.send("POST", base, sent, token)["data"]["id"]
            listed = json.loads(mock.get(f"{base}/{made}/submissions", token))["data"]
            if len(listed) != STUDENTS:
                raise NotMeasurableError(f"{base} has {len(listed)} submissions instead of {STUDENTS}")
            paths += [f"{base}/{made}/submissions/{each['user_id']}" for each in listed]
        return cls(mock, token, paths)

    def target(self) -> Target:
        """Every submission of every assignment, graded once."""
        writes = [(path, grade(n)) for n, path in enumerate(self.paths)]
        return Target(self._mock.url, self._headers(), writes=writes)

    def echoed(self, bare: Program) -> Target:
        """The same bodies for the baseline."""
        return Target(bare.url, {"Content-Type": JSON}, writes=[("/", body) for _, body in self.target().writes])

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}", "Content-Type": JSON}

    def lost(self, mock: Program) -> int:
        """How many of the grades another process does not know."""
        told: dict[str, Any] = {}
        for path in dict.fromkeys(path.rpartition("/")[0] for path in self.paths):
            for each in json.loads(mock.get(f"{path}?limit=100", self._token))["data"]:
                told[f"{path}/{each['user_id']}"] = each.get("grade_points")
        return sum(told.get(path) != n % 100 + 0.5 for n, path in enumerate(self.paths))


def _section(mock: Program, district: str) -> str:
    """A section of the district with just so many students: those of several are put into one."""
    token = mock.district_token()
    sections = [each for page in mock.pages(token, "/v3.1/sections?limit=1000") for each in page]
    section = next(each for each in sections if each["teachers"])
    people = [each for page in mock.pages(token, "/v3.1/users?role=student&limit=1000") for each in page]
    students = [each["id"] for each in people if each.get("email")]  # by which the LMS knows them
    if len(students) < STUDENTS:
        raise NotMeasurableError(f"{PRESET} has {len(students)} students, too few for a section of {STUDENTS}")
    update = {"type": "record.update", "kind": "sections", "id": section["id"]}
    mock.change(district, [{**update, "set": {"students": students[:STUDENTS]}}])
    return str(section["id"])


@contextmanager
def kept(folder: str) -> Iterator[Program]:
    with program(*MOCK, PRESET, "--data", str(Path(folder) / "data"), "--rate-limit", "1000000") as mock:
        yield mock


def measure(rounds: int) -> list[Figure]:
    with program(*MOCK, PRESET, "--rate-limit", "1000000") as mock, program(*BARE) as bare:
        book = Gradebook.made(mock)
        in_memory = rates([book.target(), book.echoed(bare)], rounds)
    with tempfile.TemporaryDirectory() as folder:
        with kept(folder) as mock, program(*BARE) as bare:
            book = Gradebook.made(mock)
            in_folder = rates([book.target(), book.echoed(bare)], min(rounds, 3))
            os.kill(mock.pid, signal.SIGKILL)
        with kept(folder) as mock:
            lost = book.lost(mock)
    return [
        _figure("grades in memory", in_memory),
        _figure("grades into a data folder", in_folder),
        Figure("grades lost by a kill -9", str(lost), "0", float(lost), "at most", 0),
    ]


def _figure(what: str, measured: list[list[float]]) -> Figure:
    ours, flask, ratio = typical(measured)
    return Figure(f"PATCH {what}", f"{ours:.0f}/s", f"{flask:.0f}/s", ratio, "at least", 0.4)


BENCHMARK = Benchmark("grades", "100 x 30 grades written, against bare Flask parsing the same JSON", measure)
