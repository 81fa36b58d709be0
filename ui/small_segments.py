"""The choice of a few at the size that stands in the heading of a card."""

from __future__ import annotations

from collections.abc import Sequence

from ui.segments import Segments
from ui.theme import Theme

_HEIGHT_PX, _INNER_PX, _RADIUS_PX = 24, 20, 4


class SmallSegments(Segments):
    def __init__(self, theme: Theme, name: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(theme, name, choices)
        self.setFixedHeight(_HEIGHT_PX)
        for segment in self.segments.values():
            segment.setFont(theme.font("caption", 500))
            segment.setFixedHeight(_INNER_PX)
            segment.ring_radius = _RADIUS_PX
