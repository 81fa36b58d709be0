"""Writes the header of a model of true shape, with or without random weights after it."""

from __future__ import annotations

import os
from math import prod
from pathlib import Path

import gguf
import numpy as np

from benchmarks.true_shapes.metadata import add_metadata
from benchmarks.true_shapes.mixes import tensor_types
from benchmarks.true_shapes.random_blocks import tensor_data
from benchmarks.true_shapes.spec import ModelSpec, sliced
from benchmarks.true_shapes.tensors import Shape, tensors
from benchmarks.true_shapes.vocabulary import SPECIALS
from runtime.gguf.reader import DEFAULT_ALIGNMENT
from runtime.gguf.tensor_types import TensorType

Plan = dict[str, tuple[Shape, TensorType]]


def write_header(
    spec: ModelSpec, mix: str, path: Path, n_layer: int | None = None, with_vocabulary: bool = False
) -> None:
    """Write a file of the true size that holds only its header: the rest is a hole.

    With a vocabulary llama.cpp loads it too (with `no_alloc`); it takes a second more.
    """
    plan = planned(spec, mix, n_layer)
    data_offset = _write_head(
        sliced(spec, n_layer), mix, path, plan, with_vocabulary=with_vocabulary
    )
    os.truncate(path, data_offset + sum(padded_bytes(*entry) for entry in plan.values()))


def write_random(
    spec: ModelSpec, mix: str, path: Path, n_layer: int | None = None, seed: int = 1
) -> None:
    """Write the same with a vocabulary and random weights, which the engine loads and answers with.

    It never ends an answer by itself: special tokens have zeros in the output matrix.
    """
    plan = planned(spec, mix, n_layer)
    _write_head(sliced(spec, n_layer), mix, path, plan, with_vocabulary=True)
    with path.open("ab") as file:
        file.write(bytes(-file.tell() % DEFAULT_ALIGNMENT))
        for name, (shape, kind) in plan.items():
            begin = file.tell()
            for piece in tensor_data(name, kind, prod(shape), seed):
                file.write(piece)
            file.write(bytes(-file.tell() % DEFAULT_ALIGNMENT))
            assert file.tell() - begin == padded_bytes(shape, kind), name
    _silence_specials(path, plan)


def planned(spec: ModelSpec, mix: str, n_layer: int | None = None) -> Plan:
    """The tensors of the file in its order. A slice has the types of the whole model's layers."""
    types = tensor_types(spec, mix)
    return {name: (shape, types[name]) for name, shape in tensors(sliced(spec, n_layer)).items()}


def tensor_bytes(shape: Shape, kind: TensorType) -> int:
    return prod(shape) // kind.block_elements * kind.block_bytes


def padded_bytes(shape: Shape, kind: TensorType) -> int:
    """With the padding after the tensor."""
    size = tensor_bytes(shape, kind)
    return size + -size % DEFAULT_ALIGNMENT


def _write_head(spec: ModelSpec, mix: str, path: Path, plan: Plan, *, with_vocabulary: bool) -> int:
    """Write all that comes before the data; answers where the data begins."""
    writer = gguf.GGUFWriter(path, arch=spec.architecture)
    add_metadata(writer, spec, mix, with_vocabulary=with_vocabulary)
    for name, (shape, kind) in plan.items():
        writer.add_tensor_info(
            name,
            shape[::-1],
            np.dtype(np.float32),
            tensor_bytes(shape, kind),
            raw_dtype=gguf.GGMLQuantizationType(kind.number),
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    head_bytes = path.stat().st_size
    return head_bytes + -head_bytes % DEFAULT_ALIGNMENT


def _silence_specials(path: Path, plan: Plan) -> None:
    """Zero the first rows of the output matrix."""
    after = list(plan)[list(plan).index("output.weight") :]
    row_shape, kind = plan["output.weight"]
    with path.open("r+b") as file:
        file.seek(-sum(padded_bytes(*plan[name]) for name in after), os.SEEK_END)
        file.write(bytes(tensor_bytes((row_shape[0], len(SPECIALS)), kind)))
