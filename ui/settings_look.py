"""The card about looks: the theme and the language."""

from __future__ import annotations

from collections.abc import Callable

from app.settings import Settings
from runtime.language import LANGUAGES, marked, tr
from ui.page_frame import Card, hairline
from ui.segments import Segments
from ui.select import Select
from ui.settings_rows import ChoiceRow, with_rows
from ui.theme import Theme

THEMES = (("system", marked("System")), ("light", marked("Light")), ("dark", marked("Dark")))
_LANGUAGE_PX = 200


class LookCard(Card):
    """`change` takes changed fields of the settings."""

    def __init__(self, theme: Theme, change: Callable[..., None]) -> None:
        super().__init__(theme, tr("Look"))
        choices = tuple((value, tr(name)) for value, name in THEMES)
        self.theme_choice = Segments(theme, tr("Theme"), choices)
        self.theme_choice.chosen.connect(lambda value: change(theme=value))
        self.language = Select(theme, tr("Language"))
        self.language.addItem(tr("As your desktop"), "")
        for code, name in LANGUAGES.items():
            self.language.addItem(name, code)
        self.language.setFixedWidth(_LANGUAGE_PX)
        self.language.activated.connect(
            lambda index: change(language=self.language.itemData(index))
        )
        line = tr("System follows your desktop.")
        self.content.addWidget(ChoiceRow(theme, tr("Theme"), line, self.theme_choice))
        self.content.addWidget(hairline())
        line = tr("Used from the next start of Coterie on. The command line speaks English.")
        self.content.addWidget(ChoiceRow(theme, tr("Language"), line, self.language))
        with_rows(self)

    def show_settings(self, settings: Settings) -> None:
        self.theme_choice.show_value(settings.theme)
        # One that this version does not speak is the desktop's, as it is when it starts.
        self.language.setCurrentIndex(max(0, self.language.findData(settings.language)))
