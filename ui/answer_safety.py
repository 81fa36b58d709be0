"""What is done to a model's text before it is parsed: nothing hidden, nothing without end."""

from __future__ import annotations

import re

# Drawn up to here; copying takes all.
MOST_DRAWN = 100_000
_DEEPEST = 12
_MOST_MARKS = 500
_MOST_BARS = 1_600
_MOST_FORMULAS = 200
_MOST_ADDRESSES = 100
_MOST_EMPHASIS_RUN = 40
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Halves of characters, control characters, and those by which Qt marks frames, lines and objects.
_BROKEN = re.compile(
    "[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f\u0085\u2028\u2029\ufdd0\ufdd1\ufffc\ufffe\uffff]"
)
_HIDDEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_DEEP_QUOTE = re.compile(rf"^(?:[ \t]*>){{{_DEEPEST},}}", re.MULTILINE)
_MARKER = r"(?:[-*+]|\d{1,9}[.)])[ \t]"
_DEEP_LIST = re.compile(
    rf"^[ \t]*(?:{_MARKER}+){{{_DEEPEST},}}|^[ \t]{{48,}}{_MARKER}", re.MULTILINE
)
_LONG_RUN = re.compile(rf"([*_~`\[(])\1{{{_MOST_EMPHASIS_RUN},}}")
_LONG_WORD = re.compile(r"\S{600}")
_MARK = re.compile(r"[*_~`\[\]]")


def harmless(text: str) -> str:
    """`text` as it may be drawn: overrides of direction named, broken characters replaced."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _BROKEN.sub("\ufffd", text)
    return _OVERRIDES.sub(lambda found: _named(found[0]), text)


def revealed(address: str) -> str:
    """An address in which nothing is invisible and nothing turns the direction."""
    return _HIDDEN.sub(lambda found: _named(found[0]), harmless(address))


def is_monstrous(markdown: str) -> bool:
    """Whether parsing and laying this out would take long: it is then shown as it was written."""
    return bool(
        _DEEP_QUOTE.search(markdown)
        or _DEEP_LIST.search(markdown)
        or _LONG_RUN.search(markdown)
        or _LONG_WORD.search(markdown)
        or markdown.count("|") > _MOST_BARS
        or markdown.count("\\(") + markdown.count("\\[") > _MOST_FORMULAS
        or markdown.count("@") + markdown.count("://") > _MOST_ADDRESSES
        or len(_MARK.findall(markdown)) > _MOST_MARKS
    )


def _named(character: str) -> str:
    return f"\u2039U+{ord(character):04X}\u203a"
