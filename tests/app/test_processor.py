"""The processor, read from recorded /proc/cpuinfo files."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.processor import Processor, processor, read_processor
from tests.app.trees import write_tree

ZEN3 = """processor\t: 0
vendor_id\t: AuthenticAMD
model name\t: AMD Ryzen 7  5800X 8-Core Processor
flags\t\t: fpu sse sse2 pni ssse3 fma avx f16c bmi1 avx2 smep bmi2 sha_ni
"""
SAPPHIRE_RAPIDS = """model name\t: Intel(R) Xeon(R) Platinum 8481C
flags\t\t: pni ssse3 fma avx f16c avx2 bmi2 avx512f avx512vbmi avx512_vnni avx_vnni avx512_bf16 \
amx_bf16 avx512_fp16 amx_tile amx_int8
"""
# A Graviton 3 and a Raspberry Pi 5: no name, and the features under another word.
NEOVERSE_V1 = """BogoMIPS\t: 2100.00
Features\t: fp asimd evtstrm aes fphp asimdhp asimddp sve i8mm bf16 svei8mm
CPU implementer\t: 0x41
CPU architecture: 8
CPU part\t: 0xd40
"""
FULL = ("AVX", "AVX2", "BMI2", "F16C", "FMA", "SSE3", "SSSE3")


@pytest.mark.parametrize(
    ("first_core", "architecture", "fallback", "expected"),
    [
        (ZEN3, "x86_64", "", Processor("AMD Ryzen 7 5800X 8-Core Processor", "x86_64", FULL)),
        (
            SAPPHIRE_RAPIDS,
            "x86_64",
            "",
            Processor(
                "Intel(R) Xeon(R) Platinum 8481C",
                "x86_64",
                tuple(
                    sorted(
                        (
                            *FULL,
                            *("AVX512", "AVX512_VBMI", "AVX512_VNNI", "AVX512_BF16"),
                            *("AVX_VNNI", "AMX_INT8"),
                        )
                    )
                ),
            ),
        ),
        (
            NEOVERSE_V1,
            "aarch64",
            "",
            Processor(
                "Arm processor 0xd40",
                "aarch64",
                ("DOTPROD", "FP16_VA", "MATMUL_INT8", "NEON", "SVE"),
            ),
        ),
        # No /proc: what Python knows, and features unknown rather than absent.
        ("", "AMD64", "AMD64 Family 25", Processor("AMD64 Family 25", "AMD64", None)),
        ("", "arm64", "arm", Processor("arm", "arm64", None)),
        ("", "riscv64", "", Processor("riscv64", "riscv64", None)),
        ("no colon\n:\nflags\t:", "x86_64", "", Processor("x86_64", "x86_64", None)),
    ],
)
def test_processor(first_core: str, architecture: str, fallback: str, expected: Processor) -> None:
    assert processor(first_core, architecture, fallback) == expected


def test_only_the_first_core_is_read(tmp_path: Path) -> None:
    write_tree(tmp_path, {"proc/cpuinfo": f"{ZEN3}\n{SAPPHIRE_RAPIDS}"})
    assert read_processor(tmp_path).name == "AMD Ryzen 7 5800X 8-Core Processor"


def test_no_proc_at_all(tmp_path: Path) -> None:
    assert read_processor(tmp_path).name


def test_this_machine() -> None:
    assert read_processor().name
