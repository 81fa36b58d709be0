"""Short lines for the log file, on standard error. Never an address with its query, nor a token."""

from __future__ import annotations

import sys
import time


def log(text: str) -> None:
    stamp = time.strftime("%H:%M:%S")
    print(f"{stamp} {text[:500]}", file=sys.stderr, flush=True)
