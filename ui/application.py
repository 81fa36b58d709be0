"""Puts the window's program together: the one place where its parts meet."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.background_checks import BackgroundChecks
from app.check_view import CheckView
from app.conversation_savings import ConversationSavings
from app.local_models import LocalModels
from app.paths import Paths
from app.prices import PriceBook, load_prices
from app.quirks import QuirksFile, machine_key
from app.session import ChatSession
from app.session_state import SessionState
from app.settings import load_settings, save_settings
from app.store.opening import open_store
from runtime.engine_process import WORKER_COMMAND, Engine, EngineProcess
from runtime.errors import Problem
from ui.design_tokens import ASSETS
from ui.fault_report import report_faults
from ui.look import dress
from ui.theme import Theme, load_fonts
from ui.window import MainWindow


@dataclass(frozen=True)
class Program:
    """What must live as long as the window does."""

    app: QApplication
    session: ChatSession
    window: MainWindow


def open_window(paths: Paths) -> int:
    """Show the window until it is closed; returns the exit code."""
    # Ctrl-C in the terminal ends the program at once; the worker follows when its pipe closes.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    program = prepare(paths)
    program.window.show()
    return program.app.exec()


def prepare(paths: Paths, worker_command: Sequence[str] = WORKER_COMMAND) -> Program:
    """Everything up to the moment the window is shown; the rest begins with Qt's event loop."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName("coterie")
    app.setApplicationDisplayName("Coterie")
    app.setDesktopFileName("coterie")
    load_fonts()
    prices, prices_problem = load_prices(ASSETS / "prices.json", paths.prices_file)
    new_engine = partial(EngineProcess, paths.log_dir / "engine.log", worker_command)
    session = new_session(paths, new_engine, prices, prices_problem)
    theme = Theme(session.state.settings.theme)
    dress(app, theme)
    window = MainWindow(theme, session, prices.prices)
    connect(session, window, theme)
    report_faults(paths.log_dir / "window.log", session.tell)
    # The window is on the screen before models are read and the engine is started.
    QTimer.singleShot(0, session.start)
    if session.state.first_run:
        checks = BackgroundChecks(partial(look_at_machine, paths), session)
        checks.done.connect(session.show_checks)
        QTimer.singleShot(0, checks.start)
    return Program(app, session, window)


def look_at_machine(paths: Paths) -> tuple[CheckView, ...]:
    """The first-run page's checks; what they need is imported only when they are wanted."""
    from app.doctor import quick_checks

    return quick_checks(paths)


def new_session(
    paths: Paths,
    new_engine: Callable[[], Engine],
    prices: PriceBook,
    prices_problem: Problem | None,
) -> ChatSession:
    """The session of this user, with everything it works with."""
    settings, settings_problem = load_settings(paths.settings_file)
    store, store_problem = open_store(paths)
    problems = (settings_problem, prices_problem, store_problem)
    return ChatSession(
        settings=settings,
        save_settings=partial(save_settings, paths.settings_file),
        shelf=LocalModels(paths.models_dir, paths.header_cache),
        store=store,
        accountant=ConversationSavings(prices),
        new_engine=new_engine,
        repacking=QuirksFile(paths.quirks_file, machine_key()),
        models_dir=str(paths.models_dir),
        notices=tuple(problem for problem in problems if problem is not None),
    )


def connect(session: ChatSession, window: MainWindow, theme: Theme) -> None:
    """State flows from the session to the window, and nowhere else."""

    def show(state: SessionState) -> None:
        theme.choose(state.settings.theme)
        window.show_state(state)

    session.changed.connect(show)
    window.closing.connect(session.close)
    show(session.state)
