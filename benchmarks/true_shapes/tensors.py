"""The tensors of a model: names and shapes as `src/models/*.cpp` of llama.cpp v0.5.0 has them.

Shapes are in ggml's order: the first number is the length of a row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from benchmarks.true_shapes.spec import LinearAttention, Mla, ModelSpec

Shape = tuple[int, ...]
Tensors = Iterator[tuple[str, Shape]]

_BLOCK = re.compile(r"blk\.(\d+)\.")


def block_of(name: str) -> int:
    """The block a tensor belongs to, -1 for none."""
    match = _BLOCK.match(name)
    return int(match[1]) if match else -1


def tensors(spec: ModelSpec) -> dict[str, Shape]:
    """Every tensor, in the order in which llama-quantize writes them: by block, then by name."""
    found = dict(_all(spec))
    return {name: found[name] for name in sorted(found, key=lambda name: (block_of(name), name))}


def _all(spec: ModelSpec) -> Tensors:
    yield "token_embd.weight", (spec.n_embd, spec.n_vocab)
    yield "output_norm.weight", (spec.n_embd,)
    yield "output.weight", (spec.n_embd, spec.n_vocab)
    if spec.rope_freqs:
        yield "rope_freqs.weight", (spec.head // 2,)
    for layer in range(spec.n_block):
        for name, shape in _BLOCKS[spec.architecture](spec, layer):
            yield f"blk.{layer}.{name}", shape
        if layer >= spec.n_layer:
            for name, shape in _nextn(spec):
                yield f"blk.{layer}.nextn.{name}", shape


def _attention(spec: ModelSpec, *, gated: bool = False) -> Tensors:
    """With `gated`, the query tensor holds a gate for each head too."""
    yield "attn_norm.weight", (spec.n_embd,)
    yield "attn_q.weight", (spec.n_embd, spec.n_head * spec.head * (2 if gated else 1))
    yield "attn_k.weight", (spec.n_embd, spec.n_head_kv * spec.head)
    yield "attn_v.weight", (spec.n_embd, spec.n_head_kv * spec.head)
    yield "attn_output.weight", (spec.n_head * spec.head, spec.n_embd)


def _attention_biases(spec: ModelSpec) -> Tensors:
    yield "attn_q.bias", (spec.n_head * spec.head,)
    yield "attn_k.bias", (spec.n_head_kv * spec.head,)
    yield "attn_v.bias", (spec.n_head_kv * spec.head,)


def _head_norms(length: int) -> Tensors:
    yield "attn_q_norm.weight", (length,)
    yield "attn_k_norm.weight", (length,)


def _latent_attention(spec: ModelSpec, mla: Mla) -> Tensors:
    yield "attn_norm.weight", (spec.n_embd,)
    yield "attn_q_a.weight", (spec.n_embd, mla.q_lora)
    yield "attn_q_a_norm.weight", (mla.q_lora,)
    yield "attn_q_b.weight", (mla.q_lora, spec.n_head * (mla.nope + mla.rope))
    yield "attn_kv_a_mqa.weight", (spec.n_embd, mla.kv_lora + mla.rope)
    yield "attn_kv_a_norm.weight", (mla.kv_lora,)
    yield "attn_k_b.weight", (mla.nope, mla.kv_lora, spec.n_head)
    yield "attn_v_b.weight", (mla.kv_lora, mla.value, spec.n_head)
    yield "attn_output.weight", (spec.n_head * mla.value, spec.n_embd)


def _linear_attention(spec: ModelSpec, linear: LinearAttention) -> Tensors:
    values = linear.d_state * linear.dt_rank
    mixed = 2 * linear.d_state * linear.n_group + values
    yield "attn_norm.weight", (spec.n_embd,)
    yield "attn_qkv.weight", (spec.n_embd, mixed)
    yield "attn_gate.weight", (spec.n_embd, values)
    yield "ssm_conv1d.weight", (linear.d_conv, mixed)
    yield "ssm_dt.bias", (linear.dt_rank,)
    yield "ssm_a", (linear.dt_rank,)
    yield "ssm_beta.weight", (spec.n_embd, linear.dt_rank)
    yield "ssm_alpha.weight", (spec.n_embd, linear.dt_rank)
    yield "ssm_norm.weight", (linear.d_state,)
    yield "ssm_out.weight", (values, spec.n_embd)


def _feed_forward(spec: ModelSpec, n_ff: int, suffix: str = "") -> Tensors:
    yield f"ffn_gate{suffix}.weight", (spec.n_embd, n_ff)
    yield f"ffn_up{suffix}.weight", (spec.n_embd, n_ff)
    yield f"ffn_down{suffix}.weight", (n_ff, spec.n_embd)


def _experts(spec: ModelSpec) -> Tensors:
    n_ff = spec.n_ff_expert or spec.n_ff
    yield "ffn_gate_inp.weight", (spec.n_embd, spec.n_expert)
    for name, shape in _feed_forward(spec, n_ff, "_exps"):
        yield name, (*shape, spec.n_expert)


def _llama(spec: ModelSpec, _layer: int) -> Tensors:
    yield from _attention(spec)
    yield "ffn_norm.weight", (spec.n_embd,)
    yield from _experts(spec) if spec.n_expert else _feed_forward(spec, spec.n_ff)


def _qwen3moe(spec: ModelSpec, layer: int) -> Tensors:
    yield from _llama(spec, layer)
    yield from _head_norms(spec.head)


def _olmoe(spec: ModelSpec, layer: int) -> Tensors:
    yield from _llama(spec, layer)
    yield from _head_norms(spec.n_embd)


def _dense_or_shared_and_routed(spec: ModelSpec, layer: int) -> Tensors:
    if layer < spec.n_layer_dense:
        yield from _feed_forward(spec, spec.n_ff)
        return
    yield from _experts(spec)
    yield "exp_probs_b.bias", (spec.n_expert,)
    yield from _feed_forward(spec, spec.n_ff_shared, "_shexp")


def _deepseek2(spec: ModelSpec, layer: int) -> Tensors:
    assert spec.mla is not None
    yield from _latent_attention(spec, spec.mla)
    yield "ffn_norm.weight", (spec.n_embd,)
    yield from _dense_or_shared_and_routed(spec, layer)


def _glm4moe(spec: ModelSpec, layer: int) -> Tensors:
    yield from _attention(spec)
    yield from _attention_biases(spec)
    yield "post_attention_norm.weight", (spec.n_embd,)
    yield from _dense_or_shared_and_routed(spec, layer)


def _gpt_oss(spec: ModelSpec, _layer: int) -> Tensors:
    yield from _attention(spec)
    yield from _attention_biases(spec)
    yield "attn_output.bias", (spec.n_embd,)
    yield "attn_sinks.weight", (spec.n_head,)
    yield "post_attention_norm.weight", (spec.n_embd,)
    yield from _experts(spec)
    yield "ffn_gate_inp.bias", (spec.n_expert,)
    yield "ffn_gate_exps.bias", (spec.n_ff_expert, spec.n_expert)
    yield "ffn_up_exps.bias", (spec.n_ff_expert, spec.n_expert)
    yield "ffn_down_exps.bias", (spec.n_embd, spec.n_expert)


def _qwen35moe(spec: ModelSpec, layer: int) -> Tensors:
    assert spec.linear is not None
    if layer < spec.n_layer and (layer + 1) % spec.linear.interval:
        yield from _linear_attention(spec, spec.linear)
    else:
        yield from _attention(spec, gated=True)
        yield from _head_norms(spec.head)
    yield "post_attention_norm.weight", (spec.n_embd,)
    yield from _experts(spec)
    yield "ffn_gate_inp_shexp.weight", (spec.n_embd,)
    yield from _feed_forward(spec, spec.n_ff_shared, "_shexp")


def _nextn(spec: ModelSpec) -> Tensors:
    yield "eh_proj.weight", (2 * spec.n_embd, spec.n_embd)
    yield "enorm.weight", (spec.n_embd,)
    yield "hnorm.weight", (spec.n_embd,)
    yield "shared_head_norm.weight", (spec.n_embd,)
    if spec.architecture == "glm4moe":
        yield "embed_tokens.weight", (spec.n_embd, spec.n_vocab)
        yield "shared_head_head.weight", (spec.n_embd, spec.n_vocab)


_BLOCKS: dict[str, Callable[[ModelSpec, int], Tensors]] = {
    "deepseek2": _deepseek2,
    "glm4moe": _glm4moe,
    "gpt-oss": _gpt_oss,
    "llama": _llama,
    "olmoe": _olmoe,
    "qwen35moe": _qwen35moe,
    "qwen3moe": _qwen3moe,
}
