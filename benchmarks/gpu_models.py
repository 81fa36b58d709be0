"""The models of the GPU benchmark: random weights of true shape, written once and kept."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.writer import padded_bytes, planned, write_random

# Left free on the disk beside the files.
DISK_MARGIN_BYTES = 2 << 30


@dataclass(frozen=True)
class BenchModel:
    """`n_layer` None is the whole model, else its first layers."""

    spec_name: str
    mix: str
    n_layer: int | None = None

    @property
    def name(self) -> str:
        slice_of = f"-{self.n_layer}-layers" if self.n_layer else ""
        return f"{self.spec_name}-{self.mix}{slice_of}"

    @property
    def data_bytes(self) -> int:
        entries = planned(SPECS[self.spec_name], self.mix, self.n_layer).values()
        return sum(padded_bytes(*entry) for entry in entries)


# Three dense layers and four of experts: 32 GB, so that the experts outgrow most GPUs.
DEEPSEEK_SLICE = BenchModel("deepseek-v3", "Q4_K_M", 7)
MODELS = (
    BenchModel("qwen3-30b-a3b", "Q4_K_M"),
    BenchModel("gpt-oss-20b", "MXFP4"),
    DEEPSEEK_SLICE,
)
# Two layers in 460 MB: for a run whose figures mean nothing.
TINY = BenchModel("olmoe-1b-7b", "Q4_K_M", 2)


def chosen(names: list[str]) -> tuple[BenchModel, ...]:
    """The models that `names` name, by the model's name alone; all for none."""
    if not names:
        return MODELS
    by_name = {model.spec_name: model for model in (*MODELS, TINY)}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise ValueError(f"no model {unknown[0]}; there are {', '.join(by_name)}")
    return tuple(by_name[name] for name in names)


def written(model: BenchModel, folder: Path) -> Path:
    """The file of `model` in `folder`, made if it is not there; OSError without room for it."""
    path = folder / f"{model.name}.gguf"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < model.data_bytes + DISK_MARGIN_BYTES:
        needed = model.data_bytes / 1e9
        raise OSError(f"{folder} has no room for the {needed:.0f} GB of {model.name}")
    unfinished = path.with_suffix(".part")
    write_random(SPECS[model.spec_name], model.mix, unfinished, model.n_layer)
    unfinished.rename(path)
    return path
