"""PySide6 6.12.0 on Python 3.10 and 3.11 drops a reference at each void call and each emit.

A token stream then ends the process within seconds; the locked version must not do that.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel

CALLS = 20_000
# Other code takes and gives back a few in between; a leak loses one for every call.
SLACK = 200


class Emitter(QObject):
    nothing = Signal()
    value = Signal(int)


def lost(run: Callable[[], object], watched: object) -> int:
    """How many references to `watched` are gone after `CALLS` times `run`."""
    before = sys.getrefcount(watched)
    for _ in range(CALLS):
        run()
    return abs(sys.getrefcount(watched) - before)


@pytest.mark.parametrize("watched", [None, True, False], ids=repr)
def test_emitting_loses_no_reference(qapp: QApplication, watched: object) -> None:
    emitter = Emitter()
    received = [0]

    def receive(_value: int = 0) -> None:
        received[0] += 1

    emitter.nothing.connect(receive)
    emitter.value.connect(receive)

    def emit() -> None:
        emitter.nothing.emit()
        emitter.value.emit(1)

    assert lost(emit, watched) < SLACK
    assert received[0] == 2 * CALLS


@pytest.mark.parametrize("watched", [None, True, False], ids=repr)
def test_void_calls_lose_no_reference(qapp: QApplication, watched: object) -> None:
    label = QLabel()

    def call() -> None:
        label.setEnabled(True)
        label.update()

    assert lost(call, watched) < SLACK
