"""The coursework part of the fake Clever: one gradebook, behaving like one of the three LMSs."""

from __future__ import annotations

from typing import Any

import requests
from fake_clever import DISTRICT, Asked, FakeClever, id_, town

GRADES = ("grade_points", "grade", "grade_comment", "grader_id", "attachments")


class FakeLms(FakeClever):
    """A town whose district has an LMS, everything matched."""

    def __init__(self) -> None:
        super().__init__()
        self.lms = "canvas"
        self.assignments: dict[str, dict[str, Any]] = {}
        self.work: dict[str, dict[str, dict[str, Any]]] = {}
        self.launched: set[str] = set()
        self.late = "2026-09-01T08"
        """Due dates before this have passed."""
        self.page_size = 100
        self.patience: list[float] = []
        """How long the app was ready to wait for each answer of the LMS."""
        self.jumps = 0
        """How often work was given back that nobody had handed in."""
        self.slow = 0.0
        """How long the LMS takes for its next answer; whoever waits less goes without."""
        self.lost = 0
        """How many answers to writings get lost on the way back, after the LMS did what was asked."""

    # ── What a test arranges and looks at ─────────────────────────────────────────────────────────────────

    def join(self, lms: str, state: str = "success") -> FakeLms:
        self.lms = lms
        self.tables["districts"][DISTRICT] |= {"lms_type": lms, "lms_state": state}
        for kind in ("sections", "users"):
            for record in self.tables[kind].values():
                record["lms_status"] = {"synced_in_lms": True}
        return self

    def writes(self, method: str = "") -> list[Asked]:
        """The writings that reached Clever."""
        found = [one for one in self.asked if "/assignments" in one.path and one.method != "GET"]
        return [one for one in found if method in ("", one.method)]

    def sent(self, place: int = -1, method: str = "") -> dict[str, Any]:
        told: dict[str, Any] = self.writes(method)[place].json
        return told

    # ── The wire ──────────────────────────────────────────────────────────────────────────────────────────

    def send(self, request: requests.PreparedRequest, **how: Any) -> requests.Response:  # type: ignore[override]
        if "/assignments" in (request.url or ""):
            patience = how["timeout"][0] if isinstance(how["timeout"], tuple) else how["timeout"]
            if request.method != "GET":
                self.patience.append(patience)
            if self.slow > patience:
                self.slow = 0.0
                raise requests.ReadTimeout("too slow")
        answer = super().send(request, **how)
        if self.lost and request.method != "GET" and "/assignments" in (request.url or ""):
            self.lost -= 1
            raise requests.ConnectionError("the answer got lost")
        return answer

    def data(self, one: Asked) -> tuple[int, Any]:
        parts = one.path.strip("/").split("/")
        if len(parts) > 3 and parts[3] == "assignments":
            token = one.headers.get("Authorization", "").removeprefix("Bearer ")
            if token not in self.tokens.values():
                return 403, {"message": "Could not authorize token"}
            assert parts[0] == "v3.1", "only this version has coursework"
            return self.coursework(one, parts[2], parts[4:])
        return super().data(one)

    def coursework(self, one: Asked, section: str, rest: list[str]) -> tuple[int, Any]:
        if one.method == "POST" and not rest:
            return self.assign(section, one.json or {})
        found = self.assignments.get(rest[0]) if rest else None
        if found is None:
            return 404, {"message": "Assignment does not exist"}
        if len(rest) == 1:
            return self.assignment(one, found)
        return self.submissions(one, found, rest[2:])

    def assign(self, section: str, told: dict[str, Any]) -> tuple[int, Any]:
        missing = [name for name in ("title", "description", "due_date") if not told.get(name)]
        if missing:
            return 400, {"message": f"missing required field(s): {', '.join(missing)}"}
        if told["due_date"] < self.late:
            return 400, {"message": "due_date must be in the future"}
        if self.lms == "schoology" and not told.get("term_id"):
            return 400, {"message": "MISSING_REQUIRED_FIELD"}
        new = f"a{len(self.assignments) + 1}"
        self.assignments[new] = {"id": new, "state": "open", **told}
        students = self.tables["sections"][section]["students"]
        self.work[new] = {user: {"user_id": user, "state": "created"} for user in students}
        return 200, {"data": self.assignments[new]}

    def assignment(self, one: Asked, found: dict[str, Any]) -> tuple[int, Any]:
        if one.method == "DELETE":
            del self.assignments[found["id"]]
            return 200, ""
        if one.method == "PATCH":
            assert one.json, "an empty change"
            if one.json.get("due_date", "9") < self.late:
                return 400, {"message": "due_date must be in the future"}
            found |= one.json
        return 200, {"data": found}

    def submissions(self, one: Asked, found: dict[str, Any], rest: list[str]) -> tuple[int, Any]:
        work = self.work[found["id"]]
        if not rest:
            start = int(one.query.get("cursor", ["0"])[0])
            size = min(self.page_size, int(one.query.get("limit", ["100"])[0]))
            page = list(work.values())[start : start + size]
            more = {"links": [{"rel": "next", "uri": f"{one.path}?cursor={start + size}"}]}
            return 200, {"data": page} | (more if start + size < len(work) else {})
        if rest[0] not in work:
            return 404, {"message": "User not found"}
        if self.lms == "canvas" and found["state"] == "draft":
            return 400, {"code": "UNSUPPORTED_OPERATION", "message": "Canvas does not allow it."}
        if self.lms == "schoology" and rest[0] not in self.launched:
            return 500, {"message": "Error updating submission"}
        return self.hand_in(work[rest[0]], one.json or {})

    def hand_in(self, mine: dict[str, Any], told: dict[str, Any]) -> tuple[int, Any]:
        if (mine["state"], told.get("state")) in (("created", "returned"), ("created", "reclaimed")):
            self.jumps += 1
        types = {each["type"] for each in told.get("attachments", [])}
        if self.lms == "schoology" and "link" in types:
            return 400, {"message": "Schoology does not support submission type of link"}
        if self.lms == "google_classroom":
            told = {key: value for key, value in told.items() if key in ("grade_points", "attachments", "state")}
        elif self.lms == "canvas" and not ({"grade", "grader_id"} <= told.keys()):
            told = told | ({"grade_comment": "by Monica Simo"} if "grade_comment" in told else {})
        if "attachments" in told:
            mine["state"] = "submitted"
        mine |= {key: told[key] for key in (*GRADES, "state") if key in told}
        return 200, {"data": mine}


def lms_town(lms: str = "canvas") -> FakeLms:
    """The same school, in a district with this LMS."""
    clever, small = FakeLms(), town()
    clever.tables = small.tables
    return clever.join(lms)


ALGEBRA, ART = id_(20), id_(21)
TIA, ANA, BO, UMA = id_(10), id_(11), id_(12), id_(14)
