"""Puts readable text in the place of formulas in Markdown; code and money are left alone."""

from __future__ import annotations

import re

from ui.math_text import math_text

_SPANS = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`)[^\n]*?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<fence>^[ \t]*(?:```|~~~)[^\n]*$)"
    r"|(?P<escaped>\\\$)"
    r"|\$\$(?P<display>[^$]{1,2000}?)\$\$"
    r"|\\\[(?P<bracket>(?:(?!\\\]).){1,2000}?)\\\]"
    r"|\\\((?P<inline>(?:(?!\\\)).){1,2000}?)\\\)"
    r"|(?<![\w$\\])\$(?P<dollar>(?![\s$])[^$\n]{0,499}?(?<![\s\\]))\$(?![\d$])",
    re.DOTALL | re.MULTILINE,
)
_SPECIAL = re.compile(r"([\\`*_\[\]<>~|#!&])")
_MONEY = re.compile(r"\d[\d.,]*(?:\s*[-\u2013/]\s*|\s+\w[\w\s]*)?")
_STARTS_BLOCK = re.compile(r"^(\d+)([.)])|^([-+>=])")


def readable_math(markdown: str) -> str:
    """`markdown` with its formulas as text that Markdown takes literally."""
    if "$" not in markdown and "\\(" not in markdown and "\\[" not in markdown:
        return markdown
    parts, at, in_fence = [], 0, False
    for found in _SPANS.finditer(markdown):
        parts.append(markdown[at : found.start()])
        at = found.end()
        if found["fence"] is not None:
            in_fence = not in_fence
        parts.append(found[0] if in_fence else _replacement(found, markdown))
    parts.append(markdown[at:])
    return "".join(parts)


def _replacement(found: re.Match[str], markdown: str) -> str:
    if found["code"] is not None or found["fence"] is not None or found["escaped"] is not None:
        return found[0]
    shown = found["display"] if found["display"] is not None else found["bracket"]
    if shown is not None:
        return _display(shown, markdown, found.start())
    inline = found["inline"] if found["inline"] is not None else found["dollar"]
    if found["dollar"] is not None and _MONEY.fullmatch(inline):
        return found[0]
    return _escaped(math_text(inline).replace("\n", " "))


def _display(latex: str, markdown: str, start: int) -> str:
    """Lines of its own, inside of whatever list or quotation it stands in."""
    lines = [_escaped(line) for line in math_text(latex).split("\n") if line]
    line_start = markdown.rfind("\n", 0, start) + 1
    before = markdown[line_start:start]
    if before.strip(" \t>"):
        return " ".join(lines)
    return f"\\\n{before}".join(lines)


def _escaped(text: str) -> str:
    text = _SPECIAL.sub(r"\\\1", text)
    return _STARTS_BLOCK.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", text)
