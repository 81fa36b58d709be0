"""The icon in the desktop's notification area: tokens/s at a glance, and a quick stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QFont, QFontMetricsF, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from app import number_text
from app.session_state import SessionState
from runtime.language import number, tr
from ui.first_paint import FirstPaint
from ui.theme import Theme

if TYPE_CHECKING:
    from app.session_state import SessionCommands

ICON_EVERY_MS = 1000
# What desktops ask for, at one and at two pixels each.
SIZES_PX = (22, 44)
_LARGEST_SHARE, _SIDE_SHARE, _RADIUS_SHARE = 0.68, 0.06, 0.2


class Tray(QObject):
    """Appears once `window` has been drawn, and only where the desktop has a place for it.

    `icon` is None until then. It changes once a second at most.
    """

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        commands: SessionCommands,
        is_available: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ) -> None:
        super().__init__(window)
        self._theme, self._window, self._commands = theme, window, commands
        self._is_available = is_available
        self._state: SessionState | None = None
        self._drawn: tuple[str, str] | None = None
        self.icon: QSystemTrayIcon | None = None
        self._pace = QTimer(self, interval=ICON_EVERY_MS, singleShot=True)
        self._pace.timeout.connect(self._draw)
        FirstPaint(window, self._appear)

    def show_state(self, state: SessionState) -> None:
        """A beginning or an end shows at once, a speed when the last one is a second old."""
        before, self._state = self._state, state
        if self.icon is None:
            return
        turned = before is None or (before.answer is None) != (state.answer is None)
        if turned or not self._pace.isActive():
            self._draw()

    # Building

    def _appear(self) -> None:
        if not self._is_available():
            return
        self._menu = QMenu(self._window)
        self._menu.addAction(tr("Show window"), self.bring_window)
        self.stop = self._menu.addAction(tr("Stop answer"), self._commands.stop)
        self._menu.addSeparator()
        self._menu.addAction(tr("Quit"), self._window.close)
        self.icon = QSystemTrayIcon(self)
        self.icon.setContextMenu(self._menu)
        self.icon.activated.connect(self._activated)
        self._theme.changed.connect(self._redraw)
        self._draw()
        self.icon.show()

    def bring_window(self) -> None:
        """In front, as it was before it was minimised."""
        state = self._window.windowState() & ~Qt.WindowState.WindowMinimized
        self._window.setWindowState(state | Qt.WindowState.WindowActive)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason == QSystemTrayIcon.ActivationReason.Trigger:
            self.bring_window()

    # Drawing

    def _redraw(self) -> None:
        self._drawn = None
        self._draw()

    def _draw(self) -> None:
        if self.icon is None:
            return
        now = (tip(self._state), digits(self._state))
        self.stop.setEnabled(self._state is not None and self._state.answer is not None)
        if now == self._drawn:
            return
        before, self._drawn = self._drawn, now
        self.icon.setToolTip(now[0])
        if before is None or now[1] != before[1]:
            self.icon.setIcon(tray_icon(self._theme, now[1]))
        self._pace.start()


def tip(state: SessionState | None) -> str:
    """What a look at the icon tells."""
    if state is None or state.model is None:
        return "Coterie"
    answer = state.answer
    if answer is None:
        return tr("Coterie: {model}", model=state.model.name)
    if answer.tokens_per_s is None:
        return tr("Coterie: {model} is reading the prompt", model=state.model.name)
    speed = number_text.tokens_per_s_unit(answer.tokens_per_s)
    return tr("Coterie: {model}, {speed}", model=state.model.name, speed=speed)


def digits(state: SessionState | None) -> str:
    """The speed in three characters at most: 5.7, 42, 331, 2k; "" while nothing is answered."""
    answer = state.answer if state is not None else None
    if answer is None or answer.tokens_per_s is None:
        return ""
    speed = answer.tokens_per_s
    if speed >= 999.5:
        return f"{min(999, round(speed / 1000))}k"
    return number(speed, ".1f" if speed < 9.95 else ".0f")


def tray_icon(theme: Theme, text: str) -> QIcon:
    """The mark, or `text`, each on its own ground: that of the area may have any colour."""
    icon = QIcon()
    for size in SIZES_PX:
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("action.ink" if text else "surface.card"))
        radius = size * _RADIUS_SHARE
        painter.drawRoundedRect(QRectF(0, 0, size, size), radius, radius)
        if text:
            _draw_digits(painter, theme, text, size)
        else:
            edge = round(size * _SIDE_SHARE)
            painter.drawPixmap(edge, edge, theme.logo(size - 2 * edge, 1.0))
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def _draw_digits(painter: QPainter, theme: Theme, text: str, size: int) -> None:
    font = QFont(theme.font("caption", 600, tabular=True))
    room, px = size * (1 - 2 * _SIDE_SHARE), round(size * _LARGEST_SHARE)
    font.setPixelSize(px)
    width = QFontMetricsF(font).horizontalAdvance(text)
    if width > room:
        font.setPixelSize(max(6, int(px * room / width)))
    painter.setFont(font)
    painter.setPen(theme.color("action.on_ink"))
    painter.drawText(QRectF(0, 0, size, size), Qt.AlignmentFlag.AlignCenter, text)
