"""The first-run page's logic: nothing is asked before Download is pressed, and what comes after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from app.check_view import CheckView
from app.discover.downloads_desk import DownloadsDesk
from app.discover.state import DownloadsView
from app.first_run_desk import FirstRunDesk
from app.first_run_look import first_look
from app.first_run_state import FirstLook, FirstRecommendation, FirstRunView, followed
from app.paths import Paths
from app.session_state import EngineState, SessionState
from app.settings import Settings
from runtime.downloads.frames import Download, DownloadRequest, TransferSettings
from runtime.errors import CoterieError, Problem
from runtime.hub.frames import Describe, HubFailed
from runtime.placement.model_layout import ModelLayout
from tests.discover.offers import GIB, prediction
from tests.discover.scripted_hub import ScriptedHub
from tests.discover.test_discover_desk import REPOSITORIES, UNREACHABLE, Page, layout
from tests.session.rig import local_model

__all__ = ["layout"]

CHECKS = (CheckView("Processor", "ok", "Ryzen"),)
WANTED = FirstRecommendation(
    *("org/Middle-GGUF", "Middle", "Q3_K", 17 * GIB, "Able.", 30_000_000_000, 3_000_000_000),
    prediction(),
)
LOOK = FirstLook(CHECKS, "done", 4.0, WANTED)


@dataclass
class SessionStub:
    state: SessionState = field(default_factory=lambda: SessionState(Settings(), first_run=True))
    checks: list[tuple[CheckView, ...]] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)

    def show_checks(self, checks: tuple[CheckView, ...]) -> None:
        self.checks.append(checks)

    def load_model(self, model_id: str) -> None:
        self.loaded.append(model_id)


class DownloadsStub(QObject):
    changed = Signal(object)


class RoomStub:
    def __init__(self, page: Page) -> None:
        self.discover, self.downloads = page.desk, DownloadsStub()


class First:
    def __init__(self, page: Page, tmp_path: Path) -> None:
        self.page, self.session = page, SessionStub()
        self.room = RoomStub(page)
        self.opened = 0
        self.desk = FirstRunDesk(Paths.beneath(tmp_path), self.session, self._open)  # type: ignore[arg-type]

    def _open(self) -> RoomStub:
        self.opened += 1
        return self.room

    @property
    def view(self) -> FirstRunView:
        return self.desk.view

    def until(self, asking: str) -> FirstRunView:
        self.page.until(lambda: self.view.asking == asking)
        return self.view

    def comes(self, *downloads: Download, problem: Problem | None = None) -> FirstRunView:
        self.room.downloads.changed.emit(DownloadsView(downloads, problem=problem))
        return self.view


@pytest.fixture
def first(qtbot: QtBot, tmp_path: Path, layout: ModelLayout) -> Iterator[First]:
    page = Page(qtbot, ScriptedHub(layout, REPOSITORIES), tmp_path / "hub").make()
    first = First(page, tmp_path)
    first.desk.show_look(LOOK)
    yield first
    page.desk.close()


def download(first: First, **changes: object) -> Download:
    (request,) = first.page.wanted
    return replace_download(Download("1", request, "running", 17 * GIB), **changes)


def replace_download(one: Download, **changes: object) -> Download:
    return Download(**({name: getattr(one, name) for name in one.__struct_fields__} | changes))


def test_nothing_is_asked_before_a_download_is(first: First) -> None:
    assert first.session.checks == [CHECKS]
    assert first.view.look == LOOK
    assert first.opened == 0
    assert first.page.hub.asked == []


def test_a_press_asks_the_hub_and_fetches_what_was_recommended(first: First) -> None:
    first.desk.download_recommended()
    assert first.view.asking == "asking"
    first.until("sent")
    (request,) = first.page.wanted
    assert isinstance(request, DownloadRequest)
    assert (request.repo, request.quantisation) == ("org/Middle-GGUF", "Q3_K")
    first.desk.download_recommended()
    assert len(first.page.wanted) == 1


def test_another_quantisation_is_taken_where_that_one_is_gone(first: First) -> None:
    first.desk.show_look(replace(LOOK, recommendation=replace(WANTED, quantisation="Q9")))
    first.desk.download_recommended()
    first.until("sent")
    assert first.page.wanted[0].quantisation in ("Q2_K", "Q3_K", "Q4_K")


def test_the_download_is_followed_and_its_model_can_be_loaded(first: First, tmp_path: Path) -> None:
    first.desk.download_recommended()
    first.until("sent")
    assert first.comes(download(first, done_bytes=5)).download is not None
    path = tmp_path / "model.gguf"
    first.comes(download(first, phase="done", paths=(str(path),)))
    assert first.view.model_id == ""
    first.session.state = replace(first.session.state, models=(local_model(path, "middle"),))
    first.desk.show_session(first.session.state)
    assert first.view.model_id == "middle"
    first.desk.load_downloaded()
    assert first.session.loaded == ["middle"]


def test_a_download_that_is_cancelled_can_be_asked_for_again(first: First) -> None:
    first.desk.download_recommended()
    first.until("sent")
    first.comes(download(first))
    assert first.comes().asking == "none"
    first.desk.download_recommended()
    first.until("sent")
    assert len(first.page.wanted) == 2


READ_ONLY = Problem("x", "The folder can't be written", "/models is read-only", "Choose another.")


def test_a_download_process_that_refuses_is_said_and_asked_again(first: First) -> None:
    first.desk.download_recommended()
    first.until("sent")
    view = first.comes(problem=READ_ONLY)
    assert (view.asking, view.problem, view.download) == ("failed", READ_ONLY, None)
    first.desk.download_recommended()
    view = first.until("sent")
    assert (view.problem, len(first.page.wanted)) == (None, 2)


def test_a_download_process_that_can_not_start_is_said_and_asked_again(
    first: First, tmp_path: Path
) -> None:
    class NoProcess:
        starts = 0

        def start(self, _on_event: object) -> None:
            NoProcess.starts += 1
            raise CoterieError(READ_ONLY)

    real = DownloadsDesk(NoProcess, lambda: tmp_path, TransferSettings)  # type: ignore[arg-type]
    first.room.downloads = real  # type: ignore[assignment]
    first.page.desk.download_wanted.connect(real.add)
    for starts in (1, 2):
        first.desk.download_recommended()
        first.page.until(lambda starts=starts: NoProcess.starts == starts)
        assert (first.view.asking, first.view.problem) == ("failed", READ_ONLY)


def test_a_download_that_fails_can_be_tried_again(first: First) -> None:
    first.desk.download_recommended()
    first.until("sent")
    failed = download(first, phase="failed", problem=READ_ONLY)
    view = first.comes(failed)
    assert (view.asking, view.problem, view.download) == ("failed", READ_ONLY, failed)
    first.desk.download_recommended()
    first.until("sent")
    assert first.page.wanted[0] == first.page.wanted[1]
    assert first.comes(failed).asking == "failed"  # said before the new request came there
    moving = replace_download(failed, phase="running", problem=None)
    view = first.comes(moving)
    assert (view.asking, view.problem, view.download) == ("sent", None, moving)


FAILED = replace(FirstRunView(LOOK), asking="failed", problem=UNREACHABLE.problem)
SENT = replace(FAILED, asking="sent", problem=None)
COMING = Download("1", DownloadRequest("org/Middle-GGUF", "0" * 40, (), "Middle"), "running", GIB)
DONE = replace_download(COMING, phase="done")
DEAD = replace_download(COMING, phase="failed")
WAITING = replace_download(COMING, phase="waiting", problem=UNREACHABLE.problem)
STRANGER = replace_download(COMING, request=DownloadRequest("org/Other", "0" * 40, (), "Other"))


@pytest.mark.parametrize(
    ("before", "downloads", "after"),
    [
        (FirstRunView(LOOK), DownloadsView((COMING,)), FirstRunView(LOOK)),
        (FAILED, DownloadsView((STRANGER,)), FAILED),
        (SENT, DownloadsView(), SENT),
        (SENT, DownloadsView((COMING,)), replace(SENT, download=COMING)),
        (SENT, DownloadsView((WAITING,)), replace(SENT, download=WAITING)),
        (
            replace(SENT, download=COMING),
            DownloadsView((COMING,), problem=READ_ONLY),
            replace(FAILED, download=COMING, problem=READ_ONLY),
        ),
        (SENT, DownloadsView((DONE,), problem=READ_ONLY), replace(SENT, download=DONE)),
        (SENT, DownloadsView((DEAD,)), replace(SENT, asking="failed", download=DEAD)),
        (replace(FAILED, download=COMING), DownloadsView(), FirstRunView(LOOK)),
    ],
)
def test_what_follows_from_the_downloads(
    before: FirstRunView, downloads: DownloadsView, after: FirstRunView
) -> None:
    assert followed(before, downloads) == after


def test_a_hub_that_is_not_reached_is_said_and_tried_again(first: First) -> None:
    first.page.hub.refuse = {Describe: UNREACHABLE}
    first.desk.download_recommended()
    assert first.until("failed").problem == UNREACHABLE.problem
    first.page.hub.refuse = {}
    first.desk.download_recommended()
    first.until("sent")
    assert first.view.problem is None


def test_a_model_that_is_not_offered_any_more_is_said(first: First) -> None:
    first.page.hub.refuse = {
        Describe: HubFailed(0, Problem("hub_not_found", "Not there", "…", "Choose another."))
    }
    first.desk.download_recommended()
    view = first.until("failed")
    assert view.problem is not None
    assert view.problem.kind == "hub_not_found"


def test_offline_nothing_is_asked_at_all(first: First) -> None:
    first.page.offline = True
    first.desk.download_recommended()
    view = first.until("failed")
    assert view.problem is not None
    assert view.problem.kind == "hub_offline"
    assert first.page.hub.asked == []


def test_measuring_waits_until_nothing_loads(qtbot: QtBot, tmp_path: Path) -> None:
    session = SessionStub()
    desk = FirstRunDesk(Paths.beneath(tmp_path), session, lambda: None)  # type: ignore[arg-type]
    desk.start()
    qtbot.waitUntil(lambda: desk.view.look.phase == "measuring", timeout=30_000)
    state = replace(session.state, models_dir=str(tmp_path))
    desk.show_session(replace(state, engine=EngineState("loading")))
    assert desk.view.look.phase == "measuring"
    desk.show_session(replace(state, engine=EngineState("ready")))
    qtbot.waitUntil(lambda: desk.view.look.phase == "done", timeout=60_000)
    assert desk.view.look.elapsed_s > 0
    assert session.checks[-1] == desk.view.look.checks


def test_rows_come_one_by_one_and_are_measured_in_the_end(tmp_path: Path) -> None:
    paths = Paths.beneath(tmp_path)
    looks = list(first_look(paths, lambda: None, lambda: None))
    counts = [len(look.checks) for look in looks if look.phase == "looking"]
    assert counts[:2] == [1, 2]
    assert counts == sorted(set(counts))
    last = looks[-1]
    assert (looks[-2].phase, last.phase) == ("measuring", "done")
    rows = {row.name: row for row in last.checks}
    assert "GB/s measured" in rows["Memory"].detail
    assert "Reads " in rows["Disk"].detail
    assert not paths.models_dir.exists()
