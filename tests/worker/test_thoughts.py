"""Thoughts of the real engine: told from the answer, counted and timed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import gguf
import pytest

from runtime.protocol.frames import Loaded
from runtime.protocol.messages import ChatMessage, Reasoning
from tests.engine_client import EngineClient
from tests.models.tiny_tokenizer import CHATML
from tests.worker.asking import Said, ask

OPENING = "{{ messages[-1].content }}<think>\n"
SWITCH = "{{ messages[-1].content }}{% if enable_thinking %}<think>\n{% endif %}"
CHANNELS = "{{ messages[-1].content }}{# <|channel|><|message|> #}"

Speak = Callable[..., Said]


@pytest.fixture
def speaks(tmp_path: Path) -> Iterator[Speak]:
    """`speaks(path, text, …)` is the answer of a model that says `text`."""
    clients: list[EngineClient] = []

    def speak(path: Path, text: str, **how: object) -> Said:
        command = (sys.executable, "-P", "-m", "tests.worker.scripted_worker", text)
        clients.append(EngineClient(tmp_path / "engine.log", command))
        clients[-1].load(path)
        return ask(clients[-1], how.pop("messages", "Hello"), max_tokens=200, **how)

    yield speak
    for client in clients:
        client.stop()


@pytest.fixture
def templated(tiny_model: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """A copy of the tiny model with another template of the same length."""

    def write(template: str) -> Path:
        data = tiny_model("qwen3moe").read_bytes()
        assert data.count(CHATML.encode()) == 1
        padded = template + "{#" + "-" * (len(CHATML) - len(template) - 4) + "#}"
        path = tmp_path / "templated.gguf"
        path.write_bytes(data.replace(CHATML.encode(), padded.encode()))
        return path

    return write


@pytest.fixture
def marked_model(tiny_model: Callable[[str], Path], tmp_path: Path) -> Path:
    """A tiny model in which two marks are special tokens, which are otherwise never shown."""
    data = tiny_model("qwen3moe").read_bytes()
    marks = {b"<|im_start|>": b"<seed:think>", b"<|endoftext|>": b"</seed:think>"}
    for old, new in marks.items():
        assert len(old) == len(new)
        assert old in data
        data = data.replace(old, new)
    path = tmp_path / "marked.gguf"
    path.write_bytes(data)
    tokens = gguf.GGUFReader(path).fields["tokenizer.ggml.tokens"].contents()
    assert tokens[:2] == ["</seed:think>", "<seed:think>"]
    return path


def test_marks_that_are_special_tokens_are_seen(speaks: Speak, marked_model: Path) -> None:
    said = speaks(marked_model, "<seed:think>Hm.</seed:think>\n\nYes.")
    assert (said.thought, said.text) == ("Hm.", "Yes.")
    assert said.stats.finish_reason == "stop"
    assert 0 < said.stats.reasoning_tokens < said.stats.completion_tokens
    assert 0 < said.stats.reasoning_s < said.stats.elapsed_s


def test_marks_in_several_pieces_are_seen(speaks: Speak, tiny_model: Callable[[str], Path]) -> None:
    said = speaks(tiny_model("qwen3moe"), "<think>\nHm. 🙂\n</think>\n\nYes.")
    assert (said.thought, said.text) == ("Hm. 🙂\n", "Yes.")


def test_without_marks_nothing_was_thought(
    speaks: Speak, tiny_model: Callable[[str], Path]
) -> None:
    said = speaks(tiny_model("qwen3moe"), "Yes < no.")
    assert (said.thought, said.text) == ("", "Yes < no.")
    assert (said.stats.reasoning_tokens, said.stats.reasoning_s) == (0, 0.0)


def test_a_template_that_opens_the_thought(speaks: Speak, templated: Callable[[str], Path]) -> None:
    said = speaks(templated(OPENING), "Hm.</think>Yes.")
    assert (said.thought, said.text) == ("Hm.", "Yes.")


def test_a_thought_that_never_ends_leaves_no_answer(
    speaks: Speak, templated: Callable[[str], Path]
) -> None:
    said = speaks(templated(OPENING), "Hm. And </th")
    assert (said.thought, said.text) == ("Hm. And </th", "")
    assert said.stats.reasoning_tokens == said.stats.completion_tokens


def test_an_answer_gone_on_with_is_not_thought(
    speaks: Speak, templated: Callable[[str], Path]
) -> None:
    begun = (ChatMessage("user", "Hello"), ChatMessage("assistant", "Yes, and"))
    said = speaks(templated(OPENING), " no.", messages=begun)
    assert (said.thought, said.text) == ("", " no.")


@pytest.mark.parametrize(
    ("mode", "thought", "text"), [("on", "Hm.", "Yes."), ("off", "", "Hm.</think>Yes.")]
)
def test_the_switch_reaches_the_template(
    speaks: Speak, templated: Callable[[str], Path], mode: str, thought: str, text: str
) -> None:
    said = speaks(
        templated(SWITCH),
        "Hm.</think>Yes.",
        reasoning=Reasoning(mode=mode),  # type: ignore[arg-type]
    )
    assert (said.thought, said.text) == (thought, text)


def test_channels(speaks: Speak, templated: Callable[[str], Path]) -> None:
    said = speaks(
        templated(CHANNELS),
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.",
    )
    assert (said.thought, said.text) == ("Hm.", "Yes.")


def test_stop_strings_are_for_the_answer(speaks: Speak, tiny_model: Callable[[str], Path]) -> None:
    said = speaks(tiny_model("qwen3moe"), "<think>one END two</think>Yes END no", stop=("END",))
    assert (said.thought, said.text) == ("one END two", "Yes ")
    assert said.stats.finish_reason == "stop"


def test_a_grammar_is_for_the_answer(client: EngineClient, starter_model: Path) -> None:
    client.load(starter_model, n_ctx=512)
    said = ask(client, "Hello", max_tokens=12, grammar='root ::= "<think>" "x"')
    assert said.text == ""
    assert len(said.thought) > 3


@pytest.mark.parametrize(
    ("template", "support"), [(OPENING, "always"), (SWITCH, "switch"), ("{{ 1 }}", "none")]
)
def test_what_the_template_knows_is_told(
    client: EngineClient, templated: Callable[[str], Path], template: str, support: str
) -> None:
    client.ask_load(templated(template))
    assert client.wait(Loaded).model.reasoning == support
