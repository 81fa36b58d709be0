"""Splits the channels of gpt-oss: what is not on its final channel was thought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from runtime.chat.held_back import beginning_at_end
from runtime.chat.thinking_marks import (
    ANSWER_CHANNEL,
    BODY_BEGINS,
    BODY_ENDS,
    CHANNEL_MARKS,
    HEADER_BEGINS,
)

NAMED_BY = "<|channel|>"
MAX_HEADER = 200


class ChannelSplitter:
    """Headers and marks are left out, no other character is lost. Text without a header, or with
    one that does not end, is answer.
    """

    def __init__(self, *, answering: bool = False) -> None:
        self._held = ""
        self._thoughts: list[str] = []
        self._answer: list[str] = []
        self._place: Literal["between", "header", "body"] = "body" if answering else "between"
        self._is_named = False
        self._is_thought = False

    @property
    def thinking(self) -> bool:
        return self._place == "body" and self._is_thought

    @property
    def answering(self) -> bool:
        return self._place == "body" and not self._is_thought

    def add(self, text: str) -> tuple[str, str]:
        self._held += text
        while self._moved_on():
            pass
        return self._taken()

    def finish(self) -> tuple[str, str]:
        rest, self._held = self._held, ""
        if self._place != "header":
            self._say(rest)
        return self._taken()

    def _taken(self) -> tuple[str, str]:
        taken = "".join(self._thoughts), "".join(self._answer)
        self._thoughts.clear()
        self._answer.clear()
        return taken

    def _say(self, text: str) -> None:
        (self._thoughts if self.thinking else self._answer).append(text)

    def _moved_on(self) -> bool:
        """Whether a mark was passed, so that what is left must be looked at anew."""
        if self._place == "between":
            return self._begin()
        return self._read_header() if self._place == "header" else self._read_body()

    def _begin(self) -> bool:
        body = self._held.lstrip()
        mark = next((mark for mark in CHANNEL_MARKS if body.startswith(mark)), None)
        if mark is not None:
            self._pass(mark, body[len(mark) :])
            return True
        if any(mark.startswith(body) for mark in CHANNEL_MARKS):
            return False
        self._place, self._is_thought = "body", False
        return True

    def _read_header(self) -> bool:
        at, mark = _first(self._held, CHANNEL_MARKS)
        if not mark:
            at -= beginning_at_end(self._held, CHANNEL_MARKS)
        if at > MAX_HEADER:
            self._place, self._is_thought = "body", False
            return True
        if not mark:
            return False
        words = self._held[:at].split()
        if mark == BODY_BEGINS and self._is_named:
            self._place, self._is_thought = "body", words[:1] != [ANSWER_CHANNEL]
            self._held = self._held[at + len(mark) :]
        else:
            self._pass(mark, self._held[at + len(mark) :])
        return True

    def _read_body(self) -> bool:
        at, mark = _first(self._held, (*HEADER_BEGINS, *BODY_ENDS))
        if mark:
            self._say(self._held[:at])
            self._pass(mark, self._held[at + len(mark) :])
            return True
        keep_from = len(self._held) - beginning_at_end(self._held, (*HEADER_BEGINS, *BODY_ENDS))
        self._say(self._held[:keep_from])
        self._held = self._held[keep_from:]
        return False

    def _pass(self, mark: str, rest: str) -> None:
        """Go to where `mark` leads."""
        self._held = rest
        if mark in HEADER_BEGINS:
            self._place, self._is_named = "header", mark == NAMED_BY
        elif mark == BODY_BEGINS:
            self._place, self._is_thought = "body", False
        else:
            self._place = "between"


def _first(text: str, marks: Sequence[str]) -> tuple[int, str]:
    """Where the first of `marks` is, and which; "" for none."""
    found = [(at, mark) for mark in marks if (at := text.find(mark)) >= 0]
    return min(found, default=(len(text), ""))
