"""Bytes of a file on a hub that misbehaves: right ones, or a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import httpx2
import pytest

from runtime.hub.http_client import new_client
from runtime.hub.links import resolve_link
from runtime.hub.refusals import LinkProblem
from runtime.hub.remote_ranges import HttpRanges, NotWanted, RemoteFile, Traffic
from tests.hub.faults import (
    Cut,
    ExpireLinks,
    Fault,
    IgnoreRange,
    Reset,
    ShortRange,
    Stall,
    Status,
    WrongRange,
)
from tests.hub.hub import Hub

REPO, PATH = "owner/Model-GGUF", "model.gguf"
DATA = bytes(index * 7 % 251 for index in range(400_000))
WINDOWS = (100_000, 120_000)
Opened = Callable[..., HttpRanges]


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    with new_client(stall_s=0.5) as client:
        yield client


@pytest.fixture
def traffic() -> Traffic:
    return Traffic()


@pytest.fixture
def opened(hub: Hub, client: httpx2.Client, traffic: Traffic) -> Iterator[Opened]:
    """`opened(windows)` reads `PATH` from the hub."""
    commit = hub.add(REPO, {PATH: DATA})
    made: list[HttpRanges] = []

    def open_ranges(
        windows: Sequence[int] = WINDOWS, is_wanted: Callable[[], bool] = lambda: True
    ) -> HttpRanges:
        file = RemoteFile(
            REPO,
            PATH,
            len(DATA),
            lambda: resolve_link(client, hub.endpoint, REPO, commit, PATH, None),
        )
        made.append(HttpRanges(client, file, None, windows, traffic, is_wanted))
        return made[-1]

    yield open_ranges
    for ranges in made:
        ranges.close()


def read_forward(ranges: HttpRanges, chunk: int, end: int) -> bytes:
    """As a cursor reads: each time a little of the last buffer again."""
    data = b""
    while len(data) < end:
        begin = max(0, len(data) - 5)
        data = data[:begin] + ranges.read(begin, min(chunk, len(DATA) - begin))
    return data


@pytest.mark.parametrize("chunk", [999, 16_384, 150_000])
def test_reading_forward_uses_each_window_once(
    chunk: int, opened: Opened, hub: Hub, traffic: Traffic
) -> None:
    assert read_forward(opened(), chunk, len(DATA)) == DATA
    hub.wait_for_bytes(len(DATA))  # it counts when a send has returned, which may be later
    assert traffic.read_bytes == len(DATA) == hub.bytes_sent()
    assert traffic.requests == len(hub.requests) <= 5
    ends = [request.range for request in hub.asked("cdn")]
    assert ends[0] == ("bytes=0-99999" if chunk < 100_000 else "bytes=0-149999")


def test_no_more_is_taken_than_is_read(opened: Opened, traffic: Traffic) -> None:
    assert opened((300_000,)).read(0, 1000) == DATA[:1000]
    assert traffic.read_bytes <= 1000 + (64 << 10)


def test_a_jump_inside_the_window_goes_on_and_one_outside_asks_again(
    opened: Opened, hub: Hub
) -> None:
    ranges = opened()
    ranges.read(0, 10)
    assert ranges.read(50_000, 10) == DATA[50_000:50_010]
    assert len(hub.asked("cdn")) == 1
    assert ranges.read(300_000, 10) == DATA[300_000:300_010]
    assert ranges.read(20, 10) == DATA[20:30]
    assert len(hub.asked("cdn")) == 3


def test_the_end_of_the_file_is_never_passed(opened: Opened, hub: Hub) -> None:
    assert opened().read(len(DATA) - 3, 3) == DATA[-3:]
    assert hub.asked("cdn")[0].range == f"bytes={len(DATA) - 3}-{len(DATA) - 1}"


RIGHT_AFTER = (
    ExpireLinks(),
    ExpireLinks(skip=1),
    Cut(after_bytes=5000),
    Reset(after_bytes=5000),
    Stall(after_bytes=5000),
)


@pytest.mark.parametrize("fault", RIGHT_AFTER, ids=str)
def test_the_right_bytes_all_the_same(fault: Fault, opened: Opened, hub: Hub) -> None:
    hub.misbehave(fault)
    assert read_forward(opened(), 16_384, 250_000)[:250_000] == DATA[:250_000]


def test_an_expired_link_is_asked_for_once_more(opened: Opened, hub: Hub) -> None:
    hub.misbehave(ExpireLinks(skip=1))
    read_forward(opened(), 16_384, 150_000)
    assert [request.status for request in hub.asked("cdn")] == [206, 403, 206]
    assert len(hub.asked("hub")) == 2


def test_a_whole_file_is_fine_only_from_its_beginning(opened: Opened, hub: Hub) -> None:
    hub.misbehave(IgnoreRange(times=None))
    with closing(opened()) as ranges:
        assert ranges.read(0, 5000) == DATA[:5000]
    with pytest.raises(LinkProblem, match="the whole file"):
        opened().read(200_000, 5000)


REFUSED = (
    (WrongRange(shift=10, admits=True), "hub_error"),
    (ShortRange(size=500), "hub_error"),
    (Status(code=416), "hub_error"),
    (Status(code=403, times=None), "hub_error"),
    (Status(code=500), "hub_error"),
    (Status(code=429, retry_after_s=7), "hub_busy"),
    (Status(code=404, on="hub", error_code="EntryNotFound", times=None), "hub_not_found"),
    (Status(code=403, on="hub", error_code="GatedRepo", times=None), "hub_gated"),
    (Reset(after_bytes=0, times=None), "hub_unreachable"),
    (Stall(after_bytes=0, times=None), "hub_unreachable"),
)


@pytest.mark.parametrize(("fault", "kind"), REFUSED, ids=str)
def test_a_reason_instead_of_wrong_bytes(fault: Fault, kind: str, opened: Opened, hub: Hub) -> None:
    hub.misbehave(fault)
    with pytest.raises(LinkProblem) as caught:
        opened().read(0, 5000)
    assert caught.value.problem.kind == kind
    assert caught.value.retry_after_s == (7 if kind == "hub_busy" else 0)
    assert len(hub.requests) < 8


def test_giving_up_stops_the_reading(opened: Opened, hub: Hub) -> None:
    wanted = [True, True, False]
    ranges = opened(WINDOWS, lambda: wanted.pop(0))
    ranges.read(0, 10)
    ranges.read(10, 10)
    with pytest.raises(NotWanted):
        ranges.read(150_000, 10)
    assert len(hub.asked("cdn")) == 1
