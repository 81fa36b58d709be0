"""Markdown as Qt text: model output in, blocks in the design's type out; nothing is ever loaded."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QFont,
    QImage,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextListFormat,
    QTextTable,
)

from runtime.language import tr
from ui.answer_marks import BULLET, QUOTE_INDENT_PX, RULE, TASK
from ui.answer_tables import style_table
from ui.math_spans import readable_math
from ui.theme import Theme

FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)
CODE_HEADER_PX = 30
CODE_PADDING_PX = 12
CODE_BOTTOM_PX = 10
PARAGRAPH_GAP_PX = 8
LIST_INDENT_PX = 18
_LONGEST_PLAIN = 400
_Property = QTextFormat.Property
_BULLETS = frozenset(
    {
        QTextListFormat.Style.ListDisc,
        QTextListFormat.Style.ListCircle,
        QTextListFormat.Style.ListSquare,
    }
)


class InertDocument(QTextDocument):
    """A document that loads nothing, whatever address its text names."""

    def loadResource(self, kind: int, _url: QUrl) -> object:
        if kind == QTextDocument.ResourceType.ImageResource.value:
            # A null answer would make Qt open the name as a file itself (qtextimagehandler.cpp).
            return QImage(1, 1, QImage.Format.Format_ARGB32)
        return b""


@dataclass(frozen=True)
class CodeFrame:
    """A run of code blocks: first and last block number, the language named on the fence."""

    first: int
    last: int
    language: str
    code: str = ""


def append_markdown(document: QTextDocument, theme: Theme, markdown: str) -> int:
    """Add `markdown` as new blocks at the end; answers with the number of the first."""
    markdown = readable_math(markdown)
    cursor = new_block(document)
    start = cursor.position()
    # The first block of an inserted fragment loses its format, so a throwaway one goes in front.
    cursor.insertMarkdown(f"x\n\n{markdown}", FEATURES)
    cursor.setPosition(start)
    if QTextCursor(document.findBlock(start).next()).currentTable() is None:
        move = QTextCursor.MoveOperation.NextBlock
    else:  # A table needs the block before it.
        move = QTextCursor.MoveOperation.EndOfBlock
    cursor.movePosition(move, QTextCursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()
    style_from(document, theme, document.findBlock(start))
    return document.findBlock(start).blockNumber()


def append_plain(document: QTextDocument, theme: Theme, text: str) -> None:
    """Add `text` as it was written, in blocks short enough to be laid out quickly."""
    block, char = plain_formats(theme)
    for at in range(0, len(text), _LONGEST_PLAIN):
        cursor = new_block(document)
        cursor.setBlockFormat(block)
        cursor.insertText(text[at : at + _LONGEST_PLAIN], char)


def new_block(document: QTextDocument) -> QTextCursor:
    """At the start of an empty block at the end."""
    cursor = QTextCursor(document)
    cursor.movePosition(QTextCursor.MoveOperation.End)
    if not document.isEmpty():
        cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
    return cursor


def style_from(document: QTextDocument, theme: Theme, block: QTextBlock) -> None:
    """Give every block from `block` on the design's type, margins and colours."""
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    tables: dict[int, QTextTable] = {}
    while block.isValid():
        table = QTextCursor(block).currentTable()
        if table is not None:
            tables[table.objectIndex()] = table
        _style_block(block, theme, in_table=table is not None)
        block = block.next()
    # A cell's format lies in the character before its first block, which styling that block sets.
    for table in tables.values():
        style_table(table, theme)
    cursor.endEditBlock()


def code_frames(document: QTextDocument, start: int) -> list[CodeFrame]:
    """Those from block number `start` on."""
    frames: list[CodeFrame] = []
    block = document.findBlockByNumber(start)
    while block.isValid():
        if is_code(block):
            first, last = block, block
            while last.next().isValid() and is_code(last.next()):
                last = last.next()
            language = str(first.blockFormat().property(_Property.BlockCodeLanguage) or "")
            numbers = first.blockNumber(), last.blockNumber()
            frames.append(CodeFrame(*numbers, language, code_text(document, *numbers)))
            block = last
        block = block.next()
    return frames


def is_code(block: QTextBlock) -> bool:
    return block.blockFormat().hasProperty(_Property.BlockCodeFence)


def make_room_above(document: QTextDocument) -> None:
    """A document leaves out the first block's own top margin, where a code frame has its header."""
    frame = document.rootFrame()
    style = frame.frameFormat()
    wanted = CODE_HEADER_PX if is_code(document.firstBlock()) else 0
    if style.topMargin() != wanted:
        style.setTopMargin(wanted)
        frame.setFrameFormat(style)


def code_text(document: QTextDocument, first: int, last: int) -> str:
    numbers = range(first, last + 1)
    return "\n".join(document.findBlockByNumber(number).text() for number in numbers)


def plain_formats(theme: Theme) -> tuple[QTextBlockFormat, QTextCharFormat]:
    block = QTextBlockFormat()
    _lines(block, theme.line("reading"))
    block.setBottomMargin(PARAGRAPH_GAP_PX)
    char = QTextCharFormat()
    char.setFont(theme.font("reading"))
    return block, char


def code_formats(
    theme: Theme, language: str, *, first: bool, last: bool
) -> tuple[QTextBlockFormat, QTextCharFormat]:
    """One line of code. The first makes room for the frame's header, the last for its foot."""
    block = QTextBlockFormat()
    block.setProperty(_Property.BlockCodeFence, "`")
    block.setProperty(_Property.BlockCodeLanguage, language)
    _lines(block, theme.line("code"))
    block.setLeftMargin(CODE_PADDING_PX)
    block.setRightMargin(CODE_PADDING_PX)
    if first:
        block.setTopMargin(CODE_HEADER_PX + PARAGRAPH_GAP_PX)
    if last:
        block.setBottomMargin(CODE_BOTTOM_PX + PARAGRAPH_GAP_PX)
    char = QTextCharFormat()
    char.setFont(theme.font("code"))
    return block, char


def _lines(block: QTextBlockFormat, line_px: int) -> None:
    block.setLineHeight(line_px, QTextBlockFormat.LineHeightTypes.FixedHeight.value)


def _style_block(block: QTextBlock, theme: Theme, *, in_table: bool) -> None:
    cursor = QTextCursor(block)
    if is_code(block):
        _style_code(block, cursor, theme)
        return
    style = QTextBlockFormat(block.blockFormat())
    role = "reading"
    level = style.headingLevel()
    if in_table:
        role = "ui"
        _lines(style, 18)
    elif level:
        role = "reading_heading" if level <= 3 else "reading"
        style.setTopMargin(6 if block.blockNumber() == 0 else 12)
        style.setBottomMargin(5)
        _lines(style, theme.line("reading_heading"))
    elif not block.text() and _beside_table(block):
        _lines(style, 1)
        style.setTopMargin(0)
        style.setBottomMargin(PARAGRAPH_GAP_PX)
    else:
        _style_paragraph(block, style, theme)
    cursor.setBlockFormat(style)
    _style_runs(block, theme, role, heading=bool(level))


def _style_paragraph(block: QTextBlock, style: QTextBlockFormat, theme: Theme) -> None:
    _lines(style, theme.line("reading"))
    style.setTopMargin(0)
    style.setBottomMargin(PARAGRAPH_GAP_PX)
    if style.hasProperty(_Property.BlockTrailingHorizontalRulerWidth):
        style.clearProperty(_Property.BlockTrailingHorizontalRulerWidth)
        style.setProperty(RULE, True)
    if block.textList() is not None:
        _hide_bullet(block, style)
        following = block.next()
        is_last = not following.isValid() or following.textList() is None
        style.setBottomMargin(PARAGRAPH_GAP_PX + 2 if is_last else 3)
    quote_level = int(style.property(_Property.BlockQuoteLevel) or 0)
    if quote_level:
        style.setLeftMargin(QUOTE_INDENT_PX * quote_level)
        style.setRightMargin(0)


def _hide_bullet(block: QTextBlock, style: QTextBlockFormat) -> None:
    """Leave unordered lists' bullets to `answer_marks`."""
    list_format = block.textList().format()
    if list_format.style() in _BULLETS:
        list_format.setStyle(QTextListFormat.Style.ListStyleUndefined)
        block.textList().setFormat(list_format)
    if style.marker() != QTextBlockFormat.MarkerType.NoMarker:
        style.setProperty(TASK, style.marker() == QTextBlockFormat.MarkerType.Checked)
        style.setMarker(QTextBlockFormat.MarkerType.NoMarker)
    elif list_format.style() == QTextListFormat.Style.ListStyleUndefined:
        style.setProperty(BULLET, True)


def _beside_table(block: QTextBlock) -> bool:
    return any(
        other.isValid() and QTextCursor(other).currentTable() is not None
        for other in (block.previous(), block.next())
    )


def _style_code(block: QTextBlock, cursor: QTextCursor, theme: Theme) -> None:
    before, after = block.previous(), block.next()
    language = str(block.blockFormat().property(_Property.BlockCodeLanguage) or "")
    first = not (before.isValid() and is_code(before))
    style, char = code_formats(
        theme, language, first=first, last=not (after.isValid() and is_code(after))
    )
    cursor.setBlockFormat(style)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    cursor.setCharFormat(char)
    cursor.setBlockCharFormat(char)


def _style_runs(block: QTextBlock, theme: Theme, role: str, *, heading: bool) -> None:
    digits = role == "ui" and "-" not in block.text()  # a table's cell; see Theme.font
    base = theme.font(role, tabular=digits)
    runs = []
    iterator = block.begin()
    while not iterator.atEnd():
        fragment = iterator.fragment()
        runs.append((fragment.position(), fragment.length(), fragment.charFormat()))
        iterator += 1
    cursor = QTextCursor(block)
    block_char = QTextCharFormat()
    block_char.setFont(base)
    if block.textList() is not None:
        block_char.setForeground(theme.color("text.tertiary"))
    cursor.setBlockCharFormat(block_char)
    for position, length, old in reversed(runs):
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        if old.isImageFormat():
            plain = QTextCharFormat()
            plain.setFont(base)
            plain.setForeground(theme.color("text.tertiary"))
            cursor.insertText(tr("(image not shown)"), plain)
            continue
        cursor.setCharFormat(_run_format(old, base, theme, heading=heading))


def _run_format(
    old: QTextCharFormat, base: QFont, theme: Theme, *, heading: bool
) -> QTextCharFormat:
    font = QFont(base)
    new = QTextCharFormat()
    if old.fontFixedPitch():
        font = QFont(theme.font("code"))
        new.setBackground(theme.color("surface.sunken"))
    if old.fontWeight() >= QFont.Weight.DemiBold.value or heading:
        font.setWeight(QFont.Weight.DemiBold)
    font.setItalic(old.fontItalic())
    font.setStrikeOut(old.fontStrikeOut())
    new.setFont(font)
    if old.isAnchor():
        new.setAnchor(True)
        new.setAnchorHref(old.anchorHref())
        new.setForeground(theme.color("text.link"))
        new.setFontUnderline(True)
    return new
