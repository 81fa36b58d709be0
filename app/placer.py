"""Decides what a model is loaded with: what was chosen, else the best plan for this machine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from app.in_background import InBackground
from app.local_models import LocalModel
from app.placed_load import PlacedLoad
from app.plan_store import PlanStore
from runtime.errors import Problem
from runtime.language import tr, tr_n
from runtime.protocol.messages import MemoryUse
from runtime.protocol.placement import Placement

if TYPE_CHECKING:
    # Imported where they are used: a machine without a GPU plans nothing as the window starts.
    from app.model_planning import ModelPlanning
    from app.plan_state import ActualLoad
    from runtime.placement.plan import Plan

_LOG = logging.getLogger(__name__)
GPU_SHORT = "gpu_short"
MEMORY_KINDS = frozenset({"gpu_memory", "pinned_memory", "host_memory"})
# Planned and actual bytes of a device may differ so much before it is a defect.
TOLERANCE = 0.02
TOLERATED_BYTES = 64 << 20


class Placer(Protocol):
    """What a session asks about where things go."""

    def place(
        self, model: LocalModel, n_ctx: int, placed: Callable[[Placement | None], None]
    ) -> None: ...
    def safer(self, model: LocalModel, placement: Placement, problem: Problem) -> Safer | None: ...
    def relieved(
        self, model: LocalModel, placement: Placement, free_bytes: int
    ) -> Safer | None: ...
    def loaded(
        self, model: LocalModel, placement: Placement, memory: MemoryUse
    ) -> PlacedLoad | None: ...


@dataclass(frozen=True)
class Safer:
    """What to try after a load that failed for memory, and the sentence that tells of it."""

    placement: Placement
    notice: Problem


class PlanningPlacer(QObject):
    """`plan` makes a planning for a model and context; it takes a second, so it runs elsewhere.

    Without a device that the engine could use (`offloads`) nothing is planned. `took` carries an
    `ActualLoad` after each load by a plan.
    """

    took = Signal(object)

    def __init__(
        self,
        store: PlanStore,
        plan: Callable[[LocalModel, int], ModelPlanning],
        *,
        offloads: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._plan, self._offloads = store, plan, offloads
        self._background = InBackground(self)
        self._planning: ModelPlanning | None = None

    def place(
        self, model: LocalModel, n_ctx: int, placed: Callable[[Placement | None], None]
    ) -> None:
        """Answers at once where it can, else later; a later call makes an earlier one void."""
        self._background.forget()
        chosen = self._store.chosen(model.path, model.file_bytes, n_ctx)
        if chosen is not None or not self._offloads():
            placed(chosen)
            return
        self._background.run(
            lambda: self._best(model, n_ctx),
            placed,
            lambda problem: self._not_planned(problem, placed),
        )

    def safer(self, model: LocalModel, placement: Placement, problem: Problem) -> Safer | None:
        """What to try after `problem`, which is one of memory."""
        from runtime.placement.safer import safer_plan

        planning = self._planning_of(model)
        if planning is None or problem.kind not in MEMORY_KINDS:
            return None
        plan = safer_plan(planning.planner.situation, placement, problem.kind)
        if plan is None:
            return None
        return Safer(plan.placement, _told(problem, placement, plan))

    def relieved(self, model: LocalModel, placement: Placement, free_bytes: int) -> Safer | None:
        """What to load instead when other programs leave a GPU only `free_bytes`."""
        from runtime.placement.pressure import relieved

        planning = self._planning_of(model)
        if planning is None:
            return None
        plan = relieved(planning.planner.situation, placement, free_bytes)
        if plan is None:
            return None
        more = len(plan.placement.cpu_expert_layers) - len(placement.cpu_expert_layers)
        return Safer(plan.placement, _short(free_bytes, more))

    def loaded(
        self, model: LocalModel, placement: Placement, memory: MemoryUse
    ) -> PlacedLoad | None:
        """What was planned, None when nothing was. What was really taken is kept beside it; a
        difference is logged as a defect.
        """
        planning = self._planning_of(model)
        if planning is None:
            return self._store.chosen_load(model.path, model.file_bytes, placement)
        plan = planning.planner.of(placement)
        actual = actual_load(planning, plan, memory)
        self.took.emit(actual)
        for name, planned_bytes, actual_bytes in actual.devices:
            off_bytes = abs(planned_bytes - actual_bytes)
            if off_bytes > TOLERATED_BYTES and off_bytes > TOLERANCE * actual_bytes:
                _LOG.warning(
                    "%s was planned to take %d and took %d", name, planned_bytes, actual_bytes
                )
        tuned = self._store.tuned(planning.key)
        is_tuned = tuned is not None and tuned.placement == placement
        return PlacedLoad(placement, is_tuned, (plan.speed.decode_low, plan.speed.decode_high))

    def use(self, planning: ModelPlanning) -> None:
        """Further questions about this model are answered from `planning`."""
        self._planning = planning

    def _planning_of(self, model: LocalModel) -> ModelPlanning | None:
        planning = self._planning
        return planning if planning is not None and planning.model.path == model.path else None

    def _best(self, model: LocalModel, n_ctx: int) -> Placement:
        from runtime.placement.search import Wishes

        planning = self._plan(model, n_ctx)
        self._planning = planning
        tuned = self._store.tuned(planning.key)
        if tuned is not None:
            return tuned.placement
        return planning.planner.ranked(Wishes(planning.key.n_ctx))[0].placement

    def _not_planned(self, problem: Problem, placed: Callable[[Placement | None], None]) -> None:
        _LOG.info("loaded without a plan: %s", problem.one_line())
        placed(None)


def actual_load(planning: ModelPlanning, plan: Plan, memory: MemoryUse) -> ActualLoad:
    """What each device was planned to take and took, as the engine logs it."""
    from app.plan_state import ActualLoad
    from runtime.placement.memory import RAM, host_weights

    logged = {device.name: device for device in memory.devices}
    host = host_weights(planning.layout, plan.placement, planning.hardware)
    rows = []
    for device in plan.devices:
        weights = host.logged_bytes if device.name == RAM else device.weights.total
        found = logged.get(device.name)
        actual = found.weights_bytes + found.kv_bytes + found.compute_bytes if found else 0
        rows.append((device.label, weights + device.kv_bytes + device.compute_bytes, actual))
    return ActualLoad(plan, tuple(rows))


def _short(free_bytes: int, more_layers: int) -> Problem:
    return Problem(
        GPU_SHORT,
        tr("Other programs fill the GPU"),
        tr(
            "Only {mib} MiB of it are free, and answers may become many times slower",
            mib=free_bytes >> 20,
        ),
        tr_n(
            "Move the experts of {n} more layer to RAM; the chat is kept.",
            "Move the experts of {n} more layers to RAM; the chat is kept.",
            more_layers,
        ),
    )


def _told(problem: Problem, before: Placement, plan: Plan) -> Problem:
    after = plan.placement
    more = len(after.cpu_expert_layers) - len(before.cpu_expert_layers)
    why = problem.message
    if problem.kind != "gpu_memory":
        message = tr("{why}. The weights are now mapped from the file", why=why)
    elif more > 0:
        message = tr_n(
            "{why}. The experts of {n} more layer are now in RAM",
            "{why}. The experts of {n} more layers are now in RAM",
            more,
            why=why,
        )
    else:
        message = tr_n(
            "{why}. {n} more layer is now in RAM",
            "{why}. {n} more layers are now in RAM",
            before.n_gpu_layers - after.n_gpu_layers,
            why=why,
        )
    return Problem("placed_safer", problem.title, message, "")
