"""The page of an attended run: what to do now, and a button to say that it is done. Served on this machine only.

It works without scripts: while the suite is at work the page loads itself again, and while it asks it keeps still.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from certification_suite.running.attended import Reply, Task

MOST_BYTES = 20_000
STYLE = """
:root{color-scheme:light dark;--ink:#1c2733;--soft:#5b6875;--paper:#f4f6f8;--card:#fff;--line:#d5dce3;--go:#1464c8}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#9aa8b5;--paper:#12181f;--card:#1b232c;--line:#33404d;--go:#2470d3}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.05rem/1.55 system-ui,sans-serif}
main{max-width:40rem;margin:8vh auto;padding:2rem 2.25rem;background:var(--card);
border:1px solid var(--line);border-radius:.75rem}
p.where{margin:0;color:var(--soft);font-size:.9rem}
h1{margin:.2rem 0 1rem;font-size:1.5rem;line-height:1.25}
ol{padding-left:1.4rem;margin:0 0 1.5rem}li{margin:.35rem 0;overflow-wrap:anywhere}
label{display:block;color:var(--soft);font-size:.95rem;margin-bottom:1.25rem}
textarea{display:block;width:100%;margin-top:.3rem;padding:.5rem;font:inherit;color:inherit;background:transparent;
border:1px solid var(--line);border-radius:.4rem}
button{font:inherit;margin:0 .5rem .5rem 0;padding:.55rem 1.1rem;border-radius:.4rem;border:1px solid var(--line);
background:transparent;color:inherit;cursor:pointer}
button:first-of-type{background:var(--go);border-color:var(--go);color:#fff;font-weight:600}
button:focus-visible,textarea:focus-visible{outline:3px solid var(--go);outline-offset:2px}
"""
FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">{refresh}
<title>{title}</title><style>{style}</style></head>
<body><main><p class="where">{where}</p>{body}</main></body></html>
"""
SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}

Open = Callable[[], "tuple[int, Task] | None"]
Answered = Callable[[int, Reply], None]


class AttendedPage:
    """Serves the task that is open, and hands on what its button said. `url` says where."""

    def __init__(self, where: Callable[[], str], open_task: Open, answered: Answered) -> None:
        self.where, self.open_task, self.answered = where, open_task, answered
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page.show(self)

            def do_POST(self) -> None:
                page.take(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing; the terminal belongs to the verdicts."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()

    def show(self, request: BaseHTTPRequestHandler) -> None:
        if self._strange(request):
            return
        if request.path != "/":
            _answer(request, 404, FRAME.format(refresh="", title="Not found", style=STYLE, where="", body=NOWHERE))
            return
        _answer(request, 200, page(self.where(), self.open_task()))

    def take(self, request: BaseHTTPRequestHandler) -> None:
        """A button was pressed. What was meant for an earlier task changes nothing."""
        if self._strange(request):
            return
        length = request.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            _answer(request, 413, "Too much text.")
            return
        told = parse_qs(request.rfile.read(int(length)).decode("utf-8", "replace"))
        number, word, text = (told.get(name, [""])[0] for name in ("task", "word", "text"))
        if number.isdecimal():
            self.answered(int(number), Reply(word, text.strip()))
        request.send_response(303)
        request.send_header("Location", "/")
        request.send_header("Content-Length", "0")
        request.end_headers()

    def _strange(self, request: BaseHTTPRequestHandler) -> bool:
        """Whether another site's page asks; it gets nothing."""
        origin = request.headers.get("Origin")
        ours = request.headers.get("Host") == self.host and (
            origin is None or urlsplit(origin).netloc == self.host
        )
        if not ours:
            _answer(request, 403, "Open this page at its own address.")
        return not ours

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


NOWHERE = '<h1>There is no such page</h1><p><a href="/">To what is to be done</a></p>'


def page(where: str, opened: tuple[int, Task] | None) -> str:
    """The task that is open, or that the suite is at work."""
    if opened is None:
        body = "<h1>The suite is at work</h1><p>Nothing to do now. This page looks again every two seconds.</p>"
        refresh = '<meta http-equiv="refresh" content="2">'
        return FRAME.format(refresh=refresh, title="At work", style=STYLE, where=escape(where), body=body)
    number, task = opened
    steps = "".join(f"<li>{escape(step)}</li>" for step in task.steps)
    wants = f'<label>{escape(task.wants)}<textarea name="text" rows="3"></textarea></label>' if task.wants else ""
    buttons = "".join(
        f'<button name="word" value="{word}">{escape(task.label(word))}</button>' for word in task.says
    )
    body = (
        f"<h1>{escape(task.about)}</h1><ol>{steps}</ol>"
        f'<form method="post" action="/"><input type="hidden" name="task" value="{number}">{wants}{buttons}</form>'
    )
    return FRAME.format(refresh="", title=escape(task.about), style=STYLE, where=escape(where), body=body)


def _answer(request: BaseHTTPRequestHandler, status: int, text: str) -> None:
    body = text.encode()
    request.send_response(status)
    kind = "text/html" if text.startswith("<!doctype") else "text/plain"
    for name, value in {
        "Content-Type": f"{kind}; charset=utf-8",
        "Content-Length": str(len(body)),
        **SAFE,
    }.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)
