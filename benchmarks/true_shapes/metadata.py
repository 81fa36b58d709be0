"""The metadata of a model's header, by the keys that its real files have."""

from __future__ import annotations

import gguf

from benchmarks.true_shapes.mixes import FILE_TYPE_NUMBERS
from benchmarks.true_shapes.spec import Mla, ModelSpec, Value
from benchmarks.true_shapes.vocabulary import add_vocabulary

NOTE = "Made up: the shape of a real model, with no weights of it"


def add_metadata(
    writer: gguf.GGUFWriter, spec: ModelSpec, mix: str, *, with_vocabulary: bool
) -> None:
    """Everything before the tensors. Without a vocabulary the file says only how long it is."""
    writer.add_name(spec.title)
    writer.add_string("coterie.note", NOTE)
    writer.add_file_type(FILE_TYPE_NUMBERS[mix])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    for key, value in own_metadata(spec).items():
        _add(writer, f"{spec.architecture}.{key}", value)
    if with_vocabulary:
        add_vocabulary(writer, spec.n_vocab)


def own_metadata(spec: ModelSpec) -> dict[str, Value]:
    """Values under the architecture's prefix; zeros stand for keys that are not in the file."""
    values: dict[str, Value] = {
        "vocab_size": spec.n_vocab,
        "block_count": spec.n_block,
        "nextn_predict_layers": spec.n_layer_nextn,
        "context_length": spec.n_ctx_train,
        "embedding_length": spec.n_embd,
        "feed_forward_length": spec.n_ff,
        "attention.head_count": spec.n_head,
        "attention.head_count_kv": spec.n_head_kv,
        "attention.layer_norm_rms_epsilon": spec.rms_epsilon,
        "rope.freq_base": spec.rope_freq_base,
        "expert_count": spec.n_expert,
        "expert_used_count": spec.n_expert_used,
        "expert_feed_forward_length": spec.n_ff_expert,
        "leading_dense_block_count": min(spec.n_layer_dense, spec.n_layer),
    }
    values = {key: value for key, value in values.items() if value}
    return values | _attention(spec) | dict(spec.own)


def _attention(spec: ModelSpec) -> dict[str, Value]:
    if spec.mla:
        return _latent_attention(spec.mla)
    values: dict[str, Value] = {
        "attention.key_length": spec.head,
        "attention.value_length": spec.head,
    }
    if spec.linear:
        values |= {
            "ssm.conv_kernel": spec.linear.d_conv,
            "ssm.state_size": spec.linear.d_state,
            "ssm.group_count": spec.linear.n_group,
            "ssm.time_step_rank": spec.linear.dt_rank,
            "ssm.inner_size": spec.linear.d_state * spec.linear.dt_rank,
            "full_attention_interval": spec.linear.interval,
        }
    return values


def _latent_attention(mla: Mla) -> dict[str, Value]:
    return {
        "attention.q_lora_rank": mla.q_lora,
        "attention.kv_lora_rank": mla.kv_lora,
        "attention.key_length": mla.kv_lora + mla.rope,
        "attention.value_length": mla.kv_lora,
        "attention.key_length_mla": mla.nope + mla.rope,
        "attention.value_length_mla": mla.value,
        "rope.dimension_count": mla.rope,
    }


def _add(writer: gguf.GGUFWriter, key: str, value: Value) -> None:
    if isinstance(value, bool):
        writer.add_bool(key, value)
    elif isinstance(value, int):
        writer.add_uint32(key, value)
    elif isinstance(value, float):
        writer.add_float32(key, value)
    elif isinstance(value, str):
        writer.add_string(key, value)
    else:
        writer.add_array(key, value)
