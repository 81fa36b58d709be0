"""What a chat template lets one say about thinking, found by trying it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from runtime.chat.thinking_marks import open_tag
from runtime.protocol.messages import Reasoning, ReasoningSupport

# Qwen3, GLM and SmolLM3; DeepSeek-V3.1 and Granite.
SWITCHES = ("enable_thinking", "thinking")
EFFORT = "reasoning_effort"  # gpt-oss


@dataclass(frozen=True)
class ThinkingSwitch:
    """The template's variables: `on_off` is "" where it has none."""

    on_off: str = ""
    has_effort: bool = False
    always: bool = False

    @property
    def support(self) -> ReasoningSupport:
        if self.on_off:
            return "switch"
        if self.has_effort:
            return "effort"
        return "always" if self.always else "none"

    def values(self, reasoning: Reasoning) -> dict[str, Any]:
        """The variables that say what the person wants, of those the template knows."""
        values: dict[str, Any] = {}
        if self.on_off and reasoning.mode != "default":
            values[self.on_off] = reasoning.mode == "on"
        if self.has_effort and reasoning.effort:
            values[EFFORT] = reasoning.effort
        return values


NO_SWITCH = ThinkingSwitch()


def find_switch(render: Callable[[dict[str, Any]], str]) -> ThinkingSwitch:
    """`render` writes the same short chat with further variables."""

    def matters(name: str, one: object, other: object) -> bool:
        first = render({name: one})
        # The text may have the time in it: then the first value alone gives two texts.
        return first != render({name: other}) and first == render({name: one})

    return ThinkingSwitch(
        on_off=next((name for name in SWITCHES if matters(name, True, False)), ""),
        has_effort=matters(EFFORT, "low", "high"),
        always=open_tag(render({})) is not None,
    )
