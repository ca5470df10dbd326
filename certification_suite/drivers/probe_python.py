"""The probe as a Python class: each method is a part. It runs inside the suite, and is made once for a run."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import sys
import traceback
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from certification_suite.describing.config import ConfigurationError, ProbeSpec, meant
from certification_suite.describing.keys import PYTHON
from certification_suite.describing.parts import PARTS, Part
from certification_suite.drivers.probe_ways import ABSENT, OK, REFUSED, Answer, answered
from certification_suite.verdicts import Fail


class Methods:
    """The methods of one object. NotImplementedError means “not offered”, ValueError “refused, and why”."""

    def __init__(self, probe: object, name: str) -> None:
        self._probe = probe
        self._name = name

    def ask(self, part: Part, arguments: dict[str, Any]) -> Answer:
        method, line = getattr(self._probe, part.name, None), f"{self._name}.{part.name}"
        if method is None:
            return answered(line, ABSENT, None, "not there")
        try:
            inspect.signature(method).bind(**arguments)
        except TypeError as error:
            raise Fail(
                f"{line} cannot be called as {part.name}({', '.join(arguments)}): {error}.",
                expected=f"def {part.name}({', '.join(('self', *_parameters(part)))}).",
            ) from error
        try:
            told = _as_json(method(**arguments))
        except NotImplementedError:
            return answered(line, ABSENT, None, "not offered")
        except ValueError as why:
            return answered(line, REFUSED, {"message": str(why)}, str(why))
        except Exception as error:
            raise Fail(
                f"{line} raised {type(error).__name__}: {error} ({_line(error)}).",
                expected="A dict or a list; NotImplementedError for what is not offered.",
            ) from error
        return answered(line, OK, told, "" if told is None else json.dumps(told, ensure_ascii=False))


@cache
def made(python: str, folder: str, base_url: str, mock_url: str) -> Methods:
    """The class, loaded and made. Raises ConfigurationError for what cannot be."""
    found = _class(python, folder)
    unknown = [name for name, _ in inspect.getmembers(found, inspect.isfunction) if name[0] != "_"]
    if unknown and not any(name in PARTS for name in unknown):
        raise ConfigurationError(
            f"[probe] python: {python} has no method that is a part of a probe; it has {', '.join(unknown)}."
            f"{meant(unknown[0], PARTS)} Parts: {', '.join(PARTS)}."
        )
    wanted = inspect.signature(found).parameters
    given = {"base_url": base_url, "mock_url": mock_url}
    try:
        probe = found(**{name: value for name, value in given.items() if name in wanted})
    except Exception as error:
        raise ConfigurationError(
            f"[probe] python: {python} cannot be made: {type(error).__name__}: {error} ({_line(error)}). It is "
            "made without arguments, or with base_url and mock_url where it names them."
        ) from error
    return Methods(probe, python)


def load(spec: ProbeSpec, base_url: str, mock_url: str) -> Methods:
    """The class that the description names."""
    assert spec.python is not None
    return made(spec.python, spec.folder, base_url, mock_url)


def _class(python: str, folder: str) -> Any:
    named = PYTHON.fullmatch(python)
    assert named is not None, "config.py saw to it"
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        module = _module(named["module"], folder)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"[probe] python: there is no module {error.name} in {folder} nor among the installed ones."
        ) from error
    except Exception as error:
        raise ConfigurationError(
            f"[probe] python: {named['module']} cannot be loaded: {type(error).__name__}: {error} "
            f"({_line(error)})."
        ) from error
    found = getattr(module, named["name"], None)
    if not inspect.isclass(found):
        classes = [name for name, _ in inspect.getmembers(module, inspect.isclass)]
        raise ConfigurationError(
            f"[probe] python: {named['module']} has no class {named['name']}.{meant(named['name'], classes)} "
            f"It has: {', '.join(classes) or 'none'}."
        )
    return found


def _module(named: str, folder: str) -> ModuleType:
    if not named.endswith(".py"):
        return importlib.import_module(named)
    path = Path(folder, named)
    if not path.is_file():
        raise ConfigurationError(f"[probe] python: there is no file {path}.")
    spec = importlib.util.spec_from_file_location(f"probe of {path}", path)
    assert spec is not None and spec.loader is not None, "a file that ends in .py has a loader"
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _parameters(part: Part) -> list[str]:
    """The parameters of the method, as they are written."""
    return [*part.in_path, *(f"{name[:-1]}=None" if name.endswith("?") else name for name in part.takes)]


def _as_json(told: Any) -> Any:
    """What came back, as JSON would tell it: ids and times become text, whatever can be gone through a list."""

    def plain(value: Any) -> Any:
        return list(value) if isinstance(value, set | frozenset | Iterator) else str(value)

    return json.loads(json.dumps(told, default=plain))


def _line(error: BaseException) -> str:
    """Where it happened."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}, line {last.lineno}"
