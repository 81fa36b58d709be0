"""What a person does with downloads: start, pause, go on, move, cancel, close and open again."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from runtime.downloads.frames import (
    AddDownload,
    CancelDownload,
    Configure,
    DownloadsFailed,
    ForgetDownload,
    MoveDownload,
    PauseDownload,
    ResumeDownload,
    StartDownloads,
    TransferSettings,
)
from runtime.downloads.journal import FileJournalKeeper
from runtime.frame_process import DOWNLOADS_COMMAND
from runtime.hub.frames import HubFile
from runtime.model_records import PIECE_BYTES, read_records
from runtime.protocol.channel import FrameWriter
from tests.downloads.downloader import REPO, Downloader, big_file, offer, sha256, some_bytes
from tests.hub.hub import Hub

SIZE = 2 * PIECE_BYTES + 12_345
SLOW = 8_000_000


@pytest.fixture(scope="session")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of three pieces."""
    return big_file(tmp_path_factory.mktemp("big") / "big.gguf", SIZE)


def wait_until_deleted(models_dir: Path) -> None:
    """Bytes go after the download has gone from the list: that may take long."""
    until_s = time.monotonic() + 10
    while any((models_dir / ".coterie" / "downloads").glob("*/")):
        assert time.monotonic() < until_s
        time.sleep(0.01)


def test_a_model_is_fetched_checked_and_recorded(
    hub: Hub, downloader: Downloader, big: Path
) -> None:
    request = offer(hub, {"sub/model-Q4_0.gguf": big})
    downloader.add(request)
    done = downloader.wait_done()
    path = downloader.models_dir / REPO / "sub" / "model-Q4_0.gguf"
    assert done.paths == (str(path),)
    assert sha256(path) == request.files[0].sha256
    assert (done.done_bytes, done.live_bytes, done.checked_bytes) == (SIZE, SIZE, SIZE)
    assert done.refetched_bytes == 0
    hub.wait_for_bytes(SIZE)
    assert hub.bytes_sent() == SIZE
    (record,) = read_records(downloader.models_dir)
    assert record.files[0].path == f"{REPO}/sub/model-Q4_0.gguf"
    assert len(record.files[0].pieces) == 3
    assert (record.repo, record.revision, record.licence) == (REPO, request.revision, "mit")
    downloader.send(ForgetDownload(done.id))
    downloader.wait_gone()
    wait_until_deleted(downloader.models_dir)
    assert path.exists()


def test_parts_of_a_split_model_get_their_names_together(hub: Hub, downloader: Downloader) -> None:
    files = {f"m-0000{part}-of-00003.gguf": some_bytes(300_000, part) for part in (1, 2, 3)}
    downloader.add(offer(hub, files))
    done = downloader.wait_done()
    assert [Path(path).name for path in done.paths] == list(files)
    for path in done.paths:
        assert Path(path).read_bytes() == files[Path(path).name]
    (record,) = read_records(downloader.models_dir)
    assert len(record.files) == 3


def test_pause_go_on_and_a_new_process_take_up_where_it_was(
    hub: Hub, new_downloader: Callable[..., Downloader], big: Path
) -> None:
    hub.limit_speed(SLOW * 4)
    first = new_downloader()
    first.add(offer(hub, {"m.gguf": big}))
    hub.wait_for_bytes(24 << 20)
    running = first.wait_phase("running")
    first.send(PauseDownload(running.id))
    paused = first.wait_phase("paused")
    assert paused.paused_by == "person"
    assert paused.done_bytes == paused.live_bytes > 0
    first.stop()
    second = new_downloader()
    still = second.wait_phase("paused")
    assert still.done_bytes == paused.done_bytes
    second.send(ResumeDownload(still.id))
    second.wait_phase("running")
    shown = [one for seen in second.snapshots() for one in seen.downloads]
    assert min(one.live_bytes for one in shown) == paused.done_bytes  # it never goes back to 0
    assert second.stop().returncode == 0
    hub.limit_speed(0)
    third = new_downloader()
    done = third.wait_done()
    assert sha256(done.paths[0]) == done.request.files[0].sha256
    # What lay in the sockets at the pause and the stop came twice, and nothing else.
    assert hub.bytes_sent() < SIZE + (40 << 20)


def test_unfinished_ones_wait_where_that_is_wanted(
    hub: Hub, new_downloader: Callable[..., Downloader], big: Path
) -> None:
    hub.limit_speed(SLOW)
    first = new_downloader()
    first.add(offer(hub, {"m.gguf": big}))
    hub.wait_for_bytes(1 << 20)
    first.stop()
    second = new_downloader(settings=TransferSettings(resume_on_start=False))
    assert second.wait_phase("paused").paused_by == "start"


def test_cancel_leaves_nothing(hub: Hub, downloader: Downloader, big: Path) -> None:
    hub.limit_speed(SLOW)
    downloader.add(offer(hub, {"m.gguf": big}))
    hub.wait_for_bytes(1 << 20)
    running = downloader.wait_phase("running")
    downloader.send(CancelDownload(running.id))
    downloader.wait_gone()
    wait_until_deleted(downloader.models_dir)
    assert not (downloader.models_dir / "maker").exists()


def test_one_that_failed_can_be_cancelled(hub: Hub, downloader: Downloader) -> None:
    request = offer(hub, {"m.gguf": some_bytes(1000)})
    hub.remove(REPO)
    downloader.add(request)
    failed = downloader.wait_phase("failed")
    phases = {one.phase for seen in downloader.snapshots() for one in seen.downloads}
    assert "checking" not in phases
    downloader.send(CancelDownload(failed.id))
    downloader.wait_gone()
    wait_until_deleted(downloader.models_dir)


def test_what_a_killed_process_left_to_delete_is_deleted(
    new_downloader: Callable[..., Downloader], tmp_path: Path
) -> None:
    gone = tmp_path / "models" / ".coterie" / "downloads" / "gone-x"
    gone.mkdir(parents=True)
    (gone / "0.part").write_bytes(b"left")
    downloader = new_downloader(models_dir=tmp_path / "models")
    wait_until_deleted(downloader.models_dir)


def test_the_queue_runs_in_order_and_moving_changes_who_runs(
    hub: Hub, downloader: Downloader, big: Path
) -> None:
    hub.limit_speed(SLOW)
    downloader.add(offer(hub, {"a.gguf": big}, "maker/first"))
    downloader.add(offer(hub, {"b.gguf": big}, "maker/second"))
    second = downloader.wait_new(lambda download: download.request.repo == "maker/second")
    assert second.phase == "queued"
    downloader.send(MoveDownload(second.id, 0))
    event = downloader.wait_event(
        lambda event: (
            [(one.request.repo, one.phase) for one in getattr(event, "downloads", ())]
            == [("maker/second", "running"), ("maker/first", "queued")]
        )
    )
    assert event
    downloader.send(Configure(TransferSettings(most_at_once=2)))
    downloader.wait_event(
        lambda event: (
            [one.phase for one in getattr(event, "downloads", ())] == ["running", "running"]
        )
    )


def test_the_speed_limit_holds_over_all_connections(
    hub: Hub, new_downloader: Callable[..., Downloader]
) -> None:
    limited = new_downloader(settings=TransferSettings(limit_bytes_per_s=2_000_000))
    limited.add(offer(hub, {"m.gguf": some_bytes(6_000_000)}))
    speeds = []
    limited.wait_new(
        lambda download: (
            (
                speeds.append(download.bytes_per_s) if download.bytes_per_s else None  # type: ignore[func-returns-value]
            )
            or download.phase == "done"
        )
    )
    assert speeds
    assert max(speeds) < 3_000_000


def test_a_file_that_is_there_already_is_used(hub: Hub, downloader: Downloader) -> None:
    data = some_bytes(500_000)
    path = downloader.models_dir / REPO / "m.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    downloader.add(offer(hub, {"m.gguf": data}))
    assert downloader.wait_done().paths == (str(path),)
    assert hub.bytes_sent() == 0


def test_another_file_of_that_name_is_not_touched(hub: Hub, downloader: Downloader) -> None:
    path = downloader.models_dir / REPO / "m.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mine")
    downloader.add(offer(hub, {"m.gguf": some_bytes(500_000)}))
    failed = downloader.wait_phase("failed")
    assert failed.problem is not None
    assert failed.problem.kind == "file_exists"
    assert path.read_bytes() == b"mine"
    assert hub.bytes_sent() == 0


def test_a_link_on_the_way_is_not_followed(
    hub: Hub, downloader: Downloader, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    downloader.models_dir.mkdir(exist_ok=True)
    (downloader.models_dir / "maker").symlink_to(outside)
    downloader.add(offer(hub, {"m.gguf": some_bytes(1000)}))
    failed = downloader.wait_phase("failed")
    assert failed.problem is not None
    assert failed.problem.kind == "name_refused"
    assert not any(outside.iterdir())


def test_an_unsafe_name_is_refused(hub: Hub, downloader: Downloader) -> None:
    request = offer(hub, {"m.gguf": some_bytes(1000)})
    bad = HubFile("../m.gguf", 1000, "")
    downloader.add(msgspec.structs.replace(request, files=(bad,)))
    assert downloader.wait_refused().problem.kind == "name_refused"


def test_two_processes_never_write_the_same_download(
    hub: Hub, new_downloader: Callable[..., Downloader], big: Path
) -> None:
    hub.limit_speed(SLOW * 2)
    window = new_downloader()
    request = offer(hub, {"m.gguf": big})
    window.add(request)
    window.wait_phase("running")
    hub.wait_for_bytes(1 << 20)
    pull = new_downloader(only=True)
    pull.add(request)
    waiting = pull.wait_phase("waiting")
    assert waiting.problem is not None
    assert waiting.problem.kind == "download_taken"
    # A pull that is given up must not delete what the other is writing.
    pull.send(CancelDownload(waiting.id))
    pull.wait_gone()
    pull.add(request)
    pull.wait_phase("waiting")
    window.kill()
    hub.limit_speed(0)
    done = pull.wait_done()
    assert sha256(done.paths[0]) == request.files[0].sha256


def test_a_damaged_journal_starts_the_file_over(
    hub: Hub, new_downloader: Callable[..., Downloader]
) -> None:
    hub.limit_speed(2_000_000)
    first = new_downloader()
    request = offer(hub, {"m.gguf": some_bytes(4_000_000)})
    first.add(request)
    hub.wait_for_bytes(1_500_000)
    first.stop()
    folder = next((first.models_dir / ".coterie" / "downloads").glob("*/"))
    for slot in ("0.a", "0.b"):
        (folder / slot).write_bytes(b"\xff" * 900)
    hub.limit_speed(0)
    second = new_downloader()
    assert sha256(second.wait_done().paths[0]) == request.files[0].sha256


def test_a_file_without_a_checksum_on_the_hub_is_recorded_with_ours(
    hub: Hub, downloader: Downloader
) -> None:
    data = some_bytes(20_000)
    commit = hub.add(REPO, {"m.gguf": some_bytes(1000), "notes.txt": data})
    request = offer(hub, {"m.gguf": some_bytes(1000)})
    files = (*request.files, HubFile("notes.txt", len(data), ""))
    downloader.add(
        msgspec.structs.replace(request, files=files, revision=request.revision or commit)
    )
    done = downloader.wait_done()
    assert Path(done.paths[1]).read_bytes() == data
    (record,) = read_records(downloader.models_dir)
    assert record.files[1].sha256 == sha256(done.paths[1])


def test_a_folder_that_cannot_be_written_is_said(
    hub: Hub, new_downloader: Callable[..., Downloader], tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    downloader = new_downloader(models_dir=tmp_path / "file" / "models")
    assert downloader.wait_refused().problem.kind == "models_folder_unwritable"
    request = offer(hub, {"m.gguf": some_bytes(1000)})
    bad = msgspec.structs.replace(request, files=(HubFile("../m.gguf", 1000, ""),))
    downloader.add(request)
    (tmp_path / "file").unlink()  # by now it may be written
    downloader.add(bad)
    downloader.wait_event(
        lambda one: isinstance(one, DownloadsFailed) and one.problem.kind == "name_refused"
    )
    downloader.add(request)
    downloader.wait_done()
    assert not downloader.refusals("downloads_not_started")


def test_the_process_ends_when_its_stdin_ends(hub: Hub, tmp_path: Path) -> None:
    process = subprocess.Popen(
        DOWNLOADS_COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "HF_ENDPOINT": hub.endpoint},
    )
    assert process.stdin is not None
    writer = FrameWriter(process.stdin)
    hub.limit_speed(SLOW)
    writer.write(StartDownloads(str(tmp_path / "models"), TransferSettings()))
    writer.write(AddDownload(offer(hub, {"m.gguf": some_bytes(SLOW * 4)})))
    hub.wait_for_bytes(SLOW // 2)
    process.communicate(timeout=10)
    assert process.returncode == 0
    (stem,) = (tmp_path / "models" / ".coterie" / "downloads").glob("*/0.part")
    journal = FileJournalKeeper(stem.with_suffix("")).read()
    assert journal is not None
    assert sum(journal.done) > 0
