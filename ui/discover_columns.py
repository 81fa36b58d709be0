"""Where the columns of the Discover list stand at any width: pure sums in logical pixels."""

from __future__ import annotations

from dataclasses import dataclass

_GAP_PX, _SIDE_PX = 12, 16
_CHEVRON_PX, _LEAST_NAME_PX = 20, 230
_ROW_PX = {"parameters": 170, "experts": 140, "licence": 90, "speed": 136, "here": 190}
_LEFT_OUT_FIRST = ("experts", "licence", "parameters")

_QUANT_LEFT_PX, _NARROW_LEFT_PX = 48, 16
_QUANT_GAP_PX, _NARROW_GAP_PX = 16, 10
_SIZE_PX, _BUTTON_PX, _FITS_PX = 62, 96, 186
_BAR_PX, _LEAST_BAR_PX, _BAR_INSET_PX = 290, 84, 8
BAND_PX, _BAND_GAP_PX, DIGITS_PX = 112, 10, 104
_MOST_FITS_PX = 300


@dataclass(frozen=True)
class Span:
    """From `left`, `width` wide; nothing of it is shown at no width."""

    left: int
    width: int

    @property
    def right(self) -> int:
        return self.left + self.width


def row_spans(width: int) -> dict[str, Span]:
    """Columns of closed rows. The least telling are left out until names have room."""
    widths = dict(_ROW_PX)
    for name in _LEFT_OUT_FIRST:
        if _name_px(width, widths) >= _LEAST_NAME_PX:
            break
        del widths[name]
    spans = {"chevron": Span(_SIDE_PX, _CHEVRON_PX)}
    left = _SIDE_PX + _CHEVRON_PX + _GAP_PX
    spans["name"] = Span(left, max(0, _name_px(width, widths)))
    left = spans["name"].right + _GAP_PX
    for name, column_px in widths.items():
        spans[name] = Span(left, column_px)
        left += column_px + _GAP_PX
    return spans


def _name_px(width: int, widths: dict[str, int]) -> int:
    taken = sum(widths.values()) + _GAP_PX * (len(widths) + 1)
    return width - 2 * _SIDE_PX - _CHEVRON_PX - taken


def quant_spans(width: int, name_px: int) -> dict[str, Span]:
    """Columns of the quantisations: name, size, bar, band, digits, fits, button.

    In little room the bar gets shorter, then the band goes: its range is printed beside it.
    """
    bar, band, gap, left = _BAR_PX, BAND_PX + _BAND_GAP_PX, _QUANT_GAP_PX, _QUANT_LEFT_PX
    fixed = name_px + _SIZE_PX + DIGITS_PX + _BUTTON_PX + _FITS_PX + _SIDE_PX
    spare = width - fixed - bar - band - 5 * gap - left
    if spare < _LEAST_BAR_PX - bar:
        band, gap, left = 0, _NARROW_GAP_PX, _NARROW_LEFT_PX
        spare = width - fixed - bar - 5 * gap - left
    bar = max(_LEAST_BAR_PX, min(bar, bar + spare))
    short = fixed + bar + band + 5 * gap + left - width
    if short > 0:
        name_px -= short
        fixed -= short
    spare = max(0, width - fixed - bar - band - 5 * gap - left)
    fits = _FITS_PX + min(spare, _MOST_FITS_PX - _FITS_PX)
    bar += spare - (fits - _FITS_PX)
    parts = (
        ("name", name_px, gap),
        ("size", _SIZE_PX, gap + _BAR_INSET_PX),
        ("bar", bar - _BAR_INSET_PX, gap),
        ("band", max(0, band - _BAND_GAP_PX), _BAND_GAP_PX if band else 0),
        ("digits", DIGITS_PX, gap),
        ("fits", fits, gap),
        ("button", _BUTTON_PX, 0),
    )
    spans = {}
    for name, part_px, after in parts:
        spans[name] = Span(left, part_px)
        left += part_px + after
    return spans
