"""Split models: one model from several files, and what is said when some are missing."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from runtime.errors import CoterieError
from runtime.gguf.model_shape import model_shape
from runtime.gguf.split_files import first_part, model_stem, part_paths, read_model
from runtime.gguf.values import ValueType
from tests.gguf import crafted


def split_pairs(index: int, count: int) -> tuple[bytes, ...]:
    return (
        crafted.pair("split.no", ValueType.UINT16, struct.pack("<H", index)),
        crafted.pair("split.count", ValueType.UINT16, struct.pack("<H", count)),
    )


def write_split(folder: Path, stem: str = "Big-Q4_K_M", count: int = 3) -> list[Path]:
    """A model whose first part has the metadata and no tensors, as gguf-split can write it."""
    paths = []
    for index in range(count):
        pairs = split_pairs(index, count) + (crafted.MODEL_PAIRS if index == 0 else ())
        tensors = (crafted.tensor(f"blk.{index}.attn_norm.weight", (8,)),) if index else ()
        path = folder / f"{stem}-{index + 1:05d}-of-{count:05d}.gguf"
        path.write_bytes(crafted.gguf(pairs, tensors, data_bytes=32))
        paths.append(path)
    return paths


@pytest.mark.parametrize("given", [0, 1, 2])
def test_any_part_stands_for_the_whole(given: int, tmp_path: Path) -> None:
    paths = write_split(tmp_path)
    header = read_model(paths[given])
    assert [(tensor.name, tensor.part) for tensor in header.tensors] == [
        ("blk.1.attn_norm.weight", 1),
        ("blk.2.attn_norm.weight", 2),
    ]
    assert header.file_bytes == sum(path.stat().st_size for path in paths)
    assert model_shape(header).parameters_total == 16
    assert first_part(paths[given]) == paths[0]
    assert model_stem(paths[given]) == "Big-Q4_K_M"


def test_missing_parts_are_named(tmp_path: Path) -> None:
    paths = write_split(tmp_path)
    paths[1].unlink()
    with pytest.raises(CoterieError) as caught:
        read_model(paths[0])
    problem = caught.value.problem
    assert problem.message == f"2 of its 3 files are here; missing: {paths[1].name}."
    assert "same folder" in problem.remedy


def test_many_missing_parts_are_counted(tmp_path: Path) -> None:
    paths = write_split(tmp_path, count=12)
    for path in paths[1:]:
        path.unlink()
    with pytest.raises(CoterieError, match=r"1 of its 12 files are here.* and 6 more"):
        read_model(paths[0])


def test_a_part_cut_short(tmp_path: Path) -> None:
    paths = write_split(tmp_path)
    paths[2].write_bytes(paths[2].read_bytes()[:-8])
    with pytest.raises(CoterieError, match="ends early"):
        read_model(paths[0])


def test_a_part_of_another_model(tmp_path: Path) -> None:
    paths = write_split(tmp_path)
    paths[2].write_bytes(paths[1].read_bytes())
    with pytest.raises(CoterieError, match="Part 3 of 3 does not belong"):
        read_model(paths[0])


def test_a_renamed_part_cannot_find_the_others(tmp_path: Path) -> None:
    renamed = write_split(tmp_path)[0].rename(tmp_path / "model.gguf")
    with pytest.raises(CoterieError, match="part 1 of 3"):
        read_model(renamed)


def test_a_name_that_only_looks_like_a_part(tmp_path: Path) -> None:
    path = tmp_path / "odd-00007-of-00003.gguf"
    path.write_bytes(crafted.gguf())
    assert part_paths(path) == (path,)
    assert len(read_model(path).tensors) == 1
