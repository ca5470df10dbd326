"""A door by https, with a certificate of an authority that nobody trusts unless told to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import trustme
from stage import Door, Quiet
from werkzeug.serving import make_server

AUTHORITY = trustme.CA()


@contextmanager
def secured(door: Door, *names: str, **certificate: Any) -> Iterator[str]:
    """The same app at another address, for these names; `certificate` may say from when to when."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(*(names or ("127.0.0.1",)), **certificate).configure_cert(context)
    server = make_server("127.0.0.1", 0, door.call, threaded=True, request_handler=Quiet, ssl_context=context)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.port}"
    server.shutdown()
    server.server_close()
    thread.join()
