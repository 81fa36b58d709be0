"""`coterie plan`: where a model would go and how fast it would be, without loading it."""

from __future__ import annotations

import argparse
import json
from typing import Any, TextIO

from app.cli.plan_json import as_json, as_text
from app.local_models import LocalModels
from app.model_planning import (
    ModelPlanning,
    Supposed,
    context_for,
    gather_for,
    model_planning,
)
from app.paths import Paths
from app.plan_store import PlanStore
from app.plan_warnings import warnings
from runtime.placement.search import Wishes


def run(options: argparse.Namespace, paths: Paths, out: TextIO) -> int:
    """Print the plan we would choose; exit code 0 also when it does not fit."""
    planning, wishes = planned_model(options, paths)
    plan = planning.planner.ranked(wishes)[0]
    told = (*warnings(plan, planning.layout), *planning.notes)
    if options.json:
        found = as_json(plan, str(planning.model.path), told, context_of(planning, wishes))
        json.dump(found, out, indent=2)
        print(file=out)
    else:
        print(as_text(plan, told), file=out)
    return 0


def planned_model(options: argparse.Namespace, paths: Paths) -> tuple[ModelPlanning, Wishes]:
    """The model of the command line on this machine, or on the one it supposes."""
    model = LocalModels(paths.models_dir, paths.header_cache).find(options.model)
    supposed = Supposed(
        getattr(options, "gpu", None),
        getattr(options, "vram", None),
        getattr(options, "ram", None),
    )
    n_ctx = context_for(model, options.ctx)
    planning = model_planning(
        model,
        gather_for(paths, model.path),
        PlanStore(paths.plans_file),
        n_ctx=n_ctx,
        objective=options.objective,
        supposed=supposed,
    )
    return planning, Wishes(n_ctx, options.kv, n_threads=options.threads)


def context_of(planning: ModelPlanning, wishes: Wishes) -> dict[str, Any]:
    """What a plan was made for."""
    calibration = planning.planner.situation.calibration
    return {
        "model": planning.model.id,
        "objective": planning.planner.situation.objective.name,
        "calibrated_by_runs": calibration.runs,
        "context_asked": wishes.n_ctx,
    }
