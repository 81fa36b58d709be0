"""Puts the window's program together: the one place where its parts meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.conversation_savings import ConversationSavings
from app.crash_reports import CrashReports
from app.crash_watch import ReportedEngine
from app.engine_build import engine_offloads
from app.engine_host import EngineHost
from app.engine_packs import has_parts
from app.gpu_watch import GpuWatch, least_free_bytes
from app.hard_crash import note_hard_crashes, report_last_crash
from app.kv_files import KvFiles
from app.late_prediction import LatePrediction
from app.local_models import LocalModel, LocalModels
from app.paths import Paths
from app.placer import Placer, PlanningPlacer
from app.plan_door import PlanDoor
from app.plan_store import PlanStore
from app.presets import PresetFolder
from app.prices import PriceBook, load_prices
from app.quirks import QuirksFile, machine_key
from app.session import ChatSession
from app.session_board import SessionBoard
from app.session_kv import SessionKv
from app.session_state import SessionState
from app.settings import Settings, save_settings
from app.store import ConversationStore
from app.store.opening import open_store
from runtime.engine_process import WORKER_COMMAND, Engine, EngineProcess
from runtime.errors import Problem
from ui.dashboard_wiring import dashboard_door
from ui.design_tokens import ASSETS
from ui.fault_report import report_faults
from ui.look import dress
from ui.model_wiring import model_door
from ui.opened_file_wiring import OpenedFiles
from ui.program_wiring import ProgramDoor
from ui.quiet_collector import QuietCollector, keep_full_searches_back
from ui.theme import Theme, load_fonts
from ui.tray import Tray
from ui.window import MainWindow

if TYPE_CHECKING:
    from app.discover.door import ModelDoor
    from app.first_run_desk import FirstRunDesk
    from app.model_planning import ModelPlanning
    from app.plan_desk import PlanDesk
    from runtime.placement.objective import ObjectiveName
    from runtime.protocol.messages import MemoryUse

SETTLED_MS = 1_000


def furnish(
    app: QApplication,
    window: MainWindow,
    paths: Paths,
    loaded_settings: tuple[Settings, Problem | None],
    worker_command: Sequence[str] | None = None,
) -> ChatSession:
    """Give the window its look and its session, and start that with Qt's next turn."""
    settings, settings_problem = loaded_settings
    paths = paths.with_models_in(settings.models_dir)
    name_application(app)
    load_fonts()
    theme = Theme(settings.theme)
    dress(app, theme)
    prices, prices_problem = load_prices(ASSETS / "prices.json", paths.prices_file)
    command = worker_command or WORKER_COMMAND
    plans = PlanStore(paths.plans_file)
    placer = PlanningPlacer(plans, partial(plan_model, paths, plans), offloads=engine_offloads)
    shelf = LocalModels(paths.models_dir, paths.header_cache)
    store, store_problem = open_store(paths)
    reports = CrashReports(paths.crash_dir, Path.home())
    crashed = report_last_crash(paths.hard_crash_file, reports)
    note_hard_crashes(paths.hard_crash_file)
    session = new_session(
        *(paths, settings, shelf, store, prices),
        lambda: ReportedEngine(EngineProcess(paths.log_dir / "engine.log", command), reports),
        (settings_problem, prices_problem, store_problem, crashed),
        placer,
    )
    placer.setParent(session)
    door = PlanDoor(partial(plan_desk, paths, plans, session, placer, command), session)
    placer.took.connect(door.show_actual)
    report_faults(paths.log_dir / "window.log", session.tell, reports)
    models = model_door(paths, plans, session, shelf, store, window, reports)
    program = ProgramDoor(paths, session)
    late = LatePrediction(
        lambda model, n_ctx: plan_model(
            *(paths, plans, model, n_ctx), held=session.state.engine.memory
        ),
        session,
    )
    dashboard = dashboard_door(paths, plans, session, placer, late, prices)
    session.changed.connect(late.show_state)
    late.predicted.connect(lambda pid, placed, _plan: session.was_predicted(pid, placed))
    window.closing.connect(late.close)
    window.furnish(
        *(theme, session, prices.prices, str(paths.prices_file)),
        *(door, models, dashboard, program.fill),
    )
    OpenedFiles(theme, window, session, shelf, models)
    guide = guide_first_run(paths, session, models, window) if session.state.first_run else None
    tray = Tray(theme, window, session)
    session.changed.connect(tray.show_state)
    connect(session, window, theme)
    door.changed.connect(window.show_plan)
    window.closing.connect(door.close)
    window.closing.connect(models.close)
    window.closing.connect(dashboard.close)
    window.closing.connect(program.close)
    watch_gpu(session, window)
    use_engine_parts(paths, session, window, guide)
    collect_quietly(session, window)
    QTimer.singleShot(0, session.start)
    return session


def name_application(app: QApplication) -> None:
    """What the desktop shows and matches the window by."""
    app.setApplicationName("coterie")
    app.setApplicationDisplayName("Coterie")
    app.setDesktopFileName("coterie")


def new_session(
    paths: Paths,
    settings: Settings,
    shelf: LocalModels,
    store: ConversationStore,
    prices: PriceBook,
    new_engine: Callable[[], Engine],
    problems: tuple[Problem | None, ...],
    placer: Placer | None = None,
) -> ChatSession:
    """The session of this user, with everything it works with."""

    def kv(board: SessionBoard, host: EngineHost) -> SessionKv:
        files = KvFiles(paths.kv_dir, lambda: board.state.settings.kv_budget_bytes)
        return SessionKv(board, host, files)

    return ChatSession(
        settings=settings,
        save_settings=partial(save_settings, paths.settings_file),
        shelf=shelf,
        store=store,
        accountant=ConversationSavings(prices),
        new_engine=new_engine,
        repacking=QuirksFile(paths.quirks_file, machine_key()),
        placer=placer,
        presets=PresetFolder(paths.presets_dir),
        new_kv=kv,
        notices=tuple(problem for problem in problems if problem is not None),
    )


def watch_gpu(session: ChatSession, window: MainWindow) -> None:
    """See other programs fill the GPU that a loaded model is on."""

    def on_gpu() -> bool:
        memory = session.state.engine.memory
        return memory is not None and any(not device.is_host for device in memory.devices)

    watch = GpuWatch(least_free_bytes, on_gpu, session)
    watch.free.connect(session.gpu_has_left)
    window.closing.connect(watch.stop)
    watch.start()


def collect_quietly(session: ChatSession, window: MainWindow) -> None:
    """Garbage is looked for while nothing is answered and nothing loads."""
    QTimer.singleShot(SETTLED_MS, window, keep_full_searches_back)
    QuietCollector(partial(is_quiet, session), window)


def is_quiet(session: ChatSession) -> bool:
    """Whether nothing is answered and nothing loads."""
    return session.state.answer is None and session.state.engine.phase != "loading"


def use_engine_parts(
    paths: Paths, session: ChatSession, window: MainWindow, guide: FirstRunDesk | None
) -> None:
    """Processor variants and GPU packs, where there are any; before the first engine is started."""
    if not has_parts(paths):
        return
    from app.parts_at_start import PartsAtStart

    parts = PartsAtStart(paths, partial(is_quiet, session), session, guide)
    window.closing.connect(parts.stop)


def plan_desk(
    paths: Paths,
    plans: PlanStore,
    session: ChatSession,
    placer: PlanningPlacer,
    command: Sequence[str],
) -> PlanDesk:
    """The Plan view's logic, made when a plan is first opened."""
    from app.plan_desk import PlanDesk
    from app.plan_loads import SessionLoads

    return PlanDesk(
        SessionLoads(session),
        plans,
        lambda model, choices, held: plan_model(
            paths, plans, model, choices.n_ctx, choices.objective, held
        ),
        partial(EngineProcess, paths.log_dir / "engine-tune.log", command),
        placer.use,
        session,
    )


def plan_model(
    paths: Paths,
    plans: PlanStore,
    model: LocalModel,
    n_ctx: int,
    objective: ObjectiveName = "chat",
    held: MemoryUse | None = None,
) -> ModelPlanning:
    """Plan `model` on this machine; takes a second. What it needs is imported when it is wanted."""
    from app.model_planning import context_for, gather_for, model_planning

    context = context_for(model, n_ctx)
    read = gather_for(paths, model.path)
    return model_planning(model, read, plans, n_ctx=context, objective=objective, held=held)


def guide_first_run(
    paths: Paths, session: ChatSession, door: ModelDoor, window: MainWindow
) -> FirstRunDesk:
    """What the first-run page needs; loaded only for it."""
    from app.first_run_desk import FirstRunDesk

    guide = FirstRunDesk(paths, session, door.open, session)
    session.changed.connect(guide.show_session)
    window.desk.be_guided(guide)
    QTimer.singleShot(0, guide.start)
    return guide


def connect(session: ChatSession, window: MainWindow, theme: Theme) -> None:
    """State flows from the session to the window, and nowhere else."""

    def show(state: SessionState) -> None:
        theme.choose(state.settings.theme)
        window.show_state(state)

    session.changed.connect(show)
    window.desk.chats_in_front.connect(session.watch_answer)
    window.closing.connect(session.close)
    show(session.state)
