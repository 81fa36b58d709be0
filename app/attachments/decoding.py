"""Bytes as text, or the word that they are none; nothing is guessed that could be wrong unseen."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # The mark of UTF-32 begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LEGACY, LEGACY_NAME = "cp1252", "Windows-1252"
# Tab, line ends, form feed, and the escape, bell and backspace of terminal logs are text.
_CONTROLS = re.compile(r"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_HEAD_BYTES = 8192
_MOST_CONTROLS = 0.01
# German and French texts have 2 to 6 % of their letters above ASCII; more is another alphabet.
_MOST_LEGACY = 0.15


@dataclass(frozen=True)
class Decoded:
    """`guessed` names an encoding that the bytes allow but don't prove, "" where they do."""

    text: str
    guessed: str = ""


def decoded(data: bytes) -> Decoded | None:
    """The text with plain line ends and no NULs; None for what is not text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _proven(data[len(mark) :], encoding)
    if b"\0" in data[:_HEAD_BYTES]:
        return None
    return _proven(data, "utf-8") or _legacy(data)


def plain(text: str) -> str:
    """Line ends as \\n, without NULs and halves of surrogate pairs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "replace").decode("utf-8")


def _proven(data: bytes, encoding: str) -> Decoded | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return Decoded(plain(text)) if len(_CONTROLS.findall(text)) <= _allowed(text) else None


def _legacy(data: bytes) -> Decoded | None:
    try:
        text = data.decode(LEGACY)
    except UnicodeDecodeError:
        return None
    foreign = sum(sign > "\x7f" for sign in text)
    if _CONTROLS.search(text) or foreign > _MOST_LEGACY * len(text):
        return None
    return Decoded(plain(text), LEGACY_NAME)


def _allowed(text: str) -> float:
    return _MOST_CONTROLS * len(text)
