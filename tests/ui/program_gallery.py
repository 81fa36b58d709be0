"""Pictures of the card about the program, by hand: `python -m tests.ui.program_gallery OUT_DIR`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from tests.ui import program_states as shown
from tests.ui import states
from tests.ui.hands import look
from tests.ui.recording_commands import RecordingCommands
from ui.look import dress
from ui.settings_page import SettingsPage
from ui.theme import Theme, load_fonts
from ui.window import MainWindow

VIEWS = {
    "unknown": shown.UNKNOWN,
    "off": shown.OFF,
    "newer": shown.NEWER,
    "refused": shown.found("bad_signature"),
}
SIZES = ((1280, 800), (760, 560))


def main(out: Path) -> None:
    app = QApplication([])
    load_fonts()
    out.mkdir(parents=True, exist_ok=True)
    for palette in ("light", "dark"):
        theme = Theme(palette)
        dress(app, theme)
        for name, view in VIEWS.items():
            for size in SIZES:
                save(theme, view, size, out / f"program-{name}.{size[0]}.{palette}.png")


def save(theme: Theme, view: shown.UpdateView, size: tuple[int, int], path: Path) -> None:
    def fill(page: SettingsPage) -> None:
        page.add_program(shown.PROGRAM, lambda _place: None)
        page.show_updates(view)
        pages.append(page)

    pages: list[SettingsPage] = []
    window = MainWindow()
    window.furnish(theme, RecordingCommands(), states.PRICES, fill_settings=fill)
    window.resize(*size)
    window.show_state(states.state())
    window.show()
    window.desk.show_page("settings")
    look()
    bar = pages[0].area.verticalScrollBar()
    bar.setValue(bar.maximum())
    look()
    window.grab().save(str(path))
    window.close()
    window.deleteLater()
    look()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
