"""The marks that models put around what they think before they answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Style = Literal["tags", "channels"]


@dataclass(frozen=True)
class Tag:
    """One pair of marks."""

    opening: str
    closing: str


TAGS = (
    Tag("<think>", "</think>"),  # DeepSeek-R1, Qwen3, GLM and most others
    Tag("[THINK]", "[/THINK]"),  # Magistral
    Tag("<seed:think>", "</seed:think>"),  # Seed-OSS
    Tag("<reasoning>", "</reasoning>"),
)
TAG_MARKS = tuple(mark for tag in TAGS for mark in (tag.opening, tag.closing))

# gpt-oss ("harmony"): <|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final…
HEADER_BEGINS = ("<|start|>", "<|channel|>")
BODY_BEGINS = "<|message|>"
BODY_ENDS = ("<|end|>", "<|return|>", "<|call|>")
CHANNEL_MARKS = (*HEADER_BEGINS, BODY_BEGINS, *BODY_ENDS)
ANSWER_CHANNEL = "final"
ANSWER_BEGINS = f"<|channel|>{ANSWER_CHANNEL}{BODY_BEGINS}"


def style_of(template: str) -> Style:
    """Which marks the model of this chat template uses."""
    return "channels" if "<|channel|>" in template and BODY_BEGINS in template else "tags"


def marks_of(style: Style) -> tuple[str, ...]:
    return CHANNEL_MARKS if style == "channels" else TAG_MARKS


def open_tag(prompt: str) -> Tag | None:
    """The tag that the end of `prompt` leaves open: the answer begins inside it."""
    end = prompt.rstrip()
    return next((tag for tag in TAGS if end.endswith(tag.opening)), None)


def continued(prompt: str, answer: str, style: Style) -> str:
    """`prompt` with an answer to go on with, which was not thought: an open tag is closed first."""
    if style == "channels":
        return prompt + ANSWER_BEGINS + answer
    tag = open_tag(prompt)
    if tag is None:
        return prompt + answer
    return f"{prompt.rstrip()}\n\n{tag.closing}\n\n{answer}"
