"""What is kept of an answer's circumstances, and the run it leaves behind."""

from __future__ import annotations

from app.dashboard.run import Run, RunFacts
from app.session_state import SessionState
from runtime.protocol.messages import GenerationStats


def facts_of(state: SessionState) -> RunFacts:
    """What is loaded now."""
    engine, placed = state.engine, state.engine.placed
    experts = engine.facts.expert_count if engine.facts else 0
    return RunFacts(
        quant=state.model.quantisation if state.model else "",
        engine=engine.engine,
        placement=placed.text,
        n_ctx=engine.n_ctx,
        tuned=placed.tuned,
        predicted=placed.predicted,
        experts_captured=placed.captures_experts and bool(experts),
    )


def run_of(
    model_id: str | None, stats: GenerationStats | None, facts: RunFacts, ended_at_s: float
) -> Run | None:
    """None for an answer without numbers, or one that took neither tokens nor energy."""
    if stats is None or (stats.completion_tokens == 0 and stats.energy.joules <= 0):
        return None
    return Run(0, ended_at_s, model_id or "", stats, facts=facts)
