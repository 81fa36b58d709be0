"""Files let go over the conversation are attached, wherever they are let go."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui import states
from tests.ui.recording_chat import RecordingChat
from ui.chat_view import ChatView
from ui.message_views import AnswerView
from ui.theme import Theme


def test_files_are_dropped_anywhere_on_the_conversation(theme: Theme, qtbot: QtBot) -> None:
    chat = RecordingChat()
    view = ChatView(theme, chat)
    qtbot.addWidget(view)
    view.show_state(states.talk(states.user(1, "A"), states.answer(2, "B")))
    view.show()
    answer = view.messages.views[1]
    assert isinstance(answer, AnswerView)
    mime = QMimeData()
    mime.setUrls([QUrl("file:///a.txt")])
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    over = answer.text.viewport()
    enter = QDragEnterEvent(QPoint(5, 5), action, mime, button, none)
    QApplication.sendEvent(over, enter)
    assert enter.isAccepted()
    assert view.composer.veil is not None
    assert view.composer.veil.isVisible()
    QApplication.sendEvent(over, QDropEvent(QPointF(5, 5), action, mime, button, none))
    assert not view.composer.veil.isVisible()
    assert chat.calls == [("attach", ("/a.txt",))]
