"""What a person should know of a plan before they load it, in sentences they can act on."""

from __future__ import annotations

from app import number_text
from runtime.placement.model_layout import ModelLayout
from runtime.placement.plan import Plan


def warnings(plan: Plan, layout: ModelLayout) -> tuple[str, ...]:
    """All of them, the gravest first."""
    return (*_shortages(plan), *_disk(plan), *cautions(plan, layout))


def cautions(plan: Plan, layout: ModelLayout) -> tuple[str, ...]:
    """What does not keep the plan from fitting, but may change its answers."""
    found = []
    trained = layout.shape.n_ctx_train
    if plan.placement.n_ctx > trained:
        found.append(
            f"The model was trained on {trained:,} tokens of context; beyond them its answers "
            "get worse."
        )
    if plan.placement.kv_type != "f16":
        found.append(
            f"The KV cache is kept as {plan.placement.kv_type}, which may change answers a little."
        )
    return tuple(found)


def _shortages(plan: Plan) -> list[str]:
    return [
        f"{shortage.device} is {number_text.gib_unit(shortage.short_bytes)} short. "
        "Choose a smaller context, move expert layers to the CPU, or close other programs."
        for shortage in plan.shortages
    ]


def _disk(plan: Plan) -> list[str]:
    if plan.disk_share <= 0:
        return []
    share = round(100 * plan.disk_share)
    told = f"Memory is too small for this model: about {max(share, 1)} % of what it reads comes"
    return [f"{told} from disk, for every token. A smaller quantisation would be much faster."]
