"""Models of the architecture deepseek2: latent attention, shared and routed experts."""

from __future__ import annotations

from benchmarks.true_shapes.spec import Mla, ModelSpec, Published

_SIGMOID = 2  # LLAMA_EXPERT_GATING_FUNC_TYPE_SIGMOID

# Shape: deepseek-ai/DeepSeek-V3 config.json, as copied in GGUF dumps of ggml-org/llama.cpp#10981
# and ikawrakow/ik_llama.cpp#260; R1 and V3-0324 have the same one. Latent attention as one head
# is how files of 2025 and later have it (ggml-org/llama.cpp#14201, an R1). Parameters: 671B, 36.6B
# active without the embedding (README_WEIGHTS.md in tenstorrent/tt-metal, from DeepSeek's); the MTP
# block is not in the GGUF. Bytes: bartowski's DeepSeek-V3-0324 for Q4_K_M, Q4_1 and Q8_0. Not
# verified: Q2_K's bytes (Unsloth's UD-Q2_K_XL has 248 GB) and the counts of expert groups used.
DEEPSEEK_V3 = ModelSpec(
    name="deepseek-v3",
    title="DeepSeek V3",
    architecture="deepseek2",
    published=Published(
        total=671.03e9,
        active=36.6e9,
        active_counts_embedding=False,
        file_bytes={"Q4_K_M": 404.43e9, "Q2_K": 244e9, "Q4_1": 419.94e9, "Q8_0": 713.29e9},
    ),
    n_layer=61,
    n_embd=7168,
    n_vocab=129280,
    n_ctx_train=163840,
    n_head=128,
    n_head_kv=1,
    head=192,
    rms_epsilon=1e-6,
    rope_freq_base=10000.0,
    n_ff=18432,
    n_layer_dense=3,
    n_expert=256,
    n_expert_used=8,
    n_ff_expert=2048,
    n_ff_shared=2048,
    mla=Mla(q_lora=1536, kv_lora=512, rope=64, nope=128, value=128),
    own={
        "expert_shared_count": 1,
        "expert_group_count": 8,
        "expert_group_used_count": 4,
        "expert_gating_func": _SIGMOID,
        "expert_weights_norm": True,
        "expert_weights_scale": 2.5,
        "rope.scaling.type": "yarn",
        "rope.scaling.factor": 40.0,
        "rope.scaling.original_context_length": 4096,
        "rope.scaling.yarn_log_multiplier": 0.1,
    },
)

# Shape: GGUF dumps of zai-org/GLM-4.7-Flash in ikawrakow/ik_llama.cpp#1167 and #1173, without the
# MTP block that later conversions add. Bytes: bartowski. Not verified: the keys for expert groups
# (one group, so they change nothing and are left out).
GLM_4_7_FLASH = ModelSpec(
    name="glm-4.7-flash",
    title="GLM 4.7 Flash",
    architecture="deepseek2",
    published=Published(
        total=29.94e9,
        active=0,
        file_bytes={"Q4_K_M": 18.47e9, "Q4_1": 18.95e9, "Q8_0": 31.84e9},
    ),
    n_layer=47,
    n_embd=2048,
    n_vocab=154880,
    n_ctx_train=202752,
    n_head=20,
    n_head_kv=1,
    head=256,
    rms_epsilon=1e-5,
    rope_freq_base=1000000.0,
    n_ff=10240,
    n_layer_dense=1,
    n_expert=64,
    n_expert_used=4,
    n_ff_expert=1536,
    n_ff_shared=1536,
    mla=Mla(q_lora=768, kv_lora=512, rope=64, nope=192, value=256),
    own={
        "expert_shared_count": 1,
        "expert_gating_func": _SIGMOID,
        "expert_weights_norm": True,
        "expert_weights_scale": 1.8,
    },
)
