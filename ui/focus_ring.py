"""The ring around the control that has the keyboard: drawn only when the keyboard led there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from ui.theme import Theme

KEYBOARD_REASONS = frozenset(
    {
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    }
)


class FocusRing(QWidget):
    """A transparent child of the window that follows the focused control."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        self._radius = 0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    @property
    def target(self) -> QWidget | None:
        return self._target

    def surround(self, target: QWidget, radius: int) -> None:
        self.leave()
        self._target, self._radius = target, radius
        widget: QWidget | None = target
        while widget is not None and widget is not self.parentWidget():
            widget.installEventFilter(self)
            self._watched.append(widget)
            widget = widget.parentWidget()
        self._place()
        self.raise_()

    def leave(self, target: QWidget | None = None) -> None:
        """Go away; with `target`, only if the ring is around that."""
        if target is not None and target is not self._target:
            return
        for widget in self._watched:
            widget.removeEventFilter(self)
        self._watched.clear()
        self._target = None
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        elif event.type() == QEvent.Type.Hide and watched is self._target:
            self.hide()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        width = self._theme.px("stroke.focus_ring")
        radius = self._radius + self._theme.px("stroke.focus_gap") + width / 2
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("action.focus"), width))
        inset = width / 2
        full = QRectF(self._ring()).translated(-self.x(), -self.y())
        painter.drawRoundedRect(full.adjusted(inset, inset, -inset, -inset), radius, radius)

    def _ring(self) -> QRect:
        """The whole ring in the window's coordinates, before clipping."""
        target, window = self._target, self.parentWidget()
        if target is None or window is None:
            return QRect()
        reach = self._theme.px("stroke.focus_ring") + self._theme.px("stroke.focus_gap")
        corner = target.mapTo(window, QPoint(0, 0))
        return QRect(corner, target.size()).adjusted(-reach, -reach, reach, reach)

    def _place(self) -> None:
        target, window = self._target, self.parentWidget()
        if target is None or window is None or not target.isVisibleTo(window):
            return
        area = self._ring() & window.rect()
        for widget in self._watched:
            scroller = widget.parentWidget()
            if widget is target or not isinstance(scroller, QAbstractScrollArea):
                continue
            if widget is scroller.viewport():
                area &= QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
        if area.isEmpty():
            self.hide()
            return
        self.setGeometry(area)
        self.show()
        self.update()


def ring_of(widget: QWidget) -> FocusRing | None:
    found = widget.window().findChild(FocusRing, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return found if isinstance(found, FocusRing) else None


def focus_came(widget: QWidget, reason: Qt.FocusReason, radius: int) -> None:
    """Call from `focusInEvent`; shows the ring when the keyboard brought the focus."""
    ring = ring_of(widget)
    if ring is not None:
        if reason in KEYBOARD_REASONS:
            ring.surround(widget, radius)
        else:
            ring.leave()


def focus_went(widget: QWidget) -> None:
    """Call from `focusOutEvent`."""
    ring = ring_of(widget)
    if ring is not None:
        ring.leave(widget)


def show_or_hide(widget: QWidget, *, shown: bool) -> None:
    """Qt gives the focus of a control that is hidden to the next one as if by Tab: right for the
    keyboard, but a ring out of nowhere for somebody who has just clicked.
    """
    if not shown and widget.hasFocus():
        ring = ring_of(widget)
        if ring is None or ring.target is not widget:
            widget.clearFocus()
    widget.setVisible(shown)
