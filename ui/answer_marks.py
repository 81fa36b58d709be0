"""The marks beside an answer's text: bullets of lists and the bar of quotations."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QTextBlock, QTextDocument, QTextFormat

from ui.theme import Theme

# Set by answer_markdown on what is drawn here; Qt's own bullets stand too close and too large.
BULLET = QTextFormat.Property.UserProperty.value + 1
QUOTE = QTextFormat.Property.BlockQuoteLevel
QUOTE_INDENT_PX = 16
_RADIUS_PX, _BULLET_LEFT_PX = 2.0, 12
_BAR_PX = 2


def paint_marks(painter: QPainter, document: QTextDocument, theme: Theme, area: QRectF) -> None:
    """Draw the marks of every block that reaches into `area`."""
    layout = document.documentLayout()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    block = document.begin()
    while block.isValid():
        style = block.blockFormat()
        level = int(style.property(QUOTE) or 0)
        if level or style.hasProperty(BULLET):
            box = layout.blockBoundingRect(block)
            if box.top() > area.bottom():
                return
            if box.bottom() >= area.top():
                if style.hasProperty(BULLET):
                    _bullet(painter, block, box, theme)
                _bars(painter, box, level, theme)
        block = block.next()


def _bullet(painter: QPainter, block: QTextBlock, box: QRectF, theme: Theme) -> None:
    line = block.layout().lineAt(0)
    if line.isValid():
        middle = box.top() + line.y() + line.height() / 2
        painter.setBrush(theme.color("text.tertiary"))
        centre = QPointF(box.left() + line.x() - _BULLET_LEFT_PX, middle)
        painter.drawEllipse(centre, _RADIUS_PX, _RADIUS_PX)


def _bars(painter: QPainter, box: QRectF, level: int, theme: Theme) -> None:
    painter.setBrush(theme.color("line.line"))
    for number in range(level):
        painter.drawRect(QRectF(number * QUOTE_INDENT_PX, box.top(), _BAR_PX, box.height()))
