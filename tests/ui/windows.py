"""The main window as the program furnishes it, with commands that only record."""

from __future__ import annotations

from tests.ui import states
from tests.ui.recording_commands import RecordingCommands
from ui.theme import Theme
from ui.window import MainWindow


def new_window(theme: Theme, commands: RecordingCommands) -> MainWindow:
    window = MainWindow()
    window.furnish(theme, commands, states.PRICES)
    return window
