"""Which columns the table of models has room for, and where each stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

from runtime.language import marked

GAP_PX, LEFT_PX, RIGHT_PX = 12, 20, 14
PLAN_LEAD_PX = 10
NAME_LEAST_PX = 232
PLAN_PX, BUTTON_PX, MORE_PX = 34, 84, 28


@dataclass(frozen=True)
class Column:
    """`heading` goes through `tr` where it is shown.

    `is_number` stands at the right of its place; `lead_px` is more room before it.
    """

    key: str
    heading: str
    width_px: int
    is_number: bool = False
    lead_px: int = 0

    @property
    def taken_px(self) -> int:
        """With the room before it."""
        return GAP_PX + self.lead_px + self.width_px


COLUMNS = (
    Column("parameters", marked("Parameters (used per token)"), 150),
    Column("experts", marked("Experts"), 108),
    Column("quantisation", marked("Quantisation"), 78),
    Column("size", marked("Size"), 76, is_number=True),
    Column("context", marked("Context"), 52, is_number=True),
    Column("measured", marked("Measured here"), 84, is_number=True),
    Column("last_used", marked("Last used"), 82, lead_px=8),
)
MOST_TELLING_FIRST = (
    "size",
    "measured",
    "parameters",
    "quantisation",
    "last_used",
    "experts",
    "context",
)


@dataclass(frozen=True)
class Place:
    """A column and the span it has, in pixels from the row's left edge."""

    column: Column
    x_px: int
    width_px: int


@dataclass(frozen=True)
class Placing:
    """Where all parts of a row stand. `plan_px` and `more_px` are None where there is none."""

    name_px: int
    cells: tuple[Place, ...]
    plan_px: int | None
    button_px: int
    more_px: int | None

    def before_wider_button(self, by_px: int) -> Placing:
        """With `by_px` more room left of the button, taken from the name."""
        if by_px <= 0:
            return self
        return replace(
            self,
            name_px=self.name_px - by_px,
            cells=tuple(replace(cell, x_px=cell.x_px - by_px) for cell in self.cells),
            plan_px=None if self.plan_px is None else self.plan_px - by_px,
        )


def placing(width_px: int, *, has_plan: bool, has_more: bool) -> Placing:
    """As many columns as leave the names their room."""
    at = width_px - RIGHT_PX
    more = plan = None
    if has_more:
        more = at = at - MORE_PX
        at -= GAP_PX // 2
    button = at = at - BUTTON_PX
    if has_plan:
        plan = at = at - GAP_PX - PLAN_PX
        at -= PLAN_LEAD_PX
    at -= GAP_PX
    columns = _fitting(at - LEFT_PX - NAME_LEAST_PX)
    places = []
    for column in reversed(columns):
        at -= column.width_px
        places.append(Place(column, at, column.width_px))
        at -= GAP_PX + column.lead_px
    return Placing(at - LEFT_PX, tuple(reversed(places)), plan, button, more)


def _fitting(room_px: int) -> tuple[Column, ...]:
    """The size always; of the others what has room, the most telling first."""
    by_key = {column.key: column for column in COLUMNS}
    chosen: set[str] = set()
    for key in MOST_TELLING_FIRST:
        taken_px = by_key[key].taken_px
        if not chosen or taken_px <= room_px:
            chosen.add(key)
            room_px -= taken_px
    return tuple(column for column in COLUMNS if column.key in chosen)
