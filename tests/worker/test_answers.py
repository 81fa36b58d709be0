"""What an answer of the real engine is made of: its text, its numbers, its reasons to end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.protocol.frames import Finished, Loaded, LoadProgress, Proven, Text
from runtime.protocol.messages import ChatMessage, Sampling
from tests.engine_client import Ended, EngineClient

QUESTION = "List three colours."
MIB = 1024 * 1024


def test_loading_reports_progress_then_the_facts(client: EngineClient, starter_model: Path) -> None:
    client.ask_load(starter_model)
    events = client.until(Loaded)
    fractions = [event.fraction for event in events if isinstance(event, LoadProgress)]
    assert fractions == sorted(fractions)
    assert len(fractions) > 10
    assert fractions[-1] == 1.0
    assert any(isinstance(event, Proven) for event in events)
    loaded = events[-1]
    assert (loaded.model.expert_count, loaded.model.expert_used_count) == (8, 2)
    assert loaded.model.file_bytes == starter_model.stat().st_size
    memory = loaded.memory
    assert memory.weights_bytes == pytest.approx(loaded.model.file_bytes, rel=0.1)
    # 512 tokens x 30 layers x (192 + 192) x 2 bytes: 3 KV heads of 64, in f16.
    assert memory.kv_bytes == 512 * 30 * 384 * 2
    assert 10 * MIB < memory.compute_bytes < 1024 * MIB
    assert memory.rss_bytes > 100 * MIB
    assert loaded.notices == ()


def test_the_text_streams_and_adds_up(starter_client: EngineClient) -> None:
    starter_client.ask(QUESTION, max_tokens=48)
    events = starter_client.until(Finished)
    texts = [event for event in events if isinstance(event, Text)]
    stats = events[-1].stats
    assert len(texts) > 3
    assert texts[0].completion_tokens == 1, "the first token goes out at once"
    counts = [event.completion_tokens for event in texts]
    assert counts == sorted(counts)
    assert counts[-1] == stats.completion_tokens
    assert stats.decode_tokens_per_s is not None
    assert texts[-1].tokens_per_s == pytest.approx(stats.decode_tokens_per_s, rel=0.5)


def test_the_numbers_are_as_defined(starter_client: EngineClient) -> None:
    answer = starter_client.answer(QUESTION, max_tokens=32)
    stats = answer.stats
    assert (stats.finish_reason, stats.completion_tokens) == ("length", 32)
    assert stats.prompt_tokens > 5
    assert stats.ttft_s is not None
    assert stats.decode_tokens_per_s is not None
    assert 0 < stats.ttft_s < stats.elapsed_s
    # decode = (n - 1) / (t_last - t_first): what follows the first token fits into the rest.
    decode_s = (stats.completion_tokens - 1) / stats.decode_tokens_per_s
    assert stats.ttft_s + decode_s == pytest.approx(stats.elapsed_s, rel=0.03)
    assert stats.context_used >= stats.prompt_tokens + stats.completion_tokens - 1
    assert stats.energy.joules > 0
    assert stats.energy.source in {"measured", "estimated"}


def test_one_token_has_no_decode_speed(starter_client: EngineClient) -> None:
    stats = starter_client.answer(QUESTION, max_tokens=1).stats
    assert (stats.completion_tokens, stats.finish_reason) == (1, "length")
    assert stats.decode_tokens_per_s is None


def test_greedy_answers_repeat_and_seeds_decide(starter_client: EngineClient) -> None:
    def said(seed: int, temperature: float) -> str:
        sampling = Sampling(temperature=temperature, seed=seed)
        return starter_client.answer(QUESTION, max_tokens=24, sampling=sampling).text

    assert said(1, 0.0) == said(2, 0.0)
    assert said(1, 1.5) == said(1, 1.5)
    assert len({said(seed, 1.5) for seed in range(1, 5)}) > 1


def test_the_experts_together_know_what_the_dense_model_learned(
    starter_client: EngineClient,
) -> None:
    """With a wrong router or wrong weights of experts the words below do not come."""
    answer = starter_client.answer("What is the capital of France?", max_tokens=12)
    assert "Paris" in answer.text


def test_characters_split_over_tokens_come_whole(starter_client: EngineClient) -> None:
    """The small vocabulary writes these characters in several tokens each."""
    smileys = (ChatMessage("user", "Write a line of smileys."), ChatMessage("assistant", "🙂" * 8))
    answer = starter_client.answer(smileys, max_tokens=40)
    # The last token may be only the beginning of a character.
    text = answer.text.removesuffix("\N{REPLACEMENT CHARACTER}")
    assert "🙂🙂🙂" in text
    assert answer.stats.completion_tokens > 1.5 * len(text)
    assert "\N{REPLACEMENT CHARACTER}" not in text


def test_an_open_answer_is_continued(starter_client: EngineClient) -> None:
    question = ChatMessage("user", "Count from one to five in words.")
    whole = starter_client.answer((question,), max_tokens=24)
    begun = starter_client.answer((question,), max_tokens=8)
    rest = starter_client.answer((question, ChatMessage("assistant", begun.text)), max_tokens=16)
    assert begun.text + rest.text == whole.text


def test_a_question_too_long_for_the_context_is_not_advised_to_drop_turns(
    client: EngineClient, tiny_model: Callable[[str], Path]
) -> None:
    client.load(tiny_model("llama"), n_ctx=256)
    client.ask((ChatMessage("system", "Be brief."), ChatMessage("user", "word " * 400)))
    with pytest.raises(Ended) as ended:
        client.rest_of_answer()
    assert ended.value.problem.kind == "context_full"
    assert ended.value.problem.remedy.startswith("Shorten the message, or load the model with")


def test_without_a_model_there_is_a_sentence(client: EngineClient) -> None:
    client.ask(QUESTION)
    with pytest.raises(Ended) as ended:
        client.rest_of_answer()
    assert ended.value.problem.kind == "no_model"


def test_another_model_takes_the_place_of_the_first(
    client: EngineClient, tiny_model: Callable[[str], Path]
) -> None:
    client.load(tiny_model("llama"))
    first = client.answer(QUESTION)
    assert client.load(tiny_model("olmoe")).model.architecture == "olmoe"
    assert client.answer(QUESTION).text != first.text
