"""Works predictions out one after the other on a thread of its own, and keeps layouts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from PySide6.QtCore import QObject, Qt, Signal

from app.discover.layout_cache import LayoutCache
from app.discover.predicting import PredictingMachine, predicted
from app.discover.state import Prediction, Shape
from runtime.errors import CoterieError
from runtime.hub.frames import HubModel
from runtime.placement.model_layout import ModelLayout

Key = tuple[str, str, HubModel]
"""Repository, commit and model."""


class PredictionQueue(QObject):
    """`machine_read` carries a `PredictingMachine`, or the Problem why there is none.

    `predicted` carries a key with its `Prediction` and `Shape`; `unknown` a key whose layout is not
    kept and must be read.
    """

    machine_read = Signal(object)
    predicted = Signal(object, object, object)
    unknown = Signal(object)
    _over = Signal(object)

    def __init__(
        self,
        read_machine: Callable[[], PredictingMachine],
        cache: LayoutCache,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._read_machine, self._cache = read_machine, cache
        self._machine: PredictingMachine | None = None
        self._pool: ThreadPoolExecutor | None = ThreadPoolExecutor(1, "predicting")
        self._over.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)

    def look_at_machine(self) -> None:
        """Read the machine; what is asked for meanwhile waits for it."""
        self._submit(self._look, self.machine_read.emit)

    def look_up(self, key: Key) -> None:
        """Predict from the kept layout, or say that it is unknown."""
        self._submit(lambda: self._from_cache(key), lambda found: self._tell(key, found))

    def predict(self, key: Key, layout: ModelLayout) -> None:
        """Keep `layout` and predict."""
        self._submit(lambda: self._with(key, layout), lambda found: self._tell(key, found))

    def close(self) -> None:
        """Whatever still waits is dropped."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _look(self) -> object:
        try:
            self._machine = self._read_machine()
        except CoterieError as error:
            return error.problem
        return self._machine

    def _from_cache(self, key: Key) -> tuple[Prediction, Shape] | None:
        layout = self._cache.get(*key)
        return self._predicted(layout) if layout is not None else None

    def _with(self, key: Key, layout: ModelLayout) -> tuple[Prediction, Shape] | None:
        self._cache.put(*key, layout)
        return self._predicted(layout)

    def _predicted(self, layout: ModelLayout) -> tuple[Prediction, Shape] | None:
        if self._machine is None:
            return None
        return predicted(layout, self._machine), shape_of(layout)

    def _tell(self, key: Key, found: tuple[Prediction, Shape] | None) -> None:
        if found is None:
            self.unknown.emit(key)
        else:
            self.predicted.emit(key, *found)

    def _submit(self, work: Callable[[], object], tell: Callable[..., object]) -> None:
        if self._pool is None:
            return

        def finished(future: Future[object]) -> None:
            if not future.cancelled():
                self._over.emit((tell, future))

        self._pool.submit(work).add_done_callback(finished)

    def _hand_over(self, ended: tuple[Callable[..., object], Future[object]]) -> None:
        tell, future = ended
        if self._pool is not None:
            tell(future.result())


def shape_of(layout: ModelLayout) -> Shape:
    """What of a layout stands in a list."""
    shape = layout.shape
    return Shape(
        *(shape.parameters_total, shape.parameters_active),
        *(shape.expert_count, shape.expert_used_count, shape.expert_shared_count),
    )
