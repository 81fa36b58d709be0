"""This computer's processor: its name, and the instruction sets that the engine can use."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path

CPUINFO = "proc/cpuinfo"

# llama.cpp's names (ggml_backend_cpu_get_features, 0.25.3) for the kernel's flags. Only those both
# know: the kernel's other flags come and go with its updates.
_X86 = {
    "pni": "SSE3",
    "ssse3": "SSSE3",
    "avx": "AVX",
    "avx_vnni": "AVX_VNNI",
    "avx2": "AVX2",
    "f16c": "F16C",
    "fma": "FMA",
    "bmi2": "BMI2",
    "avx512f": "AVX512",
    "avx512vbmi": "AVX512_VBMI",
    "avx512_vnni": "AVX512_VNNI",
    "avx512_bf16": "AVX512_BF16",
    "amx_int8": "AMX_INT8",
}
_ARM = {
    "asimd": "NEON",
    "neon": "NEON",
    "fphp": "FP16_VA",
    "asimddp": "DOTPROD",
    "i8mm": "MATMUL_INT8",
    "sve": "SVE",
    "sme": "SME",
    "sme2": "SME2",
}
KNOWN_FEATURES = frozenset((*_X86.values(), *_ARM.values()))
_ARM_MACHINES = ("aarch64", "arm64", "ARM64")
_ARM_MAKERS = {"0x41": "Arm", "0x51": "Qualcomm", "0x61": "Apple", "0xc0": "Ampere"}


@dataclass(frozen=True)
class Processor:
    """`features` are llama.cpp's names, sorted; None where this system does not list them."""

    name: str
    architecture: str
    features: tuple[str, ...] | None


def read_processor(root: Path = Path("/")) -> Processor:
    """This machine's processor. `root` holds proc/."""
    first_core = _first_core(root / CPUINFO)
    return processor(first_core, platform.machine(), platform.processor())


def processor(first_core: str, architecture: str, fallback_name: str) -> Processor:
    """The processor that one core's lines of /proc/cpuinfo describe ("" where there are none)."""
    fields = {}
    for line in first_core.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields[name.strip().lower()] = value.strip()
    known = _ARM if architecture in _ARM_MACHINES else _X86
    flags = fields.get("flags") or fields.get("features")
    features = tuple(sorted({known[flag] for flag in (flags or "").split() if flag in known}))
    return Processor(
        _name(fields) or fallback_name or architecture, architecture, features if flags else None
    )


def _name(fields: dict[str, str]) -> str:
    if name := fields.get("model name"):
        return " ".join(name.split())
    # Arm gives numbers only.
    maker, part = fields.get("cpu implementer"), fields.get("cpu part")
    return f"{_ARM_MAKERS.get(maker, maker)} processor {part}" if maker and part else ""


def _first_core(path: Path) -> str:
    """The lines up to the first empty one: with hundreds of cores the whole file takes long."""
    lines = []
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                if not line.strip():
                    break
                lines.append(line)
    except OSError:
        return ""
    return "".join(lines)
