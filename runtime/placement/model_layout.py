"""A model as a placement sees it: how many bytes of what each layer holds, from its header."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from runtime.gguf.header import GgufHeader, TensorInfo
from runtime.gguf.model_shape import ModelShape, model_shape
from runtime.gguf.tensor_classes import TensorClass, block_of, tensor_class
from runtime.placement.kv_layout import KvLayer, kv_layers

# The output layer is told apart from the first by this place behind all blocks.
INPUT_BLOCK = -1


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor that the engine loads. `block` is its layer, `INPUT_BLOCK`, or `n_layer` for the
    output. `offset` and `part` say where it lies in which file.
    """

    name: str
    kind: TensorClass
    block: int
    bytes: int
    elements: int
    type_name: str
    n_rows: int
    n_dims: int
    part: int
    offset: int


@dataclass(frozen=True, slots=True)
class WeightBytes:
    """Weights by what they are; `other` is embeddings, output, routers and norms."""

    attention: int = 0
    dense: int = 0
    shared_experts: int = 0
    routed_experts: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        return self.attention + self.dense + self.shared_experts + self.routed_experts + self.other


def summed(parts: Iterable[WeightBytes]) -> WeightBytes:
    """All of `parts` together."""
    found = tuple(parts)
    return WeightBytes(
        sum(part.attention for part in found),
        sum(part.dense for part in found),
        sum(part.shared_experts for part in found),
        sum(part.routed_experts for part in found),
        sum(part.other for part in found),
    )


def weight_bytes(tensors: Iterable[Tensor]) -> WeightBytes:
    """The bytes of `tensors` by what they are."""
    sizes: dict[str, int] = {}
    for tensor in tensors:
        group = tensor.kind if tensor.kind in _OWN_GROUP else "other"
        sizes[group] = sizes.get(group, 0) + tensor.bytes
    return WeightBytes(**sizes)


_OWN_GROUP = frozenset({"attention", "dense", "shared_experts", "routed_experts"})


@dataclass(frozen=True)
class Layer:
    """One block: bytes by class, and what of its routed experts one token reads.

    `routed_types` are the types of its routed experts with their bytes, largest first.
    """

    index: int
    weights: WeightBytes
    routed_types: tuple[tuple[str, int], ...]
    resident_elements: int
    routed_elements: int
    kv: KvLayer

    @property
    def routed_bytes(self) -> int:
        return self.weights.routed_experts

    @property
    def resident_bytes(self) -> int:
        """All but the routed experts: what every token reads."""
        return self.weights.total - self.weights.routed_experts


@dataclass(frozen=True)
class ModelLayout:
    """`layers` are those the engine runs: blocks that predict further tokens (MTP) are not loaded.

    `input_bytes` is what always stays on the host (embeddings); `output_bytes` goes where the
    last layer goes. `is_latent` says that attention keeps one compressed row for keys and values
    (MLA). With `tied_output` the engine makes a second copy of the embeddings for the
    output when that is on another device.
    """

    shape: ModelShape
    tensors: tuple[Tensor, ...]
    layers: tuple[Layer, ...]
    output: WeightBytes
    n_vocab: int
    n_head: int
    n_ff: int
    n_ff_expert: int
    is_latent: bool
    input_bytes: int
    output_bytes: int
    output_elements: int
    tied_output: bool
    file_bytes: int
    n_parts: int
    mtp_bytes: int

    @property
    def n_layer(self) -> int:
        """Blocks counted as llama.cpp counts them for n_gpu_layers: MTP blocks included."""
        return self.shape.n_layer

    @property
    def expert_layers(self) -> tuple[int, ...]:
        """Layers that have routed experts, first to last."""
        return tuple(layer.index for layer in self.layers if layer.routed_bytes)

    @cached_property
    def kinds(self) -> tuple[int, ...]:
        """For each layer the first one like it: there are few, so sums over them are quick."""
        first: dict[object, int] = {}
        return tuple(
            first.setdefault(
                (
                    *(layer.weights, layer.routed_types, layer.kv),
                    *(layer.resident_elements, layer.routed_elements),
                ),
                layer.index,
            )
            for layer in self.layers
        )

    @property
    def has_dense_ffn(self) -> bool:
        return any(layer.weights.dense for layer in self.layers)

    @property
    def active_fraction(self) -> float:
        """What share of a layer's routed experts one token uses."""
        shape = self.shape
        return shape.expert_used_count / shape.expert_count if shape.expert_count else 0.0


def model_layout(header: GgufHeader) -> ModelLayout:
    """The layout of the model with `header`. CoterieError as `model_shape` raises it."""
    shape = model_shape(header)
    n_run = shape.n_layer - shape.n_layer_nextn
    kv = kv_layers(header, shape)
    tensors, mtp_bytes = _tensors(header, shape, n_run)
    by_name = {tensor.name: tensor for tensor in tensors}
    embeddings = by_name.get("token_embd.weight")
    tied = "output.weight" not in by_name and embeddings is not None
    output_bytes = sum(t.bytes for t in tensors if t.block == shape.n_layer)
    number = _Numbers(header, shape.architecture)
    blocks: dict[int, list[Tensor]] = {}
    for tensor in tensors:
        blocks.setdefault(tensor.block, []).append(tensor)
    return ModelLayout(
        shape=shape,
        tensors=tensors,
        layers=tuple(_layer(i, kv[i], blocks.get(i, [])) for i in range(n_run)),
        output=weight_bytes(blocks.get(shape.n_layer, [])),
        n_vocab=embeddings.n_rows if embeddings else 0,
        n_head=number.of("attention.head_count"),
        n_ff=number.of("feed_forward_length"),
        n_ff_expert=number.of("expert_feed_forward_length") or number.of("feed_forward_length"),
        is_latent=number.of("attention.key_length_mla") > 0,
        input_bytes=sum(t.bytes for t in tensors if t.block == INPUT_BLOCK),
        output_bytes=output_bytes + (embeddings.bytes if tied and embeddings else 0),
        output_elements=sum(t.elements for t in tensors if t.block == shape.n_layer)
        + (embeddings.elements if tied and embeddings else 0),
        tied_output=tied,
        file_bytes=header.file_bytes,
        n_parts=max((t.part for t in tensors), default=0) + 1,
        mtp_bytes=mtp_bytes,
    )


class _Numbers:
    """Whole numbers of the header that may be missing, one or a list; 0 then, or the largest."""

    def __init__(self, header: GgufHeader, architecture: str) -> None:
        self._header, self._architecture = header, architecture

    def of(self, key: str) -> int:
        value = self._header.metadata.get(f"{self._architecture}.{key}")
        if isinstance(value, tuple):
            return max((int(v) for v in value if isinstance(v, int)), default=0)
        return value if isinstance(value, int) else 0


def _tensors(header: GgufHeader, shape: ModelShape, n_run: int) -> tuple[tuple[Tensor, ...], int]:
    """What the engine loads, and the bytes of the MTP blocks that it leaves out."""
    found, mtp_bytes = [], 0
    for info in header.tensors:
        block = block_of(info.name)
        if block is not None and block >= n_run:
            mtp_bytes += info.bytes
            continue
        found.append(_tensor(info, block, shape.n_layer))
    return tuple(found), mtp_bytes


def _tensor(info: TensorInfo, block: int | None, output_block: int) -> Tensor:
    kind = tensor_class(info.name)
    if block is None:
        block = INPUT_BLOCK if kind == "embedding" else output_block
    return Tensor(
        info.name,
        kind,
        block,
        info.bytes,
        info.elements,
        info.type.name,
        info.shape[1] if len(info.shape) > 1 else 1,
        len(info.shape),
        info.part,
        info.offset,
    )


def _layer(index: int, kv: KvLayer, tensors: list[Tensor]) -> Layer:
    routed = [tensor for tensor in tensors if tensor.kind == "routed_experts"]
    by_type: dict[str, int] = {}
    for tensor in routed:
        by_type[tensor.type_name] = by_type.get(tensor.type_name, 0) + tensor.bytes
    routed_elements = sum(tensor.elements for tensor in routed)
    return Layer(
        index,
        weight_bytes(tensors),
        tuple(sorted(by_type.items(), key=lambda item: -item[1])),
        sum(tensor.elements for tensor in tensors) - routed_elements,
        routed_elements,
        kv,
    )
