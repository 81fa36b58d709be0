"""Tables of an answer as the design draws them: hairlines, numbers at the right."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
    QTextTableCellFormat,
)

from ui.theme import Theme

_NUMBER = re.compile(
    r"\s*(?:[-+<>~\u2248\u2212\u2264\u2265$\u20ac\u00a3]\s*)*\d[\d.,\u2009\u2013\u00a0\u202f]*"
    r"\s*(?:%|[A-Za-z\u00b5\u00b0\u00d7]{1,6}(?:/[A-Za-z]{1,6})?)?\s*|\s*[-\u2013\u2014]?\s*"
)


def style_table(table: QTextTable, theme: Theme) -> None:
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
        if column and _holds_numbers(table, column):
            _align_right(table, column)
        _style_heading_cell(table, column, theme)


def _holds_numbers(table: QTextTable, column: int) -> bool:
    texts = [
        table.cellAt(row, column).firstCursorPosition().block().text()
        for row in range(1, table.rows())
    ]
    return any(map(str.strip, texts)) and all(_NUMBER.fullmatch(text) for text in texts)


def _align_right(table: QTextTable, column: int) -> None:
    for row in range(1, table.rows()):
        cursor = table.cellAt(row, column).firstCursorPosition()
        style = cursor.blockFormat()
        style.setAlignment(Qt.AlignmentFlag.AlignRight)
        cursor.setBlockFormat(style)


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
