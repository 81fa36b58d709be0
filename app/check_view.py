"""One thing found out about this machine or set-up, in the words the first-run page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CheckStatus = Literal["ok", "problem", "info"]


@dataclass(frozen=True)
class CheckView:
    """`name` is what was looked at ("Processor"), in English: it goes through `tr` where it is
    shown. `detail` is what was found, in the person's language as `advice` is.

    `advice` says what to do about it; empty when nothing needs doing. In `detail`, the part after
    the first line break is shown smaller.
    """

    name: str
    status: CheckStatus
    detail: str
    advice: str = ""
