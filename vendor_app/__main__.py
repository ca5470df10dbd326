"""`python -m vendor_app`: serves the app until SIGTERM; one JSON line on stdout when ready, all else on stderr."""

import json
import logging
import os
import signal
import socket
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from pathlib import Path

from vendor_app.app import create_app
from vendor_app.behaviour import Behaviour
from vendor_app.clock import Clock
from vendor_app.config import METHODS, Misconfigured, from_environment
from vendor_app.defects import EVERY, chosen, in_one_line
from vendor_app.serving import running, tls

log = logging.getLogger("vendor_app")

MOST_PER_PAGE = 10_000
LONGEST_HURRY = 1000


def page_size(text: str) -> int:
    """A page size that Clever takes (docs/paging-and-limits)."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_PER_PAGE:
        raise ArgumentTypeError(f"{text!r} is not a whole number from 1 to {MOST_PER_PAGE}")
    return int(text)


def share(text: str) -> float:
    """A share from 0 to 1."""
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise ArgumentTypeError(f"{text!r} is not a number from 0 to 1; a fifth is 0.2")
    return found


def speed(text: str) -> float:
    """How many times shorter to wait: at least 1."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 1 <= found <= LONGEST_HURRY:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to {LONGEST_HURRY}")
    return found


def parse(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(
        prog="python -m vendor_app",
        description="Larkspur Reader, the reference vendor app. Clever's address, keys and redirect URI come from "
        'the environment: eval "$(mock-clever env)".',
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=5000, help="port to listen on; 0 takes a free one (%(default)s)"
    )
    parser.add_argument(
        "--certificate",
        type=Path,
        metavar="FILE",
        help="serve https with this certificate (`mock-clever certificate` writes one)",
    )
    parser.add_argument("--key", type=Path, metavar="FILE", help="the key of the certificate, if it is not in it")
    parser.add_argument("--database", default=":memory:", metavar="PATH", help="SQLite file, or %(default)s")
    parser.add_argument("--api-version", choices=("v3.0", "v3.1"), default="v3.1", help="default: %(default)s")
    parser.add_argument(
        "--page-size",
        type=page_size,
        default=100,
        metavar="N",
        help="records a sync asks for at once (%(default)s)",
    )
    parser.add_argument(
        "--sync",
        choices=METHODS,
        default=METHODS[0],
        dest="method",
        help="what a sync does that nobody chose a method for: read the events since the last one (delta), or "
        "everything (bulk); default: %(default)s",
    )
    parser.add_argument(
        "--archive-share",
        type=share,
        default=0.2,
        metavar="SHARE",
        help="a sync that would archive more than this share of a type waits for a person; 1 never waits "
        "(%(default)s)",
    )
    parser.add_argument(
        "--openid",
        action="store_true",
        help="Clever has OpenID Connect switched on for our app: send a nonce with each login (CLEVER_OPENID=1)",
    )
    parser.add_argument(
        "--both-apps",
        action="store_true",
        help="let people whom the login app is not shared with log in to the roster app (CLEVER_BOTH_APPS=1)",
    )
    parser.add_argument(
        "--hurry",
        type=speed,
        default=1.0,
        metavar="TIMES",
        help="wait this many times shorter before a request is tried again (test machines only, %(default)s)",
    )
    parser.add_argument(
        "--probe", action="store_true", help="answer the JSON probe under /probe (test machines only)"
    )
    parser.add_argument("--defect", metavar="NAME", help="behave wrongly in one chosen way; see --list-defects")
    parser.add_argument("--list-defects", action="store_true", help="print every defect and end")
    return parser.parse_args(arguments)


def serve(options: Namespace, behaviour: Behaviour) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish what is running and stop."""
    names = ("database", "api_version", "page_size", "method", "archive_share", "openid", "both_apps", "probe")
    settings = {name: getattr(options, name) for name in names}
    config = from_environment(os.environ, **settings)
    context = tls(options.certificate, options.key) if options.certificate else None
    listening = socket.create_server((options.host, options.port))
    url = f"http{'s' if context else ''}://{options.host}:{listening.getsockname()[1]}"
    config = config.at(url)
    if not config.redirect_uri.startswith(url):
        log.warning("Clever sends people to %s, but this app answers at %s.", config.redirect_uri, url)
    app = create_app(config, behaviour, clock=Clock(options.hurry))
    serve_forever = running(app, listening, context)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(json.dumps({"url": url, "pid": os.getpid()}), flush=True)
    serve_forever()


def main(arguments: Sequence[str] | None = None) -> int:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
    options = parse(arguments)
    if options.list_defects:
        print(*map(in_one_line, EVERY.values()), sep="\n")
        return 0
    try:
        serve(options, chosen(options.defect) if options.defect else Behaviour())
    except (Misconfigured, OSError) as trouble:
        print(f"vendor_app: {trouble}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
