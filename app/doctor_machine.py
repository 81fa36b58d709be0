"""What the doctor says of the computer itself: processor, memory, graphics, disk, screen."""

from __future__ import annotations

from app.check_view import CheckView
from app.engine_probe import EngineFacts
from app.gpu_probe import Gpu, Gpus
from app.machine import Disk, Machine, Memory
from app.number_text import counted, gib_of, gib_unit
from app.processor import Processor
from runtime.cores import Cores

GIB = 1024**3
# The engine, a small model and its context fit in this; the window takes little.
LEAST_FREE_MEMORY_BYTES = 1 * GIB
LEAST_FREE_DISK_BYTES = 2 * GIB
# A 30-billion-parameter model at four bits takes 17 to 19 GiB.
ROOMY_DISK_BYTES = 20 * GIB
# What a person turns the building for CUDA off with (packaging/setup_steps/cuda.py).
CUDA_SWITCH = "COTERIE_CUDA"
_X86 = ("x86_64", "AMD64")
_SHOWN_FEATURES = ("AVX2", "AVX512", "AMX_INT8", "NEON", "DOTPROD", "MATMUL_INT8", "SVE")


def processor_check(processor: Processor, cores: Cores) -> CheckView:
    """Whether the processor can run models at a bearable speed, and how much of it is ours."""
    features = processor.features
    shown = [name for name in _SHOWN_FEATURES if name in (features or ())]
    detail = f"{processor.name}\n{', '.join((_cores(cores), *shown))}"
    if features is not None and processor.architecture in _X86 and "AVX2" not in features:
        advice = "It has no AVX2, so answers are slow. Choose small models."
        return CheckView("Processor", "problem", detail, advice)
    if cores.usable < cores.physical:
        advice = "Give this container or program more processors for faster answers."
        return CheckView("Processor", "info", detail, advice)
    return CheckView("Processor", "ok", detail)


def _cores(cores: Cores) -> str:
    text = counted(cores.physical, "core")
    if cores.usable < cores.physical:
        text = f"{cores.usable} of {text} may be used"
    if cores.performance < min(cores.physical, cores.usable):
        text += f" ({cores.performance} fast)"
    return text


def memory_check(memory: Memory) -> CheckView:
    """How much memory there is, and whether a model still fits."""
    detail = f"{gib_unit(memory.total_bytes)}\n{_free(memory.available_bytes)}"
    if memory.limit_bytes is not None:
        detail += f"; this container may use {gib_of(memory.limit_bytes, memory.host_total_bytes)}"
    if memory.available_bytes < LEAST_FREE_MEMORY_BYTES:
        advice = "Close other programs: with less than 1 GiB free even a small model may not load."
        return CheckView("Memory", "problem", detail, advice)
    return CheckView("Memory", "ok", detail)


def _free(size_bytes: int) -> str:
    return f"{gib_unit(size_bytes)} free" if size_bytes else "nothing free"


def graphics_check(gpus: Gpus, engine: EngineFacts, *, patient: bool = True) -> CheckView:
    """Which GPUs there are and whether the engine uses them."""
    working = [gpu for gpu in gpus.found if gpu.answers]
    if working:
        return _working_gpus(working, engine)
    return _troubled_gpus(gpus, patient=patient) or _no_working_gpu(gpus.found, engine)


def _working_gpus(gpus: list[Gpu], engine: EngineFacts) -> CheckView:
    detail = "; ".join(gpu.name for gpu in gpus) + "\n" + "; ".join(map(_gpu_facts, gpus))
    described, report = engine.described, engine.installed.report
    if described is None:
        return CheckView("Graphics", "info", detail)
    if any(device.kind in ("gpu", "igpu") for device in described.devices):
        return CheckView("Graphics", "ok", detail)
    if described.gpu_offload:
        advice = (
            "The engine was built for GPUs and finds none it can use: update the NVIDIA driver, "
            "then restart the computer."
        )
        return CheckView("Graphics", "problem", detail, advice)
    if report and report.cuda_reason.startswith(CUDA_SWITCH):
        advice = f"{report.cuda_reason} left it out. Run make run without that to use this GPU."
        return CheckView("Graphics", "info", detail, advice)
    because = f" ({report.cuda_reason})" if report and report.cuda_reason else ""
    advice = (
        f"The engine was built without CUDA{because}, so this GPU is not used. Install the CUDA "
        "toolkit with cuBLAS, then run: make run"
    )
    return CheckView("Graphics", "problem", detail, advice)


def _gpu_facts(gpu: Gpu) -> str:
    parts = []
    if gpu.vram_total_bytes is not None and gpu.vram_free_bytes is not None:
        free = _free(gpu.vram_free_bytes)
        parts.append(f"{gib_unit(gpu.vram_total_bytes)}, {free}")
    if gpu.driver:
        parts.append(f"driver {gpu.driver}")
    if gpu.compute_capability:
        parts.append(f"compute capability {gpu.compute_capability}")
    return ", ".join(parts)


def _troubled_gpus(gpus: Gpus, *, patient: bool) -> CheckView | None:
    card = any(gpu.vendor == "NVIDIA" for gpu in gpus.found)
    if gpus.trouble == "no_answer":
        if not patient:
            return CheckView(
                "Graphics", "info", "Not known yet\nThe NVIDIA driver is slow to answer"
            )
        advice = "Restart the computer. If that does not help, install the NVIDIA driver again."
        return CheckView("Graphics", "problem", "The NVIDIA driver does not answer", advice)
    # A computer without such a card may well have the driver's library, as CUDA's containers do.
    if gpus.trouble == "driver_error" and (card or "mismatch" in gpus.detail):
        advice = "Restart the computer. If that does not help, install the NVIDIA driver again."
        detail = f"The NVIDIA driver does not work\nIt says: {gpus.detail}"
        return CheckView("Graphics", "problem", detail, advice)
    if gpus.trouble == "probe_failed" and card:
        detail = f"The NVIDIA driver could not be asked\n{gpus.detail}"
        return CheckView("Graphics", "problem", detail, "Install the NVIDIA driver again.")
    return None


def _no_working_gpu(seen: tuple[Gpu, ...], engine: EngineFacts) -> CheckView:
    named = "; ".join(f"{gpu.name} ({gpu.driver})" if gpu.driver else gpu.name for gpu in seen)
    if any(gpu.vendor == "NVIDIA" for gpu in seen):
        advice = "To use it, install NVIDIA's own driver and the CUDA toolkit, then run: make run"
        detail = f"{named}\nNVIDIA's driver is not there"
        return CheckView("Graphics", "problem", detail, advice)
    devices = engine.described.devices if engine.described else ()
    used = [device.description for device in devices if device.kind in ("gpu", "igpu")]
    if used:
        return CheckView("Graphics", "ok", "; ".join(used))
    if seen:
        detail = f"{named}\nThis engine does not use it; models run on the processor"
        return CheckView("Graphics", "info", detail)
    return CheckView("Graphics", "info", "None found\nModels run on the processor")


def disk_check(disk: Disk) -> CheckView:
    """Whether models can be kept where they are looked for."""
    if disk.free_bytes is None:
        return CheckView("Disk", "info", f"The free space at {disk.path} is not known")
    free = f"{gib_unit(disk.free_bytes)} free" if disk.free_bytes else "Full"
    detail = f"{free}\n{disk.path}"
    if not disk.writable:
        advice = "That folder can't be written. Change its permissions, or set COTERIE_HOME."
        return CheckView("Disk", "problem", detail, advice)
    if disk.free_bytes < LEAST_FREE_DISK_BYTES:
        advice = "Make room: conversations and models need some to be kept."
        return CheckView("Disk", "problem", detail, advice)
    if disk.free_bytes < ROOMY_DISK_BYTES:
        advice = "Enough for small models; a large one takes 17 GiB and more."
        return CheckView("Disk", "info", detail, advice)
    return CheckView("Disk", "ok", detail)


def display_check(machine: Machine) -> CheckView:
    """Whether there is a screen to open the window on."""
    if machine.display:
        return CheckView("Display", "ok", "Found")
    advice = "The window needs one. Without it use: coterie run MODEL PROMPT"
    return CheckView("Display", "info", "No screen here", advice)
