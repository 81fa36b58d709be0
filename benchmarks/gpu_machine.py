"""The machine the GPU benchmark runs on: its devices, how to plan for them, and what to call it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from app.dry_run import DryRuns
from app.engine_build import installed_engine
from app.engine_probe import EngineFacts
from app.hardware_probe import ReadHardware, gather
from app.paths import Paths
from app.planner import Planner
from benchmarks.machine_line import builds_line, machine_line
from runtime.gguf.split_files import read_model
from runtime.placement.calibration import Calibration
from runtime.placement.hardware import Gpu, Hardware
from runtime.placement.model_layout import model_layout
from runtime.placement.objective import OBJECTIVES

BUILD = (
    "run `make clean run` in Coterie's folder where nvidia-smi and nvcc answer, which builds the "
    "engine with CUDA"
)


@dataclass(frozen=True)
class GpuMachine:
    """`hardware` is as free as the measured programs find it. `build` tells engines apart."""

    name: str
    driver: str
    build: str
    hardware: Hardware
    rpc_servers: tuple[str, ...] = ()

    def dry_runs(self, path: Path) -> DryRuns:
        return DryRuns(path, self.rpc_servers)

    def planner(self, path: Path) -> Planner:
        """For the model at `path`; predictions are as without any run."""
        return Planner(
            model_layout(read_model(path)),
            self.hardware,
            OBJECTIVES["chat"],
            Calibration(),
            self.dry_runs(path),
        )


def why_not(engine: EngineFacts) -> str:
    """One sentence on why this engine can't be measured on a GPU, "" when it can."""
    if engine.described is None:
        return f"The engine does not answer ({engine.trouble} {engine.detail}): {BUILD}."
    if any(device.kind == "gpu" for device in engine.described.devices):
        return ""
    report = engine.installed.report
    reason = f" ({report.cuda_reason})" if report and report.cuda_reason else ""
    if report and report.cuda:
        return "The engine is built with CUDA, but finds no GPU: see `nvidia-smi`."
    return f"The engine was built for the processor alone{reason}: {BUILD}."


def this_machine(paths: Paths, model: Path | None = None) -> tuple[GpuMachine | None, str]:
    """The machine as it is now, or None and a sentence that says what is missing."""
    read = gather(paths, model)
    if problem := why_not(read.engine):
        return None, problem
    return _as_machine(read), ""


def _as_machine(read: ReadHardware) -> GpuMachine:
    gpus = read.hardware.gpus
    drivers = sorted({gpu.driver for gpu in read.machine.gpus.found if gpu.answers})
    return GpuMachine(
        f"{gpus[0].label}; {machine_line()}",
        ", ".join(drivers),
        f"{builds_line()}, engine {read.engine.installed.build_key}",
        Hardware(gpus[:1], read.hardware.host),
    )


def rpc_machine(paths: Paths, endpoint: str) -> GpuMachine:
    """This machine with the RPC server at `endpoint` for a GPU: as fast as the processor it is."""
    host = gather(paths).hardware.host
    gpu = Gpu(
        name=f"RPC0[{endpoint}]",
        label="RPC device",
        total_bytes=host.total_bytes,
        free_bytes=host.free_bytes // 2,
        bandwidth_bytes_per_s=host.bandwidth_bytes_per_s,
        matmul_flops_per_s=host.core_flops_per_s,
        pcie_bytes_per_s=host.bandwidth_bytes_per_s / 2,
        has_host_buffer=False,
    )
    build = f"{builds_line()}, engine {installed_engine().build_key}"
    name = f"RPC device on {machine_line()}"
    return GpuMachine(name, "none", build, Hardware((gpu,), host), (endpoint,))


def with_free(machine: GpuMachine, free_bytes: int) -> GpuMachine:
    """`machine` with `free_bytes` of its GPU free."""
    gpu = replace(machine.hardware.gpus[0], free_bytes=free_bytes)
    return replace(machine, hardware=Hardware((gpu,), machine.hardware.host))
