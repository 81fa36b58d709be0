"""Splits `<think>…</think>` and tags like it from the answer that follows."""

from __future__ import annotations

from runtime.chat.held_back import beginning_at_end
from runtime.chat.thinking_marks import TAGS, Tag

LINE_BREAKS = "\r\n"


class TagSplitter:
    """Tags count only before the answer; later one is text like any other.

    The line breaks after a mark belong to it, as does white space before an opening one. No other
    character is lost. A tag that is never closed leaves the answer empty.
    """

    def __init__(self, tag: Tag | None, *, answering: bool = False) -> None:
        self._tag = tag
        self._held = ""
        self._thoughts: list[str] = []
        self._answer: list[str] = []
        self._after_mark = tag is not None
        self._is_over = answering

    @property
    def thinking(self) -> bool:
        return self._tag is not None

    @property
    def answering(self) -> bool:
        return self._tag is None

    def add(self, text: str) -> tuple[str, str]:
        if self._is_over:
            return "", text
        self._held += text
        while self._moved_on():
            pass
        return self._taken()

    def finish(self) -> tuple[str, str]:
        rest, self._held = self._held, ""
        if self._after_mark:
            rest = rest.lstrip(LINE_BREAKS)
        (self._thoughts if self.thinking else self._answer).append(rest)
        return self._taken()

    def _taken(self) -> tuple[str, str]:
        taken = "".join(self._thoughts), "".join(self._answer)
        self._thoughts.clear()
        self._answer.clear()
        return taken

    def _moved_on(self) -> bool:
        """Whether a mark was passed, so that what is left must be looked at anew."""
        if self._tag is not None:
            return self._think(self._tag)
        return self._begin()

    def _think(self, tag: Tag) -> bool:
        if self._after_mark:
            self._held = self._held.lstrip(LINE_BREAKS)
            self._after_mark = not self._held
        closed_at = self._held.find(tag.closing)
        if closed_at >= 0:
            self._thoughts.append(self._held[:closed_at])
            self._held = self._held[closed_at + len(tag.closing) :]
            self._tag, self._after_mark = None, True
            return True
        keep_from = len(self._held) - beginning_at_end(self._held, (tag.closing,))
        self._thoughts.append(self._held[:keep_from])
        self._held = self._held[keep_from:]
        return False

    def _begin(self) -> bool:
        """Look for an opening mark; anything else but white space begins the answer."""
        body = self._held.lstrip()
        for tag in TAGS:
            if body.startswith(tag.opening):
                self._held = body[len(tag.opening) :]
                self._tag, self._after_mark = tag, True
                return True
        if not any(tag.opening.startswith(body) for tag in TAGS):
            self._is_over = True
            self._answer.append(self._held.lstrip(LINE_BREAKS) if self._after_mark else self._held)
            self._held, self._after_mark = "", False
        return False
