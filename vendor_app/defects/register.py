"""The register of defects: a name, and the behaviour that has it."""

from typing import TypeVar

from vendor_app.behaviour import Behaviour
from vendor_app.config import Misconfigured

Defective = TypeVar("Defective", bound=Behaviour)

DEFECTS: dict[str, type[Behaviour]] = {}


def defect(cls: type[Defective]) -> type[Defective]:
    """Enter a defect in the register."""
    DEFECTS[cls.__name__] = cls
    return cls


def chosen(name: str) -> Behaviour:
    """The behaviour with this defect."""
    if name not in DEFECTS:
        raise Misconfigured(f"There is no defect called {name!r}. --list-defects prints all {len(DEFECTS)}.")
    return DEFECTS[name]()


def in_one_line(one: type[Behaviour]) -> str:
    """A defect as the command line lists it: name, requirements, the mistake."""
    mistake = (one.__doc__ or "").strip().splitlines()[0]
    return f"{one.__name__:34} {' '.join(one.refutes):24} {mistake}"
