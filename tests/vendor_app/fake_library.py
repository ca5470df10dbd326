"""A Clever with a Library: teachers who consent, tokens of their own, and no district anywhere."""

from __future__ import annotations

from typing import Any

from fake_clever import Asked, FakeClever, basic, id_

LIBRARY = ("library-app", "library-secret-0123456789")
CALLBACK = "/oauth/clever/library"
FIELDS = ("id", "name", "section_number", "grade", "subject", "teacher", "teachers", "students")


def pupil(number: int, first: str, last: str, grade: str = "4") -> dict[str, Any]:
    return {"id": id_(number), "name": {"first": first, "last": last}, "roles": {"student": {"grade": grade}}}


def teacher(number: int, first: str, last: str) -> dict[str, Any]:
    address = f"{first}.{last}@example.test".lower()
    name = {"first": first, "middle": "", "last": last}
    return {
        "id": id_(number),
        "email": address,
        "name": name,
        "roles": {"teacher": {"legacy_id": id_(number + 900)}},
    }


def section(number: int, name: str, teachers: list[int], students: list[int], **fields: Any) -> dict[str, Any]:
    people = [id_(each) for each in teachers]
    told = {"id": id_(number), "name": name, "subject": "", "teacher": people[0], "teachers": people}
    return told | {"students": [id_(each) for each in students]} | fields


class FakeLibrary(FakeClever):
    """Answers as Clever does a Library app (docs/classroom-rostering); logs in whom a test says."""

    def __init__(self) -> None:
        super().__init__()
        self.revoked: set[str] = set()

    def exchange(self, one: Asked) -> tuple[int, Any]:
        if LIBRARY not in (basic(one), (one.form.get("client_id"), one.form.get("client_secret"))):
            return super().exchange(one)
        if one.form["redirect_uri"] != f"http://localhost{CALLBACK}":
            return 400, {"error": "invalid_grant", "error_description": "invalid redirect"}
        user = self.codes.pop(one.form["code"], None)
        if user is None:
            return 400, {"error": "invalid_grant", "error_description": "invalid code"}
        self.minted += 1
        return 200, {"access_token": f"ilib-{user}-{self.minted}", "token_type": "bearer"}

    def list_tokens(self, one: Asked) -> tuple[int, Any]:
        if basic(one) == LIBRARY:
            return 200, {"data": [], "links": [{"rel": "self", "uri": "/oauth/tokens?owner_type=district"}]}
        return super().list_tokens(one)

    def data(self, one: Asked) -> tuple[int, Any]:
        token = one.headers.get("Authorization", "").removeprefix("Bearer ")
        if not token.startswith("ilib-"):
            return super().data(one)
        if token in self.revoked:
            return 401, {"error": "Unrecognized token string"}
        me = token.split("-")[1]
        match one.path.strip("/").split("/")[1:]:
            case ["me"] | []:
                told = {"id": me, "type": "user", "authorized_by": "teacher"}
                return 200, {"type": "user", "data": told, "links": [{"rel": "self", "uri": "/me"}]}
            case ["users", user] if user == me:
                return 200, {"data": self.tables["users"][me], "links": []}
            case ["users", user, "sections"] if user == me:
                return 200, self.page(one, [self.lean(each) for each in self.of(me)])
            case ["sections", id, "users"]:
                found = [each for each in self.of(me) if each["id"] == id]
                if found and one.query.get("role") == ["student"]:
                    return 200, self.page(one, [self.tables["users"][each] for each in found[0]["students"]])
        return 404, {"message": "Resource not found"}

    def of(self, user: str) -> list[dict[str, Any]]:
        held = self.tables["sections"].values()
        return [each for each in held if user in (*each["teachers"], *each["students"])]

    @staticmethod
    def lean(told: dict[str, Any]) -> dict[str, Any]:
        return {key: told[key] for key in FIELDS if key in told}

    def page(self, one: Asked, records: list[dict[str, Any]]) -> dict[str, Any]:
        """As ever; the `next` link keeps the role that was asked for."""
        body = super().page(one, records)
        for link in body["links"]:
            if link["rel"] == "next" and one.query.get("role"):
                link["uri"] += f"&role={one.query['role'][0]}"
        return body


def library() -> FakeLibrary:
    """Tess and Uma share Algebra, Tess has Biology, Ida teaches nobody; Ben is in two classes of two teachers."""
    clever = FakeLibrary()
    clever.add("users", teacher(50, "Tess", "Berg"), teacher(51, "Uma", "Ríos"), teacher(52, "Ida", "New"))
    clever.add("users", pupil(60, "Ana", "G"), pupil(61, "Ben", "O"), pupil(62, "Zoë", "李"), pupil(63, "Cy", "Q"))
    clever.add(
        "sections",
        section(70, "Algebra", [50, 51], [60, 61], subject="math", grade="4"),
        section(71, "Biology", [50], [62]),
        section(72, "Chess", [51], [61, 63]),
    )
    return clever
