"""Works out how fast a load that nobody planned should be, when nothing is being answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec.structs import replace as replace_placement
from PySide6.QtCore import QObject, QTimer, Signal

from app.in_background import InBackground
from app.local_models import LocalModel
from app.placed_load import PlacedLoad
from app.session_state import SessionState
from runtime.errors import Problem

if TYPE_CHECKING:
    from app.model_planning import ModelPlanning
    from runtime.placement.plan import Plan
    from runtime.protocol.messages import MemoryUse
    from runtime.protocol.placement import Placement

# The first picture, and an answer that is asked for at once, go before it: what it needs is
# imported then, and holds the window up for 100 ms.
AFTER_MS = 4_000


class LatePrediction(QObject):
    """`plan` is called on another thread with the model and its context.

    `predicted` carries the worker's pid, its load with what was predicted, and the plan.
    """

    predicted = Signal(int, object, object)

    def __init__(
        self,
        plan: Callable[[LocalModel, int], ModelPlanning],
        parent: QObject | None = None,
        after_ms: int = AFTER_MS,
    ) -> None:
        super().__init__(parent)
        self._plan = plan
        self._state: SessionState | None = None
        self._pid: int | None = None
        self._is_due = False
        self._background = InBackground(self)
        self._wait = QTimer(self, interval=after_ms, singleShot=True)
        self._wait.timeout.connect(self._begin)

    def show_state(self, state: SessionState) -> None:
        """Look once at each worker that is ready without a prediction."""
        engine = state.engine
        if engine.pid == self._pid:
            self._wait_again(state)
            return
        if engine.phase != "ready":
            self._wait.stop()
            return
        self._state, self._pid = state, engine.pid
        self._background.forget()
        self._is_due = engine.placed.predicted is None and state.model is not None
        self._wait_again(state)

    def _wait_again(self, state: SessionState) -> None:
        """An answer came between: begin when it has ended."""
        if self._is_due and state.answer is None and not self._wait.isActive():
            self._state = state
            self._wait.start()
        elif state.answer is not None:
            self._wait.stop()

    def close(self) -> None:
        """Nothing is worked out any more."""
        self._wait.stop()
        self._background.forget()

    def _begin(self) -> None:
        state, self._is_due = self._state, False
        if state is None or state.model is None or state.engine.memory is None:
            return
        model, engine = state.model, state.engine
        used = used_placement(engine.placed, state.engine.memory, engine.n_ctx, engine.n_threads)
        pid, placed = engine.pid, engine.placed

        def told(plan: Plan) -> None:
            band = (plan.speed.decode_low, plan.speed.decode_high)
            self.predicted.emit(pid, replace(placed, predicted=band), plan)

        self._background.run(
            lambda: self._plan(model, engine.n_ctx).planner.of(used), told, _stays_unknown
        )


def used_placement(placed: PlacedLoad, memory: MemoryUse, n_ctx: int, n_threads: int) -> Placement:
    """How the engine placed it: as it was told, else as its own rule is."""
    from app.dashboard.held_devices import placement_without_plan

    found = placed.placement or placement_without_plan(memory, n_ctx)
    return replace_placement(found, n_ctx=n_ctx, n_threads=found.n_threads or n_threads)


def _stays_unknown(_problem: Problem) -> None:
    """A file that can no longer be read says so where it is used."""
