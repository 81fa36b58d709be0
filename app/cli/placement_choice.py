"""`coterie run --placement FILE|auto|cpu|gpu`: from the word to what the engine is told."""

from __future__ import annotations

import argparse
from pathlib import Path

from msgspec.structs import replace

from app import number_text
from app.local_models import LocalModel
from app.model_planning import ModelPlanning, context_for, gather_for, model_planning
from app.paths import Paths
from app.placement_file import read_placement
from app.plan_store import PlanStore
from runtime.errors import CoterieError, Problem
from runtime.placement.search import Wishes, with_layers
from runtime.protocol.placement import Placement

WORDS = ("auto", "cpu", "gpu")


def chosen_placement(
    options: argparse.Namespace, paths: Paths, model: LocalModel
) -> Placement | None:
    """None leaves it to the engine. CoterieError when the wish can't be met."""
    word = options.placement
    if word is None:
        return None
    n_ctx = context_for(model, options.ctx)
    if word == "cpu":
        return Placement(n_ctx=n_ctx, n_threads=options.threads)
    if word not in WORDS:
        placement = read_placement(Path(word))
        return replace(
            placement,
            n_ctx=options.ctx or placement.n_ctx or n_ctx,
            n_threads=options.threads or placement.n_threads,
        )
    store = PlanStore(paths.plans_file)
    planning = model_planning(model, gather_for(paths, model.path), store, n_ctx=n_ctx)
    if word == "gpu":
        return _all_on_gpus(planning, n_ctx)
    tuned = store.tuned(planning.key)
    if tuned is not None:
        return tuned.placement
    plan = planning.planner.ranked(Wishes(n_ctx, n_threads=options.threads))[0]
    if not plan.fits:
        raise CoterieError(_does_not_fit(plan.shortages[0].device, plan.shortages[0].short_bytes))
    return plan.placement


def _all_on_gpus(planning: ModelPlanning, n_ctx: int) -> Placement:
    situation = planning.planner.situation
    if not planning.hardware.gpus:
        raise CoterieError(
            Problem(
                "no_gpu",
                "There is no GPU to use",
                "The engine has no device besides the processor",
                "Leave --placement out, or see coterie doctor.",
            )
        )
    base = Placement(n_ctx=n_ctx, n_threads=planning.hardware.host.cores)
    placement = with_layers(situation, base, planning.layout.n_layer + 1)
    plan = planning.planner.of(placement)
    if not plan.fits:
        raise CoterieError(_does_not_fit(plan.shortages[0].device, plan.shortages[0].short_bytes))
    return placement


def _does_not_fit(device: str, short_bytes: int) -> Problem:
    return Problem(
        "does_not_fit",
        "The model does not fit",
        f"{device} is {number_text.gib_unit(short_bytes)} short",
        "Choose a smaller --ctx or quantisation, or --placement auto.",
    )
