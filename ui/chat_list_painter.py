"""Draws the rows of the list of chats: headings, folders and chats, all of one height."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from runtime.language import number as figure
from runtime.language import tr
from ui.chat_groups import ListRow
from ui.chat_rows import ChatRows
from ui.theme import Theme

_STATE = QStyle.StateFlag
_VERTICAL = Qt.AlignmentFlag.AlignVCenter
_CHEVRON_PX, _ICON_PX, _DOTS_PX = 14, 16, 24


class ChatRowPainter(QStyledItemDelegate):
    """`open_id` is the chat that stands in the window, `drop_row` where a dragged one would go."""

    def __init__(self, theme: Theme, rows: ChatRows, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._rows = theme, rows
        self.open_id: int | None = None
        self.ring_wanted = False
        self.menu_row = -1
        self.drop_row = -1
        self.hot_dots = False

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:
        return QSize(0, self._theme.px("row.conversation"))

    def dots_at(self, rect: QRect, at: QPoint) -> bool:
        """Whether `at` is on the three dots of the row that fills `rect`."""
        return rect.contains(at) and at.x() > self._box(rect).right() - _DOTS_PX

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        row = self._rows.row(index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.kind == "heading":
            self._heading(painter, option.rect, row.label)
        else:
            self._ground(painter, option, row, index.row())
            self._content(painter, option, row, index.row())
        painter.restore()

    def _box(self, rect: QRect) -> QRectF:
        inset = self._theme.px("space.2")
        return QRectF(rect).adjusted(inset, 0, -inset, 0)

    def _heading(self, painter: QPainter, rect: QRect, label: str) -> None:
        theme = self._theme
        painter.setFont(theme.font("caption", 500))
        painter.setPen(theme.color("text.tertiary"))
        box = QRectF(rect).adjusted(theme.px("space.4"), 0, -theme.px("space.2"), 0)
        line = theme.line("caption")
        box.setTop(box.bottom() - theme.px("space.1") - line)
        box.setHeight(line)
        painter.drawText(box, _VERTICAL, label)

    def _ground(
        self, painter: QPainter, option: QStyleOptionViewItem, row: ListRow, number: int
    ) -> None:
        theme = self._theme
        box, radius = self._box(option.rect), theme.px("radius.control_small")
        painter.setPen(Qt.PenStyle.NoPen)
        name = ""
        if row.kind == "chat" and row.id == self.open_id:
            name = "surface.selected"
        elif option.state & _STATE.State_MouseOver or number in (self.menu_row, self.drop_row):
            name = "surface.hover"
        if name:
            painter.setBrush(theme.color(name))
            painter.drawRoundedRect(box, radius, radius)
        ringed = self.ring_wanted and bool(option.state & _STATE.State_HasFocus)
        if ringed or number == self.drop_row:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("action.focus"), theme.px("stroke.focus_ring")))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius - 1, radius - 1)

    def _content(
        self, painter: QPainter, option: QStyleOptionViewItem, row: ListRow, number: int
    ) -> None:
        theme = self._theme
        pad = theme.px("space.2")
        box = self._box(option.rect).adjusted(pad, 0, -pad, 0)
        is_open = row.kind == "chat" and row.id == self.open_id
        ratio = option.widget.devicePixelRatioF()
        ringed = self.ring_wanted and bool(option.state & _STATE.State_HasFocus)
        dotted = bool(option.state & _STATE.State_MouseOver) or ringed or number == self.menu_row
        if row.kind == "folder":
            chevron = "chevron-down" if row.unfolded else "chevron-right"
            self._icon(painter, chevron, _CHEVRON_PX, box.left(), box, ratio)
            self._icon(painter, "folder", _ICON_PX, box.left() + _CHEVRON_PX + pad, box, ratio)
            box.setLeft(box.left() + _CHEVRON_PX + _ICON_PX + 2 * pad - 2)
        elif row.indented:
            box.setLeft(box.left() + _CHEVRON_PX + pad + theme.px("space.1"))
        if dotted:
            over = self.hot_dots and bool(option.state & _STATE.State_MouseOver)
            ink = "text.primary" if over else "text.secondary"
            self._icon(painter, "ellipsis", _ICON_PX, box.right() - _ICON_PX + 2, box, ratio, ink)
            box.setRight(box.right() - _DOTS_PX + theme.px("space.1"))
        elif row.kind == "folder":
            self._count(painter, figure(row.count, ","), box)
        font = theme.font("ui", 500 if is_open else 400)
        painter.setFont(font)
        painter.setPen(theme.color("text.primary" if is_open else "text.secondary"))
        title = QFontMetrics(font).elidedText(
            row.label, Qt.TextElideMode.ElideRight, int(box.width())
        )
        painter.drawText(box, _VERTICAL, title)

    def _count(self, painter: QPainter, count: str, box: QRectF) -> None:
        font = self._theme.font("caption", tabular=True)
        painter.setFont(font)
        painter.setPen(self._theme.color("text.tertiary"))
        painter.drawText(box, _VERTICAL | Qt.AlignmentFlag.AlignRight, count)
        box.setRight(
            box.right() - QFontMetrics(font).horizontalAdvance(count) - self._theme.px("space.2")
        )

    def _icon(
        self,
        painter: QPainter,
        name: str,
        size: int,
        left: float,
        box: QRectF,
        ratio: float,
        ink: str = "text.tertiary",
    ) -> None:
        top = box.center().y() - size / 2
        pixmap = self._theme.icon(name, size, ink, ratio)
        painter.drawPixmap(QPointF(round(left), round(top)), pixmap)

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, index: QModelIndex
    ) -> QWidget:
        editor = QLineEdit(parent)
        is_folder = self._rows.row(index).kind == "folder"
        editor.setAccessibleName(tr("New folder name") if is_folder else tr("New title"))
        editor.setProperty("inline", True)
        editor.setFont(self._theme.font("ui"))
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, _index: QModelIndex
    ) -> None:
        inset = self._theme.px("space.2")
        editor.setGeometry(option.rect.adjusted(inset, 1, -inset, -1))
