"""The probe as endpoints of the vendor's app."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import requests

from certification_suite.describing.parts import Part
from certification_suite.drivers.browser import Silence, refused, whole
from certification_suite.drivers.probe_ways import TIMEOUT, Answer, answered
from certification_suite.verdicts import Fail


class Endpoints:
    """Every part is a request under one base URL. It goes past every proxy."""

    def __init__(self, url: str, *, ca: str | None = None, timeout: float = TIMEOUT) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.verify = ca or True

    def ask(self, part: Part, arguments: dict[str, Any]) -> Answer:
        path = part.path.format_map({name: quote(str(value), safe="") for name, value in arguments.items()})
        sent = {name: value for name, value in arguments.items() if name not in (*part.in_path, "cookies")}
        line = f"{part.method} {path}"
        try:
            answer = self._http.request(
                part.method,
                self.url + path,
                json=sent or None,
                headers=_as_sent(arguments.get("cookies")),
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )
            told = whole(answer, self._timeout)
        except requests.Timeout as error:
            raise Silence(self.url + path, "late", patience=self._timeout) from error
        except requests.RequestException as error:
            if refused(error):
                raise Silence(self.url + path, "refused") from error
            raise Fail(
                f"The probe gave no answer to {line}: {type(error).__name__}.",
                expected="An answer in JSON, or 404 for what is not offered.",
            ) from error
        return answered(line, answer.status_code, _body(told), told)


def _as_sent(cookies: dict[str, str] | None) -> dict[str, str]:
    """Cookies as a browser sends them, without a jar's ideas about domains."""
    return {} if cookies is None else {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


def _body(told: str) -> Any:
    if not told:
        return None
    try:
        return json.loads(told)
    except ValueError:
        return told
