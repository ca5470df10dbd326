"""Nobody can take a synthetic district for a real one, and its names are as varied as real ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import pytest
from msgspec.structs import replace

from mock_clever.sis import Source
from mock_clever.synthesis import generate, preset_names, read_preset, synthesise

RESERVED = re.compile(r"[^@]*(@|\.)([a-z0-9-]+\.)*(example\.(org|net|com)|example|test|invalid)")  # RFC 2606
FICTIONAL_PHONE = re.compile(r"(1-)?(\(555\) )?555-01\d\d")
UNASSIGNED_ZIP = re.compile(r"000\d\d")


@cache
def source(preset: str) -> Source:
    chosen = read_preset(preset)
    return synthesise(replace(chosen, schools=10) if chosen.large else chosen)


def cells(preset: str, *endings: str) -> Iterator[str]:
    """Every cell of the columns whose names end so."""
    made = source(preset)
    for sheet in ("schools", "students", "contacts", "teachers", "staff", "admins"):
        for row in getattr(made, sheet):
            for column in row.__struct_fields__:
                if column.endswith(endings) and getattr(row, column):
                    yield getattr(row, column)


every_preset = pytest.mark.parametrize("preset", preset_names())


@every_preset
def test_mail_goes_to_reserved_domains_only(preset: str) -> None:
    found = [*cells(preset, "_email"), *filter(None, [source(preset).district.contact_email])]
    assert len(found) > 4
    assert [address for address in found if not RESERVED.fullmatch(address)] == []


@every_preset
def test_telephones_are_of_the_range_kept_for_fiction(preset: str) -> None:
    assert [number for number in cells(preset, "_phone") if not FICTIONAL_PHONE.fullmatch(number)] == []


@every_preset
def test_schools_say_that_they_are_fictional(preset: str) -> None:
    names = [row.school_name for row in source(preset).schools]
    assert all("Fictional" in name for name in names)
    assert len(set(names)) == len(names)


@every_preset
def test_zip_codes_are_not_assigned(preset: str) -> None:
    assert [zip for zip in cells(preset, "_zip") if not UNASSIGNED_ZIP.fullmatch(zip)] == []


def test_all_250_schools_of_clear_water_have_names_of_their_own() -> None:
    preset = read_preset("clear-water")
    bare = tuple(replace(shape, students=20, teachers=1, sections=7, staff=1) for shape in preset.shapes)
    schools = synthesise(replace(preset, shapes=bare)).schools
    assert len(schools) == len({row.school_name for row in schools}) == 250


def scripts(text: str) -> set[str]:
    return {unicodedata.name(letter, "?").split()[0] for letter in text if letter.isalpha()}


@pytest.mark.parametrize("preset", ["certification-isd", "clear-water"])
def test_names_hold_every_kind_of_surprise(preset: str) -> None:
    made = source(preset)
    names = [
        name for row in (*made.students, *made.teachers, *made.staff) for name in (row.first_name, row.last_name)
    ]
    letters = set("".join(names))
    assert {"ñ", "é", "à", "ø"} <= {letter.lower() for letter in letters}
    assert any("'" in name for name in names)
    assert any("-" in name for name in names)
    assert any(" " in name for name in names)
    found = set().union(*map(scripts, names))
    assert {"CJK", "ARABIC", "HEBREW", "LATIN"} <= found
    bidi = {unicodedata.bidirectional(letter) for letter in letters}
    assert {"R", "AL"} <= bidi


@pytest.mark.parametrize("preset", ["sandbox", "tiny"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_small_districts_have_such_names_whatever_the_seed(preset: str, seed: int) -> None:
    made = generate(preset, seed)
    names = [name for row in (*made.students, *made.teachers) for name in (row.first_name, row.last_name)]
    assert {"CJK", "ARABIC", "LATIN"} <= set().union(*map(scripts, names))
    assert any("ñ" in name for name in names)
    assert any("'" in name and "-" in name for name in names)
    assert any(" " in name for name in names)
