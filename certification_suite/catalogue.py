"""The whole catalogue, in the order a reader expects, and ways to pick from it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from certification_suite.answering import questionnaire
from certification_suite.checks import (
    accounts,
    attestations,
    callback,
    changes,
    classes,
    coursework,
    entrances,
    following,
    hardships,
    holdings,
    identities,
    library,
    login,
    lti,
    on_demand,
    openid,
    profile,
    readiness,
    reading,
    registration,
    rollups,
    sessions,
    shared_device,
    submissions,
    systems,
    trouble,
    upheavals,
    versions,
)
from certification_suite.describing.config import AppUnderTest, ConfigurationError
from certification_suite.requirements import REQUIREMENTS, Requirement

PROGRAMMES = {
    "library": "Clever Library",
    "sso": "Clever Single Sign-On",
    "secure_sync": "Clever Secure Sync",
    "lms": "LMS Connect",
}
DECLARED_BY = (
    accounts,
    attestations,
    callback,
    changes,
    classes,
    coursework,
    entrances,
    following,
    hardships,
    holdings,
    identities,
    library,
    login,
    lti,
    on_demand,
    openid,
    profile,
    readiness,
    reading,
    registration,
    rollups,
    sessions,
    shared_device,
    submissions,
    systems,
    trouble,
    upheavals,
    versions,
    questionnaire,
)
"""The modules whose import fills the registry."""


def catalogue() -> list[Requirement]:
    """Every requirement, programme by programme, the list's own before the adjacent ones."""
    programmes, prefixes = list(PROGRAMMES), ("LIB", "SSO", "SYN", "LMS", "T", "ADJ")

    def place(requirement: Requirement) -> tuple[int, bool, bool, int, str, int]:
        prefix, _, rest = requirement.id.partition("-")
        name, number = re.fullmatch(r"(\D*)(\d+)", rest).groups()  # type: ignore[union-attr]
        return (
            programmes.index(requirement.programme),
            requirement.check is None,
            requirement.level == "questionnaire",
            prefixes.index(prefix),
            name,
            int(number),
        )

    return sorted(REQUIREMENTS, key=place)


def chosen(app: AppUnderTest, only: Iterable[str] = ()) -> list[Requirement]:
    """The requirements of the app's programmes, or just the named ones."""
    wanted = [id_.strip().upper() for id_ in only if id_.strip()]
    known = {requirement.id: requirement for requirement in catalogue()}
    for id_, where in [*((i, "--only") for i in wanted), *((i, "[not_applicable]") for i in app.not_applicable)]:
        if id_ not in known:
            raise ConfigurationError(
                f"{where} names {id_}, and there is no such requirement. See `python -m certification_suite "
                "--list`."
            )
    if wanted:
        return [requirement for id_, requirement in known.items() if id_ in wanted]
    found = [requirement for requirement in known.values() if requirement.programme in app.programmes]
    if not found:
        raise ConfigurationError(f"There are no requirements yet for {', '.join(app.programmes)}.")
    return found
