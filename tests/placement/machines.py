"""Computers to plan for: data-sheet GPUs beside a host of round numbers."""

from __future__ import annotations

from app.gpu_catalog import as_gpu, find_gpu
from runtime.placement.calibration import Calibration
from runtime.placement.compute_buffers import estimated_buffers
from runtime.placement.hardware import Gpu, Hardware, Host
from runtime.placement.model_layout import ModelLayout
from runtime.placement.objective import OBJECTIVES, Objective
from runtime.placement.plan import Situation

GIB = 1 << 30
AVX2 = frozenset({"AVX2"})
CHAT = OBJECTIVES["chat"]
# A back end that is no GPU: RPC, which offers no pinned memory.
PLAIN_GPU = Gpu("RPC0[here]", "RPC", 8 * GIB, 8 * GIB, 20e9, 1e12, 1e9, has_host_buffer=False)


def host(ram_gib: float, gb_per_s: float = 65, cores: int = 8) -> Host:
    """A desktop's processor, of whose memory a tenth is taken."""
    total = int(ram_gib * GIB)
    return Host(total, int(total * 0.9), cores, gb_per_s * 1e9, 60e9, 2e9, AVX2)


def machine(
    *gpus: str | Gpu, ram_gib: float = 64, gb_per_s: float = 65, cores: int = 8
) -> Hardware:
    """GPUs by their names in the catalogue, or as they are."""
    found = tuple(
        as_gpu(find_gpu(gpu), f"CUDA{index}") if isinstance(gpu, str) else gpu
        for index, gpu in enumerate(gpus)
    )
    return Hardware(found, host(ram_gib, gb_per_s, cores))


def card(memory_gib: float, name: str = "RTX 3060") -> Gpu:
    """A GPU as fast as `name` with another amount of memory."""
    return as_gpu(find_gpu(name), total_bytes=int(memory_gib * GIB))


def situation(
    layout: ModelLayout,
    hardware: Hardware,
    objective: Objective = CHAT,
    calibration: Calibration | None = None,
) -> Situation:
    return Situation(
        layout,
        hardware,
        objective,
        calibration or Calibration(),
        lambda placement, where: estimated_buffers(layout, placement, where, hardware),
    )
