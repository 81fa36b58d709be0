"""Notices above the conversation, each until it is dismissed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.placer import GPU_SHORT
from app.session_state import SessionCommands
from runtime.errors import Problem
from runtime.language import tr
from ui.controls import Button, IconButton
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.problem_card import spoken
from ui.theme import Theme


class NoticeBar(QFrame):
    def __init__(self, theme: Theme, commands: SessionCommands) -> None:
        super().__init__()
        self._theme, self._commands = theme, commands
        self._rows: dict[Problem, QFrame] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.hide()

    @property
    def dismiss_buttons(self) -> list[IconButton]:
        return [button for row in self._rows.values() for button in row.findChildren(IconButton)]

    def show_notices(self, notices: tuple[Problem, ...]) -> None:
        for gone in [notice for notice in self._rows if notice not in notices]:
            row = self._rows.pop(gone)
            row.hide()
            row.deleteLater()
        for notice in notices:
            if notice not in self._rows:
                self._rows[notice] = self._row(notice)
                self._column.addWidget(self._rows[notice])
        self.setVisible(bool(self._rows))

    def _row(self, notice: Problem) -> QFrame:
        frame = QFrame()
        frame.setProperty("surface", "notice")
        row = QHBoxLayout(frame)
        row.setContentsMargins(32, 9, 12, 9)
        row.setSpacing(10)
        top = Qt.AlignmentFlag.AlignTop
        mark = IconMark(self._theme, "info", 18, "state.warn")
        row.addWidget(mark, 0, top)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(Label(self._theme, notice.title, weight=500))
        words.addWidget(Paragraph(self._theme, spoken(notice), "small", "secondary"))
        row.addLayout(words, 1)
        if notice.kind == GPU_SHORT:
            move = Button(self._theme, tr("Move them"), extent="compact")
            move.setAccessibleName(tr("Move experts to RAM"))
            move.clicked.connect(self._commands.relieve_gpu)
            row.addWidget(move, 0, top)
        name = tr("Dismiss: {title}", title=notice.title)
        dismiss = IconButton(self._theme, "x", name, icon_px=16)
        dismiss.setToolTip(tr("Dismiss"))
        dismiss.clicked.connect(lambda: self._commands.dismiss_notice(notice))
        row.addWidget(dismiss, 0, top)
        return frame
