"""Samples the machine on a thread of its own, only while somebody looks or an answer runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from app.dashboard.machine_sample import MachineSample

# A reading takes two milliseconds; memory is told in tenths of a GiB.
SEEN_EVERY_S = 0.5
HIDDEN_EVERY_S = 1.0
_CLOSE_S = 2.0


class ReadsMachine(Protocol):
    """`MachineReading`, or one like it."""

    def read(self, worker_pid: int | None) -> MachineSample: ...
    def rest(self) -> None: ...


@dataclass(frozen=True)
class Wanted:
    """Whom to look at, and how often; `every_s` None is not at all."""

    worker_pid: int | None = None
    every_s: float | None = None


def wanted(worker_pid: int | None, *, visible: bool, answering: bool) -> Wanted:
    """Twice a second for a dashboard that is seen, once while it answers unseen."""
    if visible:
        return Wanted(worker_pid, SEEN_EVERY_S)
    return Wanted(worker_pid, HIDDEN_EVERY_S if answering else None)


class MachineSampler(QObject):
    """`sampled` carries a `MachineSample`. `make_reading` is called on the thread that then reads;
    that thread sleeps without a limit while nothing is wanted.
    """

    sampled = Signal(object)
    _arrived = Signal(object, object)

    def __init__(
        self, make_reading: Callable[[], ReadsMachine], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._make_reading = make_reading
        self._changed = threading.Condition()
        self._wanted = Wanted()
        self._is_closed = False
        self._thread: threading.Thread | None = None
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def want(self, wanted: Wanted) -> None:
        """From now on this; the first sample comes at once."""
        with self._changed:
            if wanted == self._wanted or self._is_closed:
                return
            self._wanted = wanted
            self._changed.notify()
        if self._thread is None and wanted.every_s is not None:
            self._thread = threading.Thread(target=self._run, name="machine-sampler", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """No sample comes any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(_CLOSE_S)

    def _deliver(self, asked: Wanted, sample: MachineSample) -> None:
        """On the owner's thread; what was asked for before is not wanted any more."""
        if asked == self._wanted and not self._is_closed:
            self.sampled.emit(sample)

    def _run(self) -> None:
        reading = self._make_reading()
        try:
            while (now := self._next(reading)) is not None:
                sample = reading.read(now.worker_pid)
                with self._changed:
                    if self._is_closed:
                        return
                    self._arrived.emit(now, sample)
                    self._sleep(now)
        finally:
            reading.rest()

    def _next(self, reading: ReadsMachine) -> Wanted | None:
        """What to read now, once anything is wanted; None at the end."""
        with self._changed:
            if self._wanted.every_s is None and not self._is_closed:
                reading.rest()
                self._changed.wait_for(lambda: self._is_closed or self._wanted.every_s is not None)
            return None if self._is_closed else self._wanted

    def _sleep(self, now: Wanted) -> None:
        """Until the next reading is due or something else is wanted."""
        self._changed.wait_for(lambda: self._is_closed or self._wanted != now, now.every_s)
