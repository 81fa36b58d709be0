"""Plans one model on one machine: our search, made exact by asking the engine."""

from __future__ import annotations

from dataclasses import replace

from app.dry_run import ComputeTable, DryRuns
from runtime.placement.calibration import Calibration
from runtime.placement.compute_buffers import estimated_buffers
from runtime.placement.fit_rule import fit_plan
from runtime.placement.hardware import Hardware
from runtime.placement.memory import ComputeBuffers
from runtime.placement.model_layout import ModelLayout
from runtime.placement.objective import Objective
from runtime.placement.plan import Plan, Situation, fits, make_plan
from runtime.placement.residence import Residence
from runtime.placement.search import Wishes, ranked_plans, with_expert_layers
from runtime.protocol.placement import Placement

# A plan proposed on estimates is asked about; what changes it is asked about again.
MOST_QUESTIONS = 3
ASKED_AT_ONCE = 4


class Planner:
    """`dry_runs` None (for supposed devices) leaves compute buffers to the estimate."""

    def __init__(
        self,
        layout: ModelLayout,
        hardware: Hardware,
        objective: Objective,
        calibration: Calibration,
        dry_runs: DryRuns | None = None,
    ) -> None:
        self.layout = layout
        self.hardware = hardware
        self._table = ComputeTable(hardware, layout)
        self._dry_runs = dry_runs
        self.situation = Situation(layout, hardware, objective, calibration, self._compute)

    def judge_by(self, objective: Objective, calibration: Calibration) -> None:
        self.situation = replace(self.situation, objective=objective, calibration=calibration)

    def ranked(self, wishes: Wishes) -> tuple[Plan, ...]:
        """Plans, the best first; exact at least for that one where the engine can be asked."""
        plans = ranked_plans(self.situation, wishes)
        for _ in range(MOST_QUESTIONS):
            if self._dry_runs is None or plans[0].compute_is_exact:
                break
            if not self._ask(plans[:ASKED_AT_ONCE]):
                break
            plans = ranked_plans(self.situation, wishes)
        return plans

    def quick(self, wishes: Wishes) -> Plan:
        """The best plan from what is known already: for a slider, in milliseconds."""
        return ranked_plans(self.situation, wishes)[0]

    def of(self, placement: Placement) -> Plan:
        """What this very placement takes and gives."""
        return make_plan(self.situation, placement)

    def ask_about(self, *placements: Placement) -> None:
        """Make plans of `placements` exact where the engine can be asked."""
        if self._dry_runs is not None:
            self._ask(tuple(self.of(placement) for placement in placements))

    def fit(self, wishes: Wishes) -> Plan:
        """What llama.cpp's own fit would choose."""
        threads = wishes.n_threads or self.hardware.host.cores
        return fit_plan(self.situation, wishes.n_ctx, threads)

    def least_expert_layers(self, placement: Placement) -> int | None:
        """The fewest layers whose experts must be on the host for `placement` to fit."""
        for count in range(len(self.layout.expert_layers) + 1):
            if fits(self.situation, with_expert_layers(self.situation, placement, count)):
                return count
        return None

    def _compute(self, placement: Placement, where: Residence) -> ComputeBuffers:
        known = self._table.get(placement, where)
        return known or estimated_buffers(self.layout, placement, where, self.hardware)

    def _ask(self, plans: tuple[Plan, ...]) -> bool:
        assert self._dry_runs is not None
        placements = [plan.placement for plan in plans if not plan.compute_is_exact]
        results = self._dry_runs.ask(placements)
        for placement, result in zip(placements, results, strict=False):
            self._table.put(placement, result)
        return any(result.problem is None for result in results)
