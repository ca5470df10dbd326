"""Whatever a request changed is on disk before its answer goes out."""

from __future__ import annotations

import sys

from flask import Flask, Response, g, request

from mock_clever.api.asking import here
from mock_clever.keeping.folder import Folder
from mock_clever.keeping.opening import FolderError
from mock_clever.scenarios import Worlds

_READS = ("GET", "HEAD", "OPTIONS")
_READ_ONLY = ("data", "identity", "control")
"""Kinds of requests that change nothing with these methods, but what MOVED_BY_READING lists."""


def keep(app: Flask, worlds: Worlds, folder: Folder) -> None:
    """Save after every request of this application that may have changed something."""
    folder.save(worlds)

    def saved(response: Response) -> Response:
        world = here()
        only_read = request.method in _READS and g.row.kind in _READ_ONLY
        if only_read and not folder.reading_moved(world):
            return response
        try:
            folder.save(worlds, world)
        except FolderError as problem:
            print(f"mock-clever: {problem}", file=sys.stderr, flush=True)
            return Response(
                '{"message":"what this did cannot be written to the data folder: see what mock-clever prints"}',
                500,
                content_type="application/json",
            )
        return response

    app.after_request(saved)
