"""Checking a model again: whole, damaged and where, or for the first time."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from app.owned.digests import FileDigest
from app.owned.recorded import record_of
from app.owned.verifying import DamagedRange, damaged_ranges, verify_model
from runtime.errors import CoterieError
from runtime.model_records import PIECE_BYTES, RecordedFile, write_record
from tests.gguf.test_split_files import write_split
from tests.owned.files import model_of, put_model, put_record, sha256_of, shelf_of

GOOD = tuple(hashlib.sha256(bytes([number])).hexdigest() for number in range(4))
BAD = "f" * 64
SIZE = 3 * PIECE_BYTES + 5
P = PIECE_BYTES


@pytest.mark.parametrize(
    ("size", "pieces", "expected"),
    [
        (SIZE, (GOOD[0], BAD, GOOD[2], GOOD[3]), [(P, 2 * P)]),
        (SIZE, (BAD, BAD, GOOD[2], BAD), [(0, 2 * P), (3 * P, SIZE)]),
        (2 * P, GOOD[:2], [(2 * P, SIZE)]),
        (SIZE + 7, GOOD, [(SIZE, SIZE + 7)]),
        (SIZE, GOOD, [(0, SIZE)]),
    ],
)
def test_what_of_a_file_is_damaged(
    size: int, pieces: tuple[str, ...], expected: list[tuple[int, int]]
) -> None:
    recorded = RecordedFile("m.gguf", SIZE, "a" * 64, GOOD)
    found = damaged_ranges(Path("m.gguf"), FileDigest(size, BAD, pieces), recorded)
    assert [(damage.begin, damage.end) for damage in found] == expected


def test_without_pieces_all_of_it_is_damaged() -> None:
    recorded = RecordedFile("m.gguf", SIZE, "a" * 64)
    found = damaged_ranges(Path("m.gguf"), FileDigest(SIZE, BAD, GOOD), recorded)
    assert found == (DamagedRange(Path("m.gguf"), 0, SIZE),)
    assert damaged_ranges(Path("m.gguf"), FileDigest(SIZE, "a" * 64, GOOD), recorded) == ()
    assert damaged_ranges(Path("m.gguf"), FileDigest(SIZE, BAD, GOOD), None) == ()


def test_the_first_time_keeps_a_hash_for_the_next(tmp_path: Path) -> None:
    models_dir = tmp_path / "models"
    path = put_model(models_dir / "a.gguf", general__license="mit")
    told: list[tuple[int, int]] = []
    result = verify_model(
        model_of(models_dir, "a"), models_dir, lambda done, of: told.append((done, of))
    )
    size = path.stat().st_size
    assert (result.verdict, result.is_kept, told[-1]) == ("first", True, (size, size))
    model = model_of(models_dir, "a")
    assert model.digests == (sha256_of(path),)
    assert (model.source, model.licence) == ("", "mit")
    assert model.verified_at_s > 0

    assert verify_model(model, models_dir).verdict == "whole"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    result = verify_model(model_of(models_dir, "a"), models_dir)
    assert result.verdict == "damaged"
    assert result.damage == (DamagedRange(path, 0, size),)
    assert not result.can_repair
    assert record_of(models_dir, path).files[0].sha256 == model.digests[0]  # type: ignore[union-attr]


def test_a_model_of_the_hub(tmp_path: Path) -> None:
    models_dir = tmp_path / "models"
    models_dir.mkdir()
    parts = write_split(models_dir)
    put_record(models_dir, *parts, repo="owner/name", revision="c" * 40)
    model = shelf_of(models_dir).scan()[0]
    result = verify_model(model, models_dir, now_s=lambda: 77.0)
    assert (result.verdict, result.can_repair) == ("whole", False)
    record = record_of(models_dir, parts[0])
    assert record is not None
    assert (record.repo, record.verified_at_s) == ("owner/name", 77.0)
    assert all(file.pieces for file in record.files)

    data = parts[1].read_bytes()
    parts[1].write_bytes(data[:-1] + b"x")
    result = verify_model(model, models_dir)
    assert (result.verdict, result.can_repair) == ("damaged", True)
    assert result.damage == (DamagedRange(parts[1], 0, len(data)),)


def test_a_linked_model_keeps_its_link(tmp_path: Path) -> None:
    models_dir, path = tmp_path / "models", put_model(tmp_path / "else" / "b.gguf")
    file = RecordedFile(str(path), path.stat().st_size, "")
    record = put_record(models_dir, path, source="Jan")
    write_record(models_dir, type(record)((file,), "Jan", 1.0))
    assert verify_model(model_of(models_dir, "b"), models_dir).verdict == "first"
    model = model_of(models_dir, "b")
    assert (model.is_linked, model.source, model.digests) == (True, "Jan", (sha256_of(path),))


def test_a_file_from_anywhere_does_not_get_into_the_list(tmp_path: Path) -> None:
    models_dir, path = tmp_path / "models", put_model(tmp_path / "else" / "b.gguf")
    result = verify_model(model_of(models_dir, str(path)), models_dir)
    assert (result.verdict, result.is_kept) == ("first", False)
    assert shelf_of(models_dir).scan() == ()


def test_stopping_keeps_nothing(tmp_path: Path) -> None:
    models_dir = tmp_path / "models"
    put_model(models_dir / "a.gguf")
    with pytest.raises(CoterieError) as caught:
        verify_model(model_of(models_dir, "a"), models_dir, cancelled=lambda: True)
    assert caught.value.problem.kind == "cancelled"
    assert model_of(models_dir, "a").digests == ()


def test_a_file_gone_meanwhile_is_told(tmp_path: Path) -> None:
    models_dir = tmp_path / "models"
    path = put_model(models_dir / "a.gguf")
    model = model_of(models_dir, "a")
    path.unlink()
    with pytest.raises(CoterieError, match=r"could not be checked.*a\.gguf"):
        verify_model(model, models_dir)
