"""A large district is made once, in another process, and read from its file; a bad file is made again."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from msgspec.structs import replace

from mock_clever import prepared
from mock_clever.ingest import ingest
from mock_clever.model import Snapshot
from mock_clever.packing import BadPack
from mock_clever.prepared import load, prepare, prepared_file, save
from mock_clever.synthesis import UnknownPreset, generate, read_preset

SEED = 3


@pytest.fixture
def library_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """The Library sandbox stands in for a large district: it is one in all but size."""
    monkeypatch.setattr(prepared, "read_preset", lambda name: replace(read_preset(name), large=True))


def library() -> Snapshot:
    return ingest(generate("library", SEED))


def never(*_: object) -> Snapshot:
    raise AssertionError("the prepared file was not used")


def test_a_small_district_needs_no_file(tmp_path: Path) -> None:
    assert prepare("library", SEED, tmp_path) == library()
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_preset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownPreset, match="no preset 'huge'"):
        prepare("huge", SEED, tmp_path)


@pytest.mark.usefixtures("library_is_large")
def test_a_large_district_is_made_in_another_process_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(prepared, "generate", never)  # not in this process
    assert prepare("library", SEED, tmp_path / "cache") == library()
    said = capfd.readouterr()
    assert said.out == ""
    assert "making district library (seed 3) for the first time" in said.err
    monkeypatch.setattr(prepared, "_make_in_child", never)  # nor again
    assert prepare("library", SEED, tmp_path / "cache") == library()
    assert capfd.readouterr().err == ""
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [
        prepared_file("library", SEED, tmp_path).name
    ]


@pytest.mark.usefixtures("library_is_large")
@pytest.mark.parametrize("damage", ["cut", "changed", "foreign", "empty"])
def test_a_damaged_file_is_made_again(tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str) -> None:
    path = prepared_file("library", SEED, tmp_path)
    save(library(), path)
    whole = path.read_bytes()
    middle = len(whole) // 2
    changed = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    path.write_bytes({"cut": whole[:-1], "changed": changed, "foreign": b"PK\x03\x04" * 99, "empty": b""}[damage])
    with pytest.raises(BadPack, match="damaged"):
        load(path)
    assert prepare("library", SEED, tmp_path) == library()
    assert "cannot be used" in capsys.readouterr().err
    assert path.read_bytes() == whole


@pytest.mark.usefixtures("library_is_large")
def test_a_file_of_another_version_is_neither_read_nor_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "_fingerprint", lambda preset: "of-long-ago")
    old = prepared_file("library", SEED, tmp_path)
    save(ingest(generate("library", SEED + 1)), old)
    monkeypatch.undo()
    monkeypatch.setattr(prepared, "read_preset", lambda name: replace(read_preset(name), large=True))
    assert prepare("library", SEED, tmp_path) == library()
    assert not old.exists()


@pytest.mark.usefixtures("library_is_large")
def test_a_folder_that_cannot_be_written_is_done_without(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert prepare("library", SEED, tmp_path / "file" / "cache") == library()
    assert "Name a writable folder with --cache" in capfd.readouterr().err


def test_every_preset_and_seed_has_a_file_of_its_own(tmp_path: Path) -> None:
    files = {prepared_file(preset, seed, tmp_path) for preset in ("tiny", "library") for seed in (0, 1)}
    assert len(files) == 4


def test_the_file_is_another_when_code_or_data_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = prepared_file("library", SEED, tmp_path)
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "library.toml").write_text("name = 'other'", encoding="utf-8")
    monkeypatch.setattr(prepared, "fixtures", lambda: tmp_path)
    assert prepared_file("library", SEED, tmp_path) != before


def test_a_save_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept.district"
    save(library(), path)
    before = path.read_bytes()
    monkeypatch.setattr(Path, "replace", never)
    with pytest.raises(AssertionError):
        save(library(), path)
    assert [file.name for file in tmp_path.iterdir()] == ["kept.district"]
    assert path.read_bytes() == before


def test_the_garbage_collector_is_left_as_it_was(tmp_path: Path) -> None:
    save(library(), tmp_path / "x")
    load(tmp_path / "x")
    assert gc.isenabled()


def test_the_cache_follows_the_desktop_convention(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert prepared.default_cache() == tmp_path / "mock-clever"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert prepared.default_cache() == Path.home() / ".cache" / "mock-clever"
