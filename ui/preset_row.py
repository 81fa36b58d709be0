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
from runtime.language import marked, tr
from ui import preset_words as words
from ui.attachment_files import ChatFileChoices
from ui.controls import IconButton
from ui.labels import Paragraph
from ui.preset_question import PresetQuestion
from ui.select import Select
from ui.theme import Theme

SAVE_AS, IMPORT = marked("Save as preset\u2026"), marked("Import\u2026")
EXPORT = marked("Export as a file\u2026")


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
        self.select = Select(theme, tr("Preset"))
        self.select.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.select.activated.connect(self._choose)
        self.more = IconButton(theme, "ellipsis", tr("Preset actions"))
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
        names = [preset.name for preset in self._presets]
        self.select.clear()
        self.select.addItems([words.no_preset(), *map(words.shown_name, names)])
        place = names.index(settings.preset) + 1 if settings.preset in names else 0
        self.select.setItemText(place, words.preset_label(settings, self._presets))
        self.select.setCurrentIndex(place)

    def forget(self) -> None:
        """Another chat is shown: what was asked or said was about the last one."""
        self.question.close_question()
        self._say("")

    def menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(tr("Preset actions"))
        name = self._current()
        shown = words.shown_name(name).replace("&", "&&")
        if words.is_changed(self._settings, self._presets):
            text = tr("Save the changes to {name}", name=shown)
            menu.addAction(text, lambda: self._save(name))
        menu.addAction(tr(SAVE_AS), self._ask_name)
        if name:
            text = tr("Delete {name}\u2026", name=shown)
            menu.addAction(text, lambda: self._ask_delete(name))
        menu.addSeparator()
        menu.addAction(tr(IMPORT), self._import)
        menu.addAction(tr(EXPORT), self._export)
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
        known = self._presets
        current = words.shown_name(self._current()) or words.my_preset()
        self.question.ask_name(
            words.free_name(current, (one.name for one in known)),
            lambda name: words.replaces_line(name, known),
            lambda name: self._save(words.kept_name(name, known)),
        )

    def _ask_delete(self, name: str) -> None:
        self._say("")
        line = tr(
            "Delete the preset {name}? Chats that use it keep their settings.",
            name=words.shown_name(name),
        )
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
        return tr("{name} is imported, and this chat uses it.", name=name)

    def _export(self) -> None:
        name = self._current() or words.my_preset()
        path = self._choices.preset_to_write(self, words.file_name(name))
        if path:
            self._told(lambda: self._write(Path(path), name))

    def _write(self, path: Path, name: str) -> str:
        presets.write_file(Preset(name, self._settings), path)
        return tr("Exported to {path}. The system prompt is in it.", path=path)

    def _told(self, act: Callable[[], str]) -> None:
        """Say what came of it."""
        try:
            self._say(act())
        except CoterieError as error:
            self._say(error.problem.one_line())

    def _say(self, text: str) -> None:
        self.line.show_text(text)
        self.line.setVisible(bool(text))
