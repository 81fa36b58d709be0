"""What a plan is judged by: the time of one turn, a prompt read and an answer written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ObjectiveName = Literal["chat", "documents", "agent"]


@dataclass(frozen=True)
class Objective:
    """A turn: so many new prompt tokens read, so many answer tokens written."""

    name: str
    prompt_tokens: int
    answer_tokens: int

    def turn_s(self, prompt_tokens_per_s: float, decode_tokens_per_s: float) -> float:
        return self.prompt_tokens / prompt_tokens_per_s + self.answer_tokens / decode_tokens_per_s


OBJECTIVES: dict[ObjectiveName, Objective] = {
    "chat": Objective("chat", 2_000, 400),
    "documents": Objective("documents", 16_000, 600),
    "agent": Objective("agent", 6_000, 250),
}
