"""Looks before anything is judged, so that a typing mistake is never called a defect.

Each step of the table says what holds when it finds nothing; what it finds is the configuration's (the run ends
with 2), the harness's own (3), or the app's, which stops nothing, because a requirement says it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from certification_suite.describing.config import AppUnderTest, ConfigurationError
from certification_suite.describing.preflight_address import clocks, proxies, the_address, the_probe
from certification_suite.describing.preflight_clever import client_ids, redirect_uris, the_mock
from certification_suite.describing.preflight_login import a_login, where_a_login_leads
from certification_suite.drivers.browser import TIMEOUT
from certification_suite.findings import CODES, CONFIGURATION, HARNESS, Finding
from certification_suite.sight import Sight
from certification_suite.verdicts import CouldNotRun


@dataclass(frozen=True)
class Step:
    """One look: what holds when it finds nothing, how it looks, and which steps must not have been stopped."""

    says: str
    look: Callable[[Sight], Iterator[Finding]]
    needs: tuple[str, ...] = ()


STEPS = {
    "mock": Step("The mock answers, and is of this version", the_mock),
    "clients": Step("The client ids are known to the mock", client_ids, ("mock",)),
    "redirects": Step("The redirect URIs are registered, each first in its list", redirect_uris, ("clients",)),
    "address": Step("The app answers at its address", the_address),
    "proxies": Step("No proxy stands in between", proxies),
    "clocks": Step("App, mock and this machine agree about the time", clocks, ("mock", "address")),
    "way": Step(
        "A login leads to the mock, as the app that is described", where_a_login_leads, ("redirects", "address")
    ),
    "login": Step("A login comes back, and its code is exchanged at the mock", a_login, ("way",)),
    "probe": Step("The probe answers, or there is none", the_probe),
}


@dataclass(frozen=True)
class Looked:
    """What the look found: the app with the client ids its description left out, and the findings by step."""

    app: AppUnderTest
    steps: dict[str, tuple[Finding, ...] | None]
    """None: not looked at, because what it needs was stopped."""

    @property
    def findings(self) -> list[Finding]:
        return [finding for found in self.steps.values() for finding in found or ()]

    @property
    def stops(self) -> list[Finding]:
        """What makes a run pointless; what the description can mend before what is the harness's own."""
        return sorted((finding for finding in self.findings if finding.stops), key=lambda one: CODES[one.who])

    @property
    def exit_code(self) -> int | None:
        """How the run ends before it began; None when it may begin."""
        return CODES[self.stops[0].who] if self.stops else None

    @property
    def notes(self) -> list[str]:
        """What may matter, in words."""
        return [str(finding) for finding in self.findings if not finding.stops]

    def lines(self, *, all: bool = False) -> list[str]:
        """What to tell before anything runs; `all`: also what is well."""
        lines = []
        for name, found in self.steps.items():
            if all or found:
                lines.append(f"{_mark(found)} {STEPS[name].says}{'' if found is not None else ' (not looked at)'}")
            lines += [f"    {finding.who}: {finding}" for finding in found or ()]
        return lines


def _mark(found: tuple[Finding, ...] | None) -> str:
    if found is None:
        return "–"
    return "✗" if any(finding.stops for finding in found) else "!" if found else "✓"


def look(app: AppUnderTest, *, patience: float = TIMEOUT) -> Looked:
    """Go through the steps; one whose needs were stopped is left out."""
    sight = Sight(app, patience)
    steps: dict[str, tuple[Finding, ...] | None] = {}
    for name, step in STEPS.items():
        if any(steps[need] is None or any(f.stops for f in steps[need] or ()) for need in step.needs):
            steps[name] = None
            continue
        found: list[Finding] = []
        try:
            found.extend(step.look(sight))
        except CouldNotRun as trouble:
            found.append(Finding(HARNESS, trouble.observed, trouble.next_step or "", stops=True))
        steps[name] = tuple(found)
    return Looked(sight.app, steps)


def check(app: AppUnderTest, *, patience: float = TIMEOUT) -> tuple[AppUnderTest, list[str]]:
    """The app with the client ids that its description left out, and notes about what may not matter.

    Raises ConfigurationError, or CouldNotRun for what is the harness's, for what makes a run pointless.
    """
    looked = look(app, patience=patience)
    told = [str(finding) for finding in looked.stops if finding.who == looked.stops[0].who]
    if looked.stops and looked.stops[0].who == CONFIGURATION:
        raise ConfigurationError("\n".join(told))
    if looked.stops:
        raise CouldNotRun("\n".join(told))
    return looked.app, looked.notes
