"""The list of conversations."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.session_state import ConversationSummary
from tests.ui import states
from tests.ui.hands import click, look
from tests.ui.recording_commands import RecordingCommands
from ui.chat_groups import grouped, matching
from ui.chat_list import ChatList
from ui.theme import Theme

TODAY = datetime.fromtimestamp(states.NOON_S).date()


@pytest.fixture
def chats(theme: Theme, commands: RecordingCommands, qtbot: QtBot) -> ChatList:
    chats = ChatList(theme, commands, lambda: TODAY)
    qtbot.addWidget(chats)
    chats.resize(236, 600)
    chats.show()
    chats.show_state(states.state(conversations=states.chats()))
    return chats


def labels(chats: ChatList) -> list[str]:
    return [str(chats.rows.index(row).data()) for row in range(chats.rows.rowCount())]


def at(chats: ChatList, chat_id: int) -> tuple[QModelIndex, QPoint]:
    look()
    index = chats.rows.index_of(chat_id)
    return index, chats.view.visualRect(index).center()


def summary(number: int, day: date) -> ConversationSummary:
    noon = datetime(day.year, day.month, day.day, 12).timestamp()
    return ConversationSummary(number, f"Chat {number}", noon)


def test_chats_are_grouped_by_day_then_by_month() -> None:
    ages = (0, 1, 2, 7, 8, 200, 400)
    made = [summary(n, date(2026, 11, 18) - timedelta(days=age)) for n, age in enumerate(ages)]
    groups = grouped(reversed(made), date(2026, 11, 18))
    assert [(g.label, [c.id for c in g.chats]) for g in groups] == [
        ("Today", [0]),
        ("Yesterday", [1]),
        ("Previous 7 days", [2, 3]),
        ("November", [4]),
        ("May", [5]),
        ("October 2025", [6]),
    ]


def test_a_clock_that_went_back_still_counts_as_today() -> None:
    tomorrow = summary(1, TODAY + timedelta(days=1))
    assert grouped([tomorrow], TODAY)[0].label == "Today"


def test_every_word_must_match_in_any_case() -> None:
    found = matching(states.chats(), "MOE small")
    assert [chat.title for chat in found] == ["Why MoE models fit small GPUs"]
    assert len(matching(states.chats(), "")) == len(states.chats())


def test_the_model_behaves_as_qt_wants(
    chats: ChatList, qtmodeltester: ModelTester, qtbot: QtBot
) -> None:
    qtmodeltester.check(chats.rows)
    strict = QAbstractItemModelTester(
        chats.rows, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    chats.search.setText("lisbon")
    chats.search.clear()
    chats.show_state(states.state(conversations=()))
    assert strict.model() is chats.rows


def test_search_filters_while_typing_and_says_when_nothing_is_left(
    chats: ChatList, qtbot: QtBot
) -> None:
    qtbot.keyClicks(chats.search, "regex")
    assert labels(chats) == ["Previous 7 days", "Regex for invoice numbers"]
    qtbot.keyClicks(chats.search, "zzz")
    assert labels(chats) == []
    assert chats.nothing.full_text() == "No chat has \u201cregexzzz\u201d in its title."
    qtbot.keyClick(chats.search, Qt.Key.Key_Escape)
    assert len(labels(chats)) == len(states.chats()) + 4


def test_a_click_opens_a_chat_and_a_heading_does_nothing(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    _, place = at(chats, 3)
    qtbot.mouseClick(chats.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert commands.calls == [("open_chat", 3)]
    heading = chats.view.visualRect(chats.rows.index(0)).center()
    qtbot.mouseClick(chats.view.viewport(), Qt.MouseButton.LeftButton, pos=heading)
    assert commands.calls == [("open_chat", 3)]


def test_the_keyboard_opens_renames_and_deletes(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    index, _ = at(chats, 2)
    chats.view.setCurrentIndex(index)
    qtbot.keyClick(chats.view, Qt.Key.Key_Return)
    assert commands.calls == [("open_chat", 2)]
    with qtbot.waitSignal(chats.delete_wanted) as deleted:
        qtbot.keyClick(chats.view, Qt.Key.Key_Delete)
    assert deleted.args[0].id == 2
    chats.rename(2)
    editor = chats.view.findChild(QLineEdit)
    assert editor is not None
    assert editor.accessibleName() == "New title"
    editor.selectAll()
    qtbot.keyClicks(editor, "Borrowing")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    look()
    assert commands.calls[-1] == ("rename_chat", 2, "Borrowing")


def test_an_empty_or_unchanged_title_renames_nothing(
    chats: ChatList, commands: RecordingCommands
) -> None:
    index = chats.rows.index_of(2)
    assert not chats.rows.setData(index, "  ")
    assert not chats.rows.setData(index, "Rust borrow checker question")
    assert commands.calls == []


def test_the_arrows_skip_headings(chats: ChatList, qtbot: QtBot) -> None:
    index, _ = at(chats, 2)
    chats.view.setCurrentIndex(index)
    qtbot.keyClick(chats.view, Qt.Key.Key_Down)
    assert chats.view.currentIndex() == chats.rows.index_of(3)


def test_the_open_chat_is_current(chats: ChatList) -> None:
    chats.show_state(states.talk(states.user(1, "A")))
    assert chats.view.currentIndex() == chats.rows.index_of(1)


def test_a_new_chat_is_one_click(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    click(qtbot, chats.new_chat)
    assert commands.calls == [("new_chat",)]


def test_an_empty_list_says_what_comes_here(chats: ChatList) -> None:
    chats.show_state(states.state(conversations=()))
    assert chats.nothing.isVisible()
    assert chats.nothing.full_text() == "Your chats appear here."


def test_the_day_turns_while_the_window_is_open(
    theme: Theme, commands: RecordingCommands, qtbot: QtBot
) -> None:
    now = {"day": TODAY}
    chats = ChatList(theme, commands, lambda: now["day"])
    qtbot.addWidget(chats)
    state = states.state(conversations=states.chats())
    chats.show_state(state)
    assert labels(chats)[0] == "Today"
    now["day"] = TODAY + timedelta(days=1)
    chats.show_state(state)
    assert labels(chats)[0] == "Yesterday"


def test_noon_is_noon_in_every_zone() -> None:
    assert datetime.fromtimestamp(states.NOON_S, UTC).hour == 12
