"""Captured picks: those that NumPy computes of a known router, and exactly what was routed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from runtime.protocol.frames import (
    Cancel,
    ExpertsPicked,
    Finished,
    Load,
    Loaded,
    Measure,
    Measured,
    Text,
)
from runtime.protocol.messages import ExpertUse, GenerationStats, Sampling
from runtime.protocol.placement import Placement
from tests.engine_client import EngineClient
from tests.models.known_router import LETTERS, KnownRouter, token_ids, write_known_router
from tests.models.tiny_architectures import N_EXPERT, N_EXPERT_USED
from tests.placement.rpc_device import rpc_device

VARIED = Sampling(temperature=5.0, seed=3)
N_BATCH, N_UBATCH = 64, 16
SMALL_BATCHES = Placement(0, n_ctx=1024, n_threads=1, n_batch=N_BATCH, n_ubatch=N_UBATCH)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> KnownRouter:
    return write_known_router(tmp_path_factory.mktemp("known-router"))


def load(client: EngineClient, path: Path, placement: Placement, **how: object) -> Loaded:
    how = {"capture_experts": True} | how
    # A cancel of a number below the one that runs is late; those asked for begin at 1.
    client.send(Load(0, str(path), placement=placement, **how))
    return client.wait(Loaded)


@pytest.fixture
def capturing(client: EngineClient, known: KnownRouter) -> EngineClient:
    load(client, known.path, SMALL_BATCHES)
    return client


def answer(
    client: EngineClient, prompt: str, max_tokens: int, sampling: Sampling = VARIED
) -> tuple[str, ExpertUse, GenerationStats]:
    """The text, the last picks told, and the numbers."""
    client.ask(prompt, max_tokens=max_tokens, sampling=sampling)
    events = client.until(Finished)
    text = "".join(event.text for event in events if isinstance(event, Text))
    told = [event for event in events if isinstance(event, ExpertsPicked)]
    assert told, "no picks were told"
    assert isinstance(events[-2], ExpertsPicked), "the last comes right before the end"
    return text, told[-1].use, events[-1].stats


def letters(count: int, seed: int = 1) -> str:
    return "".join(random.Random(seed).choices(LETTERS, k=count))


def table(use: ExpertUse) -> np.ndarray:
    return np.frombuffer(use.counts, "<u4").reshape(len(use.layers), use.n_experts)


def expected(known: KnownRouter, tokens: Sequence[int], cached: int, prompt: int) -> ExpertUse:
    """What the router picked for `tokens` from `cached` on, of which `prompt` are the prompt's.

    The last layer computes only the tokens whose logits are wanted: the last one of each batch.
    """
    all_of_them = range(cached, len(tokens))
    ends = {min(start + N_BATCH, prompt) - 1 for start in range(cached, prompt, N_BATCH)}
    counts = np.zeros((known.n_layers, N_EXPERT), "<u4")
    repeated = comparable = 0
    for layer in range(known.n_layers):
        is_last = layer == known.n_layers - 1
        seen = [p for p in all_of_them if not is_last or p in ends or p >= prompt]
        for position in seen:
            experts = known.picks[layer, tokens[position]]
            counts[layer, experts] += 1
            if position - 1 in seen:
                comparable += N_EXPERT_USED
                repeated += len({*experts} & {*known.picks[layer, tokens[position - 1]]})
    return ExpertUse(
        tuple(range(known.n_layers)),
        *(N_EXPERT, N_EXPERT_USED, len(tokens) - cached, counts.tobytes(), repeated, comparable),
    )


@pytest.mark.parametrize("prompt_tokens", [1, 15, 16, 17, 64, 65, 150])
def test_counts_equal_those_that_numpy_computes(
    capturing: EngineClient, known: KnownRouter, prompt_tokens: int
) -> None:
    prompt = letters(prompt_tokens)
    text, use, stats = answer(capturing, prompt, 40)
    assert (stats.prompt_tokens, stats.completion_tokens) == (prompt_tokens, 40)
    tokens = token_ids(prompt) + token_ids(text[:-1])
    assert len(tokens) == prompt_tokens + 39, "the last token was drawn but never routed"
    assert use == expected(known, tokens, stats.cached_tokens, prompt_tokens)
    assert (table(use) > 0).sum() > N_EXPERT, "a router that is no router would pass too"


def test_tokens_that_were_cached_are_not_counted(
    capturing: EngineClient, known: KnownRouter
) -> None:
    first = letters(100)
    answer(capturing, first, 3)
    prompt = first + letters(70, seed=2)
    text, use, stats = answer(capturing, prompt, 20)
    assert stats.cached_tokens == 100
    tokens = token_ids(prompt) + token_ids(text[:-1])
    assert use == expected(known, tokens, 100, 170)


def test_measuring_is_not_counted(capturing: EngineClient, known: KnownRouter) -> None:
    prompt = letters(20)
    before = answer(capturing, prompt, 10)
    capturing.send(Measure(9_000, 100, 10))
    assert not any(isinstance(event, ExpertsPicked) for event in capturing.until(Measured))
    assert answer(capturing, prompt, 10)[:2] == before[:2]


def test_picks_are_told_on_the_way(capturing: EngineClient) -> None:
    capturing.ask(letters(200), max_tokens=800, sampling=VARIED)
    told = [e.use for e in capturing.until(Finished) if isinstance(e, ExpertsPicked)]
    assert len(told) >= 2
    for earlier, later in itertools.pairwise(told):
        assert earlier.tokens <= later.tokens
        assert (table(earlier) <= table(later)).all()


def test_a_cancelled_answer_tells_what_it_did(starter_model: Path, client: EngineClient) -> None:
    load(client, starter_model, Placement(0, n_ctx=1024, n_threads=1))
    request_id = client.ask("Write a long story.")
    client.wait(Text)
    client.send(Cancel(request_id))
    events = client.until(Finished)
    stats = events[-1].stats
    use = [event for event in events if isinstance(event, ExpertsPicked)][-1].use
    assert stats.finish_reason == "cancelled"
    assert use.tokens == stats.context_used
    assert table(use)[0].sum() == use.tokens * use.n_used


def test_one_cancelled_while_it_reads(capturing: EngineClient) -> None:
    """Perhaps before it has read anything: then there are no layers and no counts."""
    request_id = capturing.ask(letters(900))
    capturing.cancel(request_id)
    events = capturing.until(Finished)
    use = [event for event in events if isinstance(event, ExpertsPicked)][-1].use
    assert use.tokens == events[-1].stats.context_used < 900
    assert table(use)[:1].sum() == use.tokens * use.n_used


def test_the_starter_model(starter_model: Path, client: EngineClient) -> None:
    """Every token goes to two experts of each layer; the last one sees one token of the prompt."""
    loaded = load(client, starter_model, Placement(0, n_ctx=1024, n_threads=1))
    _, use, stats = answer(client, "Name three fruits.", 24)
    assert (use.layers, use.n_experts, use.n_used) == (tuple(range(30)), 8, 2)
    assert loaded.model.n_layer == 30
    routed = stats.prompt_tokens + stats.completion_tokens - 1
    assert use.tokens == routed == stats.context_used
    sums = table(use).sum(axis=1)
    assert (sums[:-1] == routed * 2).all()
    assert sums[-1] == stats.completion_tokens * 2
    assert use.comparable == (29 * (routed - 1) + stats.completion_tokens - 1) * 2
    assert 0 < use.repeated < use.comparable


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("llama", (0, 1, 2)),
        ("olmoe", (0, 1, 2)),
        ("deepseek2", (1, 2)),
        ("deepseek2-fused", (1, 2)),
        ("gpt-oss", (0, 1, 2)),
        ("glm4moe", (1, 2)),
        ("glm4moe-mtp", (1, 2)),
        ("granitemoe", (0, 1, 2)),
    ],
)
def test_other_architectures(
    client: EngineClient, tiny_model: Callable[[str], Path], name: str, layers: tuple[int, ...]
) -> None:
    """What each says without capture stays what it says, and every token is routed."""
    load(client, tiny_model(name), SMALL_BATCHES, capture_experts=False)
    without = client.answer(letters(90), max_tokens=12).text
    load(client, tiny_model(name), SMALL_BATCHES)
    text, use, stats = answer(client, letters(90), 12, Sampling(temperature=0))
    assert text == without
    assert use.layers == layers
    assert use.tokens == stats.prompt_tokens + 11
    sums = table(use).sum(axis=1)
    assert (sums[:-1] == use.tokens * use.n_used).all()
    batches = -(-stats.prompt_tokens // N_BATCH)
    # The graph of gpt-oss computes every token in every layer.
    in_last = use.tokens if name == "gpt-oss" else batches + 11
    assert sums[-1] == in_last * use.n_used


@pytest.mark.parametrize("name", ["llama-dense", "qwen3moe"])
def test_nothing_is_told_of_dense_models_or_unasked(
    client: EngineClient, tiny_model: Callable[[str], Path], name: str
) -> None:
    load(client, tiny_model(name), SMALL_BATCHES, capture_experts=name == "llama-dense")
    client.ask("Hello", max_tokens=4)
    assert not any(isinstance(event, ExpertsPicked) for event in client.until(Finished))


@pytest.fixture
def device(tmp_path: Path) -> Iterator[str]:
    with rpc_device(tmp_path / "device.log") as endpoint:
        yield endpoint


def test_a_router_on_another_device(client: EngineClient, known: KnownRouter, device: str) -> None:
    """Its ids are not in this process's memory."""
    placement = Placement(999, n_ctx=1024, n_threads=1, n_batch=N_BATCH, n_ubatch=N_UBATCH)
    load(client, known.path, placement, rpc_servers=(device,))
    prompt = letters(150)
    text, use, stats = answer(client, prompt, 20)
    tokens = token_ids(prompt) + token_ids(text[:-1])
    assert use == expected(known, tokens, stats.cached_tokens, 150)
