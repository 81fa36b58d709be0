"""The presets in a chat's settings: choose one, save, delete, share as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from app import presets
from app.chat_settings import ChatSettings, Preset
from app.session_state import SessionState
from runtime.errors import CoterieError
from ui import preset_words as words
from ui.attachment_files import ChatFileChoices
from ui.controls import IconButton
from ui.labels import Paragraph
from ui.preset_question import PresetQuestion
from ui.select import Select
from ui.theme import Theme

DOTS = "\N{HORIZONTAL ELLIPSIS}"
SAVE_AS, IMPORT, EXPORT = f"Save as preset{DOTS}", f"Import{DOTS}", f"Export as a file{DOTS}"


class PresetCommands(Protocol):
    """As far as presets need the session."""

    def change_chat(self, settings: ChatSettings) -> None: ...
    def save_preset(self, name: str) -> None: ...
    def delete_preset(self, name: str) -> None: ...


class PresetRow(QWidget):
    def __init__(self, theme: Theme, commands: PresetCommands, choices: ChatFileChoices) -> None:
        super().__init__()
        self._commands, self._choices = commands, choices
        self._settings, self._presets = ChatSettings(), tuple[Preset, ...]()
        self.select = Select(theme, "Preset")
        self.select.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.select.activated.connect(self._choose)
        self.more = IconButton(theme, "ellipsis", "Preset actions")
        self.more.clicked.connect(lambda _=False: self._open_menu())
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.select, 1)
        row.addWidget(self.more)
        self.question = PresetQuestion(theme)
        self.line = Paragraph(theme, "", "small", "secondary")
        self.line.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.question)
        column.addWidget(self.line)

    def show_state(self, state: SessionState) -> None:
        settings = state.conversation.settings
        if settings == self._settings and state.presets == self._presets and self.select.count():
            return
        self._settings, self._presets = settings, state.presets
        names = [words.NO_PRESET, *(preset.name for preset in self._presets)]
        known = settings.preset in names[1:]
        self.select.clear()
        self.select.addItems(names)
        place = names.index(settings.preset, 1) if known else 0
        self.select.setItemText(place, words.preset_label(settings, self._presets))
        self.select.setCurrentIndex(place)

    def forget(self) -> None:
        """Another chat is shown: what was asked or said was about the last one."""
        self.question.close_question()
        self._say("")

    def menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName("Preset actions")
        name = self._current()
        if name and words.preset_label(self._settings, self._presets) != name:
            menu.addAction(f"Save the changes to {_shown(name)}", lambda: self._save(name))
        menu.addAction(SAVE_AS, self._ask_name)
        if name:
            menu.addAction(f"Delete {_shown(name)}{DOTS}", lambda: self._ask_delete(name))
        menu.addSeparator()
        menu.addAction(IMPORT, self._import)
        menu.addAction(EXPORT, self._export)
        return menu

    def _open_menu(self) -> None:
        menu = self.menu()
        corner = QPoint(self.more.width() - menu.sizeHint().width(), self.more.height() + 4)
        menu.popup(self.more.mapToGlobal(corner))

    def _current(self) -> str:
        """The preset this chat took, "" where it took none that is still there."""
        name = self._settings.preset
        return name if any(one.name == name for one in self._presets) else ""

    def _choose(self, place: int) -> None:
        self._say("")
        if place == 0:
            self._commands.change_chat(replace(self._settings, preset=""))
        else:
            self._commands.change_chat(words.applied(self._presets[place - 1]))

    def _save(self, name: str) -> None:
        self._say("")
        self._commands.save_preset(name)

    def _ask_name(self) -> None:
        self._say("")
        start = words.free_name(self._current() or "My preset", (one.name for one in self._presets))
        known = self._presets
        self.question.ask_name(start, lambda name: words.replaces_line(name, known), self._save)

    def _ask_delete(self, name: str) -> None:
        self._say("")
        line = f"Delete the preset {name}? Chats that use it keep their settings."
        self.question.ask_delete(line, lambda: self._commands.delete_preset(name))

    def _import(self) -> None:
        path = self._choices.preset_to_read(self)
        if path:
            self._told(lambda: self._take(Path(path)))

    def _take(self, path: Path) -> str:
        preset = presets.read_file(path)
        name = words.free_name(preset.name, (one.name for one in self._presets))
        # The guard model is the choice of the one who sits here, not of the one who wrote the file.
        guard = self._settings.guard_model_id
        self._commands.change_chat(replace(preset.settings, preset=name, guard_model_id=guard))
        self._commands.save_preset(name)
        return f"{name} is imported, and this chat uses it."

    def _export(self) -> None:
        name = self._current() or "My preset"
        path = self._choices.preset_to_write(self, words.file_name(name))
        if path:
            self._told(lambda: self._write(Path(path), name))

    def _write(self, path: Path, name: str) -> str:
        presets.write_file(Preset(name, self._settings), path)
        return f"Exported to {path}. The system prompt is in it."

    def _told(self, act: Callable[[], str]) -> None:
        """Say what came of it."""
        try:
            self._say(act())
        except CoterieError as error:
            self._say(error.problem.one_line())

    def _say(self, text: str) -> None:
        self.line.show_text(text)
        self.line.setVisible(bool(text))


def _shown(name: str) -> str:
    return name.replace("&", "&&")
