"""Layouts of models on the hub: what they cost, and that they are right."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.gguf.split_files import read_model
from runtime.hub.frames import (
    Describe,
    Described,
    GiveUp,
    HubFile,
    HubModel,
    HubRepository,
    HubSummary,
    LayoutRead,
    ReadLayout,
)
from runtime.placement.model_layout import model_layout
from tests.hub.faults import Cut, ExpireLinks, Stall, Status, WrongRange
from tests.hub.hub import Hub
from tests.hub.repositories import Declared
from tests.hub.splitting import split_gguf
from tests.hub_process.asking import Asking

REPO = "unsloth/Qwen3-30B-A3B-GGUF"
MIXES = ("IQ4_XS", "Q4_K_M", "Q8_0")
FAKE_SHA256 = "ab" * 32
MOST_REQUESTS = 4
MOST_READ_BYTES = 12_000_000
MOST_PEAK_BYTES = 40_000_000
MOST_SIBLING_BYTES = 200_000

LargeModel = Callable[[str], Path]


@pytest.fixture
def large_repo(hub: Hub, large_model: LargeModel) -> HubRepository:
    """A repository of a 30B in three quantisations, as the hub describes it."""
    files = {large_model(mix).name: Declared(large_model(mix), FAKE_SHA256) for mix in MIXES}
    revision = hub.add(REPO, files)
    stored = hub.state.repositories[REPO].commits[revision].files.values()
    models = tuple(
        HubModel("", (HubFile(file.path, file.size_bytes, file.sha256),)) for file in stored
    )
    return HubRepository(HubSummary(REPO), revision, models)


def read(asking: Asking, repository: HubRepository, index: int) -> LayoutRead:
    return asking.ask(ReadLayout, LayoutRead, REPO, repository.revision, repository.models[index])


def test_the_first_and_its_siblings(
    asking: Asking, hub: Hub, large_repo: HubRepository, large_model: LargeModel
) -> None:
    first = read(asking, large_repo, 0)
    assert first.layout == model_layout(read_model(large_model(MIXES[0])))
    assert first.requests == len(hub.requests) <= MOST_REQUESTS
    hub.wait_for_bytes(first.read_bytes)
    assert first.read_bytes <= hub.bytes_sent() <= MOST_READ_BYTES
    if sys.platform == "linux":
        assert asking.peak_bytes() <= MOST_PEAK_BYTES
    for index in (1, 2):
        hub.forget_requests()
        sibling = read(asking, large_repo, index)
        assert sibling.layout == model_layout(read_model(large_model(MIXES[index])))
        assert sibling.requests == len(hub.requests) <= MOST_REQUESTS
        hub.wait_for_bytes(sibling.read_bytes)
        assert sibling.read_bytes == hub.bytes_sent() <= MOST_SIBLING_BYTES
    hub.forget_requests()
    again = read(asking, large_repo, 1)
    assert (again.requests, again.read_bytes) == (0, 0)
    assert again.layout.shape.quantisation == MIXES[1]
    assert hub.requests == []
    if sys.platform == "linux":
        assert asking.peak_bytes() <= MOST_PEAK_BYTES


def test_all_at_once_read_one_header_in_full(
    asking: Asking, hub: Hub, large_repo: HubRepository
) -> None:
    for model in large_repo.models:
        asking.send(ReadLayout(asking.number(), REPO, large_repo.revision, model))
    events = [asking.next_event() for _ in large_repo.models]
    assert all(isinstance(event, LayoutRead) for event in events)
    assert sorted(event.read_bytes > 1_000_000 for event in events) == [False, False, True]
    assert {event.layout.shape.quantisation for event in events} == set(MIXES)


def test_a_split_model(
    asking: Asking, hub: Hub, tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    parts = split_gguf(tiny_model("granitemoe"), tmp_path, "Tiny-Q4_1", 3)
    hub.add("o/split", {f"Q4_1/{part.name}": part for part in parts})
    repository = asking.ask(Describe, Described, "o/split").repository
    (model,) = repository.models
    answer = asking.ask(ReadLayout, LayoutRead, "o/split", repository.revision, model)
    assert answer.layout == model_layout(read_model(parts[0]))
    assert answer.layout.n_parts == 3
    assert answer.requests == 6


def test_parts_that_do_not_belong_together(
    asking: Asking, hub: Hub, tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    parts = split_gguf(tiny_model("granitemoe"), tmp_path, "Tiny-Q4_1", 3)
    hub.add("o/split", {parts[0].name: parts[0], parts[1].name: parts[1], parts[2].name: parts[1]})
    repository = asking.ask(Describe, Described, "o/split").repository
    failed = asking.fails(ReadLayout, "o/split", repository.revision, repository.models[0])
    assert failed.problem.kind == "model_unreadable"


def test_a_file_that_is_no_model(asking: Asking, hub: Hub) -> None:
    hub.add("o/page", {"x-Q4_0.gguf": b"<!DOCTYPE html>" * 100})
    repository = asking.ask(Describe, Described, "o/page").repository
    failed = asking.fails(ReadLayout, "o/page", repository.revision, repository.models[0])
    assert failed.problem.kind == "model_unreadable"
    assert "web page" in failed.problem.message


def test_a_file_that_is_not_the_one_listed(asking: Asking, hub: Hub) -> None:
    revision = hub.add("o/m", {"x-Q4_0.gguf": b"y" * 100})
    listed = HubModel("Q4_0", (HubFile("x-Q4_0.gguf", 200, ""),))
    failed = asking.fails(ReadLayout, "o/m", revision, listed)
    assert failed.problem.kind == "hub_error"
    assert "changed" in failed.problem.title


@pytest.mark.parametrize("fault", [ExpireLinks(), ExpireLinks(skip=1), Cut(after_bytes=900_000)])
def test_small_troubles_change_nothing(
    fault: ExpireLinks | Cut,
    asking: Asking,
    hub: Hub,
    large_repo: HubRepository,
    large_model: LargeModel,
) -> None:
    hub.misbehave(fault)
    answer = read(asking, large_repo, 0)
    assert answer.layout == model_layout(read_model(large_model(MIXES[0])))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (WrongRange(shift=64, admits=True, times=None), "hub_error"),
        (Status(code=429, retry_after_s=5), "hub_busy"),
        (Status(code=500), "hub_error"),
        (Status(code=403, on="hub", error_code="GatedRepo", times=None), "hub_gated"),
    ],
    ids=str,
)
def test_troubles_that_are_told(
    fault: WrongRange | Status, kind: str, asking: Asking, hub: Hub, large_repo: HubRepository
) -> None:
    hub.misbehave(fault)
    failed = asking.fails(ReadLayout, REPO, large_repo.revision, large_repo.models[0])
    assert failed.problem.kind == kind
    hub.behave()
    assert read(asking, large_repo, 0).read_bytes > 1_000_000


def test_a_wrong_range_that_is_not_admitted_gives_no_wrong_layout(
    asking: Asking, hub: Hub, large_repo: HubRepository
) -> None:
    """The sibling's windows lie where they should not: read in full, that lies too."""
    read(asking, large_repo, 0)
    hub.misbehave(WrongRange(shift=64, admits=False, times=None))
    failed = asking.fails(ReadLayout, REPO, large_repo.revision, large_repo.models[1])
    assert failed.problem.kind == "model_unreadable"
    hub.behave()
    assert read(asking, large_repo, 1).read_bytes <= MOST_SIBLING_BYTES


def test_a_given_up_reading_stops(asking: Asking, hub: Hub, large_repo: HubRepository) -> None:
    hub.misbehave(Stall(after_bytes=1_000_000))
    number = asking.number()
    asking.send(ReadLayout(number, REPO, large_repo.revision, large_repo.models[0]))
    hub.wait_for_bytes(1_000_000)
    asking.send(GiveUp(number))
    # Answered behind it, so the process has seen that it is given up.
    asking.ask(Describe, Described, REPO)
    hub.release()
    second = read(asking, large_repo, 1)
    assert second.layout.shape.quantisation == MIXES[1]
    assert len(hub.asked("cdn", MIXES[0])) == 1
