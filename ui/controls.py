"""Buttons as the design draws them: filled, outlined, quiet, icon only, segments and folds."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ui.focus_ring import focus_came, focus_went
from ui.theme import Theme

Kind = Literal["primary", "plain", "quiet", "danger", "link"]
Extent = Literal["compact", "default", "large", "hero"]
_SIDE_PX = {"compact": 10, "default": 14, "large": 16, "hero": 24}


class PaintedButton(QAbstractButton):
    """What all our buttons share: hover, the keyboard's ring, Return as well as Space."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.ring_radius = theme.px("radius.control")
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        focus_came(self, event.reason(), self.ring_radius)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        focus_went(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def hovered(self) -> bool:
        return self.isEnabled() and self.underMouse()

    def begin(self) -> QPainter:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        return painter

    def fill(
        self, painter: QPainter, color: QColor | None, radius: float, line: QColor | None = None
    ) -> None:
        """The button's whole area, with a hairline of `line` inside its edge."""
        box = QRectF(self.rect())
        if line is not None:
            box = box.adjusted(0.5, 0.5, -0.5, -0.5)
            painter.setPen(QPen(line, 1))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color if color is not None else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, radius, radius)

    def draw_icon(
        self, painter: QPainter, name: str, size: int, color: str, x: float, y: float
    ) -> None:
        pixmap = self.theme.icon(name, size, color, self.devicePixelRatioF())
        painter.drawPixmap(round(x), round(y), pixmap)


class Button(PaintedButton):
    """A verb. `kind` "primary" at most once on a screen."""

    def __init__(
        self,
        theme: Theme,
        text: str,
        kind: Kind = "plain",
        extent: Extent = "default",
        *,
        icon: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, name or text, parent)
        self._kind, self._icon = kind, icon
        self._side_px = 0 if kind in ("quiet", "link") else _SIDE_PX[extent]
        self._height_px = theme.px(f"control.{extent}")
        if extent == "compact":
            self.ring_radius = theme.px("radius.control_small")
            self.setFont(theme.font("small", 400 if kind in ("quiet", "link") else 500))
        else:
            self.setFont(theme.font("ui", 400 if kind in ("quiet", "link") else 500))
        self.setText(text)

    def show_kind(self, kind: Kind) -> None:
        """Between "primary" and "plain", which take the same room."""
        if kind != self._kind:
            self._kind = kind
            self.update()

    def show_text(self, text: str, name: str = "") -> None:
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(name or text)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        width = QFontMetrics(self.font()).horizontalAdvance(self.text()) + 2 * self._side_px
        if self._icon:
            width += 16 + 7
        return QSize(width + (0 if self._side_px else 2), self._height_px)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        ink = self._paint_ground(painter)
        metrics = QFontMetrics(self.font())
        text_px = metrics.horizontalAdvance(self.text())
        left = (self.width() - text_px - (23 if self._icon else 0)) / 2
        if self._icon:
            self.draw_icon(painter, self._icon, 16, ink, left, (self.height() - 16) / 2)
            left += 23
        painter.setPen(self.theme.color(ink))
        painter.drawText(
            QRectF(left, 0, text_px + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, self.text()
        )

    def _paint_ground(self, painter: QPainter) -> str:
        """Draw what lies under the text and say the text's colour."""
        color = self.theme.color
        if self._kind == "link":
            return "text.link" if self.isEnabled() else "text.disabled"
        if self._kind == "quiet":
            return "text.primary" if self.hovered() or self.isDown() else "text.secondary"
        if not self.isEnabled():
            self.fill(painter, color("surface.sunken"), self.ring_radius)
            return "text.disabled"
        over = self.hovered() or self.isDown()
        if self._kind == "primary":
            self.fill(
                painter, color("action.ink_hover" if over else "action.ink"), self.ring_radius
            )
            return "action.on_ink"
        ground = color("surface.hover" if over else "surface.card")
        self.fill(painter, ground, self.ring_radius, color("line.line"))
        return "state.error" if self._kind == "danger" else "text.primary"


class IconButton(PaintedButton):
    """A square with one icon; its name is also its tooltip. `kept_down` marks it as on.

    A `flush` one stands on the edge of text: its icon is at the left and has no ground.
    """

    def __init__(
        self,
        theme: Theme,
        icon: str,
        name: str,
        *,
        icon_px: int = 18,
        shortcut: str = "",
        flush: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, name, parent)
        self._icon, self._icon_px, self._flush = icon, icon_px, flush
        self._kept_down = False
        self.ring_radius = theme.px("radius.control_small")
        side = theme.px("control.icon_button")
        self.setFixedSize(icon_px + 8 if flush else side, side)
        self.setToolTip(f"{name} ({shortcut})" if shortcut else name)

    def show_icon(self, icon: str, name: str) -> None:
        if icon != self._icon or name != self.accessibleName():
            self._icon = icon
            self.setAccessibleName(name)
            self.setToolTip(name)
            self.update()

    def set_kept_down(self, kept_down: bool) -> None:
        if kept_down != self._kept_down:
            self._kept_down = kept_down
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        color = self.theme.color
        over = self.hovered()
        if (self._kept_down or self.isDown()) and not self._flush:
            self.fill(painter, color("surface.selected"), self.ring_radius)
        elif over and not self._flush:
            self.fill(painter, color("surface.hover"), self.ring_radius)
        ink = "text.primary" if over or self._kept_down else "text.secondary"
        if not self.isEnabled():
            ink = "text.disabled"
        left = 0 if self._flush else (self.width() - self._icon_px) / 2
        top = (self.height() - self._icon_px) / 2
        self.draw_icon(painter, self._icon, self._icon_px, ink, left, top)


class SuggestionButton(PaintedButton):
    """A whole sentence to take over, as wide as its column."""

    def __init__(self, theme: Theme, text: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, text, parent)
        self.setText(text)
        self.setFont(theme.font("ui"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(38)

    def sizeHint(self) -> QSize:
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self.text()) + 26, 38)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = self.begin()
        ground = "surface.hover" if self.hovered() or self.isDown() else "surface.card"
        self.fill(
            painter, self.theme.color(ground), self.ring_radius, self.theme.color("line.line")
        )
        painter.setPen(self.theme.color("text.primary"))
        box = QRectF(self.rect()).adjusted(13, 0, -13, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text())
