"""What a person does: looks until the window is laid out, then clicks."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot


def look() -> None:
    """Let layouts, paint events and deletions happen."""
    for _ in range(3):
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def click(qtbot: QtBot, widget: QWidget) -> None:
    """A left click in the middle of what is there and can be clicked."""
    look()
    assert widget.isVisible()
    assert widget.isEnabled()
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
