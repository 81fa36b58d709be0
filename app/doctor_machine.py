"""What the doctor says of the computer itself: processor, memory, graphics, disk, screen."""

from __future__ import annotations

from app.check_view import CheckView
from app.engine_probe import EngineFacts
from app.gpu_probe import Gpu, Gpus
from app.machine import Disk, Machine, Memory
from app.number_text import gib_of, gib_unit
from app.processor import Processor
from runtime.cores import Cores
from runtime.language import marked, tr, tr_in, tr_n

GIB = 1024**3
# The engine, a small model and its context fit in this; the window takes little.
LEAST_FREE_MEMORY_BYTES = 1 * GIB
LEAST_FREE_DISK_BYTES = 2 * GIB
# A 30-billion-parameter model at four bits takes 17 to 19 GiB.
ROOMY_DISK_BYTES = 20 * GIB
# What a person turns the building for CUDA off with (packaging/setup_steps/cuda.py).
CUDA_SWITCH = "COTERIE_CUDA"
_PROCESSOR, _MEMORY, _GRAPHICS = marked("Processor"), marked("Memory"), marked("Graphics")
_DISK, _DISPLAY = marked("Disk"), marked("Display")
_X86 = ("x86_64", "AMD64")
_DRIVER_AGAIN = marked(
    "Restart the computer. If that does not help, install the NVIDIA driver again."
)
_SHOWN_FEATURES = ("AVX2", "AVX512", "AMX_INT8", "NEON", "DOTPROD", "MATMUL_INT8", "SVE")


def processor_check(processor: Processor, cores: Cores) -> CheckView:
    """Whether the processor can run models at a bearable speed, and how much of it is ours."""
    features = processor.features
    shown = [name for name in _SHOWN_FEATURES if name in (features or ())]
    detail = f"{processor.name}\n{', '.join((_cores(cores), *shown))}"
    if features is not None and processor.architecture in _X86 and "AVX2" not in features:
        advice = tr("It has no AVX2, so answers are slow. Choose small models.")
        return CheckView(_PROCESSOR, "problem", detail, advice)
    if cores.usable < cores.physical:
        advice = tr("Give this container or program more processors for faster answers.")
        return CheckView(_PROCESSOR, "info", detail, advice)
    return CheckView(_PROCESSOR, "ok", detail)


def _cores(cores: Cores) -> str:
    text = tr_n("{n} core", "{n} cores", cores.physical)
    if cores.usable < cores.physical:
        text = tr_n(
            "{usable} of {n} core may be used",
            "{usable} of {n} cores may be used",
            cores.physical,
            usable=cores.usable,
        )
    if cores.performance < min(cores.physical, cores.usable):
        text = tr("{cores} ({performance} fast)", cores=text, performance=cores.performance)
    return text


def memory_check(memory: Memory) -> CheckView:
    """How much memory there is, and whether a model still fits."""
    free = _free(memory.available_bytes)
    if memory.limit_bytes is not None:
        limit = gib_of(memory.limit_bytes, memory.host_total_bytes)
        free = tr("{free}; this container may use {limit}", free=free, limit=limit)
    detail = f"{gib_unit(memory.total_bytes)}\n{free}"
    if memory.available_bytes < LEAST_FREE_MEMORY_BYTES:
        advice = tr(
            "Close other programs: with less than 1 GiB free even a small model may not load."
        )
        return CheckView(_MEMORY, "problem", detail, advice)
    return CheckView(_MEMORY, "ok", detail)


def _free(size_bytes: int) -> str:
    return tr("{size} free", size=gib_unit(size_bytes)) if size_bytes else tr("nothing free")


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
        return CheckView(_GRAPHICS, "info", detail)
    if any(device.kind in ("gpu", "igpu") for device in described.devices):
        return CheckView(_GRAPHICS, "ok", detail)
    if described.variants:  # a portable engine: the packs' own checks say what to do
        return CheckView(_GRAPHICS, "info", detail)
    if described.gpu_offload:
        advice = tr(
            "The engine was built for GPUs and finds none it can use: update the NVIDIA driver, "
            "then restart the computer."
        )
        return CheckView(_GRAPHICS, "problem", detail, advice)
    reason = report.cuda_reason if report else ""
    if reason.startswith(CUDA_SWITCH):
        advice = tr(
            "{setting} left it out. Run make run without that to use this GPU.", setting=reason
        )
        return CheckView(_GRAPHICS, "info", detail, advice)
    return CheckView(_GRAPHICS, "problem", detail, _without_cuda(reason))


def _without_cuda(reason: str) -> str:
    if reason:
        return tr(
            "The engine was built without CUDA ({reason}), so this GPU is not used. Install the "
            "CUDA toolkit with cuBLAS, then run: make run",
            reason=reason,
        )
    return tr(
        "The engine was built without CUDA, so this GPU is not used. Install the CUDA "
        "toolkit with cuBLAS, then run: make run"
    )


def _gpu_facts(gpu: Gpu) -> str:
    parts = []
    if gpu.vram_total_bytes is not None and gpu.vram_free_bytes is not None:
        free = _free(gpu.vram_free_bytes)
        parts.append(f"{gib_unit(gpu.vram_total_bytes)}, {free}")
    if gpu.driver:
        parts.append(tr("driver {version}", version=gpu.driver))
    if gpu.compute_capability:
        parts.append(tr("compute capability {version}", version=gpu.compute_capability))
    return ", ".join(parts)


def _troubled_gpus(gpus: Gpus, *, patient: bool) -> CheckView | None:
    card = any(gpu.vendor == "NVIDIA" for gpu in gpus.found)
    if gpus.trouble == "no_answer":
        if not patient:
            detail = tr("Not known yet\nThe NVIDIA driver is slow to answer")
            return CheckView(_GRAPHICS, "info", detail)
        detail = tr("The NVIDIA driver does not answer")
        return CheckView(_GRAPHICS, "problem", detail, tr(_DRIVER_AGAIN))
    # A computer without such a card may well have the driver's library, as CUDA's containers do.
    if gpus.trouble == "driver_error" and (card or "mismatch" in gpus.detail):
        detail = tr("The NVIDIA driver does not work\nIt says: {words}", words=gpus.detail)
        return CheckView(_GRAPHICS, "problem", detail, tr(_DRIVER_AGAIN))
    if gpus.trouble == "probe_failed" and card:
        detail = f"{tr('The NVIDIA driver could not be asked')}\n{gpus.detail}"
        return CheckView(_GRAPHICS, "problem", detail, tr("Install the NVIDIA driver again."))
    return None


def _no_working_gpu(seen: tuple[Gpu, ...], engine: EngineFacts) -> CheckView:
    named = "; ".join(f"{gpu.name} ({gpu.driver})" if gpu.driver else gpu.name for gpu in seen)
    if any(gpu.vendor == "NVIDIA" for gpu in seen):
        advice = tr(
            "To use it, install NVIDIA's own driver and the CUDA toolkit, then run: make run"
        )
        if engine.described is not None and engine.described.variants:
            advice = tr("To use it, install NVIDIA's own driver and a GPU pack.")
        not_there = tr("NVIDIA's driver is not there")
        detail = f"{named}\n{not_there}"
        return CheckView(_GRAPHICS, "problem", detail, advice)
    devices = engine.described.devices if engine.described else ()
    used = [device.description for device in devices if device.kind in ("gpu", "igpu")]
    if used:
        return CheckView(_GRAPHICS, "ok", "; ".join(used))
    if seen:
        unused = tr("This engine does not use it; models run on the processor")
        return CheckView(_GRAPHICS, "info", f"{named}\n{unused}")
    return CheckView(_GRAPHICS, "info", tr("None found\nModels run on the processor"))


def disk_check(disk: Disk) -> CheckView:
    """Whether models can be kept where they are looked for."""
    if disk.free_bytes is None:
        detail = tr("The free space at {path} is not known", path=disk.path)
        return CheckView(_DISK, "info", detail)
    free = _free(disk.free_bytes) if disk.free_bytes else tr_in("disk", "Full")
    detail = f"{free}\n{disk.path}"
    if not disk.writable:
        advice = tr("That folder can't be written. Change its permissions, or set COTERIE_HOME.")
        return CheckView(_DISK, "problem", detail, advice)
    if disk.free_bytes < LEAST_FREE_DISK_BYTES:
        advice = tr("Make room: conversations and models need some to be kept.")
        return CheckView(_DISK, "problem", detail, advice)
    if disk.free_bytes < ROOMY_DISK_BYTES:
        advice = tr("Enough for small models; a large one takes 17 GiB and more.")
        return CheckView(_DISK, "info", detail, advice)
    return CheckView(_DISK, "ok", detail)


def display_check(machine: Machine) -> CheckView:
    """Whether there is a screen to open the window on."""
    if machine.display:
        return CheckView(_DISPLAY, "ok", tr("Found"))
    advice = tr("The window needs one. Without it use: coterie run MODEL PROMPT")
    return CheckView(_DISPLAY, "info", tr("No screen here"), advice)
