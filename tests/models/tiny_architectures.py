"""What each architecture needs to load: its metadata and its tensors, at tiny sizes.

The names and shapes are those of `src/models/*.cpp` in llama.cpp v0.5.0 (load_arch_hparams and
load_arch_tensors). Shapes are in ggml's order: the first number is the length of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.models.tiny_tokenizer import CHATML, TinyTokenizer, bpe, sentencepiece

N_EMBD = 128
N_HEAD = 4
N_HEAD_KV = 2
HEAD = 32  # A KV cache of type q8_0 needs heads of whole blocks of 32.
N_FF = 128
N_FF_EXPERT = 64
N_EXPERT = 8
N_EXPERT_USED = 2
N_CTX_TRAIN = 2048

Number = int | float | bool
Shape = tuple[int, ...]
Tensors = Iterator[tuple[str, Shape]]


@dataclass(frozen=True)
class Architecture:
    """One tiny model. `block` gives the tensors of layer i, without `blk.i.` before their names."""

    name: str
    architecture: str
    block: Callable[[int], Tensors]
    n_layer: int = 3
    own: dict[str, Number] = field(default_factory=dict)
    tokenizer: Callable[[], TinyTokenizer] = bpe
    chat_template: str = CHATML
    expert_type: str = "Q8_0"
    n_expert: int = N_EXPERT

    def metadata(self) -> dict[str, Number]:
        """Values under the architecture's own prefix."""
        common: dict[str, Number] = {
            "block_count": self.n_layer,
            "context_length": N_CTX_TRAIN,
            "embedding_length": N_EMBD,
            "feed_forward_length": N_FF,
            "attention.head_count": N_HEAD,
            "attention.head_count_kv": N_HEAD_KV,
            "attention.layer_norm_rms_epsilon": 1e-5,
        }
        if self.n_expert:
            common |= {"expert_count": N_EXPERT, "expert_used_count": N_EXPERT_USED}
        return common | self.own

    def tensors(self, n_vocab: int) -> Tensors:
        """Every tensor of the model, by its full name."""
        yield "token_embd.weight", (N_EMBD, n_vocab)
        yield "output_norm.weight", (N_EMBD,)
        yield "output.weight", (N_EMBD, n_vocab)
        for layer in range(self.n_layer):
            for name, shape in self.block(layer):
                yield f"blk.{layer}.{name}", shape


def _attention(n_head_kv: int = N_HEAD_KV) -> Tensors:
    yield "attn_norm.weight", (N_EMBD,)
    yield "attn_q.weight", (N_EMBD, N_HEAD * HEAD)
    yield "attn_k.weight", (N_EMBD, n_head_kv * HEAD)
    yield "attn_v.weight", (N_EMBD, n_head_kv * HEAD)
    yield "attn_output.weight", (N_HEAD * HEAD, N_EMBD)


def _dense(n_ff: int = N_FF, suffix: str = "") -> Tensors:
    yield f"ffn_gate{suffix}.weight", (N_EMBD, n_ff)
    yield f"ffn_up{suffix}.weight", (N_EMBD, n_ff)
    yield f"ffn_down{suffix}.weight", (n_ff, N_EMBD)


def _experts(n_ff: int = N_FF_EXPERT, *, fused: bool = False) -> Tensors:
    yield "ffn_gate_inp.weight", (N_EMBD, N_EXPERT)
    if fused:
        yield "ffn_gate_up_exps.weight", (N_EMBD, 2 * n_ff, N_EXPERT)
    else:
        yield "ffn_gate_exps.weight", (N_EMBD, n_ff, N_EXPERT)
        yield "ffn_up_exps.weight", (N_EMBD, n_ff, N_EXPERT)
    yield "ffn_down_exps.weight", (n_ff, N_EMBD, N_EXPERT)


def _llama_dense(_layer: int) -> Tensors:
    yield from _attention()
    yield "ffn_norm.weight", (N_EMBD,)
    yield from _dense()


def _llama(_layer: int) -> Tensors:
    yield from _attention()
    yield "ffn_norm.weight", (N_EMBD,)
    yield from _experts(N_FF)


def _qwen3moe(_layer: int) -> Tensors:
    yield from _attention()
    yield "attn_q_norm.weight", (HEAD,)
    yield "attn_k_norm.weight", (HEAD,)
    yield "ffn_norm.weight", (N_EMBD,)
    yield from _experts()


def _olmoe(_layer: int) -> Tensors:
    yield from _attention(N_HEAD)
    yield "attn_q_norm.weight", (N_EMBD,)
    yield "attn_k_norm.weight", (N_EMBD,)
    yield "ffn_norm.weight", (N_EMBD,)
    yield from _experts(N_FF)


_Q_LORA, _KV_LORA, _ROPE, _NOPE = 64, 64, 32, 32


def _deepseek2(layer: int, *, fused: bool = False) -> Tensors:
    yield "attn_norm.weight", (N_EMBD,)
    yield "attn_q_a.weight", (N_EMBD, _Q_LORA)
    yield "attn_q_a_norm.weight", (_Q_LORA,)
    yield "attn_q_b.weight", (_Q_LORA, N_HEAD * (_NOPE + _ROPE))
    yield "attn_kv_a_mqa.weight", (N_EMBD, _KV_LORA + _ROPE)
    yield "attn_kv_a_norm.weight", (_KV_LORA,)
    yield "attn_k_b.weight", (_NOPE, _KV_LORA, N_HEAD)
    yield "attn_v_b.weight", (_KV_LORA, HEAD, N_HEAD)
    yield "attn_output.weight", (N_HEAD * HEAD, N_EMBD)
    yield "ffn_norm.weight", (N_EMBD,)
    if layer == 0:
        yield from _dense()
        return
    yield from _experts(fused=fused)
    yield "exp_probs_b.bias", (N_EXPERT,)
    yield from _dense(N_FF_EXPERT, "_shexp")


def _deepseek2_fused(layer: int) -> Tensors:
    return _deepseek2(layer, fused=True)


def _gpt_oss(_layer: int) -> Tensors:
    yield from _attention()
    yield "attn_q.bias", (N_HEAD * HEAD,)
    yield "attn_k.bias", (N_HEAD_KV * HEAD,)
    yield "attn_v.bias", (N_HEAD_KV * HEAD,)
    yield "attn_output.bias", (N_EMBD,)
    yield "attn_sinks.weight", (N_HEAD,)
    yield "post_attention_norm.weight", (N_EMBD,)
    yield from _experts()
    yield "ffn_gate_inp.bias", (N_EXPERT,)
    yield "ffn_gate_exps.bias", (N_FF_EXPERT, N_EXPERT)
    yield "ffn_up_exps.bias", (N_FF_EXPERT, N_EXPERT)
    yield "ffn_down_exps.bias", (N_EMBD, N_EXPERT)


def _glm4moe(layer: int) -> Tensors:
    yield from _attention()
    yield "attn_q.bias", (N_HEAD * HEAD,)
    yield "attn_k.bias", (N_HEAD_KV * HEAD,)
    yield "attn_v.bias", (N_HEAD_KV * HEAD,)
    yield "post_attention_norm.weight", (N_EMBD,)
    if layer == 0:
        yield from _dense()
        return
    yield from _experts()
    yield "exp_probs_b.bias", (N_EXPERT,)
    yield from _dense(N_FF_EXPERT, "_shexp")


def _glm4moe_mtp(layer: int) -> Tensors:
    yield from _glm4moe(layer)
    if layer == 3:
        yield "nextn.eh_proj.weight", (2 * N_EMBD, N_EMBD)
        yield "nextn.enorm.weight", (N_EMBD,)
        yield "nextn.hnorm.weight", (N_EMBD,)
        yield "nextn.shared_head_norm.weight", (N_EMBD,)


def _granitemoe(_layer: int) -> Tensors:
    yield from _attention()
    yield "ffn_norm.weight", (N_EMBD,)
    yield from _experts(N_FF)
    yield from _dense(N_FF_EXPERT, "_shexp")


_SIGMOID = 2  # LLAMA_EXPERT_GATING_FUNC_TYPE_SIGMOID
_HEADS: dict[str, Number] = {"attention.key_length": HEAD, "attention.value_length": HEAD}
_EXPERTS: dict[str, Number] = {"expert_feed_forward_length": N_FF_EXPERT}
_SHARED: dict[str, Number] = {
    **_EXPERTS,
    "expert_shared_count": 1,
    "leading_dense_block_count": 1,
    "expert_gating_func": _SIGMOID,
    "expert_weights_norm": True,
    "expert_weights_scale": 2.5,
}
_MLA: dict[str, Number] = {
    **_SHARED,
    "attention.head_count_kv": 1,
    "attention.q_lora_rank": _Q_LORA,
    "attention.kv_lora_rank": _KV_LORA,
    "attention.key_length": _KV_LORA + _ROPE,
    "attention.value_length": _KV_LORA,
    "attention.key_length_mla": _NOPE + _ROPE,
    "attention.value_length_mla": HEAD,
    "rope.dimension_count": _ROPE,
}
_GRANITE: dict[str, Number] = {
    "logit_scale": 2.0,
    "residual_scale": 0.5,
    "embedding_scale": 4.0,
    "attention.scale": 0.2,
    "expert_shared_feed_forward_length": N_FF_EXPERT,
}

ARCHITECTURES = (
    Architecture("llama", "llama", _llama, tokenizer=sentencepiece, chat_template=""),
    Architecture("llama-dense", "llama", _llama_dense, tokenizer=sentencepiece, n_expert=0),
    Architecture("qwen3moe", "qwen3moe", _qwen3moe, own=_HEADS | _EXPERTS, expert_type="Q4_0"),
    Architecture("olmoe", "olmoe", _olmoe, own={"attention.head_count_kv": N_HEAD}),
    Architecture("deepseek2", "deepseek2", _deepseek2, own=_MLA),
    Architecture("deepseek2-fused", "deepseek2", _deepseek2_fused, own=_MLA),
    Architecture(
        "gpt-oss",
        "gpt-oss",
        _gpt_oss,
        own=_HEADS | _EXPERTS | {"attention.sliding_window": 16},
        expert_type="MXFP4",
    ),
    Architecture("glm4moe", "glm4moe", _glm4moe, own=_HEADS | _SHARED),
    Architecture(
        "glm4moe-mtp",
        "glm4moe",
        _glm4moe_mtp,
        n_layer=4,
        own=_HEADS | _SHARED | {"nextn_predict_layers": 1},
    ),
    Architecture("granitemoe", "granitemoe", _granitemoe, own=_GRANITE, expert_type="Q4_1"),
)
