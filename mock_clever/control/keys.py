"""The keys that sign id_tokens: which are published, and a new one on demand, to test who keeps the old."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response, request

from mock_clever.api.asking import here
from mock_clever.clock import iso
from mock_clever.control.bodies import RotateBody, decoded


def turn_keys(plane: Blueprint) -> None:
    """The routes of the keys."""

    @plane.get("/keys")
    def list_keys() -> Response:
        """The published keys, the one that signs first, and until when each old one stays."""
        return _published()

    @plane.post("/keys/rotate")
    def rotate_keys() -> Response:
        """Sign id_tokens with a new key; `{"keep": false}` drops the old ones at once."""
        body = decoded(request.get_data() or b"{}", RotateBody)
        with here().lock:
            here().keys.rotate(here().clock.now(), body.keep)
        return _published()


def _published() -> Response:
    told = here().keys.told(here().clock.now())
    keys: list[dict[str, Any]] = [
        {"kid": kid, "signs": until is None, "until": iso(until) if until is not None else None}
        for kid, until in told
    ]
    return Response(msgspec.json.encode({"keys": keys}), content_type="application/json")
