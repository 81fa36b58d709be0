"""The design's scale of heat, as many colours as there are levels."""

from __future__ import annotations

import json
from functools import lru_cache

from PySide6.QtGui import QColor

from app.dashboard.expert_shares import LEVELS
from ui.design_tokens import ASSETS, PaletteName


@lru_cache(maxsize=2)
def heat_colours(name: PaletteName) -> tuple[QColor, ...]:
    """From never picked to picked most: the tokens' stops, interpolated in sRGB."""
    raw = json.loads((ASSETS / "design_tokens.json").read_bytes())
    stops = [QColor(text) for text in raw["color"][name]["heat"]]
    return tuple(_between(stops, level / (LEVELS - 1)) for level in range(LEVELS))


def _between(stops: list[QColor], share: float) -> QColor:
    place = share * (len(stops) - 1)
    index = min(int(place), len(stops) - 2)
    over = place - index
    low, high = stops[index], stops[index + 1]
    return QColor.fromRgbF(
        *(
            under + over * (upper - under)
            for under, upper in zip(low.getRgbF()[:3], high.getRgbF()[:3], strict=True)
        )
    )
