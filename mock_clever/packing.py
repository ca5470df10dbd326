"""A snapshot as bytes and back, small and quick to read: every distinct value is written and rebuilt once.

Values of one form (one type, its attributes of the same forms) are kept together as columns of numbers, each
number the place of the attribute's value among those of *its* form. So a school's id is one string however many
students name it, and equal names, locations or lists of schools are one object, as they were before.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate, chain, islice, pairwise, repeat, starmap
from types import NoneType
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import astuple

from mock_clever import model
from mock_clever.model import KINDS, Snapshot

_NONE, _TEXT, _FLAG, _IDS = range(4)  # the forms that are always there; _IDS are tuples of strings
_NUMBER = "I"
_PACKED = (*KINDS, "attendance")

_Spots = tuple[list[int], list[int]]  # of each value its form, and its place there


class BadPack(ValueError):
    """These bytes are no packed snapshot."""


class _Form(Struct):
    """`type` is a class of the model, `int`, `tuple` or `dict` (then with its keys); the rest the parts' forms."""

    type: str
    keys: list[str]
    parts: list[int]
    count: int
    columns: list[bytes]


class _Pack(Struct):
    texts: list[str]
    lengths: bytes
    members: bytes
    forms: list[_Form]
    tables: dict[str, list[int]]


def pack(snapshot: Snapshot) -> bytes:
    """The bytes of a snapshot."""
    return _Packer().packed(snapshot)


def unpack(data: bytes) -> Snapshot:
    """The snapshot of these bytes. Raises BadPack when they are none."""
    try:
        written = msgspec.msgpack.decode(data, type=_Pack)
        values = _values(written)
        return Snapshot(**{kind: [r for n in written.tables[kind] for r in values[n]] for kind in _PACKED})
    except (msgspec.MsgspecError, LookupError, TypeError, ValueError, AttributeError) as problem:
        raise BadPack(f"not a packed snapshot: {problem}") from problem


class _Packer:
    """Finds the distinct values of a snapshot, a column at a time, each form behind those it is made of."""

    def __init__(self) -> None:
        self._places: list[dict[Any, int]] = [{None: 0}, {}, {False: 0, True: 1}, {}]
        self._forms: dict[tuple[Any, ...], int] = {}  # what a form is made of, and its number

    def packed(self, snapshot: Snapshot) -> bytes:
        rows: dict[str, list[Any]] = {kind: list(snapshot.table(kind)) for kind in KINDS}
        rows["attendance"] = list(snapshot.register.rows)
        tables = {kind: sorted(set(self._spots(rows[kind])[0])) for kind in _PACKED}
        ids = self._places[_IDS]
        forms = [
            _Form(type, list(keys), list(parts), len(rows), [_bytes(column) for column in zip(*rows, strict=True)])
            for (type, keys, *parts), rows in zip(self._forms, self._places[_IDS + 1 :], strict=True)
        ]
        lengths, members = _bytes(map(len, ids)), _bytes(place for row in ids for place in row)
        return msgspec.msgpack.encode(_Pack(list(self._places[_TEXT]), lengths, members, forms, tables))

    def _spots(self, column: Sequence[Any]) -> _Spots:
        """The form of each of these values and its place there; values not met before are put at the end."""
        return self._grouped(list(map(type, column)), column, self._alike)

    def _alike(self, type: type, column: Sequence[Any]) -> _Spots:
        """The same for values of one type."""
        if type is NoneType:
            return [_NONE] * len(column), [0] * len(column)
        if type is str:
            return [_TEXT] * len(column), self._put(_TEXT, column)
        if type is bool:
            return [_FLAG] * len(column), [int(value) for value in column]
        if issubclass(type, Struct):
            return self._formed(type.__name__, (), list(map(astuple, column)))
        if type is tuple and all(isinstance(member, str) for value in set(column) for member in value):
            distinct = list(dict.fromkeys(column))
            members = iter(self._put(_TEXT, list(chain.from_iterable(distinct))))
            rows = {value: tuple(islice(members, len(value))) for value in distinct}
            return [_IDS] * len(column), self._put(_IDS, [rows[value] for value in column])
        return self._one_by_one(column)

    def _one_by_one(self, column: Sequence[Any]) -> _Spots:
        """The same for mappings and for tuples of parts, whose parts differ in number; each object once."""
        spots: dict[int, tuple[int, int]] = {}
        for value in column:
            if id(value) not in spots:
                forms, places = self._single(value)
                spots[id(value)] = forms[0], places[0]
        found = [spots[id(value)] for value in column]
        return [form for form, _ in found], [place for _, place in found]

    def _single(self, value: Any) -> _Spots:
        if isinstance(value, Mapping):
            return self._formed("dict", tuple(value), [tuple(value.values())])
        if isinstance(value, tuple) and value and not isinstance(value[0], str):
            return self._formed("tuple", (), [value])
        if isinstance(value, tuple):
            return self._alike(tuple, [value])
        if isinstance(value, int):
            return self._formed("int", (), [(str(value),)])
        raise TypeError(
            f"{value!r} cannot be packed: only strings, numbers, truth values, tuples, mappings and parts can"
        )

    def _formed(self, name: str, keys: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> _Spots:
        """Spots for values whose parts are these rows, all of one length."""
        columns = [self._spots(column) for column in zip(*rows, strict=True)]
        patterns = list(zip(*(forms for forms, _ in columns), strict=True)) or [()] * len(rows)
        places = list(zip(*(places for _, places in columns), strict=True)) or [()] * len(rows)
        return self._grouped(patterns, places, lambda pattern, some: self._group((name, keys, *pattern), some))

    def _group(self, made_of: tuple[Any, ...], rows: Sequence[Any]) -> _Spots:
        """Spots for rows of one form, which may be a new one."""
        number = self._forms.setdefault(made_of, len(self._places))
        if number == len(self._places):
            self._places.append({})
        return [number] * len(rows), self._put(number, rows)

    def _grouped(
        self, marks: Sequence[Any], values: Sequence[Any], spots: Callable[[Any, Sequence[Any]], _Spots]
    ) -> _Spots:
        """The spots of values that are treated alike when they bear the same mark, in the order of the values."""
        places_of: dict[Any, list[int]] = {mark: [] for mark in dict.fromkeys(marks)}
        if len(places_of) == 1:
            return spots(marks[0], values)
        for n, mark in enumerate(marks):
            places_of[mark].append(n)
        forms, places = [0] * len(values), [0] * len(values)
        for mark, where in places_of.items():
            for n, form, place in zip(where, *spots(mark, [values[n] for n in where]), strict=True):
                forms[n], places[n] = form, place
        return forms, places

    def _put(self, form: int, values: Sequence[Any]) -> list[int]:
        places = self._places[form]
        return [places.setdefault(value, len(places)) for value in values]


def _values(written: _Pack) -> list[list[Any]]:
    """The values of every form; a form is made of forms written before it."""
    members = list(map(written.texts.__getitem__, _numbers(written.members)))
    ends = accumulate(_numbers(written.lengths), initial=0)
    ids = [tuple(members[start:end]) for start, end in pairwise(ends)]
    values: list[list[Any]] = [[None], written.texts, [False, True], ids]
    for form in written.forms:
        columns = [
            repeat(None, form.count) if part == _NONE else map(values[part].__getitem__, _numbers(column))
            for part, column in zip(form.parts, form.columns, strict=True)
        ]
        values.append(list(_built(form, columns)))
    return values


def _built(form: _Form, columns: Sequence[Iterable[Any]]) -> Iterable[Any]:
    rows: Iterable[tuple[Any, ...]] = zip(*columns, strict=True) if columns else repeat((), form.count)
    if form.type == "tuple":
        return rows
    if form.type == "dict":
        return (dict(zip(form.keys, row, strict=True)) for row in rows)
    made: Any = int if form.type == "int" else getattr(model, form.type)
    return starmap(made, rows)


def _bytes(numbers: Iterable[int]) -> bytes:
    return array(_NUMBER, numbers).tobytes()


def _numbers(column: bytes) -> array[int]:
    numbers: array[int] = array(_NUMBER)
    numbers.frombytes(column)
    return numbers
