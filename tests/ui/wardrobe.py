"""Dresses the test application as the program dresses its own."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from ui.stylesheet import qt_palette, style_sheet
from ui.theme import Theme


def dress(app: QApplication, theme: Theme) -> None:
    app.setStyle("Fusion")
    app.setPalette(qt_palette(theme))
    app.setStyleSheet(style_sheet(theme))
    app.setFont(theme.font("ui"))
