"""Faults of time and order: what has expired, comes again, changes in between or is held back.

Each uses the world's own ways, so that what a client hears is what Clever would say.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from flask import Response

from mock_clever.faults.call import Call
from mock_clever.faults.kinds import Kind


class ExpiredToken(Kind):
    """Takes the bearer token for one that has expired: the version's own 401, as for any token nobody knows.

    Strikes requests with a token in the Authorization header.
    """

    says = "{id} let the token of {call} have expired"

    def fits(self, call: Call) -> bool:
        return call.token is not None

    def before(self, call: Call) -> None:
        call.environ["HTTP_AUTHORIZATION"] = f"Bearer expired-{call.token}"

    def after(self, response: Response, call: Call) -> Response:
        call.environ["HTTP_AUTHORIZATION"] = call.authorization  # the journal tells what was sent
        return response


class DuplicateCode(Kind):
    """Sends the browser back with a code that the application exchanged before; the exchange is then refused.

    Strikes the redirects that bear a code, once the application has exchanged one that came to the same address.
    """

    says = "{id} let the answer to {call} bear a code that was exchanged before"
    late = True

    def suits(self, response: Response, call: Call) -> bool:
        code = _code(response)
        return code is not None and call.world.grants.spent_like(code) is not None

    def after(self, response: Response, call: Call) -> Response:
        code = _code(response)
        spent = call.world.grants.spent_like(code) if code is not None else None
        if code is not None and spent is not None:
            response.location = str(response.location).replace(code, spent)
            response.set_data(response.get_data().replace(code.encode(), spent.encode()))
        return response


class MidWalkChange(Kind):
    """Publishes the `change` (typed as in Changes) just before a page is answered that follows another one.

    Strikes requests for a page with `starting_after` or `ending_before`, in the district of their token.
    """

    says = "{id} published {changes} just before {call} was answered"

    def fits(self, call: Call) -> bool:
        return call.walks and call.who.district is not None

    def before(self, call: Call) -> None:
        assert call.who.district is not None
        call.world.change(call.who.district, self.change)


class HeldSync(Kind):
    """Holds a sync back whatever its size, until it is approved or discarded or the next one passes.

    Needs no path. Strikes syncs, nightly or asked for, of the `district` or of any, that no threshold holds
    anyway; not changes that are published at once.
    """

    says = "{id} held the sync of district {district}"
    of_syncs = True


def _code(response: Response) -> str | None:
    """The code in the address that an answer redirects to."""
    if not 300 <= response.status_code < 400 or not response.location:
        return None
    return next(iter(parse_qs(urlsplit(response.location).query).get("code", ())), None)
