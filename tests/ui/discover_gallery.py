"""Pictures of Discover and the dock: `python -m tests.ui.discover_gallery OUT_DIR [NAME...]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from tests.ui import discover_states, states
from tests.ui.gallery import settle
from tests.ui.recording_commands import RecordingCommands
from tests.ui.recording_discover_commands import (
    RecordingDiscoverCommands,
    RecordingDownloadCommands,
)
from ui.look import dress
from ui.models_page import ModelsPage
from ui.rail import Rail
from ui.theme import Theme, load_fonts
from ui.window import MainWindow

SIZES = ((1280, 800), (1920, 1080), (900, 1000))


def main(out: Path, wanted: list[str]) -> None:
    app = QApplication([])
    load_fonts()
    out.mkdir(parents=True, exist_ok=True)
    for palette in ("light", "dark"):
        theme = Theme(palette)
        dress(app, theme)
        for name in discover_states.VIEWS:
            if wanted and name not in wanted:
                continue
            for width, height in SIZES:
                window = MainWindow()
                page = new_page(theme)
                _furnish(window, theme, page)
                window.resize(width, height)
                window.show()
                show(page, name)
                settle(app)
                settle(app)
                window.grab().save(str(out / f"{name}.{width}.{palette}.png"))
                window.close()
                window.deleteLater()
                settle(app)


def new_page(theme: Theme) -> ModelsPage:
    return ModelsPage(
        theme,
        RecordingCommands(),
        None,
        RecordingDiscoverCommands(),
        RecordingDownloadCommands(),
    )


def show(page: ModelsPage, name: str) -> None:
    """Bring `page` into the state of this name."""
    view, downloads = discover_states.VIEWS[name]()
    page.show_state(states.state(models=(states.STARTER, states.OLMOE, states.DENSE)))
    page.show_discover(view)
    page.show_downloads(downloads)
    if name == "card":
        assert page.discover is not None
        assert page.discover.results.panel is not None
        page.discover.results.panel.show_card.click()


def _furnish(window: MainWindow, theme: Theme, page: ModelsPage) -> None:
    central = QWidget()
    row = QHBoxLayout(central)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    rail = Rail(theme)
    rail.show_page("models")
    row.addWidget(rail)
    row.addWidget(page, 1)
    window.setCentralWidget(central)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
