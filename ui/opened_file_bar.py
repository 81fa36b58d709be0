"""Offers above every page what can be done with files that the desktop opened with Coterie."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout

from app import number_text
from app.opened_file import Offer, OpenedCommands, OpenedView
from app.owned_state import ImportHow
from runtime.language import marked, tr, tr_n
from ui import owned_words
from ui.controls import Button, IconButton
from ui.icon_mark import IconMark
from ui.labels import Label, Paragraph
from ui.owned_task import ProgressLine
from ui.problem_card import spoken
from ui.theme import Theme

MOST_SHOWN = 3
HOWS: tuple[tuple[ImportHow, str], ...] = (
    ("link", marked("Use it where it is")),
    ("copy", marked("Copy")),
    ("move", marked("Move")),
)
_WRAP_BELOW_PX = 900
_SIDE_PX = 32


class OfferRow(QFrame):
    """One file; made once, changed as more is known of it. `loaded` says that it is loading."""

    loaded = Signal()

    def __init__(self, theme: Theme, commands: OpenedCommands, path: str) -> None:
        super().__init__()
        self._commands, self._path = commands, path
        self.setProperty("line", "bottom")
        row = QHBoxLayout(self)
        row.setContentsMargins(_SIDE_PX, 10, 12, 10)
        row.setSpacing(10)
        top = Qt.AlignmentFlag.AlignTop
        self.mark = IconMark(theme, "box", 18, "text.secondary")
        row.addWidget(self.mark, 0, top)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._box.setSpacing(10)
        self._box.addLayout(self._words(theme), 1)
        self._box.addLayout(self._buttons(theme))
        row.addLayout(self._box, 1)
        self.away = IconButton(theme, "x", tr("Dismiss"), icon_px=16)
        self.away.clicked.connect(lambda _=False: commands.dismiss(path))
        row.addWidget(self.away, 0, top)

    def show_offer(self, offer: Offer, view: OpenedView) -> None:
        problem = offer.problem
        self.title.show_text(title_of(offer))
        self.line.show_text(line_of(offer, view))
        failed = offer.phase == "problem"
        icon = "triangle-alert" if failed else "check" if offer.phase == "added" else "box"
        ink = "state.error" if failed else "state.ok" if offer.phase == "added" else ""
        self.mark.show_icon(icon, ink or "text.secondary")
        is_loaded = bool(offer.model_id) and offer.model_id == view.loaded_id
        self.load.setVisible(offer.phase in ("known", "added") and not is_loaded)
        self.load.setAccessibleName(tr("Load {model}", model=offer.name))
        for button in self.hows.values():
            button.setVisible(offer.phase == "new")
            button.setEnabled(view.can_add)
        adding = offer.phase == "adding"
        self.cancel.setVisible(adding)
        self.bar.setVisible(adding and offer.total_bytes > 0)
        self.bar.show_fraction(offer.done_bytes / max(1, offer.total_bytes))
        self.away.setVisible(not adding)
        self.away.setAccessibleName(tr("Dismiss: {title}", title=title_of(offer)))
        self.setAccessibleName(f"{title_of(offer)}. {self.line.full_text()}")
        self.setAccessibleDescription(spoken(problem) if problem else "")

    def make_room(self, width: int) -> None:
        """Buttons go below the words where the window is narrow."""
        side, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._box.setDirection(side if width >= _WRAP_BELOW_PX else below)

    def _words(self, theme: Theme) -> QVBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(1)
        self.title = Label(theme, "", weight=500, elided=True)
        self.line = Paragraph(theme, "", "small", "secondary", selectable=True)
        self.bar = ProgressLine(theme, tr("Progress"))
        words.addWidget(self.title)
        words.addWidget(self.line)
        words.addWidget(self.bar)
        return words

    def _buttons(self, theme: Theme) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.hows: dict[ImportHow, Button] = {}
        for how, words in HOWS:
            button = Button(theme, tr(words), extent="compact")
            button.setToolTip(tr(owned_words.HOW_LINES[how]))
            button.setAccessibleDescription(tr(owned_words.HOW_LINES[how]))
            button.clicked.connect(lambda _=False, how=how: self._commands.add(self._path, how))
            self.hows[how] = button
        self.load = Button(theme, tr("Load"), extent="compact")
        self.load.clicked.connect(lambda _=False: self._load())
        cancel = tr("Cancel work on model files")
        self.cancel = Button(theme, tr("Cancel"), extent="compact", name=cancel)
        self.cancel.clicked.connect(lambda _=False: self._commands.cancel_adding())
        for button in (*self.hows.values(), self.load, self.cancel):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch()
        return row

    def _load(self) -> None:
        self._commands.load(self._path)
        self.loaded.emit()


class OpenedFileBar(QFrame):
    """Hidden while nothing is offered. `loaded` says that a model is loading on request."""

    loaded = Signal()

    def __init__(self, theme: Theme, commands: OpenedCommands) -> None:
        super().__init__()
        self._theme, self._commands = theme, commands
        self.setProperty("surface", "sidebar")
        self.setAccessibleName(tr("Opened files"))
        self.rows: dict[str, OfferRow] = {}
        self._view = OpenedView()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.more = Label(theme, "", "small", "secondary")
        self.more.setContentsMargins(_SIDE_PX, 6, 12, 6)
        self._column.addWidget(self.more)
        self.hide()

    def show_view(self, view: OpenedView) -> None:
        """The oldest few; the others come up as those are done with."""
        self._view = view
        shown = view.offers[: MOST_SHOWN if self.width() >= _WRAP_BELOW_PX else 1]
        for path in [path for path in self.rows if path not in {offer.path for offer in shown}]:
            row = self.rows.pop(path)
            row.hide()
            row.deleteLater()
        for place, offer in enumerate(shown):
            row = self.rows.get(offer.path) or self._new_row(offer.path)
            self._column.insertWidget(place, row)
            row.show_offer(offer, view)
        waiting = len(view.offers) - len(shown)
        self.more.setVisible(waiting > 0)
        self.more.show_text(tr_n("{n} more file waits.", "{n} more files wait.", waiting))
        self.setVisible(bool(shown))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for row in self.rows.values():
            row.make_room(self.width())
        self.show_view(self._view)

    def _new_row(self, path: str) -> OfferRow:
        row = self.rows[path] = OfferRow(self._theme, self._commands, path)
        row.loaded.connect(self.loaded)
        row.make_room(self.width())
        return row


def title_of(offer: Offer) -> str:
    """The model's name, the file's until it is known, or what is wrong."""
    if offer.phase == "problem" and offer.problem is not None:
        return offer.problem.title
    return offer.name or offer.file_name


def line_of(offer: Offer, view: OpenedView) -> str:
    """What the file is, and what can be done with it."""
    words: dict[str, Callable[[], str]] = {
        "looking": lambda: tr("Looking at the file."),
        "new": lambda: _new(offer, view),
        "known": lambda: _known(offer, view),
        "adding": lambda: _adding(offer),
        "added": lambda: _added(offer, view),
        "problem": lambda: spoken(offer.problem) if offer.problem else "",
    }
    return words[offer.phase]()


def _new(offer: Offer, view: OpenedView) -> str:
    line = tr("{facts}. It is not among your models yet.", facts=_facts(offer))
    if view.can_add:
        return line
    wait = tr("Other work on model files has to end first.")
    return tr("{first} {second}", first=line, second=wait)


def _known(offer: Offer, view: OpenedView) -> str:
    if offer.model_id == view.loaded_id:
        return tr("{facts}. It is loaded already.", facts=_facts(offer))
    return tr("{facts}. It is among your models.", facts=_facts(offer))


def _adding(offer: Offer) -> str:
    if not offer.total_bytes:
        return tr("Being added to your models.")
    done = number_text.gib_done(offer.done_bytes / offer.total_bytes, offer.total_bytes)
    return tr("Being added to your models: {done}.", done=done)


def _added(offer: Offer, view: OpenedView) -> str:
    if offer.model_id == view.loaded_id:
        return tr("{facts}. It is loaded already.", facts=_facts(offer))
    if offer.problem is None:
        return offer.said
    return tr("{first} {second}", first=offer.said, second=spoken(offer.problem)).strip()


def _facts(offer: Offer) -> str:
    size = number_text.gib_unit(offer.size_bytes)
    parts = (offer.quantisation, size)
    facts = ", ".join(part for part in parts if part)
    if offer.file_count > 1:
        return tr_n("{facts} in {n} file", "{facts} in {n} files", offer.file_count, facts=facts)
    return facts
