"""Waiting for something that can only be looked at again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from linux.failure import PackagingError

T = TypeVar("T")
_EVERY_S = 0.25


def wait_for(
    look: Callable[[], T | None],
    what: str,
    most_s: float,
    again: Callable[[], object] | None = None,
    again_s: float = 5.0,
) -> T:
    """What `look` finds when it is no longer None or false; `again` is done now and then meanwhile.

    Raises PackagingError naming `what` after `most_s`.
    """
    until_s = time.monotonic() + most_s
    next_s = time.monotonic() + again_s
    while True:
        if found := look():
            return found
        now_s = time.monotonic()
        if now_s > until_s:
            raise PackagingError(f"Waited {most_s:.0f} s in vain for {what}.")
        if again is not None and now_s > next_s:
            again()
            next_s = now_s + again_s
        time.sleep(_EVERY_S)
