"""The tiny model that parts of the engine are tried on: two layers of Q4_1 experts, always alike.

It has what crashed before: AMX takes Q4_1 matrices whose sides are multiples of 32
(ggml-cpu/amx/amx.cpp of v0.5.0), so those of attention and the output are Q4_1 as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np

N_VOCAB = 256
N_LAYER = 2
N_EMBD = 256
N_FF = 256
N_HEAD = 4
N_EXPERT, N_USED = 4, 2
N_CTX = 256
_SEED = 20261126
_ARCHITECTURE = "llama"


def write_trial_model(path: Path) -> None:
    """Write it to `path`; half a megabyte and some milliseconds."""
    writer = gguf.GGUFWriter(path, arch=_ARCHITECTURE)
    try:
        _add_metadata(writer)
        random = np.random.default_rng(_SEED)
        for name, shape in _shapes():
            _add_tensor(writer, name, random.standard_normal(shape, dtype=np.float32))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()


def _add_metadata(writer: gguf.GGUFWriter) -> None:
    # It is given token numbers only, so it needs no tokenizer.
    writer.add_tokenizer_model("no_vocab")
    writer.add_vocab_size(N_VOCAB)
    writer.add_block_count(N_LAYER)
    writer.add_context_length(N_CTX)
    writer.add_embedding_length(N_EMBD)
    writer.add_feed_forward_length(N_FF)
    writer.add_head_count(N_HEAD)
    writer.add_head_count_kv(N_HEAD)
    writer.add_rope_dimension_count(N_EMBD // N_HEAD)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_expert_count(N_EXPERT)
    writer.add_expert_used_count(N_USED)


def _shapes() -> Iterator[tuple[str, tuple[int, ...]]]:
    """Names and numpy shapes."""
    yield "token_embd.weight", (N_VOCAB, N_EMBD)
    yield "output_norm.weight", (N_EMBD,)
    yield "output.weight", (N_VOCAB, N_EMBD)
    for layer in range(N_LAYER):
        stem = f"blk.{layer}."
        yield f"{stem}attn_norm.weight", (N_EMBD,)
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            yield f"{stem}{part}.weight", (N_EMBD, N_EMBD)
        yield f"{stem}ffn_norm.weight", (N_EMBD,)
        yield f"{stem}ffn_gate_inp.weight", (N_EXPERT, N_EMBD)
        yield f"{stem}ffn_gate_exps.weight", (N_EXPERT, N_FF, N_EMBD)
        yield f"{stem}ffn_up_exps.weight", (N_EXPERT, N_FF, N_EMBD)
        yield f"{stem}ffn_down_exps.weight", (N_EXPERT, N_EMBD, N_FF)


def _add_tensor(writer: gguf.GGUFWriter, name: str, values: np.ndarray) -> None:
    if values.ndim == 1:  # a norm is near 1
        writer.add_tensor(name, 1 + values / 10)
        return
    weights = values / np.float32(values.shape[-1] ** 0.5)
    # A router's choice must not hang on rounding: two parts that differ there differ in all else.
    if "ffn_gate_inp" in name:
        writer.add_tensor(name, weights * 4)
        return
    kind = gguf.GGMLQuantizationType.Q4_1
    writer.add_tensor(name, gguf.quants.quantize(weights, kind), raw_dtype=kind)
