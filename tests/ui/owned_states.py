"""Small factories of what is known of installed models, for tests and for the gallery."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.local_models import LocalModel
from app.owned_state import FoundRow, OwnedFacts, OwnedTask, OwnedView
from runtime.errors import Problem
from tests.ui import states
from tests.ui.states import DAY_S, GIB, NOON_S

QWEN = LocalModel(
    id="qwen3-30b-a3b-instruct-2507-q4_k_m",
    name="Qwen3-30B-A3B-Instruct-2507",
    path=Path("/home/ada/.local/share/coterie/models/qwen3-30b-a3b-instruct-2507-q4_k_m.gguf"),
    architecture="qwen3moe",
    quantisation="Q4_K_M",
    file_bytes=int(17.3 * GIB),
    parameters_total=30_530_000_000,
    parameters_active=3_340_000_000,
    expert_count=128,
    expert_used_count=8,
    n_ctx_train=262_144,
)
MODELS = (states.STARTER, states.OLMOE, QWEN, states.DENSE)
FACTS = (
    OwnedFacts(
        states.STARTER.id,
        source="starter",
        licence="Apache 2.0",
        last_used_at_s=NOON_S - 600,
        decode_tokens_per_s=58.94,
        prompt_tokens_per_s=331.2,
        verified_at_s=NOON_S - DAY_S,
    ),
    OwnedFacts(
        states.OLMOE.id,
        source="allenai/OLMoE-1B-7B-0924-Instruct-GGUF",
        licence="Apache 2.0",
        last_used_at_s=NOON_S - DAY_S,
        decode_tokens_per_s=5.7,
        verified_at_s=NOON_S - 3 * DAY_S,
    ),
    OwnedFacts(
        QWEN.id,
        source="unsloth/Qwen3-30B-A3B-Instruct-2507-GGUF",
        licence="Apache 2.0",
        last_used_at_s=NOON_S - 9 * DAY_S,
        decode_tokens_per_s=41.83,
        prompt_tokens_per_s=340.0,
        verified_at_s=NOON_S - 9 * DAY_S,
    ),
    OwnedFacts(states.DENSE.id, source="LM Studio", linked=True),
)
FOUND = (
    FoundRow("a", "Qwen3-Coder-30B-A3B-Instruct Q4_K_M", "LM Studio", int(17.3 * GIB), False),
    FoundRow("b", "gpt-oss:20b", "Ollama", int(12.8 * GIB), False),
    FoundRow("c", "Qwen3 32B Q4_K_M", "Hugging Face cache", int(18.4 * GIB), True),
)
VERIFYING = OwnedTask("verify", QWEN.name, int(6.9 * GIB), QWEN.file_bytes)
DAMAGED = Problem(
    "model_damaged",
    "The file is not what the hub has",
    "A part of Qwen3-30B-A3B-Instruct-2507 differs from its hash",
    "Download it again: only the damaged part is fetched.",
)


def view(**changes: object) -> OwnedView:
    return replace(OwnedView(FACTS), **changes)  # type: ignore[arg-type]


def many(count: int) -> tuple[LocalModel, ...]:
    """Models that differ in their names."""
    return tuple(
        replace(QWEN, id=f"model-{number:04}", name=f"Model {number:04}") for number in range(count)
    )


def facts_of(models: tuple[LocalModel, ...]) -> tuple[OwnedFacts, ...]:
    return tuple(replace(FACTS[2], model_id=model.id) for model in models)
