"""The sampling that a model's own file recommends (`general.sampling.…`)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from runtime.protocol.messages import Sampling

PREFIX = "general.sampling."
# key after the prefix, our field, least, most (llama-arch.cpp names the keys)
DECIMALS = (
    ("temp", "temperature", 0.0, 5.0),
    ("top_p", "top_p", 0.0, 1.0),
    ("min_p", "min_p", 0.0, 1.0),
    ("penalty_repeat", "repeat_penalty", 0.1, 5.0),
)
WHOLE = (
    ("top_k", "top_k", 0, 1_000_000),
    ("penalty_last_n", "repeat_last_n", 0, 1_000_000),
)


def recommended_sampling(metadata: Callable[[str], str]) -> Sampling | None:
    """`metadata(key)` is the file's value as text, "" for none. None when it says nothing usable.

    What it leaves out, or what is out of range, stays as it is by default.
    """
    found: dict[str, Any] = {}
    for key, field, least, most in DECIMALS:
        value = _number(metadata(PREFIX + key))
        if least <= value <= most:
            found[field] = value
    for key, field, least, most in WHOLE:
        value = _number(metadata(PREFIX + key))
        if least <= value <= most and value == int(value):
            found[field] = int(value)
    return replace(Sampling(), **found) if found else None


def _number(text: str) -> float:
    """NaN, which is in no range, for what is no number."""
    try:
        return float(text)
    except ValueError:
        return math.nan
