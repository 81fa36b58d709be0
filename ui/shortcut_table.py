"""Every key the window knows: out of this table come the shortcuts, and the sheet of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from runtime.language import marked, tr

Where = Literal["window", "list", "own"]


@dataclass(frozen=True)
class Shortcut:
    """`keys` do `deed`. Of the place "window" they act everywhere, of "list" in the list of chats.
    `group` and `words` are texts for `tr`.

    "own" are keys that a control has by itself: they are here for the sheet, and tests press them.
    """

    where: Where
    deed: str
    keys: tuple[str, ...]
    group: str
    words: str


# By group: where, deed, keys, and the words for it.
_ROWS: tuple[tuple[str, tuple[tuple[Where, str, tuple[str, ...], str], ...]], ...] = (
    (
        marked("Chats"),
        (
            ("window", "new_chat", ("Ctrl+N",), marked("New chat")),
            ("window", "search", ("Ctrl+K",), marked("Search chats")),
            ("window", "next_chat", ("Ctrl+PgDown",), marked("Next chat in the list")),
            ("window", "previous_chat", ("Ctrl+PgUp",), marked("Previous chat in the list")),
            ("window", "rename_chat", ("Ctrl+Shift+R",), marked("Rename the open chat")),
            ("window", "pin_chat", ("Ctrl+Shift+P",), marked("Pin or unpin the open chat")),
            ("window", "export_chat", ("Ctrl+Shift+E",), marked("Export it as Markdown")),
            ("window", "delete_chat", ("Ctrl+Shift+Backspace",), marked("Delete the open chat")),
        ),
    ),
    (
        marked("Messages"),
        (
            ("own", "send", ("Return",), marked("Send")),
            ("own", "line", ("Shift+Return",), marked("New line")),
            ("own", "stop", ("Esc",), marked("Stop the answer")),
            ("window", "write", ("Ctrl+L",), marked("Go to the message field")),
            ("window", "regenerate", ("Ctrl+R",), marked("Answer again")),
            ("window", "attach", ("Ctrl+Shift+A",), marked("Attach files")),
            ("window", "chat_settings", ("Ctrl+Shift+S",), marked("Settings of this chat")),
        ),
    ),
    (
        marked("In the list"),
        (
            ("list", "open", ("Return", "Enter", "Space"), marked("Open, or fold a folder")),
            ("list", "unfold", ("Right",), marked("Open a folder")),
            ("list", "fold", ("Left",), marked("Close a folder")),
            ("list", "rename", ("F2",), marked("Rename")),
            ("list", "delete", ("Del",), marked("Delete")),
            ("list", "undo", ("Ctrl+Z",), marked("Bring back what was deleted")),
            ("list", "menu", ("Shift+F10", "Menu"), marked("Menu of the row")),
        ),
    ),
    (
        marked("Window"),
        (
            ("window", "chats", ("Ctrl+1",), marked("Chats")),
            ("window", "models", ("Ctrl+2",), marked("Models")),
            ("window", "dashboard", ("Ctrl+3",), marked("Dashboard")),
            ("window", "settings", ("Ctrl+,",), marked("Settings")),
            ("window", "list", ("Ctrl+B",), marked("Show or hide the list in a narrow window")),
            ("window", "panel", ("Ctrl+.",), marked("Open or close the live panel")),
            ("window", "larger", ("Ctrl++", "Ctrl+="), marked("Larger")),
            ("window", "smaller", ("Ctrl+-",), marked("Smaller")),
            ("window", "usual_size", ("Ctrl+0",), marked("Usual size")),
            ("window", "shortcuts", ("F1", "Ctrl+/"), marked("These shortcuts")),
            ("window", "quit", ("Ctrl+Q",), marked("Quit")),
        ),
    ),
)
SHORTCUTS = tuple(Shortcut(*row[:3], group, row[3]) for group, rows in _ROWS for row in rows)


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
    first, *others = dict.fromkeys(every)
    return tr("{first} or {second}", first=first, second=others[0]) if others else first
