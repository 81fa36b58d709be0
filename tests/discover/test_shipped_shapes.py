"""The shapes that come with the program, and what is recommended by them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.discover.catalog import SHIPPED_CATALOG, read_catalog
from app.discover.predicting import PredictingMachine
from app.discover.shipped_shapes import SHIPPED_SHAPES, read_shapes
from app.first_run_look import recommendation
from benchmarks.true_shapes.shipped import SHIPPED, shipped
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.gguf.reader import read_header
from runtime.placement.calibration import Calibration
from runtime.placement.hardware import Gpu, Hardware, Host
from runtime.placement.model_layout import model_layout

GB, GIB = 10**9, 1024**3
CATALOG = read_catalog(SHIPPED_CATALOG)
SHAPES = read_shapes()
HOST = Host(32 * GIB, 22 * GIB, 8, 62e9, 100e9, 3e9, frozenset({"AVX2"}))
RTX_4070 = Gpu("CUDA0", "RTX 4070", 12 * GIB, 11 * GIB, 380e9, 60e12, 24e9)


def machine(ram_gib: float, gpus: tuple[Gpu, ...] = (), disk_gib: int = 1000) -> PredictingMachine:
    host = replace(HOST, total_bytes=round(ram_gib * GIB), free_bytes=round(ram_gib * 0.8 * GIB))
    return PredictingMachine(Hardware(gpus, host), Calibration(), disk_gib * GIB)


def test_the_file_is_what_its_program_writes() -> None:
    assert SHIPPED_SHAPES.read_text(encoding="utf-8") == shipped()


@pytest.mark.parametrize("index", range(len(SHIPPED)), ids=[name for _, _, name in SHIPPED])
def test_a_shape_is_that_of_the_whole_file(index: int, tmp_path: Path) -> None:
    repo, mix, name = SHIPPED[index]
    write_header(SPECS[name], mix, tmp_path / "model.gguf")
    layout = model_layout(read_header(tmp_path / "model.gguf"))
    mine = SHAPES[index].layout
    assert SHAPES[index].repo == repo
    assert mine.shape.quantisation == mix
    assert mine.layers == layout.layers
    assert (mine.output, mine.input_bytes, mine.n_vocab) == (
        *(layout.output, layout.input_bytes, layout.n_vocab),
    )
    assert mine.file_bytes == pytest.approx(layout.file_bytes, rel=0.01)


def test_each_is_of_the_list_that_comes_with_the_program() -> None:
    assert all(CATALOG.rank(shape.repo) >= 0 for shape in SHAPES)


@pytest.mark.parametrize(
    ("ram_gib", "gpus", "disk_gib", "name"),
    [
        (8, (), 1000, "OLMoE-1B-7B"),
        (32, (), 1000, "Qwen3.6-35B-A3B"),
        (32, (), 10, "OLMoE-1B-7B"),
        (32, (RTX_4070,), 1000, "Qwen3.6-35B-A3B"),
        (2, (), 1000, None),
        (64, (), 1, None),
    ],
)
def test_the_ablest_that_is_quick_is_recommended(
    ram_gib: float, gpus: tuple[Gpu, ...], disk_gib: int, name: str | None
) -> None:
    found = recommendation(machine(ram_gib, gpus, disk_gib), SHAPES, CATALOG)
    assert (found.name if found else None) == name
    if found is not None:
        prediction = found.prediction
        assert prediction.decode_low < prediction.decode_tokens_per_s < prediction.decode_high
        assert 0 < found.parameters_active < found.parameters_total
        assert prediction.fit == "memory"


def test_a_file_that_can_not_be_read_recommends_nothing(tmp_path: Path) -> None:
    (tmp_path / "shapes.json").write_text("{")
    assert read_shapes(tmp_path / "shapes.json") == ()
    assert read_shapes(tmp_path / "none.json") == ()
    assert recommendation(machine(64), (), CATALOG) is None
