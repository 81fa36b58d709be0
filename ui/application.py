"""Shows the window at once, and puts the program behind it together when it is on the screen."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QApplication

from app.paths import Paths
from app.settings import Settings, load_settings
from ui.design_tokens import PaletteName, read_design_tokens
from ui.first_paint import FirstPaint
from ui.language import speak_language
from ui.shell import Shell
from ui.single_instance import OnlyInstance
from ui.window import MainWindow

if TYPE_CHECKING:
    from app.opened_file_message import Call

# Wayland lets a window come forward only with the word of the desktop that the person used. Qt
# takes it from here when a window is activated. (X11's is read only when a program starts.)
ACTIVATION_VARIABLE = "XDG_ACTIVATION_TOKEN"
DARK_BELOW = 128  # of 255, the lightness of the system's own window ground


def open_window(paths: Paths, opened: tuple[str, ...] = ()) -> int:
    """Show the window until it is closed, and offer the files in it; returns the exit code."""
    # Ctrl-C in the terminal ends the program at once; the worker follows when its pipe closes.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    only = OnlyInstance(paths.data_dir)
    if not only.is_first():
        became = only.hand_over(opened, os.environ.get(ACTIVATION_VARIABLE, ""))
        if became == "heard":
            return 0
        if became == "taken":
            opened = ()  # they come up in the other window when it is idle again
    # One that does not answer may hang; the store bears two programs.
    program = Program(paths)
    program.open_files(opened)
    program.furnished.connect(lambda: only.listen(program, program.called))
    program.window.show()
    return program.app.exec()


class Application(QApplication):
    """`file_wanted` carries a path that macOS opens with this program, in place of an argument."""

    file_wanted = Signal(str)

    def event(self, event: QEvent) -> bool:
        # Only what concerns the application itself comes here, not what its widgets get.
        if event.type() == QEvent.Type.FileOpen:
            self.file_wanted.emit(event.file())  # type: ignore[attr-defined]
            return True
        return super().event(event)


class Program(QObject):
    """The application, its window, and the session once the window has been drawn.

    `worker_command` is None for the real worker. `furnished` is emitted when all is in place.
    """

    furnished = Signal()

    def __init__(self, paths: Paths, worker_command: Sequence[str] | None = None) -> None:
        self.app = Application(sys.argv[:1])
        super().__init__()
        self._waiting: tuple[str, ...] = ()
        self._is_furnished = False
        self.app.file_wanted.connect(lambda path: self.open_files((path,)))
        self._paths, self._worker_command = paths, worker_command
        self._settings, self._settings_problem = load_settings(paths.settings_file)
        speak_language(self.app, self._settings.language)
        tokens = read_design_tokens()
        shell = Shell(tokens, palette_name(self._settings, self.app), self._settings)
        self.window = MainWindow(shell)
        FirstPaint(self.window, self._furnish)

    def called(self, call: Call) -> None:
        """The program was started again, with these files."""
        self.come_forward(call.token)
        self.open_files(call.paths)

    def open_files(self, paths: tuple[str, ...]) -> None:
        """Offer the files in the window, when it is complete."""
        self._waiting += tuple(path for path in paths if path)
        if self._is_furnished and self._waiting:
            paths, self._waiting = self._waiting, ()
            self.window.files_opened.emit(paths)

    def come_forward(self, token: str = "") -> None:
        """The program was started again: this window is the one it wants, says the desktop."""
        from PySide6.QtCore import Qt

        if token:
            os.environ[ACTIVATION_VARIABLE] = token
        state = self.window.windowState() & ~Qt.WindowState.WindowMinimized
        self.window.setWindowState(state | Qt.WindowState.WindowActive)
        self.window.raise_()
        self.window.activateWindow()
        os.environ.pop(ACTIVATION_VARIABLE, None)  # for one use; no child process shall have it

    def _furnish(self) -> None:
        # Imported here: the first picture must not wait for what it does not show.
        from ui.composition import furnish

        known = (self._settings, self._settings_problem)
        self.session = furnish(self.app, self.window, self._paths, known, self._worker_command)
        self._is_furnished = True
        self.open_files(())
        self.furnished.emit()


def palette_name(settings: Settings, app: QApplication) -> PaletteName:
    """The palette to begin with. (`QStyleHints.colorScheme` would load the Qt namespace.)"""
    if settings.theme != "system":
        return settings.theme
    return "dark" if app.palette().window().color().lightness() < DARK_BELOW else "light"
