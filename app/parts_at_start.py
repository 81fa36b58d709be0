"""Tells the engine's processes what they may load, and has the rest tried when nothing is going on.

The test of a processor's build or a GPU pack is never in the way of a chat: it begins a while after
the start, waits while an answer runs or a model loads, and what it finds counts from the next load.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from app.engine_parts import PartsView, known_parts, try_parts
from app.in_background import InBackground
from app.paths import Paths
from runtime.engine_parts import tell_parts

SETTLED_MS = 4_000


class PartsAtStart(QObject):
    """Lives as long as the session; `is_quiet` says whether nothing is answered or loaded."""

    def __init__(
        self,
        paths: Paths,
        is_quiet: Callable[[], bool],
        parent: QObject,
        *,
        settled_ms: int = SETTLED_MS,
        known: Callable[[Paths], PartsView] = known_parts,
        attempt: Callable[[Paths], PartsView] = try_parts,
    ) -> None:
        super().__init__(parent)
        self._paths, self._is_quiet, self._attempt = paths, is_quiet, attempt
        self._background = InBackground(self)
        self._timer = QTimer(self, interval=settled_ms, singleShot=True)
        self._timer.timeout.connect(self._try_when_quiet)
        view = known(paths)
        tell_parts(view.parts)
        if view.untried:
            self._timer.start()

    def _try_when_quiet(self) -> None:
        if not self._is_quiet():
            self._timer.start()
            return
        self._background.run(
            lambda: self._attempt(self._paths),
            lambda view: tell_parts(view.parts),
            lambda _problem: None,
        )

    def stop(self) -> None:
        """The window closes: what a test finds now is remembered, not told."""
        self._timer.stop()
        self._background.forget()
