"""The speed of the running or last answer, each number by its own definition."""

from __future__ import annotations

from app.dashboard.state import AnswerSpeed
from app.session_state import SessionState


def answer_speed(state: SessionState) -> AnswerSpeed:
    """Of the open chat; nothing but dashes before its first answer."""
    predicted = state.engine.placed.predicted
    answer = state.answer
    if answer is not None:
        return AnswerSpeed(
            is_live=True,
            decode_tokens_per_s=answer.tokens_per_s,
            prompt_tokens_per_s=answer.prompt_tokens_per_s,
            ttft_s=answer.ttft_s,
            cached_tokens=answer.cached_tokens,
            predicted=predicted,
            samples=answer.speeds,
            context_used=answer.prompt_tokens + answer.completion_tokens,
        )
    last = state.last_answer
    stats = last.stats if last is not None else None
    if last is None or stats is None:
        return AnswerSpeed(predicted=predicted)
    is_loaded_one = state.model is not None and state.model.id == last.model_id
    whole = stats.completion_tokens / stats.elapsed_s if stats.elapsed_s > 0 else None
    return AnswerSpeed(
        decode_tokens_per_s=stats.decode_tokens_per_s,
        prompt_tokens_per_s=stats.prompt_tokens_per_s,
        end_to_end_tokens_per_s=whole if stats.completion_tokens else None,
        ttft_s=stats.ttft_s,
        cached_tokens=stats.cached_tokens,
        predicted=predicted if is_loaded_one else None,
        samples=state.last_speeds,
        context_used=stats.context_used,
    )
