"""The person's turn, at the right: files, text, versions, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from app.session_state import Attachment, MessageView
from runtime.language import marked, tr
from ui.labels import Label
from ui.message_actions import BranchSwitcher, RevealedIcon
from ui.message_chips import MessageChips
from ui.message_edit import MessageEdit
from ui.message_text import UserText
from ui.message_words import Surroundings
from ui.theme import Theme

_BUBBLE_SHARE = 0.86
_PAD_X, _PAD_Y = 14, 9
_GAP_PX, _NOTE_PX = 14, 20
_BRANCH_PX, _ICON_GAP_PX = 28, 2
_EDIT_NOTE = marked("Saving sends it again, as another version")


class UserBubble(QWidget):
    """`waiting` marks one that is sent later; nothing can be done with it yet."""

    edit_began = Signal()
    edited = Signal(str)
    deleted = Signal()
    turned = Signal(int)
    file_opened = Signal(object)

    def __init__(
        self,
        theme: Theme,
        text: str,
        *,
        waiting: bool = False,
        attachments: tuple[Attachment, ...] = (),
    ) -> None:
        super().__init__()
        self._theme, self._waiting = theme, waiting
        self.editor: MessageEdit | None = None
        self._surroundings = Surroundings()
        self.chips = MessageChips(theme, attachments, self)
        self.chips.opened.connect(self.file_opened)
        self.chips.setVisible(bool(attachments))
        self.text = UserText(theme, text)
        self.text.setParent(self)
        self.text.setVisible(bool(text))
        later = tr("Sent when the model is ready")
        self.note = Label(theme, later, "caption", "tertiary", parent=self)
        self.note.setVisible(waiting)
        self.icons = [] if waiting else self._icons()
        self.branch = BranchSwitcher(theme, self)
        self.branch.turned.connect(self.turned)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _icons(self) -> list[RevealedIcon]:
        self.edit = RevealedIcon(self._theme, "pencil", tr("Edit message"), self)
        self.copy = RevealedIcon(self._theme, "copy", tr("Copy message"), self)
        self.delete = RevealedIcon(self._theme, "trash-2", tr("Delete message"), self)
        self.edit.clicked.connect(self.begin_edit)
        self.copy.clicked.connect(lambda: QApplication.clipboard().setText(self.text.text))
        self.delete.clicked.connect(self.deleted)
        return [self.edit, self.copy, self.delete]

    def show_message(self, message: MessageView) -> None:
        self.branch.show_branch(message.branch, message.branches, busy=self._surroundings.busy)
        self.updateGeometry()
        self._place()

    def show_surroundings(self, surroundings: Surroundings, message: MessageView) -> None:
        self._surroundings = surroundings
        if not self._waiting:
            self.edit.setEnabled(not surroundings.busy)
            self.delete.setEnabled(not surroundings.busy)
        if self.editor is not None:
            self.editor.show_busy(busy=surroundings.busy)
        self.branch.show_branch(message.branch, message.branches, busy=surroundings.busy)

    def show_waiting_for(self, reason: str) -> None:
        self.note.show_text(reason)

    def mark_words(self, words: tuple[str, ...]) -> None:
        self.text.mark_words(words)

    # Editing

    def begin_edit(self) -> None:
        if self.editor is not None:
            return
        self.editor = MessageEdit(self._theme, self.text.text, tr(_EDIT_NOTE))
        self.editor.setParent(self)
        self.editor.saved.connect(self._save)
        self.editor.given_up.connect(self.end_edit)
        self.editor.field.textChanged.connect(self._edit_grew)
        self.editor.show_busy(busy=self._surroundings.busy)
        self._show_edited(edited=True)
        self.editor.show()
        self.editor.take_focus()
        self.edit_began.emit()

    def end_edit(self) -> None:
        if self.editor is None:
            return
        had_focus = self.editor.isAncestorOf(QApplication.focusWidget() or self)
        self.editor.hide()
        self.editor.deleteLater()
        self.editor = None
        self._show_edited(edited=False)
        if had_focus:
            self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _save(self, text: str) -> None:
        self.end_edit()
        self.edited.emit(text)

    def _show_edited(self, *, edited: bool) -> None:
        self.text.setVisible(not edited and bool(self.text.text))
        for icon in self.icons:
            icon.setVisible(not edited)
        self._edit_grew()

    def _edit_grew(self) -> None:
        self.updateGeometry()
        self._place()
        self.update()

    # Geometry

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        height = self._above(width) + self._body_height(width) + _GAP_PX
        if self._waiting:
            height += _NOTE_PX
        return height + (_BRANCH_PX if self._has_branches() else 0)

    def sizeHint(self) -> QSize:
        return self.text.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 0)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._place()

    def _above(self, width: int) -> int:
        return (_GAP_PX if self._waiting else 0) + self.chips.heightForWidth(width)

    def _body_height(self, width: int) -> int:
        if self.editor is not None:
            return self.editor.height_now()
        if not self.text.text:
            return 0
        return self.text.heightForWidth(self._text_width(width)) + 2 * _PAD_Y

    def _has_branches(self) -> bool:
        return not self.branch.isHidden()

    def _place(self) -> None:
        width = self.width()
        self.chips.place(0, _GAP_PX if self._waiting else 0, width)
        top, height = self._above(width), self._body_height(width)
        text_width = self._text_width(width)
        if self.editor is not None:
            self.editor.setGeometry(0, top, width, height)
        elif self.text.text:
            left = width - _PAD_X - text_width
            self.text.setGeometry(left, top + _PAD_Y, text_width, height - 2 * _PAD_Y)
        hint = self.note.sizeHint().width()
        self.note.setGeometry(width - hint, top + height + 4, hint, 16)
        switch = self.branch.sizeHint()
        self.branch.setGeometry(width - switch.width(), top + height, switch.width(), _BRANCH_PX)
        self._place_icons(width - text_width - 2 * _PAD_X, top + height)

    def _place_icons(self, right: int, bottom: int) -> None:
        """Left of the bubble, at its foot."""
        x = right - _ICON_GAP_PX * 2
        for icon in reversed(self.icons):
            x -= icon.width()
            icon.move(max(0, x), bottom - icon.height() - 6)

    def _text_width(self, width: int) -> int:
        room = int(width * _BUBBLE_SHARE) - 2 * _PAD_X
        return max(20, min(room, self.text.natural_width))

    # Painted

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.editor is not None or not self.text.text:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("surface.bubble"))
        box = QRectF(self.text.geometry()).adjusted(-_PAD_X, -_PAD_Y, _PAD_X, _PAD_Y)
        radius = self._theme.px("radius.bubble")
        painter.drawRoundedRect(box, radius, radius)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._reveal(revealed=True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._reveal(revealed=False)

    def _reveal(self, *, revealed: bool) -> None:
        for icon in self.icons:
            icon.reveal(revealed=revealed)

    def restyle(self) -> None:
        self.text.restyle()
        self.update()
