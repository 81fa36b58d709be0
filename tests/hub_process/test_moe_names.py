"""Which models are mixtures of experts, by family, tags and name."""

from __future__ import annotations

import pytest

from runtime.hub.moe_names import is_moe

CASES = (
    # The hub knows the family, and the family decides.
    ("olmoe", (), "OLMoE-1B-7B-0125-Instruct-GGUF", True),
    ("lfm2moe", (), "LFM2-8B-A1B-GGUF", True),
    ("gpt-oss", (), "gpt-oss-20b-GGUF", True),
    ("qwen3moe", (), "Qwen3-30B-A3B-Instruct-2507-GGUF", True),
    ("qwen35moe", (), "Qwen3.6-35B-A3B-GGUF", True),
    ("qwen3next", (), "Qwen3-Next-80B-GGUF", True),
    ("glm4moe", (), "GLM-4.5-Air-GGUF", True),
    ("deepseek2", (), "DeepSeek-V3-0324-GGUF", True),
    ("deepseek2", (), "GLM-4.7-Flash-GGUF", True),
    ("llama4", (), "Llama-4-Scout-GGUF", True),
    ("minimax-m2", (), "M2", True),
    ("qwen3", (), "Qwen3-8B-GGUF", False),
    ("qwen2", (), "DeepSeek-R1-Distill-Qwen-7B-GGUF", False),
    ("qwen3", ("moe",), "Qwen3-4B-distilled-from-480B-A35B", False),
    ("gemma3", (), "gemma-3-27b-it-GGUF", False),
    # Families that come both ways.
    ("llama", (), "Mixtral-8x7B-Instruct-v0.1-GGUF", True),
    ("llama", (), "Beyonder-4x7B-v3-GGUF", True),
    ("llama", ("moe",), "Some-Merge-GGUF", True),
    ("llama", (), "Llama-3.1-70B-Instruct-GGUF", False),
    ("llama", (), "DeepSeek-R1-Distill-Llama-70B-GGUF", False),
    ("granitehybrid", (), "granite-4.0-h-tiny-GGUF", True),
    ("granitehybrid", (), "granite-4.0-h-small-GGUF", True),
    ("granitehybrid", (), "granite-4.0-h-micro-GGUF", False),
    ("gemma4", (), "gemma-4-26B-A4B-it-GGUF", True),
    ("gemma4", (), "gemma-4-31B-it-GGUF", False),
    # A family that this version of llama.cpp does not have.
    ("newmoe", (), "New-GGUF", True),
    ("somethingnew", (), "New-100B-A10B-GGUF", True),
    ("somethingnew", (), "New-100B-GGUF", None),
    # The hub does not know the family.
    ("", (), "Qwen3-Coder-480B-A35B-Instruct-GGUF", True),
    ("", (), "ERNIE-4.5-21B-A3B-PT-GGUF", True),
    ("", (), "Qwen1.5-MoE-A2.7B-Chat-GGUF", True),
    ("", (), "granite-3.1-1b-a400m-instruct-GGUF", True),
    ("", (), "DeepSeek-R1-GGUF", True),
    ("", (), "DeepSeek-R1-Distill-GGUF", None),
    ("", (), "gpt-oss-120b-GGUF", True),
    ("", (), "Kimi-K2-Instruct-GGUF", True),
    ("", (), "mixtral-dolphin", True),
    ("", ("mixture-of-experts",), "Anything", True),
    ("", ("gguf", "text-generation"), "Llama-7B-GGUF", None),
    ("", (), "Moemate-7B", None),
    ("", (), "Karma3B-GGUF", None),
)


@pytest.mark.parametrize(("architecture", "tags", "name", "expected"), CASES)
def test_is_moe(architecture: str, tags: tuple[str, ...], name: str, expected: bool | None) -> None:
    assert is_moe(architecture, tags, name) is expected


def test_a_known_number_of_experts_decides() -> None:
    assert is_moe("llama", (), "Mixtral-8x7B", experts=0) is False
    assert is_moe("qwen3", (), "Qwen3-8B", experts=8) is True
