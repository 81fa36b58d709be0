"""The shapes of a few well-known models that come with the program: predictions without a hub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path

import msgspec

from app.json_file import Unreadable, read_json
from runtime.gguf.file_types import FILE_TYPES
from runtime.gguf.header import GgufHeader, TensorInfo
from runtime.gguf.tensor_types import TENSOR_TYPES
from runtime.placement.model_layout import ModelLayout, model_layout

SHIPPED_SHAPES = Path(__file__).resolve().parents[2] / "assets" / "shapes.json"
GGUF_VERSION = 3
_TYPES = {kind.name: kind for kind in TENSOR_TYPES.values()}
_FILE_TYPES = {name: number for number, name in FILE_TYPES.items()}


class TensorGroup(msgspec.Struct, frozen=True, array_like=True):
    """Tensors alike but for their block. `blocks` are as in "0-5,8"; "" is one outside of blocks.

    In `name` the block stands as an asterisk.
    """

    name: str
    type: str
    shape: tuple[int, ...]
    blocks: str = ""


class ShippedShape(msgspec.Struct, frozen=True):
    """One quantisation of one model. `metadata` has the numbers under the architecture's keys."""

    repo: str
    quantisation: str
    architecture: str
    metadata: dict[str, int | float | str | bool | tuple[int, ...]]
    tensors: tuple[TensorGroup, ...]


class _File(msgspec.Struct, frozen=True):
    models: tuple[ShippedShape, ...] = ()


@dataclass(frozen=True)
class ShippedModel:
    """What a prediction is made from, and what it would be called on the hub."""

    repo: str
    quantisation: str
    layout: ModelLayout


def read_shapes(path: Path = SHIPPED_SHAPES) -> tuple[ShippedModel, ...]:
    """All of them; none where the file cannot be read."""
    try:
        stored = read_json(path, _File) or _File()
    except Unreadable:
        return ()
    return tuple(
        ShippedModel(shape.repo, shape.quantisation, model_layout(header_of(shape)))
        for shape in stored.models
    )


def header_of(shape: ShippedShape) -> GgufHeader:
    """The header that the model's file would have, without its vocabulary."""
    metadata = {f"{shape.architecture}.{key}": value for key, value in shape.metadata.items()}
    metadata["general.architecture"] = shape.architecture
    metadata["general.file_type"] = _FILE_TYPES[shape.quantisation]
    tensors = tuple(_placed(shape.tensors))
    return GgufHeader(GGUF_VERSION, metadata, tensors, 0, sum(tensor.bytes for tensor in tensors))


def _placed(groups: tuple[TensorGroup, ...]) -> Iterator[TensorInfo]:
    offset = 0
    for group in groups:
        kind = _TYPES[group.type]
        size_bytes = prod(group.shape) // kind.block_elements * kind.block_bytes
        for name in _names(group):
            yield TensorInfo(name, group.shape, kind, offset, size_bytes)
            offset += size_bytes


def _names(group: TensorGroup) -> Iterator[str]:
    if not group.blocks:
        yield group.name
        return
    for part in group.blocks.split(","):
        first, _, last = part.partition("-")
        for block in range(int(first), int(last or first) + 1):
            yield group.name.replace("*", str(block))
