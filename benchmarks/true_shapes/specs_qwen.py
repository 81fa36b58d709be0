"""Qwen3's mixtures, and Qwen3.5's and 3.6's with linear attention."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.true_shapes.spec import LinearAttention, ModelSpec, Published

# Shape: GGUF dump in ggml-org/llama.cpp#13427, heads and layers in #14199. Bytes: bartowski (Q8_0),
# steampunque (IQ4_XS), and Unsloth's Coder of the same shape (Q4_K_M). Not verified: 3.3B active.
QWEN3_30B_A3B = ModelSpec(
    name="qwen3-30b-a3b",
    title="Qwen3 30B A3B",
    architecture="qwen3moe",
    published=Published(
        total=30.53e9,
        active=3.3e9,
        file_bytes={"Q4_K_M": 18.6e9, "IQ4_XS": 16.6e9, "Q8_0": 32.48e9},
    ),
    n_layer=48,
    n_embd=2048,
    n_vocab=151936,
    n_ctx_train=40960,
    n_head=32,
    n_head_kv=4,
    head=128,
    rms_epsilon=1e-6,
    rope_freq_base=1000000.0,
    n_ff=6144,
    n_expert=128,
    n_expert_used=8,
    n_ff_expert=768,
)

# Shape: GGUF dump in ikawrakow/ik_llama.cpp#370 (1,131 tensors, as in ggml-org/llama.cpp#14795).
# Not verified: the length of an expert's rows (1536) but by the 235B in all, and Q4_K_M's bytes.
QWEN3_235B_A22B = replace(
    QWEN3_30B_A3B,
    name="qwen3-235b-a22b",
    title="Qwen3 235B A22B",
    published=Published(total=235.09e9, active=22e9, file_bytes={"Q4_K_M": 142e9}),
    n_layer=94,
    n_embd=4096,
    n_head=64,
    n_ff=12288,
    n_ff_expert=1536,
)

# Shape: GGUF dumps in am17an/llama.cpp#6 and, for the 733 tensors, ikawrakow/ik_llama.cpp#1420.
# Bytes of Q4_K_M: "21 GB" in ikawrakow/ik_llama.cpp#1593; publishers keep attention at more bits
# than llama.cpp's own rules, so theirs are often larger.
QWEN3_5_35B_A3B = ModelSpec(
    name="qwen3.5-35b-a3b",
    title="Qwen3.5 35B A3B",
    architecture="qwen35moe",
    published=Published(total=34.66e9, active=0, file_bytes={"Q4_K_M": 21e9}),
    n_layer=40,
    n_embd=2048,
    n_vocab=248320,
    n_ctx_train=262144,
    n_head=16,
    n_head_kv=2,
    head=256,
    rms_epsilon=1e-6,
    rope_freq_base=10000000.0,
    n_expert=256,
    n_expert_used=8,
    n_ff_expert=512,
    n_ff_shared=512,
    linear=LinearAttention(d_conv=4, d_state=128, n_group=16, dt_rank=32, interval=4),
    own={
        "expert_shared_feed_forward_length": 512,
        "rope.dimension_count": 64,
        "rope.dimension_sections": (11, 11, 10, 0),
    },
)

# The same with its MTP block: GGUF dump in ggml-org/llama.cpp#23269 (753 tensors, 35.19 GiB in
# Q8_0, so 35.5B).
QWEN3_6_35B_A3B = replace(
    QWEN3_5_35B_A3B,
    name="qwen3.6-35b-a3b",
    title="Qwen3.6 35B A3B",
    published=Published(total=35.5e9, active=0, file_bytes={"Q8_0": 35.19 * 2**30}),
    n_layer_nextn=1,
)
