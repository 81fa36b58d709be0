"""The article's month on this machine, in numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app import number_text
from app.dashboard.ledger import DAYS_A_YEAR, WriteOff

JOULES_PER_KWH = 3.6e6
MONTH_S = 30 * number_text.DAY_S


@dataclass(frozen=True)
class MonthHere:
    """`requests` one after the other. `power_w` is None where it was never measured; `machines` is
    how many must work side by side to be done in a month.
    """

    seconds_per_request: float
    requests: int
    power_w: float | None = None

    @property
    def total_s(self) -> float:
        return self.seconds_per_request * self.requests

    @property
    def machines(self) -> int:
        return max(1, math.ceil(self.total_s / MONTH_S))

    @property
    def kwh(self) -> float | None:
        return None if self.power_w is None else self.power_w * self.total_s / JOULES_PER_KWH

    def written_off_usd(self, off: WriteOff) -> float:
        """What of these machines' price falls on one month."""
        return self.machines * off.usd_per_day * DAYS_A_YEAR / 12
