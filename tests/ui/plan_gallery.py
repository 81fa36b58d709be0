"""Pictures of the Plan page, by hand: `python -m tests.ui.plan_gallery OUT_DIR [NAME...]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from tests.ui import plan_states, states
from tests.ui.gallery import settle
from tests.ui.recording_commands import RecordingCommands
from tests.ui.recording_plan_commands import RecordingPlanCommands
from ui.desk import Desk
from ui.look import dress
from ui.theme import Theme, load_fonts
from ui.window import MainWindow

SIZES = ((1280, 800), (1920, 1080), (900, 1200))


def main(out: Path, wanted: list[str]) -> None:
    app = QApplication([])
    load_fonts()
    out.mkdir(parents=True, exist_ok=True)
    for palette in ("light", "dark"):
        theme = Theme(palette)
        dress(app, theme)
        for name, make in plan_states.VIEWS.items():
            if wanted and name not in wanted:
                continue
            for width, height in SIZES:
                window = MainWindow()
                commands = RecordingPlanCommands()
                desk = Desk(
                    theme, window, RecordingCommands(), states.PRICES, plan_commands=commands
                )
                window.setCentralWidget(desk)
                window.resize(width, height)
                desk.show_state(states.state())
                window.show()
                desk.show_plan(make())
                settle(app)
                window.grab().save(str(out / f"{name}.{width}.{palette}.png"))
                window.close()
                window.deleteLater()
                settle(app)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
