"""`python -m benchmarks.bare_window`: the least PySide6 window, for how long that takes."""

from __future__ import annotations

import sys
import time

from PySide6.QtWidgets import QApplication, QMainWindow

from ui.first_paint import FirstPaint


def tell_and_end() -> None:
    print(time.monotonic(), flush=True)
    QApplication.quit()


if __name__ == "__main__":
    app = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.resize(1280, 800)
    FirstPaint(window, tell_and_end)
    window.show()
    sys.exit(app.exec())
