"""The baseline of writing: a Flask app with one view that parses a JSON body, under the mock's own HTTP server.

`python -m benchmarks.bare_json` answers every `PATCH /` with what it was sent.
"""

from __future__ import annotations

from flask import Flask, Response, jsonify, request

from mock_clever.serving import Server, serve


def bare() -> Flask:
    app = Flask("bare")

    @app.patch("/")
    def echo() -> Response:
        return jsonify({"data": request.get_json()})

    return app


if __name__ == "__main__":
    serve(bare(), Server())
