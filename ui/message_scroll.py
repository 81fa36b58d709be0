"""Scrolls through messages: stays with the newest, or with what is seen while others grow."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMargins, QPoint, QRect, QSize, Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from ui.centred import Centred
from ui.scroll_bar import SCROLL_BAR_PX, ScrollArea
from ui.theme import Theme

AT_BOTTOM_PX = 8
_TOP_PX = 20


class _Stack(QVBoxLayout):
    """Says when it has placed its items."""

    def __init__(self, parent: QWidget, placed: Callable[[], None]) -> None:
        super().__init__(parent)
        self._placed = placed

    def setGeometry(self, rect: QRect) -> None:
        # The column may still be too low or too high for a turn; squeezed items would jump.
        height = self.totalHeightForWidth(rect.width())
        super().setGeometry(QRect(rect.topLeft(), QSize(rect.width(), height)))
        self._placed()


class MessageScroll(ScrollArea):
    """`items` is the layout of what is scrolled. While `following`, the end stays in view; else
    the first item that is seen keeps its place, whatever comes, goes or grows above it.
    """

    moved = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._following = True
        self._moving = self._cut_short = False
        self._anchor: QWidget | None = None
        self._anchor_px = 0
        self._column = QWidget()
        self.items = _Stack(self._column, self._keep_place)
        self.items.setContentsMargins(0, 0, 0, 0)
        self.items.setSpacing(0)
        ground = QWidget()
        outer = QVBoxLayout(ground)
        outer.setContentsMargins(0, 0, 0, 0)
        margin = theme.px("layout.conversation_margin")
        # The scroll bar always has its place, so the column stays in the middle without it.
        margins = QMargins(margin, _TOP_PX, margin - SCROLL_BAR_PX, _TOP_PX)
        self._centred = Centred(self._column, theme.px("layout.reading_max"), margins)
        outer.addWidget(self._centred)
        outer.addStretch()
        self.show_content(ground)
        # An opaque ground is moved as a picture: only what comes into view is painted.
        ground.setAutoFillBackground(True)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(lambda: self._range_changed())
        bar.valueChanged.connect(self._scrolled)

    @property
    def following(self) -> bool:
        return self._following

    @property
    def may_follow(self) -> bool:
        """Whether the end of the column is the end of the chat."""
        return True

    def follow(self) -> None:
        """Go to the newest text and stay with it."""
        self._following, self._anchor = True, None
        self._to_bottom()

    def hold(self, widget: QWidget, from_top_px: int) -> None:
        """Bring `widget` to this distance from the upper edge and keep it there."""
        self._following = False
        self._anchor, self._anchor_px = widget, from_top_px
        self._keep_place()

    def let_go(self, widget: QWidget) -> None:
        """`widget` is taken out: what is seen is held by another one."""
        if widget is self._anchor:
            self._anchor = None

    def settle(self) -> None:
        """Lay out now what came or went, not in a later turn in which something may be painted."""
        for widget in (self._column, self._centred, self.widget(), self):
            QApplication.sendEvent(widget, QEvent(QEvent.Type.LayoutRequest))

    def y_of(self, widget: QWidget) -> int:
        return widget.mapTo(self.widget(), QPoint(0, 0)).y()

    def _range_changed(self) -> None:
        bar = self.verticalScrollBar()
        # Qt moves it after this signal; that is no wish of the person's.
        self._cut_short = bar.value() > bar.maximum()
        if self._following:
            self._cut_short = False
            self._to_bottom()

    def _keep_place(self) -> None:
        if self._following:
            self._to_bottom()
        elif self._anchor is not None:
            self._set_value(self.y_of(self._anchor) - self._anchor_px)
        else:
            self._hold_first_seen(self.verticalScrollBar().value())
        self.moved.emit()

    def _to_bottom(self) -> None:
        self._set_value(self.verticalScrollBar().maximum())

    def _set_value(self, value: int) -> None:
        self._moving = True
        self.verticalScrollBar().setValue(value)
        self._moving = False

    def _scrolled(self, value: int) -> None:
        if self._moving or self._cut_short:
            self._cut_short = False
            return
        at_bottom = value >= self.verticalScrollBar().maximum() - AT_BOTTOM_PX
        self._following = at_bottom and self.may_follow
        self._hold_first_seen(value)
        self.moved.emit()

    def _hold_first_seen(self, value: int) -> None:
        self._anchor = None
        for number in range(self.items.count()):
            widget = self.items.itemAt(number).widget()
            if widget is None or widget.isHidden():
                continue
            top = self.y_of(widget)
            if top + widget.height() > value:
                self._anchor, self._anchor_px = widget, top - value
                return
