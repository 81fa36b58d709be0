"""Markdown as Qt text: model output in, blocks in the design's type out; nothing is ever loaded."""

from __future__ import annotations

import re
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
    QTextFrameFormat,
    QTextLength,
    QTextListFormat,
    QTextTable,
    QTextTableCellFormat,
)

from ui.answer_marks import BULLET, QUOTE_INDENT_PX
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
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^\s`]*)[^\n`]*$")
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
    """A run of code blocks: first and last block number, and the language named on the fence."""

    first: int
    last: int
    language: str


def finished_length(text: str, start: int) -> int:
    """Up to where `text`, read from `start`, holds whole paragraphs and closed code fences."""
    end, fence = start, ""
    position = start
    while (newline := text.find("\n", position)) >= 0:
        line = text[position:newline]
        mark = _FENCE.match(line)
        if fence:
            closing = line.strip()
            if closing and set(closing) == {fence[0]} and len(closing) >= len(fence):
                fence = ""
                end = newline + 1
        elif mark:
            fence = mark.group(1)
            end = max(end, position)
        elif not line.strip():
            end = newline + 1
        position = newline + 1
    return end


def opened_fence(text: str) -> tuple[str, int] | None:
    """The language of the fence `text` starts with and where its code begins; None without one."""
    newline = text.find("\n")
    mark = _FENCE.match(text[:newline]) if newline >= 0 else None
    return (mark.group(2), newline + 1) if mark else None


def append_markdown(document: QTextDocument, theme: Theme, markdown: str) -> None:
    """Add `markdown` as new blocks at the end of `document`."""
    cursor = QTextCursor(document)
    cursor.movePosition(QTextCursor.MoveOperation.End)
    if not document.isEmpty():
        cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
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


def set_markdown(document: QTextDocument, theme: Theme, markdown: str) -> None:
    document.setMarkdown(markdown, FEATURES)
    style_from(document, theme, document.begin())


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
        _style_table(table, theme)
    cursor.endEditBlock()


def code_frames(document: QTextDocument) -> list[CodeFrame]:
    frames: list[CodeFrame] = []
    block = document.begin()
    while block.isValid():
        if is_code(block):
            first, last = block, block
            while last.next().isValid() and is_code(last.next()):
                last = last.next()
            language = str(first.blockFormat().property(_Property.BlockCodeLanguage) or "")
            frames.append(CodeFrame(first.blockNumber(), last.blockNumber(), language))
            block = last
        block = block.next()
    return frames


def is_code(block: QTextBlock) -> bool:
    return block.blockFormat().hasProperty(_Property.BlockCodeFence)


def code_text(document: QTextDocument, frame: CodeFrame) -> str:
    numbers = range(frame.first, frame.last + 1)
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
    if list_format.style() == QTextListFormat.Style.ListStyleUndefined:
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
            cursor.insertText("(image not shown)", plain)
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


def _style_table(table: QTextTable, theme: Theme) -> None:
    style = table.format()
    style.setBorder(0)
    style.setBorderCollapse(True)
    style.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_None)
    style.setCellSpacing(0)
    style.setCellPadding(0)
    style.setTopMargin(6)
    style.setBottomMargin(4)
    style.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    table.setFormat(style)
    for row in range(table.rows()):
        for column in range(table.columns()):
            cell = QTextTableCellFormat()
            cell.setTopPadding(3 if row == 0 else 5)
            cell.setBottomPadding(5)
            cell.setLeftPadding(0 if column == 0 else 16)
            cell.setRightPadding(1)  # or the last glyph loses its edge
            cell.setBottomBorder(1)
            cell.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            cell.setBottomBorderBrush(theme.color("line.line" if row == 0 else "line.hairline"))
            table.cellAt(row, column).setFormat(cell)
    for column in range(table.columns()):
        _style_heading_cell(table, column, theme)


def _style_heading_cell(table: QTextTable, column: int, theme: Theme) -> None:
    cursor = table.cellAt(0, column).firstCursorPosition()
    if table.rows() > 1:
        below = table.cellAt(1, column).firstCursorPosition().blockFormat()
        style = cursor.blockFormat()
        style.setAlignment(below.alignment())
        cursor.setBlockFormat(style)
    cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
    if cursor.hasSelection():
        char = QTextCharFormat()
        char.setFont(theme.font("ui", 500))
        char.setForeground(theme.color("text.secondary"))
        cursor.setCharFormat(char)
