"""Energy counters of NVIDIA's GPUs beside the processor's: what is measured and what is missing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

import pynvml
import pytest

from runtime.protocol.messages import Energy
from runtime.worker.energy import (
    ALL_COUNTED,
    COUNTED,
    ESTIMATED,
    ESTIMATED_GPU_MISSING,
    GPU_COUNTED,
    GPU_MISSING,
    CounterReading,
    EnergyMeter,
    with_gpus,
)
from runtime.worker.gpu_energy import gpu_counters, joules_of_gpus, reader_of

OWN_PID = 4242


@dataclass
class FakeGpu:
    """The values that a driver gave, one for each time it is asked; None is "not supported"."""

    uuid: str
    millijoules: list[int | None] = field(default_factory=lambda: [0])
    pids: tuple[int, ...] | None = ()


@dataclass
class FakeNvml:
    """pynvml with the given GPUs, a GPU itself being its handle."""

    gpus: tuple[FakeGpu, ...] = ()
    count_fails: bool = False

    NVMLError = pynvml.NVMLError

    def nvmlDeviceGetCount(self) -> int:
        if self.count_fails:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_UNKNOWN)
        return len(self.gpus)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> FakeGpu:
        return self.gpus[index]

    def nvmlDeviceGetUUID(self, gpu: FakeGpu) -> str:
        return gpu.uuid

    def nvmlDeviceGetComputeRunningProcesses(self, gpu: FakeGpu) -> list[SimpleNamespace]:
        if gpu.pids is None:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return [SimpleNamespace(pid=pid) for pid in gpu.pids]

    def nvmlDeviceGetTotalEnergyConsumption(self, gpu: FakeGpu) -> int:
        value = gpu.millijoules.pop(0)
        if value is None:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return value


def read(*gpus: FakeGpu) -> dict[str, int]:
    return reader_of(FakeNvml(gpus), OWN_PID)()


@pytest.mark.parametrize(
    ("gpus", "readings"),
    [
        ((), {}),
        ((FakeGpu("a", [7], (1, OWN_PID)), FakeGpu("b", [8], (1,))), {"a": 7}),
        ((FakeGpu("a", [7], (OWN_PID,)), FakeGpu("b", [8], (OWN_PID,))), {"a": 7, "b": 8}),
        ((FakeGpu("a", [7], (1,)), FakeGpu("b", [8])), {"a": 7, "b": 8}),
        ((FakeGpu("a", [7], None), FakeGpu("b", [8], None)), {"a": 7, "b": 8}),
        ((FakeGpu("a", [7]), FakeGpu("b", [None])), {}),
        ((FakeGpu("a", [7], (OWN_PID,)), FakeGpu("b", [None], (1,))), {"a": 7}),
    ],
    ids=[
        "none",
        "the one we are on",
        "both",
        "another number in a container",
        "not told",
        "one without a counter",
        "another one without a counter",
    ],
)
def test_the_gpus_in_use_are_read(gpus: tuple[FakeGpu, ...], readings: dict[str, int]) -> None:
    assert read(*gpus) == readings


def test_a_driver_that_fails_gives_nothing() -> None:
    assert reader_of(FakeNvml((FakeGpu("a"),), count_fails=True), OWN_PID)() == {}
    assert reader_of(None)() == {}


@pytest.mark.parametrize(
    ("earlier", "later", "joules"),
    [
        ({"a": 1_000}, {"a": 143_500}, 142.5),
        ({"a": 1_000, "b": 0}, {"a": 3_000, "b": 500}, 2.5),
        ({"a": 1_000}, {"a": 1_000}, 0.0),
        ({}, {}, None),
        ({}, {"a": 5}, None),
        ({"a": 5}, {}, None),
        ({"a": 5, "b": 6}, {"a": 7}, None),
        ({"a": 5_000}, {"a": 3}, None),
        ({"a": 2**53}, {"a": 2**53 + 1_000}, 1.0),
    ],
    ids=[
        "one", "two", "too short", "none", "comes late", "goes away", "one goes away",
        "driver loaded again", "large",
    ],
)  # fmt: skip
def test_joules_between_readings(
    earlier: dict[str, int], later: dict[str, int], joules: float | None
) -> None:
    assert joules_of_gpus(earlier, later) == joules


MEASURED = Energy(20.0, "measured", COUNTED)
GUESSED = Energy(4.0, "estimated", ESTIMATED)


@pytest.mark.parametrize(
    ("cpu", "gpu_joules", "energy", "estimated_joules"),
    [
        (MEASURED, 100.0, Energy(120.0, "measured", ALL_COUNTED), 0.0),
        (MEASURED, 0.0, Energy(20.0, "measured", ALL_COUNTED), 0.0),
        (MEASURED, None, Energy(20.0, "estimated", GPU_MISSING), 20.0),
        (GUESSED, 100.0, Energy(104.0, "estimated", GPU_COUNTED, 100.0), 4.0),
        (GUESSED, None, Energy(4.0, "estimated", ESTIMATED_GPU_MISSING), 4.0),
    ],
)
def test_processor_and_gpus_together(
    cpu: Energy, gpu_joules: float | None, energy: Energy, estimated_joules: float
) -> None:
    found = with_gpus(cpu, gpu_joules)
    assert found == energy
    assert found.estimated_joules == estimated_joules


def package(*energies_uj: int) -> Callable[[], dict[str, CounterReading]]:
    rest = iter(energies_uj)
    return lambda: {"intel-rapl:0": CounterReading(next(rest), 2**40)}


def test_an_answer_takes_what_both_counters_rose() -> None:
    gpus = reader_of(FakeNvml((FakeGpu("a", [81_200_000, 81_343_000], (OWN_PID,)),)), OWN_PID)
    energy = EnergyMeter(package(1_000_000, 13_500_000), gpus).stop()
    assert energy == Energy(155.5, "measured", ALL_COUNTED)


def test_a_gpu_without_a_counter_makes_it_an_estimate() -> None:
    gpus = reader_of(FakeNvml((FakeGpu("a", [None, None]),)), OWN_PID)
    energy = EnergyMeter(package(0, 12_500_000), gpus).stop()
    assert energy == Energy(12.5, "estimated", GPU_MISSING)


def test_a_model_without_a_gpu_asks_no_driver() -> None:
    assert gpu_counters(False) is None
    program = "import sys, runtime.worker.energy; print('pynvml' in sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert told.stdout.strip() == "False"


def test_this_machine_s_own_gpus() -> None:
    """Without NVIDIA's driver there is nothing to read; with it counters only rise."""
    read_gpus = gpu_counters(True)
    assert read_gpus is not None
    earlier = read_gpus()
    joules = joules_of_gpus(earlier, read_gpus())
    assert (joules is None) == (not earlier)
    assert joules is None or 0 <= joules < 1e4


def test_an_old_answer_s_energy_is_read_as_before() -> None:
    assert Energy(5.0, "measured", "").estimated_joules == 0.0
    assert Energy(5.0, "estimated", "").estimated_joules == 5.0
