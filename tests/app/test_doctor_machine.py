"""What the doctor says of computers of all kinds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.check_view import CheckStatus
from app.doctor_machine import (
    disk_check,
    display_check,
    graphics_check,
    memory_check,
    processor_check,
)
from app.engine_build import BuildReport
from app.engine_probe import EngineFacts
from app.gpu_probe import Gpus
from app.machine import Disk, Memory
from app.processor import Processor
from runtime.cores import Cores
from tests.app.findings import (
    BLIND_CUDA_ENGINE,
    CORES,
    CPU_ENGINE,
    CUDA_ENGINE,
    GEFORCE,
    GIB,
    GPU_DEVICE,
    INSTALLED,
    MACHINE,
    NOUVEAU,
    RADEON,
    RYZEN,
    described,
)

OLD = Processor("Intel Core i7-3770", "x86_64", ("AVX", "F16C", "SSE3", "SSSE3"))
UNKNOWN = Processor("Apple M2", "arm64", None)
BLIND = EngineFacts(INSTALLED, trouble="no_answer")
NOT_LOADED = EngineFacts(INSTALLED, trouble="not_loaded", detail="libgomp.so.1 is missing")


@pytest.mark.parametrize(
    ("processor", "cores", "status", "detail", "advice"),
    [
        (RYZEN, CORES, "ok", "AMD Ryzen 7 7700\n8 cores, AVX2, AVX512", ""),
        (RYZEN, Cores(1, 1, 1, 1), "ok", "\n1 core, ", ""),
        (RYZEN, Cores(8, 16, 2, 8), "info", "\n2 of 8 cores may be used, ", "more processors"),
        (RYZEN, Cores(14, 20, 14, 6), "ok", "\n14 cores (6 fast), ", ""),
        (OLD, CORES, "problem", "Intel Core i7-3770\n8 cores", "no AVX2"),
        (UNKNOWN, CORES, "ok", "Apple M2\n8 cores", ""),
    ],
)
def test_processor(
    processor: Processor, cores: Cores, status: CheckStatus, detail: str, advice: str
) -> None:
    check = processor_check(processor, cores)
    assert check.status == status
    assert detail in check.detail
    assert advice in check.advice
    assert bool(check.advice) == (status != "ok")


@pytest.mark.parametrize(
    ("memory", "status", "detail"),
    [
        (Memory(32 * GIB, 22 * GIB, 32 * GIB), "ok", "32.0 GiB\n22.0 GiB free"),
        (
            Memory(8 * GIB, 6 * GIB, 32 * GIB, 8 * GIB),
            "ok",
            "8.0 GiB\n6.0 GiB free; this container may use 8.0 of 32.0 GiB",
        ),
        (Memory(32 * GIB, GIB // 2, 32 * GIB), "problem", "32.0 GiB\n0.5 GiB free"),
        (Memory(32 * GIB, 0, 32 * GIB), "problem", "32.0 GiB\nnothing free"),
    ],
)
def test_memory(memory: Memory, status: CheckStatus, detail: str) -> None:
    check = memory_check(memory)
    assert (check.status, check.detail) == (status, detail)
    assert bool(check.advice) == (status == "problem")


@pytest.mark.parametrize(
    ("gpus", "engine", "status", "detail", "advice"),
    [
        (
            Gpus((GEFORCE,)),
            CUDA_ENGINE,
            "ok",
            (
                "NVIDIA GeForce RTX 4070\n12.0 GiB, 11.0 GiB free, driver 560.35.03, "
                "compute capability 8.9"
            ),
            "",
        ),
        (
            Gpus((GEFORCE,)),
            CPU_ENGINE,
            "problem",
            "NVIDIA GeForce RTX 4070\n",
            (
                "built without CUDA (NVIDIA GeForce RTX 4070 found, but no CUDA toolkit (nvcc)), "
                "so this GPU is not used. Install the CUDA toolkit with cuBLAS, then run: make run"
            ),
        ),
        (
            Gpus((GEFORCE,)),
            replace(CPU_ENGINE, installed=replace(INSTALLED, report=None)),
            "problem",
            "NVIDIA GeForce RTX 4070\n",
            "The engine was built without CUDA, so",
        ),
        (Gpus((GEFORCE,)), BLIND_CUDA_ENGINE, "problem", "RTX 4070\n", "update the NVIDIA driver"),
        (
            Gpus((GEFORCE,)),
            replace(
                CPU_ENGINE,
                installed=replace(
                    INSTALLED, report=BuildReport("0.3.36", "k", cuda_reason="COTERIE_CUDA=off")
                ),
            ),
            "info",
            "NVIDIA GeForce RTX 4070\n",
            "COTERIE_CUDA=off left it out.",
        ),
        # What is wrong with the engine is said where the engine is.
        (Gpus((GEFORCE,)), NOT_LOADED, "info", "NVIDIA GeForce RTX 4070\n", ""),
        (Gpus((GEFORCE, RADEON)), CUDA_ENGINE, "ok", "NVIDIA GeForce RTX 4070\n", ""),
        (Gpus((replace(GEFORCE, vram_total_bytes=None),)), CUDA_ENGINE, "ok", "\ndriver 560", ""),
        (Gpus(), CPU_ENGINE, "info", "None found\nModels run on the processor", ""),
        (
            Gpus((RADEON,)),
            CPU_ENGINE,
            "info",
            "AMD graphics 0x744c (amdgpu)\nThis engine does not use it; models run on",
            "",
        ),
        (
            Gpus((RADEON,)),
            EngineFacts(INSTALLED, described(GPU_DEVICE, gpu_offload=True)),
            "ok",
            GPU_DEVICE.description,
            "",
        ),
        (
            Gpus((NOUVEAU,)),
            CPU_ENGINE,
            "problem",
            "NVIDIA graphics 0x2786 (nouveau)\nNVIDIA's driver is not there",
            "install NVIDIA's own driver",
        ),
        (
            Gpus((NOUVEAU,), "driver_error", "Driver Not Loaded"),
            CPU_ENGINE,
            "problem",
            "The NVIDIA driver does not work\nIt says: Driver Not Loaded",
            "Restart the computer",
        ),
        (
            Gpus((), "driver_error", "RM has detected an NVML/RM version mismatch."),
            CPU_ENGINE,
            "problem",
            "version mismatch",
            "Restart the computer",
        ),
        # The driver's library in a container on a computer without such a card.
        (Gpus((), "driver_error", "Driver Not Loaded"), CPU_ENGINE, "info", "None found", ""),
        (Gpus((), "no_answer"), CPU_ENGINE, "problem", "does not answer", "Restart"),
        (Gpus((NOUVEAU,), "probe_failed", "code -11"), CPU_ENGINE, "problem", "code -11", "again"),
        (Gpus((), "probe_failed", "No module named 'pynvml'"), CPU_ENGINE, "info", "None", ""),
    ],
)
def test_graphics(
    gpus: Gpus, engine: EngineFacts, status: CheckStatus, detail: str, advice: str
) -> None:
    check = graphics_check(gpus, engine)
    assert check.status == status
    assert detail in check.detail
    assert advice in check.advice
    assert bool(check.advice) == (status == "problem" or bool(advice))


def test_a_slow_driver_is_no_problem_yet_on_the_first_page() -> None:
    check = graphics_check(Gpus((), "no_answer"), BLIND, patient=False)
    assert (check.status, check.detail.splitlines()[0]) == ("info", "Not known yet")


@pytest.mark.parametrize(
    ("disk", "status", "advice"),
    [
        (Disk(Path("/m"), 1000 * GIB, 412 * GIB), "ok", ""),
        (Disk(Path("/m"), 1000 * GIB, 12 * GIB), "info", "17 GiB"),
        (Disk(Path("/m"), 1000 * GIB, GIB), "problem", "Make room"),
        (Disk(Path("/m"), 1000 * GIB, 0), "problem", "Make room"),
        (Disk(Path("/m"), 1000 * GIB, 412 * GIB, writable=False), "problem", "COTERIE_HOME"),
        (Disk(Path("/m"), None, None), "info", ""),
    ],
)
def test_disk(disk: Disk, status: CheckStatus, advice: str) -> None:
    check = disk_check(disk)
    assert check.status == status
    assert advice in check.advice
    assert "/m" in check.detail


def test_display() -> None:
    assert display_check(MACHINE).status == "ok"
    none = display_check(replace(MACHINE, display=False))
    assert none.status == "info"
    assert "coterie run" in none.advice
