"""Every refusal the server can give: its status, its words, and the document that says so.

    Refusal
    ├── ApiRefusal        the Data and Identity APIs: Clever's JSON, or Express's HTML
    ├── OAuthRefusal      the token endpoint: JSON with `error` and `error_description`
    ├── PageRefusal       pages people see: Clever stops the flow on a page of its own
    └── ControlRefusal    this mock's control plane: JSON with a `message` that says what to do

Views raise; one handler in `app` writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from markupsafe import escape


class Refusal(Exception):
    """An answer that is not what was asked for: plain words, unless the kind of refusal has another form."""

    status = 400
    headers: Mapping[str, str] = {}

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
    """A refusal of the Data or Identity API (docs/error-messages; spec NotFound, BadRequest)."""


class UnknownToken(ApiRefusal):
    """No token, a malformed, unknown, revoked or expired one: the one body on record (data-api 15 #1)."""

    status = 401
    headers = {"WWW-Authenticate": "Bearer"}

    def body(self) -> dict[str, Any]:
        return {"code": 101, "error": "Unrecognized token string", "data": {}}


class UnknownTokenMessage(ApiRefusal):
    """The same in the shape of the published specification (spec Unauthorized), where that is set."""

    status = 401
    headers = {"WWW-Authenticate": "Bearer"}

    def __init__(self) -> None:
        super().__init__("Unrecognized token string")


class OutOfScopeMessage(ApiRefusal):
    """A token of the wrong kind, as older documents told it (docs/il-troubleshooting), where that is set."""

    status = 404

    def __init__(self) -> None:
        super().__init__("Resource not in token's scopes")


class NotFound(ApiRefusal):
    """A record that is unknown, unshared, deleted or another district's (data-api 15 #3)."""

    status = 404

    def __init__(self) -> None:
        super().__init__("Resource not found")


class BadParameter(ApiRefusal):
    """A parameter that cannot be understood (data-api 15 #5, #6, #8)."""

    status = 400


class TooLarge(ApiRefusal):
    """`limit` above 10000 (docs/error-messages)."""

    status = 413

    def __init__(self) -> None:
        super().__init__("Request entity too large")


class NotImplementedMethod(ApiRefusal):
    """Any method but GET, HEAD and OPTIONS on the read-only Data API (data-api 15 #13)."""

    status = 501

    def __init__(self) -> None:
        super().__init__("not implemented")


class InternalError(ApiRefusal):
    """A mistake of this mock's own: never to be taken for an answer Clever gives (spec InternalError)."""

    status = 500

    def __init__(self) -> None:
        super().__init__("Internal error of the mock: its log on stderr says where")


class RateLimited(ApiRefusal):
    """More requests than a token has in a minute: an empty body (docs/error-messages)."""

    status = 429

    def content(self) -> tuple[bytes, str]:
        return b"", "application/json; charset=utf-8"


class CannotGet(ApiRefusal):
    """An endpoint that does not exist, or not for this kind of token: Express's own page (recorded, v3.0)."""

    status = 404
    headers = {"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff"}

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

    def __init__(self, title: str, text: str, advice: str = "", status: int = 400) -> None:
        super().__init__(text)
        self.title = title
        self.advice = advice
        self.status = status


class ControlRefusal(_Json):
    """A refusal of the control plane. The message says what was wrong and what to send instead."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
