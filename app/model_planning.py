"""Puts together what planning a model on this machine takes: header, hardware, what was learnt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from app.dry_run import DryRuns
from app.gpu_catalog import find_gpu
from app.hardware_probe import ReadHardware, gather, what_if
from app.local_models import LocalModel
from app.paths import Paths
from app.plan_store import PlanKey, PlanStore, rates_key
from app.planner import Planner
from app.quirks import machine_key
from runtime.gguf.split_files import read_model
from runtime.placement.hardware import Hardware
from runtime.placement.model_layout import ModelLayout, model_layout
from runtime.placement.objective import OBJECTIVES, ObjectiveName
from runtime.protocol.messages import MemoryUse

# Longer contexts than this are for those who ask for them.
DEFAULT_N_CTX = 8192


@dataclass(frozen=True)
class Supposed:
    """Devices to plan for in place of the real ones; None leaves that one as it is."""

    gpu: str | None = None
    vram_bytes: int | None = None
    ram_bytes: int | None = None

    @property
    def anything(self) -> bool:
        return any(value is not None for value in (self.gpu, self.vram_bytes, self.ram_bytes))


@dataclass(frozen=True)
class ModelPlanning:
    """One model on one machine, ready to be planned. `notes` are about the machine."""

    model: LocalModel
    layout: ModelLayout
    hardware: Hardware
    planner: Planner
    key: PlanKey
    rates: str
    notes: tuple[str, ...]


def model_planning(
    model: LocalModel,
    read: ReadHardware,
    store: PlanStore,
    *,
    n_ctx: int,
    objective: ObjectiveName = "chat",
    supposed: Supposed | None = None,
    held: MemoryUse | None = None,
) -> ModelPlanning:
    """`held` is what our own engine has now, which a load gives back.

    CoterieError for a file that can't be read, or a supposed GPU that nobody knows.
    """
    layout = model_layout(read_model(model.path))
    hardware = with_engine_ended(read.hardware, held)
    is_real = supposed is None or not supposed.anything
    if supposed is not None and not is_real:
        sheet = find_gpu(supposed.gpu) if supposed.gpu else None
        hardware = what_if(
            hardware, gpu=sheet, vram_bytes=supposed.vram_bytes, ram_bytes=supposed.ram_bytes
        )
    rates = rates_key(machine_key(), (gpu.label for gpu in hardware.gpus))
    planner = Planner(
        layout,
        hardware,
        OBJECTIVES[objective],
        store.calibration(rates),
        DryRuns(model.path) if is_real else None,
    )
    return ModelPlanning(
        model, layout, hardware, planner, plan_key(model, read, n_ctx, objective), rates, read.notes
    )


def plan_key(model: LocalModel, read: ReadHardware, n_ctx: int, objective: str) -> PlanKey:
    """What a measured placement of `model` is kept under."""
    drivers = sorted({gpu.driver for gpu in read.machine.gpus.found})
    return PlanKey(
        model.path,
        model.file_bytes,
        machine_key(),
        tuple(f"{gpu.name} {gpu.label} {gpu.total_bytes}" for gpu in read.hardware.gpus),
        ",".join(drivers),
        n_ctx,
        objective,
    )


def context_for(model: LocalModel, wanted: int) -> int:
    """The context asked for, else the model's own up to `DEFAULT_N_CTX`."""
    return wanted or min(model.n_ctx_train, DEFAULT_N_CTX)


def gather_for(paths: Paths, model: Path) -> ReadHardware:
    """This machine, with the disk that `model` is on."""
    return gather(paths, model)


def with_engine_ended(hardware: Hardware, held: MemoryUse | None) -> Hardware:
    """`hardware` with what our own engine holds counted as free."""
    if held is None:
        return hardware
    sizes = {
        device.name: device.weights_bytes + device.kv_bytes + device.compute_bytes
        for device in held.devices
    }
    gpus = tuple(
        replace(gpu, free_bytes=min(gpu.total_bytes, gpu.free_bytes + sizes.get(gpu.name, 0)))
        for gpu in hardware.gpus
    )
    free_bytes = min(hardware.host.total_bytes, hardware.host.free_bytes + held.rss_bytes)
    return Hardware(gpus, replace(hardware.host, free_bytes=free_bytes))
