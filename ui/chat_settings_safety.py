"""The parts of a chat's settings on thinking, on safety, and on the model's papers."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QPoint, QUrl
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app import safety
from app.local_models import LocalModel
from app.session_state import SessionState
from runtime.language import marked, tr
from runtime.protocol.messages import ReasoningSupport
from ui import chat_settings_notes as words
from ui.chat_settings_section import Change, Section
from ui.controls import Button
from ui.discover_links import link_menu
from ui.labels import Label, Paragraph
from ui.segments import Segments
from ui.select import Select
from ui.settings_switch import Switch
from ui.theme import Theme

PAGE = marked("The model's page")


class ReasoningSection(Section):
    """Hidden for a model that does not think first."""

    def __init__(self, theme: Theme, change: Change) -> None:
        super().__init__(theme, words.thinking(), change)
        self._support: ReasoningSupport = "none"
        self.kinds: dict[ReasoningSupport, Segments] = {}
        for support in ("switch", "effort"):
            segments = Segments(theme, words.thinking(), words.reasoning_choices(support))
            segments.chosen.connect(self._choose)
            self.column.addWidget(segments)
            segments.hide()
            self.kinds[support] = segments
        self.line = Paragraph(theme, "", "small", "secondary")
        self.column.addSpacing(8)
        self.column.addWidget(self.line)

    def show_state(self, state: SessionState) -> None:
        super().show_state(state)
        facts = state.engine.facts
        self._support = facts.reasoning if facts is not None else "none"
        self.setVisible(self._support != "none")
        self.line.show_text(words.reasoning_line(self._support))
        for support, segments in self.kinds.items():
            segments.setVisible(support == self._support)
            segments.show_value(words.reasoning_value(self.settings.reasoning, support))

    def _choose(self, value: str) -> None:
        self.change(words.with_reasoning(self.settings, self._support, value))


class SafetySection(Section):
    def __init__(self, theme: Theme, change: Change) -> None:
        super().__init__(theme, tr("Safety"), change)
        self._guards: tuple[LocalModel, ...] = ()
        self.switch = Switch(theme, tr("Safety preset"))
        self.switch.turned.connect(lambda on: self.change(replace(self.settings, safety=on)))
        row = QHBoxLayout()
        row.addWidget(Label(theme, tr("Safety preset"), weight=500), 1)
        row.addWidget(self.switch)
        self.column.addLayout(row)
        self.column.addSpacing(2)
        self.column.addWidget(Paragraph(theme, tr(safety.RULES_LINE), "small", "secondary"))
        self.guard_part = QWidget()
        guard = QVBoxLayout(self.guard_part)
        guard.setContentsMargins(0, 14, 0, 0)
        guard.setSpacing(6)
        guard.addWidget(Label(theme, tr("Guard model"), weight=500))
        self.guard = Select(theme, tr("Guard model"))
        self.guard.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.guard.activated.connect(self._choose_guard)
        guard.addWidget(self.guard)
        guard.addWidget(Paragraph(theme, tr(safety.GUARD_LINE), "small", "secondary"))
        self.column.addWidget(self.guard_part)

    def show_state(self, state: SessionState) -> None:
        super().show_state(state)
        self.switch.setChecked(self.settings.safety)
        self._show_guards(safety.guard_models(state.models))

    def _show_guards(self, guards: tuple[LocalModel, ...]) -> None:
        if guards != self._guards or not self.guard.count():
            self._guards = guards
            self.guard.clear()
            self.guard.addItems([words.no_guard(), *(model.name for model in guards)])
        ids = ["", *(model.id for model in guards)]
        chosen = self.settings.guard_model_id
        self.guard.setCurrentIndex(ids.index(chosen) if chosen in ids else 0)
        self.guard_part.setVisible(bool(guards))

    def _choose_guard(self, place: int) -> None:
        model_id = self._guards[place - 1].id if place else ""
        self.change(replace(self.settings, guard_model_id=model_id))


class PapersSection(Section):
    """The model's licence, and the page that tells of its data."""

    def __init__(self, theme: Theme, change: Change) -> None:
        super().__init__(theme, tr("The model's papers"), change)
        self.licence = Paragraph(theme, "", tone="primary")
        self.data = Paragraph(theme, "", "small", "secondary")
        self.address = Label(theme, "", "small", "tertiary", elided=True)
        self.page = Button(theme, tr(PAGE), extent="compact")
        self.page.clicked.connect(lambda _=False: self._offer_page())
        self.column.addWidget(self.licence)
        self.column.addSpacing(4)
        self.column.addWidget(self.data)
        self.column.addSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.page)
        row.addWidget(self.address, 1)
        self.column.addLayout(row)

    def show_state(self, state: SessionState) -> None:
        super().show_state(state)
        model = state.model
        self.setVisible(model is not None)
        if model is None:
            return
        self.licence.show_text(words.licence_line(model))
        address = words.model_page(model, state.settings.hub_endpoint)
        self.data.show_text(tr(words.DATA_LINE if address else words.NO_PAGE_LINE))
        self.address.show_text(address)
        for widget in (self.page, self.address):
            widget.setVisible(bool(address))

    def _offer_page(self) -> None:
        menu = link_menu(self.page, QUrl(self.address.full_text()))
        menu.popup(self.page.mapToGlobal(QPoint(0, self.page.height())))
