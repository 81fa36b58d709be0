"""GPU packs are found, read and looked through before anything of them is loaded."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine_packs import (
    MANIFEST,
    PackFile,
    file_fault,
    find_packs,
    has_parts,
    pack_folders,
    read_pack,
    state_of,
)
from app.paths import Paths
from runtime.engine_parts import PackPart
from tests.app.packs import CUDA, LIBRARY, make_pack


def test_packs_are_looked_for_beside_the_program_and_in_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = Paths.beneath(tmp_path)
    assert pack_folders(paths)[1] == tmp_path / "data" / "engine-packs"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/usr/lib/coterie/coterie")
    assert pack_folders(paths)[0] == Path("/usr/lib/coterie/engine-packs")


def test_a_checkout_has_no_parts_until_there_is_a_folder(tmp_path: Path) -> None:
    paths = Paths.beneath(tmp_path)
    assert not has_parts(paths)
    paths.packs_dir.mkdir(parents=True)
    assert has_parts(paths)


def test_folders_without_a_manifest_are_no_packs(tmp_path: Path) -> None:
    make_pack(tmp_path / "b")
    make_pack(tmp_path / "a")
    (tmp_path / "empty").mkdir()
    (tmp_path / MANIFEST).write_text("{}")
    found = find_packs((tmp_path / "missing", tmp_path))
    assert [pack.folder.name for pack in found] == ["a", "b"]


def test_a_whole_pack(tmp_path: Path) -> None:
    pack = read_pack(make_pack(tmp_path / "cuda"))
    assert pack.unreadable == ""
    assert pack.part == PackPart(str(tmp_path / "cuda" / LIBRARY))
    assert file_fault(pack) == ("", "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "truncated"),
        (b"{}", "missing required field"),
        (b'{"kind": "rocm"}', "rocm"),
        (b"\xff", ""),
        (b"[" * 100_000, ""),
    ],
)
def test_a_manifest_that_can_not_be_read(tmp_path: Path, text: bytes, why: str) -> None:
    (tmp_path / MANIFEST).write_bytes(text)
    pack = read_pack(tmp_path)
    assert pack.manifest is None
    assert pack.part is None
    assert pack.unreadable
    assert why in pack.unreadable


@pytest.mark.parametrize("name", ["../evil.so", "/lib/libc.so.6", "..", "", "a\\b", "c:d", "a\0b"])
def test_names_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    inside = PackFile(LIBRARY, "0", 0)
    for manifest in (
        replace(CUDA, library=name, files=(inside,)),
        replace(CUDA, files=(inside, PackFile(name, "0", 0))),
    ):
        assert "is not a file's name" in read_pack(make_pack(tmp_path, manifest)).unreadable


def test_a_back_end_that_no_checksum_covers(tmp_path: Path) -> None:
    manifest = replace(CUDA, files=(PackFile("libcudart.so.12", "0", 0),))
    assert "not among its files" in read_pack(make_pack(tmp_path, manifest)).unreadable


def test_files_that_are_not_whole(tmp_path: Path) -> None:
    pack = read_pack(make_pack(tmp_path))
    before = state_of(pack)
    (tmp_path / LIBRARY).write_bytes(b"no elf")
    assert file_fault(pack) == ("damaged", LIBRARY)
    (tmp_path / LIBRARY).write_bytes(b"longer than it was")
    assert file_fault(pack) == ("damaged", LIBRARY)
    assert state_of(pack) != before
    (tmp_path / LIBRARY).unlink()
    assert file_fault(pack) == ("missing", LIBRARY)
    assert state_of(pack) != before
