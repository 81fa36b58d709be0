"""The marks beside an answer's text: bullets, boxes of tasks, the bar of quotations, rules."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTextBlock, QTextDocument, QTextFormat

from ui.theme import Theme

# Set by answer_markdown on what is drawn here; Qt's own bullets stand too close and too large.
BULLET = QTextFormat.Property.UserProperty.value + 1
TASK = QTextFormat.Property.UserProperty.value + 2
RULE = QTextFormat.Property.UserProperty.value + 3
QUOTE = QTextFormat.Property.BlockQuoteLevel
QUOTE_INDENT_PX = 16
_RADIUS_PX, _BULLET_LEFT_PX = 2.0, 12
_BOX_PX = 11.0
_BAR_PX = 2


def paint_marks(painter: QPainter, document: QTextDocument, theme: Theme, area: QRectF) -> None:
    """Draw the marks of every block that reaches into `area`."""
    layout = document.documentLayout()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    block = first_block(document, area.top())
    while block.isValid():
        box = layout.blockBoundingRect(block)
        if box.top() > area.bottom():
            return
        if box.bottom() >= area.top():
            _marks(painter, block, box, theme)
        block = block.next()


def first_block(document: QTextDocument, top: float) -> QTextBlock:
    """The block at `top`, or one not far above."""
    position = document.documentLayout().hitTest(QPointF(0, top), Qt.HitTestAccuracy.FuzzyHit)
    block = document.findBlock(max(0, position))
    above = block.previous()
    return above if above.isValid() else block


def _marks(painter: QPainter, block: QTextBlock, box: QRectF, theme: Theme) -> None:
    style = block.blockFormat()
    if style.hasProperty(BULLET):
        _bullet(painter, block, box, theme)
    elif style.hasProperty(TASK):
        _task(painter, block, box, theme, done=bool(style.property(TASK)))
    if style.hasProperty(RULE):
        painter.fillRect(
            QRectF(box.left(), round(box.center().y()), box.width(), 1),
            theme.color("line.hairline"),
        )
    level = int(style.property(QUOTE) or 0)
    if level:
        right = block.textDirection() == Qt.LayoutDirection.RightToLeft
        _bars(painter, box, level, theme, document_width(block) if right else None)


def document_width(block: QTextBlock) -> float:
    return block.document().textWidth()


def _beside(block: QTextBlock, box: QRectF, distance: float) -> QPointF | None:
    """The middle of a mark before the block's first line, on the side where reading begins."""
    line = block.layout().lineAt(0)
    if not line.isValid():
        return None
    middle = box.top() + line.y() + line.height() / 2
    if block.textDirection() == Qt.LayoutDirection.RightToLeft:
        return QPointF(box.left() + line.x() + line.width() + distance, middle)
    return QPointF(box.left() + line.x() - distance, middle)


def _bullet(painter: QPainter, block: QTextBlock, box: QRectF, theme: Theme) -> None:
    centre = _beside(block, box, _BULLET_LEFT_PX)
    if centre is not None:
        painter.setBrush(theme.color("text.tertiary"))
        painter.drawEllipse(centre, _RADIUS_PX, _RADIUS_PX)


def _task(painter: QPainter, block: QTextBlock, box: QRectF, theme: Theme, *, done: bool) -> None:
    centre = _beside(block, box, _BULLET_LEFT_PX - 1)
    if centre is None:
        return
    half = _BOX_PX / 2
    painter.setPen(QPen(theme.color("line.control"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(centre.x() - half, centre.y() - half, _BOX_PX, _BOX_PX), 2, 2)
    if done:
        painter.setPen(QPen(theme.color("text.primary"), 1.5))
        points = [(-3.0, 0.0), (-1.0, 2.2), (3.0, -2.4)]
        painter.drawPolyline([centre + QPointF(x, y) for x, y in points])
    painter.setPen(Qt.PenStyle.NoPen)


def _bars(
    painter: QPainter, box: QRectF, level: int, theme: Theme, right_edge: float | None
) -> None:
    painter.setBrush(theme.color("line.line"))
    for number in range(level):
        left = number * QUOTE_INDENT_PX
        x = left if right_edge is None else right_edge - left - _BAR_PX
        painter.drawRect(QRectF(x, box.top(), _BAR_PX, box.height()))
