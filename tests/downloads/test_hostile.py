"""Servers that cut, stall, lie and refuse: the file is right in the end, or there is none."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from runtime.downloads.frames import ResumeDownload, TransferSettings
from runtime.hub.frames import HubFile
from runtime.model_records import PIECE_BYTES
from tests.downloads.downloader import REPO, Downloader, big_file, offer, sha256, some_bytes
from tests.hub.faults import (
    Cut,
    ExpireLinks,
    Fault,
    FlipBit,
    IgnoreRange,
    MoveBranch,
    Reset,
    ShortRange,
    Stall,
    Status,
    WrongRange,
)
from tests.hub.hub import Hub
from tests.hub.repositories import Account, Declared

SMALL = 3_000_000
SIZE = PIECE_BYTES + 5_000_000
CANARY = "hf_canaryCANARYcanary0123456789"


@pytest.fixture(scope="session")
def two_pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return big_file(tmp_path_factory.mktemp("two") / "two.gguf", SIZE)


@pytest.mark.parametrize(
    "fault",
    [
        Cut(after_bytes=1_000_000, times=3),
        Cut(after_bytes=0, times=1),
        Reset(after_bytes=1_000_000, times=2),
        Stall(after_bytes=500_000),
        IgnoreRange(times=None),
        IgnoreRange(times=1),
        WrongRange(shift=4096, admits=True),
        ShortRange(size=700_000, times=3),
        ExpireLinks(),
        Status(code=403),
        Status(code=429, retry_after_s=1),
        Status(code=500),
        Status(code=503, retry_after_s=1),
        Status(code=404),
        Status(code=416),
        Status(code=500, on="hub", match="resolve"),
        Status(code=429, on="hub", match="m.gguf", retry_after_s=1),
        Cut(after_bytes=0, on="hub", match="m.gguf"),
    ],
    ids=repr,
)
def test_it_goes_on_by_itself_and_fetches_little_twice(
    hub: Hub, new_downloader: Callable[..., Downloader], fault: Fault
) -> None:
    request = offer(hub, {"m.gguf": some_bytes(SMALL)})
    hub.misbehave(fault)
    downloader = new_downloader(stall_s=1.0)
    downloader.add(request)
    done = downloader.wait_done()
    assert sha256(done.paths[0]) == request.files[0].sha256
    assert hub.bytes_sent() <= 2 * SMALL


@pytest.mark.parametrize("times", [1, None])
def test_a_server_that_ignores_ranges_in_the_middle(
    hub: Hub, new_downloader: Callable[..., Downloader], two_pieces: Path, times: int | None
) -> None:
    request = offer(hub, {"m.gguf": two_pieces})
    hub.misbehave(Cut(after_bytes=1 << 20, times=2), IgnoreRange(times=times, skip=2))
    downloader = new_downloader()
    downloader.add(request)
    done = downloader.wait_done()
    assert sha256(done.paths[0]) == request.files[0].sha256


@pytest.mark.parametrize("offset", [100, PIECE_BYTES + 4_000_000])
def test_a_bit_turned_on_the_way_is_found_and_its_piece_replaced(
    hub: Hub, downloader: Downloader, two_pieces: Path, offset: int
) -> None:
    request = offer(hub, {"m.gguf": two_pieces})
    hub.misbehave(FlipBit(offset=offset))
    downloader.add(request)
    done = downloader.wait_done()
    assert sha256(done.paths[0]) == request.files[0].sha256
    assert "came differently" in downloader.log()


def test_wrong_bytes_under_the_right_label_are_replaced(
    hub: Hub, downloader: Downloader, two_pieces: Path
) -> None:
    request = offer(hub, {"m.gguf": two_pieces})
    hub.misbehave(WrongRange(shift=4096, admits=False))
    downloader.add(request)
    done = downloader.wait_done()
    assert sha256(done.paths[0]) == request.files[0].sha256
    assert PIECE_BYTES <= done.refetched_bytes <= SIZE


def test_a_checksum_that_is_never_right_gives_no_file(
    hub: Hub, downloader: Downloader, tmp_path: Path
) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(some_bytes(SMALL))
    request = offer(hub, {"m.gguf": Declared(path, "ab" * 32)})
    downloader.add(request)
    failed = downloader.wait_phase("failed")
    assert failed.problem is not None
    assert failed.problem.kind == "hash_mismatch"
    assert not (downloader.models_dir / "maker").exists()


def test_a_bit_turned_on_the_disk_costs_its_piece_alone(
    hub: Hub, new_downloader: Callable[..., Downloader], two_pieces: Path
) -> None:
    request = offer(hub, {"m.gguf": two_pieces})
    hub.misbehave(Stall(after_bytes=2_000_000, skip=1))
    first = new_downloader(settings=TransferSettings(connections=1))
    first.add(request)
    first.wait_new(lambda download: download.done_bytes > PIECE_BYTES + 1_000_000)
    first.stop()
    before = hub.bytes_sent()
    (part,) = (first.models_dir / ".coterie" / "downloads").glob("*/0.part")
    with part.open("r+b") as file:
        file.seek(12_345_678)
        byte = file.read(1)
        file.seek(12_345_678)
        file.write(bytes([byte[0] ^ 1]))
    hub.behave()
    second = new_downloader()
    done = second.wait_done()
    assert sha256(done.paths[0]) == request.files[0].sha256
    assert done.refetched_bytes == PIECE_BYTES
    assert hub.bytes_sent() - before <= PIECE_BYTES + 5_000_000


def test_a_moved_branch_cannot_mix_two_files(hub: Hub, downloader: Downloader) -> None:
    request = offer(hub, {"m.gguf": some_bytes(SMALL)})
    hub.misbehave(
        Cut(after_bytes=1_000_000),
        MoveBranch(on="hub", match="m.gguf", repo=REPO, files={"m.gguf": some_bytes(SMALL, 9)}),
    )
    downloader.add(request)
    done = downloader.wait_done()
    assert sha256(done.paths[0]) == request.files[0].sha256


def test_a_file_that_is_not_what_was_promised_is_refused(hub: Hub, downloader: Downloader) -> None:
    request = offer(hub, {"m.gguf": some_bytes(SMALL)})
    other = HubFile("m.gguf", SMALL + 1, request.files[0].sha256)
    downloader.add(msgspec.structs.replace(request, files=(other,)))
    failed = downloader.wait_phase("failed")
    assert failed.problem is not None
    assert failed.problem.kind == "file_changed"


def test_it_waits_while_the_network_is_gone_and_goes_on_at_once_when_told(
    hub: Hub, downloader: Downloader
) -> None:
    request = offer(hub, {"m.gguf": some_bytes(SMALL)})
    hub.misbehave(Status(code=429, retry_after_s=300))
    downloader.add(request)
    waiting = downloader.wait_phase("waiting")
    assert waiting.problem is not None
    assert 290 < waiting.retry_in_s <= 300
    downloader.send(ResumeDownload(waiting.id))
    done = downloader.wait_done()
    assert sha256(done.paths[0]) == request.files[0].sha256


@pytest.mark.parametrize(
    ("gated", "private", "kind"), [("manual", False, "hub_gated"), ("no", True, "hub_not_found")]
)
def test_one_that_may_not_be_read_says_where_to_go(
    hub: Hub,
    downloader: Downloader,
    gated: str,
    private: bool,
    kind: str,
) -> None:
    request = offer(hub, {"m.gguf": some_bytes(1000)})
    repository = hub.state.repositories[REPO]
    repository.gated, repository.private = gated, private  # type: ignore[assignment]
    downloader.add(request)
    failed = downloader.wait_phase("failed")
    assert failed.problem is not None
    assert failed.problem.kind == kind
    assert failed.url == f"{hub.endpoint}/{REPO}"
    repository.gated, repository.private = "no", False
    downloader.send(ResumeDownload(failed.id))
    assert downloader.wait_phase("done").problem is None


def test_the_token_goes_to_the_hub_and_nowhere_else(
    hub: Hub, new_downloader: Callable[..., Downloader], tmp_path: Path
) -> None:
    hub.tokens[CANARY] = Account("me")
    request = offer(hub, {"m.gguf": some_bytes(SMALL)})
    hub.state.repositories[REPO].gated = "manual"
    hub.accept(CANARY, REPO)
    (tmp_path / "hf").mkdir()
    (tmp_path / "hf" / "token").write_text(f"{CANARY}\n")
    hub.misbehave(ExpireLinks(), Status(code=500, skip=1), Cut(after_bytes=100_000, skip=2))
    downloader = new_downloader()
    downloader.add(request)
    downloader.wait_done()
    downloader.stop()
    asked = hub.asked("hub")
    assert asked
    assert all(CANARY in str(request.headers) for request in asked)
    for request_ in hub.asked("cdn"):
        assert CANARY not in str(request_.headers)
        assert CANARY not in request_.path
    assert CANARY not in downloader.log()
    for folder, _, names in os.walk(downloader.models_dir):
        for name in names:
            assert CANARY.encode() not in (Path(folder) / name).read_bytes()


def test_stop_does_not_wait_for_a_stalled_server(hub: Hub, downloader: Downloader) -> None:
    hub.misbehave(Stall(after_bytes=100_000, times=None))
    downloader.add(offer(hub, {"m.gguf": some_bytes(SMALL)}))
    hub.wait_for_bytes(100_000)
    downloader.wait_new(lambda download: download.live_bytes > 0)
    before = downloader.clock()
    assert downloader.stop().returncode == 0
    assert downloader.clock() - before < 2.0


def test_offline_is_said(hub: Hub, new_downloader: Callable[..., Downloader]) -> None:
    offline = new_downloader(environment={"HF_HUB_OFFLINE": "1"})
    offline.add(offer(hub, {"m.gguf": some_bytes(1000)}))
    failed = offline.wait_phase("failed")
    assert failed.problem is not None
    assert failed.problem.kind == "hub_offline"
    assert hub.requests == []
