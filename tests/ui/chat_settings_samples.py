"""Settings of a chat, a model that recommends some, presets and grammars to try."""

from __future__ import annotations

from dataclasses import replace

from app.chat_settings import ChatSettings, Preset
from app.session_state import Conversation, SessionState
from runtime.protocol.messages import ModelFacts, ReasoningSupport, Sampling
from tests.ui import states

OWN = Sampling(temperature=0.6, top_k=20, min_p=0.0, repeat_penalty=1.05)
GUARD = replace(states.OLMOE, id="llama-guard-3-1b-q4_k_m", name="Llama Guard 3 1B")
FRIENDLY = Preset("Friendly", ChatSettings(system_prompt="Be kind.", preset="Friendly"))
NO_ROOT = 'A grammar begins at a rule named root: root ::= "yes" | "no"'
GRAMMAR = 'root ::= "yes" | "no"'


def facts(recommended: Sampling | None = OWN, reasoning: ReasoningSupport = "none") -> ModelFacts:
    return ModelFacts(
        *("OLMoE", "olmoe", 6_920_000_000, 4_213_000_000, 4096, 16, 64, 8),
        recommended=recommended,
        reasoning=reasoning,
    )


def loaded(reasoning: ReasoningSupport = "none", **changes: object) -> SessionState:
    values: dict[str, object] = {
        "engine": states.engine(facts=facts(reasoning=reasoning)),
        "conversation": Conversation(1, "A chat"),
    }
    return states.state(**(values | changes))
