"""Chat templates come out of a stranger's file: sandboxed, bounded, and with a default."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import gguf
import pytest

from runtime.chat.template import ChatTemplate, SpecialTokens, TemplateFailed
from runtime.protocol.messages import ChatMessage
from tests.engine_client import EngineClient
from tests.models.tiny_tokenizer import CHATML

TOKENS = SpecialTokens("<s>", "</s>")
HELLO = (ChatMessage("user", "Hello"),)
DEADLINE_S = 0.3

ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


def rendered(source: str | None, messages: tuple[ChatMessage, ...] = HELLO) -> str:
    return ChatTemplate(source, TOKENS, DEADLINE_S).render(messages)


def test_a_models_own_template_is_used() -> None:
    source = "{{ bos_token }}{% for m in messages %}[{{ m['content'] }}]{% endfor %}"
    template = ChatTemplate(source, TOKENS)
    assert template.render(HELLO) == "<s>[Hello]"
    assert template.notice is None


def test_without_one_the_default_is_used_and_told() -> None:
    template = ChatTemplate(None, TOKENS)
    assert template.render(HELLO) == "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"
    assert template.notice is not None
    assert "no chat template" in template.notice.message


@pytest.mark.parametrize(
    "source",
    [
        "{% for m in messages %}",
        "{{ nothing.here.at.all }}",
        "{{ raise_exception('no') }}",
        ENDLESS,
        "{{ 'x' * 10 ** 9 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ messages.append(1) }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
    ],
)
def test_one_that_breaks_loops_or_reaches_out_is_replaced_and_told(source: str) -> None:
    started_s = time.monotonic()
    template = ChatTemplate(source, TOKENS, DEADLINE_S)
    assert time.monotonic() - started_s < 5
    assert template.notice is not None
    assert template.notice.kind == "default_template"
    assert "Hello" in template.render(HELLO)


def test_one_that_loops_only_on_some_messages_fails_those() -> None:
    source = "{% if messages|length > 1 %}" + ENDLESS + "{% endif %}ok"
    template = ChatTemplate(source, TOKENS, DEADLINE_S)
    assert template.notice is None
    with pytest.raises(TemplateFailed, match="in time"):
        template.render((*HELLO, ChatMessage("assistant", "Hi"), *HELLO))
    assert template.render(HELLO) == "ok"


def test_a_last_assistant_message_is_left_open() -> None:
    text = rendered(CHATML, (*HELLO, ChatMessage("assistant", "One, two")))
    assert text.endswith("<|im_start|>assistant\nOne, two")


def test_text_is_not_escaped() -> None:
    source = "{{ messages[0]['content'] }}{{ messages | tojson }}"
    assert rendered(source, (ChatMessage("user", "a < b & ć"),)).count("a < b & ć") == 2


@pytest.fixture
def with_template(tiny_model: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """Copies of the tiny model that carry another template of the same length."""

    def write(template: str) -> Path:
        data = tiny_model("qwen3moe").read_bytes()
        assert len(template) <= len(CHATML)
        padded = template.ljust(len(CHATML)).encode()
        assert data.count(CHATML.encode()) == 1
        path = tmp_path / "template.gguf"
        path.write_bytes(data.replace(CHATML.encode(), padded))
        assert gguf.GGUFReader(path).fields["tokenizer.chat_template"].contents() == padded.decode()
        return path

    return write


def test_the_worker_tells_of_an_endless_template_and_answers(
    client: EngineClient, with_template: Callable[[str], Path]
) -> None:
    started_s = time.monotonic()
    loaded = client.load(with_template(ENDLESS))
    assert time.monotonic() - started_s < 10
    assert [notice.kind for notice in loaded.notices] == ["default_template"]
    assert client.answer("Hello").stats.completion_tokens == 8
