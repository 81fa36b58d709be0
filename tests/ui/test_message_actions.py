"""What can be done with a message: versions, editing, copying, deleting, files, thinking."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.session_state import Attachment, MessageView
from tests.ui import states
from tests.ui.hands import click, look
from tests.ui.recording_commands import RecordingCommands
from ui import message_column
from ui.chat_view import ChatView
from ui.message_chips import AttachmentDialog
from ui.message_delete import MessageDeleteDialog
from ui.message_views import AnswerView
from ui.theme import Theme
from ui.user_bubble import UserBubble

REASONING = "First think about **bytes**.\n\nThen answer."
FILE = Attachment("notes.md", "markdown", "# Notes\n\u202eabc", 14 * 1024)


@pytest.fixture
def commands() -> RecordingCommands:
    return RecordingCommands()


@pytest.fixture
def view(theme: Theme, commands: RecordingCommands, qtbot: QtBot) -> ChatView:
    view = ChatView(theme, commands)
    qtbot.addWidget(view)
    view.resize(700, 700)
    view.show()
    return view


def question(**changes: object) -> MessageView:
    return replace(states.user(1, "Why?"), **changes)


def answer(**changes: object) -> MessageView:
    return states.answer(2, "Because **so**.", **changes)


def bubble(view: ChatView) -> UserBubble:
    first = view.messages.views[0]
    assert isinstance(first, UserBubble)
    return first


def answered(view: ChatView) -> AnswerView:
    last = view.messages.views[-1]
    assert isinstance(last, AnswerView)
    return last


def entry(menu: QMenu, text: str):
    return next(action for action in menu.actions() if action.text() == text)


def test_versions_are_walked_under_both_sides(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot
) -> None:
    view.show_state(states.talk(question(branch=1, branches=2), answer(branch=2, branches=3)))
    look()
    assert bubble(view).branch.label.full_text() == "1/2"
    assert not bubble(view).branch.earlier.isEnabled()
    click(qtbot, bubble(view).branch.later)
    assert answered(view).branch.label.full_text() == "2/3"
    click(qtbot, answered(view).branch.earlier)
    click(qtbot, answered(view).branch.later)
    assert commands.calls == [("show_branch", 1, 1), ("show_branch", 2, -1), ("show_branch", 2, 1)]


def test_one_version_has_no_switcher(view: ChatView) -> None:
    view.show_state(states.talk(question(), answer()))
    assert bubble(view).branch.isHidden()
    assert answered(view).branch.isHidden()


@pytest.mark.parametrize("side", ["question", "answer"])
def test_a_message_is_edited_in_its_place(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot, side: str
) -> None:
    view.show_state(states.talk(question(), answer()))
    item = bubble(view) if side == "question" else answered(view)
    message_id = 1 if side == "question" else 2
    click(qtbot, item.edit)
    look()
    editor = item.editor
    assert editor is not None
    assert editor.field.hasFocus()
    assert not item.text.isVisible()
    assert not editor.save.isEnabled(), "nothing was changed yet"
    qtbot.keyClicks(editor.field, " Now?")
    qtbot.keyClick(editor.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert item.editor is None
    assert item.text.isVisible()
    assert commands.calls == [
        ("edit_message", message_id, "Why? Now?" if side == "question" else "Because **so**. Now?")
    ]


def test_escape_gives_an_edit_up_and_stops_no_answer(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot
) -> None:
    state = states.talk(question(), answer())
    view.show_state(state)
    click(qtbot, bubble(view).edit)
    editor = bubble(view).editor
    assert editor is not None
    view.show_state(replace(state, answer=states.running("More")))
    qtbot.keyClicks(editor.field, "x")
    assert not editor.save.isEnabled(), "the session would drop it while an answer is written"
    qtbot.keyClick(editor.field, Qt.Key.Key_Escape)
    assert bubble(view).editor is None
    assert commands.calls == []


def test_an_answer_can_go_on_or_be_deleted(
    view: ChatView, commands: RecordingCommands, qtbot: QtBot
) -> None:
    view.show_state(states.talk(question(), answer()))
    menu = answered(view).more_menu()
    qtbot.addWidget(menu)
    entry(menu, "Continue where it stopped").trigger()
    entry(menu, "Delete message").trigger()
    dialog = view.findChild(MessageDeleteDialog)
    assert dialog is not None
    click(qtbot, dialog.keep)
    assert commands.calls == [("continue_answer",)]
    click(qtbot, bubble(view).delete)
    dialog = view.findChildren(MessageDeleteDialog)[-1]
    click(qtbot, dialog.delete)
    assert commands.calls == [("continue_answer",), ("delete_message", 1)]


def test_the_model_is_named_when_it_is_another_one(view: ChatView) -> None:
    view.show_state(
        states.talk(
            question(),
            answer(model_id=states.OLMOE.id),
            models=(states.STARTER, states.OLMOE),
        )
    )
    assert states.OLMOE.name in answered(view).status.full_text()
    view.show_state(states.talk(question(), answer(), models=(states.STARTER, states.OLMOE)))
    assert states.STARTER.name not in answered(view).status.full_text()


def test_thinking_is_folded_and_opens_on_demand(view: ChatView, qtbot: QtBot) -> None:
    stats = msgspec.structs.replace(states.stats(), reasoning_tokens=418, reasoning_s=12.2)
    view.show_state(states.talk(question(), answer(reasoning=REASONING, stats=stats)))
    thinking = answered(view).thinking
    assert thinking.fold.text() == "Thought for 12 s \N{MIDDLE DOT} 418 tokens"
    assert thinking.text is None, "folded text is not laid out"
    click(qtbot, thinking.fold)
    assert thinking.text is not None
    assert thinking.text.isVisible()
    assert "First think about bytes." in thinking.text.document().toPlainText()
    click(qtbot, thinking.fold)
    assert not thinking.text.isVisible()


def test_thinking_stays_as_the_person_left_it(view: ChatView, qtbot: QtBot) -> None:
    def running(**changes: object):
        return states.talk(question(), answer=states.running("", **changes))

    view.show_state(running(reasoning="First", reasoning_s=3.2, reasoning_tokens=9))
    shown = view.messages.running
    assert shown is not None
    assert shown.thinking.fold.text() == "Thinking\N{HORIZONTAL ELLIPSIS} 3 s"
    click(qtbot, shown.thinking.fold)
    view.show_state(states.talk(question(), answer(reasoning="First, then")))
    assert answered(view).thinking is shown.thinking
    assert shown.thinking.is_open
    assert shown.thinking.text is not None
    assert shown.thinking.text.text == "First, then"


def test_thinking_is_copied_only_when_asked(view: ChatView, qtbot: QtBot) -> None:
    view.show_state(states.talk(question(), answer(reasoning=REASONING)))
    menu = answered(view).copy_menu()
    qtbot.addWidget(menu)
    entry(menu, "Copy as text").trigger()
    assert QApplication.clipboard().text() == "Because so."
    entry(menu, "Copy with the thinking").trigger()
    assert QApplication.clipboard().text() == f"{REASONING}\n\nBecause **so**."


def test_a_file_sent_along_is_a_chip_that_shows_its_text(view: ChatView, qtbot: QtBot) -> None:
    view.show_state(states.talk(question(attachments=(FILE,)), answer()))
    (chip,) = bubble(view).chips.chips
    assert chip.accessibleName() == "Show notes.md, 14 KiB"
    click(qtbot, chip)
    dialog = view.findChild(AttachmentDialog)
    assert dialog is not None
    assert dialog.text.toPlainText() == "# Notes\n\u2039U+202E\u203aabc"
    click(qtbot, dialog.close_button)


def test_a_finished_answer_is_announced_once(
    view: ChatView, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(message_column, "announce", lambda _widget, text: said.append(text))
    view.show_state(states.talk(question(), answer=states.running("Because")))
    assert said == []
    done = states.talk(question(), answer())
    view.show_state(done)
    view.show_state(replace(done, context_used=1))
    assert said == ["Answer finished"]


def test_what_is_edited_stays_in_view(view: ChatView, qtbot: QtBot) -> None:
    view.show_state(states.talk(question(text="line\n" * 40), answer()))
    look()
    bubble(view).begin_edit()
    look()
    value = view.messages.verticalScrollBar().value()
    top = view.messages.y_of(bubble(view)) - value
    assert 0 <= top < view.messages.viewport().height()
    assert not view.messages.following
