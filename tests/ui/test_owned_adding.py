"""Models that are on the disk already: imported, dropped on the page, found with other programs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.owned_state import ImportHow
from tests.ui import owned_states, states
from tests.ui.hands import click, look
from tests.ui.owned_states import FOUND, MODELS, view
from tests.ui.recording_commands import RecordingCommands
from tests.ui.recording_owned_commands import ChosenFiles, RecordingOwnedCommands
from ui import owned_words
from ui.installed_page import InstalledPage
from ui.theme import Theme


@pytest.fixture
def owned() -> RecordingOwnedCommands:
    return RecordingOwnedCommands()


@pytest.fixture
def files() -> ChosenFiles:
    return ChosenFiles()


@pytest.fixture
def page(
    theme: Theme,
    commands: RecordingCommands,
    owned: RecordingOwnedCommands,
    files: ChosenFiles,
    qtbot: QtBot,
) -> InstalledPage:
    page = InstalledPage(theme, commands, None, owned, files, lambda: states.NOON_S)
    qtbot.addWidget(page)
    page.resize(1200, 800)
    page.show()
    page.show_state(states.state(models=MODELS))
    page.show_view(view())
    look()
    return page


@pytest.mark.parametrize("how", ["link", "copy", "move"])
def test_files_come_in_as_chosen(
    page: InstalledPage,
    owned: RecordingOwnedCommands,
    files: ChosenFiles,
    qtbot: QtBot,
    how: ImportHow,
) -> None:
    assert page.add is not None
    click(qtbot, page.add.how.segments[how])
    assert page.add.how_line.full_text() == owned_words.HOW_LINES[how]
    click(qtbot, page.add.file)
    click(qtbot, page.add.folder)
    assert owned.calls == []
    files.chosen_files, files.chosen_folder = ("/a.gguf", "/b.gguf"), "/models"
    click(qtbot, page.add.file)
    click(qtbot, page.add.folder)
    assert owned.calls == [
        ("import_paths", ("/a.gguf", "/b.gguf"), how),
        ("import_paths", ("/models",), how),
    ]


def test_the_folder_moves_where_the_person_says(
    page: InstalledPage, owned: RecordingOwnedCommands, files: ChosenFiles, qtbot: QtBot
) -> None:
    click(qtbot, page.move)
    assert owned.calls == []
    files.chosen_folder = "/mnt/big"
    click(qtbot, page.move)
    assert owned.calls == [("move_models", "/mnt/big")]


def drag(page: InstalledPage, *paths: Path) -> tuple[bool, QMimeData]:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, left, none)
    event.setAccepted(False)
    QApplication.sendEvent(page, event)
    return event.isAccepted(), mime


def test_models_are_dropped_on_the_page(
    page: InstalledPage, owned: RecordingOwnedCommands, tmp_path: Path
) -> None:
    taken, _ = drag(page, tmp_path / "notes.txt")
    assert not taken
    assert not page.veil.isVisible()
    taken, mime = drag(page, tmp_path / "A.GGUF", tmp_path, tmp_path / "notes.txt")
    assert taken
    assert page.veil.isVisible()
    assert page.veil.words == "Let go to link these 2 into your models"
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, left, none)
    QApplication.sendEvent(page, event)
    assert not page.veil.isVisible()
    assert owned.calls == [("import_paths", (str(tmp_path / "A.GGUF"), str(tmp_path)), "link")]


def test_nothing_is_dropped_while_a_task_runs(page: InstalledPage, tmp_path: Path) -> None:
    page.show_view(view(task=owned_states.VERIFYING))
    taken, _ = drag(page, tmp_path)
    assert not taken


def test_models_of_other_programs_are_linked_unless_asked(
    page: InstalledPage, owned: RecordingOwnedCommands, qtbot: QtBot
) -> None:
    assert page.add is not None
    found = page.add.found
    assert not found.isVisible()
    click(qtbot, page.add.find)
    page.show_view(view(found=FOUND))
    assert found.heading.full_text() == "Found 3 models of other programs, 1 of them already here."
    assert found.how_line.full_text().startswith("Nothing is copied")
    assert not found.lines["c"].isEnabled()
    page.area.ensureWidgetVisible(found)
    click(qtbot, found.lines["b"])
    page.show_view(view(found=FOUND, said="Something else."))
    assert found.add.text() == "Add 1 model"
    click(qtbot, found.add)
    click(qtbot, found.how.segments["copy"])
    assert found.add.text() == "Add 1 model, 17.3 GiB"
    click(qtbot, found.add)
    assert owned.calls == [
        ("find_elsewhere",),
        ("import_found", ("a",), "link"),
        ("import_found", ("a",), "copy"),
    ]
    click(qtbot, found.lines["a"])
    assert not found.add.isEnabled()


def test_tab_goes_from_the_search_to_what_was_found(page: InstalledPage) -> None:
    page.show_view(view(found=FOUND))
    look()
    assert page.add is not None
    found = page.add.found
    page.activateWindow()
    page.add.find.setFocus(Qt.FocusReason.TabFocusReason)
    stops = []
    for _ in range(3):
        QTest.keyClick(page.window().focusWidget(), Qt.Key.Key_Tab)
        stops.append(page.window().focusWidget())
    assert stops == [found.lines["a"], found.lines["b"], found.how.segments["link"]]
    QTest.keyClick(found.lines["a"], Qt.Key.Key_Return)
    assert not found.lines["a"].isChecked()


def test_a_long_list_of_found_models_begins_with_the_first(
    page: InstalledPage, qtbot: QtBot
) -> None:
    rows = tuple(replace(FOUND[0], key=str(number)) for number in range(400))
    page.show_view(view(found=rows))
    assert page.add is not None
    found = page.add.found
    assert len(found.lines) == 100
    page.area.ensureWidgetVisible(found.rest)
    assert found.rest.text() == "Show 300 more"
    click(qtbot, found.rest)
    assert len(found.lines) == 400
    assert not found.rest.isVisible()
