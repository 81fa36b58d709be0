"""Downloads for the window with the real process and a real hub: its deaths, its settings."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from app.discover.downloads_desk import DownloadsDesk, has_unfinished
from app.discover.state import DownloadsView
from runtime.downloads.frames import Download, DownloadEvent, DownloadRequest, TransferSettings
from runtime.frame_process import FrameProcess, download_process
from runtime.hub.frames import HubFile
from tests.downloads.downloader import REPO
from tests.hub.fixtures import hub
from tests.hub.hub import Hub

__all__ = ["hub"]

SIZE = 40_000_000


@dataclass
class Dock:
    """The desk, the processes it started, and the downloads that arrived."""

    qtbot: QtBot
    hub: Hub
    tmp_path: Path
    processes: list[FrameProcess[DownloadEvent]] = field(default_factory=list)
    arrived: list[Download] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.models_dir = self.tmp_path / "models"
        self.settings = TransferSettings()
        self.desk = DownloadsDesk(self._new, lambda: self.models_dir, lambda: self.settings)
        self.desk.arrived.connect(self.arrived.append)

    def _new(self) -> FrameProcess[DownloadEvent]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        around = {"HF_ENDPOINT": self.hub.endpoint, "HF_HOME": str(self.tmp_path / "hf")}
        process = download_process(self.tmp_path / "downloads.log", environment={**kept, **around})
        self.processes.append(process)
        return process

    def kill(self) -> None:
        pid = self.processes[-1].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)

    @property
    def one(self) -> Download | None:
        return next(iter(self.desk.view.downloads), None)

    def until(self, reached: Callable[[Download], bool]) -> Download:
        self.qtbot.waitUntil(lambda: self.one is not None and reached(self.one), timeout=30_000)
        assert self.one is not None
        return self.one


@pytest.fixture
def dock(qtbot: QtBot, tmp_path: Path, hub: Hub) -> Iterator[Dock]:
    dock = Dock(qtbot, hub, tmp_path)
    yield dock
    dock.desk.close()


@pytest.fixture
def request_for_model(hub: Hub, tmp_path: Path) -> DownloadRequest:
    source = tmp_path / "source.gguf"
    source.write_bytes(os.urandom(SIZE))
    commit = hub.add(REPO, {"model-Q4_K_M.gguf": source})
    stored = hub.state.repositories[REPO].commits[commit].files["model-Q4_K_M.gguf"]
    file = HubFile(stored.path, stored.size_bytes, stored.sha256)
    return DownloadRequest(REPO, commit, (file,), "Model", "Q4_K_M")


def test_arrives_once(dock: Dock, request_for_model: DownloadRequest) -> None:
    dock.desk.add(request_for_model)
    done = dock.until(lambda one: one.phase == "done")
    assert [one.id for one in dock.arrived] == [done.id]
    assert Path(done.paths[0]).stat().st_size == SIZE
    assert dock.desk.view.free_bytes > 0
    dock.desk.forget(done.id)
    dock.qtbot.waitUntil(lambda: dock.one is None, timeout=10_000)


def test_a_process_that_is_killed_is_started_again_and_goes_on(
    dock: Dock, hub: Hub, request_for_model: DownloadRequest
) -> None:
    hub.limit_speed(20_000_000)
    dock.desk.add(request_for_model)
    dock.until(lambda one: one.live_bytes > 5_000_000)
    dock.kill()
    hub.limit_speed(0)
    dock.until(lambda one: one.phase == "done")
    assert len(dock.processes) == 2
    assert len(dock.arrived) == 1


def test_one_that_keeps_dying_is_left_alone_and_said(
    dock: Dock, hub: Hub, request_for_model: DownloadRequest
) -> None:
    hub.limit_speed(100_000)
    dock.desk.add(request_for_model)
    for number in range(1, 5):
        dock.qtbot.waitUntil(lambda n=number: len(dock.processes) == n, timeout=20_000)
        dock.until(lambda one: one.phase in ("running", "queued"))
        dock.kill()
    dock.qtbot.waitUntil(lambda: dock.desk.view.problem is not None, timeout=20_000)
    assert dock.desk.view.problem is not None
    assert dock.desk.view.problem.kind == "downloads_ended"


def test_pause_end_and_take_up_later(
    dock: Dock, hub: Hub, request_for_model: DownloadRequest, qtbot: QtBot, tmp_path: Path
) -> None:
    hub.limit_speed(10_000_000)
    dock.desk.add(request_for_model)
    one = dock.until(lambda one: one.live_bytes > 2_000_000)
    dock.desk.pause(one.id)
    dock.until(lambda one: one.phase == "paused" and one.paused_by == "person")
    dock.desk.close()
    assert has_unfinished(dock.models_dir)
    hub.limit_speed(0)
    again = Dock(qtbot, hub, tmp_path)
    again.desk.take_up()
    again.until(lambda one: one.phase == "paused" and one.done_bytes > 0)
    again.desk.resume(one.id)
    again.until(lambda one: one.phase == "done")
    again.desk.close()


def test_what_an_earlier_run_finished_is_put_away(
    dock: Dock, hub: Hub, request_for_model: DownloadRequest, qtbot: QtBot, tmp_path: Path
) -> None:
    dock.desk.add(request_for_model)
    done = dock.until(lambda one: one.phase == "done")
    dock.desk.close()
    again = Dock(qtbot, hub, tmp_path)
    again.desk.take_up()
    qtbot.waitUntil(lambda: not has_unfinished(again.models_dir), timeout=10_000)
    assert again.arrived == []
    assert Path(done.paths[0]).exists()
    again.desk.close()


def test_cancel_leaves_nothing(dock: Dock, hub: Hub, request_for_model: DownloadRequest) -> None:
    hub.limit_speed(10_000_000)
    dock.desk.add(request_for_model)
    one = dock.until(lambda one: one.live_bytes > 1_000_000)
    assert dock.desk.is_active
    dock.desk.cancel(one.id)
    dock.qtbot.waitUntil(lambda: dock.one is None, timeout=10_000)
    assert not dock.desk.is_active
    dock.qtbot.waitUntil(lambda: not has_unfinished(dock.models_dir), timeout=10_000)


def test_nothing_unfinished_starts_no_process(dock: Dock) -> None:
    dock.desk.take_up()
    dock.desk.settings_changed()
    dock.desk.restart()
    assert dock.processes == []


def test_what_is_refused_is_said_until_something_else_is_asked(
    dock: Dock, request_for_model: DownloadRequest
) -> None:
    seen: list[DownloadsView] = []
    dock.desk.changed.connect(seen.append)
    bad = msgspec.structs.replace(request_for_model.files[0], path="../escaped.gguf")
    dock.desk.add(msgspec.structs.replace(request_for_model, files=(bad,)))
    # The queue after the start, the refusal, and the queue again.
    dock.qtbot.waitUntil(lambda: len(seen) == 3, timeout=10_000)
    kinds = [view.problem.kind if view.problem else "" for view in seen]
    assert kinds == ["", "name_refused", "name_refused"]
    dock.desk.add(request_for_model)
    dock.qtbot.waitUntil(lambda: dock.one is not None and dock.one.phase == "done", timeout=10_000)
    assert dock.desk.view.problem is None


def test_a_folder_that_cannot_be_written_is_told(
    dock: Dock, request_for_model: DownloadRequest
) -> None:
    dock.models_dir.write_text("a file where the folder should be")
    dock.desk.add(request_for_model)
    dock.qtbot.waitUntil(
        lambda: (
            dock.desk.view.problem is not None
            or (dock.one is not None and dock.one.problem is not None)
        ),
        timeout=10_000,
    )
