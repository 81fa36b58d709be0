"""Looks now and then how full the GPU in use is, since other programs may fill it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from app.in_background import InBackground
from runtime.errors import Problem

LOOK_EVERY_MS = 15_000


class GpuWatch(QObject):
    """`free` carries the bytes that the fullest GPU has left. `look` asks the driver in a process
    of its own and gives None where it does not tell; it is asked only while `in_use`.
    """

    free = Signal(object)

    def __init__(
        self,
        look: Callable[[], int | None],
        in_use: Callable[[], bool],
        parent: QObject | None = None,
        every_ms: int = LOOK_EVERY_MS,
    ) -> None:
        super().__init__(parent)
        self._look, self._in_use = look, in_use
        self._background = InBackground(self)
        self._timer = QTimer(self, interval=every_ms)
        self._timer.timeout.connect(self._ask)

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        self._background.forget()

    def _ask(self) -> None:
        if self._in_use():
            self._background.run(self._look, self._told, _not_told)

    def _told(self, free_bytes: int | None) -> None:
        if free_bytes is not None and self._in_use():
            self.free.emit(free_bytes)


def _not_told(_problem: Problem) -> None:
    """A driver that does not answer is the doctor's matter."""


def least_free_bytes() -> int | None:
    """What the fullest of NVIDIA's GPUs has left, None without one."""
    from app.gpu_probe import GpuProbe

    free = [
        gpu.vram_free_bytes
        for gpu in GpuProbe().gpus().found
        if gpu.answers and gpu.vram_free_bytes is not None
    ]
    return min(free, default=None)
