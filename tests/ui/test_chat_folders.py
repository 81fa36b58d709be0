"""Folders and pins of the list of chats, and the menus of its rows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.session_state import Conversation, Folder, SessionState
from tests.ui import states
from tests.ui.hands import look
from tests.ui.recording_commands import RecordingCommands
from tests.ui.recording_list import ChosenListFiles
from tests.ui.test_chat_list import TODAY, at, labels
from ui.chat_folder_drag import Place, chat_in, mime_of, place_at, put
from ui.chat_groups import ListRow
from ui.chat_list import ChatList
from ui.chat_list_deeds import free_name
from ui.chat_list_files import file_name
from ui.delete_dialog import folder_dialog
from ui.theme import Theme

WORK, EMPTY = Folder(7, "Work & play", 2), Folder(8, "Empty")


def state(**changes: object) -> SessionState:
    one, two, three, four, *others = states.chats()
    sorted_in = (
        replace(one, pinned=True),
        *(replace(two, folder_id=7), replace(three, folder_id=7)),
        *(four, *others),
    )
    values: dict[str, object] = {"conversations": sorted_in, "folders": (WORK, EMPTY)}
    return states.state(**(values | changes))


@pytest.fixture
def commands(qtbot: QtBot) -> RecordingCommands:
    return RecordingCommands()


@pytest.fixture
def files() -> ChosenListFiles:
    return ChosenListFiles("/tmp/chosen.json")


@pytest.fixture
def chats(
    theme: Theme, commands: RecordingCommands, files: ChosenListFiles, qtbot: QtBot
) -> ChatList:
    chats = ChatList(theme, commands, lambda: TODAY, files)
    qtbot.addWidget(chats)
    chats.resize(236, 600)
    chats.show()
    chats.show_state(state())
    look()
    return chats


def row(chats: ChatList, kind: str, row_id: int) -> ListRow:
    return chats.rows.row(chats.rows.index_of((kind, row_id)))


def go_to(chats: ChatList, kind: str, row_id: int) -> None:
    chats.view.setCurrentIndex(chats.rows.index_of((kind, row_id)))


def press(chats: ChatList, qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClick(chats.view, key)


def choose(menu: QMenu, *words: str) -> None:
    """Trigger what stands in the menu under these words."""
    for deeper in words[:-1]:
        found = next(act.menu() for act in menu.actions() if act.text() == deeper)
        assert isinstance(found, QMenu)
        menu = found
    act = next(act for act in menu.actions() if act.text() == words[-1])
    assert act.isEnabled()
    act.trigger()


def test_folders_are_closed_at_first_and_say_how_many_chats_they_hold(chats: ChatList) -> None:
    assert labels(chats)[:5] == [
        "Pinned",
        "Why MoE models fit small GPUs",
        "Folders",
        "Work & play",
        "Empty",
    ]
    assert "Reply to the landlord" not in labels(chats)
    spoken = chats.rows.index_of(("folder", 7)).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Work & play, folder, closed, 2 chats"


def test_the_keyboard_folds_and_goes_through_what_is_inside(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    go_to(chats, "chat", 1)
    press(chats, qtbot, Qt.Key.Key_Down)
    assert chats.view.currentIndex() == chats.rows.index_of(("folder", 7))
    press(chats, qtbot, Qt.Key.Key_Right)
    assert labels(chats)[4:6] == ["Rust borrow checker question", "Reply to the landlord"]
    press(chats, qtbot, Qt.Key.Key_Down)
    assert chats.view.currentIndex() == chats.rows.index_of(("chat", 2))
    press(chats, qtbot, Qt.Key.Key_Left)
    assert chats.view.currentIndex() == chats.rows.index_of(("folder", 7))
    press(chats, qtbot, Qt.Key.Key_Left)
    assert labels(chats)[4] == "Empty"
    press(chats, qtbot, Qt.Key.Key_Return)
    assert labels(chats)[4] == "Rust borrow checker question"
    assert commands.calls == []


def test_a_click_on_a_folder_folds_it(chats: ChatList, qtbot: QtBot) -> None:
    place = chats.view.visualRect(chats.rows.index_of(("folder", 7))).center()
    for count in (2, 0):
        qtbot.mouseClick(chats.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert sum(row.indented for row in every_row(chats)) == count


def every_row(chats: ChatList) -> list[ListRow]:
    return [chats.rows.row(chats.rows.index(n)) for n in range(chats.rows.rowCount())]


def test_a_folder_stays_open_whatever_changes_in_it(chats: ChatList, qtbot: QtBot) -> None:
    go_to(chats, "folder", 7)
    press(chats, qtbot, Qt.Key.Key_Right)
    before = state()
    fewer = tuple(chat for chat in before.conversations if chat.id != 2)
    chats.show_state(state(conversations=fewer))
    assert row(chats, "folder", 7).count == 1
    assert "Reply to the landlord" in labels(chats)


def test_the_folder_of_the_chat_that_is_opened_opens(chats: ChatList) -> None:
    chats.show_state(state(conversation=Conversation(3, "Reply to the landlord", folder_id=7)))
    assert chats.view.currentIndex() == chats.rows.index_of(("chat", 3))
    assert row(chats, "chat", 3).indented


def test_a_folder_is_renamed_in_its_row(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    go_to(chats, "folder", 7)
    press(chats, qtbot, Qt.Key.Key_F2)
    editor = chats.view.findChild(QLineEdit)
    assert editor is not None
    assert editor.accessibleName() == "New folder name"
    editor.selectAll()
    qtbot.keyClicks(editor, "Office")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    look()
    assert commands.calls == [("rename_folder", 7, "Office")]


def test_an_empty_folder_goes_unasked_and_a_full_one_is_asked_about(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []
    agrees = {"now": False}

    def question(name: str, count: int) -> bool:
        asked.append((name, count))
        return agrees["now"]

    monkeypatch.setattr(chats.deeds, "_may_delete_folder", question)
    go_to(chats, "folder", 8)
    press(chats, qtbot, Qt.Key.Key_Delete)
    assert (commands.calls, asked) == ([("delete_folder", 8)], [])
    choose(chats.menu_of(row(chats, "folder", 7)), "Delete folder")
    assert (commands.calls[1:], asked) == ([], [("Work & play", 2)])
    agrees["now"] = True
    choose(chats.menu_of(row(chats, "folder", 7)), "Delete folder")
    assert commands.calls[1:] == [("delete_folder", 7)]


def test_the_question_says_that_the_chats_stay(theme: Theme, chats: ChatList) -> None:
    dialog = folder_dialog(theme, chats, "Work", 2)
    assert dialog.line.full_text() == "\u201cWork\u201d goes. Its 2 chats stay in the list."
    assert dialog.keep.hasFocus() or dialog.focusWidget() is dialog.keep


def test_the_menu_of_a_chat_does_what_it_says(
    chats: ChatList, commands: RecordingCommands, files: ChosenListFiles, qtbot: QtBot
) -> None:
    def menu(chat_id: int) -> QMenu:
        return chats.menu_of(row(chats, "chat", chat_id))

    choose(menu(4), "Pin")
    choose(menu(1), "Unpin")
    choose(menu(4), "Move to folder", "Work && play")
    choose(menu(4), "Export as Markdown\u2026")
    choose(menu(4), "Delete")
    assert commands.calls == [
        ("pin_chat", 4, True),
        ("pin_chat", 1, False),
        ("move_chat", 4, 7),
        ("export_chats", "/tmp/chosen.json", "markdown", 4),
        ("delete_chat", 4),
    ]
    assert files.asked == ["Four days in Lisbon with two children and one rainy day.md"]
    choose(menu(4), "Rename")
    assert chats.view.findChild(QLineEdit) is not None


def test_a_chat_in_a_folder_can_leave_it_and_one_outside_cannot(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    go_to(chats, "folder", 7)
    press(chats, qtbot, Qt.Key.Key_Right)
    choose(chats.menu_of(row(chats, "chat", 2)), "Move to folder", "No folder")
    assert commands.calls == [("move_chat", 2, None)]
    folders = next(
        act.menu() for act in chats.menu_of(row(chats, "chat", 4)).actions() if act.menu()
    )
    assert isinstance(folders, QMenu)
    assert not folders.actions()[-1].isEnabled()


def test_a_new_folder_takes_the_chat_it_was_made_for_and_is_named_in_its_row(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    choose(chats.menu_of(row(chats, "chat", 4)), "Move to folder", "New folder\u2026")
    assert commands.calls == [("new_folder", "New folder")]
    chats.show_state(state(folders=(WORK, EMPTY, Folder(9, "New folder"))))
    qtbot.waitUntil(lambda: chats.view.findChild(QLineEdit) is not None)
    assert commands.calls[1:] == [("move_chat", 4, 9)]
    editor = chats.view.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "New folder"


def test_a_folder_that_came_by_itself_is_not_taken_for_ours(
    chats: ChatList, commands: RecordingCommands
) -> None:
    chats.show_state(state(folders=(WORK, EMPTY, Folder(9, "Imported"))))
    look()
    assert commands.calls == []
    assert chats.view.findChild(QLineEdit) is None


def test_a_new_folder_gets_a_name_that_none_has() -> None:
    assert free_name(()) == "New folder"
    assert free_name((Folder(1, "New folder"), Folder(2, "New folder 2"))) == "New folder 3"


def test_the_menu_of_the_list_imports_and_exports_all(
    chats: ChatList, commands: RecordingCommands, files: ChosenListFiles
) -> None:
    for words in ("Import chats", "Export all as JSON", "Export all as Markdown"):
        choose(chats.list_menu(), f"{words}\u2026")
    assert commands.calls == [
        ("import_chats", ("/tmp/chosen.json",)),
        ("export_chats", "/tmp/chosen.json", "json", None),
        ("export_chats", "/tmp/chosen.json", "markdown", None),
    ]
    files.paths = ()
    choose(chats.list_menu(), "Import chats\u2026")
    choose(chats.list_menu(), "Export all as JSON\u2026")
    assert len(commands.calls) == 3
    choose(chats.list_menu(), "New folder")
    assert commands.calls[3:] == [("new_folder", "New folder")]


def test_without_chats_there_is_nothing_to_export(chats: ChatList) -> None:
    chats.show_state(states.state(conversations=()))
    exports = [act for act in chats.list_menu().actions() if act.text().startswith("Export")]
    assert [act.isEnabled() for act in exports] == [False, False]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Kalman filters, step by step", "Kalman filters step by step.md"),
        ("../../etc/passwd", "etc passwd.md"),
        ('a<b>:"c"|?*\n', "a b c.md"),
        ("", "Chat.md"),
        ("\u6df7\u5408\u4e13\u5bb6", "\u6df7\u5408\u4e13\u5bb6.md"),
        ("x" * 200, "x" * 60 + ".md"),
    ],
)
def test_an_export_is_offered_a_name_that_every_system_takes(title: str, expected: str) -> None:
    assert file_name(title, "markdown") == expected


@pytest.mark.parametrize("how", ["menu key", "shift f10", "context", "mouse", "dots"])
def test_the_menu_opens_for_the_row_in_every_way(
    chats: ChatList, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    # A menu that pops up offscreen makes the platform complain.
    wanted: list[int] = []
    chats.view.menu_wanted.disconnect()
    chats.view.menu_wanted.connect(lambda index, _at: wanted.append(chats.rows.row(index).id))
    index, place = at(chats, 4)
    chats.view.setCurrentIndex(index)
    port = chats.view.viewport()
    if how == "menu key":
        qtbot.keyClick(chats.view, Qt.Key.Key_Menu)
    elif how == "shift f10":
        qtbot.keyClick(chats.view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    elif how == "dots":
        dots = QPoint(chats.view.visualRect(index).right() - 18, place.y())
        qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=dots)
    else:
        reason = QContextMenuEvent.Reason
        by = reason.Keyboard if how == "context" else reason.Mouse
        where = QPoint(1, 1) if how == "context" else place
        QApplication.sendEvent(port, QContextMenuEvent(by, where, port.mapToGlobal(where)))
    assert wanted == [4]


def test_what_lies_where_a_chat_is_let_go() -> None:
    rows = [
        ListRow("heading", 0, "Pinned"),
        ListRow("chat", 1, "A", folder_id=7, pinned=True),
        ListRow("heading", 0, "Folders"),
        ListRow("folder", 7, "Work"),
        ListRow("chat", 2, "B", folder_id=7),
        ListRow("heading", 0, "Today"),
        ListRow("chat", 3, "C"),
    ]
    pinned, inside, free = Place(pinned=True), Place(folder_id=7), Place()
    found = [place_at(rows, number) for number in (*range(len(rows)), -1)]
    assert found == [pinned, pinned, free, inside, inside, free, free, free]


@pytest.mark.parametrize(
    ("chat", "place", "calls"),
    [
        (ListRow("chat", 1, "A"), Place(folder_id=7), [("move_chat", 1, 7)]),
        (ListRow("chat", 1, "A", 7), Place(folder_id=7), []),
        (ListRow("chat", 1, "A", 7), Place(), [("move_chat", 1, None)]),
        (ListRow("chat", 1, "A", 7), Place(pinned=True), [("pin_chat", 1, True)]),
        (ListRow("chat", 1, "A", None, True), Place(), [("pin_chat", 1, False)]),
        (
            ListRow("chat", 1, "A", None, True),
            Place(folder_id=7),
            [("move_chat", 1, 7), ("pin_chat", 1, False)],
        ),
    ],
)
def test_letting_go_asks_for_what_is_needed(
    chat: ListRow, place: Place, calls: list[tuple[object, ...]]
) -> None:
    commands = RecordingCommands()
    put(commands, chat, place)
    assert commands.calls == calls


def test_only_our_own_drags_are_taken() -> None:
    other = QMimeData()
    other.setText("12")
    assert chat_in(other) is None
    assert chat_in(mime_of(12)) == 12


def test_a_chat_is_dragged_onto_a_folder_and_out_again(
    chats: ChatList, commands: RecordingCommands, qtbot: QtBot
) -> None:
    go_to(chats, "folder", 7)
    press(chats, qtbot, Qt.Key.Key_Right)

    def drag(chat_id: int, kind: str, row_id: int) -> None:
        look()
        mime = mime_of(chat_id)
        place = chats.view.visualRect(chats.rows.index_of((kind, row_id))).center()
        how = (Qt.DropAction.MoveAction, mime, Qt.MouseButton.LeftButton)
        none = Qt.KeyboardModifier.NoModifier
        chats.view.dragMoveEvent(QDragMoveEvent(place, *how, none))
        if kind == "folder":
            assert chats._painter.drop_row == chats.rows.index_of((kind, row_id)).row()
        drop = QDropEvent(QPointF(place), *how, none)
        chats.view.dropEvent(drop)
        assert drop.isAccepted()
        assert chats._painter.drop_row == -1

    drag(4, "folder", 8)
    drag(2, "chat", 5)
    drag(5, "chat", 3)
    drag(4, "chat", 1)
    assert commands.calls == [
        ("move_chat", 4, 8),
        ("move_chat", 2, None),
        ("move_chat", 5, 7),
        ("pin_chat", 4, True),
    ]
