"""One download in the dock: how far it is, its buttons, and a note where it does not go on."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from runtime.downloads.frames import Download
from runtime.language import tr
from ui.controls import Button, IconButton
from ui.discover_columns import Span
from ui.discover_drawing import RIGHT, Ink, draw_text, text_px
from ui.discover_links import link_menu
from ui.download_columns import dock_spans
from ui.download_note import DockNote
from ui.download_words import (
    RowText,
    cancel_question,
    checked_share,
    fetched_share,
    full_name,
    note,
    row_text,
    spoken_row,
)
from ui.theme import Theme

_BESIDE_BUTTON_PX = 12


@dataclass(frozen=True)
class Shown:
    """What one row draws. `local_id` is the model of a finished download, "" before it is known."""

    download: Download
    can_move: bool = False
    local_id: str = ""
    is_loaded: bool = False
    needed_bytes: int = 0
    free_bytes: int = 0


class DownloadRow(QWidget):
    """Signals carry the download's id; `move_wanted` also by how many places."""

    pause_wanted = Signal(str)
    resume_wanted = Signal(str)
    cancel_wanted = Signal(str)
    forget_wanted = Signal(str)
    move_wanted = Signal(str, int)
    load_wanted = Signal(str)
    chat_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.shown: Shown | None = None
        self._asks = False
        self.line = DownloadLine(theme)
        self.note: DockNote | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.line)
        self.line.turn.clicked.connect(self._turn)
        self.line.remove.clicked.connect(self._remove)
        self.line.earlier.clicked.connect(lambda: self._move(-1))
        self.line.later.clicked.connect(lambda: self._move(1))
        self.line.use.clicked.connect(self._use)
        for keys, step in (("Alt+Up", -1), ("Alt+Down", 1)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self._move(step))

    @property
    def download(self) -> Download:
        assert self.shown is not None
        return self.shown.download

    def show_download(self, shown: Shown) -> None:
        if shown == self.shown:
            return
        if self.shown is not None and self.shown.download.phase != shown.download.phase:
            self._asks = self._asks and shown.download.phase != "done"
        self.shown = shown
        self.line.show_download(shown)
        self.setAccessibleName(spoken_row(shown.download))
        self._show_note()

    def _show_note(self) -> None:
        shown = self.shown
        assert shown is not None
        said = note(shown.download, shown.needed_bytes, shown.free_bytes)
        if said is None and not self._asks:
            if self.note is not None:
                self.note.hide()
            return
        if self.note is None:
            self.note = DockNote(self._theme)
            self.note.try_now.clicked.connect(lambda: self.resume_wanted.emit(self.download.id))
            self.note.pause.clicked.connect(lambda: self.pause_wanted.emit(self.download.id))
            self.note.delete.clicked.connect(self._delete)
            self.note.keep.clicked.connect(self._keep)
            self.note.link.clicked.connect(self._offer_link)
            self._column.addWidget(self.note)
        if self._asks:
            self.note.ask(cancel_question(shown.download))
        elif said is not None:
            self.note.show_note(said, shown.download.url)
        self.note.show()

    def _turn(self) -> None:
        phase = self.download.phase
        if phase in ("paused", "failed"):
            self.resume_wanted.emit(self.download.id)
        else:
            self.pause_wanted.emit(self.download.id)

    def _remove(self) -> None:
        if self.download.phase == "done":
            self.forget_wanted.emit(self.download.id)
            return
        self._asks = True
        self._show_note()
        assert self.note is not None
        self.note.keep.setFocus(Qt.FocusReason.TabFocusReason)

    def _keep(self) -> None:
        self._asks = False
        self._show_note()
        self.line.remove.setFocus(Qt.FocusReason.OtherFocusReason)

    def _delete(self) -> None:
        self._keep()
        self.cancel_wanted.emit(self.download.id)

    def _move(self, step: int) -> None:
        if self.shown is not None and self.shown.can_move:
            self.move_wanted.emit(self.download.id, step)

    def _use(self) -> None:
        assert self.shown is not None
        if self.shown.is_loaded:
            self.chat_wanted.emit()
        else:
            self.load_wanted.emit(self.shown.local_id)

    def _offer_link(self) -> None:
        assert self.note is not None
        link = self.note.link
        at = link.mapToGlobal(QPoint(0, link.height()))
        link_menu(link, QUrl(self.download.url)).popup(at)


class DownloadLine(QWidget):
    """The painted line of a row and the buttons at its end."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._drawn: tuple[str, RowText, int, int, str] | None = None
        self.fetched = self.checked = 0.0
        self.setFixedHeight(theme.px("row.download"))
        self.earlier = IconButton(theme, "arrow-up", tr("Earlier"), icon_px=16, parent=self)
        self.later = IconButton(theme, "arrow-down", tr("Later"), icon_px=16, parent=self)
        self.use = Button(theme, tr("Load"), extent="compact", parent=self)
        self.turn = IconButton(theme, "pause", tr("Pause"), icon_px=16, parent=self)
        self.remove = IconButton(theme, "x", tr("Cancel"), icon_px=16, parent=self)
        self._download: Download | None = None

    def show_download(self, shown: Shown) -> None:
        download = shown.download
        self._download = download
        self._show_buttons(shown)
        self.fetched, self.checked = fetched_share(download), checked_share(download)
        # Pixels of a bar on the widest screen: smaller steps are not seen.
        steps = round(self.fetched * 4000), round(self.checked * 4000)
        drawn = (full_name(download), row_text(download), *steps, download.phase)
        if drawn != self._drawn:
            self._drawn = drawn
            self.update()

    def _show_buttons(self, shown: Shown) -> None:
        download = shown.download
        name, phase = full_name(download), download.phase
        if phase in ("paused", "failed"):
            self.turn.show_icon("play", tr("Resume {name}", name=name))
        else:
            self.turn.show_icon("pause", tr("Pause {name}", name=name))
        done = phase == "done"
        self.remove.show_icon(
            "x",
            tr("Take {name} off this list", name=name) if done else tr("Cancel {name}", name=name),
        )
        self.turn.setVisible(phase not in ("done", "checking"))
        self.earlier.setVisible(shown.can_move)
        self.later.setVisible(shown.can_move)
        if shown.can_move:
            self.earlier.show_icon("arrow-up", tr("Move {name} up", name=name))
            self.later.show_icon("arrow-down", tr("Move {name} down", name=name))
        self.use.setVisible(done and bool(shown.local_id))
        self.use.show_text(tr("Open") if shown.is_loaded else tr("Load"))
        self.use.setAccessibleName(
            tr("Open {model}", model=name) if shown.is_loaded else tr("Load {model}", model=name)
        )
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        right = dock_spans(self.width())["buttons"].right
        for button in (self.remove, self.turn, self.use, self.later, self.earlier):
            if button.isVisibleTo(self):
                size = button.sizeHint() if button is self.use else button.size()
                top = (self.height() - size.height()) // 2
                button.setGeometry(right - size.width(), top, size.width(), size.height())
                right -= size.width() + (8 if button is self.use else 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._download is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        spans = dock_spans(self.width())
        self._paint_name(painter, spans["name"], self._download)
        text = row_text(self._download)
        if self._download.phase != "done":
            self._paint_bar(painter, spans["bar"], self._download)
        for name, words, tone in (
            ("amount", text.amount, "secondary"),
            ("state", text.state, text.state_tone),
            ("detail", text.detail, "secondary"),
        ):
            box = self._box(spans[name])
            if name == "detail" and self.use.isVisibleTo(self):
                box.setRight(min(box.right(), self.use.x() - _BESIDE_BUTTON_PX))
            draw_text(painter, self._theme, box, words, Ink(tone=tone), RIGHT)

    def _paint_name(self, painter: QPainter, span: Span, download: Download) -> None:
        request = download.request
        quant = text_px(self._theme, request.quantisation, Ink(tabular=False))
        room = max(60.0, span.width - (quant + 5 if quant else 0))
        name = QRectF(span.left, 0, room, self.height())
        bold = Ink(weight=500, tabular=False)
        taken = draw_text(painter, self._theme, name, request.name, bold) + 5
        rest = QRectF(span.left + taken, 0, span.width - taken, self.height())
        quiet = Ink(tone="secondary", tabular=False)
        draw_text(painter, self._theme, rest, request.quantisation, quiet)

    def _paint_bar(self, painter: QPainter, span: Span, download: Download) -> None:
        height = self._theme.px("control.progress")
        box = QRectF(span.left, (self.height() - height) / 2, span.width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        parts = [("line.line", 1.0), (_bar_color(download), self.fetched)]
        if download.phase == "checking":
            parts = [("line.control", 1.0), ("action.ink", self.checked)]
        for color, part in parts:
            painter.setBrush(self._theme.color(color))
            width = box.width() * part
            if width > 0:
                part_box = QRectF(box.left(), box.top(), max(width, height), height)
                painter.drawRoundedRect(part_box, height / 2, height / 2)

    def _box(self, span: Span) -> QRectF:
        return QRectF(span.left, 0, span.width, self.height())


def _bar_color(download: Download) -> str:
    if download.phase == "waiting" or download.paused_by == "disk":
        return "state.warn"
    if download.phase == "failed":
        return "state.error"
    return "action.ink" if download.phase == "running" else "line.control"
