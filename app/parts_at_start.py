"""Tells the engine's processes what they may load, and has the rest tried when nothing is going on.

The test of a processor's build or a GPU pack is never in the way of a chat: it begins a while after
the start, waits while an answer runs or a model loads, and what it finds counts from the next load.
Nor is it in the way of the first-run page, whose look measures the memory and the disk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QTimer

from app.engine_parts import PartsView, known_parts, try_parts
from app.in_background import InBackground
from app.paths import Paths
from runtime.engine_parts import tell_parts

if TYPE_CHECKING:
    from app.first_run_state import FirstRunView

SETTLED_MS = 4_000


class Guide(Protocol):
    """The first-run page's logic, as far as it is needed here."""

    @property
    def view(self) -> FirstRunView: ...


class PartsAtStart(QObject):
    """Lives as long as the session; `is_quiet` says whether nothing is answered or loaded.

    `guide` looks at this machine at its first start; its look goes on when the person leaves the
    page, and is not begun again.
    """

    def __init__(
        self,
        paths: Paths,
        is_quiet: Callable[[], bool],
        parent: QObject,
        guide: Guide | None = None,
        *,
        settled_ms: int = SETTLED_MS,
        known: Callable[[Paths], PartsView] = known_parts,
        attempt: Callable[[Paths], PartsView] = try_parts,
    ) -> None:
        super().__init__(parent)
        self._paths, self._is_quiet, self._attempt = paths, is_quiet, attempt
        self._guide = guide
        self._background = InBackground(self)
        self._timer = QTimer(self, interval=settled_ms, singleShot=True)
        self._timer.timeout.connect(self._try_when_quiet)
        view = known(paths)
        tell_parts(view.parts)
        if view.untried:
            self._timer.start()

    def _try_when_quiet(self) -> None:
        looks = self._guide is not None and self._guide.view.look.phase != "done"
        if looks or not self._is_quiet():
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
