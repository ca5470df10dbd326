"""Every way a check can end. Each outcome is a class that carries its own word.

    Verdict
    ├── Fail           the app did something else than Clever asks
    ├── NeedsReview    a person must look: the suite could not see enough to say pass
    │   └── NotOffered     … because the probe does not offer what this check looks through
    ├── NotApplicable  the app says it does not do this, and why
    ├── Attest         nothing a machine can see; a person answers the prompt
    └── CouldNotRun    our own trouble (mock, network, a bug in a check); never the vendor's
        ├── Blocked        … or another requirement failed first, which is where to look
        └── NoBrowser      … or it needs a real browser, and there is none on this machine

A check passes by returning the sentence that says what was observed.
"""

from __future__ import annotations

from typing import ClassVar

PASS = "pass"


class Verdict(Exception):
    """How a check ended, other than by passing."""

    word: ClassVar[str]
    where: str = ""
    """In which of several places (an LMS) it ended so, where a check looks at several; a part of its cause."""

    def __init__(
        self, observed: str, *, expected: str | None = None, next_step: str | None = None, cause: str | None = None
    ) -> None:
        super().__init__(observed)
        self.observed = observed
        self.expected = expected
        self.next_step = next_step
        self.cause = cause
        """What tells this finding from others of the same requirement; left out, see causes.py."""


class Fail(Verdict):
    """The app did something else than Clever asks."""

    word = "fail"


class NeedsReview(Verdict):
    """The suite saw no fault and not enough to say pass."""

    word = "needs review"


class NotOffered(NeedsReview):
    """The probe does not offer what the check would look through."""

    def __init__(self, part: str) -> None:
        super().__init__(
            f"Not seen: your probe does not offer `{part}`.",
            next_step=f"Offer `{part}` in the probe (see [probe] in certification.toml), or show the "
            "reviewer yourself.",
            cause=f"no probe for {part}",
        )


class NotApplicable(Verdict):
    """The app declares that it does not do this."""

    word = "not applicable"


class Attest(Verdict):
    """Only a person can answer."""

    word = "attest"


class CouldNotRun(Verdict):
    """The check could not be carried out: no statement about the app."""

    word = "could not run"


class Blocked(CouldNotRun):
    """What the check needs does not work, and another requirement says why."""

    def __init__(self, why: str, *, by: str) -> None:
        again = f"Mend {by} first, then judge this again."
        super().__init__(f"Not judged: {why}", next_step=again, cause=f"blocked by {by}")
        self.by = by


class NoBrowser(CouldNotRun):
    """The check needs a real browser. Said aloud, and no reason to end with an error code."""


WORDS: tuple[str, ...] = (PASS, *(v.word for v in (Fail, NeedsReview, Attest, NotApplicable, CouldNotRun)))
