"""Reads the headers of models on the hub one after the other, those a person looks at first."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from app.discover.hub_client import HubClient
from app.discover.prediction_queue import Key, PredictionQueue
from app.discover.state import Prediction, Shape
from runtime.hub.frames import HubEvent, HubFailed, LayoutRead, ReadLayout


class HeaderReading(QObject):
    """One at a time, since the second of a repository costs far less than the first.

    `began` carries a key, `predicted` a key with its prediction and shape, `failed` a key with a
    `HubFailed`.
    """

    began = Signal(object)
    predicted = Signal(object, object, object)
    failed = Signal(object, object)

    def __init__(
        self, client: HubClient, queue: PredictionQueue, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._client, self._queue = client, queue
        self._waiting: deque[Key] = deque()
        self._current: Key | None = None
        self._asked = 0
        queue.predicted.connect(self._predicted)
        queue.unknown.connect(self._fetch)

    def want(self, keys: Iterable[Key], *, first: bool) -> None:
        """Read these, before all others or behind them."""
        wanted = [key for key in keys if key != self._current]
        if first:
            rest = [key for key in self._waiting if key not in wanted]
            self._waiting = deque((*wanted, *rest))
        else:
            self._waiting.extend(key for key in wanted if key not in self._waiting)
        self._go_on()

    def drop_waiting(self) -> None:
        """What was not begun is not wanted any more."""
        self._waiting.clear()

    def stop(self) -> None:
        """Nothing is wanted any more."""
        self._waiting.clear()
        if self._asked:
            self._client.give_up(self._asked)
        self._asked, self._current = 0, None

    def _go_on(self) -> None:
        if self._current is None and self._waiting:
            self._current = self._waiting.popleft()
            self.began.emit(self._current)
            self._queue.look_up(self._current)

    def _fetch(self, key: Key) -> None:
        if key != self._current:
            return
        repo, revision, model = key

        def done(event: HubEvent) -> None:
            assert isinstance(event, LayoutRead)
            self._asked = 0
            self._queue.predict(key, event.layout)

        def failed(event: HubFailed) -> None:
            self._asked = 0
            self._ended(key)
            self.failed.emit(key, event)
            self._go_on()

        self._asked = self._client.ask(
            lambda request_id: ReadLayout(request_id, repo, revision, model), done, failed
        )

    def _predicted(self, key: Key, prediction: Prediction, shape: Shape) -> None:
        self._ended(key)
        self.predicted.emit(key, prediction, shape)
        self._go_on()

    def _ended(self, key: Key) -> None:
        if key == self._current:
            self._current = None
