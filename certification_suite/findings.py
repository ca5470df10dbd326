"""What a look before the run finds: whose it is, why, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

CONFIGURATION, APP, HARNESS = "configuration", "app", "harness"
CODES = {CONFIGURATION: 2, HARNESS: 3}
"""How a run ends that such a finding stops. The app's own faults stop nothing: a requirement says them."""


@dataclass(frozen=True)
class Finding:
    """One thing that was found. `stops`: a run would be pointless."""

    who: str
    cause: str
    next_step: str = ""
    stops: bool = False
    command: str = ""
    """A command line that mends it, to be copied."""

    def __str__(self) -> str:
        said = f"{self.cause} {self.next_step}".strip()
        return f"{said}\n{self.command}" if self.command else said


def misconfigured(cause: str, next_step: str, *, command: str = "") -> Finding:
    """The description, or what the app was told about its surroundings, is wrong: nothing is judged."""
    return Finding(CONFIGURATION, cause, next_step, stops=True, command=command)


def note(cause: str, next_step: str = "", *, who: str = CONFIGURATION) -> Finding:
    """What may matter; the run goes on."""
    return Finding(who, cause, next_step)


def of_the_app(cause: str, next_step: str = "") -> Finding:
    """The app's own; requirements will say it as verdicts."""
    return Finding(APP, cause, next_step)
