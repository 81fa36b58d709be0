"""Room around a widget that goes when the widget goes."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget


class Spaced(QWidget):
    """Hide this, and the room goes with what it holds."""

    def __init__(self, *widgets: QWidget, above: int = 0, below: int = 0, sides: int = 0) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(sides, above, sides, below)
        column.setSpacing(0)
        for widget in widgets:
            column.addWidget(widget)
