"""Predictions for models that are not here: where they would live and whether they fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.discover.layout_cache import LayoutCache
from app.discover.predicting import PredictingMachine, largest_scale, predicted
from app.discover.prediction_queue import shape_of
from app.discover.state import Fit
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import write_header
from runtime.gguf.split_files import read_model
from runtime.placement.calibration import Calibration
from runtime.placement.model_layout import ModelLayout, model_layout
from tests.discover.offers import GIB, model
from tests.placement.machines import machine

QWEN = ("qwen3-30b-a3b", "Q4_K_M")
DEEPSEEK = ("deepseek-v3", "Q4_K_M")


@pytest.fixture(scope="module")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], ModelLayout]:
    folder = tmp_path_factory.mktemp("headers")
    found = {}
    for spec, mix in (QWEN, DEEPSEEK):
        path = folder / f"{spec}.gguf"
        write_header(SPECS[spec], mix, path)
        found[spec, mix] = model_layout(read_model(path))
    return found


@pytest.mark.parametrize(
    ("which", "gpus", "ram_gib", "fit"),
    [
        (QWEN, ("RTX 4090",), 64, "memory"),
        (QWEN, (), 64, "memory"),
        (QWEN, (), 16, "disk"),
        (DEEPSEEK, (), 16, "disk_very_slow"),
        (DEEPSEEK, ("RTX 4090",), 512, "memory"),
    ],
)
def test_fit(
    layouts: dict[tuple[str, str], ModelLayout],
    which: tuple[str, str],
    gpus: tuple[str, ...],
    ram_gib: float,
    fit: Fit,
) -> None:
    layout = layouts[which]
    here = PredictingMachine(machine(*gpus, ram_gib=ram_gib), Calibration(), 100 * GIB)
    found = predicted(layout, here)
    assert found.fit == fit
    assert bool(found.gpu_bytes) == bool(gpus)
    assert (found.disk_bytes > 0) == fit.startswith("disk")
    assert (found.spare_bytes > 0) == (fit == "memory")
    whole = found.gpu_bytes + found.ram_bytes + found.disk_bytes
    assert layout.shape.file_bytes < whole < 1.35 * layout.shape.file_bytes
    assert found.decode_low < found.decode_tokens_per_s < found.decode_high
    assert largest_scale([found, found]) == whole


def test_ram_in_use_by_a_model_on_disk_is_no_more_than_is_free(
    layouts: dict[tuple[str, str], ModelLayout],
) -> None:
    here = PredictingMachine(machine(ram_gib=16), Calibration(), 100 * GIB)
    found = predicted(layouts[QWEN], here)
    assert found.ram_bytes <= here.hardware.host.free_bytes


def test_runs_on_this_machine_count(layouts: dict[tuple[str, str], ModelLayout]) -> None:
    plain = PredictingMachine(machine(), Calibration(), 0)
    twice = PredictingMachine(machine(), Calibration(decode=2.0, runs=3), 0)
    before, after = predicted(layouts[QWEN], plain), predicted(layouts[QWEN], twice)
    assert after.decode_tokens_per_s == pytest.approx(2 * before.decode_tokens_per_s)
    assert (before.calibrated, after.calibrated) == (False, True)


def test_the_context_asked_for_counts(layouts: dict[tuple[str, str], ModelLayout]) -> None:
    short = PredictingMachine(machine(), Calibration(), 0, n_ctx=2048)
    long = PredictingMachine(machine(), Calibration(), 0, n_ctx=32768)
    found = predicted(layouts[QWEN], short), predicted(layouts[QWEN], long)
    assert [one.n_ctx for one in found] == [2048, 32768]
    assert found[0].ram_bytes < found[1].ram_bytes


def test_memory_and_line() -> None:
    here = PredictingMachine(machine("RTX 4070", ram_gib=32), Calibration(), 412 * GIB)
    assert 35 * GIB < here.memory_bytes < 41 * GIB
    assert here.line.gpus[0][0].startswith("RTX 4070")
    assert (here.line.ram_bytes, here.line.disk_free_bytes) == (32 * GIB, 412 * GIB)


def test_shape(layouts: dict[tuple[str, str], ModelLayout]) -> None:
    found = shape_of(layouts[DEEPSEEK])
    assert (found.expert_count, found.expert_used_count, found.shared_experts) == (256, 8, 1)
    assert found.parameters_active < found.parameters_total / 10


def test_layouts_are_kept_by_commit(
    tmp_path: Path, layouts: dict[tuple[str, str], ModelLayout]
) -> None:
    cache = LayoutCache(tmp_path / "hub")
    file, layout = model("Q4_K_M", GIB), layouts[QWEN]
    assert cache.get("o/n", "a" * 40, file) is None
    cache.put("o/n", "a" * 40, file, layout)
    again = LayoutCache(tmp_path / "hub")
    assert again.get("o/n", "a" * 40, file) == layout
    assert again.get("o/n", "b" * 40, file) is None
    assert again.get("o/n", "a" * 40, model("Q4_K_M", GIB + 1)) is None
    kept = next((tmp_path / "hub").glob("*.layout"))
    kept.write_bytes(kept.read_bytes()[:-9])
    assert again.get("o/n", "a" * 40, file) is None


def test_a_cache_that_cannot_be_written_costs_only_time(
    tmp_path: Path, layouts: dict[tuple[str, str], ModelLayout]
) -> None:
    (tmp_path / "hub").write_text("a file where the folder should be")
    cache = LayoutCache(tmp_path / "hub")
    cache.put("o/n", "a" * 40, model("Q4_K_M", GIB), layouts[QWEN])
    assert cache.get("o/n", "a" * 40, model("Q4_K_M", GIB)) is None
