"""A repository's model card: somebody else's text, drawn without loading or opening anything."""

from __future__ import annotations

import re

from PySide6.QtCore import QPoint, QUrl
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.discover.state import RepoRow
from runtime.language import marked, tr
from ui.answer_text import AnswerText
from ui.discover_links import link_menu
from ui.labels import Paragraph
from ui.problem_card import spoken
from ui.theme import Theme

# Laying out more than this would hold the window up; nobody reads on here.
MOST_CHARACTERS = 30_000
CUT = marked("The rest of this card is on its page.")
_TAGS = (
    "a|abbr|b|br|center|code|dd|del|details|div|dl|dt|em|figure|font|h[1-6]|hr|i|img|kbd|li|ol|p"
    "|picture|pre|s|small|source|span|strong|style|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul"
)
_HTML = re.compile(rf"<!--[^>]{{0,2000}}-->|</?(?:{_TAGS})(?:\s[^<>]{{0,2000}})?/?>", re.IGNORECASE)
_FENCE = re.compile(r"^ {0,3}(```|~~~)")


def card_text(text: str) -> str:
    """The Markdown of a card without HTML tags, which would stand there as text; code is kept."""
    kept, in_code = [], False
    for line in text[:MOST_CHARACTERS].splitlines():
        if _FENCE.match(line):
            in_code = not in_code
        kept.append(line if in_code else _HTML.sub("", line))
    end = ["", "", tr(CUT)] if len(text) > MOST_CHARACTERS else []
    return "\n".join([*kept, *end])


class ModelCard(QWidget):
    """Reads until `show_row` brings the text or what went wrong."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: str | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.line = Paragraph(theme, tr("Reading the model card"), tone="secondary")
        self.text = AnswerText(theme)
        self.text.setAccessibleName(tr("Model card"))
        self.text.link_followed.connect(self._offer_link)
        self.text.hide()
        column.addWidget(self.line)
        column.addWidget(self.text)
        theme.changed.connect(self._restyle)

    def show_row(self, row: RepoRow) -> None:
        if row.card is not None:
            if row.card != self._shown:
                self._shown = row.card
                self._restyle()
            self.line.setVisible(not row.card.strip())
            self.line.show_text(tr("This repository has no model card."))
        elif row.card_problem is not None:
            self.line.show_text(spoken(row.card_problem))
        self.text.setVisible(bool(row.card))

    def _restyle(self) -> None:
        if self._shown is not None:
            self.text.show_finished(card_text(self._shown))
            self.text.updateGeometry()

    def _offer_link(self, url: QUrl, at: QPoint) -> None:
        link_menu(self, url).popup(at)
