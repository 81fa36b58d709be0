"""Pictures of the Savings tab and of a run's card, by hand:
`python -m tests.ui.savings_gallery OUT_DIR [NAME...]`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QMargins
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.settings import Settings
from tests.ui import savings_states
from tests.ui.gallery import settle
from tests.ui.recording_dashboard_commands import RecordingDashboardCommands
from ui.centred import Centred
from ui.dashboard_savings import SavingsTab
from ui.labels import Label
from ui.look import dress
from ui.run_card import run_card
from ui.scroll_bar import SCROLL_BAR_PX, ScrollArea
from ui.theme import Theme, load_fonts

# 72 of the rail are missing.
SIZES = ((1208, 800), (1848, 1080), (688, 560))


def page(theme: Theme, tab: SavingsTab) -> QWidget:
    """A stand-in for the page around the tab."""
    window = QWidget()
    window.setProperty("surface", "page")
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 0, 0)
    head = QHBoxLayout()
    head.setContentsMargins(0, 14, 0, 14)
    head.addWidget(Label(theme, "Dashboard", "page_title"), 1)
    head.addWidget(tab.compare)
    column.addLayout(head)
    column.addWidget(tab)
    margins = QMargins(32, 0, 32 - SCROLL_BAR_PX, 22)
    outer = QVBoxLayout(window)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(ScrollArea(theme, Centred(content, 1440, margins)))
    return window


def main(out: Path, wanted: list[str]) -> None:
    app = QApplication([])
    load_fonts()
    out.mkdir(parents=True, exist_ok=True)
    for palette in ("light", "dark"):
        theme = Theme(palette)
        dress(app, theme)
        for name, make in savings_states.VIEWS.items():
            if wanted and name not in wanted:
                continue
            for width, height in SIZES:
                tab = SavingsTab(theme, RecordingDashboardCommands(), savings_states.book().prices)
                window = page(theme, tab)
                window.resize(width, height)
                tab.show_view(make())
                tab.show_settings(Settings(grams_co2_per_kwh=380, idle_w=45))
                window.show()
                settle(app)
                window.grab().save(str(out / f"{name}.{width}.{palette}.png"))
                inner = window.findChild(Centred)
                inner.grab().save(str(out / f"{name}.{width}.{palette}.whole.png"))
                if name == "usual":
                    tab.saved.large["month"].number.click()
                    settle(app)
                    window.grab().save(str(out / f"{name}-how.{width}.{palette}.png"))
                window.close()
                window.deleteLater()
                settle(app)
        if not wanted or "card" in wanted:
            for name, values in savings_states.CARDS.items():
                run_card(theme, values).save(str(out / f"card-{name}.{palette}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
