"""The guides that requirements stand in: each a way to declare with its programme, level and source filled in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from certification_suite.requirements import REQUIREMENTS, Check, requirement

sso = partial(requirement, programme="sso", source="docs/district-sso-certification-guide")
secure_sync = partial(requirement, programme="secure_sync", source="docs/secure-sync-certification-guide")
library = partial(requirement, programme="library", source="docs/library-certification-guide")
lms = partial(requirement, programme="lms", source="docs/clever-secure-sync-certification-guide-copy")
adjacent = partial(requirement, level="adjacent")


def also_tested(
    id: str,
    *,
    says: str,
    level: str = "checklist",
    source: str = "docs/testing-your-lms-connect-integration",
    since: str = "all",
) -> Callable[[Check], Check]:
    """Declare that a step of the testing guide asks what the declaration below asks, under this number."""

    def declare(check: Check) -> Check:
        twin = next(one for one in REQUIREMENTS if one.check is check)
        REQUIREMENTS.append(replace(twin, id=id, says=says, level=level, source=source, since=since))
        return check

    return declare


def also_library(
    id: str,
    *,
    since: str,
    says: str = "",
    source: str = "docs/library-certification-guide",
    but: tuple[str, ...] = (),
) -> Callable[[Check], Check]:
    """Declare that the Library programme asks the same as the declaration below, under this number.

    `but` are defects that do not touch the Library.
    """

    def declare(check: Check) -> Check:
        twin = next(one for one in REQUIREMENTS if one.check is check)
        refuted_by = tuple(name for name in twin.refuted_by if name not in but)
        other = replace(twin, id=id, programme="library", source=source, since=since, refuted_by=refuted_by)
        REQUIREMENTS.append(replace(other, says=says or twin.says))
        return check

    return declare
