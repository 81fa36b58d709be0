"""`python -m benchmarks.true_shapes.shipped`: writes assets/shapes.json from the true shapes."""

from __future__ import annotations

import json
from collections.abc import Iterable

from app.discover.shipped_shapes import SHIPPED_SHAPES
from benchmarks.true_shapes.metadata import own_metadata
from benchmarks.true_shapes.mixes import tensor_types
from benchmarks.true_shapes.spec import ModelSpec
from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.tensors import Shape, block_of, tensors

NOTE = (
    "The shapes of well-known models, so that the first start can predict their speed without "
    "asking anybody. Written by python -m benchmarks.true_shapes.shipped; where each shape is from "
    "stands in the specs there. What the hub's file says goes before this."
)
# Repositories of assets/catalog.json with the quantisation that their publishers recommend, and
# the name of the shape.
SHIPPED = (
    ("allenai/OLMoE-1B-7B-0125-Instruct-GGUF", "Q4_K_M", "olmoe-1b-7b"),
    ("ggml-org/gpt-oss-20b-GGUF", "MXFP4", "gpt-oss-20b"),
    ("unsloth/Qwen3-30B-A3B-Instruct-2507-GGUF", "Q4_K_M", "qwen3-30b-a3b"),
    ("unsloth/Qwen3.6-35B-A3B-GGUF", "Q4_K_M", "qwen3.6-35b-a3b"),
    ("unsloth/GLM-4.5-Air-GGUF", "Q4_K_M", "glm-4.5-air"),
    ("ggml-org/gpt-oss-120b-GGUF", "MXFP4", "gpt-oss-120b"),
    ("Qwen/Qwen3-235B-A22B-GGUF", "Q4_K_M", "qwen3-235b-a22b"),
    ("unsloth/DeepSeek-V3-0324-GGUF", "Q4_K_M", "deepseek-v3"),
)


def shipped() -> str:
    """The file's text, a line for each group of tensors."""
    models = ",\n".join(_model(repo, mix, SPECS[name]) for repo, mix, name in SHIPPED)
    return f'{{\n"note": {json.dumps(NOTE)},\n"models": [\n{models}\n]\n}}\n'


def _model(repo: str, mix: str, spec: ModelSpec) -> str:
    head = {
        "repo": repo,
        "quantisation": mix,
        "architecture": spec.architecture,
        "metadata": own_metadata(spec),
    }
    groups = ",\n".join(json.dumps(group) for group in _groups(spec, mix))
    return f'{json.dumps(head)[:-1]}, "tensors": [\n{groups}\n]}}'


def _groups(spec: ModelSpec, mix: str) -> list[list[object]]:
    types = tensor_types(spec, mix)
    blocks: dict[tuple[str, str, Shape], list[int]] = {}
    for name, shape in tensors(spec).items():
        block = block_of(name)
        pattern = name.replace(f"blk.{block}.", "blk.*.") if block >= 0 else name
        blocks.setdefault((pattern, types[name].name, shape), []).append(block)
    return [
        [name, kind, list(shape), *([_ranges(found)] if found != [-1] else [])]
        for (name, kind, shape), found in blocks.items()
    ]


def _ranges(blocks: Iterable[int]) -> str:
    """As "0-5,8,10-11"."""
    runs: list[list[int]] = []
    for block in blocks:
        if runs and block == runs[-1][1] + 1:
            runs[-1][1] = block
        else:
            runs.append([block, block])
    return ",".join(f"{a}-{b}" if a != b else f"{a}" for a, b in runs)


if __name__ == "__main__":
    SHIPPED_SHAPES.write_text(shipped(), encoding="utf-8")
