"""What a tensor is for, by the names that llama.cpp's architectures give theirs."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.true_shapes.specs import SPECS
from benchmarks.true_shapes.tensors import tensors
from runtime.gguf.tensor_classes import TensorClass, block_of, tensor_class
from tests.models.tiny_architectures import ARCHITECTURES


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("embedding", "token_embd.weight token_types.weight position_embd.weight"),
        ("embedding", "per_layer_token_embd.weight"),
        ("output", "output.weight output.bias cls.weight cls.output.weight"),
        ("norm", "output_norm.weight output_norm.bias token_embd_norm.weight"),
        ("norm", "blk.0.attn_norm.weight blk.0.attn_norm_2.weight blk.9.ffn_norm.weight"),
        ("norm", "blk.0.attn_q_norm.weight blk.0.attn_kv_a_norm.weight blk.1.ssm_norm.weight"),
        ("norm", "blk.0.post_attention_norm.weight blk.0.post_ffw_norm.weight"),
        ("attention", "blk.0.attn_q.weight blk.0.attn_qkv.bias blk.12.attn_output.weight"),
        ("attention", "blk.0.attn_sinks.weight blk.3.attn_gate.weight"),
        # Latent attention.
        ("attention", "blk.0.attn_q_a.weight blk.0.attn_kv_a_mqa.weight blk.0.attn_k_b.weight"),
        # Recurrent and linear attention, convolutions.
        ("attention", "blk.0.ssm_in.weight blk.0.ssm_a blk.0.ssm_conv1d.weight"),
        ("attention", "blk.0.shortconv.conv.weight blk.0.time_mix_key.weight"),
        ("attention", "blk.0.indexer.attn_k.weight blk.0.altup_router.weight"),
        ("dense", "blk.0.ffn_gate.weight blk.0.ffn_up.weight blk.0.ffn_down.bias"),
        ("dense", "blk.0.channel_mix_value.weight"),
        ("shared_experts", "blk.0.ffn_gate_shexp.weight blk.0.ffn_down_shexp.weight"),
        ("shared_experts", "blk.0.ffn_gate_inp_shexp.weight"),
        ("routed_experts", "blk.0.ffn_gate_exps.weight blk.0.ffn_down_exps.bias"),
        ("routed_experts", "blk.0.ffn_gate_up_exps.weight blk.0.ffn_up_chexps.weight"),
        ("routed_experts", "blk.0.ffn_gate.7.weight blk.31.ffn_down.127.weight"),
        ("router", "blk.0.ffn_gate_inp.weight blk.0.exp_probs_b.bias blk.0.ffn_gate_inp.bias"),
        ("mtp", "blk.46.nextn.eh_proj.weight blk.46.nextn.embed_tokens.weight"),
        ("mtp", "blk.46.nextn.enorm.weight blk.46.nextn.shared_head_norm.weight"),
        ("other", "rope_freqs.weight blk.0.unheard_of.weight something blk.x.ffn_up.weight"),
    ],
)
def test_names(kind: TensorClass, names: str) -> None:
    assert {name: tensor_class(name) for name in names.split()} == dict.fromkeys(
        names.split(), kind
    )


@pytest.mark.parametrize(
    ("name", "block"),
    [
        ("blk.0.attn_q.weight", 0),
        ("blk.123.ffn_up_exps.weight", 123),
        ("token_embd.weight", None),
        ("blk.weight", None),
        ("output.blk.3.weight", None),
    ],
)
def test_blocks(name: str, block: int | None) -> None:
    assert block_of(name) == block


@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_true_shapes_have_no_unknown_tensor(spec) -> None:
    kinds = Counter(tensor_class(name) for name in tensors(spec))
    assert kinds["other"] == (1 if spec.rope_freqs else 0)
    assert (kinds["embedding"], kinds["output"]) == (1, 1)
    moe_layers = spec.n_block - spec.n_layer_dense if spec.n_expert else 0
    each = 6 if spec.architecture == "gpt-oss" else 3  # its experts have biases
    assert kinds["routed_experts"] == each * moe_layers
    assert kinds["dense"] == 3 * (spec.n_block - moe_layers)
    gate = spec.architecture == "qwen35moe"
    assert kinds["shared_experts"] == (3 + gate) * moe_layers * bool(spec.n_ff_shared)
    assert bool(kinds["mtp"]) == bool(spec.n_layer_nextn)


@pytest.mark.parametrize("model", ARCHITECTURES, ids=lambda model: model.name)
def test_tiny_models_have_no_unknown_tensor(model) -> None:
    names = [name for name, _ in model.tensors(n_vocab=300)]
    kinds = {name: tensor_class(name) for name in names}
    assert "other" not in kinds.values()
    assert all((kind == "routed_experts") == ("_exps." in name) for name, kind in kinds.items())
