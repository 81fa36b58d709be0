"""Text of one message: selectable, sized to its content, growing without being laid out anew."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QTextBrowser

from ui import answer_markdown as markdown
from ui.answer_marks import paint_marks
from ui.controls import Button
from ui.focus_ring import focus_came, focus_went
from ui.theme import Theme

COPIED_MS = 2_000
_CARET_W, _CARET_H = 7, 15


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


class CodeCopyButton(Button):
    """Copies one code block; says so for two seconds."""

    def __init__(self, theme: Theme, parent: MessageText) -> None:
        super().__init__(
            theme, "Copy", "quiet", "compact", icon="copy", name="Copy code", parent=parent
        )
        self.code = ""
        self.setFont(theme.font("caption", 500))
        self.clicked.connect(self._copy)
        self.adjustSize()

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.code)
        self.show_text("Copied")
        self.startTimer(COPIED_MS)

    def timerEvent(self, event) -> None:
        self.killTimer(event.timerId())
        self.show_text("Copy", "Copy code")


class AnswerText(MessageText):
    """An answer. `show_running` appends what came; `show_finished` renders the whole once."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Answer")
        self._text = ""
        self._rendered = 0
        self._tail_at, self._tail_open = 0, False
        self._tail_char = QTextCharFormat()
        self._caret = False
        self._frames: list[markdown.CodeFrame] = []
        self.copy_buttons: list[CodeCopyButton] = []

    @property
    def text(self) -> str:
        return self._text

    @property
    def is_running(self) -> bool:
        return self._caret

    def show_running(self, text: str) -> None:
        if not text.startswith(self._text):
            self._reset()
        suffix_from = len(self._text)
        self._text = text
        done = markdown.finished_length(text, self._rendered)
        if done > self._rendered:
            self._remove_tail()
            if text[self._rendered : done].strip():
                markdown.append_markdown(self.document(), self.theme, text[self._rendered : done])
            self._rendered = done
            suffix_from = done
        self._append_tail(suffix_from)
        self._set_caret(True)
        self._content_changed()

    def show_finished(self, text: str) -> None:
        self._text, self._rendered = text, len(text)
        self._set_caret(False)
        markdown.set_markdown(self.document(), self.theme, text)
        self._content_changed()

    def restyle(self) -> None:
        """Draw anew in another palette."""
        text, caret = self._text, self._caret
        if caret:
            self._reset()
            self.show_running(text)
        else:
            self.show_finished(text)

    def _reset(self) -> None:
        self.document().clear()
        self._text, self._rendered, self._tail_open = "", 0, False

    # The tail: text after the last finished paragraph, shown plain (or as code inside a fence).

    def _remove_tail(self) -> None:
        if not self._tail_open:
            return
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._tail_at)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if self._tail_at:
            cursor.deletePreviousChar()  # the block that was opened for the tail
        self._tail_open = False

    def _append_tail(self, suffix_from: int) -> None:
        tail = self._text[self._rendered :]
        fence = markdown.opened_fence(tail)
        new = self._text[suffix_from:]
        if fence and suffix_from - self._rendered < fence[1]:
            self._remove_tail()  # it was shown plain while its fence was not yet whole
            new = tail[fence[1] :]
        if not new:
            return
        document = self.document()
        cursor = QTextCursor(document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self._tail_open:
            block_format, char_format = self._tail_formats(fence)
            if document.isEmpty():
                cursor.setBlockFormat(block_format)
            else:
                cursor.insertBlock(block_format, char_format)
            self._tail_at, self._tail_open = cursor.position(), True
            self._tail_char = char_format
        before = cursor.block()
        cursor.insertText(new, self._tail_char)
        if fence:
            self._style_new_code(before, fence)

    def _tail_formats(
        self, fence: tuple[str, int] | None
    ) -> tuple[QTextBlockFormat, QTextCharFormat]:
        if fence is None:
            return markdown.plain_formats(self.theme)
        return markdown.code_formats(self.theme, fence[0], first=True, last=False)

    def _style_new_code(self, block: QTextBlock, fence: tuple[str, int]) -> None:
        """Only a frame's first line has the header's room above it, only the last the foot's."""
        tail_block = self.document().findBlock(self._tail_at).blockNumber()
        while block.isValid():
            style, _ = markdown.code_formats(
                self.theme,
                fence[0],
                first=block.blockNumber() == tail_block,
                last=not block.next().isValid(),
            )
            QTextCursor(block).setBlockFormat(style)
            block = block.next()

    def heightForWidth(self, width: int) -> int:
        height = super().heightForWidth(width)
        # A document's height leaves out the margin under its last block, where the frame's foot is.
        if self._frames and self._frames[-1].last == self.document().blockCount() - 1:
            height += markdown.CODE_BOTTOM_PX
        return height

    # What is painted around and over the text.

    def _content_changed(self) -> None:
        self._frames = (
            markdown.code_frames(self.document())
            if "```" in self._text or "~~~" in self._text
            else []
        )
        self.updateGeometry()
        self.laid_out()
        self.viewport().update()

    def _set_caret(self, caret: bool) -> None:
        self._caret = caret

    def laid_out(self) -> None:
        while len(self.copy_buttons) > len(self._frames):
            self.copy_buttons.pop().deleteLater()
        while len(self.copy_buttons) < len(self._frames):
            self.copy_buttons.append(CodeCopyButton(self.theme, self))
        for frame, button in zip(self._frames, self.copy_buttons, strict=True):
            box = self._frame_box(frame)
            button.code = markdown.code_text(self.document(), frame)
            button.move(int(box.right()) - button.width() - 12, int(box.top()) + 2)
            button.show()

    def _frame_box(self, frame: markdown.CodeFrame) -> QRectF:
        document = self.document()
        layout = document.documentLayout()
        first = layout.blockBoundingRect(document.findBlockByNumber(frame.first))
        last = layout.blockBoundingRect(document.findBlockByNumber(frame.last))
        top = first.top() - markdown.CODE_HEADER_PX
        bottom = last.bottom() + markdown.CODE_BOTTOM_PX
        return QRectF(0.5, top + 0.5, self.viewport().width() - 1, bottom - top - 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._frames:
            self._paint_frames(event)
        paint_marks(QPainter(self.viewport()), self.document(), self.theme, QRectF(event.rect()))
        super().paintEvent(event)
        if self._caret:
            self._paint_caret()

    def _paint_frames(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = self.theme.px("radius.control")
        for frame in self._frames:
            box = self._frame_box(frame)
            if not box.intersects(QRectF(event.rect())):
                continue
            painter.setPen(QPen(self.theme.color("line.hairline"), 1))
            painter.setBrush(self.theme.color("surface.code"))
            painter.drawRoundedRect(box, radius, radius)
            painter.setFont(self.theme.font("caption"))
            painter.setPen(self.theme.color("text.tertiary"))
            header = QRectF(box.left() + 12, box.top(), box.width() - 100, markdown.CODE_HEADER_PX)
            painter.drawText(header, Qt.AlignmentFlag.AlignVCenter, frame.language)

    def _paint_caret(self) -> None:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        place = self.cursorRect(cursor)
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("text.primary"))
        top = place.center().y() - _CARET_H / 2 + 1
        painter.drawRoundedRect(QRectF(place.left() + 2, top, _CARET_W, _CARET_H), 1, 1)


class UserText(MessageText):
    """What the person wrote, as wide as it needs to be."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__(theme, "Your message")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._text = text
        block, char = markdown.plain_formats(theme)
        block.setBottomMargin(0)
        cursor = QTextCursor(self.document())
        cursor.setBlockFormat(block)
        cursor.insertText(text, char)
        metrics = QFontMetrics(theme.font("reading"))
        widest = max(metrics.horizontalAdvance(line) for line in text.split("\n")[:200])
        self.natural_width = widest + 4

    @property
    def text(self) -> str:
        return self._text
