"""Pictures of the dashboard, by hand: `python -m tests.ui.dashboard_gallery OUT_DIR [NAME...]`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from tests.ui import performance_states
from tests.ui.gallery import settle
from tests.ui.recording_dashboard_commands import RecordingDashboardCommands
from ui.dashboard_page import DashboardPage
from ui.look import dress
from ui.theme import Theme, load_fonts
from ui.window import MainWindow

# The window's, less the rail.
SIZES = ((1208, 800), (1848, 1080), (968, 1500), (688, 1800))


def nothing(_page: DashboardPage) -> None: ...


def opened(page: DashboardPage) -> None:
    """What opens on a click: layers of both devices, and how a number came about."""
    for row in page.performance.memory.devices:
        row.button.click()
    page.performance.speed.head.how.click()
    page.performance.experts.show_order("number")
    page.performance.experts.show_span("summed")


DEEDS: dict[str, tuple[str, Callable[[DashboardPage], None]]] = {
    **{name: (name, nothing) for name in performance_states.VIEWS},
    "opened": ("full", opened),
}


def main(out: Path, wanted: list[str]) -> None:
    app = QApplication([])
    load_fonts()
    out.mkdir(parents=True, exist_ok=True)
    for palette in ("light", "dark"):
        theme = Theme(palette)
        dress(app, theme)
        for name, (view, do) in DEEDS.items():
            if wanted and name not in wanted:
                continue
            for width, height in SIZES:
                window = MainWindow()
                page = DashboardPage(theme, RecordingDashboardCommands())
                window.setCentralWidget(page)
                window.resize(width, height)
                window.show()
                page.show_view(performance_states.VIEWS[view]())
                settle(app)
                do(page)
                settle(app)
                window.grab().save(str(out / f"{name}.{width}.{palette}.png"))
                window.close()
                window.deleteLater()
                settle(app)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
