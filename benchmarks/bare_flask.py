"""The baseline: a Flask app with one view and nothing else, under the mock's own HTTP server.

`python -m benchmarks.bare_flask [FILE]` answers every `GET /` with the bytes of FILE, or with `{}`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from flask import Flask, Response

from mock_clever.serving import Server, serve


def bare(body: bytes) -> Flask:
    app = Flask("bare")

    @app.get("/")
    def page() -> Response:
        return Response(body, mimetype="application/json")

    return app


if __name__ == "__main__":
    serve(bare(Path(sys.argv[1]).read_bytes() if sys.argv[1:] else b"{}"), Server())
