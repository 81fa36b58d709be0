"""What a look was asked and what it found: plain values between the window and its child."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

# The first two were believed, the five after them were not; for the rest nothing was found.
FindingKind = Literal[
    "newer",
    "current",
    "bad_signature",
    "unreadable",
    "older",
    "expired",
    "not_yet",
    "no_answer",
    "refused",
    "moved",
    "too_large",
    "too_slow",
    "failed",
]


class Question(msgspec.Struct, frozen=True):
    """`seen_issued_at` is that of the newest manifest ever believed, None for the first."""

    address: str
    key: str
    version: str
    seen_issued_at: datetime | None = None


class Finding(msgspec.Struct, frozen=True):
    """`issued_at` and what follows are of a manifest that was believed. `status` is HTTP's, 0
    without an answer.
    """

    kind: FindingKind
    status: int = 0
    issued_at: datetime | None = None
    version: str = ""
    released: str = ""
    notes: str = ""
    page: str = ""
