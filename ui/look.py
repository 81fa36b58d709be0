"""Gives Qt's own widgets the theme: style, palette and style sheet, again when it changes."""

from __future__ import annotations

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QStyleFactory

from ui.stylesheet import qt_palette, style_sheet
from ui.theme import Theme

ICON_PX = 128


def dress(app: QApplication, theme: Theme) -> None:
    """Apply `theme` to the whole program."""
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setFont(theme.font("ui"))

    def apply() -> None:
        app.setPalette(qt_palette(theme))
        app.setStyleSheet(style_sheet(theme))
        app.setWindowIcon(QIcon(theme.logo(ICON_PX, 1.0)))

    apply()
    theme.changed.connect(apply)
