"""Energy of one answer: from the machine's own counters where they can be read, else estimated."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runtime.language import marked
from runtime.protocol.messages import Energy
from runtime.worker.gpu_energy import ReadGpus, joules_of_gpus

# Rated desktop and server CPUs lie near 8 W a core (65 W / 8 cores, 360 W / 48 cores).
ESTIMATED_W_PER_BUSY_CORE = 8.0
# Kept with the answer in English, so that it reads in any language wherever it is shown.
COUNTED = marked("CPU package counter, other programs included")
ESTIMATED = marked("8 W for each busy core: no power counter can be read")
ALL_COUNTED = marked("CPU package and GPU counters, other programs included")
GPU_COUNTED = marked("GPU counter, other programs included; the CPU at 8 W for each busy core")
GPU_MISSING = marked("CPU package counter only: the GPU's energy can't be read and is missing")
ESTIMATED_GPU_MISSING = marked(
    "8 W for each busy core: no power counter can be read, and the GPU's energy is missing"
)
POWERCAP = Path("/sys/class/powercap")


@dataclass(frozen=True)
class CounterReading:
    """One package counter: microjoules so far and where it wraps around."""

    energy_uj: int
    wraps_at_uj: int


def joules_between(earlier: CounterReading, later: CounterReading) -> float:
    """Joules between two readings of one counter, one wrap-around allowed for."""
    difference = later.energy_uj - earlier.energy_uj
    if difference < 0:
        difference += earlier.wraps_at_uj
    return difference / 1e6


def read_packages(root: Path = POWERCAP) -> dict[str, CounterReading]:
    """Every readable CPU package counter (RAPL), empty where the system does not let us."""
    readings = {}
    for folder in sorted(root.glob("intel-rapl:*")):
        if folder.name.count(":") != 1:
            continue
        try:
            readings[folder.name] = CounterReading(
                int((folder / "energy_uj").read_text()),
                int((folder / "max_energy_range_uj").read_text()),
            )
        except (OSError, ValueError):
            continue
    return readings


class EnergyMeter:
    """Starts with the answer; `stop` gives what it took.

    `read_gpus` is None for a model that has nothing on a GPU; see `gpu_counters`.
    """

    def __init__(
        self,
        read: Callable[[], dict[str, CounterReading]] = read_packages,
        read_gpus: ReadGpus | None = None,
    ) -> None:
        self._read, self._read_gpus = read, read_gpus
        self._before = read()
        self._gpus_before = read_gpus() if read_gpus else {}
        self._cpu_before_s = time.process_time()

    def stop(self) -> Energy:
        cpu = self._cpu()
        if self._read_gpus is None:
            return cpu
        gpu_joules = joules_of_gpus(self._gpus_before, self._read_gpus())
        return with_gpus(cpu, gpu_joules)

    def _cpu(self) -> Energy:
        after = self._read()
        joules = sum(
            joules_between(before, after[name])
            for name, before in self._before.items()
            if name in after
        )
        if joules > 0:
            return Energy(joules, "measured", COUNTED)
        busy_s = time.process_time() - self._cpu_before_s
        return Energy(busy_s * ESTIMATED_W_PER_BUSY_CORE, "estimated", ESTIMATED)


def with_gpus(cpu: Energy, gpu_joules: float | None) -> Energy:
    """The processor's energy and that of the GPUs, None where it can't be read.

    What misses the GPUs is no measure of the answer, however well the processor's part is known.
    """
    if gpu_joules is None:
        note = GPU_MISSING if cpu.source == "measured" else ESTIMATED_GPU_MISSING
        return Energy(cpu.joules, "estimated", note)
    joules = cpu.joules + gpu_joules
    if cpu.source == "measured":
        return Energy(joules, "measured", ALL_COUNTED)
    return Energy(joules, "estimated", GPU_COUNTED, measured_joules=gpu_joules)
