# ruff: noqa: RUF001 - letters that look like others are what this is about.
"""Formulas in LaTeX as text that can be read: what has a character of its own gets it."""

from __future__ import annotations

import re

from ui.math_symbols import (
    ACCENTS,
    ALPHABETS,
    FRACTIONS,
    FUNCTIONS,
    SILENT,
    SPACES,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    SYMBOLS,
    TEXT,
)

_DEEPEST = 24
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}^_&~]|\s+|[^\\{}^_&~\s]", re.DOTALL)
_RELATIONS = frozenset("=<>≤≥≪≫≠≡≈∼≃≅∝∈∉⊂⊃⊆⊇→←↔⇒⇐⇔⟹⟸⟺↦⟶")
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}


def math_text(latex: str) -> str:
    """Line breaks (`\\\\`) become new lines; what is not known stands as its bare name."""
    text = _Reader(latex).read_all()
    lines = [re.sub(" {2,}", " ", line).strip() for line in text.split("\n")]
    return "\n".join(line for line in lines if line)


class _Reader:
    def __init__(self, latex: str) -> None:
        self._tokens: list[str] = _TOKEN.findall(latex)
        self._at = 0
        self._depth = 0

    def read_all(self) -> str:
        parts = []
        while self._at < len(self._tokens):
            if self._tokens[self._at] == "}":
                self._at += 1  # It closes nothing.
            else:
                parts.append(self._sequence())
        return "".join(parts)

    def _sequence(self) -> str:
        """Up to a closing brace or the end."""
        parts: list[str] = []
        while self._at < len(self._tokens) and self._tokens[self._at] != "}":
            parts.append(self._piece())
        return "".join(parts)

    def _piece(self) -> str:
        mark = self._tokens[self._at]
        self._at += 1
        if mark == "{":
            return self._group()
        if mark in "^_":
            return self._script(above=mark == "^")
        if mark.startswith("\\"):
            return self._command(mark[1:].removesuffix("*"))
        if mark in "&~" or mark.isspace():
            return " "
        if mark == "'":
            return "′"
        if mark == "-":
            return "−"
        return f" {mark} " if mark in _RELATIONS else mark

    def _group(self) -> str:
        """What stands in braces whose opening one was read."""
        self._depth += 1
        if self._depth > _DEEPEST:
            self._depth -= 1
            return ""
        text = self._sequence()
        self._depth -= 1
        if self._at < len(self._tokens):
            self._at += 1
        return text

    def _argument(self) -> str:
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1
        if self._at >= len(self._tokens) or self._tokens[self._at] == "}":
            return ""
        self._depth += 1
        text = "" if self._depth > _DEEPEST else self._piece().strip(" ")
        self._depth -= 1
        return text

    def _raw_argument(self) -> str:
        """The letters of a group as they stand, for text and the names of environments."""
        if self._at >= len(self._tokens) or self._tokens[self._at] != "{":
            return self._argument()
        depth, parts = 0, []
        while self._at < len(self._tokens):
            mark = self._tokens[self._at]
            self._at += 1
            depth += (mark == "{") - (mark == "}")
            if depth == 0:
                break
            parts.append(mark)
        inner = "".join(parts[1:])
        return _Reader(inner).read_all() if "\\" in inner else inner.replace("~", " ")

    def _bracket(self) -> str:
        """An optional argument."""
        if self._at >= len(self._tokens) or self._tokens[self._at] != "[":
            return ""
        self._at += 1
        parts: list[str] = []
        while self._at < len(self._tokens) and self._tokens[self._at] not in ("]", "}"):
            parts.append(self._piece())
        if self._at < len(self._tokens) and self._tokens[self._at] == "]":
            self._at += 1
        return "".join(parts).strip()

    def _script(self, *, above: bool) -> str:
        body = self._argument().replace("−", "-").replace(" ", "")
        table, sign = (SUPERSCRIPTS, "^") if above else (SUBSCRIPTS, "_")
        if not body:
            return ""
        if body == "∘":
            return "°"
        if not above and len(body) > 2 and body.isascii() and body.isalpha():
            return f"_{body}"  # fonts draw small letters unevenly: a word of them can't be read
        if all(ord(letter) in table for letter in body):
            return body.translate(table)
        body = body.replace("-", "−")
        return sign + (body if len(body) == 1 else f"({body})")

    def _command(self, name: str) -> str:
        if name in SYMBOLS:
            symbol = SYMBOLS[name]
            return f" {symbol} " if symbol in _RELATIONS else symbol
        if name in SPACES:
            return SPACES[name]
        if name in ("\\", "newline", "cr"):
            self._bracket()
            return "\n"
        if name in FUNCTIONS:
            return f" {name}" + self._gap_after_name()
        if name in SILENT:
            return self._delimiter(name)
        return self._command_with_arguments(name)

    def _gap_after_name(self) -> str:
        following = self._tokens[self._at] if self._at < len(self._tokens) else ""
        return "" if following in ("(", "{", "^", "_", "\\left", "\\left(", "[") else " "

    def _delimiter(self, name: str) -> str:
        """`\\left.` draws nothing."""
        if name in ("left", "right") and self._tokens[self._at : self._at + 1] == ["."]:
            self._at += 1
        return ""

    def _command_with_arguments(self, name: str) -> str:
        if name in ("frac", "dfrac", "tfrac", "cfrac"):
            return _fraction(self._argument(), self._argument())
        if name in ("binom", "dbinom", "tbinom"):
            return f"C({self._argument()}, {self._argument()})"
        if name == "sqrt":
            return _root(self._bracket(), self._argument())
        if name in ALPHABETS:
            return self._argument().translate(ALPHABETS[name])
        if name in TEXT:
            return self._raw_argument()
        if name in ACCENTS:
            body = self._argument()
            return "".join(letter + ACCENTS[name] for letter in body) if len(body) < 9 else body
        return self._rare_command(name)

    def _rare_command(self, name: str) -> str:
        if name in ("begin", "end"):
            return self._environment(name)
        if name == "not":
            return self._argument() + "\u0338"
        if name in ("tag", "label", "color"):
            label = self._raw_argument()
            return f"  ({label})" if name == "tag" else ""
        if name in ("overset", "stackrel", "underset"):
            beside, base = self._argument(), self._argument()
            return f"{base}^({beside})" if name != "underset" else f"{base}_({beside})"
        return name  # "\\{", "\\%", "\\$" and what nobody knows

    def _environment(self, name: str) -> str:
        """Begins and ends lines of its own."""
        if self._raw_argument() in ("array", "tabular") and name == "begin":
            self._raw_argument()
        return "\n"


def _fraction(above: str, below: str) -> str:
    if (above, below) in FRACTIONS:
        return FRACTIONS[above, below]
    return f"{_bound(above)}/{_bound(below)}"


def _bound(text: str) -> str:
    """In brackets unless it is one thing."""
    return text if re.fullmatch(r"[\w.′°₀-₉⁰¹²³⁴-⁹ᵢⱼₙ]*|\([^()]*\)", text) else f"({text})"


def _root(degree: str, body: str) -> str:
    sign = _ROOTS.get(degree) or degree.translate(SUPERSCRIPTS) + "√"
    return sign + (body if re.fullmatch(r"\w*", body) else f"({body})")
