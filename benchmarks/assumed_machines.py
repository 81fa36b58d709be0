"""Machines behind published figures: what was said of them, and what had to be assumed."""

from __future__ import annotations

from dataclasses import dataclass

from app.gpu_catalog import as_gpu, find_gpu
from runtime.placement.hardware import Hardware, Host

GB = 10**9
# llama.cpp reads 0.85 to 0.9 of a desktop's nominal memory bandwidth (shared/FACTS.md).
DRAM_SHARE = 0.85
SYSTEM_BYTES = 2 * GB
# A float32 product reaches so much of a core's peak, which is what the program measures too.
PRODUCT_SHARE = 0.85
DISK_BYTES_PER_S = 3e9  # an NVMe disk; none of these models is read from it again
_AVX2 = frozenset({"AVX2", "FMA", "F16C"})
_AVX512 = _AVX2 | {"AVX512", "AVX512_VNNI"}


@dataclass(frozen=True)
class AssumedMachine:
    """`assumed` names what the source does not say, "" where it says all that counts."""

    name: str
    hardware: Hardware
    assumed: str = ""


def _host(
    ram_gb: int,
    cores: int,
    bandwidth: float,
    core_peak_flops_per_s: float,
    features: frozenset[str] = _AVX2,
) -> Host:
    total = ram_gb * GB
    core = core_peak_flops_per_s * PRODUCT_SHARE
    return Host(total, total - SYSTEM_BYTES, cores, bandwidth, core, DISK_BYTES_PER_S, features)


def _machine(gpu: str, host: Host, name: str = "", assumed: str = "") -> AssumedMachine:
    gpus = (as_gpu(find_gpu(gpu)),) if gpu else ()
    return AssumedMachine(name or gpu, Hardware(gpus, host), assumed)


# Ryzen 9 7950X: 16 Zen 4 cores of 32 float32 operations a cycle at 4.9 GHz on all cores; two
# channels of DDR5-6000, 96 GB/s. The memory's speed is not said.
_RYZEN_7950X = _host(64, 16, 96e9 * DRAM_SHARE, 32 * 4.9e9, _AVX512)
# i9-10900X: 10 Cascade Lake cores, 64 operations a cycle at 3.3 GHz with AVX-512, 62 GB; "the
# measured ~102 GB/s quad-channel DDR4" (AlexsJones/llmfit#755) is the nominal rate of DDR4-3200.
_I9_10900X = _host(64, 10, 102.4e9 * DRAM_SHARE, 64 * 3.3e9, _AVX512)
# A desktop of the RTX 3060's years: 8 Zen 3 cores of 32 operations a cycle at 4.4 GHz; two channels
# of DDR4-3200, 51.2 GB/s.
_DDR4_DESKTOP = _host(64, 8, 51.2e9 * DRAM_SHARE, 32 * 4.4e9)
# A desktop of the RTX 4070's and gpt-oss's years: 8 Zen 4 cores at 4.9 GHz; two channels of
# DDR5-5600, 89.6 GB/s.
_DDR5_DESKTOP = _host(96, 8, 89.6e9 * DRAM_SHARE, 32 * 4.9e9, _AVX512)
# Xeon Gold 6454S: 32 cores of 64 operations a cycle at 2.6 GHz with AVX-512; each socket has 8
# channels of DDR5-4800, 307 GB/s (KTransformers, doc/en/DeepseekR1_V3_tutorial.md).
_XEON_PEAK = 64 * 2.6e9
_ONE_XEON = _host(512, 32, 307.2e9 * DRAM_SHARE, _XEON_PEAK, _AVX512)
# llama.cpp is not aware of nodes: weights lie where they were read to, and half of the threads read
# them through the 3 UPI links of 16 GT/s, some 32 GB/s each, while the others wait for them.
# With 0.85 of the nominal 614 GB/s the prediction would be 4.8 times the published speed.
_TWO_XEONS = _host(1000, 64, 2 * 3 * 32e9, _XEON_PEAK, _AVX512)

RYZEN_7950X = _machine("", _RYZEN_7950X, "Ryzen 9 7950X", "DDR5-6000")
RTX_4080 = _machine("RTX 4080", _RYZEN_7950X, "RTX 4080, Ryzen 9 7950X", "DDR5-6000")
RTX_2080 = _machine("RTX 2080", _I9_10900X, "RTX 2080, i9-10900X")
RTX_4070_TI = _machine("RTX 4070 Ti", _DDR5_DESKTOP, assumed="8 cores, DDR5-5600")
RTX_4090 = _machine("RTX 4090", _DDR5_DESKTOP)
RTX_3090_TI = _machine("RTX 3090 Ti", _DDR5_DESKTOP)
RTX_3060 = _machine("RTX 3060", _DDR4_DESKTOP, assumed="8 cores, DDR4-3200")
RTX_4070 = _machine("RTX 4070", _DDR5_DESKTOP, assumed="8 cores, DDR5-5600")
RTX_3090 = _machine("RTX 3090", _DDR5_DESKTOP, assumed="8 cores, DDR5-5600")
TWO_XEONS = _machine("", _TWO_XEONS, "two Xeon Gold 6454S", "192 of 614 GB/s, across nodes")
ONE_XEON = _machine("RTX 4090", _ONE_XEON, "RTX 4090D, Xeon Gold 6454S", "RTX 4090D as an RTX 4090")
