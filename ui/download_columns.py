"""Where the columns of the downloads dock stand at any width: pure sums in logical pixels."""

from __future__ import annotations

from ui.discover_columns import Span
from ui.scroll_bar import SCROLL_BAR_PX

# The scroll bar keeps its place at the right of the dock.
_SIDE_PX, _RIGHT_PX, _GAP_PX, _NARROW_GAP_PX = 32, 32 - SCROLL_BAR_PX, 20, 12
_NAME_PX, _LEAST_NAME_PX, _LEAST_BAR_PX = 250, 150, 60
_AMOUNT_PX, _STATE_PX, _DETAIL_PX, _BUTTONS_PX = 150, 100, 130, 64
_NARROW_AMOUNT_PX, _NARROW_STATE_PX, _NARROW_DETAIL_PX = 112, 88, 118


def dock_spans(width: int) -> dict[str, Span]:
    """Name, bar, amount, state, detail and buttons; the bar takes what is left."""
    gap, name = _GAP_PX, _NAME_PX
    amount, state, detail = _AMOUNT_PX, _STATE_PX, _DETAIL_PX
    bar = _bar_px(width, name, amount + state + detail, gap)
    if bar < 2 * _LEAST_BAR_PX:
        gap = _NARROW_GAP_PX
        amount, state, detail = _NARROW_AMOUNT_PX, _NARROW_STATE_PX, _NARROW_DETAIL_PX
        bar = _bar_px(width, name, amount + state + detail, gap)
    if bar < _LEAST_BAR_PX:
        name = max(_LEAST_NAME_PX, name - (_LEAST_BAR_PX - bar))
        bar = max(0, _bar_px(width, name, amount + state + detail, gap))
    left, spans = _SIDE_PX, {}
    parts = (
        ("name", name),
        ("bar", bar),
        ("amount", amount),
        ("state", state),
        ("detail", detail),
        ("buttons", _BUTTONS_PX),
    )
    for part, part_px in parts:
        spans[part] = Span(left, part_px)
        left += part_px + gap
    return spans


def _bar_px(width: int, name: int, texts: int, gap: int) -> int:
    return width - _SIDE_PX - _RIGHT_PX - name - texts - _BUTTONS_PX - 5 * gap
