"""What a person should know of a plan before they load it, in sentences they can act on."""

from __future__ import annotations

from app import number_text
from runtime.language import tr
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
            tr(
                "The model was trained on {tokens} tokens of context; beyond them its answers "
                "get worse.",
                tokens=number_text.tokens(trained),
            )
        )
    if plan.placement.kv_type != "f16":
        found.append(
            tr(
                "The KV cache is kept as {type}, which may change answers a little.",
                type=plan.placement.kv_type,
            )
        )
    return tuple(found)


def _shortages(plan: Plan) -> list[str]:
    return [
        tr(
            "{device} is {size} short. "
            "Choose a smaller context, move expert layers to the CPU, or close other programs.",
            device=shortage.device,
            size=number_text.gib_unit(shortage.short_bytes),
        )
        for shortage in plan.shortages
    ]


def _disk(plan: Plan) -> list[str]:
    if plan.disk_share <= 0:
        return []
    return [
        tr(
            "Memory is too small for this model: about {share} % of what it reads comes "
            "from disk, for every token. A smaller quantisation would be much faster.",
            share=max(round(100 * plan.disk_share), 1),
        )
    ]
