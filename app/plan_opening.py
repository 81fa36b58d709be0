"""What the Plan view opens with: the model's planning, our suggestion, and what was measured."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.local_models import LocalModel
from app.model_planning import ModelPlanning
from app.plan_state import Choices, PlanView, TuneRow
from app.plan_store import PlanStore, Tuned
from app.plan_warnings import cautions
from runtime.placement.overrides import llama_cpp_command
from runtime.placement.plan import Plan
from runtime.placement.search import Wishes


@dataclass(frozen=True)
class Opened:
    """A planning with the plan we suggest; `tuned` where it was measured before."""

    planning: ModelPlanning
    suggested: Plan
    tuned: Tuned | None


def opened(planning: ModelPlanning, store: PlanStore, wishes: Wishes) -> Opened:
    """What was measured is suggested; without that what is predicted to be the fastest."""
    tuned = store.tuned(planning.key)
    plan = planning.planner.of(tuned.placement) if tuned else None
    if plan is None or not plan.fits:
        plan, tuned = planning.planner.ranked(wishes)[0], None
    return Opened(planning, plan, tuned)


def view_of(found: Opened, model: LocalModel, choices: Choices) -> PlanView:
    """The view as it first shows."""
    plan = found.suggested
    view = PlanView(
        model=model,
        phase="ready",
        choices=choices,
        layout=found.planning.layout,
        suggested=plan,
        measured=_row(plan, found.tuned) if found.tuned else None,
    )
    return shown(view, found.planning, plan)


def shown(view: PlanView, planning: ModelPlanning, plan: Plan) -> PlanView:
    """`view` with `plan` in it and all that follows from it."""
    measured = view.measured
    if measured is not None and measured.plan.placement != plan.placement:
        measured = None
    return replace(
        view,
        plan=plan,
        command=llama_cpp_command(plan.placement, str(view.model.path)),
        least_expert_layers=planning.planner.least_expert_layers(plan.placement),
        load_s=load_s(planning, plan),
        measured=measured,
        notes=(*cautions(plan, planning.layout), *planning.notes),
    )


def load_s(planning: ModelPlanning, plan: Plan) -> float:
    """How long reading the model takes, from a disk that holds none of it in memory."""
    rate = planning.hardware.host.disk_read_bytes_per_s
    return sum(device.weights.total for device in plan.devices) / rate


def wishes_of(choices: Choices) -> Wishes:
    return Wishes(choices.n_ctx, choices.kv_type, expert_layers=choices.expert_layers_on_cpu)


def _row(plan: Plan, tuned: Tuned) -> TuneRow:
    return TuneRow(plan, tuned.prompt_tokens_per_s, tuned.decode_tokens_per_s, kept=True)
