"""Every refusal the server can give: its status, its words, and the document that says so.

    Refusal
    ├── ApiRefusal        the Data and Identity APIs: Clever's JSON, or Express's HTML
    ├── OAuthRefusal      the token endpoint: JSON with `error` and `error_description`
    ├── PageRefusal       pages people see: Clever stops the flow on a page of its own
    └── ControlRefusal    this mock's control plane: JSON with a `message` that says what to do

Views raise; one handler in `app` writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from markupsafe import escape


class Refusal(Exception):
    """An answer that is not what was asked for: plain words, unless the kind of refusal has another form.

    `mark` says how we know that Clever answers so: documented, observed, inferred or chosen. `source` says from
    whom. Each refusal has its own, and the ledger gathers them.
    """

    status = 400
    headers: Mapping[str, str] = {}
    mark: str
    source: str

    def content(self) -> tuple[bytes, str]:
        """The body and its content type."""
        return str(self).encode(), "text/plain; charset=utf-8"


class _Json(Refusal):
    def body(self) -> dict[str, Any]:
        """The JSON object this refusal sends."""
        return {"message": str(self)}

    def content(self) -> tuple[bytes, str]:
        return msgspec.json.encode(self.body()), "application/json; charset=utf-8"


class ApiRefusal(_Json):
    """A refusal of the Data or Identity API (docs/error-messages; spec NotFound, BadRequest).

    `family` is the back end that gives it, whose headers it bears.
    """

    family = "core"


class UnknownToken(ApiRefusal):
    """No token, a malformed, unknown, revoked or expired one: the one body on record (data-api 15 #1)."""

    status = 401
    headers = {"WWW-Authenticate": "Bearer"}
    mark = "chosen"
    source = "data-api 15 #1"

    def body(self) -> dict[str, Any]:
        return {"code": 101, "error": "Unrecognized token string", "data": {}}


class UnknownTokenMessage(ApiRefusal):
    """The same in the shape of the published specification (spec Unauthorized), where that is set."""

    status = 401
    headers = {"WWW-Authenticate": "Bearer"}
    mark = "inferred"
    source = "spec:v3.1-attendance"

    def __init__(self) -> None:
        super().__init__("Unrecognized token string")


class NoToken(ApiRefusal):
    """No token, in LMS Connect's words (docs/clever-lms-connect-api-errors), where that is set."""

    status = 401
    mark = "documented"
    source = "docs/clever-lms-connect-api-errors"

    def __init__(self) -> None:
        super().__init__("No authorization provided")


class BadToken(ApiRefusal):
    """A token nobody knows, in LMS Connect's words (docs/clever-lms-connect-api-errors), where that is set."""

    status = 403
    mark = "documented"
    source = "docs/clever-lms-connect-api-errors"

    def __init__(self) -> None:
        super().__init__("Could not authorize token")


class OutOfScopeMessage(ApiRefusal):
    """A token of the wrong kind, as older documents told it (docs/il-troubleshooting), where that is set."""

    status = 404
    mark = "documented"
    source = "docs/il-troubleshooting"

    def __init__(self) -> None:
        super().__init__("Resource not in token's scopes")


class NotFound(ApiRefusal):
    """A record that is unknown, unshared, deleted or another district's (data-api 15 #3)."""

    status = 404
    mark = "chosen"
    source = "data-api 15 #3"

    def __init__(self) -> None:
        super().__init__("Resource not found")


class BadParameter(ApiRefusal):
    """A parameter that cannot be understood (data-api 15 #5, #6, #8)."""

    status = 400
    mark = "chosen"
    source = "data-api 15 #5, #6, #8"


class WagRefusal(ApiRefusal):
    """A refusal of a service that Clever generates with `wag`: JSON sent as plain text, as Go's http.Error does.

    Go writes `<`, `>` and `&` as escapes inside JSON, and a newline behind it (data-api 3.2; lms-connect 7.2).
    """

    status = 400
    family = "resources"
    mark = "inferred"
    source = "data-api 3.2"

    def mended(self) -> tuple[bytes, str]:
        """The same as clients expect it: JSON that says so (lms-connect 11 #21)."""
        return msgspec.json.encode(self.body()), "application/json"

    def content(self) -> tuple[bytes, str]:
        written = msgspec.json.encode(self.body())
        for sign in (b"<", b">", b"&"):
            written = written.replace(sign, rb"\u%04x" % ord(sign))
        return written + b"\n", "text/plain; charset=utf-8"


class BadInteger(WagRefusal):
    """What Go's strconv.ParseInt says of a text that is no whole number (data-api 3.2)."""

    mark = "inferred"
    source = "data-api 3.2"

    def __init__(self, text: str, problem: str) -> None:
        super().__init__(f"strconv.ParseInt: parsing {go_string(text)}: {problem}")


class BadDate(WagRefusal):
    """What Go's time.Parse says of a text that is no date (lms-connect 7.2)."""

    mark = "inferred"
    source = "lms-connect 7.2"

    def __init__(self, text: str, problem: str) -> None:
        super().__init__(f"parsing time {_quoted_by_bytes(text)}{problem}")

    @classmethod
    def unlike(cls, text: str, rest: str, element: str) -> BadDate:
        """The rest of the text does not begin with that element of the layout."""
        return cls(text, f' as "2006-01-02": cannot parse {_quoted_by_bytes(rest)} as "{element}"')

    @classmethod
    def followed(cls, text: str, rest: str) -> BadDate:
        """Behind the date something follows."""
        return cls(text, f": extra text: {_quoted_by_bytes(rest)}")


class BadMongoId(WagRefusal):
    """An id in the path that has not the form of one, as go-openapi says it (data-api 3.2)."""

    mark = "inferred"
    source = "data-api 3.2"

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name} in path must be of type mongo-id: {go_string(text)}")


class NotAmong(WagRefusal):
    """A value outside those of the specification, as go-openapi says it (lms-connect 7.2)."""

    mark = "inferred"
    source = "lms-connect 7.2"

    def __init__(self, name: str, values: Sequence[str]) -> None:
        super().__init__(f"{name} in query should be one of [{' '.join(values)}]")


class OutOfBounds(WagRefusal):
    """A number outside the bounds of the specification, as go-openapi says it (data-api 3.2)."""

    mark = "inferred"
    source = "data-api 3.2"

    def __init__(self, name: str, comparison: str, bound: int) -> None:
        super().__init__(f"{name} in query should be {comparison} than or equal to {bound}")


class BodyRequired(WagRefusal):
    """A body that is asked for and empty (docs/clever-lms-connect-api-errors)."""

    mark = "documented"
    source = "docs/clever-lms-connect-api-errors"

    def __init__(self) -> None:
        super().__init__("request body is required, but was empty")


class BadJson(WagRefusal):
    """What Go's encoding/json says of a body it cannot read (docs/clever-lms-connect-api-errors)."""

    mark = "documented"
    source = "docs/clever-lms-connect-api-errors"


class YearOutOfRange(WagRefusal):
    """A date beyond the years that can be told, in the words of Go's own time.Time (lms-connect 7.2)."""

    mark = "chosen"
    source = "lms-connect 7.2"

    def __init__(self) -> None:
        super().__init__("Time.MarshalJSON: year outside of range [0,9999]")


class InvalidBody(WagRefusal):
    """Values outside those of the specification, every field's first on a line of its own, as go-openapi does."""

    mark = "documented"
    source = "docs/clever-lms-connect-api-errors"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(("validation failure list:", *problems)))


class MissingFields(WagRefusal):
    """An assignment without core fields (docs/clever-lms-connect-api-errors); names those alone."""

    mark = "documented"
    source = "docs/clever-lms-connect-api-errors"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"missing required field(s): {', '.join(names)}")


class DueDatePassed(WagRefusal):
    """A `due_date` that is not in the future (docs/clever-lms-connect-api-errors)."""

    mark = "documented"
    source = "docs/clever-lms-connect-api-errors"

    def __init__(self) -> None:
        super().__init__("due_date must be in the future")


class InvalidAssignmentId(WagRefusal):
    """An assignment's id that has not the form of one (docs/clever-lms-connect-api-errors)."""

    mark = "documented"
    source = "docs/clever-lms-connect-api-errors"

    def __init__(self) -> None:
        super().__init__("INVALID_ID")


class NotInLms(WagRefusal):
    """A section, person or term that the LMS does not have: `Class`, `Person` or `Session` (lms-connect 11 #1)."""

    mark = "inferred"
    source = "lms-connect 11 #1"

    def __init__(self, entity: str, id: str) -> None:
        super().__init__(f"NOT_FOUND: {entity} with id clever:{id} not found for this integration.")


class MissingRequired(WagRefusal):
    """A field missing that this LMS needs (docs/clever-lms-connect-api-errors; lms-connect 11 #4)."""

    mark = "documented"
    source = "docs/clever-lms-connect-api-errors"

    def __init__(self) -> None:
        super().__init__("MISSING_REQUIRED_FIELD")


class NoValidUsers(WagRefusal):
    """Nobody to assign to (docs/clever-lms-connect-api-errors); the LMS in straight words (lms-connect 11 #5)."""

    mark = "documented"
    source = "docs/clever-lms-connect-api-errors"

    def __init__(self, lms: str) -> None:
        super().__init__(f"no valid users found in {lms}")


class LmsCode(WagRefusal):
    """Another code of the service behind LMS Connect: `INVALID_ASSIGNEES` and the like (lms-connect 7.2, 11)."""

    mark = "inferred"
    source = "lms-connect 7.2"


class NotOfThisType(WagRefusal):
    """A kind of attachment that this LMS takes in no submission (docs/submitting-schoology-submissions)."""

    mark = "documented"
    source = "docs/submitting-schoology-submissions"


class NotOnDrafts(WagRefusal):
    """A grade for an assignment that a teacher unpublished (docs/lms-connect-output-behavior)."""

    mark = "documented"
    source = "docs/lms-connect-output-behavior"

    def body(self) -> dict[str, Any]:
        return {"code": "UNSUPPORTED_OPERATION", "message": str(self)}


class NoAssignment(WagRefusal):
    """An assignment that is unknown or was deleted (docs/clever-lms-connect-api-errors)."""

    status = 404
    mark = "documented"
    source = "docs/clever-lms-connect-api-errors"

    def __init__(self) -> None:
        super().__init__("Assignment does not exist")


class NoSubmission(WagRefusal):
    """A person who is not enrolled, or not assigned to (docs/clever-lms-connect-api-errors)."""

    status = 404
    mark = "documented"
    source = "docs/clever-lms-connect-api-errors"

    def __init__(self) -> None:
        super().__init__("User not found")


class NotLaunched(WagRefusal):
    """A grade for a student who never came to the application by LTI (docs/submitting-schoology-submissions)."""

    status = 500
    mark = "documented"
    source = "docs/submitting-schoology-submissions"

    def __init__(self) -> None:
        super().__init__("Error updating submission")


class BadCursor(WagRefusal):
    """A cursor of attendance that no link holds; Clever's words are unknown (data-api 9.8)."""

    mark = "chosen"
    source = "data-api 9.8"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is no cursor: send one of a link as it is")


class TwoCursors(WagRefusal):
    """Both cursors of attendance at once, as on other lists (data-api 15 #5)."""

    mark = "chosen"
    source = "data-api 15 #5"

    def __init__(self) -> None:
        super().__init__("starting_after and ending_before cannot be used together: send one of them")


class HalfARange(WagRefusal):
    """One end of the date range alone: they are to be used together (docs/attendance-data-overview)."""

    mark = "chosen"
    source = "data-api 9.8"

    def __init__(self) -> None:
        super().__init__("date_range_start and date_range_end must be used together: send both or neither")


class NoAttendance(NotFound):
    """Attendance of a school or section that is unknown or not shared (spec:v3.1-attendance NotFound)."""

    family = "resources"
    mark = "chosen"
    source = "data-api 15 #3"

    def content(self) -> tuple[bytes, str]:
        return msgspec.json.encode(self.body()), "application/json"


class TooLarge(ApiRefusal):
    """`limit` above 10000 (docs/error-messages)."""

    status = 413
    mark = "documented"
    source = "docs/error-messages"

    def __init__(self) -> None:
        super().__init__("Request entity too large")


class NotImplementedMethod(ApiRefusal):
    """Any method but GET, HEAD and OPTIONS on the read-only Data API (data-api 15 #13)."""

    status = 501
    mark = "chosen"
    source = "data-api 15 #13"

    def __init__(self) -> None:
        super().__init__("not implemented")


class MethodNotAllowed(ApiRefusal):
    """The same in LMS Connect's way: no words (docs/clever-lms-connect-api-errors), where that is set."""

    status = 405
    mark = "documented"
    source = "docs/clever-lms-connect-api-errors"

    def __init__(self) -> None:
        super().__init__("")

    def content(self) -> tuple[bytes, str]:
        return b"", "application/json; charset=utf-8"


class InternalError(ApiRefusal):
    """A mistake of this mock's own: never to be taken for an answer Clever gives (spec InternalError)."""

    status = 500
    mark = "chosen"
    source = "this mock"

    def __init__(self) -> None:
        super().__init__("Internal error of the mock: its log on stderr says where")


class RateLimited(ApiRefusal):
    """More requests than a token has in a minute: an empty body (docs/error-messages)."""

    status = 429
    mark = "documented"
    source = "docs/error-messages"

    def content(self) -> tuple[bytes, str]:
        return b"", "application/json; charset=utf-8"


class CannotGet(ApiRefusal):
    """An endpoint that does not exist, or not for this kind of token: Express's own page (recorded, v3.0)."""

    status = 404
    headers = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}
    mark = "observed"
    source = "wire:v3.0"

    def __init__(self, method: str, path: str) -> None:
        super().__init__(f"Cannot {method} {path}")

    def content(self) -> tuple[bytes, str]:
        page = (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n'
            f"</head>\n<body>\n<pre>{escape(str(self))}</pre>\n</body>\n</html>\n"
        )
        return page.encode(), "text/html; charset=utf-8"


class OAuthRefusal(_Json):
    """A refusal of the token endpoint (docs/il-design; sso 14)."""

    family = "token endpoint"
    mark = "chosen"
    source = "sso 14"

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        super().__init__(description or error)
        self.status = status
        self._body = {"error": error} | ({"error_description": description} if description else {})
        self.headers = {"WWW-Authenticate": 'Basic realm="Clever"'} if status == 401 else {}

    def body(self) -> dict[str, Any]:
        return self._body


class PageRefusal(Refusal):
    """A login that cannot go on: shown by Clever itself, never sent back to the app (docs/il-implicit-grant).

    `title` is the heading, the message the sentence below it, `advice` what to do about it in this mock.
    """

    mark = "chosen"
    source = "sso 14"

    def __init__(self, title: str, text: str, advice: str = "", status: int = 400) -> None:
        super().__init__(text)
        self.title = title
        self.advice = advice
        self.status = status


class ControlRefusal(_Json):
    """A refusal of the control plane. The message says what was wrong and what to send instead."""

    mark = "chosen"
    source = "this mock"

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


_GO_ESCAPES = {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}
_GO_ESCAPES |= {'"': r"\"", "\\": r"\\"}


def go_string(text: str) -> str:
    """A text as Go's strconv.Quote writes it."""
    return f'"{"".join(map(_go_escaped, text))}"'


def _go_escaped(sign: str) -> str:
    if sign in _GO_ESCAPES:
        return _GO_ESCAPES[sign]
    if sign.isprintable():
        return sign
    number = ord(sign)
    if number < 0x80:
        return rf"\x{number:02x}"
    return rf"\u{number:04x}" if number < 0x10000 else rf"\U{number:08x}"


def _quoted_by_bytes(text: str) -> str:
    """A text as Go's package time writes it: what is not plain ASCII byte by byte."""
    signs = text.replace("\\", r"\\").replace('"', r"\"")
    plain = (s if " " <= s < "\x80" else "".join(rf"\x{b:02x}" for b in s.encode("utf-8")) for s in signs)
    return f'"{"".join(plain)}"'
