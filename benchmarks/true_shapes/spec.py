"""What decides the names, shapes and types of a model's tensors, and how to cut a slice of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Value = int | float | bool | str | tuple[int, ...]
# deepseek2.cpp takes a model of so many layers for DeepSeek-V2-Lite, which has no q_lora_rank.
_LITE_LAYERS = (26, 27)


@dataclass(frozen=True)
class Published:
    """What others say of the model's files, to check a spec against.

    `file_bytes` is by mix. `active` is 0 where what was published has one digit, as in "A3B". Some
    publishers leave the token embedding out of what is active, since a token reads one row of it.
    """

    total: float
    active: float
    file_bytes: Mapping[str, float]
    active_counts_embedding: bool = True


@dataclass(frozen=True)
class Mla:
    """Multi-head latent attention: ranks and, for each head, lengths."""

    q_lora: int
    kv_lora: int
    rope: int
    nope: int
    value: int


@dataclass(frozen=True)
class LinearAttention:
    """Gated delta nets in every layer but each `interval`-th."""

    d_conv: int
    d_state: int
    n_group: int
    dt_rank: int
    interval: int


@dataclass(frozen=True)
class ModelSpec:
    """One model. `n_layer` counts no multi-token-prediction blocks: those are `n_layer_nextn`.

    `n_head_kv` is the header's (1 with latent attention), `n_ff` that of dense layers (or of the
    experts where the architecture has no other), `n_ff_shared` that of all shared experts. With
    `rope_freqs` the file holds factors for the rotation. `own` has further metadata under the
    architecture's prefix.
    """

    name: str
    title: str
    architecture: str
    published: Published
    n_layer: int
    n_embd: int
    n_vocab: int
    n_ctx_train: int
    n_head: int
    n_head_kv: int
    head: int
    rms_epsilon: float
    rope_freq_base: float
    n_ff: int = 0
    n_layer_nextn: int = 0
    n_layer_dense: int = 0
    n_expert: int = 0
    n_expert_used: int = 0
    n_ff_expert: int = 0
    n_ff_shared: int = 0
    rope_freqs: bool = False
    mla: Mla | None = None
    linear: LinearAttention | None = None
    own: Mapping[str, Value] = field(default_factory=dict)

    @property
    def n_block(self) -> int:
        """All blocks, those for multi-token prediction included, as `block_count` says."""
        return self.n_layer + self.n_layer_nextn


def sliced(spec: ModelSpec, n_layer: int | None) -> ModelSpec:
    """The model's first `n_layer` layers, without multi-token prediction; all of it for None."""
    if n_layer is None:
        return spec
    if not 0 < n_layer <= spec.n_layer:
        raise ValueError(f"{spec.name} has {spec.n_layer} layers")
    if spec.architecture == "deepseek2" and n_layer in _LITE_LAYERS:
        raise ValueError(f"llama.cpp takes a deepseek2 of {n_layer} layers for DeepSeek-V2-Lite")
    return replace(spec, n_layer=n_layer, n_layer_nextn=0)
