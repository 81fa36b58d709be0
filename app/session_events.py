"""How an engine event changes the session's state: pure functions, no storage, no Qt."""

from __future__ import annotations

from dataclasses import replace

from app import session_problems
from app.placed_load import PlacedLoad
from app.session_state import EngineState, MessageStatus, RunningAnswer, SessionState
from runtime.errors import Problem
from runtime.protocol.frames import Loaded, LoadProgress, PromptProgress, Text
from runtime.protocol.messages import GenerationStats

# Two minutes at the worker's 25 frames a second.
LONGEST_SPEED_HISTORY = 3_000


def loading(state: SessionState, now_s: float) -> SessionState:
    """A model has begun to load."""
    engine = EngineState(phase="loading", load_started_at_s=now_s)
    return replace(state, engine=engine, context_used=0, last_experts=None)


def load_progressed(state: SessionState, event: LoadProgress) -> SessionState:
    return replace(state, engine=replace(state.engine, load_fraction=event.fraction))


def loaded(state: SessionState, event: Loaded, pid: int | None, placed: PlacedLoad) -> SessionState:
    engine = replace(
        state.engine,
        phase="ready",
        load_fraction=1.0,
        problem=None,
        log_tail="",
        facts=event.model,
        memory=event.memory,
        n_ctx=event.n_ctx,
        n_threads=event.n_threads,
        pid=pid,
        engine=event.engine,
        placed=placed,
    )
    return replace(state, engine=engine, notices=with_notices(state, event.notices))


def load_failed(state: SessionState, problem: Problem) -> SessionState:
    """A refused load is shown; one the person stopped leaves the picker empty and calm."""
    if problem.kind == "cancelled":
        return replace(state, engine=EngineState())
    return replace(state, engine=EngineState(phase="failed", problem=problem))


def engine_lost(state: SessionState, problem: Problem, log_tail: str) -> SessionState:
    engine = EngineState(phase="crashed", problem=problem, log_tail=log_tail)
    return replace(state, engine=engine, context_used=0)


def prompt_progressed(answer: RunningAnswer, event: PromptProgress) -> RunningAnswer:
    return replace(
        answer,
        phase="prompt",
        prompt_tokens=event.prompt_tokens,
        cached_tokens=event.cached_tokens,
        evaluated_tokens=event.evaluated_tokens,
        prompt_tokens_per_s=event.evaluated_tokens / event.elapsed_s if event.elapsed_s else None,
    )


def text_arrived(answer: RunningAnswer, event: Text, since_send_s: float) -> RunningAnswer:
    """`since_send_s` is the time since the message was sent; the first text makes it the TTFT."""
    speeds = answer.speeds
    if event.tokens_per_s is not None and len(speeds) < LONGEST_SPEED_HISTORY:
        speeds = (*speeds, (since_send_s, event.tokens_per_s))
    first_s = answer.ttft_s if answer.ttft_s is not None else since_send_s
    if event.reasoning and not answer.text:
        answer = replace(
            answer,
            reasoning_tokens=event.completion_tokens,
            reasoning_s=since_send_s - first_s,
        )
    return replace(
        answer,
        phase="streaming",
        text=answer.text + event.text,
        reasoning=answer.reasoning + event.reasoning,
        completion_tokens=event.completion_tokens,
        tokens_per_s=event.tokens_per_s,
        ttft_s=first_s,
        n_threads=event.n_threads,
        speeds=speeds,
    )


def outcome(stats: GenerationStats) -> tuple[MessageStatus, Problem | None]:
    """How an answer with these numbers ended, and what to tell of it."""
    if stats.finish_reason == "cancelled":
        return "stopped", None
    if stats.finish_reason == "context_full":
        return "stopped", session_problems.context_ran_out(stats)
    return "complete", None


def with_notices(state: SessionState, notices: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The session's notices and the new ones, each once."""
    return state.notices + tuple(n for n in notices if n not in state.notices)


def without_notices(state: SessionState, kind: str) -> SessionState:
    """No notice of that kind any more: it was acted on."""
    return replace(state, notices=tuple(n for n in state.notices if n.kind != kind))
