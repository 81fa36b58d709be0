"""Sizes as people write them on a command line: 80GiB, 24 GB, 512MiB, 1000."""

from __future__ import annotations

import argparse
import re
from decimal import Decimal

# A lone letter is read as the smaller, decimal unit, so that nothing is planned that isn't there.
_UNITS = {
    "": 1,
    "b": 1,
    **{f"{letter}{end}": 1000**n for n, letter in enumerate("kmgt", 1) for end in ("", "b")},
    **{f"{letter}ib": 1024**n for n, letter in enumerate("kmgt", 1)},
}
_SIZE = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([a-z]{0,3})\s*", re.IGNORECASE | re.ASCII)


class NotASize(argparse.ArgumentTypeError, ValueError):
    """The text is no size; argparse shows this error's own words."""


def parse_size(text: str) -> int:
    """The bytes of a size: KB, MB, GB, TB are decimal, KiB, MiB, GiB, TiB binary.

    Raises NotASize.
    """
    match = _SIZE.fullmatch(text)
    unit = _UNITS.get(match[2].lower()) if match else None
    if match is None or unit is None:
        raise NotASize(f'"{text}" is not a size such as 80GiB, 24GB or a number of bytes')
    return int(Decimal(match[1]) * unit)
