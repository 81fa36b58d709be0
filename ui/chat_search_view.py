"""The list of what a search has found, with the found words in bold."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.session_state import SearchHit
from runtime.language import tr
from ui.chat_search_rows import HitRow, Span, from_near, hit_rows
from ui.focus_ring import KEYBOARD_REASONS
from ui.theme import Theme

_LINES = 2
_LEAD = 24  # characters before the first found word: it is seen in the first line
_BOLD = 600


class HitRows(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: tuple[HitRow, ...] = ()

    def show_hits(self, hits: tuple[SearchHit, ...]) -> None:
        rows = hit_rows(hits)
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def row(self, index: QModelIndex) -> HitRow:
        return self._rows[index.row()]

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row = self.row(index)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if row.hit is None:
                return tr("{text}, heading", text=row.text)
            return row.text if row.kind == "title" else f"{row.hit.title}: {row.text}"
        return row.text if role == Qt.ItemDataRole.DisplayRole else None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        if not index.isValid() or self.row(index).hit is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class HitPainter(QStyledItemDelegate):
    """A title takes a line, a place up to two."""

    def __init__(self, theme: Theme, rows: HitRows, view: QListView) -> None:
        super().__init__(view)
        self._theme, self._rows, self._view = theme, rows, view
        self.ring_wanted = False

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        theme, row = self._theme, self._rows.row(index)
        if row.kind == "title":
            return QSize(0, theme.px("row.conversation"))
        lines = self._laid_out(row, self._text_px()).lineCount()
        return QSize(0, lines * theme.line("small") + theme.px("space.2"))

    def _text_px(self) -> int:
        return self._view.viewport().width() - 4 * self._theme.px("space.2")

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme, row = self._theme, self._rows.row(index)
        inset = theme.px("space.2")
        box = QRectF(option.rect).adjusted(inset, 0, -inset, 0)
        radius = theme.px("radius.control_small")
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        state = option.state
        is_over = bool(state & QStyle.StateFlag.State_MouseOver)
        is_current = bool(state & QStyle.StateFlag.State_Selected)
        if row.hit is not None and (is_over or is_current):
            painter.setBrush(theme.color("surface.selected" if is_current else "surface.hover"))
            painter.drawRoundedRect(box, radius, radius)
        if self.ring_wanted and state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("action.focus"), theme.px("stroke.focus_ring")))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius - 1, radius - 1)
        box.adjust(inset, 0, -inset, 0)
        is_title = row.kind == "title"
        painter.setPen(theme.color("text.primary" if is_title else "text.secondary"))
        layout = self._laid_out(row, int(box.width()))
        height = layout.lineCount() * self._line(row)
        layout.draw(painter, QPointF(box.left(), box.top() + (box.height() - height) / 2))
        painter.restore()

    def _line(self, row: HitRow) -> int:
        return self._theme.line("ui" if row.kind == "title" else "small")

    def _font(self, row: HitRow) -> QFont:
        if row.kind == "place":
            return self._theme.font("small")
        # Beside found words the others must not be half bold.
        return self._theme.font("ui", 400 if row.marks else 500)

    def _laid_out(self, row: HitRow, width: int) -> QTextLayout:
        """The text in the lines there are, shortened with an ellipsis where it is longer."""
        if row.kind == "title":
            text = QFontMetrics(self._font(row)).elidedText(
                row.text, Qt.TextElideMode.ElideRight, width - 4
            )
            return self._layout(row, text, row.marks, width)
        text, marks = from_near(row.text, row.marks, _LEAD)
        layout = self._layout(row, text, marks, width)
        while layout.lineCount() > _LINES:
            last = layout.lineAt(_LINES - 1)
            end = min(last.textStart() + last.textLength(), len(text.rstrip("\u2026 ")))
            text = text[: end - 2].rstrip() + "\u2026"
            layout = self._layout(row, text, marks, width)
        return layout

    def _layout(self, row: HitRow, text: str, marks: tuple[Span, ...], width: int) -> QTextLayout:
        theme = self._theme
        layout = QTextLayout(text, self._font(row))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats([_bold(theme, begin, end) for begin, end in marks if begin < len(text)])
        layout.beginLayout()
        top = 0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, width))
            line.setPosition(QPointF(0, top + (self._line(row) - line.height()) / 2))
            top += self._line(row)
        layout.endLayout()
        return layout


def _bold(theme: Theme, begin: int, end: int) -> QTextLayout.FormatRange:
    found = QTextLayout.FormatRange()
    found.start, found.length = begin, end - begin
    look = QTextCharFormat()
    look.setFontWeight(_BOLD)
    look.setForeground(theme.color("text.primary"))
    found.format = look
    return found


class HitView(QListView):
    """`opened` carries the hit; `left` is emitted by Up from the first row, `cleared` by Esc."""

    opened = Signal(object)
    left = Signal()
    cleared = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.rows = HitRows(self)
        self._painter = HitPainter(theme, self.rows, self)
        self.setModel(self.rows)
        self.setItemDelegate(self._painter)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("What was found"))
        self.setTabKeyNavigation(False)
        self.clicked.connect(self._open)

    def sizeHint(self) -> QSize:
        return QSize(100, 100)

    def stops(self) -> list[QModelIndex]:
        """The rows that lead somewhere."""
        every = (self.rows.index(number) for number in range(self.rows.rowCount()))
        return [index for index in every if self.rows.row(index).hit is not None]

    def enter(self, *, from_above: bool) -> None:
        """Take the keyboard at the first or the last row."""
        stops = self.stops()
        if stops:
            self._painter.ring_wanted = True
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.setCurrentIndex(stops[0 if from_above else -1])

    def open_first(self) -> None:
        stops = self.stops()
        if stops:
            self.setCurrentIndex(stops[0])
            self._open(stops[0])

    def _open(self, index: QModelIndex) -> None:
        hit = self.rows.row(index).hit if index.isValid() else None
        if hit is not None:
            self.opened.emit(hit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._painter.ring_wanted = True
        key, stops = event.key(), self.stops()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self.currentIndex())
        elif key == Qt.Key.Key_Escape:
            self.cleared.emit()
        elif key == Qt.Key.Key_Up and stops and self.currentIndex() == stops[0]:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._painter.ring_wanted = event.reason() in KEYBOARD_REASONS
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.stops():
            self.setCurrentIndex(self.stops()[0])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._painter.ring_wanted = False
        super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()  # Lines break elsewhere.
