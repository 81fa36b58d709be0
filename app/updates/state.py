"""What the window shows of the look for updates."""

from __future__ import annotations

from dataclasses import dataclass

from app.updates.finding import Finding


@dataclass(frozen=True)
class UpdateView:
    """`host` is whom a look asks, "" in a build that knows nobody. `asked_at_s` is Unix time, 0
    before the first look.
    """

    host: str = ""
    is_on: bool = False
    is_offline: bool = False
    is_looking: bool = False
    asked_at_s: float = 0.0
    finding: Finding | None = None
