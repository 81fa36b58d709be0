"""Splits what a model thinks from what it answers, piece by piece as its text comes."""

from __future__ import annotations

from typing import Protocol

from runtime.chat.thinking_channels import ChannelSplitter
from runtime.chat.thinking_marks import Style, open_tag
from runtime.chat.thinking_tags import TagSplitter


class ThinkingSplitter(Protocol):
    """`add` and `finish` give (more of what was thought, more of the answer).

    The same text in other pieces gives the same thoughts and the same answer. `thinking`: what
    comes next is thought. `answering`: a grammar for the answer holds for it.
    """

    @property
    def thinking(self) -> bool: ...
    @property
    def answering(self) -> bool: ...

    def add(self, text: str) -> tuple[str, str]: ...
    def finish(self) -> tuple[str, str]: ...


def splitter_for(style: Style, prompt_end: str, *, continues: bool) -> ThinkingSplitter:
    """For the answer to a prompt that ends so; `continues` an answer that was begun before."""
    if style == "channels":
        return ChannelSplitter(answering=continues)
    return TagSplitter(None if continues else open_tag(prompt_end), answering=continues)
