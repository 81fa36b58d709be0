"""The window's surfaces in their places, empty: what is shown until the pages are there.

Nothing here touches the `Qt` namespace. Its enums take 30 to 40 ms to make, more than half of what
the window may take beyond a bare one (docs/benchmarks.md).
"""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.settings import Settings
from ui.design_tokens import DesignTokens, PaletteName


class Shell(QWidget):
    """Rail, list, conversation and live panel; only a ground during the first run."""

    def __init__(self, tokens: DesignTokens, palette: PaletteName, settings: Settings) -> None:
        super().__init__()
        self._sizes, self._colors = tokens.sizes, tokens.palettes[palette]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        if not settings.first_run_done:
            row.addWidget(self._surface("page"), 1)
            return
        row.addWidget(self._surface("rail", "right", "rail"))
        row.addWidget(self._surface("sidebar", "right", "conversation_list"))
        row.addWidget(self._surface("window"), 1)
        if settings.live_panel_open:
            row.addWidget(self._surface("sidebar", "left", "live_panel"))

    def _surface(self, color: str, line: str = "", width: str = "") -> QFrame:
        surface = QFrame()
        sheet = f"border: 0; background: {self._colors[f'surface.{color}']};"
        if line:
            sheet += f" border-{line}: 1px solid {self._colors['line.hairline']};"
        surface.setStyleSheet(f"QFrame {{ {sheet} }}")
        if width:
            surface.setFixedWidth(round(self._sizes[f"layout.{width}"]))
        return surface
