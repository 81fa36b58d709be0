"""Says which parts of code are keywords, comments and texts, with Pygments."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Literal

Kind = Literal["keyword", "comment", "literal"]
MOST_CHARACTERS = 20_000
SWITCH_S, USUAL_SWITCH_S = 0.000_2, 0.005
LONGEST_LINE = 400
_MOST_TOKENS = 20_000
# Lexers whose patterns hold for hostile text too; the rest of Pygments' five hundred stays out.
_SAME = """
    bash c cpp csharp css diff docker go html ini java javascript json kotlin lua make php
    powershell python r ruby rust sql swift toml typescript xml yaml
    """
_ALIASES = """
    c# csharp c++ cpp console bash cs csharp dockerfile docker golang go js javascript
    jsx javascript kt kotlin makefile make patch diff ps1 powershell py python python3 python
    rb ruby rs rust sh bash shell bash ts typescript tsx typescript yml yaml zsh bash
    """
_LANGUAGES = {name: name for name in _SAME.split()} | dict(
    zip(_ALIASES.split()[::2], _ALIASES.split()[1::2], strict=True)
)


@dataclass(frozen=True)
class Span:
    """Part of one line, counted from 0; `start` and `length` are UTF-16 units, as Qt counts."""

    line: int
    start: int
    length: int
    kind: Kind


def is_known(language: str, code: str) -> bool:
    """Whether there is something to say within bounds."""
    if language.lower() not in _LANGUAGES or len(code) > MOST_CHARACTERS:
        return False
    return max(map(len, code.split("\n"))) <= LONGEST_LINE


def spans(language: str, code: str) -> list[Span]:
    """Of a language that `is_known`. Meant for a thread beside the window's."""
    with _giving_way():
        # Here, since most windows never show code and Pygments takes its time to load.
        from pygments.lexers import get_lexer_by_name

        lexer = get_lexer_by_name(_LANGUAGES[language.lower()], stripnl=False, ensurenl=False)
        tokens = islice(lexer.get_tokens(code), _MOST_TOKENS)
        return list(_spans((_kind(kind), text) for kind, text in tokens))


@contextmanager
def _giving_way() -> Iterator[None]:
    """Each call from Qt waits for the interpreter: 5 ms at a time made stalls of 70 ms."""
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(min(before_s, SWITCH_S))
    try:
        yield
    finally:
        sys.setswitchinterval(max(before_s, USUAL_SWITCH_S))


def _spans(tokens: Iterator[tuple[Kind | None, str]]) -> Iterator[Span]:
    line = column = 0
    for kind, text in tokens:
        for number, part in enumerate(text.split("\n")):
            if number:
                line, column = line + 1, 0
            length = len(part.encode("utf-16-le", "replace")) // 2
            if kind is not None and part.strip():
                yield Span(line, column, length, kind)
            column += length


def _kind(token: object) -> Kind | None:
    name = str(token)
    if name.startswith("Token.Comment"):
        return "comment"
    if name.startswith("Token.Keyword") or name in ("Token.Operator.Word", "Token.Name.Tag"):
        return "keyword"
    if name.startswith(("Token.Literal", "Token.Generic.Inserted")):
        return "literal"
    return None
