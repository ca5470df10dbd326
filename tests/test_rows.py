"""The way back: the rows of a district, read again, are the district."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from mock_clever.evolution import lived
from mock_clever.ingest import ingest
from mock_clever.model import KINDS, Snapshot
from mock_clever.prepared import prepare
from mock_clever.roster import load, write
from mock_clever.rows import rows_of


def without_admins(district: Snapshot) -> Snapshot:
    """Without those whose number no record keeps."""
    return district.replace(users=[user for user in district.users if user.roles.district_admin is None])


@pytest.mark.parametrize("preset", ["tiny", "sandbox"])
def test_a_district_read_from_its_rows_is_the_district(preset: str) -> None:
    district = prepare(preset)
    again = ingest(rows_of(district))
    own = structs.replace(again.district, last_sync=district.district.last_sync)
    if own.district_contact and district.district.district_contact:
        own = structs.replace(own, district_contact=district.district.district_contact)
    assert own == district.district
    for kind in KINDS[1:]:
        assert list(without_admins(again).table(kind)) == list(without_admins(district).table(kind)), kind


def test_a_year_later_the_folder_can_be_read(tmp_path: Path) -> None:
    *_, (_, _, district) = lived(prepare("sandbox"), 7, 365)
    write(rows_of(district), tmp_path)
    again = ingest(load(tmp_path).source)
    for kind in ("schools", "sections", "courses", "terms", "users"):
        assert len(again.table(kind)) == len(district.table(kind)), kind
