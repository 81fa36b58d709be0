"""Chat templates come out of a stranger's file: sandboxed, bounded, and with a default."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import gguf
import pytest

from runtime.chat.template import (
    INTERRUPT_AGAIN_S,
    MAX_REASON_CHARACTERS,
    ChatTemplate,
    SpecialTokens,
    TemplateFailed,
    _within,
)
from runtime.protocol.frames import Failed
from runtime.protocol.messages import ChatMessage
from tests.engine_client import Ended, EngineClient
from tests.models.tiny_tokenizer import CHATML

TOKENS = SpecialTokens("<s>", "</s>")
HELLO = (ChatMessage("user", "Hello"),)
DEADLINE_S = 0.3

ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"

WORDLESS_WORKER = """
from runtime.engine.vocabulary import Vocabulary
from runtime.worker.__main__ import main
Vocabulary.tokenize = lambda *_, **__: []
main()
"""


@pytest.fixture(autouse=True)
def no_search() -> Iterator[None]:
    """A search through all that a long run has left outlasts a deadline, and Hypothesis's callback
    of the collector would be where it strikes.
    """
    gc.disable()
    yield
    gc.enable()


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
        "{{ '{5}'.format(1) }}",
        "{{ 'abcdef'|truncate(1) }}",
        "{{ 'x'.encode().decode('nothing') }}",
        "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
        "{% for a in 'x' %}" * 25 + "{% endfor %}" * 25,
        "{{ '\ud800' }}{{ raise_exception('\ud800') }}",
        "{# it writes nothing #}",
        "   ",
    ],
)
def test_one_that_breaks_loops_or_reaches_out_is_replaced_and_told(source: str) -> None:
    started_s = time.monotonic()
    template = ChatTemplate(source, TOKENS, DEADLINE_S)
    assert time.monotonic() - started_s < 5
    assert template.notice is not None
    assert template.notice.kind == "default_template"
    assert "Hello" in template.render(HELLO)


@pytest.mark.parametrize(
    "source",
    [
        "{{ '{5}'.format(1) }}",
        "{{ 'abcdef'|truncate(1) }}",
        "{{ 'x'.encode().decode('nothing') }}",
        "{{ raise_exception('\\ud800') }}",
        "{{ raise_exception('no ' ~ messages) }}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
    ],
)
def test_one_that_breaks_only_on_some_messages_says_so_in_a_line(source: str) -> None:
    only_later = "{% if messages|length > 1 %}" + source + "{% endif %}ok"
    template = ChatTemplate(only_later, TOKENS, DEADLINE_S)
    assert template.notice is None
    with pytest.raises(TemplateFailed) as failed:
        template.render((ChatMessage("user", "long\n" * 300_000), *HELLO))
    said = str(failed.value)
    assert 0 < len(said) <= MAX_REASON_CHARACTERS
    assert said.encode().splitlines() == [said.encode()]
    assert template.render(HELLO) == "ok"


def test_compiling_is_under_the_deadline_too() -> None:
    many = "{% if a %}{{ a }}{% endif %}" * 40_000
    started_s = time.monotonic()
    template = ChatTemplate(many, TOKENS, DEADLINE_S)
    assert time.monotonic() - started_s < 5
    assert template.notice is not None
    assert "in time" in template.notice.message


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_a_finalizer_swallows_is_not_the_last() -> None:
    class Slow:
        def __del__(self) -> None:
            until_s = time.monotonic() + 3 * DEADLINE_S
            while time.monotonic() < until_s:
                pass

    def work() -> str:
        Slow()
        until_s = time.monotonic() + 10
        while time.monotonic() < until_s:
            pass
        return "done"

    started_s = time.monotonic()
    with pytest.raises(TemplateFailed, match="in time"):
        _within(DEADLINE_S, work)
    assert time.monotonic() - started_s < 5
    time.sleep(3 * INTERRUPT_AGAIN_S)  # One too many would come now, and end this test.


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
        spare = len(CHATML) - len(template) - len("{##}")
        assert spare >= 0
        padded = (template + "{#" + " " * spare + "#}").encode()
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


def test_messages_of_which_the_template_writes_nothing_are_refused(
    client: EngineClient, with_template: Callable[[str], Path]
) -> None:
    """This tokenizer adds no token of its own, so there would be none at all."""
    loaded = client.load(with_template("{% if messages[0].content == 'Hello' %}Hi{% endif %}"))
    assert loaded.notices == ()
    for _ in range(2):
        client.ask("Bye")
        with pytest.raises(Ended) as ended:
            client.rest_of_answer()
        assert ended.value.problem.kind == "nothing_to_read"
    assert client.answer("Hello").stats.completion_tokens == 8


def test_a_tokenizer_that_makes_nothing_of_text_is_refused(
    tmp_path: Path, tiny_model: Callable[[str], Path]
) -> None:
    client = EngineClient(tmp_path / "engine.log", (sys.executable, "-c", WORDLESS_WORKER))
    client.ask_load(tiny_model("llama"))
    assert client.wait(Failed).problem.kind == "nothing_to_read"
    client.stop()
