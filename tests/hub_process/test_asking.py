"""A real hub process and a local hub: searches, repositories, cards."""

from __future__ import annotations

import os
import queue
import subprocess

import pytest

from runtime.frame_process import HUB_COMMAND, Ended
from runtime.hub.frames import (
    Card,
    Describe,
    Described,
    Found,
    GiveUp,
    HubFailed,
    HubShutdown,
    ReadCard,
    Search,
)
from tests.gguf import crafted
from tests.hub.faults import Stall, Status
from tests.hub.hub import Hub
from tests.hub_process.asking import Asking

GGUF = {"m-Q4_0.gguf": crafted.gguf()}
OWNER = "owner"


def names(found: Found) -> list[str]:
    return [summary.repo for summary in found.repositories]


@pytest.fixture
def seven(hub: Hub) -> None:
    """Seven repositories, the last the most downloaded; pages hold three."""
    hub.state.page_size = 3
    for index in range(7):
        hub.add(f"{OWNER}/Model-{index}-GGUF", GGUF, downloads=index, likes=10 - index)
    hub.add("other/Model-9-GGUF", GGUF, downloads=99)
    hub.add("other/Model-no-gguf", {"model.safetensors": b"x"}, downloads=999)


def test_a_search_goes_over_pages_up_to_its_limit(asking: Asking, hub: Hub, seven: None) -> None:
    found = asking.ask(Search, Found, "model", "downloads", 5)
    assert names(found) == [
        "other/Model-9-GGUF",
        *(f"{OWNER}/Model-{index}-GGUF" for index in (6, 5, 4, 3)),
    ]
    assert found.more
    everything = asking.ask(Search, Found, "model")
    assert len(everything.repositories) == 8
    assert not everything.more
    exactly = asking.ask(Search, Found, "model", "downloads", 8)
    assert len(exactly.repositories) == 8
    assert not exactly.more


def test_sorts_and_authors(asking: Asking, seven: None) -> None:
    assert names(asking.ask(Search, Found, "model", "trending", 2))[0] == f"{OWNER}/Model-0-GGUF"
    assert names(asking.ask(Search, Found, "model", "updated", 1)) == ["other/Model-9-GGUF"]
    assert names(asking.ask(Search, Found, "other/")) == ["other/Model-9-GGUF"]
    assert names(asking.ask(Search, Found, f"{OWNER}/model-3")) == [f"{OWNER}/Model-3-GGUF"]
    assert names(asking.ask(Search, Found, "nothing like it")) == []


def test_a_full_name_and_an_address_find_what_has_no_tag(asking: Asking, hub: Hub) -> None:
    hub.add("o/untagged", {"x.bin": b"x"})
    assert names(asking.ask(Search, Found, "o/untagged")) == ["o/untagged"]
    assert names(asking.ask(Search, Found, f"{hub.endpoint}/o/untagged/tree/main")) == [
        "o/untagged"
    ]
    assert asking.fails(Search, f"{hub.endpoint}/o/gone").problem.kind == "hub_not_found"
    refused = asking.fails(Search, "https://example.com/o/untagged")
    assert refused.problem.kind == "hub_not_found"
    assert "another site" in refused.problem.message


def test_what_the_hub_says_of_a_repository(asking: Asking, hub: Hub) -> None:
    facts = {"total": 30_500_000_000, "architecture": "qwen3moe", "context_length": 262144}
    hub.add(
        "unsloth/Qwen3-GGUF",
        GGUF,
        gated="auto",
        downloads=12,
        likes=3,
        licence="apache-2.0",
        base_model="Qwen/Qwen3",
        gguf=facts,
    )
    (summary,) = asking.ask(Search, Found, "qwen3").repositories
    assert summary.updated_at_s > 1e9
    assert (summary.licence, summary.gated, summary.base_model) == (
        "apache-2.0",
        "auto",
        "Qwen/Qwen3",
    )
    assert (summary.downloads, summary.likes, summary.is_private) == (12, 3, False)
    assert summary.parameters_total == 30_500_000_000
    assert (summary.architecture, summary.n_ctx_train) == ("qwen3moe", 262144)
    assert summary.is_moe is True
    described = asking.ask(Describe, Described, summary.repo).repository
    assert described.summary == summary


def test_a_description_is_pinned(asking: Asking, hub: Hub, tiny_repo: str) -> None:
    first = asking.ask(Describe, Described, tiny_repo).repository
    hub.add(tiny_repo, {"later-Q8_0.gguf": crafted.gguf()})
    assert [(m.quantisation, len(m.files)) for m in first.models] == sorted(
        [("Q8_0", 1), ("Q4_0", 1), ("MXFP4", 1), ("Q4_1", 3)],
        key=lambda item: next(m.size_bytes for m in first.models if m.quantisation == item[0]),
    )
    stored = hub.state.repositories[tiny_repo].commits[first.revision].files
    for model in first.models:
        for file in model.files:
            assert (file.size_bytes, file.sha256) == (
                stored[file.path].size_bytes,
                stored[file.path].sha256,
            )
    again = asking.ask(Describe, Described, tiny_repo, first.revision).repository
    assert again.models == first.models
    now = asking.ask(Describe, Described, tiny_repo).repository
    assert now.revision != first.revision
    assert len(now.models) == len(first.models) + 1
    gone = asking.fails(Describe, tiny_repo, "0" * 40)
    assert gone.problem.kind == "hub_not_found"


def test_a_card(asking: Asking, hub: Hub) -> None:
    commit = hub.add("o/m", GGUF, licence="mit", card="# Card\n\n<script>x</script>\n")
    assert asking.ask(ReadCard, Card, "o/m", commit).markdown == "# Card\n\n<script>x</script>"
    without = hub.add("o/without", GGUF)
    assert asking.ask(ReadCard, Card, "o/without", without).markdown == ""
    huge = hub.add("o/huge", GGUF, card="x" * (3 << 20))
    assert len(asking.ask(ReadCard, Card, "o/huge", huge).markdown) == 1 << 20
    assert asking.fails(ReadCard, "o/gone", "main").problem.kind == "hub_not_found"


def test_several_at_a_time_and_one_given_up(asking: Asking, hub: Hub, seven: None) -> None:
    hub.misbehave(Stall(match="owner/Model-1-GGUF", after_bytes=0, on="hub"))
    slow = asking.number()
    asking.send(Describe(slow, "owner/Model-1-GGUF"))
    hub.wait_until(lambda: bool(hub.asked("hub", "owner/Model-1-GGUF")))
    assert names(asking.ask(Search, Found, "other/")) == ["other/Model-9-GGUF"]
    asking.send(GiveUp(slow))
    asking.send(GiveUp(12345))
    hub.release()
    described = asking.ask(Describe, Described, "owner/Model-2-GGUF")
    assert described.repository.summary.repo == "owner/Model-2-GGUF"
    with pytest.raises(queue.Empty):
        asking.next_event(timeout_s=0.3)


def test_every_request_is_answered_once(asking: Asking, seven: None) -> None:
    wanted = [asking.number() for _ in range(30)]
    for number in wanted:
        asking.send(Search(number, "model", "downloads", 2))
    answered = [asking.next_event().request_id for _ in wanted]
    assert sorted(answered) == wanted
    with pytest.raises(queue.Empty):
        asking.next_event(timeout_s=0.1)


def test_it_ends_when_it_is_told_to(asking: Asking) -> None:
    asking.send(HubShutdown())
    assert asking.next_event() == Ended(0, expected=False)


def test_it_ends_with_its_standard_input(hub: Hub) -> None:
    ended = subprocess.run(
        HUB_COMMAND,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=True,
        env={**os.environ, "HF_ENDPOINT": hub.endpoint},
    )
    assert hub.endpoint.encode() in ended.stdout
    assert ended.stderr == b""


REFUSALS = (
    (Status(code=429, retry_after_s=33, on="hub"), "hub_busy", 33.0),
    (Status(code=500, on="hub"), "hub_error", 0.0),
    (Status(code=503, on="hub"), "hub_error", 0.0),
    (Status(code=418, on="hub"), "hub_error", 0.0),
)


@pytest.mark.parametrize(("fault", "kind", "wait_s"), REFUSALS, ids=str)
def test_what_the_hub_refuses(
    fault: Status, kind: str, wait_s: float, asking: Asking, hub: Hub
) -> None:
    hub.add("o/m", GGUF)
    for request, what in ((Search, ("x",)), (Describe, ("o/m",)), (ReadCard, ("o/m", "main"))):
        hub.forget_requests()
        hub.misbehave(fault)
        failed = asking.fails(request, *what)
        assert (failed.problem.kind, failed.retry_after_s) == (kind, wait_s)
        assert len(hub.requests) == 1


def test_what_is_not_there_or_private(asking: Asking, hub: Hub) -> None:
    hub.add("o/hidden", GGUF, private=True)
    for repo in ("o/gone", "o/hidden", "no name at all", "../x"):
        failed = asking.fails(Describe, repo)
        assert failed.problem.kind == "hub_not_found", repo
        assert failed.problem.remedy


def test_an_answer_that_is_no_json(asking: Asking, hub: Hub) -> None:
    """As a hotel's sign-in page would."""
    hub.misbehave(Status(code=200, on="hub", times=None))
    for kind, what in ((Search, ("words",)), (Describe, ("o/m",))):
        failed = asking.fails(kind, *what)
        assert failed.problem.kind == "hub_error"


def test_nobody_there(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> None:
    with Asking("http://127.0.0.1:9", tmp_path_factory.mktemp("home")) as asking:
        for kind, what in ((Search, ("x",)), (Describe, ("o/m",)), (ReadCard, ("o/m", "main"))):
            failed = asking.ask(kind, HubFailed, *what)
            assert failed.problem.kind == "hub_unreachable"
            assert "127.0.0.1:9" in failed.problem.message


def test_offline(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> None:
    offline = {"HF_HUB_OFFLINE": "1"}
    with Asking(hub.endpoint, tmp_path_factory.mktemp("home"), offline) as asking:
        assert asking.hello.is_offline
        assert asking.fails(Search, "x").problem.kind == "hub_offline"
        assert asking.fails(Describe, "o/m").problem.kind == "hub_offline"
    assert hub.requests == []
