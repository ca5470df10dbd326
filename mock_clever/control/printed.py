"""What the mock tells about itself: its fidelity ledger and its OpenAPI document, gathered from all its tables."""

from __future__ import annotations

import importlib
from typing import Any

import msgspec
from flask import Blueprint, Response, current_app, request

from mock_clever.control.bodies import only_known

JSON = "application/json"


def tell_of_itself(plane: Blueprint) -> None:
    """Add both routes to the control plane."""

    @plane.get("/fidelity")
    def fidelity() -> Response:
        """How everything the mock says is known: all of it, of one `kind`, or with one `mark`."""
        only_known("kind", "mark")
        ledger = _load("ledger")
        return Response(
            ledger.as_json(ledger.ledger(request.args.get("kind"), request.args.get("mark"))), content_type=JSON
        )

    @plane.get("/openapi.json")
    def openapi() -> Response:
        """Everything that is served, as an OpenAPI document."""
        described = _load("openapi").document(current_app, request.url_root.rstrip("/"))
        return Response(msgspec.json.encode(described), content_type=JSON)


def _load(name: str) -> Any:
    """A module that few ask for, imported when they do, so that `serve` starts at once."""
    return importlib.import_module(f"mock_clever.{name}")
