"""A tiny model whose routing NumPy can compute: nothing but the token reaches a router.

The output of attention and of every expert is zero, so what layer i routes is its norm of the
token's own embedding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import gguf
import numpy as np

from tests.models.tiny import TINY_MODELS, write_tiny
from tests.models.tiny_architectures import N_EXPERT, N_EXPERT_USED

SOURCE = TINY_MODELS["qwen3moe"]
EPSILON = 1e-5
TEMPLATE = "{% for message in messages %}{{ message.content }}{% endfor %}"
# No merge of the tokenizer joins two of these, so each is one token.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
# Of the logits of the last expert picked and the first one not: F32 sums differ by 1e-5.
LEAST_GAP = 1e-4


@dataclass(frozen=True)
class KnownRouter:
    """The model's file, and for each layer and token of the vocabulary the experts it goes to."""

    path: Path
    picks: np.ndarray

    @property
    def n_layers(self) -> int:
        return self.picks.shape[0]


def write_known_router(folder: Path) -> KnownRouter:
    """Write the model into `folder`, and work out its routing."""
    TINY_MODELS["known-router"] = replace(SOURCE, name="known-router", chat_template=TEMPLATE)
    try:
        path = write_tiny(folder, "known-router")
    finally:
        del TINY_MODELS["known-router"]
    _silence(path)
    return KnownRouter(path, _picks(path))


def token_ids(text: str) -> list[int]:
    """The tokens of text in which each character is one, as in an answer of these models."""
    tokens = SOURCE.tokenizer().tokens
    return [tokens.index(letter) for letter in text.replace(" ", "\u0120")]


def _silence(path: Path) -> None:
    """Make the output of attention and of the experts zero, in place."""
    reader = gguf.GGUFReader(path, "r+")
    for tensor in reader.tensors:
        if "attn_output." in tensor.name or "ffn_down_exps." in tensor.name:
            tensor.data[:] = 0
    reader.data.flush()


def _picks(path: Path) -> np.ndarray:
    """By layer, token and pick, in the order of the router's preference."""
    weights = {tensor.name: tensor.data for tensor in gguf.GGUFReader(path).tensors}
    embeddings = weights["token_embd.weight"].astype(np.float64)
    normal = embeddings / np.sqrt((embeddings**2).mean(axis=1, keepdims=True) + EPSILON)
    picks = []
    for layer in range(SOURCE.n_layer):
        seen = normal * weights[f"blk.{layer}.ffn_norm.weight"]
        logits = seen @ weights[f"blk.{layer}.ffn_gate_inp.weight"].astype(np.float64).T
        assert logits.shape[1] == N_EXPERT
        order = np.argsort(-logits, axis=1)
        ranked = np.take_along_axis(logits, order, axis=1)
        assert (ranked[:, N_EXPERT_USED - 1] - ranked[:, N_EXPERT_USED]).min() > LEAST_GAP
        picks.append(order[:, :N_EXPERT_USED])
    return np.array(picks)
