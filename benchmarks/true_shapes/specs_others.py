"""gpt-oss, GLM-4.5-Air, Mixtral, OLMoE, and a dense Llama to compare with."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.true_shapes.spec import ModelSpec, Published

# Shape: GGUF dumps in ggml-org/llama.cpp#15253 and mostlygeek/llama-swap#437 (the 120B), 459
# tensors in ikawrakow/ik_llama.cpp#822. Parameters: OpenAI's model card, which counts the output
# and not the embedding as active. Bytes: ggml-org's files, 59.02 GiB in #15253; not verified:
# those of the 20B, its expert count but by its 20.9B in all, and the length of a head.
GPT_OSS_20B = ModelSpec(
    name="gpt-oss-20b",
    title="Gpt Oss 20b",
    architecture="gpt-oss",
    published=Published(
        total=20.91e9,
        active=3.61e9,
        active_counts_embedding=False,
        file_bytes={"MXFP4": 12.1e9},
    ),
    n_layer=24,
    n_embd=2880,
    n_vocab=201088,
    n_ctx_train=131072,
    n_head=64,
    n_head_kv=8,
    head=64,
    rms_epsilon=1e-5,
    rope_freq_base=150000.0,
    n_ff=2880,
    n_expert=32,
    n_expert_used=4,
    n_ff_expert=2880,
    own={
        "attention.sliding_window": 128,
        "rope.scaling.type": "yarn",
        "rope.scaling.factor": 32.0,
        "rope.scaling.original_context_length": 4096,
    },
)

GPT_OSS_120B = replace(
    GPT_OSS_20B,
    name="gpt-oss-120b",
    title="Gpt Oss 120b",
    published=Published(
        total=116.83e9,
        active=5.13e9,
        active_counts_embedding=False,
        file_bytes={"MXFP4": 59.02 * 2**30},
    ),
    n_layer=36,
    n_expert=128,
)

# Shape: GGUF dumps in ggml-org/llama.cpp#14939 (803 tensors) and ollama/ollama#12403, and the
# model arguments of THUDM/slime. In all 110.47B with the MTP block: BF16 205.811 GiB, ubergarm's
# file, whose Q8_0 is 109.381 GiB. Not verified: Q4_K_M's bytes, the scale of the experts' weights.
# The 12B active of its name leave out the MTP block that the file has, so they are no measure.
GLM_4_5_AIR = ModelSpec(
    name="glm-4.5-air",
    title="GLM 4.5 Air",
    architecture="glm4moe",
    published=Published(
        total=110.47e9,
        active=0,
        file_bytes={"Q4_K_M": 73e9, "Q8_0": 109.381 * 2**30},
    ),
    n_layer=46,
    n_layer_nextn=1,
    n_embd=4096,
    n_vocab=151552,
    n_ctx_train=131072,
    n_head=96,
    n_head_kv=8,
    head=128,
    rms_epsilon=1e-5,
    rope_freq_base=1000000.0,
    n_ff=10944,
    n_layer_dense=1,
    n_expert=128,
    n_expert_used=8,
    n_ff_expert=1408,
    n_ff_shared=1408,
    own={
        "rope.dimension_count": 64,
        "expert_shared_count": 1,
        "expert_gating_func": 2,  # LLAMA_EXPERT_GATING_FUNC_TYPE_SIGMOID
        "expert_weights_norm": True,
        "expert_weights_scale": 1.0,
    },
)

# Shape: GGUF dump in abetlen/llama-cpp-python#1226. Not verified: 46.7B with 12.9B active, and
# 28.4 GB by the rules since January 2024 (the first files had 26.4 GB: 24.62 GiB in
# ggml-org/llama.cpp#4406, with no experts at more bits).
MIXTRAL_8X7B = ModelSpec(
    name="mixtral-8x7b",
    title="Mixtral 8x7B",
    architecture="llama",
    published=Published(total=46.7e9, active=12.9e9, file_bytes={"Q4_K_M": 28.4e9}),
    n_layer=32,
    n_embd=4096,
    n_vocab=32000,
    n_ctx_train=32768,
    n_head=32,
    n_head_kv=8,
    head=128,
    rms_epsilon=1e-5,
    rope_freq_base=1000000.0,
    n_ff=14336,
    n_expert=8,
    n_expert_used=2,
    own={"rope.dimension_count": 128},
)

# Not verified, but by the numbers in all: allenai/OLMoE-1B-7B-0924's config.json from memory (64
# experts with 8 used and 16 layers are in its documentation in Transformers), and Q4_K_M's bytes.
OLMOE_1B_7B = ModelSpec(
    name="olmoe-1b-7b",
    title="OLMoE 1B 7B",
    architecture="olmoe",
    published=Published(total=6.92e9, active=1.3e9, file_bytes={"Q4_K_M": 4.2e9}),
    n_layer=16,
    n_embd=2048,
    n_vocab=50304,
    n_ctx_train=4096,
    n_head=16,
    n_head_kv=16,
    head=128,
    rms_epsilon=1e-5,
    rope_freq_base=10000.0,
    n_ff=1024,
    n_expert=64,
    n_expert_used=8,
)

# Shape: GGUF dump in ollama/ollama#6279; 70.55B in ollama/ollama#10553. Bytes: bartowski.
LLAMA_3_1_70B = ModelSpec(
    name="llama-3.1-70b",
    title="Llama 3.1 70B",
    architecture="llama",
    published=Published(
        total=70.55e9,
        active=70.55e9,
        file_bytes={"Q4_K_M": 42.52e9, "IQ4_XS": 37.9e9, "Q8_0": 74.98e9},
    ),
    n_layer=80,
    n_embd=8192,
    n_vocab=128256,
    n_ctx_train=131072,
    n_head=64,
    n_head_kv=8,
    head=128,
    rms_epsilon=1e-5,
    rope_freq_base=500000.0,
    n_ff=28672,
    rope_freqs=True,
    own={"rope.dimension_count": 128},
)
