"""What the three ways to a vendor's probe have in common: a part is asked with arguments, and a status comes back.

HTTP has its own statuses; a command and a class have exit codes and exceptions, told here as the status that an
endpoint would give. So whatever comes back is parsed in one place (probe.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from certification_suite.describing.parts import Part

TIMEOUT = 180.0
"""How long a part may take: a first sync of a large district takes its time."""
OK, REFUSED, ABSENT, BROKEN = 200, 400, 404, 500


@dataclass(frozen=True)
class Answer:
    """What a part answered: a status, the parsed body (text where it is no JSON), and both on one line."""

    status: int
    body: Any
    line: str


class Way(Protocol):
    """One way to ask. Raises Silence when no answer came in time, Fail when none can."""

    def ask(self, part: Part, arguments: dict[str, Any]) -> Answer:
        """Ask this part with these arguments, those of its path among them."""
        ...


def answered(line: str, status: int, body: Any, text: str) -> Answer:
    return Answer(status, body, f"{line} → {status} {text[:200]}".rstrip())
