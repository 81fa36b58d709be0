"""Puts together what is behind the Dashboard page, with this user's folders and this machine."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

from app.dashboard.door import DashboardDoor
from app.paths import Paths
from app.placer import PlanningPlacer
from app.plan_store import PlanStore
from app.prices import PriceBook
from app.session import ChatSession

if TYPE_CHECKING:
    from app.dashboard.desk import DashboardDesk
    from app.dashboard.held_devices import LoadedMemory
    from app.dashboard.run import Run
    from app.late_prediction import LatePrediction
    from app.local_models import LocalModel
    from app.placed_load import PlacedLoad
    from app.plan_state import ActualLoad
    from app.session_state import SessionState
    from runtime.placement.plan import Plan


class LastPlan:
    """The plan of the newest load, made before it or after, and whose it is."""

    def __init__(self, session: ChatSession) -> None:
        self._session = session
        self._plan: Plan | None = None
        self._model: LocalModel | None = None

    def took(self, actual: ActualLoad) -> None:
        self._plan, self._model = actual.plan, self._session.state.model

    def predicted(self, pid: int, _placed: PlacedLoad, plan: Plan) -> None:
        if pid == self._session.state.engine.pid:
            self._plan, self._model = plan, self._session.state.model

    def of(self, model: LocalModel) -> Plan | None:
        """None for another model: equal placements may be of different ones."""
        return self._plan if model == self._model else None


def dashboard_door(
    paths: Paths,
    plans: PlanStore,
    session: ChatSession,
    placer: PlanningPlacer,
    late: LatePrediction,
    prices: PriceBook,
) -> DashboardDoor:
    """The door; what is behind it is made when the dashboard is first opened."""
    plan = LastPlan(session)
    placer.took.connect(plan.took)
    late.predicted.connect(plan.predicted)
    desk = partial(dashboard_desk, paths, plans, session, plan, prices)
    door = DashboardDoor(desk, session)
    session.changed.connect(door.show_state)
    return door


def dashboard_desk(
    paths: Paths, plans: PlanStore, session: ChatSession, plan: LastPlan, prices: PriceBook
) -> DashboardDesk:
    """The desk; what it needs is imported when it is wanted."""
    from app.dashboard.desk import DashboardDesk
    from app.dashboard.expert_totals import ExpertTotals
    from app.dashboard.machine_reading import MachineReading
    from app.dashboard.power_counters import cpu_counter
    from app.dashboard.sampler import MachineSampler

    return DashboardDesk(
        session,
        prices,
        MachineSampler(MachineReading),
        ExpertTotals(paths.data_dir / "experts"),
        partial(runs_after, paths),
        lambda state: loaded_memory(state, plan),
        cpu_counter,
        cache(partial(hardware, paths)),
        lambda model, placement: plans.choose(model.path, model.file_bytes, placement),
        session,
    )


def hardware(paths: Paths) -> str:
    """The parts of this machine that decide how fast a model runs, in one line."""
    from app.dashboard.card import hardware_line
    from app.machine import read_machine

    return hardware_line(read_machine(paths.models_dir))


def runs_after(paths: Paths, run_id: int) -> tuple[Run, ...]:
    """Through a connection of its own: the session's belongs to the window's thread."""
    from app.store.runs import StoredRuns

    runs = StoredRuns(paths.database)
    try:
        return runs.runs_after(run_id)
    finally:
        runs.close()


def loaded_memory(state: SessionState, last: LastPlan) -> LoadedMemory | None:
    """The loaded model's layout out of its header, beside its plan where it had one.

    CoterieError for a file that can no longer be read.
    """
    from app.dashboard.held_devices import LoadedMemory
    from app.late_prediction import used_placement
    from runtime.gguf.split_files import read_model
    from runtime.placement.model_layout import model_layout

    engine, model = state.engine, state.model
    if engine.memory is None or model is None:
        return None
    layout = model_layout(read_model(model.path))
    used = used_placement(engine.placed, engine.memory, engine.n_ctx, engine.n_threads)
    plan = last.of(model)
    if plan is None or plan.placement not in (used, engine.placed.placement):
        return LoadedMemory(layout, used, engine.memory)
    return LoadedMemory(layout, plan.placement, engine.memory, plan.devices, plan.disk_share)
