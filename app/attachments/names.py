"""A file's name as it may be shown and sent: one short line, without folders or hidden signs."""

from __future__ import annotations

import unicodedata

LONGEST_NAME = 120
NO_NAME = "file"
# Letters of Persian, Hindi and others, and emoji, are joined or kept apart by these two.
_JOINERS = "\u200c\u200d"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def shown_name(name: str) -> str:
    """`name` without its folders, control and direction signs; shortened in the middle."""
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    seen = "".join(_seen(sign) for sign in last)
    line = " ".join(seen.split())
    if len(line) > LONGEST_NAME:
        ending = line[-LONGEST_NAME // 3 :]
        line = f"{line[: LONGEST_NAME - len(ending) - 1]}…{ending}"
    return line or NO_NAME


def _seen(sign: str) -> str:
    if sign in _JOINERS:
        return sign
    if unicodedata.category(sign) in _HIDDEN:
        return " " if sign.isspace() else ""
    return sign
