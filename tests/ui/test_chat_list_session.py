"""The list of chats on a real session and a real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.session.rig import Rig, build
from tests.ui.recording_list import ChosenListFiles
from tests.ui.test_chat_folders import choose, go_to, press, row
from tests.ui.test_chat_list import labels
from ui.chat_list import ChatList
from ui.theme import Theme


@pytest.fixture
def real(theme: Theme, qtbot: QtBot, tmp_path: Path) -> Iterator[tuple[ChatList, Rig]]:
    """The list on a real session and a real database with three chats."""
    rig = build(qtbot, tmp_path, models=())
    for title in ("First", "Second", "Third"):
        rig.store.create(title, f"The {title.lower()} question about experts")
    chats = ChatList(theme, rig.session, files=ChosenListFiles(str(tmp_path / "all.json")))
    qtbot.addWidget(chats)
    chats.resize(236, 600)
    chats.show()
    rig.session.changed.connect(chats.show_state)
    rig.session.start()
    qtbot.waitUntil(lambda: len(labels(chats)) == 4)
    yield chats, rig
    rig.session.close()


def test_a_day_with_a_real_session(real: tuple[ChatList, Rig], qtbot: QtBot) -> None:
    chats, rig = real

    def shows(*expected: str) -> None:
        qtbot.waitUntil(lambda: labels(chats) == list(expected))

    second = next(chat.id for chat in rig.state.conversations if chat.title == "Second")
    choose(chats.menu_of(row(chats, "chat", second)), "Move to folder", "New folder\u2026")
    qtbot.waitUntil(lambda: chats.view.findChild(QLineEdit) is not None)
    editor = chats.view.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    qtbot.keyClicks(editor, "Work")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    shows("Folders", "Work", "Second", "Today", "Third", "First")
    choose(chats.menu_of(row(chats, "chat", second)), "Pin")
    shows("Pinned", "Second", "Folders", "Work", "Today", "Third", "First")
    go_to(chats, "chat", second)
    press(chats, qtbot, Qt.Key.Key_Delete)
    shows("Folders", "Work", "Today", "Third", "First")
    qtbot.waitUntil(chats.undo_bar.isVisible)
    qtbot.keyClick(chats.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    shows("Pinned", "Second", "Folders", "Work", "Today", "Third", "First")
    qtbot.waitUntil(chats.undo_bar.isHidden)
    assert rig.state.conversation.id == second
    go_to(chats, "folder", rig.state.folders[0].id)
    chats.deeds._may_delete_folder = lambda _name, _count: True
    press(chats, qtbot, Qt.Key.Key_Delete)
    shows("Pinned", "Second", "Today", "Third", "First")


def test_a_search_with_a_real_session(real: tuple[ChatList, Rig], qtbot: QtBot) -> None:
    chats, rig = real
    qtbot.keyClicks(chats.search, "second expert")
    qtbot.waitUntil(chats.hits.isVisible)
    rows = chats.hits.rows
    assert [rows.index(n).data() for n in range(rows.rowCount())] == [
        "Second",
        "The second question about experts",
    ]
    found = rows.row(rows.index(1))
    assert [found.text[begin:end] for begin, end in found.marks] == ["second", "expert"]
    qtbot.keyClick(chats.search, Qt.Key.Key_Return)
    assert rig.state.conversation.title == "Second"
    assert rig.state.shown_message is not None
    chats.search.selectAll()
    qtbot.keyClicks(chats.search, "zzz")
    qtbot.waitUntil(chats.nothing.isVisible)
    assert chats.nothing.full_text() == "Nothing found for \u201czzz\u201d."


def test_all_chats_go_out_and_come_in_with_a_real_session(
    real: tuple[ChatList, Rig], qtbot: QtBot, tmp_path: Path
) -> None:
    chats, _ = real
    choose(chats.list_menu(), "Export all as JSON\u2026")
    assert (tmp_path / "all.json").exists()
    choose(chats.list_menu(), "Import chats\u2026")
    twice = sorted(["First", "Second", "Third"] * 2)
    qtbot.waitUntil(lambda: sorted(labels(chats)[1:]) == twice)
