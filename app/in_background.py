"""Does one thing on a thread of its own and hands the result back on the owner's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, ClassVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from runtime.errors import CoterieError, Problem


class InBackground(QObject):
    """Results of work that was given up by `forget` are dropped."""

    _over = Signal(int, object, object)
    # Those with a thread at work. What a thread was the last to hold would be destroyed on that
    # thread, and Qt's objects must not be.
    _busy: ClassVar[set[InBackground]] = set()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._threads: dict[int, threading.Thread] = {}
        self._done: Callable[[Any], None] = lambda _result: None
        self._failed: Callable[[Problem], None] = lambda _problem: None
        self._over.connect(self._ended, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], object],
        done: Callable[[Any], None],
        failed: Callable[[Problem], None],
    ) -> None:
        """Call `done` with what `work` returns, or `failed` with its CoterieError's problem.

        Replaces whatever was running before, whose result is then not wanted any more.
        """
        self._number += 1
        self._done, self._failed = done, failed
        thread = threading.Thread(
            target=self._work, args=(self._number, work), name="background", daemon=True
        )
        self._threads[self._number] = thread
        self._busy.add(self)
        thread.start()

    def forget(self) -> None:
        self._number += 1

    @property
    def is_busy(self) -> bool:
        """Whether a thread is still at work, wanted or not."""
        return self in self._busy

    def _let_go(self) -> None:
        if not self._threads:
            self._busy.discard(self)

    def _work(self, number: int, work: Callable[[], object]) -> None:
        try:
            self._over.emit(number, work(), None)
        except CoterieError as error:
            self._over.emit(number, None, error.problem)

    def _ended(self, number: int, result: object, problem: Problem | None) -> None:
        self._threads.pop(number).join()  # it has said its last word
        if not self._threads:
            # Not here: if this was the last to hold us, Qt would find us gone on its way back.
            QTimer.singleShot(0, lambda: self._let_go())
        if number != self._number:
            return
        if problem is not None:
            self._failed(problem)
        else:
            self._done(result)
