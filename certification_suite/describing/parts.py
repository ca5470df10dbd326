"""The parts a probe may have: the contract of docs/probe.md, as one table. Each is optional.

The same part is a request, a method of a Python class, and a shell command; `probe.openapi.json` says the requests
in full.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

OPENAPI = Path(__file__).with_name("probe.openapi.json")


@dataclass(frozen=True)
class Part:
    """One thing to ask: its name as a method or a command, its request, and the arguments it is given."""

    name: str
    method: str
    path: str
    says: str
    answers: str
    key: str | None = None
    """Where in the answer its list stands; a bare list is taken for it."""
    takes: tuple[str, ...] = ()
    """What it is given beside what stands in the path; `…?` may be left out."""

    @property
    def called(self) -> str:
        """As checks, reports and `needs` name it: the request, less the names in its path."""
        pieces = self.path.split("/")
        while pieces[-1].startswith("{"):
            pieces.pop()
        return f"{self.method} {'/'.join('…' if piece.startswith('{') else piece for piece in pieces)}"

    @property
    def in_path(self) -> tuple[str, ...]:
        """The arguments that stand in the path."""
        return tuple(piece[1:-1] for piece in self.path.split("/") if piece.startswith("{"))


def _listed(kind: str, row: str, says: str) -> Part:
    return Part(kind, "GET", f"/{kind}", says, f'{{"{kind}": [{{{row}}}]}}', kind)


RECORD = '"clever_id", "internal_id", "status", "name"'
ENDED = '{"status": "success", "failed" or "held", "counts": {…}, "problems": […]}'
COURSEWORK = '{"assignment": {"internal_id", "lms_id", "status", "problem"}}'

ROWS = (
    _listed("users", '"clever_id", "sis_id", "status", "internal_id", "roles", "name", "email"', "all accounts"),
    _listed("schools", RECORD, "all schools"),
    _listed("sections", RECORD + ', "subject", "grade"', "all classes"),
    _listed("terms", RECORD, "all terms"),
    _listed("courses", RECORD, "all courses"),
    _listed("enrollments", '"section", "user", "role", "status"', "who is in which class, by Clever ids"),
    Part("sync", "POST", "/sync", 'one sync, to its end; "full" or "delta"', ENDED, takes=("mode",)),
    Part("sync_status", "GET", "/sync", 'how the last sync goes, where `sync` answers "running"', ENDED),
    Part(
        "holds",
        "GET",
        "/holds",
        "syncs that wait for a person",
        '{"holds": [{"id", "status": "waiting"}]}',
        "holds",
    ),
    Part("decide", "POST", "/holds/{id}", '"confirm" or "discard" such a sync', ENDED, takes=("decision",)),
    Part(
        "seed",
        "POST",
        "/seed",
        "make accounts that Clever does not know, each with name, email, sis_id, role, password",
        '{"users": [{"internal_id"}]}, in the same order',
        "users",
        ("users",),
    ),
    Part(
        "review",
        "GET",
        "/review",
        "doubtful matches that wait for a person",
        '{"candidates": [{"internal_id", "clever_id", "why"}]}',
        "candidates",
    ),
    Part(
        "progress",
        "GET",
        "/progress/{clever_id}",
        "what a student achieved",
        '{"progress": [{"item", "score"}]}',
        "progress",
    ),
    Part(
        "write_progress", "PUT", "/progress/{clever_id}", "let a student achieve it", "{}", takes=("item", "score")
    ),
    Part(
        "whoami",
        "GET",
        "/whoami",
        "who holds these cookies (a request comes with them)",
        '{"clever_id", "internal_id"}, null for nobody',
        takes=("cookies",),
    ),
    Part("reset", "POST", "/reset", "forget everything, so that each check starts from nothing", "{}"),
    Part("assignments", "GET", "/assignments", "all assignments", '{"assignments": [{…}]}', "assignments"),
    Part(
        "create_assignment",
        "POST",
        "/assignments",
        "make one and send it to the LMS, to the end",
        COURSEWORK,
        takes=("section", "title", "description", "due_date", "points", "url?"),
    ),
    Part(
        "change_assignment",
        "PATCH",
        "/assignments/{internal_id}",
        "change it, here and in the LMS",
        COURSEWORK,
        takes=("title?", "description?", "due_date?", "points?", "url?"),
    ),
    Part("delete_assignment", "DELETE", "/assignments/{internal_id}", "delete it, here and in the LMS", "{}"),
    Part(
        "score",
        "PUT",
        "/assignments/{internal_id}/scores/{clever_id}",
        "give a student a score, a comment, a state or a piece of work, and send it",
        '{"score": {"points", "status", "problem"}}',
        takes=("points?", "comment?", "state?", "url?"),
    ),
    Part(
        "scores",
        "GET",
        "/assignments/{internal_id}/scores",
        "the scores, as the app keeps them and as it reads them in the LMS",
        '{"scores": [{"clever_id", "points", "status", "problem", "lms_points", "lms_state"}]}',
        "scores",
    ),
)
PARTS: dict[str, Part] = {part.name: part for part in ROWS}
"""By name."""
CALLED: dict[str, Part] = {part.called: part for part in ROWS}
"""By what reports call them."""


def openapi() -> str:
    """The contract of the HTTP way, an OpenAPI 3.1 document."""
    return OPENAPI.read_text(encoding="utf-8")
