"""Invented districts: `generate(preset, seed)` makes the rows a source system would have sent.

Rule of this folder: every draw belongs to what it is drawn for (a school, a pupil, a section), never to the order
in which things are drawn, and uses `random()` alone, whose stream Python guarantees. So one seed gives the same
rows on every machine, and a school more leaves the others as they were. Sizes, dates and oddities are data, in
`fixtures/`; nothing here knows today's date.
"""

from __future__ import annotations

from mock_clever.synthesis.answers import Case, Pointer, answer_key
from mock_clever.synthesis.districts import district_id, generate, synthesise
from mock_clever.synthesis.presets import Preset, UnknownPreset, preset_names, read_preset

__all__ = [
    "Case",
    "Pointer",
    "Preset",
    "UnknownPreset",
    "answer_key",
    "district_id",
    "generate",
    "preset_names",
    "read_preset",
    "synthesise",
]
