"""Labels beside dots: each where it covers neither a dot nor another label, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

_DOT_PX = 4.5


@dataclass(frozen=True)
class Placed:
    text: str
    box: QRectF


def place(
    wanted: Sequence[tuple[QPointF, str, float]],
    dots: Sequence[QPointF],
    room: QRectF,
    beside_px: float,
    height_px: float,
    lines: Sequence[float] = (),
) -> tuple[Placed, ...]:
    """`wanted` are a dot, its text and how wide that is; `lines` are upright and not to be
    crossed. Right is tried first, then left, below and above.
    """
    placed: list[Placed] = []
    for dot, text, width in wanted:
        for box in _places(dot, width, beside_px, height_px):
            free = not any(_touches(box, other) for other in dots if other != dot)
            apart = not any(box.intersects(label.box) for label in placed)
            uncut = not any(box.left() - 2 < x < box.right() + 2 for x in lines)
            if room.contains(box) and free and apart and uncut:
                placed.append(Placed(text, box))
                break
    return tuple(placed)


def _places(dot: QPointF, width: float, beside: float, height: float) -> Iterator[QRectF]:
    x, y = dot.x(), dot.y()
    for top in (y - height / 2, y + 1, y - height - 1):
        yield QRectF(x + beside, top, width, height)
        yield QRectF(x - beside - width, top, width, height)
    for left in (x - width / 2, x - 4, x + 4 - width):
        yield QRectF(left, y + beside - 2, width, height)
        yield QRectF(left, y - beside - height + 2, width, height)


def _touches(box: QRectF, dot: QPointF) -> bool:
    return box.adjusted(-_DOT_PX, -_DOT_PX, _DOT_PX, _DOT_PX).contains(dot)
