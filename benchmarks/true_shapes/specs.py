"""Every model there is a true shape of, by its name."""

from __future__ import annotations

from types import MappingProxyType

from benchmarks.true_shapes.specs_deepseek2 import DEEPSEEK_V3, GLM_4_7_FLASH
from benchmarks.true_shapes.specs_others import (
    GLM_4_5_AIR,
    GPT_OSS_20B,
    GPT_OSS_120B,
    LLAMA_3_1_70B,
    MIXTRAL_8X7B,
    OLMOE_1B_7B,
)
from benchmarks.true_shapes.specs_qwen import (
    QWEN3_5_35B_A3B,
    QWEN3_6_35B_A3B,
    QWEN3_30B_A3B,
    QWEN3_235B_A22B,
)

SPECS = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            DEEPSEEK_V3,
            GLM_4_7_FLASH,
            QWEN3_30B_A3B,
            QWEN3_235B_A22B,
            QWEN3_5_35B_A3B,
            QWEN3_6_35B_A3B,
            GPT_OSS_20B,
            GPT_OSS_120B,
            GLM_4_5_AIR,
            MIXTRAL_8X7B,
            OLMOE_1B_7B,
            LLAMA_3_1_70B,
        )
    }
)
