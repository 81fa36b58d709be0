"""Every key the window knows: out of this table come the shortcuts, and the sheet of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

Where = Literal["window", "list", "own"]


@dataclass(frozen=True)
class Shortcut:
    """`keys` do `deed`. Of the place "window" they act everywhere, of "list" in the list of chats.

    "own" are keys that a control has by itself: they are here for the sheet, and tests press them.
    """

    where: Where
    deed: str
    keys: tuple[str, ...]
    group: str
    words: str


SHORTCUTS = (
    Shortcut("window", "new_chat", ("Ctrl+N",), "Chats", "New chat"),
    Shortcut("window", "search", ("Ctrl+K",), "Chats", "Search chats"),
    Shortcut("window", "next_chat", ("Ctrl+PgDown",), "Chats", "Next chat in the list"),
    Shortcut("window", "previous_chat", ("Ctrl+PgUp",), "Chats", "Previous chat in the list"),
    Shortcut("window", "rename_chat", ("Ctrl+Shift+R",), "Chats", "Rename the open chat"),
    Shortcut("window", "pin_chat", ("Ctrl+Shift+P",), "Chats", "Pin or unpin the open chat"),
    Shortcut("window", "export_chat", ("Ctrl+Shift+E",), "Chats", "Export it as Markdown"),
    Shortcut("window", "delete_chat", ("Ctrl+Shift+Backspace",), "Chats", "Delete the open chat"),
    Shortcut("own", "send", ("Return",), "Messages", "Send"),
    Shortcut("own", "line", ("Shift+Return",), "Messages", "New line"),
    Shortcut("own", "stop", ("Esc",), "Messages", "Stop the answer"),
    Shortcut("window", "write", ("Ctrl+L",), "Messages", "Go to the message field"),
    Shortcut("window", "regenerate", ("Ctrl+R",), "Messages", "Answer again"),
    Shortcut("list", "open", ("Return", "Enter", "Space"), "In the list", "Open, or fold a folder"),
    Shortcut("list", "unfold", ("Right",), "In the list", "Open a folder"),
    Shortcut("list", "fold", ("Left",), "In the list", "Close a folder"),
    Shortcut("list", "rename", ("F2",), "In the list", "Rename"),
    Shortcut("list", "delete", ("Del",), "In the list", "Delete"),
    Shortcut("list", "undo", ("Ctrl+Z",), "In the list", "Bring back what was deleted"),
    Shortcut("list", "menu", ("Shift+F10", "Menu"), "In the list", "Menu of the row"),
    Shortcut("window", "chats", ("Ctrl+1",), "Window", "Chats"),
    Shortcut("window", "models", ("Ctrl+2",), "Window", "Models"),
    Shortcut("window", "settings", ("Ctrl+3", "Ctrl+,"), "Window", "Settings"),
    Shortcut("window", "list", ("Ctrl+B",), "Window", "Show or hide the list in a narrow window"),
    Shortcut("window", "panel", ("Ctrl+.",), "Window", "Open or close the live panel"),
    Shortcut("window", "larger", ("Ctrl++", "Ctrl+="), "Window", "Larger"),
    Shortcut("window", "smaller", ("Ctrl+-",), "Window", "Smaller"),
    Shortcut("window", "usual_size", ("Ctrl+0",), "Window", "Usual size"),
    Shortcut("window", "shortcuts", ("F1", "Ctrl+/"), "Window", "These shortcuts"),
    Shortcut("window", "quit", ("Ctrl+Q",), "Window", "Quit"),
)


def of_place(where: Where) -> tuple[Shortcut, ...]:
    return tuple(one for one in SHORTCUTS if one.where == where)


def deed_of(event: QKeyEvent, where: Where) -> str:
    """What this key press means in `where`; "" for nothing."""
    plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    pressed = QKeySequence(QKeyCombination(plain, Qt.Key(event.key())))
    for one in of_place(where):
        if any(QKeySequence(keys) == pressed for keys in one.keys):
            return one.deed
    return ""


def groups() -> tuple[tuple[str, tuple[Shortcut, ...]], ...]:
    """All of them by group, in the table's order."""
    names = dict.fromkeys(one.group for one in SHORTCUTS)
    return tuple((name, tuple(one for one in SHORTCUTS if one.group == name)) for name in names)


def key_text(one: Shortcut) -> str:
    """The keys as this system writes them, two at most. The keyboard has two that are Enter."""
    form = QKeySequence.SequenceFormat.NativeText
    every = (QKeySequence(keys).toString(form).replace("Return", "Enter") for keys in one.keys)
    return " or ".join(list(dict.fromkeys(every))[:2])
