"""Shows the window at once, and puts the program behind it together when it is on the screen."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from app.paths import Paths
from app.settings import Settings, load_settings
from ui.design_tokens import PaletteName, read_design_tokens
from ui.first_paint import FirstPaint
from ui.language import speak_language
from ui.shell import Shell
from ui.single_instance import OnlyInstance
from ui.window import MainWindow

DARK_BELOW = 128  # of 255, the lightness of the system's own window ground


def open_window(paths: Paths) -> int:
    """Show the window until it is closed; returns the exit code."""
    # Ctrl-C in the terminal ends the program at once; the worker follows when its pipe closes.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    only = OnlyInstance(paths.data_dir)
    if not only.is_first() and only.raise_first():
        return 0
    # One that does not answer may hang; the store bears two programs.
    program = Program(paths)
    program.furnished.connect(lambda: only.listen(program, program.come_forward))
    program.window.show()
    return program.app.exec()


class Program(QObject):
    """The application, its window, and the session once the window has been drawn.

    `worker_command` is None for the real worker. `furnished` is emitted when all is in place.
    """

    furnished = Signal()

    def __init__(self, paths: Paths, worker_command: Sequence[str] | None = None) -> None:
        self.app = QApplication(sys.argv[:1])
        super().__init__()
        self._paths, self._worker_command = paths, worker_command
        self._settings, self._settings_problem = load_settings(paths.settings_file)
        speak_language(self.app, self._settings.language)
        tokens = read_design_tokens()
        shell = Shell(tokens, palette_name(self._settings, self.app), self._settings)
        self.window = MainWindow(shell)
        FirstPaint(self.window, self._furnish)

    def come_forward(self) -> None:
        """The program was started again: this window is the one it wants."""
        from PySide6.QtCore import Qt

        state = self.window.windowState() & ~Qt.WindowState.WindowMinimized
        self.window.setWindowState(state | Qt.WindowState.WindowActive)
        self.window.raise_()
        self.window.activateWindow()

    def _furnish(self) -> None:
        # Imported here: the first picture must not wait for what it does not show.
        from ui.composition import furnish

        known = (self._settings, self._settings_problem)
        self.session = furnish(self.app, self.window, self._paths, known, self._worker_command)
        self.furnished.emit()


def palette_name(settings: Settings, app: QApplication) -> PaletteName:
    """The palette to begin with. (`QStyleHints.colorScheme` would load the Qt namespace.)"""
    if settings.theme != "system":
        return settings.theme
    return "dark" if app.palette().window().color().lightness() < DARK_BELOW else "light"
