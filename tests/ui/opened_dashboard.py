"""`python -m tests.ui.opened_dashboard`: the program, an answer, and the Dashboard by its shortcut.

Prints what the page shows while the first answer runs and after it, as two lines of JSON.
"""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest

from app.paths import Paths
from app.session_state import SessionState
from ui.application import Program
from ui.dashboard_page import DashboardPage

LOOK_EVERY_MS = 50
QUESTION = "Write three sentences about the sea."


class Visit(QObject):
    """One thing after the other, each as soon as the session or the page is as far."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._program, self._session = program, program.session
        self._steps = iter(
            (
                (self._is_ready, self._ask),
                (self._answers, self._open),
                (self._is_live, self._tell),
                (self._is_whole, self._end),
            )
        )
        self._holds, self._do = next(self._steps)
        self._look = QTimer(self, interval=LOOK_EVERY_MS)
        self._look.timeout.connect(self._go_on)
        self._look.start()

    def _go_on(self) -> None:
        if not self._holds():
            return
        do, step = self._do, next(self._steps, None)
        if step is None:
            self._look.stop()
        else:
            self._holds, self._do = step
        do()

    @property
    def _state(self) -> SessionState:
        return self._session.state

    @property
    def _page(self) -> DashboardPage | None:
        page = self._program.window.desk.stack.currentWidget()
        return page if isinstance(page, DashboardPage) else None

    def _is_ready(self) -> bool:
        return self._state.engine.phase == "ready"

    def _ask(self) -> None:
        self._session.send(QUESTION)

    def _answers(self) -> bool:
        answer = self._state.answer
        return answer is not None and answer.tokens_per_s is not None

    def _open(self) -> None:
        window = self._program.window
        QTest.keyClick(
            window.focusWidget() or window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier
        )

    def _is_live(self) -> bool:
        shown = _shown(self._page)
        return shown is not None and shown["dot"] and shown["context"] and shown["devices"]

    def _tell(self) -> None:
        print(json.dumps(_shown(self._page)), flush=True)

    def _is_whole(self) -> bool:
        shown = _shown(self._page)
        return shown is not None and not shown["dot"] and shown["points"] > 0

    def _end(self) -> None:
        self._tell()
        self._program.window.close()


def _shown(page: DashboardPage | None) -> dict[str, object] | None:
    """What stands on the page; None while another is in front."""
    if page is None or not page.isVisible():
        return None
    tab = page.performance
    answer, slim = tab.answer, tab.answer.slim
    assert slim.isVisible()  # in a window that is not high
    decode, _prompt, first_token, end_to_end = slim.figures
    return {
        "empty": tab.empty.isVisible(),
        "title": slim.title.full_text(),
        "dot": not answer.dot.isHidden(),
        "decode": decode.figure,
        "end_to_end": end_to_end.figure,
        "first_token": first_token.figure,
        "context": slim.context.text,
        "curve": len(slim.curve.speeds),
        "model": page._view.model_label,
        "points": len(page._view.speed.points),
        "devices": [device.name for device in page._view.memory.devices],
        "experts_bytes": sum(
            part.actual_bytes
            for device in page._view.memory.devices
            for part in device.parts
            if part.memory_class == "routed"
        ),
        "export": page.export.isEnabled(),
        "problem": page.problem is not None,
    }


def main() -> int:
    program = Program(Paths.for_user())
    visits: list[Visit] = []
    program.furnished.connect(lambda: visits.append(Visit(program)))
    program.window.show()
    return program.app.exec()


if __name__ == "__main__":
    sys.exit(main())
