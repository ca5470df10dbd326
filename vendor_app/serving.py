"""The server of the app: waitress; where a certificate is given, werkzeug's, since waitress has no TLS."""

import socket
import ssl
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from waitress.server import create_server
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from vendor_app.config import Misconfigured

THREADS = 8


class Handler(WSGIRequestHandler):
    """Keeps connections, and says nothing: the address of a callback holds a code."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None: ...


class TlsServer(ThreadedWSGIServer):
    """Serves https. Each connection is greeted in its own thread, so that a silent one holds up nobody."""

    def __init__(self, app: Flask, listening: socket.socket, context: ssl.SSLContext) -> None:
        host, port = listening.getsockname()[:2]
        super().__init__(host, port, app, handler=Handler, fd=listening.fileno())
        self.ssl_context = context
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)


def tls(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """What TLS needs. Raises Misconfigured when the files are not what they should be."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(
            f"{certificate} cannot be served with ({error}); `mock-clever certificate FOLDER` writes a pair."
        ) from error
    return context


def running(app: Flask, listening: socket.socket, context: ssl.SSLContext | None) -> Callable[[], None]:
    """A server on this socket; what is given back runs it until the process is told to end."""
    if context:
        return TlsServer(app, listening, context).serve_forever
    return create_server(app, sockets=[listening], threads=THREADS, ident=None, asyncore_use_poll=True).run
