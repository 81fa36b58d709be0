"""The look every view draws with: the palette in force, fonts and icons, switched live."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.settings import Theme as ThemeChoice
from ui.design_tokens import ASSETS, DesignTokens, PaletteName, read_design_tokens

ICON_GRID = 24
ICON_STROKE_PX = 1.5
# The two dots of the mark that take the accent, as drawn in assets/coterie.svg.
LOGO_INK, LOGO_ACCENT = "#1F2124", "#C47F20"


class Theme(QObject):
    """`changed` is emitted when another palette comes into force; draw again then."""

    changed = Signal()

    def __init__(
        self,
        choice: ThemeChoice = "system",
        tokens: DesignTokens | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tokens = tokens or read_design_tokens()
        self._choice: ThemeChoice = choice
        self._colors: dict[str, QColor] = {}
        self._fonts: dict[tuple[str, int | None, bool], QFont] = {}
        self._pixmaps: dict[tuple[str, float, str, float], QPixmap] = {}
        self._name: PaletteName = "light"
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self._follow()

    @property
    def name(self) -> PaletteName:
        return self._name

    def choose(self, choice: ThemeChoice) -> None:
        if choice != self._choice:
            self._choice = choice
            self._follow()

    def color(self, name: str) -> QColor:
        """The colour of this dotted name in the palette in force."""
        color = self._colors.get(name)
        if color is None:
            color = self._colors[name] = QColor(self.hex(name))
        return color

    def hex(self, name: str) -> str:
        return self._tokens.palettes[self._name][name]

    def px(self, name: str) -> int:
        """A size in logical pixels: "layout.rail", "radius.card"."""
        return round(self._tokens.sizes[name])

    def line(self, role: str) -> int:
        return self._tokens.type_roles[role].line

    def font(self, role: str, weight: int | None = None, *, tabular: bool = False) -> QFont:
        """The font of a type role; `weight` replaces the role's own.

        Figures, and text that is asked for as `tabular`, have digits of one width. Not all text:
        Inter's tabular hyphen is as wide as a digit and pulls names apart.
        """
        tabular = tabular or role.startswith("figure")
        key = (role, weight, tabular)
        font = self._fonts.get(key)
        if font is None:
            font = self._fonts[key] = self._new_font(role, weight, tabular=tabular)
        return font

    def icon(self, name: str, size: int, color: str, ratio: float) -> QPixmap:
        """An icon `size` logical pixels square in the colour of this name, sharp at `ratio`."""
        key = (name, size, self.hex(color), ratio)
        pixmap = self._pixmaps.get(key)
        if pixmap is None:
            svg = (ASSETS / "icons" / f"{name}.svg").read_text(encoding="utf-8")
            stroke = ICON_STROKE_PX * ICON_GRID / size
            svg = svg.replace("currentColor", self.hex(color))
            svg = svg.replace('stroke-width="2"', f'stroke-width="{stroke:.3f}"')
            pixmap = self._pixmaps[key] = _render(svg, size, ratio)
        return pixmap

    def logo(self, size: int, ratio: float) -> QPixmap:
        key = ("logo", size, self._name, ratio)
        pixmap = self._pixmaps.get(key)
        if pixmap is None:
            svg = (ASSETS / "coterie.svg").read_text(encoding="utf-8")
            svg = svg.replace(LOGO_ACCENT, self.hex("data_class.routed_experts"))
            svg = svg.replace(LOGO_INK, self.hex("action.ink"))
            pixmap = self._pixmaps[key] = _render(svg, size, ratio)
        return pixmap

    def _new_font(self, role: str, weight: int | None, *, tabular: bool) -> QFont:
        wanted = self._tokens.type_roles[role]
        font = QFont()
        font.setFamilies(list(wanted.families))
        if wanted.size == int(wanted.size):
            font.setPixelSize(int(wanted.size))
        else:
            # Qt has whole pixel sizes only; points at 96 dpi reach the halves.
            font.setPointSizeF(wanted.size * 72 / 96)
        font.setWeight(QFont.Weight(weight or wanted.weight))
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        if wanted.tracking_px:
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, wanted.tracking_px)
        if role == "code":
            font.setFeature(QFont.Tag("calt"), 0)
            font.setStyleHint(QFont.StyleHint.Monospace)
        else:
            if tabular:
                font.setFeature(QFont.Tag("tnum"), 1)
            font.setStyleHint(QFont.StyleHint.SansSerif)
        return font

    def _follow(self) -> None:
        if self._choice == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        else:
            dark = self._choice == "dark"
        name: PaletteName = "dark" if dark else "light"
        if name != self._name:
            self._name = name
            self._colors.clear()
            self._pixmaps.clear()
            self.changed.emit()


def load_fonts(folder: Path = ASSETS / "fonts") -> None:
    """Make the bundled families known to Qt. Needs the application object."""
    for path in sorted(folder.glob("*/*.ttf")):
        QFontDatabase.addApplicationFont(str(path))


def _render(svg: str, size: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg.encode())).render(
        painter, QRectF(0, 0, pixmap.width(), pixmap.height())
    )
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap
