"""A column in the middle of its place, as high as its width asks for, never wider than it reads."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMargins, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class Centred(QWidget):
    """Holds `child` at `max_width` at most; what is left over goes to both sides.

    QBoxLayout can't do this: it asks an aligned child for its height at the whole width.
    """

    def __init__(self, child: QWidget, max_width: int, margins: QMargins | None = None) -> None:
        super().__init__()
        self._child, self._max_width = child, max_width
        self._margins = margins or QMargins()
        child.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        inner = self._child_width(width)
        child = self._child
        height = child.heightForWidth(inner) if child.hasHeightForWidth() else -1
        if height < 0:
            height = child.sizeHint().height()
        return height + self._margins.top() + self._margins.bottom()

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self._height_now())  # It takes what width there is.

    def minimumSizeHint(self) -> QSize:
        least = self._child.minimumSizeHint().width()
        sides = self._margins.left() + self._margins.right()
        return QSize(max(0, least) + sides, self._height_now())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._place()
        return super().event(event)

    def _height_now(self) -> int:
        """At the width it has: text is laid out anew for every other width it is asked about."""
        return self.heightForWidth(self.width())

    def _place(self) -> None:
        width = self._child_width(self.width())
        room = self.width() - self._margins.left() - self._margins.right()
        left = self._margins.left() + max(0, room - width) // 2
        height = self.height() - self._margins.top() - self._margins.bottom()
        self._child.setGeometry(left, self._margins.top(), width, height)

    def _child_width(self, width: int) -> int:
        room = width - self._margins.left() - self._margins.right()
        return max(1, min(self._max_width, room))
