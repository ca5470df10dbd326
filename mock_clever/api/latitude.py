"""What a list looks like where Clever's documents leave it open: by a world's settings, or by its variation.

Sources: docs/paging-and-limits; data-api 15 #7, #9, #10.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import request
from msgspec import structs

from mock_clever.api.asking import here
from mock_clever.api.paging import Asked
from mock_clever.api.parameters import Parameter
from mock_clever.errors import BadParameter
from mock_clever.model import Id
from mock_clever.variation import Variation, shuffled
from mock_clever.versions import Version

RECORDED_ORDER = ("self", "prev", "next")

Links = list[dict[str, str]]


def variation() -> Variation | None:
    """How answers of this world vary, when they do."""
    seed = here().settings.variation
    return None if seed is None else Variation(seed)


def sized(wanted: Asked) -> Asked:
    """What a request asks for, with the page as full as it may be: `limit` is the most it can hold."""
    varied = variation()
    if varied is None:
        return wanted
    return structs.replace(wanted, limit=varied.limit(wanted.limit, request.full_path))


def goes_on(more: bool, shown: Sequence[Id], wanted: Asked) -> bool:
    """Whether a page has a `next`: it may lead to an empty page, as Clever's own may."""
    if more or not shown:
        return more
    varied = variation()
    if varied is not None:
        return varied.hopes(request.full_path)
    return here().settings.next_link == "hopeful" and len(shown) == wanted.limit


def known_only(known: Iterable[Parameter]) -> None:
    """Raises BadParameter for a parameter the endpoint does not have, where that is set (data-api 15 #7)."""
    if here().settings.unknown_parameter == "ignore":
        return
    names = [row.name for row in known]
    for name in request.args:
        if name not in names:
            takes = f"it takes {', '.join(names)}" if names else "it takes none"
            raise BadParameter(f"{name} is no parameter of this endpoint: {takes}")


def order(version: Version) -> Sequence[str]:
    """The order of paging links."""
    return RECORDED_ORDER if here().settings.link_order == "recorded" else version.links


def arranged(links: Links) -> Links:
    """Links in the order they are sent in."""
    varied = variation()
    if varied is not None:
        return varied.order(links)
    return shuffled(links) if here().settings.link_order == "shuffled" else links
