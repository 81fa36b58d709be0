"""Makes the window's shortcuts out of the table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from ui.shortcut_table import of_place


def make_shortcuts(owner: QWidget, deeds: Mapping[str, Callable[[], object]]) -> list[QShortcut]:
    """One for each key of the table's place "window", which `deeds` must all have.

    They act while `owner`'s window is in front.
    """
    made: list[QShortcut] = []
    for one in of_place("window"):
        deed = deeds[one.deed]
        for keys in one.keys:
            shortcut = QShortcut(QKeySequence(keys), owner)
            shortcut.setObjectName(one.deed)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(_plain(deed))
            made.append(shortcut)
    return made


def _plain(deed: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        deed()

    return run
