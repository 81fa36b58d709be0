"""The repositories of the demo: names that exist on the real hub, with made-up popularity."""

from __future__ import annotations

from dataclasses import dataclass

from tests.hub.repositories import Gated

_MANY = ("Q2_K", "IQ4_XS", "Q4_K_M", "Q8_0")


@dataclass(frozen=True)
class Entry:
    """One repository: which shape in which quantisations, and what its page says."""

    repo: str
    spec: str
    mixes: tuple[str, ...]
    licence: str
    base_model: str
    downloads: int
    likes: int
    gated: Gated = "no"
    private: bool = False


ENTRIES = (
    Entry(
        "allenai/OLMoE-1B-7B-0125-Instruct-GGUF",
        "olmoe-1b-7b",
        _MANY,
        "apache-2.0",
        "allenai/OLMoE-1B-7B-0125-Instruct",
        4_100,
        33,
    ),
    Entry(
        "ggml-org/gpt-oss-20b-GGUF",
        "gpt-oss-20b",
        ("MXFP4",),
        "apache-2.0",
        "openai/gpt-oss-20b",
        412_000,
        151,
    ),
    Entry(
        "unsloth/Qwen3-30B-A3B-Instruct-2507-GGUF",
        "qwen3-30b-a3b",
        (*_MANY, "Q4_1"),
        "apache-2.0",
        "Qwen/Qwen3-30B-A3B-Instruct-2507",
        231_000,
        402,
    ),
    Entry(
        "unsloth/Qwen3-Coder-30B-A3B-Instruct-GGUF",
        "qwen3-30b-a3b",
        _MANY,
        "apache-2.0",
        "Qwen/Qwen3-Coder-30B-A3B-Instruct",
        305_000,
        511,
    ),
    Entry(
        "unsloth/Qwen3.6-35B-A3B-GGUF",
        "qwen3.6-35b-a3b",
        _MANY,
        "apache-2.0",
        "Qwen/Qwen3.6-35B-A3B",
        98_000,
        377,
    ),
    Entry(
        "unsloth/GLM-4.5-Air-GGUF",
        "glm-4.5-air",
        _MANY,
        "mit",
        "zai-org/GLM-4.5-Air",
        71_000,
        160,
    ),
    Entry(
        "ggml-org/gpt-oss-120b-GGUF",
        "gpt-oss-120b",
        ("MXFP4",),
        "apache-2.0",
        "openai/gpt-oss-120b",
        187_000,
        98,
    ),
    Entry(
        "Qwen/Qwen3-235B-A22B-GGUF",
        "qwen3-235b-a22b",
        ("Q2_K", "Q4_K_M", "Q8_0"),
        "apache-2.0",
        "Qwen/Qwen3-235B-A22B",
        22_000,
        44,
    ),
    Entry(
        "unsloth/DeepSeek-V3-0324-GGUF",
        "deepseek-v3",
        ("Q2_K", "Q4_K_M", "Q8_0"),
        "mit",
        "deepseek-ai/DeepSeek-V3-0324",
        15_000,
        204,
    ),
    Entry(
        "unsloth/DeepSeek-R1-GGUF",
        "deepseek-v3",
        ("Q2_K", "Q4_K_M", "Q8_0"),
        "mit",
        "deepseek-ai/DeepSeek-R1",
        19_000,
        1120,
    ),
    Entry(
        "unsloth/GLM-4.7-Flash-GGUF",
        "glm-4.7-flash",
        ("Q2_K", "IQ4_XS", "Q4_K_M"),
        "mit",
        "zai-org/GLM-4.7-Flash",
        55_000,
        230,
    ),
    Entry(
        "mistralai/Mixtral-8x7B-Instruct-v0.1-GGUF",
        "mixtral-8x7b",
        ("Q2_K", "Q4_K_M", "Q8_0"),
        "apache-2.0",
        "mistralai/Mixtral-8x7B-Instruct-v0.1",
        36_000,
        645,
        gated="manual",
    ),
    Entry(
        "bartowski/Meta-Llama-3.1-70B-Instruct-GGUF",
        "llama-3.1-70b",
        ("IQ4_XS", "Q4_K_M", "Q8_0"),
        "llama3.1",
        "meta-llama/Meta-Llama-3.1-70B-Instruct",
        88_000,
        62,
    ),
    Entry(
        "demo/OLMoE-Private-GGUF",
        "olmoe-1b-7b",
        ("Q4_K_M",),
        "other",
        "allenai/OLMoE-1B-7B-0125",
        3,
        0,
        private=True,
    ),
)
