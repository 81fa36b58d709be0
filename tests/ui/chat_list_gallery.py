"""Pictures of the list of chats: `python -m tests.ui.chat_list_gallery OUT_DIR [NAME...]`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from msgspec.structs import replace as replace_settings
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from app.session_state import ConversationSummary, Folder, SearchHit, SessionState
from tests.ui import states
from tests.ui.gallery import now, settle
from tests.ui.recording_commands import RecordingCommands
from tests.ui.texts import ANSWER, QUESTION
from tests.ui.windows import new_window
from ui.look import dress
from ui.theme import Theme, load_fonts
from ui.window import MainWindow

SIZES = ((1280, 800), (1920, 1080), (900, 800))
FOLDERS = (Folder(1, "Thesis", 12), Folder(2, "Work", 5), Folder(3, "Recipes", 3))
_TITLES = (
    ("Why MoE models fit small GPUs", 0.0, True, None),
    ("Contract summary template", 0.1, True, None),
    ("Quarterly report draft", 3.0, False, 2),
    ("SQL: orders by cohort, with a name too long for its row", 4.0, False, 2),
    ("Rust borrow checker question", 0.05, False, None),
    ("Reply to the landlord", 0.08, False, None),
    ("Four days in Lisbon", 1.0, False, None),
    ("Regex for invoice numbers", 1.1, False, None),
    ("Kalman filters, step by step", 4.0, False, None),
    ("Compare bike insurance, all of it and in every detail there is", 5.0, False, None),
    ("An older one", 70.0, False, None),
)


def chats() -> tuple[ConversationSummary, ...]:
    day = states.DAY_S
    shown = tuple(
        ConversationSummary(number, title, now() - age * day, pinned, folder)
        for number, (title, age, pinned, folder) in enumerate(_TITLES, 1)
    )
    held = ((1, 12), (3, 3))
    others = [
        ConversationSummary(1000 * folder + n, f"Chat {n}", now() - n * day, False, folder)
        for folder, count in held
        for n in range(count)
    ]
    return (*shown, *others)


def hits() -> tuple[SearchHit, ...]:
    def hit(chat: int, title: str, message: int | None, snippet: str) -> SearchHit:
        return SearchHit(chat, title, message, snippet, now())

    return (
        hit(1, "Why MoE models fit small GPUs", None, "Why MoE \x02models\x03 fit small GPUs"),
        hit(
            *(1, "Why MoE models fit small GPUs", 1),
            "Why does a 30B mixture-of-experts \x02model\x03 run well when a dense 32B crawls?",
        ),
        hit(
            *(1, "Why MoE models fit small GPUs", 2),
            "A tenth of the \x02model\x03 works on each token. Each layer picks 8 of 128"
            " experts and leaves the rest of the \x02model\x03 alone.",
        ),
        hit(3, "Quarterly report draft", 9, "The revenue \x02model\x03 for Q3"),
        hit(
            *(9, "Kalman filters, step by step", 12),
            "\x02Modellvertrauenswahrscheinlichkeitsverteilungsannahmenuntersuchung\x03 is long",
        ),
    )


def state(palette: str, zoom: float = 1.0, **changes: object) -> SessionState:
    talk = states.talk(
        *(states.user(1, QUESTION), states.answer(2, ANSWER)),
        conversations=chats(),
        folders=FOLDERS,
    )
    settings = replace_settings(talk.settings, zoom=zoom, theme=palette)
    return replace(talk, settings=settings, **changes)  # type: ignore[arg-type]


def unfold(window: MainWindow) -> None:
    chat_list = window.desk.chats.list
    chat_list._fold(chat_list.rows.row(chat_list.rows.index_of(("folder", 2))), unfold=True)


def search(window: MainWindow) -> None:
    window.desk.chats.search()
    window.desk.chats.list.search.setText("model")


def key_down(window: MainWindow) -> None:
    search(window)
    QTest.keyClick(window.desk.chats.list.search, Qt.Key.Key_Down)


def focus_folder(window: MainWindow) -> None:
    chat_list = window.desk.chats.list
    chat_list.view.setFocus(Qt.FocusReason.TabFocusReason)
    chat_list.view.setCurrentIndex(chat_list.rows.index_of(("folder", 2)))


def rename(window: MainWindow) -> None:
    unfold(window)
    window.desk.chats.list.rename(4)


def row_menu(window: MainWindow) -> None:
    chat_list = window.desk.chats.list
    chat_list.view._menu_of_current()


def folder_menu(window: MainWindow) -> None:
    row_menu(window)
    menu = QApplication.activePopupWidget()
    if isinstance(menu, QMenu):
        for _ in range(3):
            QTest.keyClick(menu, Qt.Key.Key_Down)
        QTest.keyClick(menu, Qt.Key.Key_Right)


def list_menu(window: MainWindow) -> None:
    window.desk.chats.list.more.click()


def sheet(window: MainWindow) -> None:
    window.desk.show_shortcuts()


def nothing(_window: MainWindow) -> None:
    """As it stands."""


Act = Callable[[MainWindow], None]
SCENES: dict[str, tuple[dict[str, object], Act]] = {
    "list": ({}, unfold),
    "found": ({"search": "model", "hits": hits()}, search),
    "found-key": ({"search": "model", "hits": hits()}, key_down),
    "found-none": ({"search": "model", "hits": ()}, search),
    "focus": ({}, focus_folder),
    "rename": ({}, rename),
    "row-menu": ({}, row_menu),
    "folder-menu": ({}, folder_menu),
    "list-menu": ({}, list_menu),
    "deleted": ({"deleted": chats()[3]}, nothing),
    "sheet": ({}, sheet),
    "zoom-075": ({"zoom": 0.75}, unfold),
    "zoom-125": ({"zoom": 1.25}, unfold),
    "zoom-150": ({"zoom": 1.5}, unfold),
    "zoom-200": ({"zoom": 2.0}, unfold),
    "zoom-150-sheet": ({"zoom": 1.5}, sheet),
}


def picture(window: MainWindow, path: str) -> None:
    """The window with the menus above it."""
    image = window.grab()
    popups: list[QWidget] = [w for w in QApplication.topLevelWidgets() if isinstance(w, QMenu)]
    from PySide6.QtGui import QPainter

    painter = QPainter(image)
    for popup in popups:
        if popup.isVisible():
            painter.drawPixmap(window.mapFromGlobal(popup.pos()), popup.grab())
    painter.end()
    image.save(path)


def main(out: Path, wanted: list[str]) -> None:
    app = QApplication([])
    load_fonts()
    out.mkdir(parents=True, exist_ok=True)
    for palette in ("light", "dark"):
        theme = Theme(palette)
        dress(app, theme)
        for name, (changes, act) in SCENES.items():
            if wanted and name not in wanted:
                continue
            for width, height in SIZES:
                window = new_window(theme, RecordingCommands())
                window.resize(width, height)
                window.show_state(state(palette, **changes))  # type: ignore[arg-type]
                window.show()
                window.activateWindow()
                settle(app)
                act(window)
                settle(app)
                picture(window, str(out / f"{name}.{width}.{palette}.png"))
                for menu in app.topLevelWidgets():
                    if isinstance(menu, QMenu):
                        menu.close()
                window.close()
                window.deleteLater()
                settle(app)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
