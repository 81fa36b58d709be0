"""Labels in the design's type roles and tones."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QSizePolicy, QWidget

from ui.theme import Theme


class Label(QLabel):
    """One line of plain text. Too long for its place, it ends in an ellipsis only if `elided`."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        role: str = "ui",
        tone: str = "primary",
        *,
        weight: int | None = None,
        elided: bool = False,
        tabular: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._full = ""
        self._elided = elided
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(role, weight, tabular=tabular))
        self.setMinimumHeight(theme.line(role))
        self.setProperty("tone", tone)
        if elided:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        if text != self._full:
            self._full = text
            self._fit()

    def full_text(self) -> str:
        return self._full

    def set_tone(self, tone: str) -> None:
        if tone != self.property("tone"):
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        if self._elided:
            self._fit()

    def _fit(self) -> None:
        shown = self._full
        if self._elided:
            shown = self.fontMetrics().elidedText(
                shown, Qt.TextElideMode.ElideRight, max(0, self.width())
            )
            self.setToolTip(self._full if shown != self._full else "")
        if shown != self.text():
            self.setText(shown)


class Paragraph(QLabel):
    """Wrapped plain text with the design's line height."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        role: str = "ui",
        tone: str = "primary",
        *,
        weight: int | None = None,
        selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._line_px = theme.line(role)
        self._full = ""
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setFont(theme.font(role, weight))
        self.setProperty("tone", tone)
        if selectable:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        if text == self._full and self.text():
            return
        self._full = text
        body = html.escape(text).replace("\n", "<br>")
        if self.focusPolicy() != Qt.FocusPolicy.NoFocus:
            self.setAccessibleName(text)
        self.setText(f'<p style="margin:0; line-height:{self._line_px}px">{body}</p>')

    def full_text(self) -> str:
        return self._full


class PathField(QLineEdit):
    """A path to select and copy, with mouse or keyboard; long ones scroll."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setFont(theme.font("code"))
        self.setProperty("path", True)
        self.setAccessibleName(name)

    def show_path(self, path: str) -> None:
        if path != self.text():
            self.setText(path)
            self.setCursorPosition(0)
