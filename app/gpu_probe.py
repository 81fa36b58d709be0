"""The GPUs of this computer: NVIDIA's from their driver, others as the kernel lists them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from app.child_process import Answer, Child
from app.gpu_nvml import NvidiaAnswer
from app.gpu_sysfs import SeenCard, seen_cards
from runtime.language import tr
from runtime.own_program import part_command

NVML_COMMAND = part_command("app.gpu_nvml")
DEADLINE_S = 5.0

ProbeTrouble = Literal["", "no_answer", "driver_error", "probe_failed"]


@dataclass(frozen=True)
class Gpu:
    """`driver` is the version of NVIDIA's, else the kernel driver's name, "" without one.

    `answers` is False for a card that only the kernel knows; its memory is then mostly unknown.
    `pcie_generation` is that of this moment: an idle GPU lowers it, so plan with the maximum.
    """

    name: str
    vendor: str
    driver: str
    answers: bool
    vram_total_bytes: int | None = None
    vram_free_bytes: int | None = None
    compute_capability: str = ""
    pcie_generation: int | None = None
    pcie_width: int | None = None
    pcie_max_generation: int | None = None
    pcie_max_width: int | None = None
    power_limit_w: float | None = None


@dataclass(frozen=True)
class Gpus:
    """`trouble` says that NVIDIA's driver could not be asked, and `detail` its own words."""

    found: tuple[Gpu, ...] = ()
    trouble: ProbeTrouble = ""
    detail: str = ""


class GpuProbe:
    """Asks in a child process: a driver that hangs or crashes takes only that along."""

    def __init__(self, root: Path = Path("/"), nvml_command: Sequence[str] = NVML_COMMAND) -> None:
        self._root = root
        self._child = Child(nvml_command)

    def gpus(self, deadline_s: float = DEADLINE_S) -> Gpus:
        """What was found; `deadline_s` counts from the making of this probe."""
        return combined(self._child.answer(deadline_s), seen_cards(self._root))


def combined(answer: Answer, cards: Iterable[SeenCard]) -> Gpus:
    """NVIDIA's GPUs from the driver's answer, and the kernel's cards that are not among them."""
    nvidia, trouble, detail = _nvidia(answer)
    seen = (_seen(card) for card in cards if not (nvidia and card.vendor == "NVIDIA"))
    return Gpus((*nvidia, *seen), trouble, detail)


def _nvidia(answer: Answer) -> tuple[tuple[Gpu, ...], ProbeTrouble, str]:
    if answer.timed_out:
        return (), "no_answer", ""
    try:
        said = msgspec.json.decode(answer.stdout, type=NvidiaAnswer)
    except msgspec.MsgspecError:
        ended = tr("the process ended with code {code}", code=answer.returncode)
        return (), "probe_failed", answer.last_words or ended
    if said.error:
        return (), "driver_error", said.error
    gpus = (
        Gpu(
            gpu.name,
            "NVIDIA",
            gpu.driver,
            answers=True,
            vram_total_bytes=gpu.vram_total_bytes,
            vram_free_bytes=gpu.vram_free_bytes,
            compute_capability=gpu.compute_capability,
            pcie_generation=gpu.pcie_generation,
            pcie_width=gpu.pcie_width,
            pcie_max_generation=gpu.pcie_max_generation,
            pcie_max_width=gpu.pcie_max_width,
            power_limit_w=gpu.power_limit_w,
        )
        for gpu in said.gpus
    )
    return tuple(gpus), "", ""


def _seen(card: SeenCard) -> Gpu:
    name = (
        card.product
        or tr("{vendor} graphics {device}", vendor=card.vendor, device=card.device_id).strip()
    )
    return Gpu(
        name,
        card.vendor,
        card.driver,
        answers=False,
        vram_total_bytes=card.vram_total_bytes,
        vram_free_bytes=card.vram_free_bytes,
    )
