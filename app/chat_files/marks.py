"""Hidden lines in a Markdown chat that tell where each message begins and ends.

They are HTML comments with a number that occurs in no text of that chat, so no message can
pretend to be another one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from runtime.protocol.messages import Role

FORMAT_VERSION = 1
AFTER_TEXT = "\n\n"
_FIRST = re.compile(r"<!-- coterie (\d{1,9}) (\{.*\}) -->\r?\n")


class ChatMark(msgspec.Struct, frozen=True, omit_defaults=True):
    """Stands in the first line of the file."""

    title: str
    version: int
    created_at_s: float = 0.0
    updated_at_s: float = 0.0


class MessageMark(msgspec.Struct, frozen=True, omit_defaults=True):
    """Stands before a message's text. `closing` ends a code block that the text leaves open."""

    role: Role
    created_at_s: float = 0.0
    model_id: str | None = None
    status: str = "complete"
    closing: str = ""


@dataclass(frozen=True)
class Marks:
    """`number` sets this chat's marks apart from whatever is said in it."""

    number: int

    def begin(self, mark: ChatMark | MessageMark) -> str:
        # An HTML comment ends at the first "-->"; such signs are only in strings.
        said = (
            msgspec.json.encode(mark)
            .decode()
            .replace("--", "\\u002d\\u002d")
            .replace(">", "\\u003e")
        )
        return f"{self._start}{said} -->"

    @property
    def end(self) -> str:
        return f"{self._start}end -->"

    @property
    def _start(self) -> str:
        return f"<!-- coterie {self.number} "

    def texts(self, document: str) -> Iterator[tuple[str, str]]:
        """(what the mark says, the text up to the end mark) of each message."""
        line = re.compile(rf"^{re.escape(self._start)}(\{{[^\n]*\}}|end) -->$", re.MULTILINE)
        begun: re.Match[str] | None = None
        for found in line.finditer(document):
            if found[1] != "end":
                begun = found
            elif begun is not None:
                yield begun[1], document[begun.end() + 1 : found.start() - len(AFTER_TEXT)]
                begun = None


def marks_for(texts: Iterable[str]) -> Marks:
    """Marks that stand in none of `texts`."""
    taken = {int(found) for text in texts for found in re.findall(r"<!-- coterie (\d{1,9}) ", text)}
    return Marks(next(number for number in itertools.count() if number not in taken))


def first_mark(document: str) -> tuple[Marks, str, str] | None:
    """The marks of a document, what its first line says, and the rest; None without such a line."""
    found = _FIRST.match(document)
    if found is None:
        return None
    rest = document[found.end() :]
    if found[0].endswith("\r\n"):
        rest = rest.replace("\r\n", "\n")
    return Marks(int(found[1])), found[2], rest
