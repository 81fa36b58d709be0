"""GPUs as their driver tells them, and a driver that is absent, refuses, crashes or hangs."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pynvml
import pytest

from app.dashboard.gpu_child import SILENT_S, GpuChild
from app.dashboard.gpu_reading import GpuReading, open_driver, read_gpus
from app.dashboard.machine_sample import GpuSample

GIB, MIB = 1 << 30, 1 << 20
WORKER = 4711
PATIENCE_S = 30.0
# In NVML's own types and units, for a card at work.
ANSWERING: dict[str, Any] = {
    "nvmlDeviceGetName": "NVIDIA GeForce RTX 4070",
    "nvmlDeviceGetMemoryInfo": SimpleNamespace(total=12 * GIB, free=1 * GIB, used=11 * GIB),
    "nvmlDeviceGetPowerUsage": 143_250,
    "nvmlDeviceGetTemperature": 67,
    "nvmlDeviceGetCurrentClocksThrottleReasons": 0,
    "nvmlDeviceGetComputeRunningProcesses": [
        SimpleNamespace(pid=1200, usedGpuMemory=300 * MIB),
        SimpleNamespace(pid=WORKER, usedGpuMemory=10_400 * MIB),
    ],
}
SAMPLE = GpuSample(
    "NVIDIA GeForce RTX 4070",
    12 * GIB,
    11 * GIB,
    10_400 * MIB,
    143.25,
    67.0,
)


@dataclass
class RecordedNvml:
    """pynvml with one GPU that tells `told`; a number of NVML's errors is raised instead."""

    told: dict[str, Any] = field(default_factory=lambda: dict(ANSWERING))
    init_error: int = 0
    count_error: int = 0

    NVMLError = pynvml.NVMLError
    NVML_ERROR_LIBRARY_NOT_FOUND = pynvml.NVML_ERROR_LIBRARY_NOT_FOUND

    def nvmlInit(self) -> None:
        if self.init_error:
            raise pynvml.NVMLError(self.init_error)

    def nvmlDeviceGetCount(self) -> int:
        if self.count_error:
            raise pynvml.NVMLError(self.count_error)
        return 1

    def nvmlDeviceGetHandleByIndex(self, index: int) -> int:
        return index

    def __getattr__(self, name: str) -> Any:
        if name not in self.told:
            raise AttributeError(name)
        value = self.told[name]

        def tell(*_arguments: Any) -> Any:
            if isinstance(value, pynvml.NVMLError):
                raise value
            return value

        return tell


UNSUPPORTED = pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, SAMPLE),
        # Windows tells no sizes, a container hides processes.
        (
            {
                "nvmlDeviceGetComputeRunningProcesses": [
                    SimpleNamespace(pid=WORKER, usedGpuMemory=None)
                ]
            },
            GpuSample(SAMPLE.name, 12 * GIB, 11 * GIB, None, 143.25, 67.0),
        ),
        (
            {
                "nvmlDeviceGetComputeRunningProcesses": [],
                "nvmlDeviceGetPowerUsage": UNSUPPORTED,
            },
            GpuSample(SAMPLE.name, 12 * GIB, 11 * GIB, None, None, 67.0),
        ),
        # Unified memory has no total.
        (
            {"nvmlDeviceGetMemoryInfo": UNSUPPORTED},
            GpuSample(SAMPLE.name, None, None, 10_400 * MIB, 143.25, 67.0),
        ),
    ],
)
def test_what_a_gpu_tells(changed: dict[str, Any], expected: GpuSample) -> None:
    assert read_gpus(RecordedNvml(ANSWERING | changed), WORKER) == GpuReading((expected,))


@pytest.mark.parametrize(
    ("reasons", "is_hot", "is_power_held"),
    [
        (0x0, False, False),
        (0x1, False, False),  # idle
        (0x4, False, True),
        (0x20, True, False),
        (0x40, True, False),
        (0x80, False, True),
        (0x24, True, True),
    ],
)
def test_why_a_clock_is_held_down(reasons: int, is_hot: bool, is_power_held: bool) -> None:
    nvml = RecordedNvml(ANSWERING | {"nvmlDeviceGetCurrentClocksThrottleReasons": reasons})
    gpu = read_gpus(nvml, WORKER).gpus[0]
    assert (gpu.is_hot, gpu.is_power_held) == (is_hot, is_power_held)


def test_a_driver_that_does_not_answer() -> None:
    assert open_driver(RecordedNvml()) is None
    absent = open_driver(RecordedNvml(init_error=pynvml.NVML_ERROR_LIBRARY_NOT_FOUND))
    assert absent == GpuReading(is_absent=True)
    refused = open_driver(RecordedNvml(init_error=9))
    assert refused == GpuReading(error="Driver Not Loaded")
    assert read_gpus(RecordedNvml(count_error=15), 0) == GpuReading(error="GPU is lost")


# Children in place of the driver's.

ANSWERS = (
    "import sys\n"
    "for line in sys.stdin:\n"
    '    print(\'{"gpus": [{"name": "GPU of %s"}]}\' % line.strip(), flush=True)\n'
)


def child(code: str) -> GpuChild:
    return GpuChild((sys.executable, "-c", code))


def asked_until(gpus: GpuChild, pid: int | None, is_wanted: Any) -> Any:
    """Asks until the answer is as wanted; the child's own thread has it some moment."""
    give_up_s = time.monotonic() + PATIENCE_S
    while not is_wanted(found := gpus.ask(pid, 0.0)):
        assert time.monotonic() < give_up_s, found
        gpus._answered.wait(0.05)
    return found


def test_answers_follow_questions() -> None:
    gpus = child(ANSWERS)
    assert gpus.ask(7, 0.0) == ()
    assert asked_until(gpus, 7, bool) == (GpuSample("GPU of 7"),)
    asked_until(gpus, None, lambda found: found == (GpuSample("GPU of 0"),))
    gpus.rest()
    assert gpus.ask(8, 0.0) == ()
    assert asked_until(gpus, 8, bool) == (GpuSample("GPU of 8"),)
    gpus.rest()
    assert not gpus.gave_up


@pytest.mark.parametrize("said", ['{"error": "GPU is lost"}', '{"is_absent": true}', "not JSON"])
def test_a_driver_that_refuses_is_not_asked_again(said: str) -> None:
    gpus = child(f"import sys\nfor line in sys.stdin: print({said!r}, flush=True)")
    give_up_s = time.monotonic() + PATIENCE_S
    while not gpus.gave_up:
        assert gpus.ask(1, 0.0) == ()
        assert time.monotonic() < give_up_s
        gpus._answered.wait(0.05)
    assert gpus._process is None


def test_a_driver_that_hangs_costs_no_waiting() -> None:
    gpus = child("import time\ntime.sleep(600)")
    began_s = time.monotonic()
    assert gpus.ask(1, 0.0) == ()
    process = gpus._process
    assert process is not None
    assert gpus.ask(1, SILENT_S - 0.1) == ()
    assert not gpus.gave_up
    assert gpus.ask(1, SILENT_S + 0.1) == ()
    assert gpus.gave_up
    assert time.monotonic() - began_s < 5
    process.wait(PATIENCE_S)


def test_a_command_that_does_not_start() -> None:
    gpus = GpuChild(("/no/such/program",))
    assert gpus.ask(1, 0.0) == ()
    assert gpus.gave_up


def test_the_real_child_on_this_machine() -> None:
    """With a driver it tells GPUs with names, without one it gives up."""
    gpus = GpuChild()
    asked_until(gpus, 1, lambda found: bool(found) or gpus.gave_up)
    assert all(gpu.name for gpu in gpus.ask(1, 0.0))
    gpus.rest()
