"""When a model last answered and how fast: what the saved conversations tell of each model."""

from __future__ import annotations

from dataclasses import dataclass

from app.store import ConversationStore

# A prompt's speed means little when it has only a few tokens to read.
LEAST_PROMPT_TOKENS = 32


@dataclass(frozen=True)
class ModelHistory:
    """`last_used_s` is Unix time. Speeds are those of the newest answer that has any, or None."""

    model_id: str
    last_used_s: float = 0.0
    decode_tokens_per_s: float | None = None
    prompt_tokens_per_s: float | None = None


def model_histories(store: ConversationStore) -> dict[str, ModelHistory]:
    """By model id; a model that never answered has none. Raises CoterieError as the store does."""
    histories = {}
    for use in store.model_uses():
        stats = use.stats
        read = stats.prompt_tokens - stats.cached_tokens if stats else 0
        prompt = stats.prompt_tokens_per_s if stats and read >= LEAST_PROMPT_TOKENS else None
        decode = stats.decode_tokens_per_s if stats else None
        histories[use.model_id] = ModelHistory(use.model_id, use.at_s, decode, prompt)
    return histories
