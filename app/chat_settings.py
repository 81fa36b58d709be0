"""What a person sets for one chat, and presets of it that can be shared as files."""

from __future__ import annotations

from typing import Annotated

import msgspec

from runtime.protocol.messages import Reasoning, Sampling


class ChatSettings(msgspec.Struct, frozen=True):
    """`sampling` None is the model's own recommendation, or ours where its file says nothing.

    `max_tokens` 0 lets an answer go on until the model or the context ends. With `safety` a short
    set of rules stands before the person's own `system_prompt`; `guard_model_id` names a model that
    looks at each finished answer, "" for none.
    """

    system_prompt: str = ""
    sampling: Sampling | None = None
    max_tokens: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    reasoning: Reasoning = Reasoning()
    preset: str = ""
    safety: bool = False
    guard_model_id: str = ""


class Preset(msgspec.Struct, frozen=True):
    """A named set of choices. `version` is the file's format."""

    name: str
    settings: ChatSettings
    version: int = 1
