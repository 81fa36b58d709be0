"""The card that takes models in which are already on this computer."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from app.owned_state import ImportHow, OwnedCommands, OwnedView
from runtime.language import marked, tr
from ui import owned_words
from ui.controls import Button
from ui.labels import Paragraph
from ui.owned_files import FileChoices
from ui.owned_found import FoundList
from ui.page_frame import Card
from ui.segments import Segments
from ui.theme import Theme

HEADING = marked("Add models")
LINE = marked(
    "GGUF files you already have. Choose them, drop them on this page, or take in what other"
    " programs keep on this computer."
)
FILE = marked("Import a file\N{HORIZONTAL ELLIPSIS}")
FOLDER = marked("Import a folder\N{HORIZONTAL ELLIPSIS}")
FIND = marked("Find models of other programs")
_MORE = " \N{HORIZONTAL ELLIPSIS}"  # what a button has and the title of its dialog has not


class AddCard(Card):
    """`how` files come in is chosen here, for dropped ones too."""

    def __init__(self, theme: Theme, commands: OwnedCommands, choices: FileChoices) -> None:
        super().__init__(theme, tr(HEADING))
        self._commands, self._choices = commands, choices
        self.chosen_how: ImportHow = "link"
        self._left: tuple[Button, QWidget | None] | None = None
        self.content.addSpacing(4)
        self.content.addWidget(Paragraph(theme, tr(LINE), tone="secondary"))
        self.content.addSpacing(12)
        self.content.addLayout(self._build_how(theme))
        self.content.addSpacing(12)
        self.content.addLayout(self._build_buttons(theme))
        self.found = FoundList(theme, self.find)
        self.found.wanted.connect(self._commands.import_found)
        self.content.addWidget(self.found)
        self._choose("link")

    def show_view(self, view: OwnedView) -> None:
        is_busy = view.task is not None
        buttons = (self.file, self.folder, self.find)
        pressed = next((button for button in buttons if button.hasFocus()), None)
        for button in buttons:
            button.setEnabled(not is_busy)
        self._hold_focus(pressed, is_busy=is_busy)
        self.found.show_found(view.found, is_busy=is_busy)

    def _hold_focus(self, pressed: Button | None, *, is_busy: bool) -> None:
        """Qt moves on from a button that is turned off: go back to it after the work."""
        if is_busy and pressed is not None:
            self._left = (pressed, QApplication.focusWidget())
        elif not is_busy and self._left is not None:
            button, moved_on_to = self._left
            self._left = None
            if QApplication.focusWidget() is moved_on_to:
                button.setFocus(Qt.FocusReason.OtherFocusReason)

    def take(self, paths: tuple[str, ...]) -> None:
        """Bring these in as chosen."""
        if paths and self.file.isEnabled():
            self._commands.import_paths(paths, self.chosen_how)

    def _build_how(self, theme: Theme) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        names = tuple((how, owned_words.how_name(how)) for how in owned_words.HOW_NAMES)
        self.how = Segments(theme, tr("How to add files"), names)
        self.how.chosen.connect(self._choose)
        row.addWidget(self.how, 0, Qt.AlignmentFlag.AlignTop)
        self.how_line = Paragraph(theme, "", "small", "secondary")
        row.addWidget(self.how_line, 1, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _build_buttons(self, theme: Theme) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.file = Button(theme, tr(FILE))
        self.file.clicked.connect(lambda _=False: self._take_files())
        self.folder = Button(theme, tr(FOLDER))
        self.folder.clicked.connect(lambda _=False: self._take_folder())
        self.find = Button(theme, tr(FIND), icon="search")
        self.find.clicked.connect(lambda _=False: self._commands.find_elsewhere())
        for button in (self.file, self.folder, self.find):
            row.addWidget(button)
        row.addStretch()
        return row

    def _take_files(self) -> None:
        self.take(self._choices.files(self, tr(FILE).rstrip(_MORE)))

    def _take_folder(self) -> None:
        folder = self._choices.folder(self, tr(FOLDER).rstrip(_MORE))
        self.take((folder,) if folder else ())

    def _choose(self, how: str) -> None:
        self.chosen_how = cast(ImportHow, how)
        self.how.show_value(how)
        self.how_line.show_text(tr(owned_words.HOW_LINES[self.chosen_how]))
