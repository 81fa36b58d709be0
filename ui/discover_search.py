"""The line above the Discover list: what to search for, what to leave out and how to sort."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from app.discover.state import DiscoverView, FilterName, Filters
from runtime.language import marked, tr
from ui.discover_chips import Chip, ChoiceChip
from ui.discover_words import SIZES_BYTES, SORTS, licence_words, size_words
from ui.theme import Theme

PLACEHOLDER = marked("Search by name, or paste a link")
_FIELD_PX, _GAP_PX, _BEFORE_CHIPS_PX = 340, 8, 20


class HubSearchField(QLineEdit):
    """Return searches, Esc clears."""

    wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFont(theme.font("ui"))
        self.setFixedHeight(theme.px("control.search"))
        self.setFixedWidth(_FIELD_PX)
        self.setPlaceholderText(tr(PLACEHOLDER))
        self.setAccessibleName(tr(PLACEHOLDER))
        self.setTextMargins(24, 0, 0, 0)
        self.returnPressed.connect(lambda: self.wanted.emit(self.text().strip()))

    def sizeHint(self) -> QSize:
        return QSize(_FIELD_PX, self._theme.px("control.search"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self.wanted.emit("")
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        icon = self._theme.icon("search", 16, "text.tertiary", self.devicePixelRatioF())
        QPainter(self).drawPixmap(11, (self.height() - 16) // 2, icon)


class SearchBar(QWidget):
    """`searched` carries the text, `filtered` the filters a person turned to."""

    searched = Signal(str)
    filtered = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._filters = Filters()
        self._query: str | None = None
        self.field = HubSearchField(theme)
        self.field.wanted.connect(self.searched)
        self.moe_only = Chip(theme, tr("MoE only"))
        self.fits = Chip(theme, tr("Fits this machine"))
        self.licence = ChoiceChip(theme, tr("Licence"))
        self.size = ChoiceChip(theme, tr("Size"))
        self.sort = ChoiceChip(theme, tr("Sort"), quiet=True)
        self.moe_only.clicked.connect(lambda: self._change(moe_only=not self._filters.moe_only))
        self.fits.clicked.connect(lambda: self._change(fits=not self._filters.fits))
        self.licence.chosen.connect(lambda value: self._change(licence=value))
        self.size.chosen.connect(lambda value: self._change(largest_bytes=value))
        self.sort.chosen.connect(lambda value: self._change(sort=value))
        self._chips = QWidget()
        row = QHBoxLayout(self._chips)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP_PX)
        for chip in (self.moe_only, self.fits, self.licence, self.size):
            row.addWidget(chip)
        row.addStretch()
        row.addWidget(self.sort)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(_BEFORE_CHIPS_PX)
        self._box.addWidget(self.field)
        self._box.addWidget(self._chips, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_filters(self._filters, ())

    def show_view(self, view: DiscoverView) -> None:
        if view.query != self._query:
            self._query = view.query
            if not self.field.hasFocus():
                self.field.setText(view.query)
        self.show_filters(view.filters, view.licences)

    def show_filters(self, filters: Filters, licences: tuple[str, ...]) -> None:
        self._filters = filters
        self.moe_only.show_on(on=filters.moe_only)
        self.fits.show_on(on=filters.fits)
        known = tuple(dict.fromkeys((*licences, *((filters.licence,) if filters.licence else ()))))
        names = [
            ("", tr("any")),
            *((licence, licence_words(licence)) for licence in known if licence),
        ]
        self.licence.show_choices(names, filters.licence)
        sizes = [(size, size_words(size)) for size in SIZES_BYTES]
        self.size.show_choices(sizes, filters.largest_bytes)
        self.sort.show_choices([(sort, tr(words)) for sort, words in SORTS], filters.sort)
        self._fit()

    def turn_off(self, name: FilterName) -> None:
        """Let this filter hide nothing any more."""
        match name:
            case "moe_only":
                self._change(moe_only=False)
            case "fits":
                self._change(fits=False)
            case "licence":
                self._change(licence="")
            case "size":
                self._change(largest_bytes=0)

    def minimumSizeHint(self) -> QSize:
        return QSize(_FIELD_PX, self._box.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The chips go below the field where both have no room in one line."""
        needed = _FIELD_PX + _BEFORE_CHIPS_PX + self._chips.minimumSizeHint().width()
        side = QBoxLayout.Direction.LeftToRight
        direction = side if self.width() >= needed else QBoxLayout.Direction.TopToBottom
        if direction != self._box.direction():
            self._box.setDirection(direction)
            self._box.setSpacing(_BEFORE_CHIPS_PX if direction == side else _GAP_PX)
            self.updateGeometry()

    def _change(self, **changes: object) -> None:
        self.filtered.emit(replace(self._filters, **changes))
