"""The sampler's thread: samples while somebody looks, sleeps otherwise, and never the GUI waits."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QThread
from pytestqt.qtbot import QtBot

from app.dashboard.machine_reading import MachineReading
from app.dashboard.machine_sample import MachineSample
from app.dashboard.sampler import (
    HIDDEN_EVERY_S,
    SEEN_EVERY_S,
    MachineSampler,
    Wanted,
    wanted,
)

PATIENCE_MS = 20_000
OFTEN_S = 0.01


class FakeReading:
    """Counts; a reading `hangs` while that is set."""

    def __init__(self) -> None:
        self.asked: list[int | None] = []
        self.threads: set[int] = set()
        self.rested = threading.Semaphore(0)
        self.goes_on = threading.Event()
        self.goes_on.set()

    def read(self, worker_pid: int | None) -> MachineSample:
        self.asked.append(worker_pid)
        self.threads.add(threading.get_ident())
        self.goes_on.wait(PATIENCE_MS / 1000)
        return MachineSample(float(len(self.asked)), 1, 1)

    def rest(self) -> None:
        self.rested.release()


@pytest.fixture
def reading() -> FakeReading:
    return FakeReading()


@pytest.fixture
def sampler(reading: FakeReading, qtbot: QtBot) -> Iterator[MachineSampler]:
    made = MachineSampler(lambda: reading)
    yield made
    reading.goes_on.set()
    made.close()
    assert made._thread is None or not made._thread.is_alive()


@pytest.mark.parametrize(
    ("visible", "answering", "every_s"),
    [
        (True, True, SEEN_EVERY_S),
        (True, False, SEEN_EVERY_S),
        (False, True, HIDDEN_EVERY_S),
        (False, False, None),
    ],
)
def test_how_often(visible: bool, answering: bool, every_s: float | None) -> None:
    assert wanted(7, visible=visible, answering=answering) == Wanted(7, every_s)


def test_samples_arrive_on_the_owners_thread(
    sampler: MachineSampler, reading: FakeReading, qtbot: QtBot
) -> None:
    threads: list[QThread] = []
    sampler.sampled.connect(lambda _sample: threads.append(QThread.currentThread()))
    sampler.want(Wanted(7, OFTEN_S))
    qtbot.waitUntil(lambda: len(threads) >= 3, timeout=PATIENCE_MS)
    assert set(threads) == {sampler.thread()}
    assert set(reading.asked) == {7}
    assert threading.get_ident() not in reading.threads


def test_it_sleeps_while_nothing_is_wanted(
    sampler: MachineSampler, reading: FakeReading, qtbot: QtBot
) -> None:
    assert sampler._thread is None
    sampler.want(Wanted(7, None))
    assert sampler._thread is None
    sampler.want(Wanted(7, OFTEN_S))
    qtbot.waitUntil(lambda: len(reading.asked) >= 2, timeout=PATIENCE_MS)
    sampler.want(Wanted(7, None))
    assert reading.rested.acquire(timeout=PATIENCE_MS / 1000)
    count = len(reading.asked)
    assert not reading.rested.acquire(timeout=10 * OFTEN_S)
    assert len(reading.asked) == count
    sampler.want(Wanted(8, OFTEN_S))
    qtbot.waitUntil(lambda: reading.asked[-1] == 8, timeout=PATIENCE_MS)


def test_a_reading_that_hangs_keeps_nobody_waiting(
    sampler: MachineSampler, reading: FakeReading, qtbot: QtBot
) -> None:
    heard: list[MachineSample] = []
    sampler.sampled.connect(heard.append)
    reading.goes_on.clear()
    sampler.want(Wanted(7, OFTEN_S))
    qtbot.waitUntil(lambda: bool(reading.asked), timeout=PATIENCE_MS)
    sampler.want(Wanted(None, None))
    sampler.want(Wanted(8, OFTEN_S))
    reading.goes_on.set()
    qtbot.waitUntil(lambda: bool(heard), timeout=PATIENCE_MS)
    # The one that hung was for another worker.
    assert heard[0].at_s == 2


def test_nothing_comes_after_the_close(
    sampler: MachineSampler, reading: FakeReading, qtbot: QtBot
) -> None:
    heard: list[MachineSample] = []
    sampler.sampled.connect(heard.append)
    sampler.want(Wanted(7, OFTEN_S))
    qtbot.waitUntil(lambda: len(heard) >= 1, timeout=PATIENCE_MS)
    sampler.close()
    count = len(heard)
    sampler.want(Wanted(9, OFTEN_S))
    # What was sent before the thread ended would arrive now.
    QCoreApplication.processEvents()
    assert len(heard) == count
    assert 9 not in reading.asked


def test_this_machine(qtbot: QtBot) -> None:
    sampler = MachineSampler(MachineReading)
    found: list[MachineSample] = []
    sampler.sampled.connect(found.append)
    sampler.want(Wanted(os.getpid(), SEEN_EVERY_S))
    qtbot.waitUntil(lambda: len(found) >= 2, timeout=PATIENCE_MS)
    sampler.close()
    first, second = found[:2]
    assert second.at_s > first.at_s
    assert 0 < first.available_bytes < first.total_bytes
    assert first.worker is not None
    assert first.worker.rss_bytes > 10 << 20
