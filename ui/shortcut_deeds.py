"""What the window's shortcuts do, by the names the table of them has for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.desk import Desk

Deed = Callable[[], object]


def window_deeds(desk: Desk) -> dict[str, Deed]:
    """All of the place "window". During the first run most keys do nothing."""
    chats = desk.chats
    on_chats: dict[str, Deed] = {
        "search": chats.search,
        "next_chat": lambda: chats.open_beside(1),
        "previous_chat": lambda: chats.open_beside(-1),
        "rename_chat": chats.rename_chat,
        "pin_chat": chats.pin_chat,
        "export_chat": chats.export_chat,
        "delete_chat": chats.delete_chat,
        "write": chats.take_focus,
        "regenerate": chats.regenerate,
        "attach": lambda: chats.chat.composer.choose_files(),
        "chat_settings": lambda: chats.chat.composer.toggle_settings(),
        "list": chats.toggle_list,
        "panel": chats.toggle_panel,
    }
    on_pages: dict[str, Deed] = {
        "new_chat": desk.new_chat,
        **{name: _on_chats(desk, deed) for name, deed in on_chats.items()},
        "chats": lambda: desk.show_page("chats"),
        "models": lambda: desk.show_page("models"),
        "dashboard": lambda: desk.show_page("dashboard"),
        "settings": lambda: desk.show_page("settings"),
    }
    return {
        **{name: _after_first_run(desk, deed) for name, deed in on_pages.items()},
        "larger": lambda: desk.zoom_by(1),
        "smaller": lambda: desk.zoom_by(-1),
        "usual_size": lambda: desk.zoom_by(0),
        "shortcuts": desk.show_shortcuts,
        "quit": lambda: desk.window().close(),
    }


def _on_chats(desk: Desk, deed: Deed) -> Deed:
    def run() -> None:
        if desk.stack.currentWidget() is not desk.chats:
            desk.show_page("chats")
        deed()

    return run


def _after_first_run(desk: Desk, deed: Deed) -> Deed:
    def run() -> None:
        if not desk.is_first_run:
            deed()

    return run
