"""The frame of a page: its title, one line of what it is for, and a column that scrolls."""

from __future__ import annotations

from PySide6.QtCore import QMargins
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ui.centred import Centred
from ui.labels import Label, Paragraph
from ui.page import Page
from ui.scroll_bar import SCROLL_BAR_PX, ScrollArea
from ui.theme import Theme

CARD_GAP_PX = 16
_TITLE_TOP_PX, _AFTER_TITLE_PX = 16, 20


class PageFrame(Page):
    """Pages add what they show to `column`, `width` logical pixels wide at most."""

    def __init__(self, theme: Theme, title: str, line: str, width: int) -> None:
        super().__init__()
        self._theme = theme
        self.setProperty("surface", "page")
        self.setAccessibleName(title)
        content = QWidget()
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addWidget(Label(theme, title, "page_title"))
        self.column.addWidget(Paragraph(theme, line, tone="secondary"))
        self.column.addSpacing(_AFTER_TITLE_PX)
        margin = theme.px("layout.page_margin")
        margins = QMargins(margin, _TITLE_TOP_PX, margin - SCROLL_BAR_PX, margin)
        ground = QWidget()
        outer = QVBoxLayout(ground)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(Centred(content, width, margins))
        outer.addStretch()
        self.area = ScrollArea(theme, ground)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(self.area)


class Card(QFrame):
    """A bordered ground with a heading; `content` takes what stands in it."""

    def __init__(self, theme: Theme, heading: str = "") -> None:
        super().__init__()
        self.setProperty("surface", "card")
        self.content = QVBoxLayout(self)
        side, top = theme.px("layout.card_padding.x"), theme.px("layout.card_padding.y")
        self.content.setContentsMargins(side, top, side, top + 2)
        self.content.setSpacing(0)
        if heading:
            self.content.addWidget(Label(theme, heading, "card_title"))


def hairline() -> QFrame:
    """A rule one pixel high."""
    rule = QFrame()
    rule.setFixedHeight(1)
    rule.setProperty("rule", "hairline")
    return rule
