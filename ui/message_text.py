"""Text of one message: selectable, as tall as its content; nothing in it is loaded or opened."""

from __future__ import annotations

import re

from PySide6.QtCore import QMimeData, QPoint, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QTextBrowser, QTextEdit

from runtime.language import number, tr
from ui import answer_markdown as markdown
from ui.answer_safety import MOST_DRAWN, harmless
from ui.focus_ring import focus_came, focus_went
from ui.theme import Theme

_MOST_FOUND = 200
_MOST_MEASURED_LINES, _MOST_MEASURED = 200, 400


class MessageText(QTextBrowser):
    """Read-only text as tall as it needs to be. `link_followed` carries the address and where."""

    link_followed = Signal(QUrl, QPoint)

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.theme = theme
        document = markdown.InertDocument(self)
        document.setDocumentMargin(0)
        document.setIndentWidth(markdown.LIST_INDENT_PX)
        document.setUndoRedoEnabled(False)
        document.setDefaultFont(theme.font("reading"))
        self.setDocument(document)
        # Layouts ask dozens of times; another width costs laying out the whole text.
        self._heights: dict[int, int] = {}
        document.contentsChanged.connect(lambda: self._heights.clear())
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._follow)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def loadResource(self, kind: int, url: QUrl) -> object:
        return self.document().loadResource(kind, url)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        height = self._heights.get(width)
        if height is None:
            document = self.document()
            if document.textWidth() != width:
                document.setTextWidth(width)
            height = self._heights[width] = round(document.size().height())
        return height

    def sizeHint(self) -> QSize:
        width = max(1, self.width())
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._use_own_width()
        self.laid_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._use_own_width()
        super().paintEvent(event)

    def laid_out(self) -> None:
        """Called when the place of text may have changed."""

    def _use_own_width(self) -> None:
        """Layouts ask for heights at widths the text then doesn't get."""
        width = self.viewport().width()
        if self.document().textWidth() != width:
            self.document().setTextWidth(width)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # The column scrolls, never one message.

    def createMimeDataFromSelection(self) -> QMimeData:
        data = QMimeData()
        data.setText(self.textCursor().selection().toPlainText())
        return data

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        focus_came(self, event.reason(), 4)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        focus_went(self)

    def _follow(self, url: QUrl) -> None:
        self.link_followed.emit(url, self.cursor().pos())

    def draw_all(self) -> None:
        """Called before something in the text is looked for."""

    # Words that were searched for

    def mark_words(self, words: tuple[str, ...]) -> None:
        """Show these words on a ground of their own; none of them takes the marks away."""
        self.setExtraSelections([self._mark(cursor) for cursor in self._find(words)])

    def first_marked(self) -> QRectF | None:
        """Where the first marked word stands."""
        marked = self.extraSelections()
        if not marked:
            return None
        first = min((selection.cursor for selection in marked), key=QTextCursor.selectionStart)
        return QRectF(self.cursorRect(first))

    def _find(self, words: tuple[str, ...]) -> list[QTextCursor]:
        document, found = self.document(), []
        for word in words:
            place = document.find(word)
            while not place.isNull() and len(found) < _MOST_FOUND:
                found.append(QTextCursor(place))
                place = document.find(word, place)
        return found

    def _mark(self, cursor: QTextCursor) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        selection.cursor = cursor
        selection.format.setBackground(self.theme.color("state.warn_bg"))
        selection.format.setFontUnderline(True)
        return selection


class UserText(MessageText):
    """What the person wrote, as wide as it needs to be."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__(theme, tr("Your message"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._text = text
        self._write()
        metrics = QFontMetrics(theme.font("reading"))
        lines = harmless(text[:MOST_DRAWN]).split("\n")[:_MOST_MEASURED_LINES]
        widest = max(metrics.horizontalAdvance(line[:_MOST_MEASURED]) for line in lines)
        self.natural_width = widest + 4

    def restyle(self) -> None:
        self.document().clear()
        self._write()

    def _write(self) -> None:
        block, char = markdown.plain_formats(self.theme)
        block.setBottomMargin(0)
        cursor = QTextCursor(self.document())
        cursor.setBlockFormat(block)
        left_out = len(self._text) - MOST_DRAWN
        shown = _broken_up(harmless(self._text[:MOST_DRAWN]))
        if left_out > 0:
            said = tr(
                "{count} more characters are not shown here. Copying takes them all.",
                count=number(left_out, ","),
            )
            shown += f"\n{said}"
        cursor.insertText(shown, char)

    @property
    def text(self) -> str:
        return self._text


def _broken_up(text: str) -> str:
    """Lines without an end are laid out in pieces: one of a megabyte takes seconds."""
    return re.sub(r"([^\n]{2000})(?=[^\n])", r"\1\n", text)
