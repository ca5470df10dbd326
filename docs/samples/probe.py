"""A probe as a Python class: every method is a part, and each may be missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

USERS = Path(__file__).with_name("probe_users.json")


class Probe:
    """Named in certification.toml as `python = "probe.py:Probe"`. It may ask where the app and the mock run."""

    def __init__(self, base_url: str, mock_url: str) -> None:
        self.base_url = base_url

    def users(self) -> Any:
        return json.loads(USERS.read_text(encoding="utf-8"))

    def sync(self, mode: str) -> dict[str, Any]:
        if mode == "delta":
            raise NotImplementedError  # not offered: this app reads everything each time
        return {"status": "success", "counts": {"created": 0}, "problems": []}


if __name__ == "__main__":
    print(len(Probe("http://127.0.0.1:5000", "http://127.0.0.1:8123").users()["users"]), "users")
