"""GPUs from a driver that answers, refuses, hangs or crashes, and from recorded /sys trees."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pynvml
import pytest
from msgspec.structs import replace

from app.child_process import Answer
from app.gpu_nvml import NvidiaAnswer, NvidiaGpu, ask_driver
from app.gpu_probe import NVML_COMMAND, Gpu, GpuProbe, Gpus, combined
from app.gpu_sysfs import SeenCard, seen_cards
from tests.app.trees import write_tree

GIB = 1024**3
RTX_4070 = NvidiaGpu("NVIDIA GeForce RTX 4070", "560.35.03", 12 * GIB, 11 * GIB, "8.9")
IDLE_A100 = NvidiaGpu(
    "NVIDIA A100 80GB PCIe",
    "560.35.03",
    80 * GIB,
    79 * GIB,
    "8.0",
    pcie_generation=1,
    pcie_width=16,
    pcie_max_generation=4,
    pcie_max_width=16,
    power_limit_w=300.0,
)
SPARK = NvidiaGpu("NVIDIA GB10", "580.95", None, None, "12.1")


@dataclass
class FakeNvml:
    """pynvml with the given GPUs. `fails` maps a function's name to NVML's error number."""

    gpus: tuple[NvidiaGpu, ...] = ()
    fails: dict[str, int] | None = None

    NVMLError = pynvml.NVMLError
    NVML_ERROR_LIBRARY_NOT_FOUND = pynvml.NVML_ERROR_LIBRARY_NOT_FOUND
    NVML_ERROR_NOT_SUPPORTED = pynvml.NVML_ERROR_NOT_SUPPORTED

    def _may_fail(self, name: str) -> None:
        if (self.fails or {}).get(name):
            raise pynvml.NVMLError((self.fails or {})[name])

    def nvmlInit(self) -> None:
        self._may_fail("nvmlInit")

    def nvmlSystemGetDriverVersion(self) -> str:
        self._may_fail("nvmlSystemGetDriverVersion")
        return self.gpus[0].driver if self.gpus else "560.35.03"

    def nvmlDeviceGetCount(self) -> int:
        return len(self.gpus)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> NvidiaGpu:
        self._may_fail("nvmlDeviceGetHandleByIndex")
        return self.gpus[index]

    def nvmlDeviceGetName(self, gpu: NvidiaGpu) -> str:
        return gpu.name

    def nvmlDeviceGetMemoryInfo(self, gpu: NvidiaGpu) -> Any:
        self._may_fail("nvmlDeviceGetMemoryInfo")
        if gpu.vram_total_bytes is None:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return SimpleNamespace(total=gpu.vram_total_bytes, free=gpu.vram_free_bytes)

    def nvmlDeviceGetCudaComputeCapability(self, gpu: NvidiaGpu) -> list[int]:
        return [int(part) for part in gpu.compute_capability.split(".")]

    def _told(self, name: str, value: Any) -> Any:
        self._may_fail(name)
        if value is None:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return value

    def nvmlDeviceGetCurrPcieLinkGeneration(self, gpu: NvidiaGpu) -> int:
        return self._told("nvmlDeviceGetCurrPcieLinkGeneration", gpu.pcie_generation)

    def nvmlDeviceGetCurrPcieLinkWidth(self, gpu: NvidiaGpu) -> int:
        return self._told("nvmlDeviceGetCurrPcieLinkWidth", gpu.pcie_width)

    def nvmlDeviceGetMaxPcieLinkGeneration(self, gpu: NvidiaGpu) -> int:
        return self._told("nvmlDeviceGetMaxPcieLinkGeneration", gpu.pcie_max_generation)

    def nvmlDeviceGetMaxPcieLinkWidth(self, gpu: NvidiaGpu) -> int:
        return self._told("nvmlDeviceGetMaxPcieLinkWidth", gpu.pcie_max_width)

    def nvmlDeviceGetEnforcedPowerLimit(self, gpu: NvidiaGpu) -> int:
        limit_w = gpu.power_limit_w
        limit_mw = None if limit_w is None else int(limit_w * 1000)
        return self._told("nvmlDeviceGetEnforcedPowerLimit", limit_mw)


@pytest.mark.parametrize(
    ("nvml", "answer"),
    [
        (FakeNvml((RTX_4070, RTX_4070)), NvidiaAnswer((RTX_4070, RTX_4070))),
        (FakeNvml((SPARK,)), NvidiaAnswer((SPARK,))),
        (FakeNvml((IDLE_A100,)), NvidiaAnswer((IDLE_A100,))),
        # Links and limits are extras: what they fail with is no error, and 0 is not known.
        (
            FakeNvml((IDLE_A100,), {"nvmlDeviceGetEnforcedPowerLimit": 4}),
            NvidiaAnswer((replace(IDLE_A100, power_limit_w=None),)),
        ),
        (
            FakeNvml((replace(IDLE_A100, pcie_generation=0, pcie_width=0),)),
            NvidiaAnswer((replace(IDLE_A100, pcie_generation=None, pcie_width=None),)),
        ),
        (FakeNvml(), NvidiaAnswer()),
        (FakeNvml(fails={"nvmlInit": 12}), NvidiaAnswer()),
        (FakeNvml(fails={"nvmlInit": 9}), NvidiaAnswer(error="Driver Not Loaded")),
        (
            FakeNvml((RTX_4070,), {"nvmlInit": 18}),
            NvidiaAnswer(error="RM has detected an NVML/RM version mismatch."),
        ),
        (
            FakeNvml((RTX_4070,), {"nvmlDeviceGetHandleByIndex": 15}),
            NvidiaAnswer(error="GPU is lost"),
        ),
        (
            FakeNvml((RTX_4070,), {"nvmlDeviceGetMemoryInfo": 999}),
            NvidiaAnswer(error="Unknown Error"),
        ),
    ],
)
def test_what_the_driver_says(nvml: FakeNvml, answer: NvidiaAnswer) -> None:
    assert ask_driver(nvml) == answer


AMD_CARD = {
    "sys/class/drm/card1/device/vendor": "0x1002\n",
    "sys/class/drm/card1/device/device": "0x744c\n",
    "sys/class/drm/card1/device/uevent": "DRIVER=amdgpu\nPCI_CLASS=30000\nPCI_ID=1002:744C\n",
    "sys/class/drm/card1/device/mem_info_vram_total": f"{24 * GIB}\n",
    "sys/class/drm/card1/device/mem_info_vram_used": f"{GIB}\n",
    # Its connectors are not cards.
    "sys/class/drm/card1-DP-1/status": "connected\n",
    "dev/dri/card1": "",
}
INTEL_CARD = {
    "sys/class/drm/card0/device/vendor": "0x8086\n",
    "sys/class/drm/card0/device/device": "0x46a6\n",
    "sys/class/drm/card0/device/uevent": "DRIVER=i915\n",
    "dev/dri/card0": "",
}
NOUVEAU_CARD = {
    "sys/class/drm/card10/device/vendor": "0x10de\n",
    "sys/class/drm/card10/device/device": "0x2786\n",
    "sys/class/drm/card10/device/uevent": "DRIVER=nouveau\n",
    "dev/dri/card10": "",
}
VIRTUAL_CARD = {
    "sys/class/drm/card0/device/vendor": "0x1af4\n",
    "dev/dri/card0": "",
}
NOT_GIVEN = {"sys/class/drm/card2/device/vendor": "0x10de\n"}
AMD = SeenCard("AMD", "0x744c", "amdgpu", "", 24 * GIB, 23 * GIB)
INTEL = SeenCard("Intel", "0x46a6", "i915")
NOUVEAU = SeenCard("NVIDIA", "0x2786", "nouveau")


@pytest.mark.parametrize(
    ("tree", "cards"),
    [
        ({}, ()),
        (AMD_CARD | INTEL_CARD | NOUVEAU_CARD | NOT_GIVEN, (INTEL, AMD, NOUVEAU)),
        (VIRTUAL_CARD, ()),
        (NOT_GIVEN, ()),
        (
            AMD_CARD
            | {
                "sys/class/drm/card1/device/product_name": "AMD Radeon PRO W7900\n",
                "sys/class/drm/card1/device/mem_info_vram_used": "?",
            },
            (SeenCard("AMD", "0x744c", "amdgpu", "AMD Radeon PRO W7900", 24 * GIB, None),),
        ),
    ],
)
def test_what_the_kernel_lists(
    tmp_path: Path, tree: dict[str, str], cards: tuple[SeenCard, ...]
) -> None:
    write_tree(tmp_path, tree)
    assert seen_cards(tmp_path) == cards


def said(*gpus: NvidiaGpu, error: str = "") -> Answer:
    return Answer(0, msgspec.json.encode(NvidiaAnswer(gpus, error)))


GEFORCE = Gpu("NVIDIA GeForce RTX 4070", "NVIDIA", "560.35.03", True, 12 * GIB, 11 * GIB, "8.9")
A100 = Gpu(
    "NVIDIA A100 80GB PCIe",
    "NVIDIA",
    "560.35.03",
    True,
    80 * GIB,
    79 * GIB,
    "8.0",
    pcie_generation=1,
    pcie_width=16,
    pcie_max_generation=4,
    pcie_max_width=16,
    power_limit_w=300.0,
)
RADEON = Gpu("AMD graphics 0x744c", "AMD", "amdgpu", False, 24 * GIB, 23 * GIB)
NO_DRIVER = Gpu("NVIDIA graphics 0x2786", "NVIDIA", "nouveau", False)


@pytest.mark.parametrize(
    ("answer", "cards", "gpus"),
    [
        (said(), (), Gpus()),
        # The kernel's NVIDIA cards are those the driver has named.
        (said(RTX_4070), (NOUVEAU, AMD), Gpus((GEFORCE, RADEON))),
        (said(IDLE_A100), (), Gpus((A100,))),
        (said(), (NOUVEAU,), Gpus((NO_DRIVER,))),
        (
            said(error="Driver Not Loaded"),
            (NOUVEAU,),
            Gpus((NO_DRIVER,), "driver_error", "Driver Not Loaded"),
        ),
        (Answer(None, timed_out=True), (AMD,), Gpus((RADEON,), "no_answer")),
        (
            Answer(-11),
            (),
            Gpus((), "probe_failed", "the process ended with code -11"),
        ),
        (
            Answer(1, b"", "Traceback\nModuleNotFoundError: No module named 'pynvml'"),
            (),
            Gpus((), "probe_failed", "ModuleNotFoundError: No module named 'pynvml'"),
        ),
        (Answer(0, b'{"gpus": 3}'), (), Gpus((), "probe_failed", "the process ended with code 0")),
    ],
)
def test_both_together(answer: Answer, cards: tuple[SeenCard, ...], gpus: Gpus) -> None:
    assert combined(answer, cards) == gpus


def test_a_driver_that_hangs_does_not_hang_us(tmp_path: Path) -> None:
    began_s = time.monotonic()
    waits = "import signal; signal.sigwait([signal.SIGUSR1])"
    probe = GpuProbe(tmp_path, (sys.executable, "-c", waits))
    assert probe.gpus(0.2) == Gpus((), "no_answer")
    assert time.monotonic() - began_s < 5


def test_a_driver_that_crashes_takes_only_its_own_process(tmp_path: Path) -> None:
    probe = GpuProbe(tmp_path, (sys.executable, "-c", "import os; os.abort()"))
    assert probe.gpus(30) == Gpus((), "probe_failed", "the process ended with code -6")


def test_the_real_probe_answers_on_this_machine(tmp_path: Path) -> None:
    """With no driver at all the list is empty and nothing is wrong."""
    found = GpuProbe(tmp_path, NVML_COMMAND).gpus(30)
    assert found.trouble in ("", "driver_error")
    assert all(gpu.vendor == "NVIDIA" and gpu.answers for gpu in found.found)
