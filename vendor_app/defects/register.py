"""The register of defects: a name, and the behaviour that has it."""

from typing import TypeVar

from vendor_app.behaviour import Behaviour
from vendor_app.config import Misconfigured

Defective = TypeVar("Defective", bound=Behaviour)

DEFECTS: dict[str, type[Behaviour]] = {}
"""Those that a requirement of the certification suite refutes, in the order of their files."""
UNJUDGED: dict[str, type[Behaviour]] = {}
"""Those that no requirement refutes yet: they say no `refutes`. Saying one moves a defect to the others."""
EVERY: dict[str, type[Behaviour]] = {}
"""All of them."""


def defect(cls: type[Defective]) -> type[Defective]:
    """Enter a defect in the register."""
    EVERY[cls.__name__] = cls
    (DEFECTS if cls.refutes else UNJUDGED)[cls.__name__] = cls
    return cls


def chosen(name: str) -> Behaviour:
    """The behaviour with this defect."""
    if name not in EVERY:
        raise Misconfigured(f"There is no defect called {name!r}. --list-defects prints all {len(EVERY)}.")
    return EVERY[name]()


def in_one_line(one: type[Behaviour]) -> str:
    """A defect as the command line lists it: name, requirements, the mistake."""
    mistake = (one.__doc__ or "").strip().splitlines()[0]
    return f"{one.__name__:34} {' '.join(one.refutes):24} {mistake}"
