"""What is searched for: its words, the queries they make, and where a text has them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

MOST_WORDS = 16
LONGEST_WORD = 64
# Texts are looked at anyway; more would only narrow them down.
MOST_PIECES = 64
SNIPPET_CHARS = 160
# What is found only further on is not shown where it is, only that it is.
LONGEST_TEXT = 100_000
FOUND, FOUND_END = "\x02", "\x03"
_BEFORE_CHARS = 40
_MORE = "…"
# Han, kana and hangul are written without spaces: words are looked for inside of words.
_UNSPACED = re.compile(
    "[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003fffd]"
)
_MARKS = "[\u0300-\u036f]"


class _Folding(dict[int, str]):
    """Each character without its accents and in lower case, still as one character.

    From U+2000 on, what Unicode takes apart is more than letters with accents: hangul, kana.
    """

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        base = unicodedata.normalize("NFD", letter)[0] if code < 0x2000 else letter
        self[code] = base.lower()[0]
        return self[code]


@dataclass(frozen=True)
class Sought:
    """`words` as they were typed, in lower case; the last may be the beginning of one."""

    words: tuple[str, ...]

    @property
    def inside(self) -> bool:
        """Whether the words may stand anywhere, because they are written without spaces."""
        return any(_UNSPACED.search(word) for word in self.words)

    @property
    def word_query(self) -> str:
        """For the index of words, "" when nothing in it can match."""
        words = [word for word in self.words if any(map(str.isalnum, word))]
        terms = [quoted(word) for word in words]
        if words and words[-1] == self.words[-1] and words[-1][-1].isalnum():
            terms[-1] += " *"
        return " AND ".join(terms)

    @property
    def piece_query(self) -> str:
        """For the index of three letters each, "" when no word is as long as that."""
        pieces = {word[at : at + 3] for word in self.words for at in range(len(word) - 2)}
        return " AND ".join(quoted(piece) for piece in sorted(pieces)[:MOST_PIECES])

    @property
    def beginning(self) -> str:
        """What pieces of three may begin with when no word is as long, "" for nothing.

        Two letters, or one of those that are words by themselves.
        """
        usable = (w for w in self.words if len(w) == 2 or (len(w) == 1 and _UNSPACED.search(w)))
        return max(usable, key=len, default="")

    @property
    def pattern(self) -> str:
        """For LIKE: what a text with the longest word looks like.

        LIKE takes capital letters for small ones in ASCII only: any letter may stand for others.
        """
        longest = max(self.words, key=len, default="")
        escaped = re.sub(r"([%_\\])", r"\\\1", longest)
        return "%" + "".join(c if c.upper() == c or c.isascii() else "_" for c in escaped) + "%"

    def has_all(self, text: str) -> bool:
        """Whether each word is somewhere in the text."""
        folded = self._folded(text)
        return all(pattern.search(folded) for pattern in self._patterns)

    def snippet(self, text: str) -> str:
        """About 160 characters around the first found word; each found one is marked."""
        text = text[:LONGEST_TEXT]
        folded = self._folded(text)
        found = self._first(folded)
        start = 0 if found is None else max(0, found.start() - _BEFORE_CHARS)
        if start:
            # Cut between words where there is a gap.
            gap = re.search(r"\s", folded[start : start + _BEFORE_CHARS // 2])
            start += gap.end() if gap else 0
        end = min(start + SNIPPET_CHARS, len(text))
        marked = self._marked(text[start:end], folded[start:end])
        return (_MORE if start else "") + marked + (_MORE if end < len(text) else "")

    def _first(self, folded: str) -> re.Match[str] | None:
        return self._at_beginnings.search(folded) or self._anywhere.search(folded)

    def _marked(self, text: str, folded: str) -> str:
        pattern = self._at_beginnings if self._at_beginnings.search(folded) else self._anywhere
        parts, at = [], 0
        for match in pattern.finditer(folded):
            parts += [_plain(text[at : match.start()]), FOUND]
            parts += [_plain(text[match.start() : match.end()]), FOUND_END]
            at = match.end()
        return "".join([*parts, _plain(text[at:])]).strip(" ")

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_pattern(word)) for word in self.words)

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        longest_first = sorted(self.words, key=len, reverse=True)
        return re.compile("|".join(_pattern(word) for word in longest_first) or "(?!)")

    @cached_property
    def _at_beginnings(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![^\W_])(?:{self._anywhere.pattern})")

    @cached_property
    def _folding(self) -> _Folding:
        return _Folding()

    def _folded(self, text: str) -> str:
        return text.lower() if text.isascii() else text.translate(self._folding)


def sought(text: str) -> Sought:
    """The words of what a person typed."""
    composed = unicodedata.normalize("NFC", text)
    printable = "".join(c if c.isprintable() else " " for c in composed)
    words = (re.sub(_MARKS, "", word)[:LONGEST_WORD].lower() for word in printable.split())
    return Sought(tuple(dict.fromkeys(filter(None, words)))[:MOST_WORDS])


def quoted(word: str) -> str:
    """A string of FTS5's query language: nothing in it has a meaning there."""
    doubled = word.replace('"', '""')
    return f'"{doubled}"'


def _pattern(word: str) -> str:
    """The word in a folded text, where accents may still follow their letters."""
    letters = re.sub(_MARKS, "", word).translate(_Folding())
    return "".join(re.escape(letter) + _MARKS + "*" for letter in letters)


def _plain(text: str) -> str:
    """On one line, without our marks."""
    return re.sub(r"[\s\x00-\x1f]+", " ", text)
