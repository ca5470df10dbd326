"""What the command line asks of a run, and the questions that only need that to be answered."""

from __future__ import annotations

import shlex
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from certification_suite.catalogue import PROGRAMMES, chosen
from certification_suite.describing.config import AppUnderTest, ConfigurationError
from certification_suite.drivers.browser import TIMEOUT
from certification_suite.drivers.chromium import NONE, installed
from certification_suite.reports import replaying
from certification_suite.requirements import Requirement

MOCK_PORT = 8123
"""Where `mock-clever` listens unless told otherwise."""


@dataclass(frozen=True)
class Asked:
    """The options of a run."""

    description: Path = Path("certification.toml")
    mock_url: str | None = None
    out: Path | None = None
    only: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    changed: bool = False
    resume: bool = False
    fail_fast: bool = False
    workers: int = 1
    running: bool = False
    """Whether to judge the app that runs already, though the description says how to start one."""
    attended: bool = False
    patience: float = TIMEOUT
    hurry: float = 1.0
    browser: str | None = None
    preset: str | None = None
    variation: int | None = None
    attestations: Path | None = None
    """The file of answers; beside the description unless told otherwise."""
    mock_port: int | None = None
    """Where the mock stands, if it was started for this run alone."""

    @property
    def replay(self) -> str:
        """The command that judges the same way again, less the choice of requirements."""
        mock = {"mock": self.mock_url} if self.mock_port is None else {"port": _unless(self.mock_port, MOCK_PORT)}
        options = mock | {
            "preset": self.preset,
            "variation": self.variation,
            "patience": _unless(self.patience, TIMEOUT),
            "hurry": _unless(self.hurry, 1.0),
            "browser": self.browser,
        }
        command = replaying.command(self.description, options)
        return f"{command} --running" if self.running else command

    @property
    def resumption(self) -> str:
        """The command that goes on with this run."""
        more = [f"--programme {name}" for name in self.programmes]
        more += [f"--only {','.join(self.only)}"] if self.only else []
        more += [f"--workers {self.workers}"] if self.workers > 1 else []
        more += [flag for flag, on in (("--attended", self.attended), ("--fail-fast", self.fail_fast)) if on]
        more += [f"--attestations {shlex.quote(str(self.attestations))}"] if self.attestations else []
        return " ".join([self.replay, f"--out {shlex.quote(str(self.out))}", *more, "--resume"])

    @property
    def manner(self) -> dict[str, object]:
        """What may change a verdict, so that one that was reached in another manner is not taken over."""
        return {
            "preset": self.preset,
            "variation": self.variation,
            "patience": self.patience,
            "hurry": self.hurry,
            "screen": installed(self.browser) is not None,
        }

    def refuse_conflicts(self) -> None:
        """Raises ConfigurationError where two options do not go together, or one lacks what it needs."""
        if self.browser not in (None, NONE) and shutil.which(str(self.browser)) is None:
            raise ConfigurationError(
                f"--browser {self.browser}: there is no such program. Name a Chromium, or none."
            )
        if (self.resume or self.changed) and self.out is None:
            word = "--resume" if self.resume else "--changed"
            raise ConfigurationError(
                f"{word} needs --out, the folder with the diary (run.jsonl) of the earlier run."
            )
        if self.resume and self.changed:
            raise ConfigurationError(
                "--resume goes on with a run that was cut off, --changed judges again what did not pass in one "
                "that ended: choose one of them."
            )
        if self.attended and self.workers > 1:
            raise ConfigurationError("--attended has one person and one app: leave out --workers.")
        if self.running and self.workers > 1:
            raise ConfigurationError("--running judges the one app that runs already: leave out --workers.")

    def begins(self, app: AppUnderTest) -> bool:
        """Whether the harness starts the app. Raises ConfigurationError where it must and cannot."""
        if app.start is None and self.workers > 1:
            raise ConfigurationError(
                f"--workers {self.workers}: each worker needs an instance of your app, and the description does "
                'not say how to start one. Add start to [app], as start = "flask run --port {port}": it '
                "runs in the foreground, takes Clever's address and keys from the environment (as "
                "`mock-clever env` prints them), and is started once for each worker."
            )
        return app.start is not None and not self.running

    def picked(self, app: AppUnderTest) -> tuple[list[Requirement], list[str]]:
        """What is to be judged, and notes on what is left out of it. Raises ConfigurationError for nonsense."""
        ids = [id_ for given in self.only for id_ in given.split(",")]
        for name in self.programmes:
            if name not in app.programmes:
                raise ConfigurationError(
                    f"--programme {name}: the description has programmes = {', '.join(app.programmes)}. Add it "
                    f"there, or choose one of these. All there are: {', '.join(PROGRAMMES)}."
                )
        if not self.programmes:
            return chosen(app, ids), []
        known = chosen(app, ids) if ids else chosen(replace(app, programmes=self.programmes))
        found = [one for one in known if one.programme in self.programmes]
        if not found:
            raise ConfigurationError(f"--only names nothing of {', '.join(self.programmes)}.")
        present = {one.id for one in found}
        across = [one.id for one in found if not present.issuperset(one.sums) and not ids]
        note = f"Left out: {', '.join(across)}, which sums up programmes that this run does not judge."
        return [one for one in found if one.id not in across], [note] if across else []


def _unless(value: Any, usual: Any) -> Any:
    return None if value == usual else value
