"""What can be set for a chat at all, for settings that somebody else wrote into a file."""

from __future__ import annotations

import json

from app.chat_settings import ChatSettings
from runtime.language import number, tr
from runtime.protocol.messages import Sampling

# 4,294,967,295 as a seed asks llama.cpp for a random one.
NUMBER_BOUNDS: dict[str, tuple[float, float]] = {
    "temperature": (0, 5),
    "top_k": (0, 100_000),
    "top_p": (0, 1),
    "min_p": (0, 1),
    "repeat_penalty": (0.5, 2),
    "repeat_last_n": (0, 1_000_000),
    "presence_penalty": (-2, 2),
    "frequency_penalty": (-2, 2),
    "seed": (0, 2**32 - 2),
}
MOST_STOPS, LONGEST_STOP = 16, 1_000
MOST_CHARACTERS = 100_000
LONGEST_NAME = 200


def wrong_in(settings: ChatSettings) -> str:
    """Why these can't be used, as the end of a sentence; "" where they can."""
    if len(settings.system_prompt) > MOST_CHARACTERS:
        return tr("its system prompt has more than {n} characters", n=number(MOST_CHARACTERS, ","))
    if max(len(settings.preset), len(settings.guard_model_id)) > LONGEST_NAME:
        return tr("a name in it is too long")
    return wrong_in_sampling(settings.sampling) if settings.sampling is not None else ""


def wrong_in_sampling(sampling: Sampling) -> str:
    for field, (low, high) in NUMBER_BOUNDS.items():
        value = getattr(sampling, field)
        if value is not None and not low <= value <= high:
            return tr(
                "{field} is not from {low} to {high}",
                field=field,
                low=number(low, ","),
                high=number(high, ","),
            )
    if len(sampling.stop) > MOST_STOPS or any(len(stop) > LONGEST_STOP for stop in sampling.stop):
        return tr("it has more than {n} stop strings, or a very long one", n=MOST_STOPS)
    if max(len(sampling.grammar), len(sampling.json_schema)) > MOST_CHARACTERS:
        return tr(
            "its grammar or schema has more than {n} characters", n=number(MOST_CHARACTERS, ",")
        )
    return _wrong_in_schema(sampling.json_schema)


def _wrong_in_schema(text: str) -> str:
    if not text:
        return ""
    try:
        schema = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return tr("its schema is not JSON")
    return "" if isinstance(schema, dict) else tr("its schema is not a JSON object")
