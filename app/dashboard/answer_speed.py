"""The speed of the running or last answer, each number by its own definition."""

from __future__ import annotations

from app.dashboard.run import Run
from app.dashboard.state import AnswerSpeed
from app.session_state import SessionState
from runtime.protocol.messages import GenerationStats


def answer_speed(state: SessionState, last_run: Run | None = None) -> AnswerSpeed:
    """Of the open chat; `last_run`, of any chat, stands in for one without an answer."""
    answer = state.answer
    if answer is not None:
        return AnswerSpeed(
            is_live=True,
            decode_tokens_per_s=answer.tokens_per_s,
            prompt_tokens_per_s=answer.prompt_tokens_per_s,
            ttft_s=answer.ttft_s,
            cached_tokens=answer.cached_tokens,
            predicted=state.engine.placed.predicted,
            samples=answer.speeds,
            context_used=answer.prompt_tokens + answer.completion_tokens,
        )
    last = state.last_answer
    if last is not None and last.stats is not None:
        is_loaded_one = state.model is not None and state.model.id == last.model_id
        predicted = state.engine.placed.predicted if is_loaded_one else None
        return _whole(last.stats, predicted, state.last_speeds)
    if last_run is not None:
        return _whole(last_run.stats, last_run.facts.predicted, ())
    return AnswerSpeed(predicted=state.engine.placed.predicted)


def _whole(
    stats: GenerationStats,
    predicted: tuple[float, float] | None,
    samples: tuple[tuple[float, float], ...],
) -> AnswerSpeed:
    end_to_end = stats.completion_tokens / stats.elapsed_s if stats.elapsed_s > 0 else None
    return AnswerSpeed(
        decode_tokens_per_s=stats.decode_tokens_per_s,
        prompt_tokens_per_s=stats.prompt_tokens_per_s,
        end_to_end_tokens_per_s=end_to_end if stats.completion_tokens else None,
        ttft_s=stats.ttft_s,
        cached_tokens=stats.cached_tokens,
        predicted=predicted,
        samples=samples,
        context_used=stats.context_used,
    )
