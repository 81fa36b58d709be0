"""Puts together what is behind the Models page, with its processes and this user's folders."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from app.discover.door import ModelDoor
from app.local_models import LocalModels
from app.paths import Paths
from app.plan_store import PlanStore
from app.session import ChatSession

if TYPE_CHECKING:
    from app.crash_reports import CrashReports
    from app.crash_watch_parts import ReportedProcess
    from app.discover.predicting import PredictingMachine
    from app.discover.room import ModelRoom
    from app.store import ConversationStore
    from runtime.downloads.frames import DownloadEvent
    from runtime.hub.frames import HubEvent
    from ui.window import MainWindow

# The first picture and the loading of a model go before downloads.
TAKE_UP_AFTER_MS = 1_500


def model_door(
    paths: Paths,
    plans: PlanStore,
    session: ChatSession,
    shelf: LocalModels,
    store: ConversationStore,
    window: MainWindow,
    reports: CrashReports,
) -> ModelDoor:
    """The door, which opens by itself only for downloads that an earlier run left."""
    door = ModelDoor(partial(model_room, paths, plans, session, shelf, store, reports), session)

    def opened(room: ModelRoom) -> None:
        session.changed.connect(room.show_session)
        room.downloads.changed.connect(window.show_downloads)

    def unfinished() -> bool:
        from app.discover.downloads_desk import has_unfinished

        return has_unfinished(shelf.folder)

    door.opened.connect(opened)
    QTimer.singleShot(TAKE_UP_AFTER_MS, door, lambda: door.take_up_downloads(unfinished))
    return door


def model_room(
    paths: Paths,
    plans: PlanStore,
    session: ChatSession,
    shelf: LocalModels,
    store: ConversationStore,
    reports: CrashReports,
) -> ModelRoom:
    """The room; what it needs is imported when it is wanted."""
    from app.crash_watch_parts import ReportedProcess
    from app.discover.catalog import SHIPPED_CATALOG, read_catalog
    from app.discover.desk import DiscoverDesk
    from app.discover.downloads_desk import DownloadsDesk
    from app.discover.hub_client import HubClient
    from app.discover.layout_cache import LayoutCache
    from app.discover.prediction_queue import PredictionQueue
    from app.discover.room import ModelRoom
    from app.hub_choices import hub_environment, is_offline, transfer_settings
    from app.owned_desk import OwnedDesk, Surroundings
    from runtime.frame_process import download_process, hub_process

    def environment() -> dict[str, str]:
        return hub_environment(session.state.settings, os.environ)

    def hub() -> ReportedProcess[HubEvent]:
        log = paths.log_dir / "hub.log"
        return ReportedProcess(hub_process(log, environment=environment()), "hub", log, reports)

    def downloading() -> ReportedProcess[DownloadEvent]:
        log = paths.log_dir / "downloads.log"
        process = download_process(log, environment=environment())
        return ReportedProcess(process, "downloads", log, reports)

    client = HubClient(hub)
    discover = DiscoverDesk(
        client,
        PredictionQueue(
            lambda: predicting_machine(paths, plans, session, shelf.folder),
            LayoutCache(paths.cache_dir / "hub"),
        ),
        read_catalog(SHIPPED_CATALOG),
        lambda: is_offline(session.state.settings, os.environ),
    )
    downloads = DownloadsDesk(
        downloading,
        lambda: shelf.folder,
        lambda: transfer_settings(session.state.settings),
    )
    around = Surroundings(Path.home(), os.environ, show_folder)
    owned = OwnedDesk(shelf, store, session, downloads, around)
    return ModelRoom(discover, downloads, owned, session.refresh_models, session.state, session)


def show_folder(folder: Path) -> None:
    """In the desktop's file manager."""
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def predicting_machine(
    paths: Paths, plans: PlanStore, session: ChatSession, models_dir: Path
) -> PredictingMachine:
    """This machine as it would be with our own engine ended; takes a second."""
    import shutil

    from app.discover.predicting import PredictingMachine
    from app.hardware_probe import gather
    from app.model_planning import with_engine_ended
    from app.plan_store import rates_key
    from app.quirks import machine_key

    read = gather(paths)
    hardware = with_engine_ended(read.hardware, session.state.engine.memory)
    rates = rates_key(machine_key(), (gpu.label for gpu in hardware.gpus))
    folder = next(p for p in (models_dir, *models_dir.parents) if p.exists())
    return PredictingMachine(
        hardware,
        plans.calibration(rates),
        shutil.disk_usage(folder).free,
        session.state.settings.n_ctx,
    )
