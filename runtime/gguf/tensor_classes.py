"""What each tensor of a model is for, by its name: attention, experts, embeddings and so on."""

from __future__ import annotations

import re
from typing import Literal

TensorClass = Literal[
    "embedding",
    "output",
    "attention",
    "dense",
    "shared_experts",
    "routed_experts",
    "router",
    "mtp",
    "norm",
    "other",
]

_BLOCK = re.compile(r"blk\.(\d+)\.(.+)")
# The part of a name after `blk.N.`, as `src/llama-arch.cpp` of v0.5.0 spells them. The order
# counts: the first that matches says the class.
_IN_BLOCK: tuple[tuple[str, TensorClass], ...] = (
    (r"nextn\.", "mtp"),
    (r"ffn_(?:gate|up|down|gate_up)(?:_exps|_chexps|\.\d+)\.", "routed_experts"),
    (r"ffn_\w+_shexp\.", "shared_experts"),
    (r"ffn_gate_inp|exp_probs_b|ffn_gate_tid2eid", "router"),
    (r"\w*_norm(?:_\d+)?\.", "norm"),
    # Linear attention, recurrent state and convolutions stand where attention would.
    (r"attn_|ssm_|shortconv\.|time_mix_|indexer[._]|altup_|laurel_", "attention"),
    (r"ffn_|channel_mix_|cross_attn_", "dense"),
)
_OUTSIDE: dict[str, TensorClass] = {
    "token_embd": "embedding",
    "token_types": "embedding",
    "position_embd": "embedding",
    "per_layer_token_embd": "embedding",
    "output": "output",
    "cls": "output",
}


def block_of(name: str) -> int | None:
    """The layer a tensor belongs to, None for one outside the layers."""
    match = _BLOCK.match(name)
    return int(match[1]) if match else None


def tensor_class(name: str) -> TensorClass:
    """The class of the tensor `name`. Blocks that only predict further tokens are not known by
    name: whoever knows the number of layers calls theirs "mtp".
    """
    match = _BLOCK.match(name)
    if match is None:
        stem = name.partition(".")[0]
        return "norm" if stem.endswith("_norm") else _OUTSIDE.get(stem, "other")
    for pattern, kind in _IN_BLOCK:
        if re.match(pattern, match[2]):
            return kind
    return "other"
