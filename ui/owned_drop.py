"""What a drag over the page carries, and the veil that says what letting go would do."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.owned_words import importable
from ui.theme import Theme

_EDGE_PX = 8


def dragged(mime: QMimeData) -> tuple[str, ...]:
    """The files and folders in a drag that may be models."""
    paths = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
    return importable([(path, Path(path).is_dir()) for path in paths])


class DropVeil(QWidget):
    """Lies over the page while something is dragged; clicks go through it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self.words = theme, ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def lay(self, words: str) -> None:
        """Cover the page and say `words`."""
        self.words = words
        self.setGeometry(self.parentWidget().rect())
        self.show()
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = self._theme.color("surface.page")
        ground = type(ground)(ground.red(), ground.green(), ground.blue(), 230)
        painter.fillRect(self.rect(), ground)
        box = QRectF(self.rect()).adjusted(_EDGE_PX, _EDGE_PX, -_EDGE_PX, -_EDGE_PX)
        pen = QPen(self._theme.color("action.focus"), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        radius = self._theme.px("radius.card")
        painter.drawRoundedRect(box, radius, radius)
        painter.setPen(self._theme.color("text.primary"))
        painter.setFont(self._theme.font("reading_heading"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.words)
