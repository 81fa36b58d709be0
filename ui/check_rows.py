"""The checks of the first run: a row for each thing looked at, as it is found out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.check_view import CheckStatus, CheckView
from runtime.language import marked, tr
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.page_frame import hairline
from ui.theme import Theme

_NAME_PX = 92
_ICONS = (
    ("cpu", ("processor", "cpu", "cores")),
    ("memory-stick", ("memory", "ram")),
    ("gpu", ("graphics", "gpu", "cuda")),
    ("layers", ("engine", "driver", "build")),
    ("database", ("disk", "storage")),
    ("box", ("model", "starter")),
)
_MARKS: dict[CheckStatus, tuple[str, str, str]] = {
    "ok": ("check", "state.ok", marked("fine")),
    "info": ("info", "state.warn", marked("note")),
    "problem": ("triangle-alert", "state.error", marked("problem")),
}


def icon_of(name: str) -> str:
    """The picture of what was looked at, by the words in its English name."""
    words = name.casefold()
    return next((icon for icon, keys in _ICONS if any(key in words for key in keys)), "info")


class CheckRow(QWidget):
    def __init__(self, theme: Theme, check: CheckView) -> None:
        super().__init__()
        icon, ink, meaning = _MARKS[check.status]
        looked_at = tr(check.name)
        told = f"{looked_at}, {tr(meaning)}: {check.detail} {check.advice}"
        self.setAccessibleName(told.strip())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 16, 0, 16)
        row.setSpacing(0)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(IconMark(theme, icon_of(check.name), 20, "text.secondary"), 0, top)
        row.addSpacing(14)
        name = Label(theme, looked_at, tone="secondary")
        name.setMinimumWidth(_NAME_PX)
        # Wrapped text has the spare height of its line above it, labels have half of it.
        name.setContentsMargins(0, 2, 0, 0)
        row.addWidget(name, 0, top)
        row.addLayout(_words(theme, check), 1)
        row.addSpacing(12)
        row.addWidget(IconMark(theme, icon, 18, ink), 0, top)


def _words(theme: Theme, check: CheckView) -> QVBoxLayout:
    words = QVBoxLayout()
    words.setSpacing(1)
    found, _, more = check.detail.partition("\n")
    words.addWidget(Paragraph(theme, found, weight=500))
    if more:
        words.addWidget(Paragraph(theme, more, "small", "secondary"))
    if check.advice:
        words.addSpacing(3)
        tone = "error" if check.status == "problem" else "warn"
        words.addWidget(Paragraph(theme, check.advice, "small", tone))
    return words


class CheckRows(QWidget):
    """Rows that say the same as before stay; others change in their place or join."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[CheckView, ...] = ()
        self.rows: list[CheckRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_checks(self, checks: tuple[CheckView, ...]) -> None:
        if checks == self._shown:
            return
        kept = dict(zip(self._shown, self.rows, strict=True))
        rows = [kept.pop(check, None) or CheckRow(self._theme, check) for check in checks]
        while item := self._column.takeAt(0):
            if item.widget() not in rows:
                item.widget().hide()
                item.widget().deleteLater()
        for row in rows:
            if self._column.count():
                self._column.addWidget(hairline())
            self._column.addWidget(row)
        self.rows, self._shown = rows, checks
